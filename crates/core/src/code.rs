//! Error codes: the closed list that the screens, the exit codes and the docs share.
//!
//! A code says what kind of thing went wrong, so that something can act on it. The sentence for a person is made
//! from it at the edge; nothing below the edge writes sentences for people.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::run::RunState;
use crate::server::{Certificate, Publisher};

/// What the `slipway` command ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Done.
    Done = 0,
    /// The publish failed.
    Failed = 1,
    /// The command was called wrongly.
    Usage = 2,
    /// Bad configuration, or no such site.
    Configuration = 3,
    /// Something about credentials.
    Credentials = 4,
    /// The server can't be reached, or does not let us in.
    Connection = 5,
    /// A person must decide: a conflict, a guard rail, an unknown certificate.
    Decision = 6,
    /// Stopped by the user.
    Cancelled = 7,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal => $exit:ident,)+) => {
        /// A kind of failure.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
        #[serde(rename_all = "snake_case")]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The name used in JSON, in the ledger and in the docs.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// What the command ends with.
            pub fn exit(self) -> ExitCode {
                match self { $(Self::$name => ExitCode::$exit,)+ }
            }
        }
    };
}

codes! {
    /// The host name can't be resolved.
    HostNotFound = "host_not_found" => Connection,
    /// Nothing listens at the address, or a firewall says so.
    ConnectionRefused = "connection_refused" => Connection,
    /// No answer in time.
    ConnectionTimedOut = "connection_timed_out" => Connection,
    /// The connection broke, and could not be made again.
    ConnectionLost = "connection_lost" => Failed,
    /// FTPS was asked for, and the server has none.
    SecureNotOffered = "secure_not_offered" => Connection,
    /// The encrypted connection could not be set up, for another reason than the certificate.
    SecureFailed = "secure_failed" => Connection,
    /// The server's certificate is not vouched for by anyone the system trusts.
    CertificateUnknown = "certificate_unknown" => Decision,
    /// The certificate is not the one that was trusted, and the system does not vouch for it.
    CertificateChanged = "certificate_changed" => Decision,
    /// The server refused the user name or the password.
    LoginRejected = "login_rejected" => Connection,
    /// The server allows no (further) connection at the moment.
    TooManyConnections = "too_many_connections" => Connection,
    /// The publish folder, or one on the way to it, is not there and can't be made.
    FolderNotFound = "folder_not_found" => Failed,
    /// The server does not let this user write there.
    PermissionDenied = "permission_denied" => Failed,
    /// The hosting space is full, or the quota used up.
    HostingFull = "hosting_full" => Failed,
    /// Names that the server, or FTP itself, can't take.
    NameNotAllowed = "name_not_allowed" => Failed,
    /// The site's folder on this computer is not there.
    LocalFolderMissing = "local_folder_missing" => Configuration,
    /// The site's folder on this computer holds nothing to publish.
    LocalFolderEmpty = "local_folder_empty" => Failed,
    /// Local files or folders can't be read.
    LocalFileUnreadable = "local_file_unreadable" => Failed,
    /// Local files or folders can't be written.
    LocalFileUnwritable = "local_file_unwritable" => Failed,
    /// A local file changes faster than it can be sent.
    LocalFileChanging = "local_file_changing" => Failed,
    /// No password is kept for the site.
    PasswordMissing = "password_missing" => Credentials,
    /// The password store is locked.
    KeychainLocked = "keychain_locked" => Credentials,
    /// There is no password store on this computer.
    KeychainUnavailable = "keychain_unavailable" => Credentials,
    /// The pass phrase of the file of passwords is not known.
    CredentialsKeyMissing = "credentials_key_missing" => Credentials,
    /// The pass phrase of the file of passwords is another.
    CredentialsKeyWrong = "credentials_key_wrong" => Credentials,
    /// The file of passwords was cut short or altered.
    CredentialsDamaged = "credentials_damaged" => Credentials,
    /// Passwords can only be read there, not kept.
    CredentialsReadOnly = "credentials_read_only" => Credentials,
    /// Environment variables don't tell two sites apart.
    CredentialsAmbiguous = "credentials_ambiguous" => Credentials,
    /// Files were changed on the server by someone else.
    Conflict = "conflict" => Decision,
    /// More than half of the site would be removed.
    ManyRemovals = "many_removals" => Decision,
    /// What would be done can't be undone, and was not confirmed.
    ConfirmationNeeded = "confirmation_needed" => Decision,
    /// The site's build commands have not been allowed to run.
    BuildNotAllowed = "build_not_allowed" => Decision,
    /// A build command failed, or took too long.
    BuildFailed = "build_failed" => Failed,
    /// Two of the site's folders hold a file for the same place.
    SourcesClash = "sources_clash" => Configuration,
    /// A file that sites are to be imported from can't be understood.
    ImportFailed = "import_failed" => Configuration,
    /// The version that is to be put back is not kept on this computer.
    VersionMissing = "version_missing" => Failed,
    /// Content of the version that is to be put back is missing, or was altered.
    VersionDamaged = "version_damaged" => Failed,
    /// Another process, here or on another computer, publishes this site.
    AnotherPublishRunning = "another_publish_running" => Failed,
    /// No space left on this computer.
    ThisComputerFull = "this_computer_full" => Failed,
    /// The server says one thing and does another.
    ServerMisbehaves = "server_misbehaves" => Failed,
    /// The server lacks something that is needed.
    UnsupportedByServer = "unsupported_by_server" => Failed,
    /// The user stopped the run.
    Cancelled = "cancelled" => Cancelled,
    /// The settings are wrong.
    ConfigurationInvalid = "configuration_invalid" => Configuration,
    /// There is no site of that name.
    SiteNotFound = "site_not_found" => Configuration,
    /// A site of that name exists already.
    SiteExists = "site_exists" => Configuration,
    /// There is no such run.
    RunNotFound = "run_not_found" => Configuration,
    /// What Slipway keeps on this computer can't be read or written.
    DataUnusable = "data_unusable" => Configuration,
    /// A fault of Slipway.
    Unexpected = "unexpected" => Failed,
}

impl Code {
    /// The code of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == name)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How the site stands for visitors after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SiteState {
    /// Online exactly as before.
    Untouched,
    /// Never published, and nothing is online yet.
    NothingOnline,
    /// Cut off while going live: every file is whole, some are new and some old.
    PartlySwitched,
    /// The new site is online.
    Live,
    /// Not known.
    Unknown,
}

/// A run or request that failed, as the edge needs it to make a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Failure {
    /// The kind.
    pub code: Code,
    /// How far the run had got.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub stage: Option<RunState>,
    /// How the site stands.
    pub site: SiteState,
    /// The file or folder it is about, or the first of several.
    pub path: Option<String>,
    /// How many it is about, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub count: Option<u64>,
    /// The server's own words.
    pub server_reply: Option<String>,
    /// The certificate that a person must decide about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub certificate: Option<Box<Certificate>>,
    /// Who publishes the site, where another computer does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub publisher: Option<Box<Publisher>>,
    /// What the error said of itself and its causes; for the log and for experts, never shown as the message.
    pub detail: String,
}

impl Failure {
    /// A failure of a request that is not a run, or before a run has begun.
    pub fn new(code: Code, detail: impl fmt::Display) -> Self {
        Self {
            code,
            stage: None,
            site: SiteState::Untouched,
            path: None,
            count: None,
            server_reply: None,
            certificate: None,
            publisher: None,
            detail: detail.to_string(),
        }
    }

    /// The same, about a file or folder.
    pub fn about(mut self, path: impl fmt::Display) -> Self {
        self.path = Some(path.to_string());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_one_name_everywhere() {
        for &code in Code::ALL {
            assert_eq!(Code::parse(code.as_str()), Some(code));
            assert_eq!(serde_json::to_string(&code).unwrap(), format!("\"{}\"", code.as_str()));
        }
        assert_eq!(Code::parse("no_such_code"), None);
    }
}
