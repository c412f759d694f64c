//! The folders of a server, looked at from the one after login down, so that a person can choose where the website
//! goes.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use slipway_core::web_folder::is_promising;
use slipway_core::{Code, Failure, RemoteDir, RemotePath};
use slipway_remote::{Entry, EntryKind, RemoteError};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::failure::remote;
use crate::folder::{each_file, must_be_there};
use crate::scan::remote_path;
use crate::spread::{Done, Spread, on_paths};
use crate::work::Work;

/// Folders within folders, from the one after login on.
const DEEPEST: usize = 3;
/// Folders in all.
const MOST_FOLDERS: usize = 300;
/// Of them, those that are kept for folders in which a website may lie, however many others there are.
const FOR_PROMISING: usize = 50;
/// Someone waits: what was not looked at by then, once the server has answered, is left.
const LONGEST: Duration = Duration::from_secs(8);
/// So many folders are looked into before it is judged anew which ones come next.
const AT_ONCE: usize = 16;

/// A folder of the server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerFolder {
    /// Its path as a site's `remote_dir` takes it.
    pub path: String,
    /// Files in it and below, as far as that was looked at; `None` where it was not looked into at all.
    pub files: Option<u64>,
    /// Of them, files at the path of one that would be published.
    pub same_name: u64,
    /// The folders in it, by name.
    pub folders: Vec<ServerFolder>,
}

/// What was found on a server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    /// The folder that one is in after login, with those below.
    pub root: ServerFolder,
}

impl Survey {
    /// The paths of all folders.
    pub fn paths(&self) -> Vec<String> {
        let (mut paths, mut rest) = (Vec::new(), vec![&self.root]);
        while let Some(folder) = rest.pop() {
            paths.push(folder.path.clone());
            rest.extend(folder.folders.iter().rev());
        }
        paths
    }
}

/// Looks at a server's folders, those first in which a website may lie: no more than 300 of them, none deeper than
/// the third below the one after login, and no longer than 8 seconds. Hidden folders are left out. The publish folder
/// of the site that is worked on must be that one after login; `local` is the folder that would be published.
pub async fn survey(work: &Work, local: &Path) -> Result<Survey, Failure> {
    work.unless_cancelled(async {
        let (local, cancel) = (local.to_owned(), work.cancel.clone());
        let names = work.blocking(move |_| names(&local, &cancel)).await?;
        let home = login_folder(work).await?;
        let mut found = Found::new(names);
        look(work, &mut found).await?;
        Ok(Survey { root: found.tree(home.as_ref(), &RemotePath::root()) })
    })
    .await
}

/// The paths of all files that would be published.
fn names(local: &Path, cancel: &CancellationToken) -> Result<HashSet<Box<str>>, Failure> {
    must_be_there(local)?;
    let mut names = HashSet::new();
    each_file(
        local,
        cancel,
        |_| {},
        |below, _| {
            names.extend(remote_path(below).map(|path| path.as_str().into()));
        },
    )?;
    Ok(names)
}

/// The folder that one is in after login; `None` where the server does not tell it in a way that can be told back.
async fn login_folder(work: &Work) -> Result<Option<RemoteDir>, Failure> {
    let mut lease = work.pool.get().await.map_err(|error| remote(&error, None))?;
    let told = lease.login_folder().await;
    match &told {
        Err(error) if error.ends_connection() => drop(lease),
        _ => lease.give_back(),
    }
    let told = told.inspect_err(|error| tracing::info!(%error, "the login folder is not told")).ok();
    Ok(told.filter(|folder| folder.starts_with('/')).and_then(|folder| RemoteDir::new(&folder).ok()))
}

async fn look(work: &Work, found: &mut Found) -> Result<(), Failure> {
    let mut deadline = None;
    loop {
        let next = found.next();
        if next.is_empty() {
            return Ok(());
        }
        let mut listing = Spread::start(work, List, next, 2);
        loop {
            let until = deadline.unwrap_or_else(Instant::now);
            let listed = tokio::select! {
                biased;
                listed = listing.next() => listed,
                () = sleep_until(until), if deadline.is_some() => return Ok(()),
            };
            match listed {
                Ok(None) => break,
                Ok(Some(done)) => found.take(done)?,
                Err(failure) if failure.code == Code::Cancelled || deadline.is_none() => return Err(failure),
                // What was seen is worth something without the rest.
                Err(failure) => {
                    tracing::info!(%failure, "the rest was not looked at");
                    return Ok(());
                }
            }
        }
        deadline.get_or_insert_with(|| Instant::now() + LONGEST);
    }
}

/// What was found so far.
struct Found {
    /// The paths of all files that would be published.
    names: HashSet<Box<str>>,
    folders: BTreeMap<RemotePath, Looked>,
    /// Folders that were not looked into.
    waiting: Vec<RemotePath>,
}

#[derive(Default)]
struct Looked {
    inside: bool,
    files: u64,
    same_name: u64,
}

impl Found {
    fn new(names: HashSet<Box<str>>) -> Self {
        let root = RemotePath::root();
        Self { names, folders: [(root.clone(), Looked::default())].into(), waiting: vec![root] }
    }

    /// The folders to look into next.
    fn next(&mut self) -> Vec<RemotePath> {
        self.waiting.sort_by_cached_key(|path| (!is_promising(path.as_str()), path.depth(), path.clone()));
        self.waiting.drain(..self.waiting.len().min(AT_ONCE)).collect()
    }

    fn take(&mut self, done: Vec<Done<List>>) -> Result<(), Failure> {
        for (folder, listed) in done {
            match listed {
                Ok(entries) => self.add(&folder, entries),
                Err(RemoteError::NotFound(_) | RemoteError::Denied(_) | RemoteError::Refused(_)) => {}
                Err(error) if folder.is_root() => return Err(remote(&error, None)),
                Err(error) => tracing::info!(%folder, %error, "not looked into"),
            }
        }
        Ok(())
    }

    fn add(&mut self, folder: &RemotePath, entries: Vec<Entry>) {
        let mut inner = Vec::new();
        for entry in entries {
            let Ok(path) = folder.join(&entry.name) else { continue };
            match entry.kind {
                EntryKind::File => self.count(folder, &path),
                EntryKind::Folder if !entry.name.starts_with('.') && !entry.respelled => inner.push(path),
                EntryKind::Folder | EntryKind::Other => {}
            }
        }
        self.folders.entry(folder.clone()).or_default().inside = true;
        if folder.depth() >= DEEPEST {
            return;
        }
        inner.sort_by_cached_key(|path| (!is_promising(path.as_str()), path.clone()));
        let kept_free = if is_promising(folder.as_str()) { 0 } else { FOR_PROMISING };
        inner.truncate((MOST_FOLDERS - kept_free).saturating_sub(self.folders.len()));
        for path in inner {
            // A server may say a name twice.
            if self.folders.insert(path.clone(), Looked::default()).is_none() {
                self.waiting.push(path);
            }
        }
    }

    /// Counts a file for its folder and all above.
    fn count(&mut self, folder: &RemotePath, path: &RemotePath) {
        for above in std::iter::successors(Some(folder.clone()), RemotePath::parent) {
            let below =
                path.as_str().strip_prefix(above.as_str()).unwrap_or_default().trim_start_matches('/');
            let looked = self.folders.entry(above).or_default();
            looked.files += 1;
            looked.same_name += u64::from(self.names.contains(below));
        }
    }

    fn tree(&self, home: Option<&RemoteDir>, path: &RemotePath) -> ServerFolder {
        let looked = self.folders.get(path);
        let inner = self.folders.keys().filter(|inner| inner.parent().as_ref() == Some(path));
        ServerFolder {
            path: match home.map(RemoteDir::as_str) {
                None => path.to_string(),
                Some(home) if path.is_root() => home.to_owned(),
                Some(home) => format!("{}/{path}", home.trim_end_matches('/')),
            },
            files: looked.filter(|looked| looked.inside).map(|looked| looked.files),
            same_name: looked.map_or(0, |looked| looked.same_name),
            folders: inner.map(|inner| self.tree(home, inner)).collect(),
        }
    }
}

on_paths!(List, list, Vec<Entry>);
