//! What is known of a server: what it says it can do, and what was learnt the hard way. Kept for each site, so
//! that it is asked once.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::digest::Sha256;

/// What a server says it can do: its answer to `FEAT` (RFC 2389).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Features {
    /// Names in UTF-8 (RFC 2640).
    pub utf8: bool,
    /// Listings made for programs (`MLSD`, RFC 3659, section 7).
    pub mlsd: bool,
    /// `SIZE` (RFC 3659, section 4).
    pub size: bool,
    /// `MDTM` (RFC 3659, section 3).
    pub mdtm: bool,
    /// `MFMT`, which sets a file's time (draft-somers-ftp-mfxx-04).
    pub mfmt: bool,
    /// `REST STREAM` (RFC 3659, section 5).
    pub rest: bool,
}

/// What is remembered of a site's server from one run to the next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServerFacts {
    /// The answer to `FEAT`; `None` until it was asked.
    pub features: Option<Features>,
    /// No more connections at once than this were allowed.
    pub connection_limit: Option<u8>,
    /// Data connections fail under TLS 1.3: the control connection's session can be resumed too few times
    /// (ProFTPD 1.3.8 hands out two tickets).
    pub tls12_only: bool,
    /// `EPSV` was refused; `PASV` works.
    pub pasv_only: bool,
    /// A rename onto an existing file was refused: the old file must go first.
    pub no_rename_over: bool,
    /// Whether replies keep the order of commands that are written ahead of them; `None` until it was tried.
    pub written_ahead: Option<bool>,
    /// How uploads are written ahead; `None` until it was tried.
    pub uploads_ahead: Option<UploadsAhead>,
}

/// How far ahead the commands of uploads can be written, farthest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UploadsAhead {
    /// Those of many files at once.
    Batch,
    /// The two of one file.
    Pair,
    /// Not at all.
    OneByOne,
}

/// Another computer that publishes a site, as its lock on the server says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Publisher {
    /// The user and the computer, as `anna@laptop`; `None` where the lock does not tell.
    pub name: Option<String>,
    /// Seconds since it last gave a sign of life, by the server's clock; `None` where that can't be told.
    pub silent_seconds: Option<u64>,
    /// It has been silent for so long that its place may be taken.
    pub may_be_replaced: bool,
}

/// What is tried at a server before anything is published there, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// It is there, and answers.
    Found,
    /// The connection is encrypted, and the server's certificate trusted. Never said of plain FTP.
    Secure,
    /// It accepted user name and password.
    SignedIn,
    /// Files can be saved, renamed and removed there.
    MaySave,
}

/// Why a certificate is not trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Distrust {
    /// Nobody the system trusts vouches for it; often the server's own signature.
    UnknownIssuer,
    /// It is made out for other names than the one that was asked for.
    WrongName,
    /// It has expired, or is not valid yet.
    OutOfDate,
    /// It was taken back by its issuer.
    Revoked,
    /// Something else about it is wrong.
    Other,
}

/// What a person needs to know of a certificate to decide about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Certificate {
    /// Digest of its DER form: what is pinned.
    pub sha256: Sha256,
    /// Whom it is made out to.
    pub subject: String,
    /// Who vouches for it.
    pub issuer: String,
    /// The host names and addresses it is valid for.
    pub names: Vec<String>,
    /// Valid from, in seconds since 1970 (UTC).
    pub not_before: i64,
    /// Valid until, in seconds since 1970 (UTC).
    pub not_after: i64,
    /// What is wrong with it.
    pub distrust: Distrust,
}
