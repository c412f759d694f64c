//! A site that is online in its old version, and in the folder in its new one; and publishes of it to scripted servers,
//! each from the same state.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use slipway_core::{
    Failure, Outcome, PipelineStep, Protocol, RemoteDir, Retry, ServerFacts, Sha256, Site, UploadsAhead,
};
use slipway_core::{OnConflict, SiteName};
use slipway_engine::{Events, Order, PublishOptions, Work, destination, run};
use slipway_remote::Throttle;
use slipway_remote::ftp::{FtpConnector, Options, Reached};
use slipway_store::Ledger;
use slipway_testkit::{ScriptedOrder, ScriptedServer, ScriptedTree, write_tree};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

type Files = BTreeMap<String, Vec<u8>>;

/// Entry pages, pages, assets; one file of the same size in both versions; files and folders that come, go, and turn
/// into each other.
const OLD: &[(&str, &str)] = &[
    ("index.html", "<h1>The old home</h1>"),
    ("about.html", "the same length, old"),
    ("style.css", "old { style: yes }"),
    ("same.txt", "as it was"),
    ("gone.txt", "goes"),
    ("old/only.html", "goes with its folder"),
    ("shared/ours.html", "goes; the folder stays"),
    ("becomes", "a folder, soon"),
    ("was/page.html", "in a folder that becomes a file"),
];
const NEW: &[(&str, &str)] = &[
    ("index.html", "<h1>The new home, and a longer one</h1>"),
    ("about.html", "the same length, new"),
    ("style.css", "new { style: yes; longer: too }"),
    ("same.txt", "as it was"),
    ("becomes/page.html", "in the folder"),
    ("was", "a file now"),
    ("new/deep/page.html", "a new page"),
    ("new/app.js", "new Asset()"),
    ("empty.txt", ""),
];
/// What the publish after it changes besides, so that there is something to do.
const LATER: (&str, &str) = ("same.txt", "as it is now");
/// What others put there.
const THEIRS: &[(&str, &str)] = &[
    ("foreign.txt", "nobody touches this"),
    ("shared/theirs.html", "nor this"),
    ("theirs/page.html", "nor this folder"),
];

/// The state that every publish begins with.
pub(super) struct Scene {
    /// With the old version, the new one, and a later one.
    folders: [TempDir; 3],
    /// The ledger as the first publish left it.
    data: TempDir,
    site: Site,
    pub(super) online: ScriptedTree,
}

/// How a publish ended, and what it left.
pub(super) struct Played {
    pub(super) result: Result<Outcome, Failure>,
    pub(super) tree: ScriptedTree,
    pub(super) record: Vec<String>,
    /// What visitors could have seen and should not.
    pub(super) complaints: Vec<String>,
}

fn files(of: &[(&str, &str)]) -> Files {
    of.iter().map(|&(path, content)| (path.to_owned(), content.into())).collect()
}

/// All files of the new version, and of others.
pub(super) fn new_site() -> Files {
    [files(NEW), files(THEIRS)].into_iter().flatten().collect()
}

/// All files of the old version, and of others.
pub(super) fn old_site() -> Files {
    [files(OLD), files(THEIRS)].into_iter().flatten().collect()
}

/// All files of the later version, and of others.
pub(super) fn later_site() -> Files {
    [files(NEW), files(THEIRS), files(&[LATER])].into_iter().flatten().collect()
}

/// What visitors can see.
pub(super) fn visible(tree: &ScriptedTree) -> Files {
    let seen = tree.files().filter(|(path, _)| !path.starts_with(".slipway/"));
    seen.map(|(path, content)| (path.to_owned(), content.to_vec())).collect()
}

/// What must hold at every moment: each file that can be seen is one whole version of itself, what others put there is
/// as it was, and what is in both the old and the new version is there, unless `gaps` are allowed.
fn is_whole(tree: &ScriptedTree, versions: &[Files; 3], gaps: bool) -> Result<(), String> {
    let now = visible(tree);
    for (path, content) in &now {
        if versions.iter().all(|version| version.get(path) != Some(content)) {
            let content = String::from_utf8_lossy(content);
            return Err(format!("{path} is of no version: {content:?}"));
        }
    }
    let [old, new, _] = versions;
    let lasting = old.keys().filter(|path| new.contains_key(*path));
    let theirs = THEIRS.iter().map(|(path, _)| path.to_string());
    let missing = lasting.filter(|_| !gaps).cloned().chain(theirs).find(|path| !now.contains_key(path));
    missing.map_or(Ok(()), |path| Err(format!("{path} is missing")))
}

/// What the record of the site says of commands that are written ahead of replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ahead {
    /// What was found out when the old version was published: the server bears batches.
    Known,
    /// Nothing: it is tried.
    Untried,
    /// The server bears none.
    Never,
}

impl Ahead {
    fn record(self, facts: &mut ServerFacts) {
        let (commands, uploads) = match self {
            Self::Known => return,
            Self::Untried => (None, None),
            Self::Never => (Some(false), Some(UploadsAhead::OneByOne)),
        };
        (facts.written_ahead, facts.uploads_ahead) = (commands, uploads);
    }
}

/// How to reach the server, and what it does wrong.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub(super) tls: bool,
    pub(super) ahead: Ahead,
    pub(super) order: Option<ScriptedOrder>,
}

/// Which version is published.
#[derive(Clone, Copy)]
pub(super) enum Version {
    Old,
    New,
    Later,
}

impl Scene {
    /// Publishes the old version, and puts the new one into the folder.
    pub(super) async fn new() -> Self {
        let (folders, data) = ([(); 3].map(|()| TempDir::new().unwrap()), TempDir::new().unwrap());
        let later: BTreeMap<&str, &str> = NEW.iter().copied().chain([LATER]).collect();
        let later: Vec<(&str, &str)> = later.into_iter().collect();
        for (folder, files) in folders.iter().zip([OLD, NEW, &later]) {
            let files: Vec<(&str, &[u8])> =
                files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
            write_tree(folder.path(), &files);
        }
        let anywhere = folders[0].path().to_owned();
        let mut site = Site::new(SiteName::new("test").unwrap(), anywhere, "scripted", "anna");
        site.retry = Retry { attempts: 3, first_wait_ms: 0, longest_wait_ms: 0 };
        site.connections = 1;
        let mut online = ScriptedTree::with_files(files(THEIRS));
        online.put_folder("theirs/empty");
        let mut scene = Self { folders, data, site, online };
        let ledger = Arc::new(Ledger::open(&scene.data.path().join("ledger.db")).unwrap());
        let way = Way { tls: false, ahead: Ahead::Known, order: None };
        let first = scene.play(Version::Old, &scene.online, ledger.clone(), way).await;
        first.result.unwrap();
        let facts = ledger.server_facts(ledger.place(&scene.site.name, &destination(&scene.site)).unwrap());
        assert_eq!(facts.unwrap().uploads_ahead, Some(UploadsAhead::Batch));
        assert_eq!(visible(&first.tree), old_site());
        scene.online = first.tree;
        scene
    }

    /// A ledger of one's own, as the first publish left it.
    pub(super) fn ledger(&self, data: &Path) -> Arc<Ledger> {
        std::fs::copy(self.data.path().join("ledger.db"), data.join("ledger.db")).unwrap();
        Arc::new(Ledger::open(&data.join("ledger.db")).unwrap())
    }

    /// Publishes a version to a server that holds `tree` and does as ordered.
    pub(super) async fn play(
        &self,
        version: Version,
        tree: &ScriptedTree,
        ledger: Arc<Ledger>,
        Way { tls, ahead, order }: Way,
    ) -> Played {
        let site = Site { folder: self.folders[version as usize].path().to_owned(), ..self.site.clone() };
        let versions = [old_site(), new_site(), later_site()];
        // Before the first publish, and after a run that failed, something may be missing.
        let gaps = !matches!(version, Version::New) || order.is_some_and(refuses_renames);
        let watch = Box::new(move |tree: &ScriptedTree| is_whole(tree, &versions, gaps));
        let server = ScriptedServer::start(tree.clone(), tls, order, watch);
        let place = ledger.place(&self.site.name, &destination(&self.site)).unwrap();
        let mut facts = ledger.server_facts(place).unwrap_or_default();
        ahead.record(&mut facts);
        let connector = FtpConnector::new(Options {
            host: "127.0.0.1".to_owned(),
            port: server.port(),
            protocol: if tls { Protocol::Ftps } else { Protocol::Ftp },
            user: "anna".to_owned(),
            password: "secret".to_owned().into(),
            remote_dir: RemoteDir::default(),
            trusted: tls.then(|| Sha256(ScriptedServer::certificate_sha256())),
            timeout: patience(order),
            throttle: Throttle::default(),
            facts,
            reached: Reached::default(),
        });
        let options = PublishOptions { on_conflict: OnConflict::Abort, ..PublishOptions::default() };
        let (events, cancel) = (Events::none(), CancellationToken::new());
        let work = Work::new(site, ledger, Arc::new(connector), &options, events, cancel).unwrap();
        let work = work.with_grace(Duration::ZERO);
        let order = Order { steps: vec![PipelineStep::Publish], publish: options, ..Order::default() };
        let result = run(&work, &order).await;
        let result = result.map(|(_, outcome)| outcome).map_err(|(_, failure)| failure);
        Played { result, tree: server.tree(), record: server.record(), complaints: server.complaints() }
    }
}

/// A server that goes on refusing to rename onto a file has the old one moved aside for a moment.
fn refuses_renames(order: ScriptedOrder) -> bool {
    use slipway_testkit::ScriptedFault::{DoneButRefused, Refuse};
    order.lasting && matches!(order.fault, Refuse(500..) | DoneButRefused(500..))
}

/// Only where nothing is said for ever is it worth giving up early; a busy computer must not be taken for a fault.
fn patience(order: Option<ScriptedOrder>) -> Duration {
    use slipway_testkit::ScriptedFault::{Hang, Late};
    match order.map(|order| order.fault) {
        Some(Hang | Late) => Duration::from_millis(700),
        _ => Duration::from_secs(30),
    }
}
