//! A run: one publish, pull or pipeline from start to end, its steps, its states and its outcome.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::credential::StoreKind;
use crate::proof::Proof;

/// A run's id: 128 random bits in hexadecimal. It names the staging folder, so it can't be guessed by visitors.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct RunId(String);

impl RunId {
    /// An id from random bytes.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The text: 32 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text is not a run's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a run's id has 32 hexadecimal digits")]
pub struct RunIdError;

impl FromStr for RunId {
    type Err = RunIdError;
    fn from_str(text: &str) -> Result<Self, RunIdError> {
        let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() == 32 && text.bytes().all(hex) { Ok(Self(text.to_owned())) } else { Err(RunIdError) }
    }
}

impl TryFrom<String> for RunId {
    type Error = RunIdError;
    fn try_from(text: String) -> Result<Self, RunIdError> {
        text.parse()
    }
}

impl From<RunId> for String {
    fn from(id: RunId) -> String {
        id.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a run is. The order is the order of the way through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Accepted, not begun.
    Queued,
    /// The site is brought down from the server.
    Pulling,
    /// The site's own commands make it.
    Building,
    /// The local folder is looked at.
    Scanning,
    /// What has to be done is worked out.
    Planning,
    /// New content is sent, out of visitors' sight.
    Uploading,
    /// New content is switched over, file by file.
    GoingLive,
    /// What the site no longer has, and staging, are removed.
    TidyingUp,
    /// What is on the server is compared with what was sent.
    Checking,
    /// Published.
    Live,
    /// Done, without publishing.
    Done,
    /// Ended by an error.
    Failed,
    /// Ended by the user.
    Cancelled,
    /// The process ended in the middle; found by the next run.
    Interrupted,
}

impl RunState {
    /// The name used in JSON and in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Pulling => "pulling",
            Self::Building => "building",
            Self::Scanning => "scanning",
            Self::Planning => "planning",
            Self::Uploading => "uploading",
            Self::GoingLive => "going_live",
            Self::TidyingUp => "tidying_up",
            Self::Checking => "checking",
            Self::Live => "live",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Every state, in order.
    pub const ALL: [Self; 14] = [
        Self::Queued,
        Self::Pulling,
        Self::Building,
        Self::Scanning,
        Self::Planning,
        Self::Uploading,
        Self::GoingLive,
        Self::TidyingUp,
        Self::Checking,
        Self::Live,
        Self::Done,
        Self::Failed,
        Self::Cancelled,
        Self::Interrupted,
    ];

    /// Whether a run in this state has ended.
    pub fn is_final(self) -> bool {
        self >= Self::Live
    }

    /// Whether a run in this state ends early when it is told to: not once files go live, since that would leave visitors
    /// with pages of two versions of the site.
    pub fn may_be_stopped(self) -> bool {
        self < Self::GoingLive
    }

    /// Whether a run may go from this state to `next`: forwards, or to one of the three unhappy ends.
    pub fn may_become(self, next: Self) -> bool {
        !self.is_final() && next > self
    }
}

/// A step of the way from what is on the server to what will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PipelineStep {
    /// The site is brought down from the server.
    Pull,
    /// The site's own commands make it.
    Build,
    /// The site is brought online.
    Publish,
}

impl PipelineStep {
    /// The steps, in their order.
    pub const ALL: [Self; 3] = [Self::Pull, Self::Build, Self::Publish];

    /// The name used in JSON and by the command.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Build => "build",
            Self::Publish => "publish",
        }
    }

    /// The step of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == name)
    }
}

/// What a step of a run did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct StepStatistics {
    /// Which.
    pub step: PipelineStep,
    /// Files that were brought down, or went online; for a build, commands that were run.
    pub files: u64,
    /// Bytes that went over the line, those of repeated tries included.
    pub bytes: u64,
    /// Files that were there already, or were left as they were.
    pub skipped: u64,
    /// Files, or commands, that failed.
    pub failed: u64,
    /// Tries beyond the first, over all files.
    pub retries: u64,
    /// The most connections that were open at once.
    pub connections: u8,
    /// Seconds from its start to its end.
    pub seconds: f64,
}

impl StepStatistics {
    /// A step that has done nothing yet.
    pub fn new(step: PipelineStep) -> Self {
        Self { step, files: 0, bytes: 0, skipped: 0, failed: 0, retries: 0, connections: 0, seconds: 0.0 }
    }
}

/// What a finished run did.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Outcome {
    /// Files that went online.
    pub uploaded: u64,
    /// Files that were brought down.
    #[serde(default)]
    pub downloaded: u64,
    /// Files that were taken off.
    pub removed: u64,
    /// Files that were online already.
    pub unchanged: u64,
    /// Files that could not be published.
    pub failed: u64,
    /// Bytes sent, those of repeated tries included.
    pub bytes: u64,
    /// Seconds from start to end.
    pub seconds: f64,
    /// Tries beyond the first, over all files.
    pub retries: u64,
    /// The most connections that were open at once.
    pub connections: u8,
    /// What was done in another way than usual, or left out, in plain words.
    pub notes: Vec<String>,
    /// Where the password was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub password_from: Option<StoreKind>,
    /// What visitors were found to see, where the site has a web address and something went online.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub proof: Option<Proof>,
    /// What each of its steps did, in their order; the last one of a failed run may have been cut off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepStatistics>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_forwards_only() {
        for from in RunState::ALL {
            assert_eq!(RunState::parse(from.as_str()), Some(from));
            for to in RunState::ALL {
                assert_eq!(from.may_become(to), !from.is_final() && to > from, "{from:?} -> {to:?}");
            }
        }
        assert!(RunState::Uploading.may_become(RunState::Interrupted));
        assert!(!RunState::Live.may_become(RunState::Failed));
    }

    #[test]
    fn ids_are_hexadecimal() {
        let id = RunId::from_random([0xab; 16]);
        assert_eq!(id.as_str().parse(), Ok(id));
        assert!("../../etc".parse::<RunId>().is_err());
    }
}
