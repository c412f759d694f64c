//! What follows the switch-over: what the site no longer has is removed, then folders that nothing needs, then
//! staging. And the marker that says whose publish was the last.

use std::collections::HashSet;

use slipway_core::{Failure, FileChange, Plan, RemotePath, RunId};
use slipway_remote::{EntryKind, RemoteError};

use crate::failure;
use crate::recover::Left;
use crate::server_view::list_folders;
use crate::spread::{Operation, Spread, on_paths};
use crate::staging::{self, Staging};
use crate::work::Work;

/// Takes every marker away before anything live is changed, so that no computer takes the server for what it
/// published itself; and what a run that was cut off put there to recognise the web folder by.
pub(crate) async fn clear_markers(work: &Work) -> Result<(), Failure> {
    let listed = list_folders(work, vec![RemotePath::own()]).await?;
    let entries = listed.into_iter().find_map(|(_, entries)| entries).unwrap_or_default();
    remove(work, RemoveFiles, staging::markers(&entries)).await?;
    let (files, notes) = staging::signs(&entries).into_iter().unzip();
    remove(work, RemoveFiles, files).await?;
    remove(work, RemoveFiles, notes).await?;
    work.ledger(|ledger, place| ledger.set_marker(place, None)).await
}

/// Puts this run's marker there.
pub(crate) async fn set_marker(work: &Work, run: &RunId) -> Result<(), Failure> {
    staging::set_marker(work, run).await?;
    let run = run.clone();
    work.ledger(move |ledger, place| ledger.set_marker(place, Some(&run))).await
}

/// Removes what the plan removes and purges, and folders that are empty then.
pub(crate) async fn remove_old(work: &Work, plan: &Plan) -> Result<(), Failure> {
    let files = plan.taken_off().filter(|removal| !removal.in_the_way);
    remove_files(work, files.map(|removal| removal.path.clone()).collect()).await?;
    let folders = plan.remove_folders.iter().chain(&plan.purge_folders);
    remove_folders(work, folders.cloned().collect()).await?;
    let forget = plan.forget.clone();
    work.ledger(move |ledger, place| ledger.forget(place, &forget)).await
}

/// Removes a run's staging folder with all that is left in it.
pub(crate) async fn remove_staging(work: &Work, run: &RunId) -> Result<(), Failure> {
    let folder = Staging::of(run).folder().clone();
    let listed = list_folders(work, vec![folder.clone()]).await?;
    if let Some(entries) = listed.into_iter().find_map(|(_, entries)| entries) {
        let files = entries.iter().filter(|entry| entry.kind == EntryKind::File);
        let files = files.filter_map(|entry| folder.join(&entry.name).ok()).collect();
        remove(work, RemoveFiles, files).await?;
        remove(work, RemoveFolders, vec![folder]).await?;
    }
    let run = run.clone();
    work.ledger(move |ledger, _| ledger.tidied(&run)).await
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

/// Takes files off that visitors can see; one that is not there any more is as good as removed.
///
/// # Errors
/// The first, once all have been tried: what can go is gone.
pub(crate) async fn remove_files(work: &Work, files: Vec<RemotePath>) -> Result<(), Failure> {
    let mut removing = Spread::start(work, RemoveFiles, files, 32);
    let mut failed = None;
    while let Some(done) = removing.next().await? {
        let mut gone = Vec::with_capacity(done.len());
        for (path, outcome) in done {
            match outcome {
                Ok(()) | Err(RemoteError::NotFound(_)) => gone.push(path),
                Err(error) => {
                    work.tally.failed.add(1);
                    failed.get_or_insert_with(|| failure::remote(&error, Some(path.as_str())));
                }
            }
        }
        let removed = gone.clone();
        work.ledger(move |ledger, place| ledger.files_removed(place, &removed)).await?;
        work.tally.removed.add(gone.len() as u64);
        for path in &gone {
            work.events.file(FileChange::Removed, path, None);
        }
    }
    failed.map_or(Ok(()), Err)
}

/// Removes folders, children first. One that still holds something, of whomever, stays.
pub(crate) async fn remove_folders(work: &Work, folders: Vec<RemotePath>) -> Result<(), Failure> {
    let mut rest = folders;
    while let Some(depth) = rest.iter().map(RemotePath::depth).max() {
        let (level, shallower) = rest.into_iter().partition(|folder| folder.depth() == depth);
        rest = shallower;
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
        work.ledger(move |ledger, place| ledger.folders_removed(place, &gone)).await?;
    }
    Ok(())
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

on_paths!(RemoveFiles, remove_files, ());
on_paths!(RemoveFolders, remove_folders, ());
