//! Connectors that wrap another one and are slow ([`Delayed`]) or break as a test wants ([`Faulty`]).
//!
//! Items are passed on one by one: what is under way when something breaks is always known.

use std::slice;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use slipway_core::{Features, RemotePath, ServerFacts};
use tokio::io::{AsyncReadExt, AsyncWrite};

use crate::error::RemoteError;
use crate::remote::{Connector, Each, Entry, Made, OnBytes, Remote, Rename, Source, Stored, Upload};

/// One thing that is asked of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Connecting and logging in.
    Connect,
    /// Listing a folder.
    List(RemotePath),
    /// Making a folder.
    MakeFolder(RemotePath),
    /// Sending a file.
    Upload(RemotePath),
    /// Asking for a file's size.
    Size(RemotePath),
    /// Asking for a file's time of change.
    Time(RemotePath),
    /// Setting a file's time of change.
    SetTime(RemotePath),
    /// Renaming the first to the second.
    Rename(RemotePath, RemotePath),
    /// Removing a file.
    RemoveFile(RemotePath),
    /// Removing a folder.
    RemoveFolder(RemotePath),
    /// Fetching a file.
    Download(RemotePath),
    /// Asking for the folder that one is in after login.
    LoginFolder,
    /// Keeping the connection alive.
    Ping,
}

/// How an operation fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is not done, and this is reported for the item; if the error ends connections, this is returned and
    /// the connection lost.
    Error(RemoteError),
    /// It is not done, and the connection is lost.
    LostBefore,
    /// It is done, and the connection is lost before that was reported.
    LostAfter,
    /// That many bytes of an upload are stored, then the connection is lost. For all else: `LostBefore`.
    Truncate(u64),
    /// Nothing happens, for ever.
    Hang,
}

/// Says how an operation fails, if it does: given the operation, and how many there were before it over all
/// connections.
pub type Script = dyn Fn(&Operation, usize) -> Option<Fault> + Send + Sync;

/// A server that is far away: every answer to every item takes a while.
pub struct Delayed<C> {
    inner: C,
    round_trip: Duration,
}

impl<C: Connector> Delayed<C> {
    /// Lets `round_trip` pass (`tokio`'s time, which tests can pause) before each item is passed on.
    pub fn new(inner: C, round_trip: Duration) -> Self {
        Self { inner, round_trip }
    }
}

#[async_trait]
impl<C: Connector> Connector for Delayed<C> {
    async fn connect(&self) -> Result<Box<dyn Remote>, RemoteError> {
        tokio::time::sleep(self.round_trip).await;
        let inner = self.inner.connect().await?;
        Ok(Box::new(Wrapped::new(inner, self.round_trip, Faults::new(|_, _| None))))
    }

    fn facts(&self) -> ServerFacts {
        self.inner.facts()
    }
}

/// A server that fails when a test says so.
pub struct Faulty<C> {
    inner: C,
    faults: Faults,
}

impl<C: Connector> Faulty<C> {
    /// Asks `script` before every operation.
    pub fn new(
        inner: C,
        script: impl Fn(&Operation, usize) -> Option<Fault> + Send + Sync + 'static,
    ) -> Self {
        Self { inner, faults: Faults::new(script) }
    }
}

#[async_trait]
impl<C: Connector> Connector for Faulty<C> {
    async fn connect(&self) -> Result<Box<dyn Remote>, RemoteError> {
        let fault = self.faults.next(&Operation::Connect).await;
        match fault {
            Some(Fault::Error(error)) => return Err(error),
            Some(Fault::LostBefore | Fault::Truncate(_)) => return Err(lost()),
            _ => {}
        }
        let inner = self.inner.connect().await?;
        if fault.is_some() {
            return Err(lost());
        }
        Ok(Box::new(Wrapped::new(inner, Duration::ZERO, self.faults.clone())))
    }

    fn facts(&self) -> ServerFacts {
        self.inner.facts()
    }
}

#[derive(Clone)]
struct Faults {
    script: Arc<Script>,
    before: Arc<AtomicUsize>,
}

impl Faults {
    fn new(script: impl Fn(&Operation, usize) -> Option<Fault> + Send + Sync + 'static) -> Self {
        Self { script: Arc::new(script), before: Arc::default() }
    }

    /// The fault of the next operation; does not return if that is to hang.
    async fn next(&self, operation: &Operation) -> Option<Fault> {
        let before = self.before.fetch_add(1, Ordering::Relaxed);
        match (self.script)(operation, before) {
            Some(Fault::Hang) => std::future::pending().await,
            fault => fault,
        }
    }
}

struct Wrapped {
    /// `None` once the connection was lost.
    inner: Option<Box<dyn Remote>>,
    round_trip: Duration,
    faults: Faults,
}

/// What is to happen to an operation that is not lost before it began.
enum Course {
    Do,
    DoAndLose,
    Truncate(u64),
    Report(RemoteError),
}

impl Wrapped {
    fn new(inner: Box<dyn Remote>, round_trip: Duration, faults: Faults) -> Self {
        Self { inner: Some(inner), round_trip, faults }
    }

    fn inner(&mut self) -> Result<&mut Box<dyn Remote>, RemoteError> {
        self.inner.as_mut().ok_or_else(lost)
    }

    fn lose(&mut self, error: RemoteError) -> RemoteError {
        self.inner = None;
        error
    }

    async fn course(&mut self, operation: Operation) -> Result<Course, RemoteError> {
        self.inner()?;
        tokio::time::sleep(self.round_trip).await;
        match self.faults.next(&operation).await {
            None | Some(Fault::Hang) => Ok(Course::Do),
            Some(Fault::LostAfter) => Ok(Course::DoAndLose),
            Some(Fault::Truncate(bytes)) if matches!(operation, Operation::Upload(_)) => {
                Ok(Course::Truncate(bytes))
            }
            Some(Fault::Error(error)) if !error.ends_connection() => Ok(Course::Report(error)),
            Some(Fault::Error(error)) => Err(self.lose(error)),
            Some(Fault::LostBefore | Fault::Truncate(_)) => Err(self.lose(lost())),
        }
    }
}

/// Passes items on one by one, each with what its fault does to it.
macro_rules! one_by_one {
    ($self:ident, $items:ident, $each:ident, $operation:expr, $method:ident) => {{
        for (i, item) in $items.iter().enumerate() {
            let course = $self.course($operation(item)).await?;
            if let Course::Report(error) = course {
                $each(i, Err(error));
                continue;
            }
            let mut outcome = None;
            let one = slice::from_ref(item);
            $self.inner()?.$method(one, &mut |_, result| outcome = Some(result)).await?;
            if !matches!(course, Course::Do) {
                return Err($self.lose(lost()));
            }
            if let Some(outcome) = outcome {
                $each(i, outcome);
            }
        }
        Ok(())
    }};
}

fn of(kind: fn(RemotePath) -> Operation) -> impl Fn(&RemotePath) -> Operation {
    move |path| kind(path.clone())
}

#[async_trait]
impl Remote for Wrapped {
    fn features(&self) -> Features {
        self.inner.as_ref().map(|inner| inner.features()).unwrap_or_default()
    }

    async fn list(&mut self, folders: &[RemotePath], each: Each<'_, Vec<Entry>>) -> Result<(), RemoteError> {
        one_by_one!(self, folders, each, of(Operation::List), list)
    }

    async fn make_folders(
        &mut self,
        folders: &[RemotePath],
        each: Each<'_, Made>,
    ) -> Result<(), RemoteError> {
        one_by_one!(self, folders, each, of(Operation::MakeFolder), make_folders)
    }

    async fn upload(
        &mut self,
        files: &[Upload],
        on_bytes: OnBytes<'_>,
        each: Each<'_, Stored>,
    ) -> Result<(), RemoteError> {
        for (i, file) in files.iter().enumerate() {
            let course = self.course(Operation::Upload(file.to.clone())).await?;
            let file = match course {
                Course::Report(error) => {
                    each(i, Err(error));
                    continue;
                }
                Course::Truncate(bytes) => &beginning(file, bytes).await?,
                Course::Do | Course::DoAndLose => file,
            };
            let mut outcome = None;
            let count = |_: usize, bytes| on_bytes(i, bytes);
            let one = slice::from_ref(file);
            self.inner()?.upload(one, &count, &mut |_, result| outcome = Some(result)).await?;
            if !matches!(course, Course::Do) {
                return Err(self.lose(lost()));
            }
            if let Some(outcome) = outcome {
                each(i, outcome);
            }
        }
        Ok(())
    }

    async fn sizes(&mut self, files: &[RemotePath], each: Each<'_, u64>) -> Result<(), RemoteError> {
        one_by_one!(self, files, each, of(Operation::Size), sizes)
    }

    async fn times(&mut self, files: &[RemotePath], each: Each<'_, i64>) -> Result<(), RemoteError> {
        one_by_one!(self, files, each, of(Operation::Time), times)
    }

    async fn set_times(
        &mut self,
        files: &[(RemotePath, i64)],
        each: Each<'_, ()>,
    ) -> Result<(), RemoteError> {
        let operation = |(path, _): &(RemotePath, i64)| Operation::SetTime(path.clone());
        one_by_one!(self, files, each, operation, set_times)
    }

    async fn rename(&mut self, files: &[Rename], each: Each<'_, ()>) -> Result<(), RemoteError> {
        let operation = |file: &Rename| Operation::Rename(file.from.clone(), file.to.clone());
        one_by_one!(self, files, each, operation, rename)
    }

    async fn remove_files(&mut self, files: &[RemotePath], each: Each<'_, ()>) -> Result<(), RemoteError> {
        one_by_one!(self, files, each, of(Operation::RemoveFile), remove_files)
    }

    async fn remove_folders(
        &mut self,
        folders: &[RemotePath],
        each: Each<'_, ()>,
    ) -> Result<(), RemoteError> {
        one_by_one!(self, folders, each, of(Operation::RemoveFolder), remove_folders)
    }

    async fn download(
        &mut self,
        file: &RemotePath,
        offset: u64,
        into: &mut (dyn AsyncWrite + Unpin + Send),
    ) -> Result<u64, RemoteError> {
        let course = self.course(Operation::Download(file.clone())).await?;
        if let Course::Report(error) = course {
            return Err(error);
        }
        let bytes = self.inner()?.download(file, offset, into).await?;
        if matches!(course, Course::Do) { Ok(bytes) } else { Err(self.lose(lost())) }
    }

    async fn login_folder(&mut self) -> Result<String, RemoteError> {
        match self.course(Operation::LoginFolder).await? {
            Course::Report(error) => Err(error),
            Course::Do => self.inner()?.login_folder().await,
            Course::DoAndLose | Course::Truncate(_) => Err(self.lose(lost())),
        }
    }

    async fn ping(&mut self) -> Result<(), RemoteError> {
        match self.course(Operation::Ping).await? {
            Course::Report(error) => Err(error),
            Course::Do => self.inner()?.ping().await,
            Course::DoAndLose | Course::Truncate(_) => Err(self.lose(lost())),
        }
    }

    async fn close(self: Box<Self>) {
        if let Some(inner) = self.inner {
            inner.close().await;
        }
    }
}

fn lost() -> RemoteError {
    RemoteError::Lost("as the test wants it".to_owned())
}

/// The same upload, ended after so many bytes.
async fn beginning(file: &Upload, bytes: u64) -> Result<Upload, RemoteError> {
    let unreadable = |error: std::io::Error| RemoteError::LocalUnreadable(error.to_string());
    let beginning = match &file.from {
        Source::Bytes(all) => all.iter().copied().take(bytes as usize).collect(),
        Source::File { path, .. } => {
            let mut beginning = Vec::new();
            let source = tokio::fs::File::open(path).await.map_err(unreadable)?;
            source.take(bytes).read_to_end(&mut beginning).await.map_err(unreadable)?;
            beginning
        }
    };
    Ok(Upload { to: file.to.clone(), from: Source::Bytes(beginning), resume: false })
}
