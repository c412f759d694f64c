//! The operations of a server that publishing needs. Shaped for bursts: each takes many items and reports one by
//! one, so that an implementation can write commands ahead; no caller loops over single operations.
//!
//! All paths are below the publish folder.

use std::path::PathBuf;

use async_trait::async_trait;
use slipway_core::{Features, RemotePath, ServerFacts};
use tokio::io::AsyncWrite;

use crate::error::RemoteError;

/// Files larger than this are resumed where they stopped; smaller ones are sent again. In bytes.
pub const RESUME_FROM: u64 = 8 * 1024 * 1024;

/// Is told the outcome of item `i` as soon as it is known.
pub type Each<'a, T> = &'a mut (dyn FnMut(usize, Result<T, RemoteError>) + Send);

/// Is told how many bytes of item `i` were handed over since the last call.
pub type OnBytes<'a> = &'a (dyn Fn(usize, u64) + Send + Sync);

/// Where the bytes of an upload come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A local file, which must still have this size and time (nanoseconds since 1970) when it has been sent.
    File {
        /// Where it is.
        path: PathBuf,
        /// Its size in bytes.
        size: u64,
        /// Its time of change.
        modified: i64,
    },
    /// A few bytes of our own, such as a marker.
    Bytes(Vec<u8>),
}

impl Source {
    /// The number of bytes.
    pub fn size(&self) -> u64 {
        match self {
            Self::File { size, .. } => *size,
            Self::Bytes(bytes) => bytes.len() as u64,
        }
    }
}

/// A file to send.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Where it goes. Its folder must exist.
    pub to: RemotePath,
    /// What is sent.
    pub from: Source,
    /// Exactly this content, or a part of it, may be there already. What is there whole is not sent again; a part is
    /// gone on with, if the server can and the file is larger than [`RESUME_FROM`].
    pub resume: bool,
}

/// A file that arrived: the final reply was read, and the server's size agrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Its size on the server, in bytes.
    pub size: u64,
    /// Its time by the server's clock (`MDTM`), in seconds since 1970.
    pub modified: Option<i64>,
    /// Bytes that were sent for it, without what was there already.
    pub sent: u64,
}

/// What became of a folder that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// It was made.
    New,
    /// It was there.
    Existed,
}

/// A rename.
#[derive(Debug, Clone)]
pub struct Rename {
    /// The present path.
    pub from: RemotePath,
    /// The path afterwards; a file that is there is replaced.
    pub to: RemotePath,
}

/// What a folder holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name, as commands say it: in NFC.
    pub name: String,
    /// Whether the server spells it otherwise. Some servers then find it by their own spelling only, which is never
    /// sent.
    pub respelled: bool,
    /// What it is.
    pub kind: EntryKind,
    /// Size in bytes (files).
    pub size: u64,
    /// Time of change by the server's clock in seconds since 1970, where the listing tells it to the second.
    pub modified: Option<i64>,
}

/// What an entry of a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, device or the like: never followed, never touched.
    Other,
}

/// A connection to a server, logged in.
///
/// Errors of single items are reported through `each` and leave the connection usable. An `Err` that is *returned*
/// means that the connection is not: drop it; items that were not reported have an unknown outcome. A call that
/// was cancelled leaves the connection unusable too.
#[async_trait]
pub trait Remote: Send {
    /// What the server says it can do.
    fn features(&self) -> Features;

    /// Lists folders, hidden files included, `.` and `..` left out. `NotFound` is confirmed by the server.
    async fn list(&mut self, folders: &[RemotePath], each: Each<'_, Vec<Entry>>) -> Result<(), RemoteError>;

    /// Makes folders, in this order; one that is there already is fine. The root stands for the publish folder
    /// itself, which is made with all that is missing above it.
    async fn make_folders(&mut self, folders: &[RemotePath], each: Each<'_, Made>)
    -> Result<(), RemoteError>;

    /// Sends files, replacing what is there. One counts as stored when the final reply was read and the size
    /// agrees.
    async fn upload(
        &mut self,
        files: &[Upload],
        on_bytes: OnBytes<'_>,
        each: Each<'_, Stored>,
    ) -> Result<(), RemoteError>;

    /// Asks for files' sizes in bytes. `NotFound` is confirmed by the server.
    async fn sizes(&mut self, files: &[RemotePath], each: Each<'_, u64>) -> Result<(), RemoteError>;

    /// Asks for files' times of change: seconds since 1970 by the server's clock.
    async fn times(&mut self, files: &[RemotePath], each: Each<'_, i64>) -> Result<(), RemoteError>;

    /// Sets files' times of change, in seconds since 1970 (UTC).
    async fn set_times(&mut self, files: &[(RemotePath, i64)], each: Each<'_, ()>)
    -> Result<(), RemoteError>;

    /// Renames files in this order, replacing what is in the new place. Folders of new places must exist.
    async fn rename(&mut self, files: &[Rename], each: Each<'_, ()>) -> Result<(), RemoteError>;

    /// Removes files. `NotFound` is confirmed by the server.
    async fn remove_files(&mut self, files: &[RemotePath], each: Each<'_, ()>) -> Result<(), RemoteError>;

    /// Removes empty folders in this order. `NotFound` is confirmed by the server.
    async fn remove_folders(&mut self, folders: &[RemotePath], each: Each<'_, ()>)
    -> Result<(), RemoteError>;

    /// Fetches a file from byte `offset` on; returns the number of bytes written to `into`. An error that
    /// [`RemoteError::ends_connection`] denies leaves the connection usable.
    async fn download(
        &mut self,
        file: &RemotePath,
        offset: u64,
        into: &mut (dyn AsyncWrite + Unpin + Send),
    ) -> Result<u64, RemoteError>;

    /// The folder that one is in after login, as the server names it: absolute.
    async fn login_folder(&mut self) -> Result<String, RemoteError>;

    /// Keeps the connection from being closed for idleness.
    async fn ping(&mut self) -> Result<(), RemoteError>;

    /// Says good-bye.
    async fn close(self: Box<Self>);
}

/// Opens connections to one server.
#[async_trait]
pub trait Connector: Send + Sync {
    /// Connects and logs in.
    async fn connect(&self) -> Result<Box<dyn Remote>, RemoteError>;

    /// What was learnt of the server so far.
    fn facts(&self) -> ServerFacts {
        ServerFacts::default()
    }
}
