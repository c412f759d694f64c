//! Which runs are under way, how far they are, and who is told of them. One lock, so that all who listen hear of
//! everything in the same order, and nobody who begins to listen misses or hears twice what happens meanwhile.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use slipway_core::{Code, Failure, RunState, SiteName};
use tokio_util::sync::CancellationToken;

use super::mailbox::Mailbox;
use super::wire::{HostEvent, RunEvent, RunNow};

/// The runs under way, and who is told of them.
#[derive(Default)]
pub(super) struct Board(Mutex<State>);

#[derive(Default)]
struct State {
    runs: BTreeMap<SiteName, Running>,
    listeners: Vec<Weak<Mailbox>>,
}

struct Running {
    now: RunNow,
    cancel: CancellationToken,
}

impl Running {
    fn stop(&self) {
        if self.now.state.may_be_stopped() {
            self.cancel.cancel();
        }
    }
}

impl Board {
    /// Takes a run of the site on.
    ///
    /// # Errors
    /// [`Code::AnotherPublishRunning`] while one is under way.
    pub(super) fn begin(&self, site: &SiteName) -> Result<CancellationToken, Failure> {
        let mut state = self.state();
        if state.runs.contains_key(site) {
            return Err(running());
        }
        let now = RunNow { run: None, state: RunState::Queued, planned: None, progress: None };
        let cancel = CancellationToken::new();
        state.tell_state(site, &now);
        state.runs.insert(site.clone(), Running { now, cancel: cancel.clone() });
        Ok(cancel)
    }

    /// Notes and tells what the site's run said, until it has ended.
    pub(super) fn note(&self, site: &SiteName, event: RunEvent) {
        let mut state = self.state();
        let Some(running) = state.runs.get_mut(site) else { return };
        running.now.note(&event);
        state.tell(HostEvent::Run { site: site.clone(), event });
    }

    /// Takes the site's run off, and tells its end.
    pub(super) fn end(&self, site: &SiteName, event: RunEvent) {
        let mut state = self.state();
        state.runs.remove(site);
        state.tell(HostEvent::Run { site: site.clone(), event });
    }

    /// Tells all who listen.
    pub(super) fn tell(&self, event: HostEvent) {
        self.state().tell(event);
    }

    /// The site's run, if one is under way.
    pub(super) fn run_of(&self, site: &SiteName) -> Option<RunNow> {
        self.state().runs.get(site).map(|running| running.now.clone())
    }

    /// Whether any run is under way.
    pub(super) fn is_busy(&self) -> bool {
        !self.state().runs.is_empty()
    }

    /// Has the site's run stop, if one is under way that still can be.
    pub(super) fn stop(&self, site: &SiteName) {
        if let Some(running) = self.state().runs.get(site) {
            running.stop();
        }
    }

    /// Has all runs stop that can be.
    pub(super) fn stop_all(&self) {
        self.state().runs.values().for_each(Running::stop);
    }

    /// A new listener, who is told of the present state of every run first.
    pub(super) fn listen(&self) -> Arc<Mailbox> {
        let mailbox = Arc::new(Mailbox::default());
        let mut state = self.state();
        for (site, running) in &state.runs {
            for event in running.now.as_events() {
                mailbox.put(HostEvent::Run { site: site.clone(), event });
            }
        }
        state.listeners.retain(|listener| listener.strong_count() > 0);
        state.listeners.push(Arc::downgrade(&mailbox));
        mailbox
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A run of the site is under way here.
pub(super) fn running() -> Failure {
    Failure::new(Code::AnotherPublishRunning, "this site is being published from this window")
}

impl State {
    fn tell(&self, event: HostEvent) {
        for listener in self.listeners.iter().filter_map(Weak::upgrade) {
            listener.put(event.clone());
        }
    }

    fn tell_state(&self, site: &SiteName, now: &RunNow) {
        for event in now.as_events() {
            self.tell(HostEvent::Run { site: site.clone(), event });
        }
    }
}

impl RunNow {
    fn note(&mut self, event: &RunEvent) {
        match event {
            RunEvent::State { run, state } => {
                self.run.clone_from(run);
                self.state = *state;
                self.progress = None;
            }
            RunEvent::Planned(planned) => self.planned = Some(*planned),
            RunEvent::Progress(progress) => self.progress = Some(progress.clone()),
            RunEvent::Finished { .. } | RunEvent::Failed { .. } => {}
        }
    }

    /// What a listener must hear to know the same.
    fn as_events(&self) -> impl Iterator<Item = RunEvent> + use<> {
        let state = RunEvent::State { run: self.run.clone(), state: self.state };
        let planned = self.planned.map(RunEvent::Planned);
        let progress = self.progress.clone().map(RunEvent::Progress);
        [Some(state), planned, progress].into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use slipway_core::{Progress, RunId};

    use super::super::wire::Planned;
    use super::*;

    #[test]
    fn one_run_of_a_site_at_a_time() {
        let (board, site) = (Board::default(), SiteName::new("shop").unwrap());
        let cancel = board.begin(&site).unwrap();
        assert_eq!(board.begin(&site).unwrap_err().code, Code::AnotherPublishRunning);
        _ = board.begin(&SiteName::new("blog").unwrap()).unwrap();
        board.stop(&site);
        assert!(cancel.is_cancelled());
        board.end(&site, RunEvent::State { run: None, state: RunState::Cancelled });
        for state in [RunState::GoingLive, RunState::TidyingUp, RunState::Checking] {
            let cancel = board.begin(&site).unwrap();
            board.note(&site, RunEvent::State { run: None, state });
            board.stop(&site);
            board.stop_all();
            assert!(!cancel.is_cancelled(), "{state:?}");
            board.end(&site, RunEvent::State { run: None, state: RunState::Live });
        }
        assert_eq!(board.run_of(&site), None);
        assert!(!board.begin(&site).unwrap().is_cancelled());
        assert!(board.is_busy());
    }

    #[test]
    fn what_is_known_of_a_run_is_what_it_said_last() {
        let (board, site) = (Board::default(), SiteName::new("shop").unwrap());
        _ = board.begin(&site).unwrap();
        let run = Some(RunId::from_random([7; 16]));
        let planned = Planned { new: 1, changed: 2, removed: 3, unchanged: 4, bytes: 5, bytes_waiting: 6 };
        let progress = Progress { files_done: 9, ..Progress::default() };
        let said = [
            RunEvent::State { run: run.clone(), state: RunState::Planning },
            RunEvent::Planned(planned),
            RunEvent::State { run: run.clone(), state: RunState::Uploading },
            RunEvent::Progress(Progress::default()),
            RunEvent::Progress(progress.clone()),
        ];
        for event in said.clone() {
            board.note(&site, event);
        }
        let now = board.run_of(&site).unwrap();
        let (planned, progress) = (Some(planned), Some(progress));
        assert_eq!(now, RunNow { run, state: RunState::Uploading, planned, progress });
        let told: Vec<RunEvent> = now.as_events().collect();
        assert_eq!(told, [said[2].clone(), said[1].clone(), said[4].clone()]);
    }
}
