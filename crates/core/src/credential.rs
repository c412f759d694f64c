//! What is kept secret for a site, and the kinds of places it is kept in. The secrets themselves are not here.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Something that is kept for a site and needed to log in to its server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialType {
    /// The user name at the server.
    FtpUsername,
    /// The password at the server.
    FtpPassword,
}

impl CredentialType {
    /// Every type.
    pub const ALL: [Self; 2] = [Self::FtpUsername, Self::FtpPassword];

    /// The name used in references, in JSON and by the command.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FtpUsername => "ftp_username",
            Self::FtpPassword => "ftp_password",
        }
    }

    /// The type of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A kind of place where credentials are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub enum StoreKind {
    /// The system's password store: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.
    #[serde(rename = "keychain")]
    Keychain,
    /// An encrypted file of Slipway's own.
    #[serde(rename = "file")]
    File,
    /// Environment variables. Only ever read.
    #[serde(rename = "env")]
    Environment,
}

impl StoreKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Keychain, Self::File, Self::Environment];

    /// The name used in JSON and by the command.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keychain => "keychain",
            Self::File => "file",
            Self::Environment => "env",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back() {
        for kind in CredentialType::ALL {
            assert_eq!(CredentialType::parse(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        for kind in StoreKind::ALL {
            assert_eq!(StoreKind::parse(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
