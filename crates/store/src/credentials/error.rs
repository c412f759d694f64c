//! What can go wrong with passwords.

use slipway_core::Code;

/// Why a password could not be had or kept. Holds no password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// No password is kept for the site.
    #[error("no password is kept for this site")]
    NotFound,
    /// The password store is locked, and nobody was there to unlock it.
    #[error("the system's password store is locked")]
    Locked,
    /// The user, or the system for them, refused access.
    #[error("access to the system's password store was refused")]
    Denied,
    /// This computer has no password store that answers.
    #[error("the system's password store can't be used ({reason}); set {variable} instead")]
    Unavailable {
        /// What the system said.
        reason: String,
        /// The environment variable that Slipway takes the password from.
        variable: String,
    },
    /// It can't be used as a password or user name; says which, and why.
    #[error("{0}")]
    Invalid(String),
    /// The password store failed in another way.
    #[error("the system's password store failed: {0}")]
    Failed(String),
}

impl CredentialError {
    /// The kind, for the edge.
    pub fn code(&self) -> Code {
        match self {
            Self::NotFound => Code::PasswordMissing,
            Self::Locked | Self::Denied => Code::KeychainLocked,
            Self::Unavailable { .. } | Self::Failed(_) => Code::KeychainUnavailable,
            Self::Invalid(_) => Code::ConfigurationInvalid,
        }
    }
}
