//! What is found before a site is added: in its folder, in a hosting mail, on its server.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use slipway_core::{Protocol, RemoteDir, Sha256};
use ts_rs::TS;

/// A site generator that a folder's sources are for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Generator {
    /// What it is called.
    pub name: String,
    /// The folder that it makes, below the folder looked at.
    pub output: String,
    /// Files in it; 0 where it is not there yet.
    pub output_files: u64,
    /// The command that makes it.
    pub command: String,
}

/// What was found in a folder that may become a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct FolderReport {
    /// The folder.
    pub folder: PathBuf,
    /// Files that would be published.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The page that visitors see first, if there is one.
    pub start_page: Option<String>,
    /// The generator, if it looks like the sources of a site.
    pub generator: Option<Generator>,
    /// Files that hold secrets; they are never published.
    pub secrets: Vec<String>,
}

/// What was found in a pasted text. The password is for its field in the form, and for nothing else: this is shown to
/// no log.
#[derive(Clone, Serialize, TS)]
pub struct HostingText {
    /// The server's name or address.
    pub host: Option<String>,
    /// The user name at the server.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<String>,
    /// The server's port.
    pub port: Option<u16>,
    /// How one speaks to the server.
    pub protocol: Option<Protocol>,
    /// The publish folder.
    pub remote_dir: Option<RemoteDir>,
    /// Where visitors see the site.
    pub web_url: Option<String>,
}

/// How to reach a server that no site names yet.
#[derive(Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The server's name or address.
    pub host: String,
    /// The user name at the server.
    pub user: String,
    /// Its password.
    #[ts(type = "string")]
    pub password: SecretString,
    /// How one speaks to the server.
    pub protocol: Protocol,
    /// The server's port; `null` for the protocol's own.
    pub port: Option<u16>,
    /// Connections at once.
    pub connections: u8,
    /// The certificate that is trusted although the system does not know it.
    pub trusted_certificate: Option<Sha256>,
}

/// A folder on a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct RemoteFolder {
    /// Its path, as a site names it.
    pub path: String,
    /// Files in it and below; `null` if it was not looked into.
    pub files: Option<u64>,
    /// Of them, files that have the name of one that would be published.
    pub same_name: u64,
    /// The folders in it.
    pub folders: Vec<RemoteFolder>,
}

/// The folders of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ServerFolders {
    /// The folder that a login lands in.
    pub root: RemoteFolder,
    /// The folder that visitors most likely see.
    pub likely: String,
    /// Their address, guessed.
    pub web_url: Option<String>,
}
