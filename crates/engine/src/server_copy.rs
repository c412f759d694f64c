//! Bringing one file of the server down, to be looked at.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use sha2::Digest;
use slipway_core::{Code, Failure, RemotePath};
use slipway_remote::{Lease, RemoteError};
use tokio::io::AsyncWriteExt;

use crate::failure::remote;
use crate::pull::{Part, Sink, Stop, local};
use crate::work::Work;

/// Brings one file down, with the folders that it needs here. What is in its place is replaced once it is whole.
///
/// # Errors
/// [`Code::FolderNotFound`] where the server does not have it; [`Code::ServerMisbehaves`] where another number of
/// bytes comes than it says the file has.
pub async fn fetch(work: &Work, path: &RemotePath, into: &Path) -> Result<(), Failure> {
    work.unless_cancelled(bring(work, path, into)).await
}

async fn bring(work: &Work, path: &RemotePath, into: &Path) -> Result<(), Failure> {
    let said = |error: &RemoteError| remote(error, Some(path.as_str()));
    let mut lease = work.pool.get().await.map_err(|error| remote(&error, None))?;
    let size = size(&mut lease, path).await.map_err(|error| said(&error))?;
    let here = |error: io::Error| local(&error).about(into.display());
    let place = into.to_owned();
    let (aside, file) =
        work.blocking(move |_| Aside::make(&place)).await.map_err(|failure| failure.about(into.display()))?;
    let mut sink = Sink::new(Part { file, size: 0, digest: sha2::Sha256::new() }, size, &|_| {});
    let fetched = lease.download(path, 0, &mut sink).await;
    let flushed = sink.file.flush().await;
    match (sink.stop.take(), fetched) {
        (Some(Stop::Failed(error)), _) => return Err(here(error)),
        (None, Err(error)) => return Err(said(&error)),
        (Some(Stop::TooLong), _) => return Err(other_size(size, path)),
        (None, Ok(_)) if sink.room > 0 => return Err(other_size(size, path)),
        (None, Ok(_)) => lease.give_back(),
    }
    flushed.map_err(here)?;
    drop(sink.file.into_std().await);
    let place = into.to_owned();
    work.blocking(move |_| {
        std::fs::rename(&aside.0, &place).map_err(|error| local(&error).about(place.display()))
    })
    .await
}

async fn size(lease: &mut Lease, path: &RemotePath) -> Result<u64, RemoteError> {
    let mut size = Err(RemoteError::Misbehaves("nothing was said of the file".to_owned()));
    lease.sizes(std::slice::from_ref(path), &mut |_, said| size = said).await?;
    size
}

fn other_size(size: u64, path: &RemotePath) -> Failure {
    let detail = format!("the file has {size} bytes, and another number came");
    Failure::new(Code::ServerMisbehaves, detail).about(path)
}

/// A file beside its place, that is gone when this is dropped.
struct Aside(PathBuf);

impl Aside {
    fn make(place: &Path) -> Result<(Self, File), Failure> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|error| Failure::new(Code::Unexpected, error))?;
        let folder = place.parent().unwrap_or(Path::new(""));
        let aside = Self(folder.join(format!(".slipway-{:016x}.part", u64::from_ne_bytes(random))));
        let made = std::fs::create_dir_all(folder).and_then(|()| File::create_new(&aside.0));
        made.map(|file| (aside, file)).map_err(|error| local(&error))
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // Renamed, it is not there any more.
        if let Err(error) = std::fs::remove_file(&self.0)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::info!(part = %self.0.display(), %error, "a part stays");
        }
    }
}
