//! What one listener is still to be told of, and how it is told: in batches, at most ten a second.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::AbortHandle;

use super::wire::{HostEvent, RunEvent};

/// The shortest time from one batch to the next.
const PAUSE: Duration = Duration::from_millis(100);

/// What one listener is still to be told of.
#[derive(Default)]
pub(super) struct Mailbox {
    waiting: Mutex<Vec<HostEvent>>,
    bell: Notify,
}

impl Mailbox {
    /// Puts an event behind the others. Progress takes the place of older progress of the same site, which nobody wants
    /// to see any more; it goes to the end all the same, so that the order stays.
    pub(super) fn put(&self, event: HostEvent) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let HostEvent::Run { site, event: RunEvent::Progress(_) } = &event {
            waiting.retain(|older| {
                !matches!(older, HostEvent::Run { site: whose, event: RunEvent::Progress(_) } if whose == site)
            });
        }
        waiting.push(event);
        drop(waiting);
        self.bell.notify_one();
    }

    fn take(&self) -> Vec<HostEvent> {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn empty_into(&self, sink: impl Fn(Vec<HostEvent>)) {
        loop {
            self.bell.notified().await;
            let batch = self.take();
            if !batch.is_empty() {
                sink(batch);
                // What comes meanwhile rings the bell, and waits for the next round.
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Someone listens for as long as this lives.
#[must_use = "nobody is told of anything once it is dropped"]
pub struct Subscription(AbortHandle);

impl Subscription {
    pub(super) fn begin(mailbox: Arc<Mailbox>, sink: impl Fn(Vec<HostEvent>) + Send + 'static) -> Self {
        let task = tokio::spawn(async move { mailbox.empty_into(sink).await });
        Self(task.abort_handle())
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use slipway_core::{Progress, RunId, RunState, SiteName};
    use tokio::sync::mpsc;
    use tokio::time::Instant;

    use super::super::board::Board;
    use super::*;

    fn site(name: &str) -> SiteName {
        SiteName::new(name).unwrap()
    }

    fn state(state: RunState) -> RunEvent {
        RunEvent::State { run: Some(RunId::from_random([1; 16])), state }
    }

    fn progress(bytes_done: u64) -> RunEvent {
        RunEvent::Progress(Progress { bytes_done, ..Progress::default() })
    }

    fn run(name: &str, event: RunEvent) -> HostEvent {
        HostEvent::Run { site: site(name), event }
    }

    fn listen(board: &Board) -> (Subscription, mpsc::UnboundedReceiver<(Instant, Vec<HostEvent>)>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let sink = move |batch| drop(sender.send((Instant::now(), batch)));
        (Subscription::begin(board.listen(), sink), receiver)
    }

    #[tokio::test(start_paused = true)]
    async fn at_most_ten_batches_a_second_and_the_last_is_never_lost() {
        let board = Board::default();
        _ = board.begin(&site("a")).unwrap();
        let (_subscription, mut batches) = listen(&board);
        let (_, first) = batches.recv().await.unwrap();
        assert_eq!(first, [run("a", RunEvent::State { run: None, state: RunState::Queued })]);
        let begun = Instant::now();
        for n in 0..1_000 {
            board.note(&site("a"), progress(n));
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        let mut told = Vec::new();
        let mut last = None;
        while last != Some(999) {
            let (when, batch) = batches.recv().await.unwrap();
            assert_eq!(batch.len(), 1, "only the newest: {batch:?}");
            let HostEvent::Run { event: RunEvent::Progress(progress), .. } = &batch[0] else { panic!() };
            assert!(last < Some(progress.bytes_done));
            last = Some(progress.bytes_done);
            told.push(when);
        }
        assert!(told.windows(2).all(|two| two[1] - two[0] >= PAUSE));
        let seconds = told.last().unwrap().duration_since(begun).as_secs_f64();
        assert!((25..=31).contains(&told.len()), "{} batches in {seconds} s", told.len());
        assert!(seconds < 3.2);
    }

    #[tokio::test(start_paused = true)]
    async fn everything_but_older_progress_comes_in_its_order() {
        let board = Board::default();
        for name in ["a", "b"] {
            _ = board.begin(&site(name)).unwrap();
        }
        let (_subscription, mut batches) = listen(&board);
        batches.recv().await.unwrap();
        let said = [
            ("a", state(RunState::Scanning)),
            ("a", progress(1)),
            ("b", state(RunState::Uploading)),
            ("b", progress(1)),
            ("a", progress(2)),
            ("a", state(RunState::Planning)),
            ("b", progress(2)),
            ("a", progress(3)),
        ];
        for (name, event) in said.clone() {
            board.note(&site(name), event);
        }
        board.tell(HostEvent::Dragging { over: true });
        let (_, batch) = batches.recv().await.unwrap();
        let kept = [0, 2, 5, 6, 7].map(|n| run(said[n].0, said[n].1.clone()));
        assert_eq!(batch, [&kept[..], &[HostEvent::Dragging { over: true }]].concat());
        board.end(&site("a"), state(RunState::Live));
        assert_eq!(batches.recv().await.unwrap().1, [run("a", state(RunState::Live))]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_subscription_ends_when_it_is_dropped() {
        let board = Board::default();
        let (subscription, mut batches) = listen(&board);
        board.tell(HostEvent::Dragging { over: true });
        assert_eq!(batches.recv().await.unwrap().1.len(), 1);
        drop(subscription);
        board.tell(HostEvent::Dragging { over: false });
        assert!(batches.recv().await.is_none());
    }
}
