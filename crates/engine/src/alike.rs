//! Files of the server that are as large as the record says, on a server that tells no times: small ones are brought down
//! and digested before they are replaced or removed, since somebody may have changed them all the same.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_trait::async_trait;
use sha2::Digest;
use slipway_core::{Failure, Manifest, Plan, Published, RemotePath, Seen, ServerView, Sha256};
use slipway_remote::{Each, Remote, RemoteError};
use tokio::io::AsyncWrite;

use crate::failure;
use crate::spread::{Operation, Spread};
use crate::work::Work;

/// The largest file that is brought down for this, in bytes.
const LARGEST: u64 = 1_000_000;

/// Finds those that the plan would replace or remove, and that hold neither what the record says nor what is here now.
pub(crate) async fn altered(
    work: &Work,
    plan: &Plan,
    local: &Manifest,
    published: &Published,
    view: &ServerView,
) -> Result<BTreeSet<RemotePath>, Failure> {
    let uploads = plan.uploads.iter().map(|upload| &upload.path);
    let touched = uploads.chain(plan.removals.iter().map(|removal| &removal.path));
    let mut known: BTreeMap<RemotePath, Vec<Sha256>> = BTreeMap::new();
    let mut doubtful = Vec::new();
    for path in touched {
        let Some(Some(Seen { size, modified })) = view.files.get(path).copied() else { continue };
        let records = [published.files.get(path), published.pulled.get(path)].into_iter().flatten();
        let alike: Vec<_> = records.filter(|record| record.size == size).collect();
        let timeless = modified.is_none() || alike.iter().all(|record| record.server_modified.is_none());
        if alike.is_empty() || !timeless || size > LARGEST {
            continue;
        }
        let here = local.get(path).map(|file| file.sha256);
        known.insert(path.clone(), alike.iter().map(|record| record.sha256).chain(here).collect());
        doubtful.push((path.clone(), size));
    }
    let mut altered = BTreeSet::new();
    let mut reading = Spread::start(work, Digests, doubtful, 4);
    while let Some(done) = reading.next().await? {
        for ((path, _), outcome) in done {
            match outcome {
                Ok(digest) if known.get(&path).is_some_and(|known| known.contains(&digest)) => {}
                Ok(_) => _ = altered.insert(path),
                Err(error) if error.can_pass() => return Err(failure::remote(&error, Some(path.as_str()))),
                // What can't be read is compared by its size alone.
                Err(error) => tracing::info!(%path, %error, "its content is not compared"),
            }
        }
    }
    Ok(altered)
}

struct Digests;

#[async_trait]
impl Operation for Digests {
    /// Where it is, and how many bytes it has.
    type Item = (RemotePath, u64);
    type Output = Sha256;

    async fn run(
        &self,
        remote: &mut dyn Remote,
        items: &[(RemotePath, u64)],
        each: Each<'_, Sha256>,
    ) -> Result<(), RemoteError> {
        for (number, (path, _)) in items.iter().enumerate() {
            let mut digest = Digesting { hasher: sha2::Sha256::new(), room: LARGEST };
            match remote.download(path, 0, &mut digest).await {
                Ok(_) => each(number, Ok(Sha256(digest.hasher.finalize().into()))),
                Err(error) if error.ends_connection() => return Err(error),
                Err(error) => each(number, Err(error)),
            }
        }
        Ok(())
    }

    fn path(&self, item: &(RemotePath, u64)) -> Option<String> {
        Some(item.0.to_string())
    }

    fn bytes(&self, item: &(RemotePath, u64)) -> u64 {
        item.1
    }
}

/// Digests what is written to it, so many bytes and no more. Another number of bytes than the server had said is another
/// content.
struct Digesting {
    hasher: sha2::Sha256,
    room: u64,
}

impl AsyncWrite for Digesting {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let Some(room) = this.room.checked_sub(bytes.len() as u64) else {
            return Poll::Ready(Err(io::Error::other("far more bytes than the server said")));
        };
        this.room = room;
        this.hasher.update(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
