//! What can keep the practice server from starting.

use std::io;
use std::path::PathBuf;

/// Why the practice server could not start.
#[derive(Debug, thiserror::Error)]
pub enum PracticeError {
    /// The folder to publish into cannot be made or opened.
    #[error("cannot use the folder {}", folder.display())]
    Folder {
        /// The folder as it was given.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A port cannot be listened on; most likely another program uses it.
    #[error("cannot listen on port {port} of this computer")]
    Port {
        /// The port that was asked for; 0 for any.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The file with the certificate and its key cannot be read or written.
    #[error("cannot read or write {}", file.display())]
    Keep {
        /// The file, or the folder it should be in.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file with the certificate and its key is damaged. Deleting it is safe: the next start
    /// makes a new one, and clients will ask again whether to trust it.
    #[error("the practice certificate in {} is damaged: {reason}", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A new certificate could not be made.
    #[error("cannot make a certificate")]
    Certificate(#[from] rcgen::Error),
    /// The server's own thread could not be started.
    #[error("cannot start the practice server")]
    Start(#[source] io::Error),
}
