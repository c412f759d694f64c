//! What publishing would do, and what a publish is asked to do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use slipway_core::{Decision, RemotePath, RunId, Totals};
use ts_rs::TS;

/// What a change does to a file online.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It is not online.
    New,
    /// It is online with other content.
    Changed,
    /// It was published, and is gone from the server.
    Missing,
    /// A file is in its place that Slipway did not put there.
    Foreign,
    /// It is taken off.
    Removed,
}

/// One file that publishing would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ChangeRow {
    /// Its path below the publish folder.
    #[ts(as = "String")]
    pub path: RemotePath,
    /// What is done to it.
    pub kind: ChangeKind,
    /// Its size in bytes; of a file that is taken off, as it was published.
    pub size: u64,
    /// When the file on this computer was last saved, in milliseconds since 1970; `null` for a file that is gone.
    pub modified_ms: Option<i64>,
}

/// A file that someone else changed on the server since it was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ConflictRow {
    /// Its path below the publish folder.
    #[ts(as = "String")]
    pub path: RemotePath,
    /// Whether publishing would remove it, rather than replace it.
    pub removal: bool,
    /// Its size on the server in bytes.
    pub server_size: u64,
    /// When it was changed by the server's clock, in milliseconds since 1970, where the server says so.
    pub server_modified_ms: Option<i64>,
    /// Its size on this computer in bytes, if it is here.
    pub local_size: Option<u64>,
    /// When it was last saved on this computer, in milliseconds since 1970.
    pub local_modified_ms: Option<i64>,
}

/// Whose version of a file stays that someone else changed on the server. The rest says which version of theirs was seen,
/// as the [`ConflictRow`] did: another one is not replaced, but asked about again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ConflictAnswer {
    /// Whose stays.
    pub decision: Decision,
    /// Its size on the server in bytes.
    pub server_size: u64,
    /// When it was changed by the server's clock, in milliseconds since 1970, where the server says so.
    pub server_modified_ms: Option<i64>,
}

/// What publishing would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PlanView {
    /// Every file that would change, by path.
    pub changes: Vec<ChangeRow>,
    /// Files that are online already.
    pub unchanged: u64,
    /// Bytes to send; some may wait on the server already.
    pub bytes: u64,
    /// Of them, bytes that an interrupted run has sent already.
    pub bytes_waiting: u64,
    /// What is online of the site once it is published.
    pub after: Totals,
    /// Files that need an answer first.
    pub conflicts: Vec<ConflictRow>,
    /// More than half of the site would go.
    pub removes_much: bool,
}

/// What a publish is asked to do besides the usual.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(rename = "PublishOptions")]
pub struct PublishRequest {
    /// Go on although much would be removed.
    #[ts(as = "Option<_>", optional)]
    pub yes: bool,
    /// Take nothing off.
    #[ts(as = "Option<_>", optional)]
    pub keep_removed: bool,
    /// Patterns, as in `.gitignore`, left out of this publish; their copies stay online.
    #[ts(as = "Option<_>", optional)]
    pub leave_out: Vec<String>,
    /// Connections at once, if not as the site says.
    #[ts(optional)]
    pub connections: Option<u8>,
    /// For each file that someone else changed: whose stays.
    #[ts(as = "Option<BTreeMap<String, ConflictAnswer>>", optional)]
    pub conflicts: BTreeMap<RemotePath, ConflictAnswer>,
    /// Put back what this run brought online, instead of publishing the folder.
    #[ts(optional)]
    pub version: Option<RunId>,
    /// Take the place of another computer that has been silent for ten minutes.
    #[ts(as = "Option<_>", optional)]
    pub take_over: bool,
    /// Take off what Slipway did not put there; holds the name that was typed.
    #[ts(optional)]
    pub purge_confirmed: Option<String>,
}
