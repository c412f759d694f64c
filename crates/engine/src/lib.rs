//! What happens in a publish: scan, plan, transfer, commit, verify, record. Works on any
//! [`slipway_remote::Connector`]; knows nothing of windows, terminals and JSON.

mod blot;
mod build;
mod case;
mod check;
mod clock;
mod command;
mod commit;
mod content;
mod excludes;
mod failure;
mod folder;
mod pipeline;
mod preview;
mod progress;
mod publish;
mod pull;
mod recover;
mod run;
mod scan;
mod server_copy;
mod server_view;
mod sources;
mod spread;
mod staging;
mod survey;
mod tally;
mod tidy;
mod transfer;
mod tree;
mod work;

pub use build::build_digest;
pub use check::{CheckReport, CheckStep, check, check_somewhere, sign_in};
pub use command::Environment;
pub use excludes::{DEFAULT_EXCLUDES, check_excludes};
pub use folder::{FolderReport, FoundGenerator, look_at_folder};
pub use pipeline::{Order, RunPreview, preview_run, run};
pub use preview::{Preview, compare, preview};
pub use publish::PublishOptions;
pub use pull::{PullFinding, PullFindingKind, PullOptions, PullPreview, preview_pull};
pub use run::Ended;
pub use scan::{Finding, FindingKind};
pub use server_copy::fetch;
pub use survey::{ServerFolder, Survey, survey};
pub use work::{Events, Work, destination, location};
