//! What Slipway keeps on this computer: sites, the ledger of runs, and where passwords are found. Everything here
//! blocks; an async caller wraps it in `spawn_blocking`. Knows nothing of servers and protocols.

pub mod credentials;
pub mod data_dir;
mod error;
pub mod ledger;
mod replace;
pub mod sites;

pub use credentials::{CredentialError, Credentials, StoreKind};
pub use data_dir::{DataDir, SiteLock};
pub use error::StoreError;
pub use ledger::{CachedHash, JournalItem, Ledger, PlaceId, RunKind, RunRecord, Step, Unfinished};
pub use sites::Sites;
