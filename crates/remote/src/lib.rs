//! Servers, seen through the operations that publishing needs: the [`Remote`] trait, FTP and FTPS, a server in
//! memory, and what stands between them and the engine: pool, retries, bandwidth limit.
//!
//! Knows nothing of plans, ledgers or runs.

mod error;
pub mod faulty;
pub mod ftp;
pub mod memory;
mod pool;
mod remote;
mod retry;
mod throttle;

pub use error::{RemoteError, Reply};
pub use pool::{Lease, OnRetry, Pool};
pub use remote::{
    Connector, Each, Entry, EntryKind, Made, OnBytes, RESUME_FROM, Remote, Rename, Source, Stored, Upload,
};
pub use retry::Backoff;
pub use throttle::Throttle;
