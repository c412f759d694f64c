//! The one surface that the app and the command share: every request Slipway answers, with its reply, and one
//! kind of error, [`Failure`]. Bodies are written once here; a front end only turns them into words.

mod account;
mod auto_publish;
#[cfg(test)]
mod bindings;
mod catalog;
mod credentials;
pub mod desk;
mod importing;
pub mod logging;
mod looking;
mod pipeline;
mod publishing;
mod run_log;
mod session;
mod sites;
mod versions;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};

use slipway_core::{Code, Failure};
use slipway_store::{CredentialError, Credentials, DataDir, Ledger, Sites, StoreError};

pub use account::Account;
pub use auto_publish::{AutoPublisher, AutoState, PollingReason};
pub use catalog::{ProjectProblem, check_project};
pub use credentials::{CredentialList, KeptCredential, SignIn, SignedIn};
pub use pipeline::{AllowBuild, RunRequest};
pub use publishing::Finished;
pub use sites::SiteChange;
pub use slipway_core as core;
pub use slipway_engine::{
    CheckReport, CheckStep, Events, Finding, FindingKind, FolderReport, FoundGenerator, Pace, Preview,
    PublishOptions, PullOptions, PullPreview, RunPreview, ServerFolder, Survey, build_digest,
};
pub use slipway_store::import::{Import, ImportKind, Imported, Skipped};
pub use slipway_store::project::{self, Shown};
pub use slipway_store::{KeyFor, RunKind, RunRecord, StoreStatus};
pub use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use catalog::Catalog;
use session::Session;

/// Slipway, with all that it keeps on this computer. Cheap to clone.
#[derive(Clone)]
pub struct Slipway {
    data: DataDir,
    catalog: Arc<Catalog>,
    ledger: Arc<Ledger>,
    credentials: Arc<Credentials>,
    session: Session,
    /// Copies of servers' files that an earlier session left are taken away once.
    copies: Arc<Once>,
    good_byes: TaskTracker,
}

impl Slipway {
    /// Opens the data folder: the given one, else `SLIPWAY_DATA_DIR`, else the platform's. The sites are those of
    /// the project file, if one is given, else those in the data folder. Blocks.
    pub fn open(data_dir: Option<&Path>, project: Option<&Path>) -> Result<Self, Failure> {
        let data = DataDir::open(data_dir).map_err(stored)?;
        let catalog = match project {
            Some(file) => Catalog::project(file)?,
            None => Catalog::Sites(Sites::open(&data).map_err(stored)?),
        };
        let ledger = Arc::new(Ledger::open(&data.ledger_file()).map_err(stored)?);
        let credentials = Arc::new(Credentials::system(&data));
        let (session, copies, good_byes) = (Session::default(), Arc::new(Once::new()), TaskTracker::new());
        Ok(Self { data, catalog: Arc::new(catalog), ledger, credentials, session, copies, good_byes })
    }

    /// Waits until all servers have been said good-bye to, a few seconds at most. To be called before the process
    /// ends; a server that is left without a word keeps the connection open for a while, and counts it.
    pub async fn close(&self) {
        self.good_byes.close();
        self.good_byes.wait().await;
    }

    /// The folder for logs.
    pub fn logs(&self) -> PathBuf {
        self.data.logs()
    }

    /// Runs what blocks where it may block.
    async fn blocking<T: Send + 'static>(
        &self,
        what: impl FnOnce(&Self) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let this = self.clone();
        match tokio::task::spawn_blocking(move || what(&this)).await {
            Ok(result) => result,
            Err(error) => Err(Failure::new(Code::Unexpected, error)),
        }
    }
}

fn stored(error: StoreError) -> Failure {
    Failure::new(error.code(), error)
}

fn credential(error: CredentialError) -> Failure {
    Failure::new(error.code(), error)
}
