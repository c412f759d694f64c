//! `slipway undo`: puts an earlier version back.

use clap::Args;
use slipway_api::PublishOptions;
use slipway_core::Failure;

use super::Context;
use super::conflicts;
use super::finished;
use super::preview;
use super::publish_options::{LineArgs, TurnArgs};
use crate::args::{Name, OnConflictArg};
use crate::words::{moment, quoted};

/// Put an earlier version of a website back online.
///
/// Slipway keeps what each publish brought online on this computer: the last 5 versions, up to 2 GB a site, unless
/// 'slipway site edit' says otherwise. Without --to it is the version before the one that is online. Your folder stays
/// as it is; the next publish brings it online again. An undo is a publish like any other, and can be undone itself.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway undo shop                    back to the version before
  slipway undo shop --dry-run          what that would do
  slipway undo shop --to 1a2b3c4d      back to the version of that run: see 'slipway history shop'")]
pub(crate) struct Undo {
    #[command(flatten)]
    pub(crate) site: Name,
    /// Put back what this run brought online: its id, or how it begins.
    #[arg(long, value_name = "RUN")]
    to: Option<String>,
    /// Show what would happen, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// What happens to files that someone else changed on the server [without this: ask at a terminal, else abort].
    #[arg(long, value_name = "WHAT")]
    on_conflict: Option<OnConflictArg>,
    /// Remove files even when that is more than half of the website.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    turn: TurnArgs,
    #[command(flatten)]
    line: LineArgs,
}

impl Undo {
    /// Which version, as it was typed.
    pub(crate) fn to_as_typed(&self) -> String {
        self.to.as_ref().map(|to| format!("--to {}", quoted(to))).unwrap_or_default()
    }

    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let name = &self.site.name;
        let version = context.api.version(name, self.to.as_deref()).await?;
        let options = PublishOptions {
            version: Some(version.run),
            on_conflict: self.on_conflict.map(Into::into).unwrap_or_default(),
            yes: self.yes,
            wait: self.turn.wait,
            take_over: self.turn.take_over,
            ..self.line.into()
        };
        context.out.say(&format!("The version of {} is put back.", moment(version.started_ms)));
        if self.dry_run {
            return preview::preview(context, name, options).await;
        }
        let asks = conflicts::asks(context, self.on_conflict);
        let published = conflicts::publish(context, name, asks, options).await?;
        finished::tell(context, name, published).await;
        let publish = format!("{} publish {}", context.program, quoted(name.as_str()));
        context.out.say(&format!("Your folder is as it was. To bring it online again: {publish}"));
        Ok(())
    }
}
