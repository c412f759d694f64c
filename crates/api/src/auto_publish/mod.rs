//! Auto-publish: a site's folder is watched, and what changes goes online by itself. Each time it is a publish like any
//! other, with the same guard rails. What needs a person is asked, and nothing happens until it is answered; what
//! passes by itself is tried again after growing pauses.

mod after;
mod builds;
mod network;
mod pauses;

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Serialize;
use slipway_core::{Code, Failure, PipelineStep, RemotePath, RunId, RunState, Site, SiteName};
use slipway_engine::{Look, Pace, Polling, PublishOptions, Watcher, Way};
use tokio_util::sync::CancellationToken;

use crate::{Finished, RunRequest, Slipway};
use after::{After, after};
use builds::Builds;
use network::Network;
use pauses::Pauses;

/// So many files are left out at once before it is said that they can't be read.
const MOST_HELD: usize = 100;
/// How often it is seen whether a person has put things right elsewhere.
const ASKED: Duration = Duration::from_secs(2);

/// What auto-publish of a site is doing.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum AutoState {
    /// It waits for changes; all others are online.
    Watching {
        /// Why the folder is walked through every few seconds; `null` where the system tells of changes.
        polling: Option<PollingReason>,
        /// Files that are left out until they are at rest and can be read, below the publish folder.
        held: Vec<String>,
    },
    /// Changes are going online.
    Publishing,
    /// It failed for now, and is tried again by itself.
    Retrying {
        /// Why.
        failure: Failure,
        /// When it is tried again, in milliseconds since 1970, if nothing makes it sooner.
        at_ms: i64,
    },
    /// It waits for a person.
    Paused {
        /// What the person is asked, or must put right.
        failure: Failure,
    },
}

/// Why a folder is walked through every few seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PollingReason {
    /// It is on another computer.
    Network,
    /// The system watches no more folders.
    Limit,
    /// The system does not watch it.
    Refused,
}

/// Does what auto-publish decides, and is told of it.
pub trait AutoPublisher: Send + Sync {
    /// Publishes.
    fn publish(&self, request: RunRequest) -> impl Future<Output = Result<Finished, Failure>> + Send;
    /// It does something else now. Must not block.
    fn state(&self, state: AutoState);
}

impl Slipway {
    /// Publishes a site whenever its folder changes, until it is stopped. What changed while nobody watched goes online
    /// first.
    ///
    /// # Errors
    /// [`Code::SiteNotFound`] where there is no such site, or none any more; [`Code::ConfigurationInvalid`].
    pub async fn auto_publish(
        &self,
        name: &SiteName,
        pace: Pace,
        publisher: &impl AutoPublisher,
        cancel: CancellationToken,
    ) -> Result<(), Failure> {
        let mut site = self.site(name).await?;
        let mut auto = Auto {
            slipway: self,
            publisher,
            watcher: Watcher::start(&site, pace).await?,
            builds: Builds::default(),
            pauses: Pauses::default(),
            told: None,
            cancel: cancel.clone(),
        };
        let mut look = Look::default();
        let mut begins = true;
        while !cancel.is_cancelled() {
            if !auto.watcher.fits(&site) {
                auto.watcher = Watcher::start(&site, pace).await?;
            }
            let done = auto.go(&site, &look, begins).await;
            begins = false;
            look = tokio::select! {
                biased;
                () = cancel.cancelled() => return Ok(()),
                look = auto.wait(&site, done) => look?,
            };
            site = self.site(name).await?;
        }
        Ok(())
    }

    /// The newest run of a site that brought it online, and whether the newest of all ended well.
    async fn newest(&self, name: &SiteName) -> (Option<RunId>, bool) {
        let runs = self.history(name, 20).await.unwrap_or_default();
        let well = |state| matches!(state, RunState::Live | RunState::Done);
        let whole = runs.first().is_none_or(|run| well(run.state));
        (runs.into_iter().find(|run| run.state == RunState::Live).map(|run| run.run), whole)
    }
}

/// One site's auto-publish.
struct Auto<'a, P> {
    slipway: &'a Slipway,
    publisher: &'a P,
    watcher: Watcher,
    builds: Builds,
    pauses: Pauses,
    /// What was told last.
    told: Option<AutoState>,
    cancel: CancellationToken,
}

impl<P: AutoPublisher> Auto<'_, P> {
    /// Says what it does now, once.
    fn tell(&mut self, state: AutoState) {
        if self.told.as_ref() != Some(&state) {
            self.told = Some(state.clone());
            self.publisher.state(state);
        }
    }

    /// Looks, and publishes if there is anything to publish. Says which files were left out.
    async fn go(&mut self, site: &Site, look: &Look, begins: bool) -> Result<Vec<RemotePath>, Failure> {
        if site.build.is_some() {
            return self.build(site).await.map(|()| Vec::new());
        }
        let mut held = look.unsettled.clone();
        let preview = loop {
            match self.slipway.compare(&site.name, leaving_out(&held), self.cancel.child_token()).await {
                Err(failure) if may_rest(failure.code) && held.len() < MOST_HELD => {
                    let path = failure.path.as_deref().and_then(|path| RemotePath::new(path).ok());
                    match path.filter(|path| !held.contains(path)) {
                        Some(path) => held.push(path),
                        None => return Err(failure),
                    }
                }
                result => break result?,
            }
        };
        // A run that was cut off may have left something to tidy up.
        let cut_off = begins && !self.slipway.newest(&site.name).await.1;
        if cut_off || !preview.plan.is_empty() || !preview.plan.forget.is_empty() {
            self.tell(AutoState::Publishing);
            let steps = Some(vec![PipelineStep::Publish]);
            let request = RunRequest { steps, publish: leaving_out(&held), ..RunRequest::default() };
            self.publisher.publish(request).await?;
        }
        Ok(held)
    }

    async fn build(&mut self, site: &Site) -> Result<(), Failure> {
        let before = fingerprint(site).await?;
        if self.builds.knows(before) {
            return Ok(());
        }
        self.watcher.look_now();
        self.tell(AutoState::Publishing);
        let steps = Some(vec![PipelineStep::Build, PipelineStep::Publish]);
        let published = self.publisher.publish(RunRequest { steps, ..RunRequest::default() }).await;
        if published.as_ref().is_err_and(|failure| failure.code != Code::BuildFailed) {
            return published.map(drop);
        }
        let touched = self.watcher.touched();
        if self.builds.made_all(touched) {
            self.watcher.look_now();
            self.builds.done(fingerprint(site).await?);
        } else {
            self.builds.done(before);
        }
        published.map(drop)
    }

    /// Waits until it is time to look again.
    async fn wait(&mut self, site: &Site, done: Result<Vec<RemotePath>, Failure>) -> Result<Look, Failure> {
        match done {
            Ok(held) => {
                let polling = polling(self.watcher.way());
                let names = held.iter().map(ToString::to_string).collect();
                self.tell(AutoState::Watching { polling, held: names });
                if held.is_empty() {
                    self.pauses.reset();
                    return Ok(self.watcher.next().await);
                }
                // Whoever lets go of a file does not always change it.
                tokio::select! {
                    look = self.watcher.next() => Ok(look),
                    () = tokio::time::sleep(self.pauses.next()) => Ok(self.watcher.look_now()),
                }
            }
            Err(failure) if failure.code == Code::SiteNotFound => Err(failure),
            Err(failure) => {
                tracing::info!(site = %site.name, %failure, "auto-publish waits");
                match after(failure.code) {
                    After::Retry => self.retry(failure).await,
                    After::Ask => self.asked(site, failure, false).await,
                    After::AskOrChange => self.asked(site, failure, true).await,
                }
                Ok(self.watcher.look_now())
            }
        }
    }

    /// Until the pause is over, or the network has come back.
    async fn retry(&mut self, failure: Failure) {
        let pause = self.pauses.next();
        let at_ms = Timestamp::now().as_millisecond() + i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
        let mut network = Network::now();
        self.tell(AutoState::Retrying { failure, at_ms });
        let at = Instant::now() + pause;
        tokio::select! {
            () = tokio::time::sleep_until(at.into()) => {}
            () = network.returned() => self.pauses.reset(),
        }
    }

    /// Until a publish has gone through or the site's settings were changed, or, where it may help, the folder.
    async fn asked(&mut self, site: &Site, failure: Failure, change_helps: bool) {
        self.pauses.reset();
        self.tell(AutoState::Paused { failure });
        let slipway = self.slipway;
        let (newest, _) = slipway.newest(&site.name).await;
        let answered = async {
            loop {
                tokio::time::sleep(ASKED).await;
                let now = slipway.site(&site.name).await;
                if now.as_ref() != Ok(site) || slipway.newest(&site.name).await.0 != newest {
                    return;
                }
            }
        };
        tokio::select! {
            () = answered => {}
            _ = self.watcher.next(), if change_helps => {}
        }
    }
}

/// Whether a file may be published later that can't be now.
fn may_rest(code: Code) -> bool {
    matches!(code, Code::LocalFileChanging | Code::LocalFileUnreadable)
}

fn leaving_out(held: &[RemotePath]) -> PublishOptions {
    PublishOptions { leave_out: held.iter().map(pattern_of).collect(), ..PublishOptions::default() }
}

/// The pattern that fits just this file or folder.
fn pattern_of(path: &RemotePath) -> String {
    let mut pattern = String::from("/");
    for c in path.as_str().chars() {
        if matches!(c, '\\' | '*' | '?' | '[' | ']' | '{' | '}' | ' ') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

fn polling(way: Way) -> Option<PollingReason> {
    match way {
        Way::Native => None,
        Way::Polling(Polling::Network) => Some(PollingReason::Network),
        Way::Polling(Polling::Limit) => Some(PollingReason::Limit),
        Way::Polling(Polling::Refused) => Some(PollingReason::Refused),
    }
}

async fn fingerprint(site: &Site) -> Result<[u8; 32], Failure> {
    let site = site.clone();
    let taken = tokio::task::spawn_blocking(move || slipway_engine::fingerprint(&site)).await;
    taken.unwrap_or_else(|error| Err(Failure::new(Code::Unexpected, error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_only_its_file() {
        for (path, pattern) in
            [("a/b.html", "/a/b.html"), ("[a] {b}*?.html", "/\\[a\\]\\ \\{b\\}\\*\\?.html")]
        {
            assert_eq!(pattern_of(&RemotePath::new(path).unwrap()), pattern);
            assert!(slipway_engine::check_excludes(&[pattern.to_owned()]).is_ok());
        }
    }
}
