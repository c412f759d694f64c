//! Files on their way down: they are written aside, in Slipway's own folder in the target folder, and renamed into
//! their place once they are whole. Everything here blocks.
//!
//! Nothing is ever written through a link, nor over what is not as it was when the pull was planned.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::Digest;
use slipway_core::path::OWN_FOLDER;
use slipway_core::{Code, Failure, Sha256};

use super::here::Looks;
use super::plan::Job;
use crate::clock::file_time;
use crate::content::PORTION;

/// The folder aside.
#[derive(Debug)]
pub(crate) struct Aside {
    target: PathBuf,
    folder: PathBuf,
    /// Keeps other pulls off the target folder, as long as anything here may still be written.
    _lock: Option<File>,
}

/// A part, open: what comes next is appended.
pub(crate) struct Part {
    pub(crate) file: File,
    /// Bytes that lie there.
    pub(crate) size: u64,
    /// Of them.
    pub(crate) digest: sha2::Sha256,
}

/// What came of putting a file into its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Put {
    Done,
    /// The file there is another than when the pull was planned.
    Changed,
    /// A link, a folder or something else is there, or in the place of a folder above.
    InTheWay,
}

impl Aside {
    /// That of a target folder, whose path has its links resolved.
    pub(crate) fn of(target: &Path, lock: Option<File>) -> Self {
        Self { target: target.to_owned(), folder: target.join(OWN_FOLDER).join("pull"), _lock: lock }
    }

    /// Makes it; the target folder is there.
    pub(crate) fn make(&self) -> io::Result<()> {
        if make_folder(&self.target, &Path::new(OWN_FOLDER).join("pull"))? {
            return Ok(());
        }
        let text = format!("{} is no folder", self.folder.display());
        Err(io::Error::new(ErrorKind::NotADirectory, text))
    }

    /// The name of a file's part: the same file, unchanged on the server, has the same.
    pub(crate) fn name(job: &Job) -> OsString {
        let text = format!("{}\0{}\0{:?}", job.path, job.seen.size, job.seen.modified);
        let digest = Sha256(sha2::Sha256::digest(text).into()).to_string();
        digest.get(..32).unwrap_or_default().into()
    }

    /// Bytes of a file that lie here already.
    pub(crate) fn waiting(&self, job: &Job) -> u64 {
        let found = self.folder.join(Self::name(job)).symlink_metadata();
        found.map_or(0, |found| if found.len() > job.seen.size { 0 } else { found.len() })
    }

    /// Opens a file's part: the one that lies there, if it is to be gone on with, else a new one.
    pub(crate) fn open(&self, job: &Job, go_on: bool) -> io::Result<Part> {
        let path = self.folder.join(Self::name(job));
        let usable = |found: std::fs::Metadata| found.is_file() && found.len() <= job.seen.size;
        if go_on && path.symlink_metadata().is_ok_and(usable) {
            let mut file = OpenOptions::new().read(true).write(true).open(&path)?;
            let (size, digest) = read_all(&mut file)?;
            return Ok(Part { file, size, digest });
        }
        remove(&path)?;
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        Ok(Part { file, size: 0, digest: sha2::Sha256::new() })
    }

    /// Puts a part that is whole into its place, with the server's time and the rights of the file that it replaces.
    pub(crate) fn put(&self, job: &Job, file: File) -> io::Result<Put> {
        let (part, place) = (self.folder.join(Self::name(job)), self.target.join(&job.local));
        if let Some(time) = job.seen.modified.and_then(system_time)
            && let Err(error) = file.set_modified(time)
        {
            tracing::info!(path = %job.path, %error, "its time stays");
        }
        if !make_folder(&self.target, job.local.parent().unwrap_or(Path::new("")))? {
            return Ok(Put::InTheWay);
        }
        match place.symlink_metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
            Ok(there) if !there.is_file() => return Ok(Put::InTheWay),
            Ok(there) if job.before != Some(looks(&there)?) => return Ok(Put::Changed),
            Ok(there) => file.set_permissions(there.permissions())?,
        }
        file.sync_all()?;
        drop(file);
        into_place(&part, &place)?;
        Ok(Put::Done)
    }

    /// Whether the file that lies in its place is as it was when the pull was planned, and has this content.
    pub(crate) fn holds(&self, job: &Job, sha256: Sha256) -> io::Result<bool> {
        let place = self.target.join(&job.local);
        let there = place.symlink_metadata()?;
        if !there.is_file() || job.before != Some(looks(&there)?) {
            return Ok(false);
        }
        let (_, digest) = read_all(&mut File::open(&place)?)?;
        Ok(Sha256(digest.finalize().into()) == sha256)
    }

    /// Makes a missing folder.
    pub(crate) fn make_folder(&self, below: &Path) -> io::Result<bool> {
        make_folder(&self.target, below)
    }

    /// Sees to it that what was renamed in these folders survives a loss of power.
    pub(crate) fn settle(&self, folders: impl IntoIterator<Item = PathBuf>) {
        for folder in folders {
            // Windows can't, and needs not.
            if let Err(error) = File::open(self.target.join(&folder)).and_then(|folder| folder.sync_all()) {
                tracing::debug!(folder = %folder.display(), %error, "not synchronised");
            }
        }
    }

    /// Removes a file's part.
    pub(crate) fn drop_part(&self, job: &Job) {
        if let Err(error) = remove(&self.folder.join(Self::name(job))) {
            tracing::info!(path = %job.path, %error, "a part stays");
        }
    }

    /// Removes all parts but these.
    pub(crate) fn sweep(&self, needed: &HashSet<OsString>) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        for entry in entries.filter_map(Result::ok).filter(|entry| !needed.contains(&entry.file_name())) {
            if let Err(error) = remove(&entry.path()) {
                tracing::info!(part = %entry.path().display(), %error, "a part stays");
            }
        }
    }

    /// Removes the folder aside, if nothing is in it any more, and Slipway's own, if it held nothing else.
    pub(crate) fn remove(&self) {
        let folders = self.folder.ancestors().take_while(|folder| *folder != self.target);
        for folder in folders {
            if std::fs::remove_dir(folder).is_err() {
                break;
            }
        }
    }
}

/// How a file looks.
pub(crate) fn looks(metadata: &std::fs::Metadata) -> io::Result<Looks> {
    Ok((metadata.len(), file_time(metadata.modified()?)))
}

/// What an error of this computer means for a pull.
pub(crate) fn local(error: &io::Error) -> Failure {
    let code = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Code::ThisComputerFull,
        _ => Code::LocalFileUnwritable,
    };
    Failure::new(code, error)
}

/// Renames a part; into a folder of another file system, it is copied beside its place first.
fn into_place(part: &Path, place: &Path) -> io::Result<()> {
    match std::fs::rename(part, place) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => {}
        other => return other,
    }
    let mut name = OsString::from(".slipway-");
    name.push(part.file_name().unwrap_or_default());
    // Publishes leave such names out.
    name.push(".part");
    let beside = place.with_file_name(name);
    remove(&beside)?;
    let copied = copy(part, &beside).and_then(|()| std::fs::rename(&beside, place));
    if let Err(error) = copied {
        remove(&beside).unwrap_or_else(|error| tracing::info!(%error, "a part stays"));
        return Err(error);
    }
    remove(part)
}

/// Copies to a new file, with time and rights.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut from = File::open(from)?;
    let metadata = from.metadata()?;
    let mut file = OpenOptions::new().write(true).create_new(true).open(to)?;
    io::copy(&mut from, &mut file)?;
    file.set_permissions(metadata.permissions())?;
    if let Err(error) = metadata.modified().and_then(|time| file.set_modified(time)) {
        tracing::info!(path = %to.display(), %error, "its time stays");
    }
    file.sync_all()
}

/// Makes the folder `below` `target`, one part after the other; says whether each is a real folder then.
fn make_folder(target: &Path, below: &Path) -> io::Result<bool> {
    let mut folder = target.to_owned();
    for part in below.components() {
        let Component::Normal(part) = part else { return Ok(false) };
        folder.push(part);
        match std::fs::create_dir(&folder) {
            Ok(()) => continue,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        if !folder.symlink_metadata()?.is_dir() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn read_all(file: &mut File) -> io::Result<(u64, sha2::Sha256)> {
    let (mut size, mut digest, mut buffer) = (0, sha2::Sha256::new(), vec![0; PORTION]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((size, digest)),
            n => {
                digest.update(&buffer[..n]);
                size += n as u64;
            }
        }
    }
}

fn system_time(seconds: i64) -> Option<SystemTime> {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use slipway_core::{RemotePath, Seen};
    use tempfile::TempDir;

    use super::*;

    fn made(target: &Path) -> Aside {
        let aside = Aside::of(target, None);
        aside.make().unwrap();
        aside
    }

    fn job(path: &str, before: Option<Looks>) -> Job {
        let seen = Seen { size: 3, modified: Some(1_000) };
        Job {
            number: 0,
            path: RemotePath::new(path).unwrap(),
            seen,
            local: path.into(),
            before,
            compare: false,
        }
    }

    fn put(aside: &Aside, job: &Job) -> Put {
        let mut part = aside.open(job, false).unwrap();
        part.file.write_all(b"new").unwrap();
        aside.put(job, part.file).unwrap()
    }

    #[test]
    fn comes_into_its_place_with_its_time() {
        let folder = TempDir::new().unwrap();
        let aside = made(folder.path());
        assert_eq!(put(&aside, &job("a/b/c.html", None)), Put::Done);
        let metadata = folder.path().join("a/b/c.html").metadata().unwrap();
        assert_eq!(looks(&metadata).unwrap(), (3, 1_000 * 1_000_000_000));
        assert_eq!(put(&aside, &job("a/b/c.html", Some(looks(&metadata).unwrap()))), Put::Done);
        aside.remove();
        assert!(!folder.path().join(OWN_FOLDER).exists());
    }

    #[test]
    fn comes_into_a_folder_of_another_file_system() {
        let folder = TempDir::new().unwrap();
        // Memory on Linux; where it is not there, all is one file system.
        let Ok(mounted) = TempDir::new_in("/dev/shm") else { return };
        let aside = made(folder.path());
        let (job, place) = (job("a", None), mounted.path().join("a.html"));
        aside.open(&job, false).unwrap().file.write_all(b"new").unwrap();
        let part = aside.folder.join(Aside::name(&job));
        File::options().write(true).open(&part).unwrap().set_modified(UNIX_EPOCH).unwrap();
        for _ in 0..2 {
            into_place(&part, &place).unwrap();
            assert_eq!(std::fs::read(&place).unwrap(), b"new");
            assert_eq!(looks(&place.metadata().unwrap()).unwrap(), (3, 0));
            assert_eq!(std::fs::read_dir(mounted.path()).unwrap().count(), 1, "nothing beside it");
            assert!(!part.exists());
            copy(&place, &part).unwrap();
        }
        std::fs::remove_file(&place).unwrap();
        std::fs::create_dir(&place).unwrap();
        into_place(&part, &place).unwrap_err();
        assert!(part.exists() && std::fs::read_dir(mounted.path()).unwrap().count() == 1);
    }

    #[test]
    fn absurd_times_do_no_harm() {
        let folder = TempDir::new().unwrap();
        let aside = made(folder.path());
        for (i, time) in [i64::MIN, -1, 0, i64::MAX].into_iter().enumerate() {
            let name = format!("{i}");
            let mut job = job(&name, None);
            job.seen.modified = Some(time);
            assert_eq!(put(&aside, &job), Put::Done);
            assert_eq!(std::fs::read(folder.path().join(name)).unwrap(), b"new");
        }
    }

    #[test]
    fn what_is_not_as_planned_stays() {
        let folder = TempDir::new().unwrap();
        let aside = made(folder.path());
        std::fs::write(folder.path().join("a"), "old").unwrap();
        std::fs::create_dir(folder.path().join("folder")).unwrap();
        assert_eq!(put(&aside, &job("a", None)), Put::Changed);
        assert_eq!(put(&aside, &job("a", Some((3, 5)))), Put::Changed);
        assert_eq!(put(&aside, &job("a/b", None)), Put::InTheWay);
        assert_eq!(put(&aside, &job("folder", None)), Put::InTheWay);
        assert_eq!(std::fs::read(folder.path().join("a")).unwrap(), b"old");
        aside.remove();
        assert!(folder.path().join(OWN_FOLDER).exists(), "parts are in it");
        aside.sweep(&HashSet::from([Aside::name(&job("a", None))]));
        assert_eq!(aside.waiting(&job("a", None)), 3);
        assert_eq!(aside.waiting(&job("folder", None)), 0);
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_links() {
        use std::os::unix::fs::symlink;
        let (folder, outside) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        std::fs::write(outside.path().join("a"), "outside").unwrap();
        symlink(outside.path(), folder.path().join("sub")).unwrap();
        symlink(outside.path().join("a"), folder.path().join("b")).unwrap();
        let aside = made(folder.path());
        for path in ["sub/a", "sub/new/c", "b"] {
            assert_eq!(put(&aside, &job(path, None)), Put::InTheWay, "{path}");
        }
        let part = job("d", None);
        symlink(outside.path().join("a"), folder.path().join(".slipway/pull").join(Aside::name(&part)))
            .unwrap();
        aside.open(&part, true).unwrap().file.write_all(b"x").unwrap();
        assert_eq!(std::fs::read(outside.path().join("a")).unwrap(), b"outside");
        assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 1);

        let folder = TempDir::new().unwrap();
        symlink(outside.path(), folder.path().join(OWN_FOLDER)).unwrap();
        assert_eq!(Aside::of(folder.path(), None).make().unwrap_err().kind(), ErrorKind::NotADirectory);
    }

    #[test]
    fn goes_on_with_a_part() {
        let folder = TempDir::new().unwrap();
        let aside = made(folder.path());
        let job = job("a", None);
        aside.open(&job, true).unwrap().file.write_all(b"ne").unwrap();
        let mut part = aside.open(&job, true).unwrap();
        assert_eq!(part.size, 2);
        part.file.write_all(b"w").unwrap();
        part.digest.update(b"w");
        assert_eq!(part.digest.finalize(), sha2::Sha256::digest(b"new"));
        assert_eq!(aside.put(&job, part.file).unwrap(), Put::Done);
        assert_eq!(std::fs::read(folder.path().join("a")).unwrap(), b"new");
        aside.open(&job, true).unwrap().file.write_all(b"too long").unwrap();
        assert_eq!(aside.open(&job, true).unwrap().size, 0);
    }
}
