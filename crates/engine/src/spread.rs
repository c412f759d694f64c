//! Spreads many items of one operation over several connections, and tries again what can pass.
//!
//! Workers take items from a queue and send outcomes to the one owner, which alone acts on them. A connection whose
//! call failed or was cancelled is dropped, never used again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use slipway_core::{Code, Failure};
use slipway_remote::{Each, Lease, Remote, RemoteError};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::failure;
use crate::work::{Work, say_retry};

/// The most outcomes that are handed over at once: they share one transaction of the ledger.
const HANDFUL: usize = 512;
/// A batch is full when its items have so many bytes, however few they are.
const BATCH_BYTES: u64 = 1_000_000;

/// An operation on many items.
#[async_trait]
pub(crate) trait Operation: Send + Sync + 'static {
    /// What it is done to.
    type Item: Clone + Send + Sync + 'static;
    /// What comes of it.
    type Output: Send + 'static;

    /// Does it, reporting one by one.
    async fn run(
        &self,
        remote: &mut dyn Remote,
        items: &[Self::Item],
        each: Each<'_, Self::Output>,
    ) -> Result<(), RemoteError>;

    /// What a message about the item calls it.
    fn path(&self, item: &Self::Item) -> Option<String>;

    /// Bytes that the item takes over the line.
    fn bytes(&self, _item: &Self::Item) -> u64 {
        0
    }

    /// Called before an item is tried again, or for the first time after a connection was lost that may have begun it.
    fn again(&self, _item: &mut Self::Item) {}
}

/// An operation of [`Remote`] that is done to paths: its name here, its method there, and what comes of it.
macro_rules! on_paths {
    ($name:ident, $method:ident, $output:ty) => {
        struct $name;

        #[async_trait::async_trait]
        impl $crate::spread::Operation for $name {
            type Item = slipway_core::RemotePath;
            type Output = $output;

            async fn run(
                &self,
                remote: &mut dyn slipway_remote::Remote,
                items: &[Self::Item],
                each: slipway_remote::Each<'_, $output>,
            ) -> Result<(), slipway_remote::RemoteError> {
                remote.$method(items, each).await
            }

            fn path(&self, item: &Self::Item) -> Option<String> {
                (!item.is_root()).then(|| item.to_string())
            }
        }
    };
}
pub(crate) use on_paths;

/// How many batches so many items of so many bytes in all make: a connection for each is worth its while.
fn batches(items: usize, bytes: u64, batch: usize) -> usize {
    let by_bytes = usize::try_from(bytes / BATCH_BYTES).unwrap_or(usize::MAX);
    items.div_ceil(batch).max(by_bytes.min(items))
}

/// An item and what came of it.
pub(crate) type Done<Op> = (<Op as Operation>::Item, Result<<Op as Operation>::Output, RemoteError>);

struct Queued<I> {
    item: I,
    failed: u32,
}

struct Queue<Op: Operation> {
    operation: Op,
    waiting: Mutex<VecDeque<Queued<Op::Item>>>,
    batch: usize,
    workers: usize,
    /// All items are done: a worker that still waits for a connection need not.
    finished: CancellationToken,
}

enum Message<Op: Operation> {
    Done(Done<Op>),
    /// No connection can be had, so nothing can go on.
    Stuck(RemoteError),
}

/// An operation under way on many items. Dropped before its end, it is stopped.
pub(crate) struct Spread<Op: Operation> {
    outcomes: UnboundedReceiver<Message<Op>>,
    workers: JoinSet<()>,
    /// Items whose outcome has not come.
    pending: usize,
    finished: CancellationToken,
    cancel: CancellationToken,
    stuck: Option<RemoteError>,
}

impl<Op: Operation> Spread<Op> {
    /// Begins `operation` on all items, at most `batch` of them at a time on one connection.
    pub(crate) fn start(work: &Work, operation: Op, items: Vec<Op::Item>, batch: usize) -> Self {
        let batch = batch.max(1);
        let bytes = items.iter().map(|item| operation.bytes(item)).sum();
        let workers = usize::from(work.pool.limit()).min(batches(items.len(), bytes, batch));
        let (pending, finished) = (items.len(), CancellationToken::new());
        let waiting = items.into_iter().map(|item| Queued { item, failed: 0 }).collect();
        let waiting = Mutex::new(waiting);
        let queue = Arc::new(Queue { operation, waiting, batch, workers, finished: finished.clone() });
        let (sender, outcomes) = unbounded_channel();
        let mut spread = Self {
            outcomes,
            workers: JoinSet::new(),
            pending,
            finished,
            cancel: work.cancel.clone(),
            stuck: None,
        };
        for _ in 0..workers {
            let (work, queue, sender) = (work.clone(), queue.clone(), sender.clone());
            spread.workers.spawn(async move { queue.serve(&work, &sender).await });
        }
        spread
    }

    /// The next outcomes, as they come; `None` when all items are done. Items that failed in a way that can pass
    /// come only after the last try.
    ///
    /// # Errors
    /// When the user stopped the run, or no connection can be had.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<Done<Op>>>, Failure> {
        if let Some(error) = self.stuck.take()
            && self.pending > 0
        {
            return Err(failure::remote(&error, None));
        }
        let mut messages = Vec::new();
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Err(failure::cancelled()),
            _ = self.outcomes.recv_many(&mut messages, HANDFUL) => {}
        }
        if messages.is_empty() {
            while let Some(ended) = self.workers.join_next().await {
                ended.map_err(|error| Failure::new(Code::Unexpected, error))?;
            }
            return Ok(None);
        }
        let mut handful = Vec::with_capacity(messages.len());
        for message in messages {
            match message {
                Message::Done(done) => handful.push(done),
                Message::Stuck(error) => self.stuck = Some(error),
            }
        }
        self.pending -= handful.len();
        if self.pending == 0 {
            self.finished.cancel();
        }
        Ok(Some(handful))
    }
}

impl<Op: Operation> Queue<Op> {
    fn waiting(&self) -> MutexGuard<'_, VecDeque<Queued<Op::Item>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next items: full batches at first, smaller ones towards the end, so that no connection idles while
    /// another has much to do. What failed before goes alone.
    fn take(&self) -> Vec<Queued<Op::Item>> {
        let mut waiting = self.waiting();
        let fair = waiting.len().div_ceil(self.workers * 2);
        let most =
            if waiting.front().is_some_and(|first| first.failed > 0) { 1 } else { self.batch.min(fair) };
        let (mut count, mut bytes) = (0, 0);
        for queued in waiting.iter().take(most) {
            count += 1;
            bytes += self.operation.bytes(&queued.item);
            if bytes >= BATCH_BYTES {
                break;
            }
        }
        waiting.drain(..count).collect()
    }

    /// A connection; `None` when all items are done before there is one. It is opened all the same, for what comes
    /// next: a server counts one that is left half-way, and may refuse others for it.
    async fn lease(&self, work: &Work) -> Option<Result<Lease, RemoteError>> {
        let pool = work.pool.clone();
        let mut getting = tokio::spawn(async move { pool.get().await });
        tokio::select! {
            got = &mut getting => Some(got.unwrap_or_else(|error| Err(RemoteError::Lost(error.to_string())))),
            () = self.finished.cancelled() => {
                tokio::spawn(async move {
                    if let Ok(Ok(lease)) = getting.await {
                        lease.give_back();
                    }
                });
                None
            }
        }
    }

    /// One worker.
    async fn serve(&self, work: &Work, outcomes: &UnboundedSender<Message<Op>>) {
        loop {
            if self.waiting().is_empty() {
                return;
            }
            let Some(got) = self.lease(work).await else { return };
            let mut lease = match got {
                Ok(lease) => lease,
                Err(error) => {
                    // The owner may have stopped listening already.
                    let _ = outcomes.send(Message::Stuck(error));
                    return;
                }
            };
            let batch = self.take();
            if batch.is_empty() {
                lease.give_back();
                return;
            }
            let items: Vec<Op::Item> = batch.iter().map(|queued| queued.item.clone()).collect();
            let mut results: Vec<Option<Result<(), RemoteError>>> = vec![None; batch.len()];
            let ended = {
                let mut each = |i: usize, result: Result<Op::Output, RemoteError>| {
                    let Some(slot) = results.get_mut(i) else { return };
                    match result {
                        Ok(output) => {
                            *slot = Some(Ok(()));
                            let _ = outcomes.send(Message::Done((items[i].clone(), Ok(output))));
                        }
                        Err(error) => *slot = Some(Err(error)),
                    }
                };
                self.operation.run(&mut *lease, &items, &mut each).await
            };
            match &ended {
                Ok(()) => lease.give_back(),
                Err(_) => drop(lease),
            }
            self.after(work, outcomes, batch, results, ended.err()).await;
        }
    }

    /// Puts back what can be tried again, hands over what can't, and pauses if something went wrong.
    async fn after(
        &self,
        work: &Work,
        outcomes: &UnboundedSender<Message<Op>>,
        batch: Vec<Queued<Op::Item>>,
        results: Vec<Option<Result<(), RemoteError>>>,
        ended: Option<RemoteError>,
    ) {
        let attempts = work.backoff.attempts();
        let mut worst: Option<(u32, Code, Option<String>)> = None;
        let (mut first_unknown, mut again) = (true, Vec::new());
        for (mut queued, result) in batch.into_iter().zip(results) {
            let error = match (result, &ended) {
                (Some(Ok(())), _) => continue,
                (Some(Err(error)), _) => error,
                (None, Some(error)) if first_unknown => {
                    first_unknown = false;
                    error.clone()
                }
                (None, None) => RemoteError::Misbehaves("nothing was said of this item".to_owned()),
                (None, Some(_)) => {
                    // Not begun, or written ahead: what became of it is not known.
                    self.operation.again(&mut queued.item);
                    self.waiting().push_front(queued);
                    continue;
                }
            };
            if !matches!(error, RemoteError::SessionRefused(_)) {
                queued.failed += 1;
            }
            if !error.can_pass() || queued.failed >= attempts {
                let _ = outcomes.send(Message::Done((queued.item, Err(error))));
                continue;
            }
            work.tally.retries.add(1);
            if queued.failed > worst.as_ref().map_or(0, |&(failed, ..)| failed) {
                worst = Some((queued.failed, error.code(), self.operation.path(&queued.item)));
            }
            self.operation.again(&mut queued.item);
            again.push(queued);
        }
        if let Some((failed, code, path)) = worst {
            let pause = work.backoff.pause(failed);
            tracing::info!(%code, ?path, failed, ?pause, "trying again");
            say_retry(&work.events, code, path, failed + 1, attempts, pause);
            tokio::time::sleep(pause).await;
        }
        // Not before the pause: another worker would take them at once.
        self.waiting().extend(again);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_large_files_take_as_many_connections_as_many_small_ones() {
        assert_eq!(batches(16, 16 * 2_000_000, 16), 16);
        assert_eq!(batches(3, 5_000_000_000, 16), 3);
        assert_eq!(batches(64, 64 * 1_000, 16), 4);
        assert_eq!((batches(17, 0, 16), batches(1, 0, 16), batches(0, 0, 16)), (2, 1, 0));
    }
}
