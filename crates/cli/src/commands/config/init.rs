//! `slipway config init`: a project file to start from.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use slipway_api::project::{PROJECT_FILE, SCHEMA_FILE, schema, starter};
use slipway_core::{Code, Failure, SiteName};

use super::super::Context;
use crate::output::inline;
use crate::words::quoted;

/// What the folder of the site is called in the file.
const FOLDER: &str = "public";
/// What the site is called where the folder's name can't be its name.
const NAME: &str = "website";

/// Write a project file to start from.
///
/// The file describes one site; change it to what your hosting company sent you. Beside it goes a schema, by which
/// editors know what can be written there. A file that is there already is left as it is.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway config init
  slipway config init deploy/slipway.json")]
pub(super) struct Init {
    /// The file to write [without this: slipway.json, here].
    #[arg(value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
}

pub(super) async fn run(context: &Context, file: PathBuf) -> Result<(), Failure> {
    let written = file.clone();
    let (name, schema) = context.blocking(move || write(&written)).await?;
    let out = &context.out;
    let (path, schema) = (file.to_string_lossy(), schema.to_string_lossy());
    out.last(&json!({ "event": "config_created", "file": path, "schema": schema, "site": name }));
    let name = quoted(name.as_str());
    out.say(&format!("The project file {} was written.", inline(&file.to_string_lossy())));
    out.say(&format!(
        "It describes the site {name}, and takes user name and password from the environment variables"
    ));
    out.say(
        "FTP_USER and FTP_PASSWORD. Open it in an editor, put in what your hosting company sent you, then:",
    );
    next_steps(context.data_dir.as_deref(), &file, &name).iter().for_each(|line| out.say(line));
    Ok(())
}

/// How the file is checked and used, with the data folder that was named.
fn next_steps(data_dir: Option<&Path>, file: &Path, name: &str) -> [String; 2] {
    let slipway = match data_dir {
        Some(dir) => format!("slipway --data-dir {}", quoted(&dir.to_string_lossy())),
        None => "slipway".to_owned(),
    };
    let shown = quoted(&file.to_string_lossy());
    let check = if file == Path::new(PROJECT_FILE) { String::new() } else { format!(" {shown}") };
    [format!("  {slipway} config check{check}"), format!("  {slipway} --config {shown} publish {name}")]
}

/// Writes both files, and says what the site in it is called.
fn write(file: &Path) -> Result<(SiteName, PathBuf), Failure> {
    let failed = |file: &Path, error: &io::Error| {
        let reason = match error.kind() {
            ErrorKind::AlreadyExists => "it is there already, and is left as it is".to_owned(),
            _ => error.to_string(),
        };
        Failure::new(Code::ConfigurationInvalid, format!("{}: {reason}", file.display()))
            .about(file.display())
    };
    let name = site_name(file)?;
    let mut new = File::create_new(file).map_err(|error| failed(file, &error))?;
    new.write_all(starter(&name, FOLDER).as_bytes()).map_err(|error| failed(file, &error))?;
    let beside = file.with_file_name(SCHEMA_FILE);
    fs::write(&beside, schema()).map_err(|error| failed(&beside, &error))?;
    Ok((name, beside))
}

/// The name of the folder that the file is in, as far as it can be a site's name.
fn site_name(file: &Path) -> Result<SiteName, Failure> {
    let whole = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let folder = whole.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    let name = folder.and_then(|name| SiteName::new(name).ok());
    let usual = || SiteName::new(NAME).map_err(|error| Failure::new(Code::Unexpected, error));
    name.map_or_else(usual, Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_site_is_called_after_its_folder() {
        assert_eq!(site_name(Path::new("/home/anna/my shop/slipway.json")).unwrap().as_str(), "my shop");
        assert_eq!(site_name(Path::new("/slipway.json")).unwrap().as_str(), NAME);
    }

    #[test]
    fn the_next_steps_find_the_same_data() {
        let usual = next_steps(None, Path::new(PROJECT_FILE), "shop");
        assert_eq!(usual, ["  slipway config check", "  slipway --config slipway.json publish shop"]);
        let own = next_steps(Some(Path::new("data")), Path::new("a.json"), "shop");
        let steps = [
            "  slipway --data-dir data config check a.json",
            "  slipway --data-dir data --config a.json publish shop",
        ];
        assert_eq!(own, steps);
    }
}
