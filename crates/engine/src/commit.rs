//! Commit: the switch-over from staging to what visitors see. Assets, then pages, then the pages that visitors
//! enter by. Every step is noted, and can be repeated.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_trait::async_trait;
use slipway_core::{Code, Failure, FileChange, Plan, RemotePath, RunId, Turn};
use slipway_remote::{Each, Remote, RemoteError, Rename};

use crate::failure;
use crate::server_lock::ServerLock;
use crate::server_view::{list_folders, sizes};
use crate::spread::{Operation, Spread};
use crate::staging::{Staging, make_folders};
use crate::tidy::{remove_files, remove_folders, staging_is_gone};
use crate::transfer::Parcel;
use crate::work::Work;

/// So many times more a file is renamed that the server says it has moved, and has not.
const RENAMES: usize = 2;

/// Puts everything that waits in staging in its place. Whether staging is gone with that: it can be removed only when
/// nothing is left in it, which proves that the server has moved everything.
pub(crate) async fn commit(
    work: &Work,
    lock: &ServerLock,
    run: &RunId,
    staging: &Staging,
    plan: &Plan,
    parcels: &[Parcel],
) -> Result<bool, Failure> {
    clear_the_way(work, plan).await?;
    let (_, blocked) = folders(plan);
    for level in by_depth(&blocked) {
        make_folders(work, level).await?;
    }
    for turn in Turn::ALL {
        lock.still_ours(work).await?;
        let moves = parcels.iter().filter(|parcel| Turn::of(&parcel.upload.path) == turn);
        switch(work, run, moves.map(|parcel| Move::of(parcel, staging)).collect()).await?;
    }
    let mut left = Vec::new();
    for _ in 0..=RENAMES {
        if staging_is_gone(work, staging).await? {
            return Ok(true);
        }
        left = unmoved(work, run, staging, parcels).await?;
        if left.is_empty() {
            return Ok(false);
        }
        switch(work, run, left.iter().map(|parcel| Move::of(parcel, staging)).collect()).await?;
    }
    let detail = "the server says that it renamed the file, and it has not";
    let failure = Failure::new(Code::ServerMisbehaves, detail);
    Err(left.iter().fold(failure, |failure, parcel| failure.about(&parcel.upload.path)))
}

/// What lies in staging although the server said that it had moved it. Nothing else would tell, where the old file has
/// the same size.
async fn unmoved(
    work: &Work,
    run: &RunId,
    staging: &Staging,
    parcels: &[Parcel],
) -> Result<Vec<Parcel>, Failure> {
    let listed = list_folders(work, vec![staging.folder().clone()]).await?;
    let entries = listed.into_iter().find_map(|(_, entries)| entries).unwrap_or_default();
    let there: BTreeSet<u32> = entries.iter().filter_map(|entry| Staging::number(&entry.name)).collect();
    let left: Vec<Parcel> = parcels.iter().filter(|parcel| there.contains(&parcel.number)).cloned().collect();
    let (run, numbers) = (run.clone(), left.iter().map(|parcel| parcel.number).collect::<Vec<_>>());
    work.ledger(move |ledger, _| ledger.journal_not_live(&run, &numbers)).await?;
    Ok(left)
}

/// Makes the folders that new files need, before anything goes live: nobody sees an empty folder, and a name that
/// the server refuses is found out while the site is as it was.
pub(crate) async fn prepare_folders(work: &Work, plan: &Plan) -> Result<(), Failure> {
    let (free, _) = folders(plan);
    for level in by_depth(&free) {
        make_folders(work, level).await?;
    }
    Ok(())
}

/// The folders that can be made at once, and those for which a file must go first, which stands in the place of the
/// folder or of one above it.
fn folders(plan: &Plan) -> (Vec<RemotePath>, Vec<RemotePath>) {
    let in_the_way = plan.taken_off().filter(|removal| removal.in_the_way);
    let files: BTreeSet<&RemotePath> = in_the_way.map(|removal| &removal.path).collect();
    let free = |folder: &RemotePath| {
        !files.contains(folder) && !folder.ancestors().any(|above| files.contains(&above))
    };
    plan.make_folders.iter().cloned().partition(free)
}

/// Where a file must become a folder, or a folder a file, the old one goes first. The folder may be all that is
/// left to go, after an interruption.
async fn clear_the_way(work: &Work, plan: &Plan) -> Result<(), Failure> {
    let blocking = plan.taken_off().filter(|removal| removal.in_the_way);
    remove_files(work, blocking.map(|removal| removal.path.clone()).collect()).await?;
    let uploads: BTreeSet<&RemotePath> = plan.uploads.iter().map(|upload| &upload.path).collect();
    let in_the_way = |folder: &&RemotePath| {
        uploads.contains(folder) || folder.ancestors().any(|above| uploads.contains(&above))
    };
    let folders = plan.remove_folders.iter().chain(&plan.purge_folders);
    remove_folders(work, folders.filter(in_the_way).cloned().collect()).await
}

async fn switch(work: &Work, run: &RunId, moves: Vec<Move>) -> Result<(), Failure> {
    let mut switching = Spread::start(work, Switch, moves, 16);
    while let Some(done) = switching.next().await? {
        let (mut live, mut doubtful) = (Vec::new(), Vec::new());
        let mut failed = None;
        for (item, outcome) in done {
            match outcome {
                Ok(()) => live.push(item.parcel),
                Err(error @ (RemoteError::NotFound(_) | RemoteError::Refused(_))) => {
                    doubtful.push((item, error))
                }
                Err(error) => {
                    work.tally.failed.add(1);
                    failed.get_or_insert_with(|| {
                        failure::remote(&error, Some(item.parcel.upload.path.as_str()))
                    });
                }
            }
        }
        if let Err(failure) = confirm(work, doubtful, &mut live).await {
            work.tally.failed.add(1);
            failed.get_or_insert(failure);
        }
        let (run, numbers) = (run.clone(), live.iter().map(|parcel| parcel.number).collect::<Vec<_>>());
        work.ledger(move |ledger, _| ledger.journal_live(&run, &numbers)).await?;
        work.tally.live.add(live.len() as u64);
        for Parcel { upload, .. } in &live {
            work.events.file(FileChange::Live, &upload.path, Some(upload.file.size));
        }
        failed.map_or(Ok(()), Err)?;
    }
    Ok(())
}

/// A rename whose answer was lost is refused when it is repeated, since the file is not there any more: it is in
/// its new place.
async fn confirm(
    work: &Work,
    doubtful: Vec<(Move, RemoteError)>,
    live: &mut Vec<Parcel>,
) -> Result<(), Failure> {
    let asked = doubtful.iter().flat_map(|(item, _)| [item.from.clone(), item.parcel.upload.path.clone()]);
    let found: HashMap<RemotePath, Result<u64, RemoteError>> =
        sizes(work, asked.collect()).await?.into_iter().collect();
    for (item, error) in doubtful {
        let upload = &item.parcel.upload;
        let gone = matches!(found.get(&item.from), Some(Err(RemoteError::NotFound(_))));
        let arrived = matches!(found.get(&upload.path), Some(Ok(size)) if *size == upload.file.size);
        match (gone, arrived) {
            (true, true) => live.push(item.parcel),
            (true, false) => {
                return Err(Failure::new(Code::ServerMisbehaves, format!("lost from staging: {error}"))
                    .about(&upload.path));
            }
            (false, _) => return Err(failure::remote(&error, Some(upload.path.as_str()))),
        }
    }
    Ok(())
}

/// Paths of the same depth together, shallow ones first: those of one depth can be made in any order.
fn by_depth(folders: &[RemotePath]) -> Vec<Vec<RemotePath>> {
    let mut levels: BTreeMap<usize, Vec<RemotePath>> = BTreeMap::new();
    for folder in folders {
        levels.entry(folder.depth()).or_default().push(folder.clone());
    }
    levels.into_values().collect()
}

#[derive(Clone)]
struct Move {
    parcel: Parcel,
    from: RemotePath,
}

impl Move {
    fn of(parcel: &Parcel, staging: &Staging) -> Self {
        Self { parcel: parcel.clone(), from: staging.file(parcel.number) }
    }
}

struct Switch;

#[async_trait]
impl Operation for Switch {
    type Item = Move;
    type Output = ();

    async fn run(
        &self,
        remote: &mut dyn Remote,
        items: &[Move],
        each: Each<'_, ()>,
    ) -> Result<(), RemoteError> {
        let rename = |item: &Move| Rename { from: item.from.clone(), to: item.parcel.upload.path.clone() };
        let renames: Vec<Rename> = items.iter().map(rename).collect();
        remote.rename(&renames, each).await
    }

    fn path(&self, item: &Move) -> Option<String> {
        Some(item.parcel.upload.path.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_from_the_top() {
        let paths = ["b/c", "a", "b", "b/c/d"].map(|path| RemotePath::new(path).unwrap());
        let levels = by_depth(&paths);
        assert_eq!(levels.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1, 1]);
    }
}
