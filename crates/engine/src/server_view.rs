//! What the server says of the files that a publish is about.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use slipway_core::{Change, Failure, Manifest, Plan, Published, RemotePath, RunId, Seen, ServerView};
use slipway_remote::{Each, Entry, EntryKind, Remote, RemoteError};

use crate::failure;
use crate::spread::{Operation, Spread};
use crate::staging;
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

/// Lists the folders that hold, or will hold, files of the site; no others, however much lies there.
pub(crate) async fn list(
    work: &Work,
    local: &Manifest,
    published: &Published,
) -> Result<ServerView, Failure> {
    let paths = local.keys().chain(published.files.keys());
    let mut wanted: BTreeSet<RemotePath> = paths.flat_map(RemotePath::ancestors).collect();
    let mut view = ServerView { files: BTreeMap::new(), complete: true };
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
                    EntryKind::Folder if wanted.remove(&path) => level.push(path),
                    EntryKind::Folder | EntryKind::Other => {}
                }
            }
        }
    }
    Ok(view)
}

/// Looks at the files that a plan would replace or remove.
pub(crate) async fn look(work: &Work, plan: &Plan) -> Result<ServerView, Failure> {
    let replaced = plan.uploads.iter().filter(|upload| upload.change == Change::Changed);
    let paths = replaced.map(|upload| &upload.path).chain(plan.removals.iter().map(|removal| &removal.path));
    Ok(ServerView { files: seen(work, paths.cloned().collect()).await?, complete: false })
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
            Err(error) => return Err(failure::remote(&error, Some(path.as_str()))),
        };
        files.insert(path, seen);
    }
    let there = files.iter().filter(|(_, seen)| seen.is_some()).map(|(path, _)| path.clone()).collect();
    let mut times = Spread::start(work, Times, there, 16);
    while let Some(done) = times.next().await? {
        for (path, time) in done {
            // A server that tells no times is compared by size alone.
            if let (Ok(time), Some(Some(seen))) = (time, files.get_mut(&path)) {
                seen.modified = Some(time);
            }
        }
    }
    Ok(files)
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

struct List;
struct Sizes;
struct Times;

#[async_trait]
impl Operation for List {
    type Item = RemotePath;
    type Output = Vec<Entry>;

    async fn run(
        &self,
        remote: &mut dyn Remote,
        items: &[RemotePath],
        each: Each<'_, Vec<Entry>>,
    ) -> Result<(), RemoteError> {
        remote.list(items, each).await
    }

    fn path(&self, item: &RemotePath) -> Option<String> {
        Some(item.to_string())
    }
}

#[async_trait]
impl Operation for Sizes {
    type Item = RemotePath;
    type Output = u64;

    async fn run(
        &self,
        remote: &mut dyn Remote,
        items: &[RemotePath],
        each: Each<'_, u64>,
    ) -> Result<(), RemoteError> {
        remote.sizes(items, each).await
    }

    fn path(&self, item: &RemotePath) -> Option<String> {
        Some(item.to_string())
    }
}

#[async_trait]
impl Operation for Times {
    type Item = RemotePath;
    type Output = i64;

    async fn run(
        &self,
        remote: &mut dyn Remote,
        items: &[RemotePath],
        each: Each<'_, i64>,
    ) -> Result<(), RemoteError> {
        remote.times(items, each).await
    }

    fn path(&self, item: &RemotePath) -> Option<String> {
        Some(item.to_string())
    }
}
