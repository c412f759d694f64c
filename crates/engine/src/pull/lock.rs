//! One pull at a time into a folder, whichever site, data folder or process it belongs to: parts have names that two
//! pulls of the same files would share. Everything here blocks.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::time::Duration;

use slipway_core::{Code, Failure};
use tokio_util::sync::CancellationToken;

use crate::failure::cancelled;

/// A pull that was stopped a moment ago may still be writing its last file: so often, and so long apart, it is
/// looked whether it has ended.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(20);

/// Takes the folder until the file is dropped, or the process ends in whatever way. `None` on a file system that
/// has no locks. Leaves nothing in the folder.
///
/// # Errors
/// [`Code::AnotherPublishRunning`] while another pull has it.
pub(crate) fn lock(folder: &Path, cancel: &CancellationToken) -> Result<Option<File>, Failure> {
    let unlocked = |error: io::Error| {
        tracing::warn!(folder = %folder.display(), %error, "other pulls into it are not kept off");
        Ok(None)
    };
    let file = match open(folder) {
        Ok(file) => file,
        Err(error) => return unlocked(error),
    };
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::Error(error)) => return unlocked(error),
            Err(TryLockError::WouldBlock) if cancel.is_cancelled() => return Err(cancelled()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
        }
    }
    let failure = Failure::new(Code::AnotherPublishRunning, "another pull into this folder is under way");
    Err(failure.about(folder.display()))
}

#[cfg(unix)]
fn open(folder: &Path) -> io::Result<File> {
    File::open(folder)
}

/// Folders can't be locked here: a file does it that all pulls of the user find.
#[cfg(not(unix))]
fn open(folder: &Path) -> io::Result<File> {
    use sha2::Digest;
    let digest = slipway_core::Sha256(sha2::Sha256::digest(folder.to_string_lossy().as_bytes()).into());
    let file = std::env::temp_dir().join(format!("slipway-pull-{digest}.lock"));
    File::options().read(true).write(true).create(true).truncate(false).open(file)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn one_at_a_time() {
        let (folder, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let cancel = CancellationToken::new();
        let first = lock(folder.path(), &cancel).unwrap().unwrap();
        assert!(lock(other.path(), &cancel).unwrap().is_some());
        let refused = lock(folder.path(), &cancel).unwrap_err();
        assert_eq!(refused.code, Code::AnotherPublishRunning);
        assert_eq!(refused.path, Some(folder.path().display().to_string()));
        drop(first);
        assert!(lock(folder.path(), &cancel).unwrap().is_some());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
