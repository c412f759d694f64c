//! Fetching one file: from the server into its part, and from there into its place. No more bytes are taken than the
//! server has said there are.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use async_trait::async_trait;
use sha2::Digest;
use slipway_core::{Failure, Sha256};
use slipway_remote::{Each, Remote, RemoteError};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::part::{Aside, Part, Put, local};
use super::plan::Job;
use crate::progress::Tracker;
use crate::spread::Operation;
use crate::work::Work;

/// What came of a file.
#[derive(Debug)]
pub(crate) enum Fetched {
    /// It is in its place.
    Here(Sha256),
    /// The server handed over another number of bytes than it had said.
    OtherSize,
    /// The file that it would have replaced was changed here meanwhile.
    ChangedHere,
    /// Something else is in its place here.
    InTheWay,
    /// It could not be written here.
    Failed(Failure),
    /// This computer can't hold the name.
    NameNotAllowed,
}

/// The fetching of files.
pub(crate) struct Fetch {
    pub(crate) work: Work,
    pub(crate) aside: Arc<Aside>,
    pub(crate) tracker: Arc<Tracker>,
}

#[async_trait]
impl Operation for Fetch {
    type Item = Arc<Job>;
    type Output = Fetched;

    async fn run(
        &self,
        remote: &mut dyn Remote,
        items: &[Arc<Job>],
        each: Each<'_, Fetched>,
    ) -> Result<(), RemoteError> {
        for (i, job) in items.iter().enumerate() {
            match self.one(remote, job).await {
                Ok(fetched) => each(i, Ok(fetched)),
                Err(Stopped::Remote(error)) if error.ends_connection() => return Err(error),
                Err(Stopped::Remote(error)) => each(i, Err(error)),
                Err(Stopped::Here(fetched)) => {
                    each(i, Ok(fetched));
                    return Err(RemoteError::Lost("stopped in the middle of a file".to_owned()));
                }
            }
        }
        Ok(())
    }

    fn path(&self, item: &Arc<Job>) -> Option<String> {
        Some(item.path.to_string())
    }

    fn again(&self, item: &mut Arc<Job>) {
        self.tracker.restarted(item.number);
    }
}

/// Why a download did not come to its end.
enum Stopped {
    Remote(RemoteError),
    /// By ourselves: the connection is in the middle of a file, and can't be used again.
    Here(Fetched),
}

impl Fetch {
    async fn one(&self, remote: &mut dyn Remote, job: &Arc<Job>) -> Result<Fetched, Stopped> {
        let mut go_on = job.goes_on() && remote.features().rest;
        loop {
            let part = match self.open(job, go_on).await {
                Ok(part) => part,
                Err(failure) => return Ok(Fetched::Failed(failure)),
            };
            let offset = part.size;
            self.tracker.restarted(job.number);
            if offset > 0 {
                self.tracker.resumed(job.number, &job.path, job.seen.size, offset);
            }
            let on_bytes = |bytes| {
                self.work.tally.sent.add(bytes);
                self.tracker.sent(job.number, &job.path, job.seen.size, bytes);
            };
            let mut sink = Sink::new(part, job.seen.size, &on_bytes);
            // What lies here whole only has to be put into its place.
            let result = if offset > 0 && sink.room == 0 {
                Ok(0)
            } else {
                remote.download(&job.path, offset, &mut sink).await
            };
            // Also after a failure: what came is gone on with.
            let flushed = sink.file.flush().await;
            let stop = sink.stop.take().or(flushed.err().map(Stop::Failed));
            return match (stop, result) {
                (Some(stop), result) => {
                    drop(sink);
                    self.discard(job).await;
                    let fetched = match stop {
                        Stop::TooLong => Fetched::OtherSize,
                        Stop::Failed(error) => Fetched::Failed(local(&error)),
                    };
                    if result.is_ok() { Ok(fetched) } else { Err(Stopped::Here(fetched)) }
                }
                (None, Err(error)) if offset > 0 && !error.ends_connection() && sink.unused(offset) => {
                    // It may be the offset that is refused.
                    go_on = false;
                    continue;
                }
                (None, Err(error)) => Err(Stopped::Remote(error)),
                (None, Ok(_)) if sink.room > 0 => {
                    drop(sink);
                    self.discard(job).await;
                    Ok(Fetched::OtherSize)
                }
                (None, Ok(_)) => Ok(self.put(job, sink).await),
            };
        }
    }

    async fn open(&self, job: &Arc<Job>, go_on: bool) -> Result<Part, Failure> {
        let (aside, job) = (self.aside.clone(), job.clone());
        self.work.blocking(move |_| aside.open(&job, go_on).map_err(|error| local(&error))).await
    }

    async fn put(&self, job: &Arc<Job>, sink: Sink<'_>) -> Fetched {
        let sha256 = Sha256(sink.digest.finalize().into());
        let file = sink.file.into_std().await;
        let (aside, job) = (self.aside.clone(), job.clone());
        let put = self.work.blocking(move |_| {
            if !job.compare {
                return Ok(aside.put(&job, file));
            }
            drop(file);
            aside.drop_part(&job);
            Ok(aside.holds(&job, sha256).map(|same| if same { Put::Done } else { Put::Changed }))
        });
        match put.await {
            Ok(Ok(Put::Done)) => Fetched::Here(sha256),
            Ok(Ok(Put::Changed)) => Fetched::ChangedHere,
            Ok(Ok(Put::InTheWay)) => Fetched::InTheWay,
            Ok(Err(error)) if error.kind() == io::ErrorKind::InvalidFilename => Fetched::NameNotAllowed,
            Ok(Err(error)) => Fetched::Failed(local(&error)),
            Err(failure) => Fetched::Failed(failure),
        }
    }

    /// Removes a part that can't be gone on with, or that must not take up the space.
    async fn discard(&self, job: &Arc<Job>) {
        let (aside, job) = (self.aside.clone(), job.clone());
        let dropped = self.work.blocking(move |_| {
            aside.drop_part(&job);
            Ok(())
        });
        if let Err(error) = dropped.await {
            tracing::warn!(%error, "a part stays");
        }
    }
}

/// Takes a file's bytes, so many and no more, digesting them on the way.
pub(crate) struct Sink<'a> {
    pub(crate) file: tokio::fs::File,
    digest: sha2::Sha256,
    size: u64,
    /// Bytes that may still come.
    pub(crate) room: u64,
    pub(crate) stop: Option<Stop>,
    on_bytes: &'a (dyn Fn(u64) + Send + Sync),
}

/// Why no more bytes are taken.
pub(crate) enum Stop {
    TooLong,
    Failed(io::Error),
}

impl<'a> Sink<'a> {
    pub(crate) fn new(part: Part, size: u64, on_bytes: &'a (dyn Fn(u64) + Send + Sync)) -> Self {
        let (file, room) = (tokio::fs::File::from_std(part.file), size - part.size.min(size));
        Self { file, digest: part.digest, size, room, stop: None, on_bytes }
    }

    /// Whether nothing came.
    fn unused(&self, offset: u64) -> bool {
        self.room == self.size - offset.min(self.size)
    }

    fn stopped(&mut self, why: Stop) -> io::Error {
        self.stop = Some(why);
        io::Error::other("no more bytes are taken")
    }
}

impl AsyncWrite for Sink<'_> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if bytes.len() as u64 > this.room {
            return Poll::Ready(Err(this.stopped(Stop::TooLong)));
        }
        match ready!(Pin::new(&mut this.file).poll_write(cx, bytes)) {
            Ok(written) => {
                this.digest.update(&bytes[..written]);
                this.room -= written as u64;
                (this.on_bytes)(written as u64);
                Poll::Ready(Ok(written))
            }
            Err(error) => Poll::Ready(Err(this.stopped(Stop::Failed(error)))),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().file).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().file).poll_shutdown(cx)
    }
}
