//! What can go wrong with the files that Slipway keeps.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rusqlite::ffi;
use slipway_core::{Code, RunId, SiteError, SiteName};

/// Why something could not be read from this computer, or kept on it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no site of that name.
    #[error("there is no site \"{0}\"")]
    NotFound(SiteName),
    /// Another site has the name, or one that differs only in case.
    #[error("the name \"{name}\" can't be told from that of the site \"{existing}\"")]
    Exists {
        /// The name that was to be given.
        name: SiteName,
        /// The site that is there already.
        existing: SiteName,
    },
    /// The site's settings are wrong.
    #[error("the settings of \"{name}\" can't be kept")]
    Invalid {
        /// The site.
        name: SiteName,
        /// What is wrong with them.
        source: SiteError,
    },
    /// The path of the site's folder is not valid Unicode, which JSON can't hold.
    #[error("the folder of \"{0}\" has a name that is not valid Unicode")]
    FolderName(SiteName),
    /// A file does not hold what it should. It is left as it is.
    #[error("{file}:{line}:{column}: {reason}", file = .file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The column, counted from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A file was written by a newer Slipway. It is left as it is.
    #[error(
        "{file} was written by a newer Slipway (version {found} of the file; this Slipway knows {known}): \
         update Slipway",
        file = .file.display()
    )]
    Newer {
        /// The file.
        file: PathBuf,
        /// The version that it says.
        found: i64,
        /// The newest version that this Slipway knows.
        known: i64,
    },
    /// The system refused a file or folder.
    #[error("{path}: {source}", path = .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The disk or the user's share of it is full.
    #[error("no space is left on this computer")]
    DiskFull,
    /// The system names no folder for what programs keep.
    #[error("this system names no folder for data; set SLIPWAY_DATA_DIR")]
    NoDataFolder,
    /// Another process works on the site.
    #[error("process {pid} has been working on this site since {since_ms} (milliseconds since 1970)")]
    Locked {
        /// Its process id; 0 where it has not said so yet.
        pid: u32,
        /// When it began, in milliseconds since 1970; 0 where it has not said so yet.
        since_ms: i64,
    },
    /// The site has no such run.
    #[error("there is no run \"{0}\"")]
    RunNotFound(String),
    /// Several of the site's runs begin like that.
    #[error("several runs begin with \"{0}\"; give more digits")]
    RunAmbiguous(String),
    /// A run's journal has no item of that number.
    #[error("the journal of run {run} has no item {number}")]
    ItemNotFound {
        /// The run.
        run: RunId,
        /// The item.
        number: u32,
    },
    /// The ledger holds a value that means nothing to this Slipway.
    #[error("the ledger holds \"{value}\" as {what}")]
    Record {
        /// What it should be.
        what: &'static str,
        /// What is there.
        value: String,
    },
    /// SQLite refused.
    #[error("the ledger can't be used: {0}")]
    Ledger(#[source] rusqlite::Error),
}

impl StoreError {
    /// The kind, for the edge.
    pub fn code(&self) -> Code {
        match self {
            Self::NotFound(_) => Code::SiteNotFound,
            Self::Exists { .. } => Code::SiteExists,
            Self::Invalid { .. } | Self::FolderName(_) => Code::ConfigurationInvalid,
            Self::DiskFull => Code::ThisComputerFull,
            Self::Locked { .. } => Code::AnotherPublishRunning,
            Self::RunNotFound(_) | Self::RunAmbiguous(_) => Code::RunNotFound,
            Self::ItemNotFound { .. } => Code::Unexpected,
            Self::Damaged { .. }
            | Self::Newer { .. }
            | Self::Io { .. }
            | Self::NoDataFolder
            | Self::Record { .. }
            | Self::Ledger(_) => Code::DataUnusable,
        }
    }

    /// Says which file or folder the system refused; to be given to `map_err`.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Io { path, source },
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        // What is shared between processes is a file beside the ledger; SQLite says of it only that it can't grow.
        let no_room = |error: &ffi::Error| {
            error.code == rusqlite::ErrorCode::DiskFull || error.extended_code == ffi::SQLITE_IOERR_SHMSIZE
        };
        match error.sqlite_error() {
            Some(said) if no_room(said) => Self::DiskFull,
            _ => Self::Ledger(error),
        }
    }
}
