//! What goes wrong with servers, as types.

use std::fmt;

use slipway_core::{Certificate, Code};

/// A server's answer: the three digits and the words (RFC 959, section 4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The three digits.
    pub code: u16,
    /// The words, control characters taken out.
    pub text: String,
}

impl Reply {
    /// A reply made safe to show: control characters, which could steer a terminal, and marks of direction, which turn
    /// letters about, become spaces, and no more than 500 characters are kept.
    pub fn new(code: u16, text: &str) -> Self {
        let steers =
            |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let clean: String = text.chars().map(|c| if steers(c) { ' ' } else { c }).take(500).collect();
        Self { code, text: clean.trim().to_owned() }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.text)
    }
}

/// What went wrong at, or on the way to, a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RemoteError {
    /// The host name can't be resolved.
    #[error("the host name can't be resolved: {0}")]
    HostNotFound(String),
    /// Nothing listens there.
    #[error("the connection was refused: {0}")]
    ConnectionRefused(String),
    /// No answer in time.
    #[error("no answer to {doing} within {seconds} s")]
    TimedOut {
        /// What was waited for.
        doing: &'static str,
        /// How long, in seconds.
        seconds: u64,
    },
    /// The connection broke.
    #[error("the connection was lost: {0}")]
    Lost(String),
    /// FTPS was asked for and the server has none.
    #[error("the server offers no TLS: {0}")]
    SecureNotOffered(Reply),
    /// TLS could not be set up, for another reason than trust.
    #[error("TLS could not be set up: {0}")]
    SecureFailed(String),
    /// Nobody the system trusts vouches for the certificate.
    #[error("the certificate {} is not trusted", .0.sha256)]
    CertificateUnknown(Box<Certificate>),
    /// The certificate is another than the one that was pinned.
    #[error("the certificate {} is not the trusted one", .0.sha256)]
    CertificateChanged(Box<Certificate>),
    /// A data connection's TLS session was refused: the session can't be resumed often enough under TLS 1.3.
    #[error("the TLS session of a data connection was refused: {0}")]
    SessionRefused(String),
    /// User name or password refused.
    #[error("the login was refused: {0}")]
    LoginRejected(Reply),
    /// No (further) connection allowed now.
    #[error("too many connections: {0}")]
    TooManyConnections(Reply),
    /// Confirmed not to be there.
    #[error("not found: {0}")]
    NotFound(Reply),
    /// Not allowed.
    #[error("not allowed: {0}")]
    Denied(Reply),
    /// No space left, or quota used up.
    #[error("no space left: {0}")]
    Full(Reply),
    /// The server can't hold this name.
    #[error("the name is not allowed: {0}")]
    NameRefused(Reply),
    /// The server does not know the command.
    #[error("not supported: {0}")]
    Unsupported(Reply),
    /// Refused for now (most 4yz replies).
    #[error("refused for now: {0}")]
    TryLater(Reply),
    /// Refused, for a reason that the reply does not tell.
    #[error("refused: {0}")]
    Refused(Reply),
    /// The server says that it stored the file, and its size says otherwise.
    #[error("{sent} bytes were sent, and the server has {stored}")]
    SizeDisagrees {
        /// Bytes that the file has here.
        sent: u64,
        /// Bytes that the file has there.
        stored: u64,
    },
    /// An answer that makes no sense.
    #[error("the answer makes no sense: {0}")]
    Misbehaves(String),
    /// The local file can't be read.
    #[error("the local file can't be read: {0}")]
    LocalUnreadable(String),
    /// The local file is gone.
    #[error("the local file is gone")]
    LocalGone,
    /// The local file changed while it was sent.
    #[error("the local file changed while it was sent")]
    LocalChanged,
}

impl RemoteError {
    /// The code that screens and exit codes go by.
    pub fn code(&self) -> Code {
        match self {
            Self::HostNotFound(_) => Code::HostNotFound,
            Self::ConnectionRefused(_) => Code::ConnectionRefused,
            Self::TimedOut { .. } => Code::ConnectionTimedOut,
            Self::Lost(_) | Self::SessionRefused(_) | Self::TryLater(_) => Code::ConnectionLost,
            Self::SecureNotOffered(_) => Code::SecureNotOffered,
            Self::SecureFailed(_) => Code::SecureFailed,
            Self::CertificateUnknown(_) => Code::CertificateUnknown,
            Self::CertificateChanged(_) => Code::CertificateChanged,
            Self::LoginRejected(_) => Code::LoginRejected,
            Self::TooManyConnections(_) => Code::TooManyConnections,
            Self::NotFound(_) => Code::FolderNotFound,
            Self::Denied(_) | Self::Refused(_) => Code::PermissionDenied,
            Self::Full(_) => Code::HostingFull,
            Self::NameRefused(_) => Code::NameNotAllowed,
            Self::Unsupported(_) => Code::UnsupportedByServer,
            Self::SizeDisagrees { .. } | Self::Misbehaves(_) => Code::ServerMisbehaves,
            Self::LocalUnreadable(_) | Self::LocalGone => Code::LocalFileUnreadable,
            Self::LocalChanged => Code::LocalFileChanging,
        }
    }

    /// Whether the same thing, tried again later, may well succeed.
    pub fn can_pass(&self) -> bool {
        matches!(
            self,
            Self::TimedOut { .. }
                | Self::Lost(_)
                | Self::SessionRefused(_)
                | Self::TooManyConnections(_)
                | Self::TryLater(_)
                | Self::SizeDisagrees { .. }
                | Self::Misbehaves(_)
        )
    }

    /// Whether the connection can't be used after it.
    pub fn ends_connection(&self) -> bool {
        matches!(self, Self::TimedOut { .. } | Self::Lost(_) | Self::SessionRefused(_) | Self::Misbehaves(_))
    }

    /// The server's own words, if it said any.
    pub fn reply(&self) -> Option<&Reply> {
        match self {
            Self::SecureNotOffered(reply)
            | Self::LoginRejected(reply)
            | Self::TooManyConnections(reply)
            | Self::NotFound(reply)
            | Self::Denied(reply)
            | Self::Full(reply)
            | Self::NameRefused(reply)
            | Self::Unsupported(reply)
            | Self::TryLater(reply)
            | Self::Refused(reply) => Some(reply),
            _ => None,
        }
    }
}
