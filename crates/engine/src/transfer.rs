//! Transfer: new content goes into staging, over several connections, large files first.

use std::sync::Arc;

use async_trait::async_trait;
use slipway_core::{Code, Event, Failure, FileChange, Plan, RunId};
use slipway_remote::{Each, Remote, RemoteError, Source, Stored, Upload};
use slipway_store::{JournalItem, Step};

use crate::failure;
use crate::progress::{Ticker, Tracker};
use crate::recover::Left;
use crate::scan::{local_path, scan_one};
use crate::sources::base;
use crate::spread::{Done, Operation, Spread};
use crate::staging::Staging;
use crate::tidy::remove_stale;
use crate::work::Work;

/// Small files are handed to a connection in batches of at most this many.
const BATCH: usize = 16;
/// A file that changes while it is being sent is sent so many times at most.
const ROUNDS: usize = 4;

/// A file on its way: what was planned, and its number in staging.
#[derive(Debug, Clone)]
pub(crate) struct Parcel {
    pub(crate) number: u32,
    pub(crate) upload: slipway_core::Upload,
    /// A part of it lies in staging.
    begun: bool,
}

/// Brings all of the plan's files into staging, and returns those that now wait there, whole. What an interrupted run
/// left there is not sent again.
pub(crate) async fn transfer(
    work: &Work,
    run: &RunId,
    staging: &Staging,
    plan: &Plan,
    left: Option<&Left>,
) -> Result<Vec<Parcel>, Failure> {
    let (mut arrived, parcels) = sort(plan, left);
    if let Some(left) = left {
        let needed = arrived.iter().chain(&parcels).map(|parcel| parcel.number).collect();
        remove_stale(work, run, staging, left, &needed).await?;
    }
    let fresh: Vec<JournalItem> = parcels.iter().filter(|parcel| !parcel.begun).map(journal_item).collect();
    let journal = run.clone();
    work.ledger(move |ledger, _| ledger.journal_add(&journal, &fresh)).await?;
    let waiting: u64 = arrived.iter().map(|parcel| parcel.upload.file.size).sum();
    let (files, bytes) = (plan.uploads.len() as u64, plan.bytes());
    let tracker = Arc::new(Tracker::new(files, bytes, arrived.len() as u64, waiting));
    let ticker = Ticker::start(work, tracker.clone());
    let mut next_number = parcels.iter().map(|p| p.number + 1).max().unwrap_or(0);
    next_number = next_number.max(left.map_or(0, |left| left.next_number));
    let mut round = parcels;
    for _ in 0..ROUNDS {
        let mut changed = Vec::new();
        let operation = Send { work: work.clone(), staging: staging.clone(), tracker: tracker.clone() };
        let mut sending = Spread::start(work, operation, round, BATCH);
        while let Some(done) = sending.next().await? {
            receive(work, run, &tracker, done, &mut arrived, &mut changed).await?;
        }
        if changed.is_empty() {
            drop(ticker);
            work.events.send(Event::Progress(tracker.now(work.pool.connected())));
            arrived.sort_by_key(|parcel| parcel.number);
            return Ok(arrived);
        }
        round = look_again(work, run, changed, &mut next_number).await?;
    }
    let failure = Failure::new(Code::LocalFileChanging, "changed each time it was sent");
    Err(match round.first() {
        Some(parcel) => failure.about(&parcel.upload.path),
        None => failure,
    })
}

/// What waits in staging already, and what must be sent, large files first.
fn sort(plan: &Plan, left: Option<&Left>) -> (Vec<Parcel>, Vec<Parcel>) {
    let mut next_number = left.map_or(0, |left| left.next_number);
    let (mut arrived, mut parcels) = (Vec::new(), Vec::new());
    for upload in &plan.uploads {
        let waits = left.and_then(|left| left.waits(upload));
        let begun = left.and_then(|left| left.begun(upload));
        let upload = upload.clone();
        match (waits, begun) {
            (Some(item), _) => arrived.push(Parcel { number: item.number, upload, begun: false }),
            (None, Some(item)) => parcels.push(Parcel { number: item.number, upload, begun: true }),
            (None, None) => {
                parcels.push(Parcel { number: next_number, upload, begun: false });
                next_number += 1;
            }
        }
    }
    parcels.sort_by_key(|parcel| std::cmp::Reverse(parcel.upload.file.size));
    (arrived, parcels)
}

fn journal_item(parcel: &Parcel) -> JournalItem {
    JournalItem {
        number: parcel.number,
        path: parcel.upload.path.clone(),
        size: parcel.upload.file.size,
        modified: parcel.upload.file.modified,
        sha256: parcel.upload.file.sha256,
        step: Step::Planned,
        server_modified: None,
    }
}

/// Notes what arrived; keeps aside what changed here meanwhile.
async fn receive(
    work: &Work,
    run: &RunId,
    tracker: &Tracker,
    done: Vec<Done<Send>>,
    arrived: &mut Vec<Parcel>,
    changed: &mut Vec<Parcel>,
) -> Result<(), Failure> {
    let (mut noted, mut sent) = (Vec::with_capacity(done.len()), Vec::with_capacity(done.len()));
    let mut failed = None;
    for (parcel, outcome) in done {
        match outcome {
            Ok(stored) => {
                tracker.done(parcel.number, stored.size);
                noted.push((parcel.number, stored.modified));
                sent.push((parcel.upload.path.clone(), stored.size));
                arrived.push(parcel);
            }
            Err(RemoteError::LocalChanged | RemoteError::LocalGone) => {
                tracker.restarted(parcel.number);
                changed.push(parcel);
            }
            Err(error) => {
                work.tally.failed.add(1);
                failed.get_or_insert_with(|| failure::remote(&error, Some(parcel.upload.path.as_str())));
            }
        }
    }
    let run = run.clone();
    work.ledger(move |ledger, _| ledger.journal_arrived(&run, &noted)).await?;
    for (path, size) in sent {
        work.events.file(FileChange::Sent, &path, Some(size));
    }
    failed.map_or(Ok(()), Err)
}

/// Reads files that changed while they were sent; each gets a new place in staging, and what lies in the old one is
/// never looked at again. What is gone is left out.
async fn look_again(
    work: &Work,
    run: &RunId,
    changed: Vec<Parcel>,
    next_number: &mut u32,
) -> Result<Vec<Parcel>, Failure> {
    let (numbers, journal) = (changed.iter().map(|parcel| parcel.number).collect::<Vec<_>>(), run.clone());
    work.ledger(move |ledger, _| ledger.journal_drop(&journal, &numbers)).await?;
    let mut again = Vec::with_capacity(changed.len());
    for mut parcel in changed {
        let (path, before) = (parcel.upload.path.clone(), parcel.upload.file.clone());
        let now = work.blocking(move |this| scan_one(&base(&this.site), &path, &before)).await?;
        let Some(file) = now else {
            work.events.note("It was deleted while the site was being published.", Some(&parcel.upload.path));
            continue;
        };
        parcel.upload.file = file;
        parcel.number = *next_number;
        parcel.begun = false;
        *next_number += 1;
        again.push(parcel);
    }
    let items: Vec<JournalItem> = again.iter().map(journal_item).collect();
    let run = run.clone();
    work.ledger(move |ledger, _| ledger.journal_add(&run, &items)).await?;
    Ok(again)
}

struct Send {
    work: Work,
    staging: Staging,
    tracker: Arc<Tracker>,
}

#[async_trait]
impl Operation for Send {
    type Item = Parcel;
    type Output = Stored;

    async fn run(
        &self,
        remote: &mut dyn Remote,
        items: &[Parcel],
        each: Each<'_, Stored>,
    ) -> Result<(), RemoteError> {
        let base = base(&self.work.site);
        let upload = |parcel: &Parcel| Upload {
            to: self.staging.file(parcel.number),
            from: Source::File {
                path: base.join(local_path(&parcel.upload.path, &parcel.upload.file)),
                size: parcel.upload.file.size,
                modified: parcel.upload.file.modified,
            },
            resume: parcel.begun,
        };
        let uploads: Vec<Upload> = items.iter().map(upload).collect();
        let on_bytes = |i: usize, bytes: u64| {
            if let Some(parcel) = items.get(i) {
                let upload = &parcel.upload;
                self.work.tally.sent.add(bytes);
                self.tracker.sent(parcel.number, &upload.path, upload.file.size, bytes);
            }
        };
        remote.upload(&uploads, &on_bytes, each).await
    }

    fn path(&self, item: &Parcel) -> Option<String> {
        Some(item.upload.path.to_string())
    }

    fn bytes(&self, item: &Parcel) -> u64 {
        item.upload.file.size
    }

    fn again(&self, item: &mut Parcel) {
        self.tracker.restarted(item.number);
        item.begun = true;
    }
}
