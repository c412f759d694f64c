//! The step that brings a site online: scan, plan, transfer, commit, tidy, check.

use std::collections::BTreeMap;

use slipway_core::{
    Answer, Change, Code, Compare, Event, Failure, OnConflict, Outcome, Plan, RemotePath, RunId, RunState,
    StepStatistics,
};
use slipway_remote::RemoteError;

use crate::case::CaseTwins;
use crate::commit::{commit, prepare_folders};
use crate::failure::remote;
use crate::foreign::keep_foreign;
use crate::preview::{MOST_NAMED, Prepared, guard, prepare, scan_folder};
use crate::proof::prove;
use crate::run::Run;
use crate::scan::Finding;
use crate::server_lock::ServerLock;
use crate::server_view::sizes;
use crate::staging::{self, Marks, Staging};
use crate::tidy::{clear_markers, note_tidied, remove_old, remove_staging, set_marker};
use crate::transfer::{Parcel, transfer};
use crate::versions::{self, spellings};
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
    /// What to do with files that someone else changed on the server, and that were not decided one by one.
    pub on_conflict: OnConflict,
    /// What was decided of single files that someone else changed on the server.
    pub decided: BTreeMap<RemotePath, Answer>,
    /// Once the new site is online, take everything off that the folder does not have, whoever put it there, but for
    /// what the site keeps. The server is listed completely.
    pub purge: bool,
    /// The user knows that a purge can't be undone.
    pub confirmed: bool,
    /// Put back what this run brought online, instead of publishing the folder.
    pub version: Option<RunId>,
    /// Wait while another computer publishes this site.
    pub wait: bool,
    /// Take the place of another computer that publishes this site and has been silent for ten minutes.
    pub take_over: bool,
}

/// The step of a run that brings the site online.
pub(crate) async fn publish_step(
    run: &Run<'_>,
    options: &PublishOptions,
    outcome: &mut Outcome,
    statistics: &mut StepStatistics,
) -> Result<(), Failure> {
    let work = run.work;
    run.enter(RunState::Scanning).await?;
    let scanned = scan_folder(work, options).await?;
    scanned.findings.iter().for_each(|finding| work.events.finding(finding));
    let found = |finding: &Finding| format!("{} {}.", finding.path, finding.kind.text());
    note_some(outcome, scanned.findings.iter().map(found));

    run.enter(RunState::Planning).await?;
    let mut prepared = prepare(work, &scanned, options).await?;
    let mut locked = None;
    if prepared.contested {
        locked = Some(lock_server(run, &prepared, options, outcome).await?);
        prepared = prepare(work, &scanned, options).await?;
    }
    work.events.send(planned(&prepared));
    guard(&prepared.plan, options)?;
    if locked.is_none() && (!prepared.nothing_to_do() || !prepared.as_published) {
        let (lock, seen) = lock_server(run, &prepared, options, outcome).await?;
        if !prepared.still_holds(&seen.markers) {
            // Somebody published between our look and our lock.
            prepared = prepare(work, &scanned, options).await?;
            work.events.send(planned(&prepared));
            guard(&prepared.plan, options)?;
        }
        locked = Some((lock, seen));
    }
    let plan = &prepared.plan;
    let twins = CaseTwins::find(&scanned.manifest, plan, &prepared.staying);
    let spelled = spellings(&scanned.manifest);
    drop(scanned);
    let left = "It is neither a file nor a folder, or can't be told, and was left where it is.";
    for path in prepared.left_alone.iter().take(MOST_NAMED) {
        work.events.note(left, Some(path));
    }
    note_some(outcome, prepared.left_alone.iter().map(|path| format!("{path}: {left}")));
    let foreign = plan.count(Change::Foreign);
    if foreign > 0 {
        let text = format!("Files that were not put there by Slipway are replaced: {foreign}.");
        outcome.notes.push(text.clone());
        work.events.note(text, None);
    }
    outcome.unchanged = plan.unchanged as u64;
    statistics.skipped = outcome.unchanged;
    let nothing_to_do = prepared.nothing_to_do();
    if let Some((lock, marks)) = locked {
        let done = if nothing_to_do {
            sign(run, &lock, marks).await
        } else {
            switch_over(run, &mut prepared, &twins, outcome, (&lock, marks)).await
        };
        if let Err(failure) = done {
            return Err(lock.explain(work, failure).await);
        }
    }
    let adopted = prepared.plan.adopted;
    let changed = !nothing_to_do || !adopted.is_empty();
    if !adopted.is_empty() {
        work.ledger(move |ledger, place| ledger.adopt(place, &adopted)).await?;
    }
    versions::keep(run, spelled, changed, outcome).await;
    Ok(())
}

/// Takes the server for this run, and says what other publishes left there.
async fn lock_server(
    run: &Run<'_>,
    prepared: &Prepared,
    options: &PublishOptions,
    outcome: &mut Outcome,
) -> Result<(ServerLock, Marks), Failure> {
    let lock = ServerLock::new(run.work, &run.id, prepared.journal(&run.id));
    run.hold(Some(lock.clone()));
    let taken = lock.take(run.work, options, prepared.markers.is_some()).await?;
    outcome.notes.extend(taken.notes);
    Ok((lock, taken.marks))
}

async fn switch_over(
    run: &Run<'_>,
    prepared: &mut Prepared,
    twins: &CaseTwins,
    outcome: &mut Outcome,
    (lock, marks): (&ServerLock, Marks),
) -> Result<(), Failure> {
    let work = run.work;
    let journal = &prepared.journal(&run.id).clone();
    let staging = Staging::of(journal);

    run.enter(RunState::Uploading).await?;
    keep_foreign(run, &prepared.plan, outcome).await?;
    let begun = journal.clone();
    work.ledger(move |ledger, _| ledger.staging_begun(&begun)).await?;
    staging.make(work).await?;
    twins.settle(work, &mut prepared.plan).await?;
    let plan = &prepared.plan;
    let parcels = transfer(work, journal, &staging, plan, prepared.left.as_ref()).await?;

    prepare_folders(work, plan).await?;
    clear_markers(work, lock, marks).await?;
    run.enter(RunState::GoingLive).await?;
    let work = &work.unstoppable();
    let staging_gone = commit(work, lock, journal, &staging, plan, &parcels).await?;

    run.enter(RunState::TidyingUp).await?;
    remove_old(work, plan, &run.work.cancel).await?;
    if staging_gone {
        note_tidied(work, journal).await?;
    } else {
        remove_staging(work, journal).await?;
    }

    run.enter(RunState::Checking).await?;
    verify(work, &parcels).await?;
    set_marker(run, lock).await?;
    outcome.proof = prove(run, &parcels, &prepared.before).await;
    if work.connector.facts().no_rename_over {
        outcome.notes.push(
            "This server does not rename onto an existing file: each old file was moved aside for a moment."
                .to_owned(),
        );
    }
    Ok(())
}

/// The server holds what it should, and does not say whose it is: a run was cut off right at its end, or another
/// computer published the same.
async fn sign(run: &Run<'_>, lock: &ServerLock, marks: Marks) -> Result<(), Failure> {
    run.enter(RunState::TidyingUp).await?;
    let work = &run.work.unstoppable();
    staging::make_guard(work).await?;
    clear_markers(work, lock, marks).await?;
    set_marker(run, lock).await
}

/// Notes some one by one, and how many more there are: they are kept with the run, and shown.
fn note_some(outcome: &mut Outcome, notes: impl ExactSizeIterator<Item = String>) {
    let more = notes.len().saturating_sub(MOST_NAMED);
    outcome.notes.extend(notes.take(MOST_NAMED));
    if more > 0 {
        outcome.notes.push(format!("And {more} more."));
    }
}

/// Compares what the server says of the new files with what was sent.
async fn verify(work: &Work, parcels: &[Parcel]) -> Result<(), Failure> {
    let expected: std::collections::HashMap<&RemotePath, u64> =
        parcels.iter().map(|parcel| (&parcel.upload.path, parcel.upload.file.size)).collect();
    let paths = parcels.iter().map(|parcel| parcel.upload.path.clone()).collect();
    for (path, size) in sizes(work, paths).await? {
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

fn planned(prepared: &Prepared) -> Event {
    let plan: &Plan = &prepared.plan;
    let new = plan.count(Change::New) + plan.count(Change::Missing);
    Event::Planned {
        new: new as u64,
        changed: (plan.uploads.len() - new) as u64,
        removed: plan.taken_off().count() as u64,
        unchanged: plan.unchanged as u64,
        bytes: plan.bytes(),
        bytes_waiting: prepared.bytes_waiting,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_notes_are_counted() {
        let notes = |count: usize| {
            let mut outcome = Outcome::default();
            note_some(&mut outcome, (0..count).map(|number| number.to_string()));
            outcome.notes
        };
        assert_eq!(notes(MOST_NAMED).len(), MOST_NAMED);
        let many = notes(100_000);
        assert_eq!((many.len(), many[MOST_NAMED].as_str()), (MOST_NAMED + 1, "And 99950 more."));
    }
}
