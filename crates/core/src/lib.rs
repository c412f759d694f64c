//! The domain of Slipway, pure: what a site is, what a publish would do, which states a run goes through and
//! which errors there are. Nothing here reads a file, opens a socket or knows of a runtime.

pub mod code;
pub mod credential;
pub mod digest;
pub mod event;
pub mod generator;
pub mod hosting_text;
pub mod local_name;
pub mod manifest;
pub mod path;
pub mod plan;
pub mod proof;
pub mod run;
pub mod server;
pub mod site;
pub mod units;
pub mod web_folder;

pub use code::{Code, ExitCode, Failure, SiteState};
pub use credential::{CredentialType, StoreKind};
pub use digest::Sha256;
pub use event::{Event, FileChange, FileProgress, Progress};
pub use generator::Generator;
pub use hosting_text::HostingText;
pub use manifest::{LocalFile, Manifest, Published, PublishedFile};
pub use path::{PathError, RemoteDir, RemotePath};
pub use plan::{
    Answer, Change, Conflict, ConflictReason, Decision, OnConflict, Plan, PlanOptions, Removal, Seen,
    ServerView, Totals, Turn, Upload, plan,
};
pub use proof::{Proof, ProofFinding, Unreached};
pub use run::{Outcome, PipelineStep, RunId, RunState, StepStatistics};
pub use server::{Certificate, Check, Distrust, Features, Publisher, ServerFacts, UploadsAhead};
pub use site::{Build, Compare, KeptVersions, Protocol, Pull, Retry, Site, SiteError, SiteName, Source};
