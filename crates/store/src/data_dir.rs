//! The folder that holds everything Slipway keeps, and the locks in it.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Seek, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use sha2::Digest;
use slipway_core::{Sha256, SiteName};

use crate::error::StoreError;
use crate::versions::Versions;

/// The environment variable that names the folder.
const VARIABLE: &str = "SLIPWAY_DATA_DIR";

/// The folder's name below the system's folder for data: in lower case where the others there are.
const NAME: &str = if cfg!(any(windows, target_os = "macos")) { "Slipway" } else { "slipway" };

/// The folder that holds everything Slipway keeps.
#[derive(Debug, Clone)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// Opens the folder, and makes it where it is missing: `explicit`, else what `SLIPWAY_DATA_DIR` names, else the
    /// system's folder for data that stays on this computer: `$XDG_DATA_HOME/slipway` or `~/.local/share/slipway`
    /// on Linux, `~/Library/Application Support/Slipway` on macOS, `%LOCALAPPDATA%\Slipway` on Windows (never the
    /// roaming one: a database must not be copied between computers while it is in use). A folder made here is
    /// for its owner alone (mode 0700); one that exists keeps its mode.
    pub fn open(explicit: Option<&Path>) -> Result<Self, StoreError> {
        let folder = choose(explicit, std::env::var_os(VARIABLE), dirs::data_local_dir())?;
        let folder = std::path::absolute(&folder).map_err(StoreError::io(&folder))?;
        make_private(&folder)?;
        Ok(Self(folder))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The file that lists the sites.
    pub fn sites_file(&self) -> PathBuf {
        self.0.join("sites.json")
    }

    /// The file of what holds for all sites.
    pub fn settings_file(&self) -> PathBuf {
        self.0.join("settings.json")
    }

    /// The encrypted file of credentials.
    pub fn credentials_file(&self) -> PathBuf {
        self.0.join("credentials.sealed")
    }

    /// The ledger's database.
    pub fn ledger_file(&self) -> PathBuf {
        self.0.join("ledger.db")
    }

    /// The folder of the logs. Whoever writes the first makes it.
    pub fn logs(&self) -> PathBuf {
        self.0.join("logs")
    }

    /// The folder of the logs of a site's runs. Whoever writes the first makes it.
    pub fn run_logs(&self, site: &SiteName) -> PathBuf {
        self.logs().join(site_key(site))
    }

    /// The folder of what was brought down from a site's server to be looked at.
    pub fn server_copies(&self, site: &SiteName) -> PathBuf {
        self.all_server_copies().join(site_key(site))
    }

    /// Makes the folder of a site's, for its owner alone (mode 0700): they may hold what visitors must not see.
    pub fn make_server_copies(&self, site: &SiteName) -> Result<PathBuf, StoreError> {
        let folder = self.server_copies(site);
        make_private(&self.all_server_copies())?;
        make_private(&folder)?;
        Ok(folder)
    }

    /// The folder of those of all sites.
    pub fn all_server_copies(&self) -> PathBuf {
        self.0.join("server-copies")
    }

    /// The content of the site's published versions.
    pub fn versions(&self, site: &SiteName) -> Versions {
        Versions::at(self.0.join("versions").join(site_key(site)))
    }

    /// Takes the site for this process until the lock is dropped, or the process ends in whatever way.
    ///
    /// # Errors
    /// [`StoreError::Locked`] while another process, or another lock of this one, has it.
    pub fn lock_site(&self, site: &SiteName) -> Result<SiteLock, StoreError> {
        let name = site_key(site);
        let lock = self.lock_file(&name)?;
        let owner_file = self.locks().join(format!("{name}.owner"));
        match lock.try_lock() {
            Ok(()) => SiteLock::take(lock, &owner_file),
            Err(TryLockError::WouldBlock) => Err(who_has(&owner_file)),
            Err(TryLockError::Error(error)) => Err(StoreError::io(&owner_file)(error)),
        }
    }

    /// Waits for a lock that is only ever held for moments.
    pub(crate) fn lock_briefly(&self, name: &str) -> Result<File, StoreError> {
        let lock = self.lock_file(name)?;
        lock.lock().map_err(StoreError::io(&self.locks().join(name)))?;
        Ok(lock)
    }

    fn locks(&self) -> PathBuf {
        self.0.join("locks")
    }

    fn lock_file(&self, name: &str) -> Result<File, StoreError> {
        make_private(&self.locks())?;
        let path = self.locks().join(format!("{name}.lock"));
        private_file(&path)
    }
}

fn choose(
    explicit: Option<&Path>,
    variable: Option<OsString>,
    system: Option<PathBuf>,
) -> Result<PathBuf, StoreError> {
    let named = explicit.map(Path::to_owned).or(variable.map(PathBuf::from));
    named
        .filter(|folder| !folder.as_os_str().is_empty())
        .or_else(|| system.map(|folder| folder.join(NAME)))
        .ok_or(StoreError::NoDataFolder)
}

/// One for each site, whose names differ in more than case, and one that every file system can hold.
fn site_key(site: &SiteName) -> String {
    let digest = Sha256(sha2::Sha256::digest(site.as_str().to_lowercase()).into()).to_string();
    format!("site-{}", &digest[..16])
}

pub(crate) fn make_private(folder: &Path) -> Result<(), StoreError> {
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent).map_err(StoreError::io(parent))?;
    }
    #[cfg_attr(not(unix), allow(unused_mut))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        result => result.map_err(StoreError::io(folder)),
    }
}

/// Opens a file for reading and writing, and makes it for its owner alone (mode 0600) where it is missing.
pub(crate) fn private_file(path: &Path) -> Result<File, StoreError> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(StoreError::io(path))
}

/// A site taken for this process. Dropping it lets go.
///
/// The file that is locked and the file that says who has it are two, since Windows lets nobody read a locked one.
/// Neither is ever deleted: a process that waits for a deleted file would lock something that no other sees.
#[derive(Debug)]
pub struct SiteLock {
    owner: File,
    lock: File,
}

impl SiteLock {
    fn take(lock: File, owner_file: &Path) -> Result<Self, StoreError> {
        let mut owner = private_file(owner_file)?;
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let text = format!("{} {}\n", std::process::id(), since.as_millis());
        owner
            .set_len(0)
            .and_then(|()| owner.rewind())
            .and_then(|()| owner.write_all(text.as_bytes()))
            .map_err(StoreError::io(owner_file))?;
        Ok(Self { owner, lock })
    }
}

impl Drop for SiteLock {
    fn drop(&mut self) {
        if let Err(error) = self.owner.set_len(0) {
            tracing::debug!(%error, "the name of the lock's owner stays behind");
        }
        // Closing alone would not do while a program that was just started still has a copy of the file.
        if let Err(error) = self.lock.unlock() {
            tracing::debug!(%error, "the lock is let go when the file is closed");
        }
    }
}

fn who_has(owner_file: &Path) -> StoreError {
    // Whoever took the lock a moment ago may not have written its name yet.
    for _ in 0..5 {
        let text = fs::read_to_string(owner_file).unwrap_or_default();
        let mut words = text.split_whitespace();
        if let (Some(Ok(pid)), Some(Ok(since_ms))) =
            (words.next().map(str::parse), words.next().map(str::parse))
        {
            return StoreError::Locked { pid, since_ms };
        }
        thread::sleep(Duration::from_millis(10));
    }
    StoreError::Locked { pid: 0, since_ms: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_wish_wins() {
        let system = || Some(PathBuf::from("/home/a/.local/share"));
        let variable = || Some(OsString::from("/v"));
        let chosen = |explicit: Option<&str>, variable, system| {
            choose(explicit.map(Path::new), variable, system).map_err(|error| error.to_string())
        };
        assert_eq!(chosen(Some("/x"), variable(), system()), Ok("/x".into()));
        assert_eq!(chosen(None, variable(), system()), Ok("/v".into()));
        let standard = Path::new("/home/a/.local/share").join(NAME);
        assert_eq!(chosen(None, Some("".into()), system()), Ok(standard.clone()));
        assert_eq!(chosen(None, None, system()), Ok(standard));
        assert!(matches!(choose(None, None, None), Err(StoreError::NoDataFolder)));
    }

    #[cfg(unix)]
    #[test]
    fn is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("above/data");
        let data = DataDir::open(Some(&folder)).unwrap();
        assert_eq!(mode(data.path()), 0o700);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o750)).unwrap();
        DataDir::open(Some(&folder)).unwrap();
        assert_eq!(mode(&folder), 0o750);
        let site = SiteName::new("a").unwrap();
        drop(data.lock_site(&site).unwrap());
        assert_eq!(mode(&folder.join(format!("locks/{}.lock", site_key(&site)))), 0o600);
    }

    #[test]
    fn a_file_in_its_place_is_said() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = DataDir::open(Some(file.path())).unwrap_err();
        assert!(matches!(&error, StoreError::Io { path, .. } if path == file.path()), "{error}");
        let error = DataDir::open(Some(&file.path().join("below"))).unwrap_err();
        assert!(matches!(&error, StoreError::Io { path, .. } if path == file.path()), "{error}");
    }

    #[test]
    fn each_site_has_a_lock_of_its_own() {
        let name = |site| site_key(&SiteName::new(site).unwrap());
        // The first digits of what `printf %s shop | sha256sum` prints.
        assert_eq!(name("shop"), "site-8d9001d32c6a703d");
        assert_eq!(name("Shop É"), name("shop é"));
        assert_ne!(name("店铺"), name("商店"));
        assert_ne!(name("my-shop"), name("my.shop"));
    }

    #[test]
    fn a_lock_says_who_has_it_and_is_let_go() {
        let root = tempfile::tempdir().unwrap();
        let data = DataDir::open(Some(root.path())).unwrap();
        let site = SiteName::new("my shop").unwrap();
        let lock = data.lock_site(&site).unwrap();
        match data.lock_site(&site) {
            Err(StoreError::Locked { pid, since_ms }) => {
                assert_eq!(pid, std::process::id());
                assert!(since_ms > 1_700_000_000_000);
            }
            other => panic!("{other:?}"),
        }
        data.lock_site(&SiteName::new("another").unwrap()).unwrap();
        drop(lock);
        data.lock_site(&site).unwrap();
    }
}
