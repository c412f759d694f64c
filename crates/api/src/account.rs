//! Requests about a server that no site names yet.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::SecretString;
use slipway_core::site::Protocol;
use slipway_core::{Check, Code, Failure, RemoteDir, Retry, Sha256, Site, SiteName};
use slipway_engine::{Events, PublishOptions, Survey, Work};
use slipway_remote::ftp::Reached;
use slipway_store::Ledger;
use tokio_util::sync::CancellationToken;

use crate::publishing::work_on;
use crate::{Slipway, stored};

/// Someone is waiting, who can try again: what can pass is tried once more, and no longer waited for than this, in
/// seconds.
const PATIENCE: u32 = 15;

/// How to reach a server that no site names yet, and as whom.
#[derive(Debug, Clone)]
pub struct Account {
    /// The server's host name or address.
    pub host: String,
    /// The user name.
    pub user: String,
    /// The password.
    pub password: SecretString,
    /// How one speaks to the server.
    pub protocol: Protocol,
    /// The port, if not the protocol's own.
    pub port: Option<u16>,
    /// Connections at once.
    pub connections: u8,
    /// The certificate that is trusted although the system does not know it.
    pub trusted_certificate: Option<Sha256>,
}

impl Account {
    fn site(&self) -> Result<Site, Failure> {
        let name = SiteName::new("account").map_err(|error| Failure::new(Code::Unexpected, error))?;
        Ok(Site {
            protocol: self.protocol,
            port: self.port,
            connections: self.connections,
            trusted_certificate: self.trusted_certificate,
            retry: Retry { attempts: 2, ..Retry::default() },
            timeout_seconds: PATIENCE,
            ..Site::new(name, PathBuf::new(), &self.host, &self.user)
        })
    }
}

impl Slipway {
    /// Connects, logs in and tries whether files can be saved. `passed`, which must not block, is told what went well
    /// as it goes. Leaves nothing behind, on the server or here.
    pub async fn check_account(
        &self,
        account: Account,
        passed: impl Fn(Check) + Send + Sync + 'static,
        cancel: CancellationToken,
    ) -> Result<(), Failure> {
        let passed = Arc::new(passed);
        let told = passed.clone();
        let work = self.account(account, Reached::new(move |check| told(check)), cancel).await?;
        let result = slipway_engine::check_somewhere(&work, &*passed).await;
        self.leave(work);
        result
    }

    /// Looks at the server's folders, for a person to choose where `local` is published.
    pub async fn survey(
        &self,
        account: Account,
        local: &Path,
        cancel: CancellationToken,
    ) -> Result<Survey, Failure> {
        let work = self.account(account, Reached::default(), cancel).await?;
        let result = slipway_engine::survey(&work, local).await;
        self.leave(work);
        result
    }

    /// The same of a site's server, from the folder that one logs in to.
    pub async fn survey_of(&self, name: &SiteName, cancel: CancellationToken) -> Result<Survey, Failure> {
        let name = name.clone();
        let (work, local) = self
            .blocking(move |this| {
                let (site, password, _) = this.log_in_as(this.described(&name)?, None)?;
                let local = site.source_folders().into_iter().next().map(|(folder, _)| folder);
                let retry = Retry { attempts: 2, ..Retry::default() };
                let site =
                    Site { remote_dir: RemoteDir::default(), retry, timeout_seconds: PATIENCE, ..site };
                let ledger = Arc::new(Ledger::in_memory().map_err(stored)?);
                let (options, reached) = (PublishOptions::default(), Reached::default());
                let work = work_on(site, password, ledger, &options, reached, Events::none(), cancel)?;
                Ok((work, local.unwrap_or_default()))
            })
            .await?;
        let result = slipway_engine::survey(&work, &local).await;
        self.leave(work);
        result
    }

    async fn account(
        &self,
        account: Account,
        reached: Reached,
        cancel: CancellationToken,
    ) -> Result<Work, Failure> {
        self.blocking(move |_| {
            let ledger = Arc::new(Ledger::in_memory().map_err(stored)?);
            let (site, options) = (account.site()?, PublishOptions::default());
            work_on(site, account.password, ledger, &options, reached, Events::none(), cancel)
        })
        .await
    }
}
