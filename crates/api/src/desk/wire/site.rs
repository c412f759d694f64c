//! A site with how it stands, and its runs.

use serde::Serialize;
use slipway_core::{Failure, Outcome, Progress, RunId, RunState, Site};
use ts_rs::TS;

use super::event::Planned;

/// What is online of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct Online {
    /// Files that Slipway put there.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When it last went online, in milliseconds since 1970.
    pub since_ms: i64,
}

/// A run that goes on, as far as it is known.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct RunNow {
    /// The run; `null` until it has a name.
    pub run: Option<RunId>,
    /// Its state now.
    pub state: RunState,
    /// What it will do, once it knows.
    pub planned: Option<Planned>,
    /// How far its present state has got.
    pub progress: Option<Progress>,
}

/// What a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// Bringing a site online.
    Publish,
    /// Putting an earlier version back.
    Undo,
    /// Bringing a site down.
    Pull,
    /// Several steps, one after the other.
    Pipeline,
}

/// A run as it is remembered.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct RunRecord {
    /// The run.
    pub run: RunId,
    /// What it was for.
    pub kind: RunKind,
    /// The last state that was recorded.
    pub state: RunState,
    /// When it began, in milliseconds since 1970.
    pub started_ms: i64,
    /// When it ended, in milliseconds since 1970; for an interrupted run, when that was found out.
    pub ended_ms: Option<i64>,
    /// What it did; `null` until it ended by itself.
    pub outcome: Option<Outcome>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// Whether what it brought online is kept, so that it can be put back.
    pub version: bool,
}

/// How the last run went, one that failed before it had a name included: such a run is not in the history.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct LastRun {
    /// What it was for.
    pub kind: RunKind,
    /// The state it ended in.
    pub state: RunState,
    /// When it began, in milliseconds since 1970.
    pub started_ms: i64,
    /// When it ended, in milliseconds since 1970; for an interrupted run, when that was found out.
    pub ended_ms: Option<i64>,
    /// What it did; `null` until it ended by itself.
    pub outcome: Option<Outcome>,
    /// Why it failed.
    pub failure: Option<Failure>,
}

impl From<slipway_store::RunRecord> for LastRun {
    fn from(record: slipway_store::RunRecord) -> Self {
        let slipway_store::RunRecord { kind, state, started_ms, ended_ms, outcome, failure, .. } = record;
        // They are shown with the run itself, and may be many.
        let outcome = outcome.map(|outcome| Outcome { notes: Vec::new(), ..outcome });
        Self { kind: kind.into(), state, started_ms, ended_ms, outcome, failure }
    }
}

impl From<slipway_store::RunRecord> for RunRecord {
    fn from(record: slipway_store::RunRecord) -> Self {
        let slipway_store::RunRecord { run, kind, state, started_ms, ended_ms, outcome, failure, version } =
            record;
        Self { run, kind: kind.into(), state, started_ms, ended_ms, outcome, failure, version }
    }
}

impl From<slipway_store::RunKind> for RunKind {
    fn from(kind: slipway_store::RunKind) -> Self {
        match kind {
            slipway_store::RunKind::Publish => Self::Publish,
            slipway_store::RunKind::Undo => Self::Undo,
            slipway_store::RunKind::Pull => Self::Pull,
            slipway_store::RunKind::Pipeline => Self::Pipeline,
        }
    }
}

/// A site with how it stands.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct SiteView {
    /// Its settings.
    pub site: Site,
    /// What is online of it; `null` if nothing is.
    pub online: Option<Online>,
    /// Changes that waited when the folder was last looked at; `null` if that is not known.
    pub waiting: Option<u64>,
    /// The run that goes on.
    pub running: Option<RunNow>,
    /// The last run that ended.
    pub last: Option<LastRun>,
}
