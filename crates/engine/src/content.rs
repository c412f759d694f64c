//! A file's content: its digest, and how the file looked while it was read.

use std::fs::{File, Metadata};
use std::io::Read;
use std::path::Path;

use sha2::Digest;
use slipway_core::Sha256;
use slipway_store::CachedHash;

use crate::clock::file_time;

/// Files are read in portions of this many bytes.
pub(crate) const PORTION: usize = 256 * 1024;
/// A file that changes while it is read is read so many times at most.
const READS: usize = 3;

/// Why a file's content has no digest.
pub(crate) enum Unread {
    /// It is not there any more.
    Gone,
    /// It was changed each time while it was read.
    Changing,
    /// It can't be read.
    Error(std::io::Error),
}

impl From<std::io::Error> for Unread {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::NotFound { Self::Gone } else { Self::Error(error) }
    }
}

/// The digest of a file's content, read anew until the file did not change meanwhile. Blocks.
pub(crate) fn read(local: &Path, buffer: &mut [u8]) -> Result<CachedHash, Unread> {
    for _ in 0..READS {
        let mut file = File::open(local)?;
        let before = file.metadata()?;
        let mut hasher = sha2::Sha256::new();
        let mut size = 0;
        loop {
            match file.read(buffer)? {
                0 => break,
                n => {
                    hasher.update(&buffer[..n]);
                    size += n as u64;
                }
            }
        }
        let after = file.metadata()?;
        let time = modified(&before)?;
        if size == after.len() && time == modified(&after)? {
            let sha256 = Sha256(hasher.finalize().into());
            return Ok(CachedHash { size, modified: time, sha256 });
        }
    }
    Err(Unread::Changing)
}

/// A file's time of change.
pub(crate) fn modified(metadata: &Metadata) -> Result<i64, Unread> {
    Ok(file_time(metadata.modified()?))
}
