//! A computer with a website on it, Slipway's data folder, and a window that listens.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::SecretString;
use serde_json::Value;
use slipway_api::Slipway;
use slipway_api::core::{Failure, Protocol, RunState, Sha256, Site, SiteName, StoreKind};
use slipway_api::desk::{Desk, HostEvent, PublishRequest, RunEvent, SiteView, Subscription};
use slipway_testkit::{Daemon, write_tree};
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// No run here takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// The pass phrase of the file of passwords.
pub(crate) const PHRASE: &str = "open sesame";

/// A computer with a website on it.
pub(crate) struct Computer {
    home: TempDir,
}

/// Its name.
pub(crate) fn shop() -> SiteName {
    SiteName::new("shop").unwrap()
}

pub(crate) fn secret(text: &str) -> SecretString {
    text.to_owned().into()
}

impl Computer {
    pub(crate) fn new() -> Self {
        let home = tempfile::Builder::new().prefix("slipway-desk-").tempdir().unwrap();
        fs::create_dir(home.path().join("website")).unwrap();
        Self { home }
    }

    /// The website's folder.
    pub(crate) fn folder(&self) -> PathBuf {
        self.home.path().join("website")
    }

    pub(crate) fn write(&self, files: &[(&str, &[u8])]) {
        write_tree(&self.folder(), files);
    }

    /// Slipway as a process that has just begun sees it.
    pub(crate) fn slipway(&self) -> Slipway {
        Slipway::open(Some(&self.home.path().join("data")), None).unwrap()
    }

    /// A window that has just been opened, where passwords are kept in the file. Nothing here looks at the system's own
    /// password store.
    pub(crate) async fn window(&self) -> Desk {
        let slipway = self.slipway();
        slipway.use_credential_store(StoreKind::File).await.unwrap();
        Desk::new(slipway)
    }

    /// The same, with the file of passwords open.
    pub(crate) async fn unlocked_window(&self) -> Desk {
        let desk = self.window().await;
        desk.unlock_passwords(secret(PHRASE)).await.unwrap();
        desk
    }

    /// The website as it is published to this server by FTPS.
    pub(crate) fn site(&self, daemon: &Daemon) -> Site {
        Site {
            port: Some(daemon.port()),
            trusted_certificate: Some(Sha256(daemon.certificate_sha256())),
            ..Site::new(shop(), self.folder(), daemon.host(), daemon.user())
        }
    }

    /// The same by plain FTP, as slow as so many bytes a second.
    pub(crate) fn slow_site(&self, daemon: &Daemon, limit: u64) -> Site {
        let limit = Some(limit);
        Site { protocol: Protocol::Ftp, trusted_certificate: None, limit, ..self.site(daemon) }
    }
}

/// Changes settings of the site.
pub(crate) async fn change(desk: &Desk, change: Value) -> Result<SiteView, Failure> {
    let Value::Object(change) = change else { panic!("{change}") };
    desk.change_site(&shop(), change, None).await
}

/// The same, with the password for another account.
pub(crate) async fn change_account(desk: &Desk, change: Value, password: &str) -> Result<SiteView, Failure> {
    let Value::Object(change) = change else { panic!("{change}") };
    desk.change_site(&shop(), change, Some(secret(password))).await
}

/// The only site.
pub(crate) async fn view(desk: &Desk) -> SiteView {
    let mut sites = desk.sites().await.unwrap();
    assert_eq!(sites.len(), 1);
    sites.remove(0)
}

/// Publishes the site, and waits for the end.
pub(crate) async fn publish(desk: &Desk, request: PublishRequest) -> RunEvent {
    let mut ears = Ears::of(desk).await;
    desk.publish(&shop(), request).await.unwrap();
    ears.until_the_end().await.pop().unwrap()
}

/// Publishes the site, which must go well.
pub(crate) async fn publish_well(desk: &Desk) {
    let end = publish(desk, PublishRequest::default()).await;
    assert!(matches!(end, RunEvent::Finished { outcome: RunState::Live, .. }), "{end:?}");
}

/// Publishes the site, which must fail.
pub(crate) async fn publish_badly(desk: &Desk) -> Failure {
    match publish(desk, PublishRequest::default()).await {
        RunEvent::Failed { failure, .. } => failure,
        end => panic!("{end:?}"),
    }
}

/// Someone who listens.
pub(crate) struct Ears {
    batches: UnboundedReceiver<Vec<HostEvent>>,
    heard: Vec<RunEvent>,
    _subscription: Subscription,
}

impl Ears {
    pub(crate) async fn of(desk: &Desk) -> Self {
        let (sender, batches) = unbounded_channel();
        let subscription = desk.subscribe(move |batch| drop(sender.send(batch))).await;
        Self { batches, heard: Vec::new(), _subscription: subscription }
    }

    /// The next batch.
    pub(crate) async fn batch(&mut self) -> Vec<RunEvent> {
        let batch = tokio::time::timeout(PATIENCE, self.batches.recv()).await;
        let batch = batch.unwrap_or_else(|_| panic!("nothing more after {:?}", self.heard)).unwrap();
        let run = |event: HostEvent| match event {
            HostEvent::Run { site, event } => {
                assert_eq!(site, shop());
                event
            }
            other => panic!("{other:?}"),
        };
        let batch: Vec<RunEvent> = batch.into_iter().map(run).collect();
        self.heard.extend(batch.clone());
        batch
    }

    /// Waits until something of the kind was said.
    pub(crate) async fn until(&mut self, is_it: impl Fn(&RunEvent) -> bool) {
        while !self.batch().await.iter().any(&is_it) {}
    }

    /// All that was said, up to the end of the run.
    pub(crate) async fn until_the_end(&mut self) -> Vec<RunEvent> {
        self.until(|event| matches!(event, RunEvent::Finished { .. } | RunEvent::Failed { .. })).await;
        std::mem::take(&mut self.heard)
    }
}

/// The states in what was said.
pub(crate) fn states(said: &[RunEvent]) -> Vec<RunState> {
    let state = |event: &RunEvent| match event {
        RunEvent::State { state, .. } => Some(*state),
        _ => None,
    };
    said.iter().filter_map(state).collect()
}

/// What was passed at a server.
pub(crate) fn passed<T: Send + 'static>() -> (Arc<Mutex<Vec<T>>>, impl Fn(T) + Send + Sync + 'static) {
    let list = Arc::new(Mutex::new(Vec::new()));
    let told = list.clone();
    (list, move |check| told.lock().unwrap().push(check))
}

/// The changes of a plan, as kinds by path.
pub(crate) fn rows(plan: &slipway_api::desk::PlanView) -> BTreeMap<String, String> {
    let kind = |row: &slipway_api::desk::ChangeRow| format!("{:?}", row.kind).to_lowercase();
    plan.changes.iter().map(|row| (row.path.to_string(), kind(row))).collect()
}
