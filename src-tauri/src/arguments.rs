//! What the app can be started with.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Parser;

/// The environment variable that names the data folder, as everywhere in Slipway.
const DATA_DIR: &str = "SLIPWAY_DATA_DIR";

/// Put a website online, by pointing and clicking.
#[derive(Debug, Parser)]
#[command(name = "slipway-app", version, after_help = "The command for terminals and scripts is slipway.")]
pub(crate) struct Arguments {
    /// The folder that holds everything Slipway keeps, instead of the system's or SLIPWAY_DATA_DIR.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// A folder to add as a website; a file stands for its folder.
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

impl Arguments {
    /// The arguments of another start of the app, with the folder it was started in; `None` if they mean nothing.
    pub(crate) fn of_another_start(arguments: &[String], cwd: &str) -> Option<Self> {
        let mut parsed = Self::try_parse_from(arguments).ok()?;
        parsed.folder = parsed.folder.map(|folder| Path::new(cwd).join(folder));
        Some(parsed)
    }

    /// The data folder that was named here or in the environment, as an absolute path; `None` for the system's.
    pub(crate) fn data_dir(&self) -> Option<PathBuf> {
        named(self.data_dir.as_deref(), std::env::var_os(DATA_DIR))
    }

    /// The folder to add, as an absolute path.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        self.folder.as_deref().and_then(absolute)
    }
}

fn named(given: Option<&Path>, variable: Option<OsString>) -> Option<PathBuf> {
    let named = given.map(Path::to_owned).or(variable.map(PathBuf::from));
    named.as_deref().and_then(absolute)
}

/// Fails for an empty path alone, or where the present folder is gone.
fn absolute(path: &Path) -> Option<PathBuf> {
    std::path::absolute(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Arguments {
        Arguments::try_parse_from([&["slipway-app"], arguments].concat()).unwrap()
    }

    #[test]
    fn nothing_needs_to_be_given() {
        assert_eq!(parse(&[]).folder(), None);
    }

    #[test]
    fn folders_become_absolute() {
        let here = std::env::current_dir().unwrap();
        assert_eq!(parse(&["site"]).folder(), Some(here.join("site")));
        let parsed = parse(&["--data-dir", "data", "my site"]);
        assert_eq!(parsed.data_dir(), Some(here.join("data")));
        assert_eq!(parsed.folder(), Some(here.join("my site")));
        assert_eq!(parse(&["--data-dir=data"]).data_dir(), Some(here.join("data")));
    }

    #[test]
    fn the_nearest_wish_for_a_data_folder_wins_and_an_empty_one_is_none() {
        let here = std::env::current_dir().unwrap();
        assert_eq!(named(Some(Path::new("a")), Some("b".into())), Some(here.join("a")));
        assert_eq!(named(None, Some("b".into())), Some(here.join("b")));
        assert_eq!(named(None, Some("".into())), None);
        assert_eq!(named(None, None), None);
    }

    #[test]
    fn another_start_counts_from_its_own_folder() {
        let cwd = std::env::temp_dir();
        let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        let other = |arguments| Arguments::of_another_start(&words(arguments), &cwd.to_string_lossy());
        assert_eq!(other(&["slipway-app", "site"]).unwrap().folder(), Some(cwd.join("site")));
        assert_eq!(other(&["slipway-app"]).unwrap().folder(), None);
        assert!(other(&["slipway-app", "--colour"]).is_none());
    }

    #[test]
    fn wrong_arguments_are_refused() {
        assert!(Arguments::try_parse_from(["slipway-app", "a", "b"]).is_err());
        assert!(Arguments::try_parse_from(["slipway-app", "--data-dir"]).is_err());
    }
}
