//! A server in memory, for what is tested or measured without a network. It refuses what real servers refuse.
//!
//! Must not know what is published, nor how.

mod tree;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::UNIX_EPOCH;

use async_trait::async_trait;
use slipway_core::{Features, RemotePath, ServerFacts};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use crate::error::{RemoteError, Reply};
use crate::remote::{
    Connector, Each, Entry, Made, OnBytes, RESUME_FROM, Remote, Rename, Source, Stored, Upload,
};
use tree::Tree;

/// What a [`MemoryServer`] can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryOptions {
    /// Listings made for programs: those that tell times.
    pub mlsd: bool,
    /// Asking for a file's size; without it, the size is looked up in a listing.
    pub size: bool,
    /// Asking for a file's time of change.
    pub mdtm: bool,
    /// Setting a file's time of change.
    pub mfmt: bool,
    /// Going on in the middle of a file.
    pub rest: bool,
    /// A rename replaces the file in the new place. Without it the old file has to be set aside first, which
    /// is done and counted ([`MemoryServer::swaps`]).
    pub rename_over: bool,
    /// Names that differ in case only are one file.
    pub case_insensitive: bool,
    /// Bytes that all files together may have.
    pub space: Option<u64>,
    /// Connections at once.
    pub most_connections: Option<u32>,
    /// Whether the publish folder is there from the start.
    pub root_exists: bool,
}

impl Default for MemoryOptions {
    fn default() -> Self {
        Self {
            mlsd: true,
            size: true,
            mdtm: true,
            mfmt: true,
            rest: true,
            rename_over: true,
            case_insensitive: false,
            space: None,
            most_connections: None,
            root_exists: true,
        }
    }
}

/// A server in memory. Clones are the same server.
#[derive(Debug, Clone)]
pub struct MemoryServer {
    options: Arc<MemoryOptions>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    tree: Tree,
    connections: u32,
    log: Vec<String>,
}

impl Default for MemoryServer {
    fn default() -> Self {
        Self::new(MemoryOptions::default())
    }
}

impl MemoryServer {
    /// An empty server.
    pub fn new(options: MemoryOptions) -> Self {
        let state = State { tree: Tree::new(&options), connections: 0, log: Vec::new() };
        Self { options: Arc::new(options), state: Arc::new(Mutex::new(state)) }
    }

    /// All files with their content, paths below the publish folder.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        self.state().tree.files()
    }

    /// All folders but the publish folder itself.
    pub fn folders(&self) -> Vec<String> {
        self.state().tree.folders()
    }

    /// Puts a file there as somebody else would, with the folders that it needs.
    pub fn put(&self, path: &str, bytes: &[u8]) {
        self.state().tree.put(path, bytes);
    }

    /// Takes a file, or a folder with all it holds, away as somebody else would.
    pub fn remove(&self, path: &str) {
        self.state().tree.remove_all(path);
    }

    /// The number of connections that are open.
    pub fn connections(&self) -> u32 {
        self.state().connections
    }

    /// How often a file had to be set aside for a rename: see [`MemoryOptions::rename_over`].
    pub fn swaps(&self) -> u64 {
        self.state().tree.swaps()
    }

    /// What was asked for so far, such as `connect`, `upload a.html` or `rename a -> b`.
    pub fn log(&self) -> Vec<String> {
        self.state().log.clone()
    }

    fn features(&self) -> Features {
        let MemoryOptions { mlsd, size, mdtm, mfmt, rest, .. } = *self.options;
        Features { utf8: true, mlsd, size, mdtm, mfmt, rest }
    }

    /// Work on the tree does not panic half-way: what a panicking test leaves behind is whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes an operation, and lets other tasks have their turn first, as a network would.
    async fn note(&self, operation: String) {
        tokio::task::yield_now().await;
        self.state().log.push(operation);
    }
}

#[async_trait]
impl Connector for MemoryServer {
    async fn connect(&self) -> Result<Box<dyn Remote>, RemoteError> {
        self.note("connect".to_owned()).await;
        let mut state = self.state();
        if self.options.most_connections.is_some_and(|most| state.connections >= most) {
            return Err(RemoteError::TooManyConnections(Reply::new(421, "Too many connections")));
        }
        state.connections += 1;
        drop(state);
        Ok(Box::new(Connection { server: self.clone() }))
    }

    fn facts(&self) -> ServerFacts {
        let no_rename_over = self.swaps() > 0;
        ServerFacts { features: Some(self.features()), no_rename_over, ..ServerFacts::default() }
    }
}

/// One connection; it is counted until it is dropped.
struct Connection {
    server: MemoryServer,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.server.state().connections -= 1;
    }
}

impl Connection {
    /// The outcome of `work`, or the refusal of a server that does not know the command.
    fn try_if<T>(
        &self,
        known: bool,
        work: impl FnOnce(&mut Tree) -> Result<T, RemoteError>,
    ) -> Result<T, RemoteError> {
        if known { work(&mut self.server.state().tree) } else { Err(unknown_command()) }
    }

    async fn store(&self, file: &Upload, on_bytes: &(dyn Fn(u64) + Sync)) -> Result<Stored, RemoteError> {
        let bytes = content(&file.from).await?;
        let middle = self.server.options.rest && bytes.len() as u64 > RESUME_FROM;
        let mut stored = self.server.state().tree.store(&file.to, &bytes, file.resume, middle)?;
        on_bytes(stored.sent);
        unchanged(&file.from).await?;
        if !self.server.options.mdtm {
            stored.modified = None;
        }
        Ok(stored)
    }
}

#[async_trait]
impl Remote for Connection {
    fn features(&self) -> Features {
        self.server.features()
    }

    async fn list(&mut self, folders: &[RemotePath], each: Each<'_, Vec<Entry>>) -> Result<(), RemoteError> {
        for (i, folder) in folders.iter().enumerate() {
            self.server.note(format!("list {folder}")).await;
            let mut listed = self.server.state().tree.list(folder);
            if let (Ok(entries), false) = (&mut listed, self.server.options.mlsd) {
                entries.iter_mut().for_each(|entry| entry.modified = None);
            }
            each(i, listed);
        }
        Ok(())
    }

    async fn make_folders(
        &mut self,
        folders: &[RemotePath],
        each: Each<'_, Made>,
    ) -> Result<(), RemoteError> {
        for (i, folder) in folders.iter().enumerate() {
            self.server.note(format!("make folder {folder}")).await;
            each(i, self.try_if(true, |tree| tree.make_folder(folder)));
        }
        Ok(())
    }

    async fn upload(
        &mut self,
        files: &[Upload],
        on_bytes: OnBytes<'_>,
        each: Each<'_, Stored>,
    ) -> Result<(), RemoteError> {
        for (i, file) in files.iter().enumerate() {
            self.server.note(format!("upload {}", file.to)).await;
            let outcome = self.store(file, &|bytes| on_bytes(i, bytes)).await;
            each(i, outcome);
        }
        Ok(())
    }

    async fn sizes(&mut self, files: &[RemotePath], each: Each<'_, u64>) -> Result<(), RemoteError> {
        for (i, file) in files.iter().enumerate() {
            // Where sizes can't be asked for, a listing tells them.
            let how = if self.server.options.size { "size" } else { "list for" };
            self.server.note(format!("{how} {file}")).await;
            each(i, self.try_if(true, |tree| tree.size(file)));
        }
        Ok(())
    }

    async fn times(&mut self, files: &[RemotePath], each: Each<'_, i64>) -> Result<(), RemoteError> {
        for (i, file) in files.iter().enumerate() {
            self.server.note(format!("time {file}")).await;
            each(i, self.try_if(self.server.options.mdtm, |tree| tree.time(file)));
        }
        Ok(())
    }

    async fn set_times(
        &mut self,
        files: &[(RemotePath, i64)],
        each: Each<'_, ()>,
    ) -> Result<(), RemoteError> {
        for (i, (file, time)) in files.iter().enumerate() {
            self.server.note(format!("set time {file}")).await;
            each(i, self.try_if(self.server.options.mfmt, |tree| tree.set_time(file, *time)));
        }
        Ok(())
    }

    async fn rename(&mut self, files: &[Rename], each: Each<'_, ()>) -> Result<(), RemoteError> {
        for (i, Rename { from, to }) in files.iter().enumerate() {
            self.server.note(format!("rename {from} -> {to}")).await;
            each(i, self.try_if(true, |tree| tree.rename(from, to)));
        }
        Ok(())
    }

    async fn remove_files(&mut self, files: &[RemotePath], each: Each<'_, ()>) -> Result<(), RemoteError> {
        for (i, file) in files.iter().enumerate() {
            self.server.note(format!("remove {file}")).await;
            each(i, self.try_if(true, |tree| tree.remove_file(file)));
        }
        Ok(())
    }

    async fn remove_folders(
        &mut self,
        folders: &[RemotePath],
        each: Each<'_, ()>,
    ) -> Result<(), RemoteError> {
        for (i, folder) in folders.iter().enumerate() {
            self.server.note(format!("remove folder {folder}")).await;
            each(i, self.try_if(true, |tree| tree.remove_folder(folder)));
        }
        Ok(())
    }

    async fn download(
        &mut self,
        file: &RemotePath,
        offset: u64,
        into: &mut (dyn AsyncWrite + Unpin + Send),
    ) -> Result<u64, RemoteError> {
        self.server.note(format!("download {file}")).await;
        let known = offset == 0 || self.server.options.rest;
        let bytes = self.try_if(known, |tree| tree.read(file, offset))?;
        into.write_all(&bytes).await.map_err(|error| RemoteError::LocalUnreadable(error.to_string()))?;
        Ok(bytes.len() as u64)
    }

    async fn login_folder(&mut self) -> Result<String, RemoteError> {
        self.server.note("login folder".to_owned()).await;
        Ok("/".to_owned())
    }

    async fn ping(&mut self) -> Result<(), RemoteError> {
        self.server.note("ping".to_owned()).await;
        Ok(())
    }

    async fn close(self: Box<Self>) {}
}

fn unknown_command() -> RemoteError {
    RemoteError::Unsupported(Reply::new(502, "Command not implemented"))
}

async fn content(source: &Source) -> Result<Vec<u8>, RemoteError> {
    unchanged(source).await?;
    match source {
        Source::Bytes(bytes) => Ok(bytes.clone()),
        Source::File { path, .. } => tokio::fs::read(path).await.map_err(|error| local(&error)),
    }
}

async fn unchanged(source: &Source) -> Result<(), RemoteError> {
    let Source::File { path, size, modified } = source else { return Ok(()) };
    let metadata = tokio::fs::metadata(path).await.map_err(|error| local(&error))?;
    let time = metadata.modified().map_err(|error| local(&error))?;
    let nanoseconds = match time.duration_since(UNIX_EPOCH) {
        Ok(after) => after.as_nanos() as i64,
        Err(before) => -(before.duration().as_nanos() as i64),
    };
    let same = metadata.len() == *size && nanoseconds == *modified;
    if same { Ok(()) } else { Err(RemoteError::LocalChanged) }
}

fn local(error: &std::io::Error) -> RemoteError {
    match error.kind() {
        std::io::ErrorKind::NotFound => RemoteError::LocalGone,
        _ => RemoteError::LocalUnreadable(error.to_string()),
    }
}
