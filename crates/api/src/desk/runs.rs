//! Publishes: how they begin, go on and end.

use jiff::Timestamp;
use slipway_core::{Code, Event, Failure, PipelineStep, RunId, RunState, Site, SiteName, SiteState};
use tokio_util::sync::CancellationToken;

use super::Desk;
use super::plans::options;
use super::wire::{LastRun, PublishRequest, RunEvent, RunKind, RunRecord};
use crate::{Events, Finished, RunRequest};

/// So many runs of a site are shown.
const SHOWN: usize = 500;

/// So many bytes of a run's log are shown at most.
const LONGEST_LOG: usize = 256 * 1024;

impl Desk {
    /// Begins to publish a site, and to build it before where it has a build. Returns at once; how it goes is told to
    /// those who listen, and its end always is.
    ///
    /// # Errors
    /// [`Code::AnotherPublishRunning`] while a run of the site is under way here, [`Code::ConfirmationNeeded`] for a purge
    /// that is confirmed with another name than the site's.
    pub async fn publish(&self, name: &SiteName, request: PublishRequest) -> Result<(), Failure> {
        let site = self.0.slipway.site(name).await?;
        let nothing_left = request.publishes_all();
        let request = order(&site, &request)?;
        let (this, whose) = (self.clone(), name.clone());
        self.begin(name, nothing_left, |cancel| async move {
            let gate = this.0.gates.of(&whose);
            gate.send_away();
            let _turn = gate.turn(&cancel).await?;
            let events = this.listening_to(&whose);
            this.0.slipway.run_steps(&whose, request, events, cancel).await
        })
    }

    /// Has the site's run stop, if one is under way. One that is going live, or has, comes to its end: visitors must not be
    /// left with half of it. The end is told to those who listen.
    pub async fn stop(&self, name: &SiteName) -> Result<(), Failure> {
        self.0.board.stop(name);
        Ok(())
    }

    /// Has all runs stop as [`Self::stop`] does, and waits until they have ended.
    pub async fn stop_all(&self) {
        self.0.board.stop_all();
        self.0.tasks.close();
        self.0.tasks.wait().await;
        self.0.tasks.reopen();
    }

    /// Whether any run is under way.
    pub fn is_busy(&self) -> bool {
        self.0.board.is_busy()
    }

    /// A site's runs, newest first.
    pub async fn history(&self, name: &SiteName) -> Result<Vec<RunRecord>, Failure> {
        let records = self.0.slipway.history(name, SHOWN).await?;
        Ok(records.into_iter().map(RunRecord::from).collect())
    }

    /// What a run wrote down while it went on, of a long one the last lines; `None` where that is not kept any more.
    pub async fn run_log(&self, name: &SiteName, run: &RunId) -> Result<Option<String>, Failure> {
        Ok(self.0.slipway.run_log(name, run).await?.map(last_lines))
    }

    /// Takes a run on, whose end will be told whatever becomes of it.
    fn begin<F>(
        &self,
        name: &SiteName,
        nothing_left: bool,
        work: impl FnOnce(CancellationToken) -> F,
    ) -> Result<(), Failure>
    where
        F: Future<Output = Result<Finished, Failure>> + Send + 'static,
    {
        let (work, started_ms) = (work(self.0.board.begin(name)?), now_ms());
        let (this, name) = (self.clone(), name.clone());
        self.0.tasks.spawn(async move {
            // A task of its own, so that its panic is not ours.
            let ended = tokio::spawn(work).await;
            let ended = ended.unwrap_or_else(|error| Err(broken(error)));
            let run = this.0.board.run_of(&name).and_then(|now| now.run);
            this.remember(&name, run.as_ref(), &ended, nothing_left, started_ms);
            this.forget_if_gone(&name).await;
            this.0.board.end(&name, last_word(run, ended));
        });
        Ok(())
    }

    fn listening_to(&self, site: &SiteName) -> Events {
        let (this, site) = (self.clone(), site.clone());
        Events::new(move |event: Event| {
            if let Some(event) = RunEvent::of(event) {
                this.0.board.note(&site, event);
            }
        })
    }

    fn remember(
        &self,
        name: &SiteName,
        run: Option<&RunId>,
        ended: &Result<Finished, Failure>,
        nothing_left: bool,
        started_ms: i64,
    ) {
        let memory = &self.0.memory;
        memory.note_end(name);
        match ended {
            Ok(_) => {
                memory.set_waiting(name, nothing_left.then_some(0));
                memory.set_nameless(name, None);
            }
            // How that one ends is what counts.
            Err(failure) if failure.code == Code::AnotherPublishRunning => {}
            Err(failure) => {
                self.note_rejected(name, failure);
                let failed = |failure: &Failure| LastRun {
                    kind: RunKind::Publish,
                    state: if failure.code == Code::Cancelled {
                        RunState::Cancelled
                    } else {
                        RunState::Failed
                    },
                    started_ms,
                    ended_ms: Some(now_ms()),
                    outcome: None,
                    failure: Some(failure.clone()),
                };
                memory.set_nameless(name, run.is_none().then(|| failed(failure)));
            }
        }
    }
}

fn order(site: &Site, request: &PublishRequest) -> Result<RunRequest, Failure> {
    if let Some(typed) = &request.purge_confirmed
        && typed != site.name.as_str()
    {
        return Err(Failure::new(Code::ConfirmationNeeded, "another name than the site's was typed"));
    }
    // A version that is put back was made before.
    let builds = site.build.is_some() && request.version.is_none();
    let build = builds.then_some(PipelineStep::Build);
    let steps = build.into_iter().chain([PipelineStep::Publish]).collect();
    Ok(RunRequest { steps: Some(steps), publish: options(request)?, ..RunRequest::default() })
}

/// The end of a long text, from the beginning of a line.
fn last_lines(text: String) -> String {
    let Some(from) = text.len().checked_sub(LONGEST_LOG).filter(|&from| from > 0) else { return text };
    let tail = &text[text.ceil_char_boundary(from)..];
    tail.split_once('\n').map_or(tail, |(_, lines)| lines).to_owned()
}

/// Nobody knows how far it came.
fn broken(error: tokio::task::JoinError) -> Failure {
    Failure { site: SiteState::Unknown, ..Failure::new(Code::Unexpected, error) }
}

fn last_word(run: Option<RunId>, ended: Result<Finished, Failure>) -> RunEvent {
    match ended {
        Ok(Finished { run, outcome, state }) => RunEvent::Finished { outcome: state, run, summary: outcome },
        Err(failure) => RunEvent::Failed { run, failure },
    }
}

/// Milliseconds since 1970.
pub(super) fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::super::wire::HostEvent;
    use super::*;
    use crate::Slipway;

    #[test]
    fn of_a_long_log_the_last_lines_are_shown() {
        assert_eq!(last_lines("short\n".to_owned()), "short\n");
        let long: String = (0..100_000).map(|number| format!("{number} ü\n")).collect();
        let shown = last_lines(long.clone());
        assert!(shown.len() <= LONGEST_LOG && shown.len() > LONGEST_LOG - 20);
        assert!(long.ends_with(&format!("\n{shown}")));
    }

    #[tokio::test]
    async fn a_run_that_breaks_down_ends_all_the_same() {
        let data = tempfile::tempdir().unwrap();
        let desk = Desk::new(Slipway::open(Some(data.path()), None).unwrap());
        let name = SiteName::new("shop").unwrap();
        let site = Site::new(name.clone(), data.path().to_owned(), "localhost", "anna");
        desk.add_site(site, String::new().into()).await.unwrap();
        let (sender, batches) = channel();
        let _subscription = desk.subscribe(move |batch| sender.send(batch).unwrap()).await;
        desk.begin(&name, true, |_| async { panic!("a fault") }).unwrap();
        desk.stop_all().await;
        assert!(!desk.is_busy());
        let told: Vec<HostEvent> = tokio::task::spawn_blocking(move || {
            let mut told: Vec<HostEvent> = Vec::new();
            while told.len() < 2 {
                told.extend(batches.recv().unwrap());
            }
            told
        })
        .await
        .unwrap();
        let HostEvent::Run { event: RunEvent::Failed { run: None, failure }, .. } = &told[1] else {
            panic!("{told:?}")
        };
        assert_eq!((failure.code, failure.site), (Code::Unexpected, SiteState::Unknown));
        let last = desk.0.memory.of(&name).nameless.unwrap();
        assert_eq!((last.state, last.failure.as_ref()), (RunState::Failed, Some(failure)));
        desk.begin(&name, true, |_| async { Err(Failure::new(Code::Cancelled, "")) }).unwrap();
        desk.stop_all().await;
        assert_eq!(desk.0.memory.of(&name).nameless.unwrap().state, RunState::Cancelled);

        // Of a site that is removed meanwhile nothing is remembered: another may get its name.
        desk.remove_site(&name).await.unwrap();
        desk.begin(&name, true, |_| async { Err(Failure::new(Code::SiteNotFound, "")) }).unwrap();
        desk.stop_all().await;
        assert!(desk.0.memory.of(&name).nameless.is_none());
    }

    #[test]
    fn a_count_of_changes_that_a_publish_has_overtaken_is_not_remembered() {
        let (memory, name) = (super::super::memory::Memory::default(), SiteName::new("shop").unwrap());
        let before = memory.of(&name).publishes;
        memory.set_waiting_since(&name, 3, before);
        assert_eq!(memory.of(&name).waiting, Some(3));
        memory.note_end(&name);
        memory.set_waiting(&name, Some(0));
        memory.set_waiting_since(&name, 3, before);
        assert_eq!(memory.of(&name).waiting, Some(0));
    }
}
