//! The content of published versions, kept on this computer by its SHA-256, so that a version can be put back without
//! anything from the server. Which files a version is made of is in the ledger.
//!
//! Content is copied aside, checked and moved into its place, so that what has a name is whole. It is not waited for
//! the disk: whoever uses content checks it, and what a loss of power took is then said to be missing.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::Digest;
use slipway_core::Sha256;
use tempfile::{NamedTempFile, TempDir};

use crate::data_dir::make_private;
use crate::error::StoreError;

/// Content is read in portions of this many bytes.
const PORTION: usize = 256 * 1024;

/// The folder of the content that is kept of one site.
#[derive(Debug, Clone)]
pub struct Versions(PathBuf);

/// What came of a wish to keep content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is there now, or was before.
    Yes,
    /// The file here is another by now, or gone.
    Changed,
}

impl Versions {
    pub(crate) fn at(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// Where content lies, or would.
    pub fn file(&self, content: Sha256) -> PathBuf {
        let digits = content.to_string();
        self.0.join(&digits[..2]).join(digits)
    }

    /// Whether a file of this content's name and size is there. Its content is not read.
    pub fn holds(&self, content: Sha256, size: u64) -> bool {
        fs::metadata(self.file(content)).is_ok_and(|file| file.is_file() && file.len() == size)
    }

    /// Whether the content is there, whole and unaltered: all of it is read.
    pub fn is_whole(&self, content: Sha256, size: u64) -> bool {
        let read = || {
            let mut hasher = sha2::Sha256::new();
            let read = pour(&mut File::open(self.file(content))?, &mut hasher, &mut io::sink())?;
            Ok::<_, io::Error>((read, Sha256(hasher.finalize().into())))
        };
        read().is_ok_and(|read| read == (size, content))
    }

    /// Keeps a file's content, if it is still this. Where the file system can, it shares the disk space with the file
    /// until one of them changes.
    ///
    /// # Errors
    /// Where it can't be written here, such as [`StoreError::DiskFull`]. What was there is as it was.
    pub fn keep(&self, from: &Path, content: Sha256, size: u64) -> Result<Kept, StoreError> {
        if self.holds(content, size) {
            return Ok(Kept::Yes);
        }
        let place = self.file(content);
        make_private(&self.0)?;
        let folder = place.parent().unwrap_or(&self.0);
        make_private(folder)?;
        let failed = StoreError::io(folder);
        let copied = match copy_of(from, folder) {
            Ok(copied) => copied,
            Err(Copying::Here(error)) => return Err(failed(error)),
            Err(Copying::There) => return Ok(Kept::Changed),
        };
        let (copy, read, digest) = copied;
        if (read, digest) != (size, content) {
            return Ok(Kept::Changed);
        }
        copy.persist(&place).map_err(|error| failed(error.error))?;
        Ok(Kept::Yes)
    }

    /// A folder for content that comes from elsewhere, until it is kept. It is gone when this is dropped.
    pub fn aside(&self) -> Result<TempDir, StoreError> {
        make_private(&self.0)?;
        TempDir::new_in(&self.0).map_err(StoreError::io(&self.0))
    }

    /// Removes all content but this, and what was left of keeping some. Says how many files went.
    pub fn keep_only(&self, wanted: &HashSet<Sha256>) -> Result<usize, StoreError> {
        let mut gone = 0;
        for folder in entries(&self.0)? {
            for file in entries(&folder)? {
                let content = file.file_name().and_then(|name| name.to_str()?.parse().ok());
                if content.is_none_or(|content| !wanted.contains(&content)) {
                    fs::remove_file(&file).map_err(StoreError::io(&file))?;
                    gone += 1;
                }
            }
        }
        Ok(gone)
    }

    /// Removes everything.
    pub fn remove(&self) -> Result<(), StoreError> {
        match fs::remove_dir_all(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(StoreError::io(&self.0)(error)),
            _ => Ok(()),
        }
    }
}

/// Why there is no copy.
enum Copying {
    /// It could not be written.
    Here(io::Error),
    /// The original could not be read.
    There,
}

/// A copy of a file beside its place, with its size and digest. It is gone when it is dropped.
fn copy_of(from: &Path, folder: &Path) -> Result<(NamedTempFile, u64, Sha256), Copying> {
    let mut original = File::open(from).map_err(|_| Copying::There)?;
    let mut copy = NamedTempFile::new_in(folder).map_err(Copying::Here)?;
    let mut hasher = sha2::Sha256::new();
    if share(from, &mut copy) {
        let read = pour(copy.as_file_mut(), &mut hasher, &mut io::sink()).map_err(Copying::Here)?;
        return Ok((copy, read, Sha256(hasher.finalize().into())));
    }
    let read = pour(&mut Reading(&mut original), &mut hasher, copy.as_file_mut());
    match read {
        Ok(read) => Ok((copy, read, Sha256(hasher.finalize().into()))),
        Err(error) if error.get_ref().is_some_and(|inner| inner.is::<Unreadable>()) => Err(Copying::There),
        Err(error) => Err(Copying::Here(error)),
    }
}

/// Has the copy share the original's place on the disk, where the file system can.
fn share(from: &Path, copy: &mut NamedTempFile) -> bool {
    let beside = copy.path().with_extension("shared");
    if reflink_copy::reflink(from, &beside).is_err() {
        return false;
    }
    let shared = File::open(&beside).and_then(|file| fs::rename(&beside, copy.path()).map(|()| file));
    match shared {
        Ok(file) => {
            *copy.as_file_mut() = file;
            true
        }
        Err(error) => {
            tracing::debug!(%error, "a shared copy can't be used");
            let _ = fs::remove_file(&beside);
            false
        }
    }
}

/// Marks an error as one of the original.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unreadable(io::Error);

struct Reading<'a>(&'a mut File);

impl Read for Reading<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| io::Error::other(Unreadable(error)))
    }
}

/// Copies all there is, by way of the hasher. Returns the number of bytes.
fn pour(from: &mut impl Read, hasher: &mut sha2::Sha256, into: &mut impl Write) -> io::Result<u64> {
    let (mut buffer, mut all) = (vec![0; PORTION], 0);
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(all),
            count => {
                hasher.update(&buffer[..count]);
                into.write_all(&buffer[..count])?;
                all += count as u64;
            }
        }
    }
}

/// What a folder holds; nothing where it is not there.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    match fs::read_dir(folder) {
        Ok(entries) => {
            entries.map(|entry| entry.map(|entry| entry.path()).map_err(StoreError::io(folder))).collect()
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(StoreError::io(folder)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(content: &[u8]) -> (Sha256, u64) {
        (Sha256(sha2::Sha256::digest(content).into()), content.len() as u64)
    }

    struct Fixture {
        root: tempfile::TempDir,
        versions: Versions,
    }

    impl Fixture {
        fn new() -> Self {
            let root = tempfile::tempdir().unwrap();
            let versions = Versions::at(root.path().join("versions"));
            Self { root, versions }
        }

        fn write(&self, name: &str, content: &[u8]) -> PathBuf {
            let file = self.root.path().join(name);
            fs::write(&file, content).unwrap();
            file
        }

        /// Everything that lies in the folder.
        fn all(&self) -> Vec<PathBuf> {
            entries(&self.versions.0).unwrap().iter().flat_map(|folder| entries(folder).unwrap()).collect()
        }
    }

    #[test]
    fn content_is_kept_once_and_lives_on_by_itself() {
        let f = Fixture::new();
        let file = f.write("a.html", b"<h1>A</h1>");
        let (content, size) = of(b"<h1>A</h1>");
        assert!(!f.versions.holds(content, size) && !f.versions.is_whole(content, size));
        assert_eq!(f.versions.keep(&file, content, size).unwrap(), Kept::Yes);
        fs::write(&file, b"other").unwrap();
        assert!(f.versions.holds(content, size) && f.versions.is_whole(content, size));
        assert_eq!(f.versions.keep(&file, content, size).unwrap(), Kept::Yes, "it is there already");
        assert_eq!(f.all(), [f.versions.file(content)]);
    }

    #[test]
    fn what_is_not_that_content_any_more_is_not_kept() {
        let f = Fixture::new();
        let file = f.write("a.html", b"new");
        let (content, size) = of(b"old");
        assert_eq!(f.versions.keep(&file, content, size).unwrap(), Kept::Changed);
        assert_eq!(f.versions.keep(&f.root.path().join("gone"), content, size).unwrap(), Kept::Changed);
        assert!(f.all().is_empty(), "{:?}", f.all());
    }

    #[test]
    fn altered_and_cut_content_is_found() {
        let f = Fixture::new();
        let (content, size) = of(b"whole");
        f.versions.keep(&f.write("a", b"whole"), content, size).unwrap();
        fs::write(f.versions.file(content), b"whale").unwrap();
        assert!(f.versions.holds(content, size) && !f.versions.is_whole(content, size));
        fs::write(f.versions.file(content), b"who").unwrap();
        assert!(!f.versions.holds(content, size));
        // Kept again, it is whole again.
        f.versions.keep(&f.write("a", b"whole"), content, size).unwrap();
        assert!(f.versions.is_whole(content, size));
    }

    #[test]
    fn what_is_not_wanted_goes_and_so_does_what_was_cut_off() {
        let f = Fixture::new();
        let (one, other) = (of(b"one"), of(b"other"));
        f.versions.keep(&f.write("a", b"one"), one.0, one.1).unwrap();
        f.versions.keep(&f.write("b", b"other"), other.0, other.1).unwrap();
        fs::write(f.versions.file(one.0).with_file_name(".tmpAbCd"), b"o").unwrap();
        assert_eq!(f.versions.keep_only(&HashSet::from([one.0])).unwrap(), 2);
        assert_eq!(f.all(), [f.versions.file(one.0)]);
        f.versions.remove().unwrap();
        f.versions.remove().unwrap();
        assert_eq!(f.versions.keep_only(&HashSet::new()).unwrap(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn others_on_this_computer_can_not_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let f = Fixture::new();
        let (content, size) = of(b"secret");
        f.versions.keep(&f.write("a", b"secret"), content, size).unwrap();
        assert_eq!(fs::metadata(&f.versions.0).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
