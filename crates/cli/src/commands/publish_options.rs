//! The options that say what is sent and how: the same for all commands that send something.

use clap::Args;
use slipway_api::PublishOptions;
use slipway_core::site::MOST_CONNECTIONS;

use crate::args::{CompareArg, OnConflictArg, rate};

/// How files travel.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct LineArgs {
    /// Connections at once, this once: 1 to 16.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=i64::from(MOST_CONNECTIONS)),
        help_heading = "How it is sent")]
    connections: Option<u8>,
    /// No faster than this, this once: 500k or 2M bytes a second.
    #[arg(long, value_name = "RATE", value_parser = rate, help_heading = "How it is sent")]
    limit: Option<u64>,
}

impl From<LineArgs> for PublishOptions {
    fn from(line: LineArgs) -> Self {
        Self { connections: line.connections, limit: line.limit, ..Self::default() }
    }
}

/// What to do when it is not our turn.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct TurnArgs {
    /// While somebody else publishes this website, wait until they have finished.
    #[arg(long, help_heading = "When somebody else is publishing")]
    pub(super) wait: bool,
    /// Take over from a publisher that has been silent for ten minutes.
    #[arg(long, help_heading = "When somebody else is publishing")]
    pub(super) take_over: bool,
}

/// What is compared, what goes online, and how.
#[derive(Debug, Clone, Args)]
pub(super) struct PublishArgs {
    /// Ask the server about every file, instead of trusting the record of the last publish.
    #[arg(long, help_heading = "What is compared")]
    full_check: bool,
    /// How changed files are found, this once.
    #[arg(long, value_name = "HOW", help_heading = "What is compared")]
    compare: Option<CompareArg>,
    /// Take nothing off the server.
    #[arg(long, help_heading = "What is published")]
    keep_removed: bool,
    /// Leave these files out this once; their copies online stay as they are. Can be given several times.
    #[arg(long, value_name = "GLOB", help_heading = "What is published")]
    leave_out: Vec<String>,
    /// What happens to files that someone else changed on the server [without this: ask at a terminal, else abort].
    #[arg(long, value_name = "WHAT", help_heading = "What is published")]
    pub(super) on_conflict: Option<OnConflictArg>,
    /// Remove files even when that is more than half of the website.
    #[arg(long, help_heading = "What is published")]
    yes: bool,
    #[command(flatten)]
    turn: TurnArgs,
    #[command(flatten)]
    line: LineArgs,
}

impl From<PublishArgs> for PublishOptions {
    fn from(args: PublishArgs) -> Self {
        Self {
            full_check: args.full_check,
            compare: args.compare.map(Into::into),
            yes: args.yes,
            keep_removed: args.keep_removed,
            leave_out: args.leave_out,
            on_conflict: args.on_conflict.map(Into::into).unwrap_or_default(),
            wait: args.turn.wait,
            take_over: args.turn.take_over,
            ..args.line.into()
        }
    }
}
