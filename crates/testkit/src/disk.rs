//! A disk that can be nearly full.

use std::ffi::OsStr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::owner::{Owner, is_root};

const SCRIPT: &str = include_str!("disk.sh");

/// A small disk on a folder, seen only by programs that are started with [`SmallDisk::command`]. Linux only; gone when
/// this is dropped.
pub struct SmallDisk {
    // Declared, and so dropped, before the folder that it works in.
    owner: Owner,
    place: PathBuf,
    _folder: TempDir,
}

impl SmallDisk {
    /// Mounts an empty one of 64 MB on a folder.
    ///
    /// # Panics
    /// Where it can't be mounted.
    pub fn on(place: &Path) -> Self {
        let folder = tempfile::Builder::new().prefix("slipway-disk-").tempdir().unwrap();
        let owner = Owner::start(SCRIPT, folder.path(), &[], &[place]);
        Self { owner, place: place.to_owned(), _folder: folder }
    }

    /// So many pages of 4,096 bytes are free from now on.
    ///
    /// # Panics
    /// Where the disk is gone.
    pub fn leave(&self, pages: u64) {
        assert_eq!(self.owner.order(&pages.to_string()), "done");
    }

    /// A program that sees the disk, run by the owner of the folder.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let namespace = format!("--mount=/proc/{}/ns/mnt", self.owner.greeting());
        let mut command = match is_root() {
            true => Command::new("nsenter"),
            false => {
                let mut sudo = Command::new("sudo");
                sudo.args(["--non-interactive", "--preserve-env", "nsenter"]);
                sudo
            }
        };
        command.arg(namespace);
        if !is_root() {
            let owner = self.place.metadata().unwrap();
            command.args(["setpriv", "--clear-groups"]);
            command.args([format!("--reuid={}", owner.uid()), format!("--regid={}", owner.gid())]);
        }
        command.arg(program);
        command
    }
}
