//! What Slipway keeps on this computer: sites, the ledger of runs, and where passwords are found. Everything here
//! blocks; an async caller wraps it in `spawn_blocking`. Knows nothing of servers and protocols.

pub mod credentials;
pub mod data_dir;
mod error;
pub mod import;
mod json_file;
pub mod ledger;
pub mod project;
mod replace;
pub mod settings;
pub mod sites;
mod versions;

pub use credentials::{
    CredentialError, Credentials, Found, KEY_VARIABLE, KeyAsker, KeyFor, Listed, SiteCredentials, StoreStatus,
};
pub use data_dir::{DataDir, SiteLock};
pub use error::StoreError;
pub use ledger::{CachedHash, JournalItem, Ledger, PlaceId, RunKind, RunRecord, Step, Unfinished};
pub use project::{Problem, ProblemKind, Project, References};
pub use settings::Settings;
pub use sites::Sites;
pub use slipway_core::StoreKind;
pub use versions::{Kept, Versions};
