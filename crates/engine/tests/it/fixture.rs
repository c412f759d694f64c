//! A site with a local folder, a ledger, and a server in memory.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use slipway_core::{Event, Failure, Outcome, PipelineStep, Retry, RunState, Site, SiteName};
use slipway_engine::{Events, Order, PublishOptions, Work, run};
use slipway_remote::Connector;
use slipway_remote::memory::{MemoryOptions, MemoryServer};
use slipway_store::{DataDir, Ledger, Versions};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// Everything a publish needs.
pub(crate) struct Fixture {
    pub(crate) folder: TempDir,
    pub(crate) data: TempDir,
    pub(crate) server: MemoryServer,
    pub(crate) site: Site,
    pub(crate) events: Arc<Mutex<Vec<Event>>>,
    pub(crate) cancel: CancellationToken,
}

impl Fixture {
    pub(crate) fn new(options: MemoryOptions) -> Self {
        let folder = TempDir::new().unwrap();
        let name = SiteName::new("test").unwrap();
        let mut site = Site::new(name, folder.path().to_owned(), "memory", "anna");
        site.connections = 3;
        site.retry = Retry { attempts: 3, first_wait_ms: 0, longest_wait_ms: 0 };
        Self {
            folder,
            data: TempDir::new().unwrap(),
            server: MemoryServer::new(options),
            site,
            events: Arc::default(),
            cancel: CancellationToken::new(),
        }
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        let file = self.folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, content).unwrap();
    }

    pub(crate) fn remove(&self, path: &str) {
        std::fs::remove_file(self.folder.path().join(path)).unwrap();
    }

    pub(crate) fn ledger(&self) -> Arc<Ledger> {
        Arc::new(Ledger::open(&self.data.path().join("ledger.db")).unwrap())
    }

    /// The content of the site's versions.
    pub(crate) fn versions(&self) -> Versions {
        DataDir::open(Some(self.data.path())).unwrap().versions(&self.site.name)
    }

    pub(crate) fn work(&self, connector: Arc<dyn Connector>, options: &PublishOptions) -> Work {
        let events = self.events.clone();
        let events = Events::new(move |event| events.lock().unwrap().push(event));
        let work =
            Work::new(self.site.clone(), self.ledger(), connector, options, events, self.cancel.clone());
        work.unwrap().with_versions(self.versions()).with_grace(Duration::ZERO)
    }

    pub(crate) async fn publish_over(
        &self,
        connector: Arc<dyn Connector>,
        options: &PublishOptions,
    ) -> Result<Outcome, Failure> {
        let work = self.work(connector, options);
        let order =
            Order { steps: vec![PipelineStep::Publish], publish: options.clone(), ..Order::default() };
        run(&work, &order).await.map(|(_, outcome)| outcome).map_err(|(_, failure)| failure)
    }

    pub(crate) async fn publish_with(&self, options: &PublishOptions) -> Result<Outcome, Failure> {
        self.publish_over(Arc::new(self.server.clone()), options).await
    }

    pub(crate) async fn publish(&self) -> Result<Outcome, Failure> {
        self.publish_with(&PublishOptions::default()).await
    }

    /// What visitors can see.
    pub(crate) fn online(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = self.server.files();
        files.retain(|path, _| !path.starts_with(".slipway"));
        files
    }

    /// What lies in the local folder.
    pub(crate) fn local(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(self.folder.path(), "", &mut files);
        files
    }

    /// Staging is empty: only the guard and one marker are left of Slipway's own.
    pub(crate) fn assert_tidy(&self) {
        let own: Vec<String> =
            self.server.files().into_keys().filter(|p| p.starts_with(".slipway")).collect();
        assert_eq!(own.len(), 2, "{own:?}");
        assert_eq!(own[0], ".slipway/.htaccess");
        assert!(own[1].starts_with(".slipway/last-"), "{own:?}");
        let folders = self.server.folders();
        assert_eq!(folders.iter().filter(|f| f.starts_with(".slipway/")).count(), 0, "{folders:?}");
    }

    pub(crate) fn states(&self) -> Vec<RunState> {
        let events = self.events.lock().unwrap();
        let state = |event: &Event| match event {
            Event::State { state, .. } => Some(*state),
            _ => None,
        };
        events.iter().filter_map(state).collect()
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
}
