//! `slipway config`: the project file, in which sites are described for a team or a server.

mod check;
mod init;
mod show;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use slipway_api::project::PROJECT_FILE;
use slipway_core::{Failure, SiteName};

use super::Context;

/// Begin, check or explain a project file.
///
/// A project file describes sites in a file that can be shared and kept with the website. It says where passwords
/// are found, and holds none. All commands take their sites from it with --config.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway config init
  slipway config check
  slipway --config slipway.json publish shop")]
pub(crate) struct Config {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Init(init::Init),
    Check(check::Check),
    Show(show::Show),
}

impl Config {
    /// The site it is about, if it is about one.
    pub(crate) fn name(&self) -> Option<&SiteName> {
        match &self.what {
            What::Show(show) => Some(&show.site.name),
            What::Init(_) | What::Check(_) => None,
        }
    }

    /// The file that has to be understood before anything is done.
    pub(crate) fn project(&self, config: Option<&Path>) -> Option<PathBuf> {
        matches!(self.what, What::Show(_)).then(|| named(None, config))
    }

    /// The file that it is about.
    pub(crate) fn file(&self, config: Option<&Path>) -> PathBuf {
        match &self.what {
            What::Init(init) => named(init.file.as_deref(), config),
            What::Check(check) => named(check.file.as_deref(), config),
            What::Show(_) => named(None, config),
        }
    }

    /// Whether a new file is to be written.
    pub(crate) fn begins(&self) -> bool {
        matches!(self.what, What::Init(_))
    }

    /// Whether mistakes are looked for.
    pub(crate) fn checks(&self) -> bool {
        matches!(self.what, What::Check(_))
    }

    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let file = self.file(context.config.as_deref());
        match self.what {
            What::Init(_) => init::run(context, file).await,
            What::Check(_) => check::run(context, file).await,
            What::Show(show) => show.run(context).await,
        }
    }
}

/// The file that was named, else the one that is usual, in the folder where the command is typed.
fn named(file: Option<&Path>, config: Option<&Path>) -> PathBuf {
    file.or(config).unwrap_or(Path::new(PROJECT_FILE)).to_owned()
}
