//! What can go wrong with credentials.

use std::path::PathBuf;

use slipway_core::{Code, SiteName};

use crate::error::StoreError;

/// Why a credential could not be had or kept. Holds none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// Nothing is kept for the site.
    #[error("nothing of the kind is kept for this site")]
    NotFound,
    /// The password store is locked, and nobody was there to unlock it.
    #[error("the system's password store is locked")]
    Locked,
    /// The user, or the system for them, refused access.
    #[error("access to the passwords was refused")]
    Denied,
    /// This computer has no password store that answers.
    #[error(
        "the system's password store can't be used ({reason}); set {variable} instead, or \
         SLIPWAY_CREDENTIALS_KEY to keep passwords in an encrypted file"
    )]
    Unavailable {
        /// What the system said.
        reason: String,
        /// The environment variable that Slipway takes the password from.
        variable: String,
    },
    /// It can't be used as a password, user name or pass phrase; says which, and why.
    #[error("{0}")]
    Invalid(String),
    /// The password store failed in another way.
    #[error("the system's password store failed: {0}")]
    Failed(String),
    /// The encrypted file's pass phrase is not known, and there is nobody to ask.
    #[error("the pass phrase of the encrypted file of passwords is not known; set SLIPWAY_CREDENTIALS_KEY")]
    KeyMissing,
    /// The pass phrase is not that of the encrypted file. The file is left as it is.
    #[error("the pass phrase does not open the encrypted file of passwords")]
    KeyWrong,
    /// The encrypted file does not hold what was written into it. It is left as it is.
    #[error("{file}: {reason}", file = .file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Environment variables are only ever read.
    #[error("environment variables can't be changed from here; they are only read")]
    ReadOnly,
    /// An environment variable that is set fits two sites.
    #[error("the environment variable {variable} fits both \"{site}\" and \"{other}\"; rename one of them")]
    Ambiguous {
        /// The variable.
        variable: String,
        /// The site it was looked up for.
        site: SiteName,
        /// The other site.
        other: SiteName,
    },
    /// A file that Slipway keeps could not be read or written.
    #[error("{reason}")]
    Kept {
        /// The kind of failure.
        code: Code,
        /// Which file, and why.
        reason: String,
    },
}

impl CredentialError {
    /// The kind, for the edge.
    pub fn code(&self) -> Code {
        match self {
            Self::NotFound => Code::PasswordMissing,
            Self::Locked | Self::Denied => Code::KeychainLocked,
            Self::Unavailable { .. } | Self::Failed(_) => Code::KeychainUnavailable,
            Self::Invalid(_) => Code::ConfigurationInvalid,
            Self::KeyMissing => Code::CredentialsKeyMissing,
            Self::KeyWrong => Code::CredentialsKeyWrong,
            Self::Damaged { .. } => Code::CredentialsDamaged,
            Self::ReadOnly => Code::CredentialsReadOnly,
            Self::Ambiguous { .. } => Code::CredentialsAmbiguous,
            Self::Kept { code, .. } => *code,
        }
    }
}

impl From<StoreError> for CredentialError {
    fn from(error: StoreError) -> Self {
        Self::Kept { code: error.code(), reason: error.to_string() }
    }
}
