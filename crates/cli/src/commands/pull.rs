//! `slipway pull`: brings a site down from its server.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use slipway_api::{PublishOptions, PullOptions, PullPreview};
use slipway_core::{Failure, RemotePath, SiteName, units};

use super::plan_view;
use super::publish_options::LineArgs;
use super::{Context, finished};
use crate::args::Name;
use crate::output::inline;
use crate::progress::Display;
use crate::words::{files, grouped, quoted};

/// Bring a website down from its server.
///
/// Copies what is online into the site's folder, or into another one. Files that are here already are not sent
/// again, and files that you changed here stay as they are. Changes nothing on the server.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway pull shop --dry-run           what would be brought down
  slipway pull shop
  slipway pull shop --into ./as-it-is   a copy of what is online, in a folder of its own")]
pub(crate) struct Pull {
    #[command(flatten)]
    pub(crate) site: Name,
    /// The folder to bring it down into [without this: the site's own].
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// Replace files that you changed here, too.
    #[arg(long)]
    overwrite: bool,
    /// Show what would happen, and change nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    line: LineArgs,
}

impl Pull {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let name = &self.site.name;
        // Relative to where the command is typed, not to the site's folder.
        let into = self.into.map(|into| std::path::absolute(&into).unwrap_or(into));
        let again = command(context, name, into.as_deref(), self.overwrite);
        let options = PullOptions { into: into.clone(), overwrite: self.overwrite, ..PullOptions::default() };
        let display = Display::start(context);
        let (events, cancel) = (display.events(), context.cancel.clone());
        if self.dry_run {
            let found = context.api.preview_pull(name, options, events, cancel).await;
            display.end();
            let found = found?;
            context.out.last(&PullLine::of("pull_plan", &found));
            show(context, &found);
            if !found.downloads.is_empty() {
                context.out.line(&format!("To bring it down:\n  {again}"));
            }
            return Ok(());
        }
        let pulled = context.api.pull(name, PublishOptions::from(self.line), options, events, cancel).await;
        display.end();
        let site = context.api.site(name).await.ok();
        let folder = into.or_else(|| site.as_ref().map(slipway_core::Site::pull_folder));
        finished::tell_with(context, site.as_ref(), folder.as_deref(), pulled?);
        Ok(())
    }
}

fn command(context: &Context, name: &SiteName, into: Option<&std::path::Path>, overwrite: bool) -> String {
    let into = into.map(|into| format!(" --into {}", quoted(&into.to_string_lossy()))).unwrap_or_default();
    let overwrite = if overwrite { " --overwrite" } else { "" };
    format!("{} pull {}{into}{overwrite}", context.program, quoted(name.as_str()))
}

/// What a pull would do, in JSON.
#[derive(Serialize)]
pub(super) struct PullLine<'a> {
    event: &'static str,
    folder: PathBuf,
    downloads: usize,
    files: Vec<FileLine<'a>>,
    bytes: u64,
    unchanged: u64,
    kept: Vec<&'a str>,
    findings: Vec<serde_json::Value>,
}

#[derive(Serialize)]
struct FileLine<'a> {
    path: &'a str,
    size: u64,
}

impl<'a> PullLine<'a> {
    pub(super) fn of(event: &'static str, found: &'a PullPreview) -> Self {
        let (files, findings) = (found.downloads.iter(), found.findings.iter());
        Self {
            event,
            // Without a slash at its end.
            folder: found.folder.components().collect(),
            downloads: found.downloads.len(),
            files: files.map(|(path, size)| FileLine { path: path.as_str(), size: *size }).collect(),
            bytes: bytes(found),
            unchanged: found.unchanged,
            kept: found.kept.iter().map(RemotePath::as_str).collect(),
            findings: findings.map(|f| plan_view::finding(f.kind, &f.path, f.kind.text())).collect(),
        }
    }
}

fn bytes(found: &PullPreview) -> u64 {
    found.downloads.iter().map(|(_, size)| size).sum()
}

/// Shows what a pull would do.
pub(super) fn show(context: &Context, found: &PullPreview) {
    let downloads = found.downloads.iter().map(|(path, size)| (path.as_str(), *size));
    plan_view::sized(context, "To be brought down", downloads);
    let kept = found.kept.iter().map(|path| format!("  {}", inline(path.as_str())));
    plan_view::group(context, "Changed here by you, to be left as they are", kept.collect());
    plan_view::findings(context, found.findings.iter().map(|f| (f.path.as_str(), f.kind.text())));
    context.out.line(&sum(found));
}

fn sum(found: &PullPreview) -> String {
    let folder = finished::shown(&found.folder);
    let here = grouped(found.unchanged);
    match found.downloads.len() as u64 {
        0 => {
            format!("Everything that is online is in {folder} already: {} unchanged.", files(found.unchanged))
        }
        count => {
            let (count, bytes) = (files(count), units::bytes(bytes(found)));
            format!("In all: {count} to bring down ({bytes}) into {folder}, {here} unchanged.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_up_what_would_come() {
        let mut found =
            PullPreview { folder: "/home/anna/shop".into(), unchanged: 4, ..PullPreview::default() };
        assert_eq!(
            sum(&found),
            "Everything that is online is in /home/anna/shop already: 4 files unchanged."
        );
        found.downloads = vec![(RemotePath::new("a.html").unwrap(), 1_500)];
        assert_eq!(sum(&found), "In all: 1 file to bring down (1.5 kB) into /home/anna/shop, 4 unchanged.");
        let json = serde_json::to_value(PullLine::of("pull_plan", &found)).unwrap();
        assert_eq!((&json["files"][0]["path"], &json["bytes"]), (&"a.html".into(), &1_500.into()));
    }
}
