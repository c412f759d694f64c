//! `slipway publish`: brings a site online.

use clap::Args;
use slipway_api::{PublishOptions, Published};
use slipway_core::site::MOST_CONNECTIONS;
use slipway_core::{Event, Failure, Outcome, RunState, Site, units};

use super::Context;
use super::preview::preview;
use crate::args::{CompareArg, Name, OnConflictArg, rate};
use crate::output::inline;
use crate::progress::Display;
use crate::words::{files, grouped};

/// Bring a website online.
///
/// Sends what has changed, out of your visitors' sight, and switches over once everything has arrived. What your
/// folder no longer holds is taken off, if Slipway put it there. When a publish is cut off, the next one carries on
/// where it stopped.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway publish shop
  slipway publish shop --dry-run                  what would happen, as 'slipway preview shop'
  slipway publish shop --leave-out 'videos/**'    without the videos; those online stay as they are
  slipway publish shop --connections 1            gently, for servers that are easily overwhelmed")]
pub(crate) struct Publish {
    #[command(flatten)]
    pub(crate) site: Name,
    /// Show what would happen, and change nothing.
    #[arg(long)]
    dry_run: bool,
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
    /// What happens to files that someone else changed on the server.
    #[arg(long, value_name = "WHAT", default_value = "abort", help_heading = "What is published")]
    on_conflict: OnConflictArg,
    /// Remove files even when that is more than half of the website.
    #[arg(long, help_heading = "What is published")]
    yes: bool,
    /// Connections at once, this once: 1 to 16.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=i64::from(MOST_CONNECTIONS)),
        help_heading = "How it is sent")]
    connections: Option<u8>,
    /// Send no faster than this, this once: 500k or 2M bytes a second.
    #[arg(long, value_name = "RATE", value_parser = rate, help_heading = "How it is sent")]
    limit: Option<u64>,
}

impl Publish {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let options = PublishOptions {
            full_check: self.full_check,
            compare: self.compare.map(Into::into),
            yes: self.yes,
            connections: self.connections,
            limit: self.limit,
            keep_removed: self.keep_removed,
            leave_out: self.leave_out,
            on_conflict: self.on_conflict.into(),
        };
        if self.dry_run {
            return preview(context, &self.site, options).await;
        }
        let display = Display::start(context);
        let name = &self.site.name;
        let published = context.api.publish(name, options, display.events(), context.cancel.clone()).await;
        display.end();
        let Published { run, outcome } = published?;
        for line in result(&outcome, context.api.site(name).await.ok().as_ref()) {
            context.out.say(&line);
        }
        context.out.last(&Event::Finished { outcome: RunState::Live, run, summary: outcome });
        Ok(())
    }
}

/// What a publish did, in a few lines.
fn result(outcome: &Outcome, site: Option<&Site>) -> Vec<String> {
    let address = site.and_then(|site| site.web_url.as_deref()).map(inline);
    if outcome.uploaded == 0 && outcome.removed == 0 && outcome.failed == 0 {
        let at = address.map_or_else(|| ".".to_owned(), |address| format!(": {address}"));
        return vec![format!("Everything is online already{at}")];
    }
    let mut lines = vec![match address {
        Some(address) => format!("Your website is online: {address}"),
        None => "Your website is online.".to_owned(),
    }];
    let took = units::duration(outcome.seconds);
    let (removed, unchanged) = (outcome.removed, grouped(outcome.unchanged));
    lines.push(match outcome.uploaded {
        0 => format!("{} removed in {took}, {unchanged} unchanged.", files(removed)),
        sent => {
            let (sent, bytes, removed) = (files(sent), units::bytes(outcome.bytes), grouped(removed));
            format!("{sent} went online ({bytes}) in {took}; {removed} removed, {unchanged} unchanged.")
        }
    });
    if outcome.failed > 0 {
        lines.push(format!("{} could not be published.", files(outcome.failed)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use slipway_core::SiteName;

    use super::*;

    #[test]
    fn says_what_was_done() {
        let mut site = Site::new(SiteName::new("a").unwrap(), "/a".into(), "h", "u");
        let mut outcome = Outcome { unchanged: 3, ..Outcome::default() };
        assert_eq!(result(&outcome, Some(&site)), ["Everything is online already."]);
        site.web_url = Some("https://example.com".to_owned());
        assert_eq!(result(&outcome, Some(&site)), ["Everything is online already: https://example.com"]);
        outcome.uploaded = 1;
        outcome.bytes = 3_400_000;
        outcome.seconds = 2.1;
        outcome.removed = 1_200;
        let lines = [
            "Your website is online: https://example.com",
            "1 file went online (3.4 MB) in 2.1 s; 1,200 removed, 3 unchanged.",
        ];
        assert_eq!(result(&outcome, Some(&site)), lines);
        outcome.failed = 2;
        assert_eq!(result(&outcome, None)[2], "2 files could not be published.");
        outcome.uploaded = 0;
        assert_eq!(result(&outcome, None)[1], "1,200 files removed in 2.1 s, 3 unchanged.");
    }
}
