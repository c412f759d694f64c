//! The lock on the server: one computer at a time publishes a site. A file in Slipway's own folder whose name says
//! whose it is, whose content says who that is, and which is written anew as long as the run goes on.
//!
//! Whoever wants it writes a file of its own first and looks then which others there are: of two that come at the same
//! time at least one sees the other, and only who sees nobody goes on. Our clock is never compared with the server's:
//! how long another was silent is told by the time of the file that was written just now.

mod mark;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use slipway_core::{Code, Failure, Publisher, RemotePath, RunId};
use slipway_remote::{Rename, Source, Stored, Upload};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use crate::publish::PublishOptions;
use crate::server_view::{list_folders, own_entries, sizes, times};
use crate::staging::{self, Marks, Staging};
use crate::tidy::{clear_staging, remove_own};
use crate::work::Work;

use mark::Mark;
pub(crate) use mark::Owner;

/// The lock is written anew this often: a few times within what counts as silence.
const RENEW: Duration = Duration::from_mins(2);
/// For so long after the last look it is taken for granted that nobody has taken the lock over.
const TRUST: Duration = Duration::from_mins(1);
/// Of two that came at the same time, one looks again after so long whether the other has given way.
const TIE: Duration = Duration::from_secs(2);
/// Who waits looks this often.
const POLL: Duration = Duration::from_secs(5);
/// No lock is longer, in bytes.
const LONGEST_MARK: usize = 4096;

/// The lock of a run. Clones are the same lock.
#[derive(Clone)]
pub(crate) struct ServerLock(Arc<Held>);

struct Held {
    file: RemotePath,
    mark: Mark,
    renewed: AtomicU64,
    /// When it was last seen to be ours. Of the system's clock, which goes on while the computer sleeps.
    seen: Mutex<SystemTime>,
    /// Somebody has taken it over.
    lost: AtomicBool,
    keeper: Mutex<Option<AbortHandle>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(keeper) = self.keeper.get_mut().unwrap_or_else(PoisonError::into_inner) {
            keeper.abort();
        }
    }
}

/// What was found when the lock was taken.
pub(crate) struct Taken {
    /// What lies there of other publishes.
    pub(crate) marks: Marks,
    /// What was done for it that the user should know.
    pub(crate) notes: Vec<String>,
}

/// Somebody else's lock, and how it looked.
struct Other {
    file: RemotePath,
    mark: Mark,
    publisher: Publisher,
}

/// How the locks of others looked when they last changed, and when that was by our own clock: for servers that tell no
/// times.
type Watched = HashMap<RemotePath, (Vec<u8>, Vec<u64>, Instant)>;

impl ServerLock {
    /// The lock of a run whose content waits in this staging folder. Nothing is on the server yet.
    pub(crate) fn new(work: &Work, run: &RunId, staging: &RunId) -> Self {
        Self(Arc::new(Held {
            file: staging::own(&work.owner.file_name(run)),
            mark: Mark::new(&work.owner, staging),
            renewed: AtomicU64::new(0),
            seen: Mutex::new(SystemTime::UNIX_EPOCH),
            lost: AtomicBool::new(false),
            keeper: Mutex::new(None),
        }))
    }

    /// Takes the lock, or says who has it. `own_there`: Slipway's own folder was seen on the server.
    ///
    /// # Errors
    /// [`Code::AnotherPublishRunning`] with the [`Publisher`].
    pub(crate) async fn take(
        &self,
        work: &Work,
        options: &PublishOptions,
        own_there: bool,
    ) -> Result<Taken, Failure> {
        if !own_there {
            staging::make_own(work).await?;
        }
        let (mut notes, mut watched) = (Vec::new(), Watched::new());
        let (mut told, mut tied) = (false, false);
        loop {
            let now = self.write(work).await?.modified;
            let (marks, others) = self.look(work, now, &mut watched).await?;
            if others.is_empty() {
                self.keep(work);
                return Ok(Taken { marks, notes });
            }
            let stale = others.iter().all(|other| other.publisher.may_be_replaced);
            if stale && options.take_over {
                for other in &others {
                    notes.push(replace(work, other).await?);
                }
                continue;
            }
            // Who came at the same time sees us as well, and one of the two must stay. A lock without a time may be gone by
            // now.
            let first = others.iter().all(|other| self.0.file < other.file);
            if first
                && !tied
                && others.iter().all(|other| other.publisher.silent_seconds.is_none_or(|s| s < 5))
            {
                tied = true;
                tokio::time::sleep(TIE).await;
                continue;
            }
            self.release(work).await;
            let publisher = others.into_iter().map(|other| other.publisher);
            let publisher = publisher.min_by_key(|publisher| publisher.may_be_replaced);
            if !options.wait {
                let mut failure = Failure::new(Code::AnotherPublishRunning, "another computer has the lock");
                failure.publisher = publisher.map(Box::new);
                return Err(failure);
            }
            if !told {
                told = true;
                let name = publisher.and_then(|publisher| publisher.name);
                let name = name.as_deref().unwrap_or("another computer");
                work.events.note(format!("{name} is publishing this website. Waiting for its end."), None);
            }
            tokio::time::sleep(POLL).await;
        }
    }

    async fn write(&self, work: &Work) -> Result<Stored, Failure> {
        let number = self.0.renewed.fetch_add(1, Ordering::Relaxed);
        let content = || Upload {
            to: self.0.file.clone(),
            from: Source::Bytes(self.0.mark.bytes(number)),
            resume: false,
        };
        let stored = match staging::send(work, content()).await {
            // Slipway's own folder was taken away.
            Err(failure) if matches!(failure.code, Code::FolderNotFound | Code::PermissionDenied) => {
                staging::make_own(work).await?;
                staging::send(work, content()).await?
            }
            sent => sent?,
        };
        self.note_seen();
        Ok(stored)
    }

    /// Looks who else has a lock there, and takes away what an earlier run of our own left of one.
    async fn look(
        &self,
        work: &Work,
        now: Option<i64>,
        watched: &mut Watched,
    ) -> Result<(Marks, Vec<Other>), Failure> {
        let entries = own_entries(work).await?.unwrap_or_default();
        let (mut old, mut others) = (Vec::new(), Vec::new());
        for entry in entries.iter().filter(|entry| mark::is_lock(&entry.name)) {
            let file = staging::own(&entry.name);
            if file == self.0.file {
                continue;
            }
            if work.owner.owns(&entry.name) {
                old.push(file);
            } else if let Some(other) = look_at(work, file, now, watched).await? {
                others.push(other);
            }
        }
        remove_own(work, old).await?;
        Ok((Marks::of(&entries), others))
    }

    /// Renews the lock from now on.
    fn keep(&self, work: &Work) {
        // Not the lock itself: it would keep itself alive.
        let (held, work) = (Arc::downgrade(&self.0), work.unstoppable());
        let keeper = tokio::spawn(async move {
            loop {
                tokio::time::sleep(RENEW).await;
                let Some(held) = held.upgrade() else { return };
                let lock = Self(held);
                let renewed = match lock.ask(&work).await {
                    Ok(()) => lock.write(&work).await.map(drop),
                    Err(failure) => Err(failure),
                };
                if let Err(failure) = renewed {
                    tracing::warn!(%failure, "the lock on the server was not renewed");
                }
                if lock.0.lost.load(Ordering::Relaxed) {
                    return;
                }
            }
        });
        *self.0.keeper.lock().unwrap_or_else(PoisonError::into_inner) = Some(keeper.abort_handle());
    }

    /// Whether the lock was seen to be ours a moment ago.
    pub(crate) fn is_fresh(&self) -> bool {
        let seen = *self.0.seen.lock().unwrap_or_else(PoisonError::into_inner);
        !self.0.lost.load(Ordering::Relaxed) && seen.elapsed().is_ok_and(|passed| passed < TRUST)
    }

    fn note_seen(&self) {
        *self.0.seen.lock().unwrap_or_else(PoisonError::into_inner) = SystemTime::now();
    }

    /// Makes sure that nobody has taken the lock over, such as while this computer slept. Asks the server only where it
    /// was not asked for a while.
    ///
    /// # Errors
    /// [`Code::AnotherPublishRunning`] where somebody has.
    pub(crate) async fn still_ours(&self, work: &Work) -> Result<(), Failure> {
        if self.is_fresh() { Ok(()) } else { self.ask(work).await }
    }

    async fn ask(&self, work: &Work) -> Result<(), Failure> {
        for (_, size) in sizes(work, vec![self.0.file.clone()]).await? {
            match size {
                Ok(_) => self.note_seen(),
                Err(slipway_remote::RemoteError::NotFound(_)) => {
                    self.0.lost.store(true, Ordering::Relaxed);
                    return Err(taken_over());
                }
                Err(error) => return Err(crate::failure::remote(&error, None)),
            }
        }
        Ok(())
    }

    /// What a failure of the run comes from: a run whose place was taken meets folders that are gone.
    pub(crate) async fn explain(&self, work: &Work, failure: Failure) -> Failure {
        match failure.code {
            Code::FolderNotFound | Code::PermissionDenied | Code::ServerMisbehaves => {
                match self.ask(work).await {
                    Err(other) if other.code == Code::AnotherPublishRunning => other,
                    _ => failure,
                }
            }
            _ => failure,
        }
    }

    /// Lets go. What can't be removed is found by the next run from here, and by others to be silent.
    pub(crate) async fn release(&self, work: &Work) {
        self.stop_keeping();
        if let Err(failure) = remove_own(work, vec![self.0.file.clone()]).await {
            tracing::info!(%failure, "the lock stays on the server");
        }
    }

    /// Lets go by becoming the marker that says whose publish was the last: one step for both.
    pub(crate) async fn become_marker(&self, work: &Work, run: &RunId) -> Result<(), Failure> {
        self.stop_keeping();
        let to = staging::marker(run);
        let rename = Rename { from: self.0.file.clone(), to: to.clone() };
        match staging::rename(work, rename).await {
            Ok(()) => Ok(()),
            // Its answer may have been lost, or the server renames nothing.
            Err(failure) => {
                tracing::debug!(%failure, "the lock did not become the marker");
                let there = sizes(work, vec![to]).await?.into_iter().any(|(_, size)| size.is_ok());
                if !there {
                    staging::set_marker(work, run).await?;
                }
                self.release(work).await;
                Ok(())
            }
        }
    }

    fn stop_keeping(&self) {
        if let Some(keeper) = self.0.keeper.lock().unwrap_or_else(PoisonError::into_inner).take() {
            keeper.abort();
        }
    }
}

/// Whether a file of Slipway's own folder is somebody else's lock.
pub(crate) fn is_of_another(work: &Work, name: &str) -> bool {
    mark::is_lock(name) && !work.owner.owns(name)
}

fn taken_over() -> Failure {
    Failure::new(Code::AnotherPublishRunning, "another computer has taken the lock over")
}

/// What can be told of a lock that is not ours; `None` where it is gone by now.
async fn look_at(
    work: &Work,
    file: RemotePath,
    now: Option<i64>,
    watched: &mut Watched,
) -> Result<Option<Other>, Failure> {
    let Some(bytes) = staging::read_short(work, &file, LONGEST_MARK).await? else { return Ok(None) };
    let mark = Mark::read(&bytes);
    let (mut signs, mut waiting) = (vec![file.clone()], Vec::new());
    if let Some(run) = mark.staging() {
        let staging = Staging::of(run);
        let listed = list_folders(work, vec![staging.folder().clone()]).await?;
        for entry in listed.into_iter().find_map(|(_, entries)| entries).unwrap_or_default() {
            waiting.push(entry.size);
            signs.extend(staging.folder().join(&entry.name).ok());
        }
    }
    let last = times(work, signs).await?.into_values().max();
    let measured = now.zip(last).map(|(now, last)| u64::try_from(now - last).unwrap_or(0));
    let seen =
        watched.entry(file.clone()).or_insert_with(|| (bytes.clone(), waiting.clone(), Instant::now()));
    if (&seen.0, &seen.1) != (&bytes, &waiting) {
        *seen = (bytes, waiting, Instant::now());
    }
    // Without times, what was watched is all that is known.
    let silent = measured.unwrap_or_else(|| seen.2.elapsed().as_secs());
    let publisher = Publisher {
        name: mark.owner(),
        silent_seconds: measured.or((silent > 0).then_some(silent)),
        may_be_replaced: silent >= mark.silence().as_secs(),
    };
    Ok(Some(Other { file, mark, publisher }))
}

/// Takes the place of a publisher that has been silent for too long. Its lock goes last: a run that is cut off here is
/// repeated.
async fn replace(work: &Work, other: &Other) -> Result<String, Failure> {
    if let Some(run) = other.mark.staging() {
        clear_staging(work, &Staging::of(run)).await?;
    }
    remove_own(work, vec![other.file.clone()]).await?;
    let name = other.publisher.name.as_deref().unwrap_or("another computer");
    let minutes = other.publisher.silent_seconds.unwrap_or_default() / 60;
    let text = format!("Took over from {name}, which had been silent for {minutes} minutes.");
    work.events.note(text.clone(), None);
    Ok(text)
}
