//! What can be typed after `slipway`: the options of all commands, and the commands. Each command's own options are
//! beside it.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use slipway_core::{Compare, OnConflict, Protocol, SiteName, StoreKind, units};

use crate::commands::{
    check, completions, config, credential, history, import, practice, preview, publish, pull, run, site,
    undo, watch,
};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Cyan.on_default().bold())
    .usage(AnsiColor::Cyan.on_default().bold())
    .literal(AnsiColor::Green.on_default())
    .placeholder(AnsiColor::White.on_default());

const QUICK_START: &str = "\
Quick start:
  slipway site add shop --folder ./website --host ftp.example.com --user anna
  slipway preview shop
  slipway publish shop

No hosting yet? 'slipway practice' starts a server on this computer to try
everything with.
More about a command: slipway COMMAND --help

Environment:
  SLIPWAY_DATA_DIR             the folder that holds everything Slipway keeps
  SLIPWAY_<SITE>_FTP_PASSWORD  a site's password, for jobs without a person;
                               for my-shop: SLIPWAY_MY_SHOP_FTP_PASSWORD
  SLIPWAY_<SITE>_FTP_USERNAME  a site's user name, in the same way
  SLIPWAY_CREDENTIALS_KEY      the pass phrase of the encrypted file that
                               passwords are kept in where there is no keychain

Exit codes:
  0  done                      4  no password, or no keychain
  1  it failed                 5  the server can't be reached, or refuses
  2  called wrongly            6  you have to decide something
  3  bad settings, or no site  7  stopped";

/// Put a website online.
///
/// Slipway sends what has changed in a folder to your hosting, out of your visitors' sight, and switches over only
/// once everything has arrived.
#[derive(Debug, Parser)]
#[command(name = "slipway", version, styles = STYLES, after_help = QUICK_START, max_term_width = 100)]
pub(crate) struct Cli {
    /// The folder that holds everything Slipway keeps.
    #[arg(long, global = true, value_name = "DIR", help_heading = "For every command")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Take the sites from this project file, instead of those that were added.
    #[arg(long, global = true, value_name = "FILE", help_heading = "For every command")]
    pub(crate) config: Option<PathBuf>,
    /// Write results for programs: one JSON object a line.
    #[arg(long, global = true, help_heading = "For every command")]
    pub(crate) json: bool,
    /// Say more; -vv and -vvv still more.
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet",
        help_heading = "For every command")]
    pub(crate) verbose: u8,
    /// Say nothing unless something goes wrong.
    #[arg(short, long, global = true, help_heading = "For every command")]
    pub(crate) quiet: bool,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Site(site::Site),
    Check(check::Check),
    Preview(preview::Preview),
    Publish(publish::Publish),
    Undo(undo::Undo),
    Pull(pull::Pull),
    Run(run::Run),
    Watch(watch::WatchSites),
    History(history::History),
    Credential(credential::Credential),
    Config(config::Config),
    Import(import::Import),
    Practice(practice::Practice),
    Completions(completions::Completions),
}

/// The site that a command is about.
#[derive(Debug, Args)]
pub(crate) struct Name {
    /// The site's name.
    #[arg(value_name = "NAME", value_parser = SiteName::new)]
    pub(crate) name: SiteName,
}

/// How one speaks to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProtocolArg {
    /// Encrypted; what most hosting companies offer (explicit FTPS).
    Ftps,
    /// Encrypted from the first byte, usually on port 990 (implicit FTPS).
    FtpsImplicit,
    /// Not encrypted: anyone on the way can read the password.
    Ftp,
}

impl From<ProtocolArg> for Protocol {
    fn from(protocol: ProtocolArg) -> Self {
        match protocol {
            ProtocolArg::Ftps => Self::Ftps,
            ProtocolArg::FtpsImplicit => Self::FtpsImplicit,
            ProtocolArg::Ftp => Self::Ftp,
        }
    }
}

/// How a local file is found to have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CompareArg {
    /// By size and time of change; quick.
    Modified,
    /// By content; reads every file.
    Checksum,
}

impl From<CompareArg> for Compare {
    fn from(compare: CompareArg) -> Self {
        match compare {
            CompareArg::Modified => Self::Modified,
            CompareArg::Checksum => Self::Checksum,
        }
    }
}

/// What happens to files that someone else changed on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnConflictArg {
    /// Ask about each; where there is no terminal, abort.
    Ask,
    /// Publish nothing, and say which.
    Abort,
    /// Leave them as they are on the server.
    Keep,
    /// Replace them with yours.
    Replace,
}

impl From<OnConflictArg> for OnConflict {
    fn from(choice: OnConflictArg) -> Self {
        match choice {
            OnConflictArg::Ask | OnConflictArg::Abort => Self::Abort,
            OnConflictArg::Keep => Self::Keep,
            OnConflictArg::Replace => Self::Replace,
        }
    }
}

/// A place that passwords are kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StoreArg {
    /// This computer's keychain.
    Keychain,
    /// An encrypted file of Slipway's own, which opens with a pass phrase.
    File,
    /// Environment variables; they are only read.
    Env,
}

impl From<StoreArg> for StoreKind {
    fn from(store: StoreArg) -> Self {
        match store {
            StoreArg::Keychain => Self::Keychain,
            StoreArg::File => Self::File,
            StoreArg::Env => Self::Environment,
        }
    }
}

/// Reads a bandwidth, such as `500k`, in bytes a second.
pub(crate) fn rate(text: &str) -> Result<u64, String> {
    bytes(text, "nothing would ever be sent; leave it out for no limit")
}

/// Reads a number of bytes, such as `2G`.
pub(crate) fn space(text: &str) -> Result<u64, String> {
    bytes(text, "it must be at least 1 byte")
}

fn bytes(text: &str, why_not_none: &str) -> Result<u64, String> {
    match units::parse_bytes(text) {
        Ok(0) => Err(why_not_none.to_owned()),
        Ok(bytes) => Ok(bytes),
        Err(error) => Err(error.to_string()),
    }
}

impl Command {
    /// The site that the command is about, if any.
    pub(crate) fn site(&self) -> Option<&SiteName> {
        match self {
            Self::Site(site) => site.name(),
            Self::Check(check) => Some(&check.site.name),
            Self::Preview(preview) => Some(&preview.site.name),
            Self::Publish(publish) => Some(&publish.site.name),
            Self::Undo(undo) => Some(&undo.site.name),
            Self::Pull(pull) => Some(&pull.site.name),
            Self::Run(run) => Some(&run.site.name),
            Self::History(history) => Some(&history.site.name),
            Self::Credential(credential) => credential.name(),
            Self::Config(config) => config.name(),
            Self::Watch(watch) => watch.only(),
            Self::Import(_) | Self::Practice(_) | Self::Completions(_) => None,
        }
    }
}

#[cfg(test)]
#[path = "args_tests.rs"]
mod tests;
