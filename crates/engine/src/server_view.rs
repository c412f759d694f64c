//! What the server says of the files that a publish is about.

use std::collections::{BTreeMap, BTreeSet};

use slipway_core::{
    Change, Code, Failure, Manifest, Plan, Published, PublishedFile, RemotePath, RunId, Seen, ServerView,
    Upload,
};
use slipway_remote::{Entry, EntryKind, RemoteError};

use crate::failure;
use crate::spread::{Spread, on_paths};
use crate::staging;
use crate::tree::walk;
use crate::work::Work;

/// Asks in one round trip whether our last publish is still the server's last.
pub(crate) async fn marker_holds(work: &Work, last: &RunId) -> Result<bool, Failure> {
    let mut holds = false;
    let marker = staging::marker(last);
    for (_, size) in sizes(work, vec![marker]).await? {
        holds = match size {
            Ok(_) => true,
            Err(error) if error.can_pass() => return Err(failure::remote(&error, None)),
            Err(_) => false,
        };
    }
    Ok(holds)
}

/// What lies in Slipway's own folder; `None` where that is not there.
pub(crate) async fn own_entries(work: &Work) -> Result<Option<Vec<Entry>>, Failure> {
    let listed = list_folders(work, vec![RemotePath::own()]).await?;
    Ok(listed.into_iter().find_map(|(_, entries)| entries))
}

/// Lists the folders that hold, or will hold, files of the site; no others, however much lies there. Of the folders only
/// those are told that stand where a file is to be.
pub(crate) async fn list(
    work: &Work,
    local: &Manifest,
    published: &Published,
) -> Result<ServerView, Failure> {
    let paths = local.keys().chain(published.files.keys());
    let mut wanted: BTreeSet<RemotePath> = paths.flat_map(RemotePath::ancestors).collect();
    let mut view = ServerView { complete: true, ..ServerView::default() };
    let mut level = vec![RemotePath::root()];
    while !level.is_empty() {
        let listed = list_folders(work, level).await?;
        level = Vec::new();
        for (folder, entries) in listed {
            for entry in entries.unwrap_or_default() {
                let Ok(path) = folder.join(&entry.name) else { continue };
                match entry.kind {
                    EntryKind::File => {
                        let seen = Seen { size: entry.size, modified: entry.modified };
                        view.files.insert(path, Some(seen));
                    }
                    EntryKind::Folder => {
                        if local.contains_key(&path) {
                            view.folders.insert(path.clone());
                        }
                        if wanted.remove(&path) {
                            level.push(path);
                        }
                    }
                    EntryKind::Other => {}
                }
            }
        }
    }
    Ok(view)
}

/// Looks at all that the publish folder holds, for a purge.
///
/// # Errors
/// When the server does not let us look into a folder that the site needs.
pub(crate) async fn everything(
    work: &Work,
    local: &Manifest,
    published: &Published,
) -> Result<ServerView, Failure> {
    let tree = walk(work).await?;
    let needed =
        |folder: &&RemotePath| local.keys().chain(published.files.keys()).any(|path| path.is_below(folder));
    if let Some(folder) = tree.closed.iter().find(needed) {
        return Err(Failure::new(Code::PermissionDenied, "can't be listed").about(folder));
    }
    let in_unnameable = tree.unnameable.into_iter().map(|(folder, _)| folder);
    let others = tree.others.into_iter().chain(tree.repeated).chain(tree.closed).chain(in_unnameable);
    let others = others.chain(tree.sites);
    Ok(ServerView {
        files: tree.files.into_iter().map(|(path, seen)| (path, Some(seen))).collect(),
        folders: tree.folders,
        others: others.filter(|path| !path.is_root()).collect(),
        altered: BTreeSet::new(),
        complete: true,
    })
}

/// Listings tell times in another way than `MDTM` on some servers, such as in local time, and `LIST` tells none that
/// could be used. Our record comes from `MDTM`. It is asked again where the two differ, before anyone is told that a
/// file was changed, and where there is no time and the file would be replaced or removed.
pub(crate) async fn confirm_times(
    work: &Work,
    local: &Manifest,
    published: &Published,
    view: &mut ServerView,
) -> Result<(), Failure> {
    let doubtful = view.files.iter().filter(|(path, seen)| {
        let Some(seen) = seen else { return false };
        let records = [published.files.get(*path), published.pulled.get(*path)];
        let mut timed = records.into_iter().flatten().filter(|record| record.server_modified.is_some());
        let unchanged_here =
            |record: &PublishedFile| local.get(*path).is_some_and(|file| file.sha256 == record.sha256);
        match seen.modified {
            Some(_) if timed.clone().any(|record| record.server_modified == seen.modified) => false,
            Some(_) => timed.any(|record| record.size == seen.size),
            None => timed.any(|record| record.size == seen.size && !unchanged_here(record)),
        }
    });
    let paths = doubtful.map(|(path, _)| path.clone()).collect();
    ask_times(work, paths, &mut view.files).await
}

/// Looks at the files that a plan would replace or remove, and at what others may have put where it has new ones.
pub(crate) async fn look(work: &Work, plan: &Plan) -> Result<ServerView, Failure> {
    let (new, replaced): (Vec<&Upload>, Vec<&Upload>) =
        plan.uploads.iter().partition(|upload| upload.change == Change::New);
    let replaced = replaced.into_iter().map(|upload| &upload.path);
    let paths = replaced.chain(plan.removals.iter().map(|removal| &removal.path));
    let mut files = seen(work, paths.cloned().collect()).await?;
    let new: BTreeSet<&RemotePath> = new.into_iter().map(|upload| &upload.path).collect();
    let mut folders: BTreeSet<RemotePath> = new.iter().filter_map(|path| path.parent()).collect();
    // What is a file as yet can't be listed.
    for removal in &plan.removals {
        folders.remove(&removal.path);
    }
    let mut in_place = BTreeSet::new();
    for (folder, entries) in list_folders(work, folders.into_iter().collect()).await? {
        for entry in entries.unwrap_or_default() {
            let Ok(path) = folder.join(&entry.name) else { continue };
            match entry.kind {
                EntryKind::File if new.contains(&path) => {
                    files.insert(path, Some(Seen { size: entry.size, modified: entry.modified }));
                }
                EntryKind::Folder if new.contains(&path) => _ = in_place.insert(path),
                _ => {}
            }
        }
    }
    Ok(ServerView { files, folders: in_place, ..ServerView::default() })
}

/// A file's place where a folder of ours stands that can't be removed, since something in it stays: a file or a folder of
/// others. Asks only where a folder is to become a file.
pub(crate) async fn stays_in_place(work: &Work, plan: &Plan) -> Result<Option<RemotePath>, Failure> {
    let gone: BTreeSet<&RemotePath> = plan
        .taken_off()
        .map(|removal| &removal.path)
        .chain(&plan.remove_folders)
        .chain(&plan.purge_folders)
        .collect();
    let becomes = |folder: &RemotePath| {
        let places = plan.uploads.iter().map(|upload| &upload.path);
        places.into_iter().find(|path| *path == folder || folder.is_below(path))
    };
    let folders: BTreeMap<RemotePath, RemotePath> = plan
        .remove_folders
        .iter()
        .filter_map(|folder| Some((folder.clone(), becomes(folder)?.clone())))
        .collect();
    for (folder, entries) in list_folders(work, folders.keys().cloned().collect()).await? {
        let stays = |entry: &Entry| folder.join(&entry.name).is_ok_and(|path| !gone.contains(&path));
        if entries.unwrap_or_default().iter().any(stays) {
            return Ok(folders.get(&folder).cloned());
        }
    }
    Ok(None)
}

/// Sizes and times of files; `None` for one that is confirmed not to be there.
pub(crate) async fn seen(
    work: &Work,
    paths: Vec<RemotePath>,
) -> Result<BTreeMap<RemotePath, Option<Seen>>, Failure> {
    let mut files = BTreeMap::new();
    for (path, size) in sizes(work, paths).await? {
        let seen = match size {
            Ok(size) => Some(Seen { size, modified: None }),
            Err(RemoteError::NotFound(_)) => None,
            // It is there and has no size: a folder, in the place of our file.
            Err(RemoteError::Refused(_) | RemoteError::Denied(_)) => Some(Seen::NO_FILE),
            Err(error) => return Err(failure::remote(&error, Some(path.as_str()))),
        };
        files.insert(path, seen);
    }
    let is_file = |seen: &Option<Seen>| seen.is_some_and(|seen| seen != Seen::NO_FILE);
    let there = files.iter().filter(|(_, seen)| is_file(seen)).map(|(path, _)| path.clone()).collect();
    ask_times(work, there, &mut files).await?;
    Ok(files)
}

async fn ask_times(
    work: &Work,
    paths: Vec<RemotePath>,
    files: &mut BTreeMap<RemotePath, Option<Seen>>,
) -> Result<(), Failure> {
    // A server that tells no times is compared by size alone.
    for (path, time) in times(work, paths).await? {
        if let Some(Some(seen)) = files.get_mut(&path) {
            seen.modified = Some(time);
        }
    }
    Ok(())
}

/// Times of files, as far as the server tells them.
pub(crate) async fn times(work: &Work, paths: Vec<RemotePath>) -> Result<BTreeMap<RemotePath, i64>, Failure> {
    let mut times = BTreeMap::new();
    let mut asking = Spread::start(work, Times, paths, 16);
    while let Some(done) = asking.next().await? {
        times.extend(done.into_iter().filter_map(|(path, time)| Some((path, time.ok()?))));
    }
    Ok(times)
}

/// Lists folders; `None` for one that is not there.
pub(crate) async fn list_folders(
    work: &Work,
    folders: Vec<RemotePath>,
) -> Result<Vec<(RemotePath, Option<Vec<Entry>>)>, Failure> {
    let mut listed = Vec::with_capacity(folders.len());
    let mut listing = Spread::start(work, List, folders, 16);
    while let Some(done) = listing.next().await? {
        for (folder, outcome) in done {
            match outcome {
                Ok(entries) => listed.push((folder, Some(entries))),
                Err(RemoteError::NotFound(_)) => listed.push((folder, None)),
                Err(error) => return Err(failure::remote(&error, Some(folder.as_str()))),
            }
        }
    }
    Ok(listed)
}

/// Sizes of files, as the server says them; errors as they came.
pub(crate) async fn sizes(
    work: &Work,
    files: Vec<RemotePath>,
) -> Result<Vec<(RemotePath, Result<u64, RemoteError>)>, Failure> {
    let mut sizes = Vec::with_capacity(files.len());
    let mut asking = Spread::start(work, Sizes, files, 16);
    while let Some(done) = asking.next().await? {
        sizes.extend(done);
    }
    Ok(sizes)
}

on_paths!(List, list, Vec<Entry>);
on_paths!(Sizes, sizes, u64);
on_paths!(Times, times, i64);
