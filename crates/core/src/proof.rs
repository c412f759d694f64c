//! What visitors see of a publish that went live: the published pages compared with what the web address gives.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What was found when the published pages were fetched from the web address. A finding, never a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProofFinding {
    /// Visitors see what was published.
    Live,
    /// Something on the way still hands out an older copy.
    Cached,
    /// The web address shows another folder than the one that was published to.
    OtherFolder,
    /// A program makes the pages, or changes them on the way: they can't be compared.
    Program,
    /// Nothing could be fetched.
    Unreachable,
}

impl ProofFinding {
    /// Every finding.
    pub const ALL: [Self; 5] =
        [Self::Live, Self::Cached, Self::OtherFolder, Self::Program, Self::Unreachable];

    /// The name used in JSON and in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Cached => "cached",
            Self::OtherFolder => "other_folder",
            Self::Program => "program",
            Self::Unreachable => "unreachable",
        }
    }
}

/// Why nothing could be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Unreached {
    /// No server has this name.
    HostNotFound,
    /// No web server answers there.
    Refused,
    /// It did not answer in time.
    TimedOut,
    /// Its certificate is not one that a browser accepts.
    Certificate,
    /// It asks for a password (401), or turns visitors away (403).
    Locked,
    /// It sends visitors on to another website, or in circles.
    Redirected,
    /// It answered with an error, or with what is no answer.
    Failed,
}

/// What came of looking at the site as a visitor does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Proof {
    /// What was found.
    pub finding: ProofFinding,
    /// Files that were fetched and compared.
    pub compared: u64,
    /// Of them, those that are as they were published.
    pub same: u64,
    /// The first file that shows the finding, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub path: Option<String>,
    /// Why nothing could be fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<Unreached>,
}
