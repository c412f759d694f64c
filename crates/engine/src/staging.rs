//! Slipway's own folder on the server: staging, where new content waits out of visitors' sight, and the marker that
//! says whose publish was the last.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_trait::async_trait;
use slipway_core::{Code, Failure, RemotePath, RunId};
use slipway_remote::{Each, Entry, Made, Remote, RemoteError, Rename, Source, Stored, Upload};
use tokio::io::AsyncWrite;

use crate::failure;
use crate::server_view::sizes;
use crate::spread::{Operation, Spread, on_paths};
use crate::work::Work;

/// Turns visitors away on Apache, 2.4 and 2.2, and servers that read its files. Others rely on the run id, which
/// can't be guessed.
const HTACCESS: &str = "\
<IfModule mod_authz_core.c>
Require all denied
</IfModule>
<IfModule !mod_authz_core.c>
Order deny,allow
Deny from all
</IfModule>
";

/// The name of markers, before the run's id.
const MARKER: &str = "last-";
/// What the notes of signs begin with.
const SIGN: &str = "sign-";

/// The staging folder of a run.
#[derive(Debug, Clone)]
pub(crate) struct Staging {
    folder: RemotePath,
}

impl Staging {
    pub(crate) fn of(run: &RunId) -> Self {
        Self { folder: own(run.as_str()) }
    }

    pub(crate) fn folder(&self) -> &RemotePath {
        &self.folder
    }

    /// Where file `number` waits. Flat, numbered names: odd names and deep trees cost nothing here.
    pub(crate) fn file(&self, number: u32) -> RemotePath {
        below(&self.folder, &format!("{number:06}"))
    }

    /// The number in a name of the staging folder.
    pub(crate) fn number(name: &str) -> Option<u32> {
        if name.bytes().all(|b| b.is_ascii_digit()) { name.parse().ok() } else { None }
    }

    /// Makes the folder, and all that is missing above it.
    pub(crate) async fn make(&self, work: &Work) -> Result<(), Failure> {
        // Nearly always only the run's own folder is missing.
        if make_folders(work, vec![self.folder.clone()]).await.is_err() {
            make_folders(work, vec![RemotePath::root()]).await?;
            make_folders(work, vec![RemotePath::own()]).await?;
            make_folders(work, vec![self.folder.clone()]).await?;
        }
        make_guard(work).await
    }
}

/// Makes Slipway's own folder, and all that is missing above it.
pub(crate) async fn make_own(work: &Work) -> Result<(), Failure> {
    make_folders(work, vec![RemotePath::root()]).await?;
    make_folders(work, vec![RemotePath::own()]).await?;
    make_guard(work).await
}

/// Puts the guard there, unless it is there: the run that made the folder may have been cut off before it did.
pub(crate) async fn make_guard(work: &Work) -> Result<(), Failure> {
    if there(work, guard()).await? {
        return Ok(());
    }
    let content = Source::Bytes(HTACCESS.as_bytes().to_vec());
    send(work, Upload { to: guard(), from: content, resume: false }).await.map(drop)
}

/// Whether the server takes names that differ only in case for the same. The guard must be there.
pub(crate) async fn ignores_case(work: &Work) -> Result<bool, Failure> {
    match RemotePath::new(&guard().as_str().to_uppercase()) {
        Ok(shouted) => there(work, shouted).await,
        Err(_) => Ok(false),
    }
}

async fn there(work: &Work, file: RemotePath) -> Result<bool, Failure> {
    let mut found = false;
    for (file, size) in sizes(work, vec![file]).await? {
        match size {
            Ok(_) => found = true,
            Err(RemoteError::NotFound(_)) => {}
            Err(error) => return Err(failure::remote(&error, Some(file.as_str()))),
        }
    }
    Ok(found)
}

/// The file that turns visitors away.
fn guard() -> RemotePath {
    own(".htaccess")
}

/// What publishes leave in Slipway's own folder beside staging.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    /// Whose publish was the last.
    pub(crate) markers: Vec<RemotePath>,
    /// Signs that were not removed, each with its note.
    pub(crate) signs: Vec<(RemotePath, RemotePath)>,
}

impl Marks {
    /// Those among the entries of Slipway's own folder.
    pub(crate) fn of(entries: &[Entry]) -> Self {
        Self { markers: markers(entries), signs: signs(entries) }
    }
}

/// The marker of a run.
pub(crate) fn marker(run: &RunId) -> RemotePath {
    own(&format!("{MARKER}{run}"))
}

/// The markers among the entries of Slipway's own folder.
pub(crate) fn markers(entries: &[Entry]) -> Vec<RemotePath> {
    entries.iter().filter(|entry| entry.name.starts_with(MARKER)).map(|entry| own(&entry.name)).collect()
}

/// Puts a run's marker there.
pub(crate) async fn set_marker(work: &Work, run: &RunId) -> Result<(), Failure> {
    // One byte: some servers do not store empty files.
    send(work, Upload { to: marker(run), from: Source::Bytes(vec![b'\n']), resume: false }).await.map(drop)
}

/// The file by which the web folder is recognised, for visitors to see, of a name that can't be guessed; and the note
/// in Slipway's own folder that it was put there. The note comes first and goes last: who finds it removes the file.
pub(crate) fn sign(id: &RunId) -> (RemotePath, RemotePath) {
    (below(&RemotePath::root(), &format!("slipway-{id}.txt")), own(&format!("{SIGN}{id}")))
}

/// The signs that are noted among the entries of Slipway's own folder.
fn signs(entries: &[Entry]) -> Vec<(RemotePath, RemotePath)> {
    let ids = entries.iter().filter_map(|entry| entry.name.strip_prefix(SIGN)?.parse().ok());
    ids.map(|id| sign(&id)).collect()
}

/// Puts a sign there.
pub(crate) async fn set_sign(work: &Work, id: &RunId) -> Result<(), Failure> {
    let (file, note) = sign(id);
    send(work, Upload { to: note, from: Source::Bytes(vec![b'\n']), resume: false }).await?;
    let content = id.as_str().as_bytes().to_vec();
    send(work, Upload { to: file, from: Source::Bytes(content), resume: false }).await.map(drop)
}

/// A file or folder of Slipway's own folder.
pub(crate) fn own(name: &str) -> RemotePath {
    below(&RemotePath::own(), name)
}

/// Names of our making, or that came out of a listing, which holds only names that can be paths.
fn below(folder: &RemotePath, name: &str) -> RemotePath {
    folder.join(name).unwrap_or_else(|_| folder.clone())
}

/// Sends one small file.
pub(crate) async fn send(work: &Work, upload: Upload) -> Result<Stored, Failure> {
    let mut sending = Spread::start(work, SendOne, vec![upload], 1);
    let mut sent = Err(Failure::new(Code::Unexpected, "nothing was said of the file"));
    while let Some(done) = sending.next().await? {
        for (upload, stored) in done {
            sent = stored.map_err(|error| failure::remote(&error, Some(upload.to.as_str())));
        }
    }
    sent
}

/// Renames one file of Slipway's own.
pub(crate) async fn rename(work: &Work, rename: Rename) -> Result<(), Failure> {
    let mut renaming = Spread::start(work, RenameOne, vec![rename], 1);
    while let Some(done) = renaming.next().await? {
        for (rename, renamed) in done {
            renamed.map_err(|error| failure::remote(&error, Some(rename.to.as_str())))?;
        }
    }
    Ok(())
}

/// The content of a small file, as far as it has no more than so many bytes; `None` where it is not there.
pub(crate) async fn read_short(
    work: &Work,
    file: &RemotePath,
    most: usize,
) -> Result<Option<Vec<u8>>, Failure> {
    let said = |error: &RemoteError| failure::remote(error, Some(file.as_str()));
    let mut lease = work.pool.get().await.map_err(|error| said(&error))?;
    let mut short = Short { bytes: Vec::new(), most };
    let read = lease.download(file, 0, &mut short).await;
    match read {
        Ok(_) => lease.give_back(),
        Err(RemoteError::NotFound(_)) => {
            lease.give_back();
            return Ok(None);
        }
        Err(_) if short.bytes.len() == most => {}
        Err(error) => return Err(said(&error)),
    }
    Ok(Some(short.bytes))
}

/// What takes no more than so many bytes: a server may send without end.
struct Short {
    bytes: Vec<u8>,
    most: usize,
}

impl AsyncWrite for Short {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let room = self.most - self.bytes.len();
        if room == 0 && !bytes.is_empty() {
            return Poll::Ready(Err(io::ErrorKind::FileTooLarge.into()));
        }
        let taken = bytes.len().min(room);
        self.bytes.extend_from_slice(&bytes[..taken]);
        Poll::Ready(Ok(taken))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Makes folders that may be made in any order.
pub(crate) async fn make_folders(work: &Work, folders: Vec<RemotePath>) -> Result<(), Failure> {
    let mut making = Spread::start(work, MakeFolders, folders, 32);
    let mut failed = None;
    while let Some(done) = making.next().await? {
        let mut made = Vec::new();
        for (folder, outcome) in done {
            match outcome {
                Ok(Made::New) if !folder.is_own() && !folder.is_root() => made.push(folder),
                Ok(_) => {}
                Err(error) => {
                    failed.get_or_insert_with(|| failure::remote(&error, Some(folder.as_str())));
                }
            }
        }
        work.ledger(move |ledger, place| ledger.folders_made(place, &made)).await?;
    }
    failed.map_or(Ok(()), Err)
}

struct RenameOne;

#[async_trait]
impl Operation for RenameOne {
    type Item = Rename;
    type Output = ();

    async fn run(
        &self,
        remote: &mut dyn Remote,
        items: &[Rename],
        each: Each<'_, ()>,
    ) -> Result<(), RemoteError> {
        remote.rename(items, each).await
    }

    fn path(&self, item: &Rename) -> Option<String> {
        Some(item.to.to_string())
    }
}

struct SendOne;

#[async_trait]
impl Operation for SendOne {
    type Item = Upload;
    type Output = Stored;

    async fn run(
        &self,
        remote: &mut dyn Remote,
        items: &[Upload],
        each: Each<'_, Stored>,
    ) -> Result<(), RemoteError> {
        remote.upload(items, &|_, _| {}, each).await
    }

    fn path(&self, item: &Upload) -> Option<String> {
        Some(item.to.to_string())
    }
}

on_paths!(MakeFolders, make_folders, Made);
