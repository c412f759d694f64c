//! What happens in a publish: scan, plan, transfer, commit, verify, record. Works on any
//! [`slipway_remote::Connector`]; knows nothing of windows, terminals and JSON.

mod case;
mod check;
mod clock;
mod commit;
mod content;
mod excludes;
mod failure;
mod preview;
mod progress;
mod publish;
mod recover;
mod scan;
mod server_view;
mod spread;
mod staging;
mod tidy;
mod transfer;
mod work;

pub use check::{CheckReport, CheckStep, check};
pub use excludes::{DEFAULT_EXCLUDES, check_excludes};
pub use preview::{Preview, preview};
pub use publish::{PublishOptions, publish};
pub use scan::{Finding, FindingKind};
pub use work::{Events, Work, destination};
