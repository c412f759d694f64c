//! Who tells of changes: the system, or, where it does not, walks through the folder.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use file_id::FileId;
use notify::event::{AccessKind, AccessMode};
use notify::{Config, ErrorKind, Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use super::network::on_network;
use super::quiet::Shared;
use super::sieve::Sieve;

/// How changes are learnt of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The system tells of them.
    Native,
    /// The folders are walked through every few seconds.
    Polling(Polling),
}

/// Why folders are walked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Polling {
    /// They are on another computer, whose changes are not told here.
    Network,
    /// The system watches no more folders at once than it does already (Linux: `fs.inotify.max_user_watches`).
    Limit,
    /// The system refused to watch them.
    Refused,
}

/// What is being watched, until it is dropped.
pub(super) struct Backend {
    way: Way,
    _watcher: Option<Box<dyn Watcher + Send>>,
}

impl Backend {
    pub(super) fn none() -> Self {
        Self { way: Way::Native, _watcher: None }
    }

    /// Watches those of the folders that are there. Blocks.
    pub(super) fn begin(
        folders: &[PathBuf],
        sieve: &Arc<Sieve>,
        shared: &Arc<Shared>,
        poll: Duration,
    ) -> Self {
        let there = folders.iter().filter(|folder| folder.is_dir());
        // Where links lead: of those themselves nothing is told.
        let real = |folder: &PathBuf| folder.canonicalize().unwrap_or_else(|_| folder.clone());
        let folders: Vec<PathBuf> = there.map(real).collect();
        if folders.is_empty() {
            return Self::none();
        }
        let polling = if folders.iter().any(|folder| on_network(folder)) {
            Polling::Network
        } else {
            match watch::<RecommendedWatcher>(&folders, sieve, shared, Config::default()) {
                Ok(watcher) => return Self { way: Way::Native, _watcher: Some(watcher) },
                Err(error) => {
                    tracing::warn!(%error, "the folders are walked through instead of being watched");
                    if is_limit(&error) { Polling::Limit } else { Polling::Refused }
                }
            }
        };
        let way = Way::Polling(polling);
        match watch::<PollWatcher>(&folders, sieve, shared, Config::default().with_poll_interval(poll)) {
            Ok(watcher) => Self { way, _watcher: Some(watcher) },
            Err(error) => {
                // Everything is still looked at from time to time.
                tracing::error!(%error, "the folders can't be walked through");
                Self { way, _watcher: None }
            }
        }
    }

    pub(super) fn way(&self) -> Way {
        self.way
    }
}

fn watch<W: Watcher + Send + 'static>(
    folders: &[PathBuf],
    sieve: &Arc<Sieve>,
    shared: &Arc<Shared>,
    config: Config,
) -> notify::Result<Box<dyn Watcher + Send>> {
    let (sieve, shared) = (sieve.clone(), shared.clone());
    let mut watcher = W::new(move |told| hear(told, &sieve, &shared), config.with_follow_symlinks(false))?;
    for folder in folders {
        watcher.watch(folder, RecursiveMode::Recursive)?;
    }
    Ok(Box::new(watcher))
}

fn hear(told: notify::Result<Event>, sieve: &Sieve, shared: &Shared) {
    let now = Instant::now();
    match told {
        Ok(event) if event.need_rescan() => shared.note_missed(now),
        Ok(event) if is_change(event.kind) => {
            shared.note(event.paths.into_iter().filter(|path| sieve.counts(path)), now);
        }
        Ok(_) => {}
        // What has vanished meanwhile was told before.
        Err(error) if matches!(error.kind, ErrorKind::PathNotFound | ErrorKind::WatchNotFound) => {}
        Err(error) => {
            tracing::warn!(%error, "the folders are to be watched anew");
            shared.note_lost();
        }
    }
}

/// Reading is no change; the end of writing may be the only one that is told.
fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        _ => true,
    }
}

/// Whether the system watches no more. Linux says so as ENOSPC (inotify(7), `inotify_add_watch`), and as EMFILE where
/// there are too many watchers.
fn is_limit(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::MaxFilesWatch => true,
        ErrorKind::Io(error) => matches!(error.raw_os_error(), Some(24 | 28)) && cfg!(target_os = "linux"),
        _ => false,
    }
}

/// What each folder is, whatever its name; `None` for one that is not there.
pub(super) fn identify(folders: &[PathBuf]) -> Vec<Option<FileId>> {
    folders.iter().map(|folder| file_id::get_file_id(folder).ok()).collect()
}

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, ModifyKind, RemoveKind};

    use super::*;

    #[test]
    fn reading_is_no_change() {
        let read = AccessKind::Close(AccessMode::Read);
        for kind in [EventKind::Access(AccessKind::Open(AccessMode::Any)), EventKind::Access(read)] {
            assert!(!is_change(kind), "{kind:?}");
        }
        for kind in [
            EventKind::Access(AccessKind::Close(AccessMode::Write)),
            EventKind::Create(CreateKind::Any),
            EventKind::Modify(ModifyKind::Any),
            EventKind::Remove(RemoveKind::Any),
            EventKind::Any,
        ] {
            assert!(is_change(kind), "{kind:?}");
        }
    }

    #[test]
    fn the_limit_of_watches_is_told_from_other_errors() {
        assert!(is_limit(&notify::Error::new(ErrorKind::MaxFilesWatch)));
        assert!(!is_limit(&notify::Error::generic("no")));
    }
}
