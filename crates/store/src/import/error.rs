//! Why a file of another program can't be read. No text here ever holds a line of the file: it may be a password's.

use std::io;
use std::path::PathBuf;

use slipway_core::Code;

/// Why no sites could be read.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The system does not let it be read, or it is too large.
    #[error("{file} can't be read: {source}", file = .file.display())]
    Unreadable {
        /// The file or folder.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It was written for none of the programs.
    #[error(
        "{file} is none of the files that can be imported: config.yaml, FileZilla's sitemanager.xml, WinSCP.ini \
         and Cyberduck's bookmarks (.duck)",
        file = .file.display()
    )]
    NotKnown {
        /// The file or folder.
        file: PathBuf,
    },
    /// It is broken.
    #[error("{file}:{line}:{column}: {reason}", file = .file.display())]
    Syntax {
        /// The file.
        file: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The column, counted from 1.
        column: usize,
        /// What is wrong there.
        reason: &'static str,
    },
    /// It is sound, and holds no site.
    #[error("{file} holds no sites", file = .file.display())]
    Empty {
        /// The file or folder.
        file: PathBuf,
    },
}

impl ImportError {
    /// The kind, for the edge.
    pub fn code(&self) -> Code {
        Code::ImportFailed
    }
}
