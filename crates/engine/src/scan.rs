//! A local folder: what is in it, with the digest of each file's content. Links are reported, never followed; what
//! can't be read or named is reported before anything is sent.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::FileType;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use ignore::{DirEntry, WalkBuilder, WalkState};
use serde::{Deserialize, Serialize};
use slipway_core::{Code, Compare, Failure, LocalFile, Manifest, RemotePath};
use slipway_store::CachedHash;
use tokio_util::sync::CancellationToken;

use crate::clock::file_time;
use crate::content::{PORTION, Unread, modified, read};
use crate::excludes::Excludes;
use crate::failure::cancelled;

/// A file that was changed so shortly before the scan could change again within the same tick of the clock: its
/// digest is not kept for the next time. Some file systems count time in steps of 2 seconds.
const RACY_NANOS: i64 = 2_000_000_000;

/// Something about a local file or folder that a person should know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// The path below the publish folder.
    pub path: String,
}

/// What was found about a local file or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A symbolic link; it is left out.
    Link,
    /// A device, pipe or socket; it is left out.
    Special,
    /// It can't be read: the publish does not begin.
    Unreadable,
    /// FTP or servers can't hold its name: the publish does not begin.
    NameNotAllowed,
    /// Another file's name is the same once accents are composed: the publish does not begin.
    SameName,
    /// It changes all the time: the publish does not begin.
    Changing,
}

impl FindingKind {
    /// In plain words.
    pub fn text(self) -> &'static str {
        match self {
            Self::Link => "is a link and was left out",
            Self::Special => "is not a regular file and was left out",
            Self::Unreadable => "can't be read",
            Self::NameNotAllowed => "has a name that servers can't hold",
            Self::SameName => "has the same name as another file, written with other characters",
            Self::Changing => "keeps changing",
        }
    }

    /// Whether a publish does not begin because of it.
    pub fn stops(self) -> bool {
        self.code().is_some()
    }

    /// What it means for a publish: `None` if it merely leaves the file out.
    fn code(self) -> Option<Code> {
        match self {
            Self::Link | Self::Special => None,
            Self::Unreadable => Some(Code::LocalFileUnreadable),
            Self::NameNotAllowed | Self::SameName => Some(Code::NameNotAllowed),
            Self::Changing => Some(Code::LocalFileChanging),
        }
    }
}

/// What a scan found.
#[derive(Default)]
pub(crate) struct Scanned {
    pub(crate) manifest: Manifest,
    pub(crate) findings: Vec<Finding>,
    /// Digests that were worked out anew, by the paths below the publish folder.
    pub(crate) fresh: Vec<(Box<str>, CachedHash)>,
    /// Files of the cache that are gone.
    pub(crate) gone: Vec<Box<str>>,
}

impl Scanned {
    /// Refuses what must not be published: an unreadable or unnameable file would look removed.
    pub(crate) fn judge(&self) -> Result<(), Failure> {
        let bad = |code| move |finding: &&Finding| finding.kind.code() == Some(code);
        for code in [Code::LocalFileUnreadable, Code::NameNotAllowed, Code::LocalFileChanging] {
            let found: Vec<&Finding> = self.findings.iter().filter(bad(code)).collect();
            if let Some(first) = found.first() {
                let mut failure = Failure::new(code, first.kind.text()).about(&first.path);
                failure.count = Some(found.len() as u64);
                return Err(failure);
            }
        }
        if self.manifest.is_empty() {
            return Err(Failure::new(Code::LocalFolderEmpty, "the folder holds nothing to publish"));
        }
        Ok(())
    }
}

/// A folder to look at.
pub(crate) struct ScanSource<'a> {
    /// The folder.
    pub(crate) folder: &'a Path,
    /// The folder below the publish folder that its content goes to.
    pub(crate) place: &'a RemotePath,
    /// The folder that [`LocalFile::spelled`] is below.
    pub(crate) base: &'a Path,
}

/// Looks at a whole folder, which must be there, on several threads. [`Scanned::gone`] stays empty. Blocks.
pub(crate) fn scan(
    source: &ScanSource<'_>,
    excludes: &Excludes,
    cache: &HashMap<Box<str>, CachedHash>,
    compare: Compare,
    cancel: &CancellationToken,
) -> Result<Scanned, Failure> {
    if excludes.leave_out_place(source.place) {
        return Ok(Scanned::default());
    }
    let started = file_time(SystemTime::now());
    let place: PathBuf = source.place.as_str().split('/').collect();
    let scanner = Scanner { source, place, cache, compare, started, scanned: Mutex::default() };
    let threads = std::thread::available_parallelism().map_or(2, usize::from).min(8);
    let walk = WalkBuilder::new(source.folder)
        .standard_filters(false)
        .follow_links(false)
        .threads(threads)
        .build_parallel();
    walk.run(|| {
        let mut buffer = vec![0; PORTION];
        let scanner = &scanner;
        Box::new(move |entry| {
            if cancel.is_cancelled() {
                return WalkState::Quit;
            }
            scanner.visit(entry, excludes, &mut buffer)
        })
    });
    if cancel.is_cancelled() {
        return Err(cancelled());
    }
    let mut scanned = scanner.scanned.into_inner().unwrap_or_else(PoisonError::into_inner);
    scanned.findings.sort();
    Ok(scanned)
}

/// Looks at one file again that changed while it was being sent; `None` if it is gone. Blocks.
pub(crate) fn scan_one(
    base: &Path,
    path: &RemotePath,
    before: &LocalFile,
) -> Result<Option<LocalFile>, Failure> {
    let local = base.join(local_path(path, before));
    match read(&local, &mut vec![0; PORTION]) {
        Ok(hash) => Ok(Some(LocalFile {
            size: hash.size,
            modified: hash.modified,
            sha256: hash.sha256,
            spelled: before.spelled.clone(),
        })),
        Err(Unread::Gone) => Ok(None),
        Err(Unread::Changing) => Err(Failure::new(Code::LocalFileChanging, "changed while read").about(path)),
        Err(Unread::Error(error)) => Err(Failure::new(Code::LocalFileUnreadable, error).about(path)),
    }
}

/// Where a file is: below the folder that it was scanned with as base, or absolute, so that it can be joined to it.
pub(crate) fn local_path(path: &RemotePath, file: &LocalFile) -> PathBuf {
    file.spelled.clone().unwrap_or_else(|| path.as_str().split('/').collect())
}

struct Scanner<'a> {
    source: &'a ScanSource<'a>,
    place: PathBuf,
    cache: &'a HashMap<Box<str>, CachedHash>,
    compare: Compare,
    started: i64,
    scanned: Mutex<Scanned>,
}

impl Scanner<'_> {
    fn visit(
        &self,
        entry: Result<DirEntry, ignore::Error>,
        excludes: &Excludes,
        buffer: &mut [u8],
    ) -> WalkState {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                self.unreadable(&error);
                return WalkState::Continue;
            }
        };
        if entry.depth() == 0 {
            return WalkState::Continue;
        }
        let below = self.published(entry.path());
        let Some(kind) = entry.file_type() else { return WalkState::Continue };
        if excludes.leaves_out(&below, kind.is_dir()) {
            return WalkState::Skip;
        }
        if kind.is_dir() {
            if let Some(error) = entry.error() {
                self.unreadable(error);
            }
            return WalkState::Continue;
        }
        self.file(&below, entry.path(), kind, buffer);
        WalkState::Continue
    }

    /// The path below the publish folder, spelled as the file system spells it.
    fn published<'p>(&self, local: &'p Path) -> Cow<'p, Path> {
        let below = local.strip_prefix(self.source.folder).unwrap_or(local);
        if self.source.place.is_root() { below.into() } else { self.place.join(below).into() }
    }

    /// What [`LocalFile::spelled`] says of a file.
    fn spelled(&self, path: &RemotePath, local: &Path) -> Option<PathBuf> {
        let below = local.strip_prefix(self.source.base).unwrap_or(local);
        (Path::new(path.as_str()) != below).then(|| below.to_owned())
    }

    fn file(&self, below: &Path, local: &Path, kind: FileType, buffer: &mut [u8]) {
        if kind.is_symlink() {
            return self.found(FindingKind::Link, below);
        }
        if !kind.is_file() {
            return self.found(FindingKind::Special, below);
        }
        let Some(path) = remote_path(below) else { return self.found(FindingKind::NameNotAllowed, below) };
        let spelled = self.spelled(&path, local);
        let hash = match self.hash(path.as_str(), local, buffer) {
            Ok(hash) => hash,
            Err(Unread::Gone) => return,
            Err(Unread::Changing) => return self.found(FindingKind::Changing, below),
            Err(Unread::Error(error)) => {
                tracing::warn!(path = %below.display(), %error, "unreadable");
                return self.found(FindingKind::Unreadable, below);
            }
        };
        let file = LocalFile { size: hash.size, modified: hash.modified, sha256: hash.sha256, spelled };
        let clash = self.scanned().manifest.insert(path, file).is_some();
        if clash {
            self.found(FindingKind::SameName, below);
        }
    }

    /// From the cache if the file looks as it did, else from its content.
    fn hash(&self, key: &str, local: &Path, buffer: &mut [u8]) -> Result<CachedHash, Unread> {
        if self.compare == Compare::Modified
            && let Some(cached) = self.cache.get(key)
        {
            let metadata = std::fs::metadata(local).map_err(Unread::from)?;
            if (metadata.len(), modified(&metadata)?) == (cached.size, cached.modified) {
                return Ok(*cached);
            }
        }
        let hash = read(local, buffer)?;
        if self.cache.get(key) != Some(&hash) && hash.modified < self.started - RACY_NANOS {
            self.scanned().fresh.push((key.into(), hash));
        }
        Ok(hash)
    }

    fn found(&self, kind: FindingKind, below: &Path) {
        let shown = |c: char| if c.is_control() { '\u{fffd}' } else { c };
        let path = below.to_string_lossy().chars().map(shown).collect();
        let finding = Finding { kind, path };
        self.scanned().findings.push(finding);
    }

    fn unreadable(&self, error: &ignore::Error) {
        tracing::warn!(%error, "unreadable");
        let path = path_of(error).map(|path| self.published(path).into_owned());
        // What vanishes between two looks is gone, not unreadable.
        if error.io_error().is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
            return;
        }
        self.found(FindingKind::Unreadable, &path.unwrap_or_default());
    }

    fn scanned(&self) -> MutexGuard<'_, Scanned> {
        self.scanned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn remote_path(below: &Path) -> Option<RemotePath> {
    let parts: Vec<&str> = below.iter().map(|part| part.to_str()).collect::<Option<_>>()?;
    RemotePath::new(&parts.join("/")).ok()
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        ignore::Error::Partial(errors) => errors.iter().find_map(path_of),
        _ => None,
    }
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;
