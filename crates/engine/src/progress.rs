//! How far a run's present state has got, gathered from all connections.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use slipway_core::{Event, FileProgress, Progress, RemotePath};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::work::Work;

/// Progress is said this often.
const TICK: Duration = Duration::from_millis(100);
/// The rate is taken over this time.
const WINDOW: Duration = Duration::from_secs(5);
/// Time left is not guessed before this much has passed.
const SETTLE: Duration = Duration::from_secs(3);

/// Counts files and bytes.
pub(crate) struct Tracker {
    inner: Mutex<Inner>,
}

struct Inner {
    started: Instant,
    progress: Progress,
    sent: u64,
    active: BTreeMap<u32, FileProgress>,
    samples: VecDeque<(Instant, u64)>,
}

impl Tracker {
    /// So many files and bytes to do, of which so many bytes are there already.
    pub(crate) fn new(files: u64, bytes: u64, waiting_files: u64, waiting_bytes: u64) -> Self {
        let progress = Progress {
            files_total: files,
            files_done: waiting_files,
            bytes_total: bytes,
            bytes_done: waiting_bytes,
            ..Progress::default()
        };
        let now = Instant::now();
        let inner = Inner {
            started: now,
            progress,
            sent: 0,
            active: BTreeMap::new(),
            samples: VecDeque::from([(now, 0)]),
        };
        Self { inner: Mutex::new(inner) }
    }

    /// Bytes of file `number` were handed over.
    pub(crate) fn sent(&self, number: u32, path: &RemotePath, size: u64, bytes: u64) {
        let mut inner = self.lock();
        inner.sent += bytes;
        let file = inner.active.entry(number).or_insert_with(|| FileProgress {
            path: path.to_string(),
            sent: 0,
            size,
        });
        file.sent = (file.sent + bytes).min(size);
    }

    /// So many bytes of file `number` were here before it began.
    pub(crate) fn resumed(&self, number: u32, path: &RemotePath, size: u64, bytes: u64) {
        let file = FileProgress { path: path.to_string(), sent: bytes, size };
        self.lock().active.insert(number, file);
    }

    /// File `number` begins again.
    pub(crate) fn restarted(&self, number: u32) {
        self.lock().active.remove(&number);
    }

    /// File `number` is done.
    pub(crate) fn done(&self, number: u32, size: u64) {
        let mut inner = self.lock();
        inner.active.remove(&number);
        inner.progress.files_done += 1;
        inner.progress.bytes_done += size;
    }

    /// How far it is now.
    pub(crate) fn now(&self, connections: u8) -> Progress {
        let now = Instant::now();
        let mut inner = self.lock();
        let sent = inner.sent;
        inner.samples.push_back((now, sent));
        while inner.samples.len() > 2 && inner.samples.get(1).is_some_and(|s| now - s.0 > WINDOW) {
            inner.samples.pop_front();
        }
        let mut progress = inner.progress.clone();
        progress.active = inner.active.values().cloned().collect();
        progress.bytes_done += progress.active.iter().map(|file| file.sent).sum::<u64>();
        progress.bytes_done = progress.bytes_done.min(progress.bytes_total);
        progress.connections = connections;
        if let Some(&(since, before)) = inner.samples.front() {
            let seconds = (now - since).as_secs_f64();
            if seconds > 0.0 {
                progress.bytes_per_second = ((sent - before) as f64 / seconds) as u64;
            }
        }
        let left = progress.bytes_total - progress.bytes_done;
        if now - inner.started >= SETTLE && progress.bytes_per_second > 0 {
            progress.seconds_left = Some(left.div_ceil(progress.bytes_per_second));
        }
        progress
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says how far a transfer is, until it is dropped.
pub(crate) struct Ticker(JoinHandle<()>);

impl Ticker {
    pub(crate) fn start(work: &Work, tracker: Arc<Tracker>) -> Self {
        let (events, pool) = (work.events.clone(), work.pool.clone());
        Self(tokio::spawn(async move {
            let mut tick = tokio::time::interval(TICK);
            loop {
                tick.tick().await;
                events.send(Event::Progress(tracker.now(pool.connected())));
            }
        }))
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn counts_and_guesses() {
        let path = RemotePath::new("a.bin").unwrap();
        let tracker = Tracker::new(3, 10_000, 1, 1_000);
        assert_eq!(tracker.now(1).seconds_left, None);
        for _ in 0..4 {
            tokio::time::advance(Duration::from_secs(1)).await;
            tracker.sent(7, &path, 4_000, 1_000);
        }
        let progress = tracker.now(2);
        assert_eq!((progress.files_done, progress.bytes_done), (1, 5_000));
        assert_eq!((progress.bytes_per_second, progress.seconds_left), (1_000, Some(5)));
        assert_eq!(progress.active[0].sent, 4_000);
        tracker.done(7, 4_000);
        let progress = tracker.now(2);
        assert_eq!((progress.files_done, progress.bytes_done, progress.active.len()), (2, 5_000, 0));
    }
}
