//! What files there are: in the local folder, and on the server as far as Slipway put them there.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::digest::Sha256;
use crate::path::RemotePath;

/// A file of the local folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalFile {
    /// Size in bytes.
    pub size: u64,
    /// Last change, in nanoseconds since 1970 (UTC), as the file system says it.
    pub modified: i64,
    /// Digest of the content.
    pub sha256: Sha256,
    /// Where it is, if not at the remote path below the site's first source folder: a path below that folder, for a
    /// name in another Unicode form than NFC, or an absolute one, for a file of another source.
    pub spelled: Option<PathBuf>,
}

/// The files of the local folder that a publish would bring online.
pub type Manifest = BTreeMap<RemotePath, LocalFile>;

/// A file on the server that Slipway put there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublishedFile {
    /// Size in bytes.
    pub size: u64,
    /// Digest of the content that was sent.
    pub sha256: Sha256,
    /// What the server said of its time of change after it had arrived: seconds since 1970 by the server's clock.
    /// Only ever compared with what the same server says later.
    pub server_modified: Option<i64>,
}

/// What Slipway has put on a server, by its own record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Published {
    /// The files.
    pub files: BTreeMap<RemotePath, PublishedFile>,
    /// The folders that Slipway made, and may therefore remove once they are empty.
    pub folders: std::collections::BTreeSet<RemotePath>,
    /// What was last brought down, whoever put it there, as the server had it then. A file that is still so on the
    /// server has been seen by the user, and is no surprise.
    pub pulled: BTreeMap<RemotePath, PublishedFile>,
}
