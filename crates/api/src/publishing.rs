//! Requests that look at a server or change it.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use slipway_core::{
    Check, Code, Event, Failure, Outcome, PipelineStep, RunId, RunState, Site, SiteName, StoreKind,
};
use slipway_engine::{CheckReport, Ended, Events, Preview, PublishOptions, Work};
use slipway_remote::Throttle;
use slipway_remote::ftp::{FtpConnector, Options, Reached};
use slipway_store::{Ledger, RunRecord, SiteLock, StoreError};
use tokio_util::sync::CancellationToken;

use crate::pipeline::{RunRequest, ended_in};
use crate::run_log::{self, RunLog};
use crate::{SiteChange, Slipway, credential, stored};

/// Who waits for another process of this computer to let go of a site looks this often.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// A run that ended well.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The run.
    pub run: RunId,
    /// What it did.
    pub outcome: Outcome,
    /// `Live`, or `Done` where nothing was published.
    pub state: RunState,
}

/// A user name and a password that were handed in.
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) password: SecretString,
}

impl Slipway {
    /// Connects, logs in, writes, renames and removes a probe file, and says what the server can do. `passed`, which
    /// must not block, is told what went well as it goes.
    pub async fn check(
        &self,
        name: &SiteName,
        passed: impl Fn(Check) + Send + Sync + 'static,
        events: Events,
        cancel: CancellationToken,
    ) -> Result<CheckReport, Failure> {
        let (passed, options) = (Arc::new(passed), PublishOptions::default());
        let told = passed.clone();
        let reached = Reached::new(move |check| told(check));
        let (work, _lock) = self.work_told(name, None, &options, reached, events, cancel).await?;
        let result = slipway_engine::check(&work, &*passed).await;
        self.leave(work);
        result
    }

    /// The same with other settings than the site has, and with another password if one is given. Changes neither.
    ///
    /// # Errors
    /// [`Code::PasswordMissing`] for another host or user without its password, before anything is sent.
    pub async fn check_with(
        &self,
        name: &SiteName,
        change: SiteChange,
        password: Option<SecretString>,
        events: Events,
        cancel: CancellationToken,
    ) -> Result<CheckReport, Failure> {
        let name = name.clone();
        let ready = self.blocking(move |this| {
            let before = this.described(&name)?;
            let lock = this.data.lock_site(&name).map_err(stored)?;
            let mut site = before.clone();
            change(&mut site)?;
            crate::sites::check(&site)?;
            crate::sites::must_have_password(&before, &site, password.as_ref())?;
            let login = password.map(|password| Login { user: site.user.clone(), password });
            Ok((
                this.ready(site, login, &PublishOptions::default(), Reached::default(), events, cancel)?,
                lock,
            ))
        });
        let (work, _lock) = ready.await?;
        let result = slipway_engine::check(&work, &|_| {}).await;
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
    ) -> Result<Finished, Failure> {
        let request = RunRequest {
            steps: Some(vec![PipelineStep::Publish]),
            publish: options,
            ..RunRequest::default()
        };
        self.run_steps(name, request, events, cancel).await
    }

    /// Does a run with its log written, and says its end.
    pub(crate) async fn recorded<F: Future<Output = Ended>>(
        &self,
        name: &SiteName,
        events: Events,
        run: impl FnOnce(Events) -> F,
    ) -> Result<Finished, Failure> {
        let log = RunLog::new(self.data.run_logs(name), self.kept_logs());
        let events = Events::new(move |event| {
            log.note(&event);
            events.send(event);
        });
        match run(events.clone()).await {
            Ok((run, outcome)) => {
                let (state, summary) = (ended_in(&outcome), outcome.clone());
                events.send(Event::Finished { outcome: state, run: run.clone(), summary });
                Ok(Finished { run, outcome, state })
            }
            Err((run, failure)) => {
                events.send(Event::Failed { run, failure: failure.clone() });
                Err(failure)
            }
        }
    }

    /// Says good-bye to the server behind the scenes.
    pub(crate) fn leave(&self, work: Work) {
        self.good_byes.spawn(async move { work.say_good_bye().await });
    }

    /// The site with its password and its lock, ready to work on.
    pub(crate) async fn work(
        &self,
        name: &SiteName,
        options: &PublishOptions,
        events: Events,
        cancel: CancellationToken,
    ) -> Result<(Work, SiteLock), Failure> {
        self.work_as(name, None, options, events, cancel).await
    }

    /// The same, with what is handed in instead of what is kept.
    pub(crate) async fn work_as(
        &self,
        name: &SiteName,
        login: Option<Login>,
        options: &PublishOptions,
        events: Events,
        cancel: CancellationToken,
    ) -> Result<(Work, SiteLock), Failure> {
        self.work_told(name, login, options, Reached::default(), events, cancel).await
    }

    /// The same, telling how far its connections come.
    async fn work_told(
        &self,
        name: &SiteName,
        login: Option<Login>,
        options: &PublishOptions,
        reached: Reached,
        events: Events,
        cancel: CancellationToken,
    ) -> Result<(Work, SiteLock), Failure> {
        let (name, options) = (name.clone(), options.clone());
        self.blocking(move |this| {
            let site = this.described(&name)?;
            let lock = this.lock(&name, options.wait, &cancel)?;
            Ok((this.ready(site, login, &options, reached, events, cancel)?, lock))
        })
        .await
    }

    /// A site with its password, ready to work on. The caller holds its lock. Blocks.
    fn ready(
        &self,
        site: Site,
        login: Option<Login>,
        options: &PublishOptions,
        reached: Reached,
        events: Events,
        cancel: CancellationToken,
    ) -> Result<Work, Failure> {
        let versions = self.data.versions(&site.name);
        let (site, password, store) = self.log_in_as(site, login)?;
        let work = work_on(site, password, self.ledger.clone(), options, reached, events, cancel)?;
        let work = work.with_versions(versions);
        Ok(match store {
            Some(store) => work.with_password_from(store),
            None => work,
        })
    }

    /// Takes the site, and waits for it if that is wished. Blocks.
    fn lock(&self, name: &SiteName, wait: bool, cancel: &CancellationToken) -> Result<SiteLock, Failure> {
        loop {
            match self.data.lock_site(name) {
                Err(StoreError::Locked { .. }) if wait && !cancel.is_cancelled() => {
                    std::thread::sleep(LOOK_AGAIN);
                }
                taken => return taken.map_err(stored),
            }
        }
    }

    /// With which user name and password to log in, and where the password was found.
    pub(crate) fn log_in_as(
        &self,
        site: Site,
        login: Option<Login>,
    ) -> Result<(Site, SecretString, Option<StoreKind>), Failure> {
        if let Some(login) = login.or_else(|| self.session.login(&site)) {
            return Ok((Site { user: login.user, ..site }, login.password, None));
        }
        let known = self.names()?;
        let (given, password, store) = match self.described_password(&site.name)? {
            Some((password, store)) => {
                let given = self.credentials.username(&site.name, Some(StoreKind::Environment), &known);
                (given.map_err(credential)?, password, store)
            }
            None => {
                let found = self.credentials.find(&site.name, site.credentials, &known);
                let found = found.map_err(credential)?;
                (found.username, found.password, found.store)
            }
        };
        tracing::info!(site = %site.name, store = store.as_str(), "the password was found");
        let user = match given {
            Some(user) => user,
            None if !site.user.is_empty() => site.user,
            None => {
                let kept = self.credentials.username(&site.name, site.credentials, &known);
                kept.map_err(credential)?.unwrap_or_default()
            }
        };
        Ok((Site { user, ..site }, password, Some(store)))
    }

    /// A site's runs, newest first.
    pub async fn history(&self, name: &SiteName, limit: usize) -> Result<Vec<RunRecord>, Failure> {
        let name = name.clone();
        self.blocking(move |this| {
            this.must_exist(&name)?;
            this.ledger.runs(&name, limit).map_err(stored)
        })
        .await
    }

    /// One run, by its id or the beginning of it.
    pub async fn run(&self, name: &SiteName, id: &str) -> Result<RunRecord, Failure> {
        let (name, id) = (name.clone(), id.to_owned());
        self.blocking(move |this| this.ledger.run(&name, &id).map_err(stored)).await
    }

    /// What a run wrote down while it went on; `None` where that is not kept any more.
    pub async fn run_log(&self, name: &SiteName, run: &RunId) -> Result<Option<String>, Failure> {
        let (name, run) = (name.clone(), run.clone());
        self.blocking(move |this| {
            let folder = this.data.run_logs(&name);
            run_log::read(&folder, &run)
                .map_err(|error| Failure::new(Code::DataUnusable, error).about(folder.display()))
        })
        .await
    }
}

/// A site that is logged in to with this password, ready to work on. Blocks.
pub(crate) fn work_on(
    site: Site,
    password: SecretString,
    ledger: Arc<Ledger>,
    options: &PublishOptions,
    reached: Reached,
    events: Events,
    cancel: CancellationToken,
) -> Result<Work, Failure> {
    // People may edit the file by hand.
    crate::sites::check(&site)?;
    let place = ledger.place(&site.name, &slipway_engine::destination(&site)).map_err(stored)?;
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
        facts: ledger.server_facts(place).map_err(stored)?,
        reached,
    });
    Work::new(site, ledger, Arc::new(connector), options, events, cancel)
}
