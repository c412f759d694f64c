//! The app itself: what a person should know of it, and where it keeps passwords.

use std::path::PathBuf;

use serde::Serialize;
use slipway_core::StoreKind;
use ts_rs::TS;

/// What a person should know of the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct About {
    /// Slipway's version.
    pub version: String,
    /// The folder that holds everything Slipway keeps.
    pub data_folder: PathBuf,
    /// The folder of the logs.
    pub logs_folder: PathBuf,
}

/// What a pass phrase is needed for before a place can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PassPhrase {
    /// To open the encrypted file.
    Open,
    /// To make the encrypted file: the person chooses it now, and should type it twice.
    Create,
}

/// A kind of place that passwords are kept in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PasswordStore {
    /// The kind.
    pub kind: StoreKind,
    /// Where it keeps things, in plain words.
    pub description: String,
    /// Whether it can be used on this computer, with a pass phrase where one is needed.
    pub available: bool,
    /// Whether passwords are kept there.
    pub chosen: bool,
    /// Whether something can be kept there at all.
    pub writable: bool,
    /// The pass phrase that is needed first, if one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub passphrase: Option<PassPhrase>,
}
