//! `slipway watch`: publishes whenever a folder changes, until it is stopped.

use std::sync::{Mutex, PoisonError};

use clap::Args;
use serde::Serialize;
use serde_json::json;
use slipway_api::{AutoPublisher, AutoState, Events, Finished, Pace, PollingReason, RunRequest};
use slipway_core::{Event, Failure, Outcome, ProofFinding, Site, SiteName, units};
use tokio::task::JoinSet;

use super::Context;
use super::proof_words::found;
use crate::messages::{self, Setting};
use crate::output::inline;
use crate::words::{count, files, now, quoted};

/// Publish whenever a website's folder changes.
///
/// Watches until you press Ctrl-C. What changed while nobody watched goes online first. A save is online a moment after it
/// is finished; many at once go online together. What needs an answer, such as a file that somebody changed on the
/// server, is said, and waits for 'slipway publish'. What passes by itself, such as a lost connection, is tried again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway watch shop
  slipway watch shop blog
  slipway watch shop --json               for programs: a line for all that happens")]
pub(crate) struct WatchSites {
    /// The sites' names.
    #[arg(value_name = "NAME", value_parser = SiteName::new, required = true)]
    names: Vec<SiteName>,
}

impl WatchSites {
    /// The site, if it is one.
    pub(crate) fn only(&self) -> Option<&SiteName> {
        self.names.first().filter(|_| self.names.len() == 1)
    }

    pub(crate) async fn run(mut self, context: &Context) -> Result<(), Failure> {
        self.names.sort();
        self.names.dedup();
        let mut sites = Vec::new();
        for name in &self.names {
            sites.push(context.api.site(name).await?);
        }
        let several = sites.len() > 1;
        let mut watching = JoinSet::new();
        for site in sites {
            let says = Says { context: context.clone(), site, several, shown: Mutex::default() };
            watching.spawn(async move { says.watch().await });
        }
        let mut first = None;
        while let Some(ended) = watching.join_next().await {
            let failure = match ended {
                Ok(Ok(())) => continue,
                Ok(Err(failure)) => failure,
                Err(error) => Failure::new(slipway_core::Code::Unexpected, error),
            };
            first.get_or_insert(failure);
        }
        match first {
            Some(failure) => Err(failure),
            None => {
                context.out.last(&json!({ "event": "stopped" }));
                Ok(())
            }
        }
    }
}

/// Tells of one site.
struct Says {
    context: Context,
    site: Site,
    several: bool,
    shown: Mutex<Shown>,
}

/// What was said already.
#[derive(Default)]
struct Shown {
    watching: bool,
    polling: Option<PollingReason>,
    held: Vec<String>,
}

impl Says {
    async fn watch(&self) -> Result<(), Failure> {
        let Context { api, cancel, .. } = &self.context;
        let watched = api.auto_publish(&self.site.name, Pace::default(), self, cancel.clone()).await;
        // Others are watched still.
        if let Err(failure) = &watched
            && self.several
        {
            self.failed(failure);
        }
        watched
    }

    fn say(&self, text: &str) {
        let name =
            if self.several { format!("{}: ", quoted(self.site.name.as_str())) } else { String::new() };
        self.context.out.say(&format!("{} {name}{text}", now()));
    }

    fn event(&self, of: &impl Serialize) {
        self.context.out.event(&OfSite { site: &self.site.name, of });
    }

    fn failed(&self, failure: &Failure) {
        let setting = self.setting();
        let words = messages::words(failure, &setting);
        self.say(&format!("{}. {}", words.title, words.explanation));
        words.listing.iter().for_each(|line| self.context.out.talk(&format!("  {}", inline(line))));
        for (what, command) in &words.actions {
            self.context.out.talk(what);
            if let Some(command) = command {
                self.context.out.talk(&format!("\n  {command}\n"));
            }
        }
    }

    fn setting(&self) -> Setting {
        Setting::publishing(&self.context.program, &self.site)
    }

    fn watching(&self, polling: Option<PollingReason>, held: Vec<String>) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if !shown.watching {
            self.say(&format!("Watching {}. Ctrl-C ends it.", inline(&self.site.folder.to_string_lossy())));
        }
        if polling != shown.polling
            && let Some(reason) = polling
        {
            self.say(why_polling(reason));
        }
        if held != shown.held
            && let [first, rest @ ..] = &held[..]
        {
            let more =
                if rest.is_empty() { String::new() } else { format!(" and {}", files(rest.len() as u64)) };
            self.say(&format!("Waiting until {}{more} can be read and is at rest.", inline(first)));
        }
        *shown = Shown { watching: true, polling, held };
    }
}

impl AutoPublisher for Says {
    async fn publish(&self, request: RunRequest) -> Result<Finished, Failure> {
        let Context { api, cancel, watch, out, .. } = &self.context;
        let (seen, told, name) = (watch.clone(), out.clone(), self.site.name.clone());
        let events = Events::new(move |event: Event| {
            seen.note(&event);
            told.event(&OfSite { site: &name, of: &event });
        });
        let finished = api.run_steps(&self.site.name, request, events, cancel.clone()).await?;
        self.say(&published(&finished.outcome));
        if let Some(proof) =
            finished.outcome.proof.as_ref().filter(|proof| proof.finding != ProofFinding::Live)
        {
            self.say(&found(proof));
        }
        Ok(finished)
    }

    fn state(&self, state: AutoState) {
        self.event(&OfAuto { event: "auto", of: &state });
        match state {
            AutoState::Watching { polling, held } => self.watching(polling, held),
            AutoState::Publishing => {}
            AutoState::Retrying { failure, at_ms } => {
                let title = messages::words(&failure, &self.setting()).title;
                let seconds = (at_ms - jiff::Timestamp::now().as_millisecond()) as f64 / 1_000.0;
                self.say(&format!("{title}. Trying again in {}.", units::duration(seconds.max(0.0))));
            }
            AutoState::Paused { failure } => {
                self.failed(&failure);
                self.say("Nothing is published by itself until that is settled.");
            }
        }
    }
}

/// What happened to a site.
#[derive(Serialize)]
struct OfSite<'a, T> {
    site: &'a SiteName,
    #[serde(flatten)]
    of: &'a T,
}

/// What auto-publish does.
#[derive(Serialize)]
struct OfAuto<'a> {
    event: &'static str,
    #[serde(flatten)]
    of: &'a AutoState,
}

fn published(outcome: &Outcome) -> String {
    if outcome.uploaded == 0 && outcome.removed == 0 {
        return "Everything is online already.".to_owned();
    }
    let mut parts = Vec::new();
    if outcome.uploaded > 0 {
        parts.push(format!("{} sent ({})", files(outcome.uploaded), units::bytes(outcome.bytes)));
    }
    if outcome.removed > 0 {
        parts.push(format!("{} removed", count(outcome.removed, "file", "files")));
    }
    format!("Online: {}, in {}.", parts.join(", "), units::duration(outcome.seconds))
}

fn why_polling(reason: PollingReason) -> &'static str {
    match reason {
        PollingReason::Network => {
            "The folder is on another computer, whose changes are not told here: it is looked through every 5 seconds."
        }
        PollingReason::Limit => {
            "The system watches no more folders, so this one is looked through every 5 seconds. An administrator can \
             raise the limit: sysctl fs.inotify.max_user_watches=524288"
        }
        PollingReason::Refused => {
            "The system does not tell of changes there: the folder is looked through every 5 seconds."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_went_online() {
        let outcome = |uploaded, removed| Outcome {
            uploaded,
            removed,
            bytes: 3_400,
            seconds: 0.84,
            ..Outcome::default()
        };
        assert_eq!(published(&outcome(0, 0)), "Everything is online already.");
        assert_eq!(published(&outcome(1, 0)), "Online: 1 file sent (3.4 kB), in 0.8 s.");
        assert_eq!(published(&outcome(2, 1)), "Online: 2 files sent (3.4 kB), 1 file removed, in 0.8 s.");
    }
}
