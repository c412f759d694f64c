//! What a run says while it goes on. One stream, read by the progress display, the JSON output and the window.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::code::{Code, Failure};
use crate::run::{Outcome, RunId, RunState};

/// A file under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FileProgress {
    /// Its path below the publish folder.
    pub path: String,
    /// Bytes handed to the server so far.
    pub sent: u64,
    /// Its size in bytes.
    pub size: u64,
}

/// How far the run's present state has got.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Progress {
    /// Files done in this state.
    pub files_done: u64,
    /// Files to do in this state.
    pub files_total: u64,
    /// Bytes done in this state.
    pub bytes_done: u64,
    /// Bytes to do in this state.
    pub bytes_total: u64,
    /// Bytes a second, over the last seconds.
    pub bytes_per_second: u64,
    /// Seconds left, once that can be told.
    pub seconds_left: Option<u64>,
    /// Connections open.
    pub connections: u8,
    /// Files under way.
    pub active: Vec<FileProgress>,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileChange {
    /// It was sent, and waits out of sight.
    Sent,
    /// It went online.
    Live,
    /// It was taken off.
    Removed,
    /// It was brought down.
    Downloaded,
}

/// One thing that a run says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The run has come to another state. Written to the ledger before it is said.
    State {
        /// The run.
        run: RunId,
        /// Its state now.
        state: RunState,
    },
    /// What the run will do.
    Planned {
        /// Files that are not online yet.
        new: u64,
        /// Files that are online with other content.
        changed: u64,
        /// Files that will be taken off.
        removed: u64,
        /// Files that are online already.
        unchanged: u64,
        /// Bytes to send.
        bytes: u64,
        /// Of them, bytes that an interrupted run has sent already.
        bytes_waiting: u64,
    },
    /// What became of one file. Said for each: for logs rather than for people.
    File {
        /// What.
        change: FileChange,
        /// Its path below the publish folder.
        path: String,
        /// Its size in bytes, where it matters.
        #[serde(skip_serializing_if = "Option::is_none")]
        bytes: Option<u64>,
    },
    /// A build command is run.
    Command {
        /// As it was written.
        command: String,
    },
    /// A line that a build command wrote, without its line break; secrets are blotted out.
    Output {
        /// The line.
        line: String,
        /// Whether it came by standard error.
        error: bool,
    },
    /// How far it has got; at most ten times a second.
    Progress(Progress),
    /// Something worth knowing that stops nothing: a link that was left out, a way round something the server
    /// can't do.
    Note {
        /// In plain words.
        text: String,
        /// The file or folder it is about.
        #[serde(skip_serializing_if = "Option::is_none")]
        path: Option<String>,
    },
    /// Something passed wrong and is tried again.
    Retrying {
        /// What went wrong.
        code: Code,
        /// The file it is about, if any.
        #[serde(skip_serializing_if = "Option::is_none")]
        path: Option<String>,
        /// Which try comes next, counted from 1.
        attempt: u32,
        /// Tries in all.
        attempts: u32,
        /// The pause before it, in milliseconds.
        wait_ms: u64,
    },
    /// The end of a run that went well.
    Finished {
        /// `live`, or `done` for a run that published nothing.
        outcome: RunState,
        /// The run.
        run: RunId,
        /// What it did.
        #[serde(flatten)]
        summary: Outcome,
    },
    /// The end of a run that did not.
    Failed {
        /// The run, if it got so far as to have one.
        run: Option<RunId>,
        /// What went wrong.
        #[serde(flatten)]
        failure: Failure,
    },
}
