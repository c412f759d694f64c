//! A run from start to end. One task owns it: it alone changes the run's state, and every change is in the ledger
//! before it is announced.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use slipway_core::{Code, Event, ExitCode, Failure, Outcome, RunId, RunState, SiteState};
use slipway_store::RunKind;

use crate::clock::now_ms;
use crate::server_lock::ServerLock;
use crate::work::Work;

/// A run that ended badly waits no longer for its lock to be removed.
const LAST_WORD: Duration = Duration::from_secs(5);

/// What a run comes to. The failure says how far it got and how the site stands for visitors; its id is there if it
/// has begun.
pub type Ended = Result<(RunId, Outcome), (Option<RunId>, Failure)>;

/// An id that nobody can guess.
pub(crate) fn new_id() -> Result<RunId, Failure> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| Failure::new(Code::Unexpected, error))?;
    Ok(RunId::from_random(random))
}

/// A run that has begun.
pub(crate) struct Run<'a> {
    pub(crate) work: &'a Work,
    pub(crate) id: RunId,
    started: Instant,
    state: Mutex<RunState>,
    /// The lock on the server, as long as there may be something of it there.
    lock: Mutex<Option<ServerLock>>,
}

impl<'a> Run<'a> {
    pub(crate) async fn begin(work: &'a Work, kind: RunKind) -> Result<Self, Failure> {
        let id = new_id()?;
        let begun = id.clone();
        work.note_interrupted().await?;
        work.ledger(move |ledger, place| ledger.begin_run(&begun, place, kind, now_ms())).await?;
        Ok(Self {
            work,
            id,
            started: Instant::now(),
            state: Mutex::new(RunState::Queued),
            lock: Mutex::default(),
        })
    }

    /// Comes to another state.
    pub(crate) async fn enter(&self, state: RunState) -> Result<(), Failure> {
        let run = self.id.clone();
        self.work.ledger(move |ledger, _| ledger.set_state(&run, state)).await?;
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
        self.work.events.send(Event::State { run: self.id.clone(), state });
        Ok(())
    }

    /// Waits for the user to stop the run where it can be stopped: before it goes live. Once it does it comes to its end.
    pub(crate) async fn stopped(&self) {
        self.work.cancel.cancelled().await;
        if !self.state().may_be_stopped() {
            std::future::pending().await
        }
    }

    /// Remembers the lock that is about to be taken: however the run ends, it is let go.
    pub(crate) fn hold(&self, lock: Option<ServerLock>) {
        *self.lock.lock().unwrap_or_else(PoisonError::into_inner) = lock;
    }

    /// Lets go of the lock, if the run has one still. One that was cut off while going live keeps it: half of a site is
    /// finished by who began it, or by someone who takes over. Where the server is gone, so is the chance.
    async fn let_go(&self, failure: Option<&Failure>) {
        let lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
        let half = failure.is_some() && self.state() == RunState::GoingLive;
        let gone = failure.is_some_and(|failure| failure.code.exit() == ExitCode::Connection);
        if let Some(lock) = lock.filter(|_| !half && !gone)
            && tokio::time::timeout(LAST_WORD, lock.release(&self.work.unstoppable())).await.is_err()
        {
            tracing::info!("the lock stays on the server, which does not answer");
        }
    }

    fn state(&self) -> RunState {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records the end: `Ok` holds the state that the run ends in.
    pub(crate) async fn end(self, result: Result<RunState, Failure>, mut outcome: Outcome) -> Ended {
        self.let_go(result.as_ref().err()).await;
        self.work.leave().await;
        outcome.seconds = self.started.elapsed().as_secs_f64();
        outcome.connections = self.work.pool.most_open();
        match result {
            Ok(state) => match self.record(state, &outcome, None).await {
                Ok(()) => Ok((self.id, outcome)),
                Err(failure) => Err((Some(self.id.clone()), self.placed(failure).await)),
            },
            Err(failure) => {
                let failure = self.placed(failure).await;
                let cancelled = failure.code == Code::Cancelled;
                let state = if cancelled { RunState::Cancelled } else { RunState::Failed };
                if let Err(error) = self.record(state, &outcome, Some(failure.clone())).await {
                    tracing::error!(%error, "the end of the run could not be recorded");
                }
                Err((Some(self.id), failure))
            }
        }
    }

    async fn record(
        &self,
        state: RunState,
        outcome: &Outcome,
        failure: Option<Failure>,
    ) -> Result<(), Failure> {
        let (run, outcome) = (self.id.clone(), outcome.clone());
        self.work
            .ledger(move |ledger, _| ledger.finish(&run, state, now_ms(), &outcome, failure.as_ref()))
            .await?;
        self.work.events.send(Event::State { run: self.id.clone(), state });
        Ok(())
    }

    /// Says how far the run got, and how the site stands.
    async fn placed(&self, mut failure: Failure) -> Failure {
        let state = self.state();
        failure.stage = Some(state);
        failure.site = match state {
            RunState::GoingLive => SiteState::PartlySwitched,
            RunState::TidyingUp | RunState::Checking | RunState::Live => SiteState::Live,
            _ => match self.work.ledger(|ledger, place| ledger.has_published(place)).await {
                Ok(false) => SiteState::NothingOnline,
                _ => SiteState::Untouched,
            },
        };
        failure
    }
}
