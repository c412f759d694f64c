//! What a run works with.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use slipway_core::{Code, Event, Failure, FileChange, RemotePath, Site, StoreKind};
use slipway_remote::{Backoff, Connector, Pool, RemoteError};
use slipway_store::{CachedHash, Ledger, PlaceId, Versions};
use tokio_util::sync::CancellationToken;

use crate::clock::now_ms;
use crate::failure::{cancelled, stored};
use crate::grace::GRACE;
use crate::publish::PublishOptions;
use crate::scan::Finding;
use crate::server_lock::Owner;
use crate::tally::Tally;

/// Where a run's events go. Cheap to clone.
#[derive(Clone)]
pub struct Events(Arc<dyn Fn(Event) + Send + Sync>);

impl Events {
    /// Events go to `listener`, which must not block.
    pub fn new(listener: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self(Arc::new(listener))
    }

    /// Nobody listens.
    pub fn none() -> Self {
        Self::new(drop)
    }

    /// Says something.
    pub fn send(&self, event: Event) {
        (self.0)(event);
    }

    /// Says what was found about a local file.
    pub(crate) fn finding(&self, finding: &Finding) {
        let text = format!("It {}.", finding.kind.text());
        self.send(Event::Note { text, path: Some(finding.path.clone()) });
    }

    /// Says what became of a file.
    pub(crate) fn file(&self, change: FileChange, path: &RemotePath, bytes: Option<u64>) {
        self.send(Event::File { change, path: path.to_string(), bytes });
    }

    /// Says something worth knowing.
    pub(crate) fn note(&self, text: impl Into<String>, path: Option<&RemotePath>) {
        self.send(Event::Note { text: text.into(), path: path.map(ToString::to_string) });
    }
}

/// A site with all that is needed to work on it. The caller holds the site's lock for as long as this lives.
#[derive(Clone)]
pub struct Work {
    pub(crate) site: Arc<Site>,
    pub(crate) place: PlaceId,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) pool: Arc<Pool>,
    pub(crate) backoff: Backoff,
    pub(crate) events: Events,
    pub(crate) cancel: CancellationToken,
    pub(crate) tally: Arc<Tally>,
    pub(crate) password_from: Option<StoreKind>,
    pub(crate) versions: Option<Versions>,
    pub(crate) grace: Duration,
    pub(crate) owner: Arc<Owner>,
}

impl Work {
    /// Gets everything ready; connects to nothing yet. `site` already has what the options change. Blocks.
    pub fn new(
        site: Site,
        ledger: Arc<Ledger>,
        connector: Arc<dyn Connector>,
        options: &PublishOptions,
        events: Events,
        cancel: CancellationToken,
    ) -> Result<Self, Failure> {
        let place = ledger.place(&site.name, &destination(&site)).map_err(stored)?;
        let facts = connector.facts();
        let wanted = options.connections.unwrap_or(site.connections);
        let limit = facts.connection_limit.map_or(wanted, |learnt| learnt.min(wanted));
        let backoff = Backoff::new(site.retry);
        let said = events.clone();
        let on_retry = move |error: &RemoteError, attempt: u32, pause: Duration| {
            say_retry(&said, error.code(), None, attempt, backoff.attempts(), pause);
        };
        let pool = Pool::new(connector.clone(), limit, backoff, Box::new(on_retry));
        let owner = Arc::new(Owner::of(&site, &ledger)?);
        let site = Arc::new(site);
        let (tally, password_from, versions) = (Arc::default(), None, None);
        Ok(Self {
            site,
            place,
            ledger,
            connector,
            pool,
            backoff,
            events,
            cancel,
            tally,
            password_from,
            versions,
            grace: GRACE,
            owner,
        })
    }

    /// Keeps what is published there, so that it can be put back.
    pub fn with_versions(self, versions: Versions) -> Self {
        Self { versions: Some(versions), ..self }
    }

    /// How long what old pages refer to stays online after them, if not as long as usual.
    pub fn with_grace(self, grace: Duration) -> Self {
        Self { grace, ..self }
    }

    /// Notes where the password was found, for the record.
    pub fn with_password_from(self, store: StoreKind) -> Self {
        Self { password_from: Some(store), ..self }
    }

    /// The site.
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// Where the password was found.
    pub fn password_from(&self) -> Option<StoreKind> {
        self.password_from
    }

    /// The digests that are known of the files in the site's source folders.
    pub(crate) fn hashes(&self) -> Result<HashMap<Box<str>, CachedHash>, Failure> {
        let folders = self.site.source_folders();
        let said = folders.iter().map(|(folder, place)| format!("{}\n{place}\n", folder.display()));
        self.ledger.hashes(&self.site.name, &said.collect::<String>()).map_err(stored)
    }

    /// Marks runs at this place that never ended as interrupted. To be called before a run begins.
    pub(crate) async fn note_interrupted(&self) -> Result<(), Failure> {
        self.ledger(|ledger, place| ledger.interrupted(place, now_ms()).map(drop)).await
    }

    /// Runs what blocks, such as the ledger, where it may block.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        what: impl FnOnce(&Self) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let this = self.clone();
        match tokio::task::spawn_blocking(move || what(&this)).await {
            Ok(result) => result,
            Err(error) => Err(Failure::new(Code::Unexpected, error)),
        }
    }

    /// Writes to the ledger.
    pub(crate) async fn ledger<T: Send + 'static>(
        &self,
        what: impl FnOnce(&Ledger, PlaceId) -> Result<T, slipway_store::StoreError> + Send + 'static,
    ) -> Result<T, Failure> {
        self.blocking(move |this| what(&this.ledger, this.place).map_err(stored)).await
    }

    /// The same work where it can't be stopped any more: half of a switch-over must not be what visitors see.
    pub(crate) fn unstoppable(&self) -> Self {
        Self { cancel: CancellationToken::new(), ..self.clone() }
    }

    /// Waits for `what`, or for the user to stop it.
    pub(crate) async fn unless_cancelled<T>(
        &self,
        what: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(cancelled()),
            result = what => result,
        }
    }

    /// Says good-bye to the server. Nothing waits for it: what was done is done.
    pub async fn say_good_bye(&self) {
        self.pool.close().await;
    }

    /// Remembers what was learnt of the server.
    pub(crate) async fn leave(&self) {
        let mut facts = self.connector.facts();
        if let Some(limit) = self.pool.learnt_limit() {
            facts.connection_limit = Some(limit);
        }
        let kept = self.ledger(move |ledger, place| ledger.set_server_facts(place, &facts)).await;
        if let Err(error) = kept {
            tracing::warn!(%error, "what was learnt of the server is lost");
        }
    }
}

pub(crate) fn say_retry(
    events: &Events,
    code: Code,
    path: Option<String>,
    attempt: u32,
    attempts: u32,
    pause: Duration,
) {
    let wait_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
    events.send(Event::Retrying { code, path, attempt, attempts, wait_ms });
}

/// Where a site is published, as the ledger tells places apart. Another host, port, user or folder is another
/// place, with a record of its own; FTP and FTPS to the same port are the same.
pub fn destination(site: &Site) -> String {
    format!("{}{}", site.user, location(site))
}

/// What [`destination`] says of the server alone, for whichever user: it ends so.
pub fn location(site: &Site) -> String {
    format!("@{}:{}/{}", site.host.to_lowercase(), site.port(), site.remote_dir.as_str())
}
