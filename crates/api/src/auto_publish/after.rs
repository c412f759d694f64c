//! What comes after a failure: another try, or a question.

use slipway_core::Code;

/// What comes after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// It passes by itself: another try, after a pause.
    Retry,
    /// Only a person can go on.
    Ask,
    /// A person, or what changes in the folder.
    AskOrChange,
}

/// What comes after a failure of this kind.
pub(super) fn after(code: Code) -> After {
    match code {
        Code::HostNotFound
        | Code::ConnectionRefused
        | Code::ConnectionTimedOut
        | Code::ConnectionLost
        | Code::SecureFailed
        | Code::TooManyConnections
        | Code::LocalFileUnreadable
        | Code::LocalFileUnwritable
        | Code::LocalFileChanging
        | Code::AnotherPublishRunning
        | Code::ThisComputerFull
        | Code::ServerMisbehaves
        | Code::Unexpected => After::Retry,
        Code::NameNotAllowed
        | Code::LocalFolderMissing
        | Code::LocalFolderEmpty
        | Code::ManyRemovals
        | Code::BuildFailed
        | Code::SourcesClash
        | Code::Cancelled => After::AskOrChange,
        Code::SecureNotOffered
        | Code::CertificateUnknown
        | Code::CertificateChanged
        | Code::LoginRejected
        | Code::FolderNotFound
        | Code::PermissionDenied
        | Code::HostingFull
        | Code::PasswordMissing
        | Code::KeychainLocked
        | Code::KeychainUnavailable
        | Code::CredentialsKeyMissing
        | Code::CredentialsKeyWrong
        | Code::CredentialsDamaged
        | Code::CredentialsReadOnly
        | Code::CredentialsAmbiguous
        | Code::Conflict
        | Code::ConfirmationNeeded
        | Code::BuildNotAllowed
        | Code::ImportFailed
        | Code::VersionMissing
        | Code::VersionDamaged
        | Code::UnsupportedByServer
        | Code::ConfigurationInvalid
        | Code::SiteNotFound
        | Code::SiteExists
        | Code::RunNotFound
        | Code::DataUnusable => After::Ask,
    }
}
