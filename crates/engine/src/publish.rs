//! A publish from start to end. One task owns the run: it alone changes its state, and every change is in the ledger
//! before it is announced.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use slipway_core::{
    Change, Code, Compare, Event, Failure, OnConflict, Outcome, Plan, RemotePath, RunId, RunState, SiteState,
};
use slipway_remote::RemoteError;
use slipway_store::RunKind;

use crate::case::CaseTwins;
use crate::clock::now_ms;
use crate::commit::{commit, prepare_folders};
use crate::failure::remote;
use crate::preview::{Prepared, guard, prepare, scan_folder};
use crate::server_view::sizes;
use crate::staging::{self, Staging};
use crate::tidy::{clear_markers, remove_old, remove_staging, set_marker};
use crate::transfer::{Parcel, transfer};
use crate::work::Work;

/// What the user wants of this publish.
#[derive(Debug, Clone, Default)]
pub struct PublishOptions {
    /// List the server, instead of trusting the marker of the last publish.
    pub full_check: bool,
    /// How changed files are found, if not as the site says.
    pub compare: Option<Compare>,
    /// Go on although much would be removed.
    pub yes: bool,
    /// Connections at once, if not as the site says.
    pub connections: Option<u8>,
    /// Bytes a second over all connections, if not as the site says.
    pub limit: Option<u64>,
    /// Take nothing off.
    pub keep_removed: bool,
    /// Patterns of files that are left out of this publish, while their copies stay online.
    pub leave_out: Vec<String>,
    /// What to do with files that someone else changed on the server.
    pub on_conflict: OnConflict,
}

/// Publishes the site. The caller holds the site's lock.
///
/// # Errors
/// The failure says how far the run got and how the site stands for visitors; the run's id is there if it has begun.
pub async fn publish(
    work: &Work,
    options: &PublishOptions,
) -> Result<(RunId, Outcome), (Option<RunId>, Failure)> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| (None, Failure::new(Code::Unexpected, error)))?;
    let id = RunId::from_random(random);
    let begun = id.clone();
    let begin = work.ledger(move |ledger, place| ledger.begin_run(&begun, place, RunKind::Publish, now_ms()));
    begin.await.map_err(|failure| (None, failure))?;
    let run = Run { work, id: id.clone(), started: Instant::now(), state: Mutex::new(RunState::Queued) };
    let mut outcome = Outcome::default();
    let result = work.unless_cancelled(run.go(options, &mut outcome)).await;
    work.leave().await;
    outcome.seconds = run.started.elapsed().as_secs_f64();
    outcome.connections = work.pool.most_open();
    match result {
        Ok(()) => match run.end(RunState::Live, &outcome, None).await {
            Ok(()) => Ok((id, outcome)),
            Err(failure) => Err((Some(id), run.placed(failure).await)),
        },
        Err(failure) => {
            let failure = run.placed(failure).await;
            let state = if failure.code == Code::Cancelled { RunState::Cancelled } else { RunState::Failed };
            if let Err(error) = run.end(state, &outcome, Some(failure.clone())).await {
                tracing::error!(%error, "the end of the run could not be recorded");
            }
            Err((Some(id), failure))
        }
    }
}

struct Run<'a> {
    work: &'a Work,
    id: RunId,
    started: Instant,
    state: Mutex<RunState>,
}

impl Run<'_> {
    async fn go(&self, options: &PublishOptions, outcome: &mut Outcome) -> Result<(), Failure> {
        let work = self.work;
        self.enter(RunState::Scanning).await?;
        let scanned = scan_folder(work, options).await?;
        for finding in &scanned.findings {
            outcome.notes.push(format!("{} {}.", finding.path, finding.kind.text()));
            work.events.finding(finding);
        }

        self.enter(RunState::Planning).await?;
        let mut prepared = prepare(work, &scanned, options).await?;
        let plan = &prepared.plan;
        let twins = CaseTwins::find(&scanned.manifest, plan);
        drop(scanned);
        work.events.send(planned(&prepared));
        guard(plan, options)?;
        let foreign = plan.count(Change::Foreign);
        if foreign > 0 {
            let text = format!("Files that were not put there by Slipway are replaced: {foreign}.");
            outcome.notes.push(text.clone());
            work.events.note(text, None);
        }
        outcome.unchanged = plan.unchanged as u64;
        if plan.is_empty() && prepared.left.is_none() && plan.forget.is_empty() {
            return if prepared.as_published { Ok(()) } else { self.sign().await };
        }
        self.switch_over(&mut prepared, &twins, outcome).await
    }

    async fn switch_over(
        &self,
        prepared: &mut Prepared,
        twins: &CaseTwins,
        outcome: &mut Outcome,
    ) -> Result<(), Failure> {
        let work = self.work;
        // What an interrupted run left is gone on with in its own staging folder, under its own journal.
        let journal = prepared.left.as_ref().map_or(&self.id, |left| &left.run);
        let staging = Staging::of(journal);

        self.enter(RunState::Uploading).await?;
        let begun = journal.clone();
        work.ledger(move |ledger, _| ledger.staging_begun(&begun)).await?;
        staging.make(work).await?;
        twins.settle(work, &mut prepared.plan).await?;
        let plan = &prepared.plan;
        let sent = transfer(work, journal, &staging, plan, prepared.left.as_ref()).await?;
        outcome.bytes = sent.bytes;
        outcome.retries += sent.retries;

        prepare_folders(work, plan).await?;
        clear_markers(work).await?;
        self.enter(RunState::GoingLive).await?;
        outcome.retries += commit(work, journal, &staging, plan, &sent.parcels).await?;
        outcome.uploaded = sent.parcels.len() as u64;

        self.enter(RunState::TidyingUp).await?;
        outcome.retries += remove_old(work, plan).await?;
        outcome.removed = plan.removals.len() as u64;
        remove_staging(work, journal).await?;

        self.enter(RunState::Checking).await?;
        self.verify(&sent.parcels).await?;
        set_marker(work, &self.id).await?;
        if work.connector.facts().no_rename_over {
            outcome.notes.push("This server does not rename onto an existing file: each old file was moved aside for a moment.".to_owned());
        }
        Ok(())
    }

    /// The server holds what it should, and does not say whose it is: a run was cut off right at its end, or another
    /// computer published the same.
    async fn sign(&self) -> Result<(), Failure> {
        self.enter(RunState::TidyingUp).await?;
        staging::make_own(self.work).await?;
        clear_markers(self.work).await?;
        set_marker(self.work, &self.id).await
    }

    /// Compares what the server says of the new files with what was sent.
    async fn verify(&self, parcels: &[Parcel]) -> Result<(), Failure> {
        let expected: std::collections::HashMap<&RemotePath, u64> =
            parcels.iter().map(|parcel| (&parcel.upload.path, parcel.upload.file.size)).collect();
        let paths = parcels.iter().map(|parcel| parcel.upload.path.clone()).collect();
        for (path, size) in sizes(self.work, paths).await? {
            match size {
                Ok(size) if expected.get(&path) == Some(&size) => {}
                Ok(size) => {
                    let detail = format!("{size} bytes are online");
                    return Err(Failure::new(Code::ServerMisbehaves, detail).about(&path));
                }
                Err(RemoteError::NotFound(_)) => {
                    return Err(Failure::new(Code::ServerMisbehaves, "it is not there").about(&path));
                }
                Err(error) => return Err(remote(&error, Some(path.as_str()))),
            }
        }
        Ok(())
    }

    async fn enter(&self, state: RunState) -> Result<(), Failure> {
        let run = self.id.clone();
        self.work.ledger(move |ledger, _| ledger.set_state(&run, state)).await?;
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
        self.work.events.send(Event::State { run: self.id.clone(), state });
        Ok(())
    }

    async fn end(&self, state: RunState, outcome: &Outcome, failure: Option<Failure>) -> Result<(), Failure> {
        let (run, outcome) = (self.id.clone(), outcome.clone());
        self.work
            .ledger(move |ledger, _| ledger.finish(&run, state, now_ms(), &outcome, failure.as_ref()))
            .await?;
        self.work.events.send(Event::State { run: self.id.clone(), state });
        Ok(())
    }

    /// Says how far the run got, and how the site stands.
    async fn placed(&self, mut failure: Failure) -> Failure {
        let state = *self.state.lock().unwrap_or_else(PoisonError::into_inner);
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

fn planned(prepared: &Prepared) -> Event {
    let plan: &Plan = &prepared.plan;
    let new = plan.count(Change::New) + plan.count(Change::Missing);
    Event::Planned {
        new: new as u64,
        changed: (plan.uploads.len() - new) as u64,
        removed: plan.removals.len() as u64,
        unchanged: plan.unchanged as u64,
        bytes: plan.bytes(),
        bytes_waiting: prepared.bytes_waiting,
    }
}

/// Shared so that the compiler checks that a run can move between threads.
const _: fn() = || {
    fn sendable<T: Send>(_: T) {}
    let _ = |work: Arc<Work>, options: PublishOptions| {
        sendable(async move { publish(&work, &options).await.is_ok() });
    };
};
