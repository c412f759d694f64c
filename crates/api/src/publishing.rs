//! Requests that look at a server or change it.

use std::sync::Arc;
use std::time::Duration;

use slipway_core::{Event, Failure, Outcome, RunId, RunState, Site, SiteName};
use slipway_engine::{CheckReport, Events, Preview, PublishOptions, Work};
use slipway_remote::Throttle;
use slipway_remote::ftp::{FtpConnector, Options};
use slipway_store::{RunRecord, SiteLock};
use tokio_util::sync::CancellationToken;

use crate::{Slipway, credential, stored};

/// A publish that went live.
#[derive(Debug, Clone)]
pub struct Published {
    /// The run.
    pub run: RunId,
    /// What it did.
    pub outcome: Outcome,
}

impl Slipway {
    /// Connects, logs in, writes, renames and removes a probe file, and says what the server can do.
    pub async fn check(
        &self,
        name: &SiteName,
        events: Events,
        cancel: CancellationToken,
    ) -> Result<CheckReport, Failure> {
        let (work, _lock) = self.work(name, &PublishOptions::default(), events, cancel).await?;
        let result = slipway_engine::check(&work).await;
        self.leave(work);
        result
    }

    /// What a publish would do. Changes nothing, here or on the server.
    pub async fn preview(
        &self,
        name: &SiteName,
        options: PublishOptions,
        events: Events,
        cancel: CancellationToken,
    ) -> Result<Preview, Failure> {
        let (work, _lock) = self.work(name, &options, events, cancel).await?;
        let result = slipway_engine::preview(&work, &options).await;
        self.leave(work);
        result
    }

    /// Publishes a site. The last event is `Finished` or `Failed`, whatever happens.
    pub async fn publish(
        &self,
        name: &SiteName,
        options: PublishOptions,
        events: Events,
        cancel: CancellationToken,
    ) -> Result<Published, Failure> {
        let result = match self.work(name, &options, events.clone(), cancel).await {
            Ok((work, _lock)) => {
                let result = slipway_engine::publish(&work, &options).await;
                self.leave(work);
                result
            }
            Err(failure) => Err((None, failure)),
        };
        match result {
            Ok((run, outcome)) => {
                let summary = outcome.clone();
                events.send(Event::Finished { outcome: RunState::Live, run: run.clone(), summary });
                Ok(Published { run, outcome })
            }
            Err((run, failure)) => {
                events.send(Event::Failed { run, failure: failure.clone() });
                Err(failure)
            }
        }
    }

    /// Says good-bye to the server behind the scenes.
    fn leave(&self, work: Work) {
        self.good_byes.spawn(async move { work.say_good_bye().await });
    }

    /// The site with its password and its lock, ready to work on.
    async fn work(
        &self,
        name: &SiteName,
        options: &PublishOptions,
        events: Events,
        cancel: CancellationToken,
    ) -> Result<(Work, SiteLock), Failure> {
        let (name, options) = (name.clone(), options.clone());
        self.blocking(move |this| {
            let site = this.sites.get(&name).map_err(stored)?;
            let lock = this.data.lock_site(&name).map_err(stored)?;
            // People may edit the file by hand.
            crate::sites::check(&site)?;
            let (password, store) = this.credentials.password(&name).map_err(credential)?;
            tracing::info!(site = %name, store = store.as_str(), "the password was found");
            let user = this.credentials.username(&name).map_err(credential)?;
            let site = Site { user: user.unwrap_or(site.user), ..site };
            let place = this.ledger.place(&name, &slipway_engine::destination(&site)).map_err(stored)?;
            let connector = FtpConnector::new(Options {
                host: site.host.clone(),
                port: site.port(),
                protocol: site.protocol,
                user: site.user.clone(),
                password,
                remote_dir: site.remote_dir.clone(),
                trusted: site.trusted_certificate,
                timeout: Duration::from_secs(site.timeout_seconds.into()),
                throttle: Throttle::new(options.limit.or(site.limit)),
                facts: this.ledger.server_facts(place).map_err(stored)?,
            });
            let work = Work::new(site, this.ledger.clone(), Arc::new(connector), &options, events, cancel)?;
            Ok((work, lock))
        })
        .await
    }

    /// A site's runs, newest first.
    pub async fn history(&self, name: &SiteName, limit: usize) -> Result<Vec<RunRecord>, Failure> {
        let name = name.clone();
        self.blocking(move |this| {
            this.sites.get(&name).map_err(stored)?;
            this.ledger.runs(&name, limit).map_err(stored)
        })
        .await
    }

    /// One run, by its id or the beginning of it.
    pub async fn run(&self, name: &SiteName, id: &str) -> Result<RunRecord, Failure> {
        let (name, id) = (name.clone(), id.to_owned());
        self.blocking(move |this| this.ledger.run(&name, &id).map_err(stored)).await
    }
}
