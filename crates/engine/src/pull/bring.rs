//! Brings files down over several connections, and records what has come.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use slipway_core::{
    Code, Event, Failure, FileChange, Outcome, PublishedFile, RemotePath, Seen, StepStatistics,
};
use slipway_remote::RemoteError;

use super::fetch::{Fetch, Fetched};
use super::finding::{PullFinding, PullFindingKind};
use super::part::Aside;
use super::plan::{Job, bytes};
use super::prepare::{Target, times};
use crate::failure;
use crate::progress::{Ticker, Tracker};
use crate::server_view::{list_folders, sizes};
use crate::spread::{Done, Spread};
use crate::work::Work;

/// A file of which the server hands over another number of bytes than it said is asked about anew, and fetched so
/// many times at most.
const ROUNDS: usize = 2;

/// What did not come down.
#[derive(Debug, Default)]
pub(crate) struct Missed {
    /// Files that were changed here while the pull was under way, and stay as they are.
    pub(crate) kept: Vec<RemotePath>,
    pub(crate) findings: Vec<PullFinding>,
    /// Files that failed.
    pub(crate) failed: Vec<(Arc<Job>, Failure)>,
}

impl Missed {
    /// The parts that the next pull may go on with.
    pub(crate) fn parts(&self) -> HashSet<OsString> {
        self.failed.iter().filter(|(job, _)| job.goes_on()).map(|(job, _)| Aside::name(job)).collect()
    }
}

/// Brings them down.
pub(crate) struct Bringing<'a> {
    pub(crate) work: &'a Work,
    pub(crate) target: &'a Target,
    pub(crate) outcome: &'a mut Outcome,
    pub(crate) statistics: &'a mut StepStatistics,
    pub(crate) missed: Missed,
}

impl Bringing<'_> {
    /// Brings all of them down that can be.
    ///
    /// # Errors
    /// When nothing more can come: the user stopped it, the connection is lost for good, this computer is full.
    pub(crate) async fn all(&mut self, jobs: Vec<Arc<Job>>) -> Result<(), Failure> {
        let work = self.work;
        let tracker = Arc::new(Tracker::new(jobs.len() as u64, bytes(&jobs), 0, 0));
        let ticker = Ticker::start(work, tracker.clone());
        let (mut round, mut again) = (jobs, Vec::new());
        for _ in 0..ROUNDS {
            let mut changed = Vec::new();
            let aside = self.target.aside.clone();
            let operation = Fetch { work: work.clone(), aside, tracker: tracker.clone() };
            let mut fetching = Spread::start(work, operation, round, 1);
            while let Some(done) = fetching.next().await? {
                self.receive(done, &tracker, &mut changed).await?;
            }
            again = if changed.is_empty() { Vec::new() } else { self.look_again(changed).await? };
            if again.is_empty() {
                break;
            }
            round = again.iter().map(|(job, _)| job.clone()).collect();
        }
        for (job, failure) in again {
            self.failed(job, failure);
        }
        drop(ticker);
        work.events.send(Event::Progress(tracker.now(work.pool.connected())));
        Ok(())
    }

    async fn receive(
        &mut self,
        done: Vec<Done<Fetch>>,
        tracker: &Tracker,
        changed: &mut Vec<(Arc<Job>, Failure)>,
    ) -> Result<(), Failure> {
        let (mut came, mut folders) = (Vec::with_capacity(done.len()), BTreeSet::new());
        let mut full = None;
        for (job, outcome) in done {
            if let Ok(Fetched::Here(sha256)) = outcome {
                tracker.done(job.number, job.seen.size);
                let Seen { size, modified } = job.seen;
                came.push((job.path.clone(), PublishedFile { size, sha256, server_modified: modified }));
                folders.insert(job.local.parent().map(Path::to_owned).unwrap_or_default());
                continue;
            }
            tracker.restarted(job.number);
            match outcome {
                Ok(Fetched::Here(_)) => {}
                Ok(Fetched::OtherSize) => {
                    let detail = format!("{} bytes were listed, and another number came", job.seen.size);
                    changed.push((job, Failure::new(Code::ServerMisbehaves, detail)));
                }
                Ok(Fetched::ChangedHere) => self.missed.kept.push(job.path.clone()),
                Ok(Fetched::InTheWay) => self.missed.findings.push(PullFindingKind::InTheWay.at(&job.path)),
                Ok(Fetched::NameNotAllowed) => {
                    self.missed.findings.push(PullFindingKind::NameNotAllowed.at(&job.path));
                }
                Ok(Fetched::Failed(failure)) => {
                    if failure.code == Code::ThisComputerFull {
                        full = Some(failure.clone().about(&job.path));
                    }
                    self.failed(job, failure);
                }
                Err(error) => {
                    let failure = refused(&error, &job.path);
                    match error {
                        RemoteError::NotFound(_) => changed.push((job, failure)),
                        _ => self.failed(job, failure),
                    }
                }
            }
        }
        self.record(came, folders).await?;
        full.map_or(Ok(()), Err)
    }

    async fn record(
        &mut self,
        came: Vec<(RemotePath, PublishedFile)>,
        folders: BTreeSet<PathBuf>,
    ) -> Result<(), Failure> {
        let (aside, place) = (self.target.aside.clone(), self.target.place);
        let came = self
            .work
            .blocking(move |work| {
                aside.settle(folders);
                work.ledger.files_pulled(place, &came).map_err(failure::stored)?;
                Ok(came)
            })
            .await?;
        self.outcome.downloaded += came.len() as u64;
        self.statistics.files += came.len() as u64;
        for (path, file) in &came {
            self.work.events.file(FileChange::Downloaded, path, Some(file.size));
        }
        Ok(())
    }

    /// Asks the server anew about files that it did not hand over, or of which another number of bytes came than it
    /// had said: they may have been changed meanwhile. Returns those that are there, each with what went wrong.
    async fn look_again(
        &mut self,
        changed: Vec<(Arc<Job>, Failure)>,
    ) -> Result<Vec<(Arc<Job>, Failure)>, Failure> {
        let paths: Vec<RemotePath> = changed.iter().map(|(job, _)| job.path.clone()).collect();
        let mut sizes: HashMap<RemotePath, Result<u64, RemoteError>> =
            sizes(self.work, paths.clone()).await?.into_iter().collect();
        let times: HashMap<RemotePath, i64> = times(self.work, paths).await?.into_iter().collect();
        let (mut again, mut missing) = (Vec::with_capacity(changed.len()), Vec::new());
        for (mut job, failure) in changed {
            match sizes.remove(&job.path) {
                Some(Ok(size)) => {
                    let modified = times.get(&job.path).copied();
                    Arc::make_mut(&mut job).seen = Seen { size, modified };
                    again.push((job, failure));
                }
                Some(Err(RemoteError::NotFound(_))) => missing.push((job, failure)),
                Some(Err(error)) => {
                    let failure = refused(&error, &job.path);
                    self.failed(job, failure);
                }
                None => {}
            }
        }
        if !missing.is_empty() {
            self.look_for(missing).await?;
        }
        Ok(again)
    }

    /// Lists the folders anew of files that the server does not find: those that are not listed any more are gone,
    /// and the others are failures.
    async fn look_for(&mut self, missing: Vec<(Arc<Job>, Failure)>) -> Result<(), Failure> {
        let folders: BTreeSet<RemotePath> = missing.iter().filter_map(|(job, _)| job.path.parent()).collect();
        let mut there = HashSet::new();
        for (folder, entries) in list_folders(self.work, folders.into_iter().collect()).await? {
            there.extend(entries.into_iter().flatten().filter_map(|entry| folder.join(&entry.name).ok()));
        }
        for (job, failure) in missing {
            if there.contains(&job.path) {
                self.failed(job, failure);
            } else {
                self.missed.findings.push(PullFindingKind::Gone.at(&job.path));
            }
        }
        Ok(())
    }

    fn failed(&mut self, job: Arc<Job>, failure: Failure) {
        tracing::warn!(path = %job.path, %failure, "not brought down");
        self.work.tally.failed.add(1);
        let failure = failure.about(&job.path);
        self.missed.failed.push((job, failure));
    }
}

/// What it means that the server does not hand over a file that it lists.
fn refused(error: &RemoteError, path: &RemotePath) -> Failure {
    let mut failure = failure::remote(error, Some(path.as_str()));
    if let RemoteError::NotFound(_) = error {
        failure.code = Code::ServerMisbehaves;
    }
    failure
}
