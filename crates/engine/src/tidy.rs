//! What follows the switch-over: what the site no longer has is removed, then folders that nothing needs, then
//! staging. And the marker that says whose publish was the last.

use std::collections::{BTreeSet, HashSet};

use slipway_core::{Code, Failure, FileChange, Plan, RemotePath, RunId};
use slipway_remote::{Entry, EntryKind, RemoteError};
use tokio_util::sync::CancellationToken;

use crate::failure;
use crate::grace::{let_browsers_finish, pages_first};
use crate::recover::Left;
use crate::run::Run;
use crate::server_lock::ServerLock;
use crate::server_view::list_folders;
use crate::spread::{Operation, Spread, on_paths};
use crate::staging::{self, Marks, Staging};
use crate::work::Work;

/// So many times a file is removed that the server says it has removed, and has not.
const REMOVALS: usize = 3;

/// Takes every marker away before anything live is changed, so that no computer takes the server for what it
/// published itself; and what a run that was cut off put there to recognise the web folder by. Nobody puts any there
/// while we have the lock: those are all that were seen when it was taken.
pub(crate) async fn clear_markers(work: &Work, lock: &ServerLock, found: Marks) -> Result<(), Failure> {
    lock.still_ours(work).await?;
    remove_own(work, found.markers).await?;
    for sign in found.signs {
        remove_sign(work, sign).await?;
    }
    work.ledger(|ledger, place| ledger.set_marker(place, None)).await
}

/// Takes a sign away, and then its note.
pub(crate) async fn remove_sign(work: &Work, (file, note): (RemotePath, RemotePath)) -> Result<(), Failure> {
    remove_own(work, vec![file]).await?;
    remove_own(work, vec![note]).await
}

/// Removes files of Slipway's own, as far as they are there.
pub(crate) async fn remove_own(work: &Work, files: Vec<RemotePath>) -> Result<(), Failure> {
    remove(work, RemoveFiles, files).await
}

/// Puts this run's marker there, and lets go of the lock.
pub(crate) async fn set_marker(run: &Run<'_>, lock: &ServerLock) -> Result<(), Failure> {
    let work = &run.work.unstoppable();
    lock.become_marker(work, &run.id).await?;
    run.hold(None);
    let run = run.id.clone();
    work.ledger(move |ledger, place| ledger.set_marker(place, Some(&run))).await
}

/// Removes what the plan removes and purges, and folders that are empty then. What pages may refer to goes last, and not
/// before those who have such a page have had the time to ask for it, or the user has no patience: that is, until
/// `hurried` is cancelled.
pub(crate) async fn remove_old(work: &Work, plan: &Plan, hurried: &CancellationToken) -> Result<(), Failure> {
    let (pages, assets) = pages_first(plan);
    remove_files(work, pages).await?;
    if !assets.is_empty() {
        let_browsers_finish(work, plan, hurried).await;
    }
    remove_files(work, assets).await?;
    let folders = plan.remove_folders.iter().chain(&plan.purge_folders);
    remove_folders(work, folders.cloned().collect()).await?;
    let forget = plan.forget.clone();
    work.ledger(move |ledger, place| ledger.forget(place, &forget)).await
}

/// Removes a staging folder if nothing is left in it. Whether it is really gone; a marker that is still there goes too,
/// or its owner would take what is online now for its own.
pub(crate) async fn staging_is_gone(work: &Work, staging: &Staging) -> Result<bool, Failure> {
    let folder = staging.folder();
    let mut removing = Spread::start(work, RemoveFolders, vec![folder.clone()], 1);
    while let Some(done) = removing.next().await? {
        for (_, outcome) in done {
            match outcome {
                Ok(()) | Err(RemoteError::NotFound(_)) => {}
                Err(error) if error.can_pass() => {
                    return Err(failure::remote(&error, Some(folder.as_str())));
                }
                Err(_) => return Ok(false),
            }
        }
    }
    let listed = list_folders(work, vec![RemotePath::own()]).await?;
    let entries = listed.into_iter().find_map(|(_, entries)| entries).unwrap_or_default();
    remove_own(work, staging::markers(&entries)).await?;
    Ok(!entries.iter().any(|entry| entry.name == folder.name()))
}

/// Says that nothing is left of a run's staging.
pub(crate) async fn note_tidied(work: &Work, run: &RunId) -> Result<(), Failure> {
    let run = run.clone();
    work.ledger(move |ledger, _| ledger.tidied(&run)).await
}

/// Removes a run's staging folder with all that is left in it.
pub(crate) async fn remove_staging(work: &Work, run: &RunId) -> Result<(), Failure> {
    clear_staging(work, &Staging::of(run)).await?;
    note_tidied(work, run).await
}

/// Removes a staging folder with all that is in it, whosever it is.
pub(crate) async fn clear_staging(work: &Work, staging: &Staging) -> Result<(), Failure> {
    let folder = staging.folder().clone();
    let listed = list_folders(work, vec![folder.clone()]).await?;
    if let Some(entries) = listed.into_iter().find_map(|(_, entries)| entries) {
        let files = entries.iter().filter(|entry| entry.kind == EntryKind::File);
        let files = files.filter_map(|entry| folder.join(&entry.name).ok()).collect();
        remove(work, RemoveFiles, files).await?;
        remove(work, RemoveFolders, vec![folder]).await?;
    }
    Ok(())
}

/// Removes what an interrupted run left in staging and nothing needs any more, before it takes the space of what
/// will be sent.
pub(crate) async fn remove_stale(
    work: &Work,
    run: &RunId,
    staging: &Staging,
    left: &Left,
    needed: &HashSet<u32>,
) -> Result<(), Failure> {
    let stale = |numbers: &[u32]| -> Vec<u32> {
        numbers.iter().copied().filter(|number| !needed.contains(number)).collect()
    };
    // The entries first: one without its file would be taken for a file that went live.
    let (run, entries) = (run.clone(), stale(&left.pending));
    work.ledger(move |ledger, _| ledger.journal_drop(&run, &entries)).await?;
    let files = stale(&left.there).into_iter().map(|number| staging.file(number)).collect();
    remove(work, RemoveFiles, files).await
}

/// Takes files off that visitors can see; one that is not there any more is as good as removed, and one that still is
/// there is not, whatever the server says.
///
/// # Errors
/// The first, once all have been tried: what can go is gone.
pub(crate) async fn remove_files(work: &Work, files: Vec<RemotePath>) -> Result<(), Failure> {
    let mut rest = files;
    for _ in 0..REMOVALS {
        let mut removing = Spread::start(work, RemoveFiles, rest, 32);
        let (mut said, mut failed) = (Vec::new(), None);
        while let Some(done) = removing.next().await? {
            for (path, outcome) in done {
                match outcome {
                    Ok(()) | Err(RemoteError::NotFound(_)) => said.push(path),
                    Err(error) => {
                        work.tally.failed.add(1);
                        failed.get_or_insert_with(|| failure::remote(&error, Some(path.as_str())));
                    }
                }
            }
        }
        let there = still_there(work, &said, EntryKind::File).await?;
        said.retain(|path| !there.contains(path));
        note_removed(work, said).await?;
        failed.map_or(Ok(()), Err)?;
        rest = there.into_iter().collect();
        if rest.is_empty() {
            return Ok(());
        }
    }
    work.tally.failed.add(1);
    Err(not_removed(&rest))
}

async fn note_removed(work: &Work, gone: Vec<RemotePath>) -> Result<(), Failure> {
    let removed = gone.clone();
    work.ledger(move |ledger, place| ledger.files_removed(place, &removed)).await?;
    work.tally.removed.add(gone.len() as u64);
    for path in &gone {
        work.events.file(FileChange::Removed, path, None);
    }
    Ok(())
}

/// Those that the server still lists, of what it said that it had removed. What can't be listed is believed.
async fn still_there(
    work: &Work,
    removed: &[RemotePath],
    kind: EntryKind,
) -> Result<BTreeSet<RemotePath>, Failure> {
    let parents: BTreeSet<RemotePath> = removed.iter().filter_map(RemotePath::parent).collect();
    let removed: BTreeSet<&RemotePath> = removed.iter().collect();
    let mut there = BTreeSet::new();
    let mut listing = Spread::start(work, ListAgain, parents.into_iter().collect(), 16);
    while let Some(done) = listing.next().await? {
        for (folder, outcome) in done {
            match outcome {
                Ok(entries) => {
                    let listed = entries.iter().filter(|entry| entry.kind == kind);
                    let listed = listed.filter_map(|entry| folder.join(&entry.name).ok());
                    there.extend(listed.filter(|path| removed.contains(path)));
                }
                Err(error) if error.can_pass() => {
                    return Err(failure::remote(&error, Some(folder.as_str())));
                }
                Err(error) => tracing::info!(%folder, %error, "what was removed there is not seen"),
            }
        }
    }
    Ok(there)
}

fn not_removed(there: &[RemotePath]) -> Failure {
    let failure = Failure::new(Code::ServerMisbehaves, "the server says that it removed it, and it has not");
    match there.first() {
        Some(path) => failure.about(path),
        None => failure,
    }
}

/// Removes folders, children first. One that still holds something, of whomever, stays.
pub(crate) async fn remove_folders(work: &Work, folders: Vec<RemotePath>) -> Result<(), Failure> {
    let mut rest = folders;
    while let Some(depth) = rest.iter().map(RemotePath::depth).max() {
        let (mut level, shallower): (Vec<_>, _) =
            rest.into_iter().partition(|folder| folder.depth() == depth);
        rest = shallower;
        for _ in 0..REMOVALS {
            let gone = remove_level(work, level).await?;
            let there = still_there(work, &gone, EntryKind::Folder).await?;
            let gone = gone.into_iter().filter(|folder| !there.contains(folder)).collect::<Vec<_>>();
            work.ledger(move |ledger, place| ledger.folders_removed(place, &gone)).await?;
            level = there.into_iter().collect();
        }
        if !level.is_empty() {
            return Err(not_removed(&level));
        }
    }
    Ok(())
}

/// Removes folders of one depth; those that are gone, by the server's word.
async fn remove_level(work: &Work, level: Vec<RemotePath>) -> Result<Vec<RemotePath>, Failure> {
    let mut gone = Vec::new();
    let mut removing = Spread::start(work, RemoveFolders, level, 32);
    while let Some(done) = removing.next().await? {
        for (folder, outcome) in done {
            match outcome {
                Ok(()) | Err(RemoteError::NotFound(_)) => gone.push(folder),
                Err(error) if error.can_pass() => {
                    return Err(failure::remote(&error, Some(folder.as_str())));
                }
                Err(error) => tracing::info!(%folder, %error, "the folder stays"),
            }
        }
    }
    Ok(gone)
}

/// Removes what is Slipway's own, all of which must go.
async fn remove<Op>(work: &Work, operation: Op, paths: Vec<RemotePath>) -> Result<(), Failure>
where
    Op: Operation<Item = RemotePath, Output = ()>,
{
    let mut removing = Spread::start(work, operation, paths, 32);
    while let Some(done) = removing.next().await? {
        for (path, outcome) in done {
            match outcome {
                Ok(()) | Err(RemoteError::NotFound(_)) => {}
                Err(error) => return Err(failure::remote(&error, Some(path.as_str()))),
            }
        }
    }
    Ok(())
}

on_paths!(ListAgain, list, Vec<Entry>);
on_paths!(RemoveFiles, remove_files, ());
on_paths!(RemoveFolders, remove_folders, ());
