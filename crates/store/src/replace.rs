//! Replacing a file so that at every moment the old or the new content is there, whole.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use crate::error::StoreError;

/// Writes `content` beside the file, to the disk, and only then moves it over the file. The file ends with mode
/// 0600. On an error the old file is as it was.
pub(crate) fn replace(file: &Path, content: &[u8]) -> Result<(), StoreError> {
    let folder = file.parent().unwrap_or(Path::new("."));
    // Made with mode 0600 by the crate, and removed by it when it is not moved.
    let mut beside = tempfile::NamedTempFile::new_in(folder).map_err(StoreError::io(folder))?;
    fill(beside.as_file_mut(), content).map_err(StoreError::io(beside.path()))?;
    beside.persist(file).map_err(|error| StoreError::io(file)(error.error))?;
    sync_folder(folder).map_err(StoreError::io(folder))
}

fn fill(file: &mut File, content: &[u8]) -> io::Result<()> {
    file.write_all(content)?;
    file.sync_all()
}

/// Only then does the new name survive a loss of power. Windows has no such call for folders.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.json");
        replace(&file, b"one").unwrap();
        replace(&file, b"two").unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told_from_other_errors() {
        let full = Path::new("/dev/full");
        let mut file = File::options().write(true).open(full).unwrap();
        let error = fill(&mut file, b"x").map_err(StoreError::io(full)).unwrap_err();
        assert!(matches!(error, StoreError::DiskFull), "{error}");
    }
}
