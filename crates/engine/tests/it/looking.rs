//! What only looks: comparing with the record, surveying a server, fetching one file. And checks, which leave nothing.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use slipway_core::{Change, Check, Code, PipelineStep, RemotePath, Sha256, Totals};
use slipway_engine::{
    Order, PublishOptions, ServerFolder, Work, check, check_somewhere, compare, fetch, preview, run, survey,
};
use slipway_remote::faulty::{Delayed, Fault, Faulty, Operation};
use slipway_remote::memory::{MemoryOptions, MemoryServer};
use slipway_remote::{Connector, RemoteError, Reply};
use slipway_testkit::{
    Daemon, HostileEntry, HostileServer, Kind, Options as DaemonOptions, Tls, refused_port, snapshot,
};

use crate::fixture::Fixture;
use crate::pull_servers::connector;

fn fixture() -> Fixture {
    Fixture::new(MemoryOptions::default())
}

fn path(path: &str) -> RemotePath {
    RemotePath::new(path).unwrap()
}

fn on(fixture: &Fixture, connector: Arc<dyn Connector>) -> Work {
    fixture.work(connector, &PublishOptions::default())
}

fn to(daemon: &Daemon) -> Arc<dyn Connector> {
    let trusted = Some(Sha256(daemon.certificate_sha256()));
    connector(daemon.host(), daemon.port(), daemon.user(), daemon.password(), trusted)
}

fn hostile(server: &HostileServer) -> Arc<dyn Connector> {
    connector("127.0.0.1", server.port(), "anna", "x", None)
}

#[tokio::test]
async fn comparing_connects_to_nothing() {
    let fixture = fixture();
    fixture.write("index.html", "home");
    fixture.write("about.html", "about");
    let nowhere = refused_port();
    let work = on(&fixture, connector("127.0.0.1", nowhere.port(), "anna", "", None));
    let first = compare(&work, &PublishOptions::default()).await.unwrap();
    assert_eq!(first.plan.count(Change::New), 2);
    assert_eq!(first.plan.after, Totals { files: 2, bytes: 9 });

    fixture.publish().await.unwrap();
    fixture.write("about.html", "about us");
    fixture.write("new.html", "new");
    fixture.remove("index.html");
    fixture.server.put("about.html", b"edited there");
    let asked = fixture.server.log().len();
    let work = on(&fixture, Arc::new(fixture.server.clone()));
    let compared = compare(&work, &PublishOptions::default()).await.unwrap();
    assert_eq!(fixture.server.log().len(), asked);
    let uploads: Vec<_> = compared.plan.uploads.iter().map(|u| (u.path.as_str(), u.change)).collect();
    assert_eq!(uploads, [("about.html", Change::Changed), ("new.html", Change::New)]);
    assert_eq!(compared.plan.removals[0].path, path("index.html"));
    assert!(compared.plan.conflicts.is_empty(), "what others did is not known");
    assert_eq!((compared.plan.after, compared.bytes_waiting), (Totals { files: 2, bytes: 11 }, 0));

    let options =
        PublishOptions { keep_removed: true, leave_out: vec!["new.html".into()], ..Default::default() };
    let less = compare(&work, &options).await.unwrap().plan;
    assert_eq!((less.uploads.len(), less.removals.len(), less.after.files), (1, 0, 2));
}

#[tokio::test]
async fn comparing_knows_what_waits_on_the_server() {
    let fixture = fixture();
    fixture.write("a.html", "first");
    fixture.write("b.html", "second");
    let goes_live = |operation: &Operation| matches!(operation, Operation::Rename(_, to) if !to.is_own());
    let faulty = Faulty::new(fixture.server.clone(), move |operation, _| {
        let denied = RemoteError::Denied(Reply::new(550, "no"));
        goes_live(operation).then_some(Fault::Error(denied))
    });
    fixture.publish_over(Arc::new(faulty), &PublishOptions::default()).await.unwrap_err();
    fixture.write("b.html", "other words");
    let work = on(&fixture, Arc::new(fixture.server.clone()));
    let compared = compare(&work, &PublishOptions::default()).await.unwrap();
    assert_eq!(compared.bytes_waiting, 5);
    let asked = preview(&work, &PublishOptions::default()).await.unwrap();
    assert_eq!(asked.bytes_waiting, 5);
}

/// The folders of a survey below `root`, with their files, and those of the same name.
fn flat(folder: &ServerFolder, root: &str, all: &mut BTreeMap<String, (Option<u64>, u64)>) {
    let below = folder.path.strip_prefix(root).unwrap_or_else(|| panic!("{} is not in {root}", folder.path));
    all.insert(below.trim_start_matches('/').to_owned(), (folder.files, folder.same_name));
    folder.folders.iter().for_each(|inner| flat(inner, root, all));
}

fn flattened(root: &ServerFolder) -> BTreeMap<String, (Option<u64>, u64)> {
    let mut all = BTreeMap::new();
    flat(root, &root.path, &mut all);
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_survey_counts_what_is_there() {
    for kind in Kind::ALL {
        let daemon = Daemon::start(kind);
        daemon.write_tree(&[
            ("readme.txt", b"1"),
            ("public_html/index.html", b"2"),
            ("public_html/css/site.css", b"3"),
            ("public_html/.htaccess", b"4"),
            ("public_html/.slipway/x", b"5"),
            ("logs/old/2020/1/access.log", b"6"),
            (".hidden/index.html", b"7"),
        ]);
        std::fs::create_dir(daemon.root().join("empty")).unwrap();
        daemon.own_tree();
        let before = snapshot(daemon.root());
        let fixture = fixture();
        fixture.write("index.html", "home");
        fixture.write("css/site.css", "css");
        fixture.write("new.html", "new");
        let work = on(&fixture, to(&daemon));
        let survey = survey(&work, fixture.folder.path()).await.unwrap();
        work.say_good_bye().await;
        let expected: BTreeMap<String, (Option<u64>, u64)> = [
            ("", (Some(4), 0)),
            ("empty", (Some(0), 0)),
            ("logs", (Some(0), 0)),
            ("logs/old", (Some(0), 0)),
            ("logs/old/2020", (Some(0), 0)),
            ("public_html", (Some(3), 2)),
            ("public_html/css", (Some(1), 0)),
        ]
        .map(|(path, counts)| (path.to_owned(), counts))
        .into();
        assert_eq!(flattened(&survey.root), expected, "{kind:?}");
        assert!(survey.root.path.starts_with('/'), "{kind:?}: {}", survey.root.path);
        assert_eq!(survey.paths().len(), 7);
        assert_eq!(snapshot(daemon.root()), before, "{kind:?}");

        // What it calls a folder is what a site takes.
        let mut fixture = fixture;
        let found = survey.paths().into_iter().find(|path| path.ends_with("public_html")).unwrap();
        fixture.site.remote_dir = slipway_core::RemoteDir::new(&found).unwrap();
        assert_eq!(fixture.site.remote_dir.as_str(), found, "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_survey_looks_at_the_likely_first_and_ends_in_time() {
    let server = MemoryServer::default();
    for i in 0..120 {
        server.put(&format!("a{i:03}/b/index.html"), b"x");
    }
    server.put("www/css/deep/site.css", b"x");
    let fixture = fixture();
    fixture.write("deep/site.css", "x");
    let slow = Delayed::new(server, Duration::from_millis(500));
    let begin = tokio::time::Instant::now();
    let found = survey(&on(&fixture, Arc::new(slow)), fixture.folder.path()).await.unwrap();
    assert!(begin.elapsed() < Duration::from_secs(11), "{:?}", begin.elapsed());
    let all = flattened(&found.root);
    assert_eq!(all["www/css"], (Some(1), 1));
    assert_eq!(all["www/css/deep"], (Some(1), 0));
    let unseen = all.values().filter(|(files, _)| files.is_none()).count();
    assert!(unseen > 50, "{unseen} of {}", all.len());
    assert!(all.len() >= 122, "folders are named all the same");
}

#[tokio::test]
async fn a_survey_has_an_end_where_the_server_has_none() {
    let fixture = fixture();
    fixture.write("index.html", "x");
    let names = async |entries: Vec<HostileEntry>| {
        let server = HostileServer::start(entries);
        let found = survey(&on(&fixture, hostile(&server)), fixture.folder.path()).await.unwrap();
        flattened(&found.root).into_keys().collect::<Vec<_>>()
    };
    let mut many: Vec<_> = (0..1_000).map(|i| HostileEntry::folder(format!("f{i}"), [])).collect();
    many.push(HostileEntry::folder("www", (0..60).map(|i| HostileEntry::folder(format!("w{i}"), []))));
    let found = names(many).await;
    assert_eq!(found.len(), 300);
    assert_eq!(found.iter().filter(|name| name.starts_with("www/")).count(), 50);

    let endless = [
        HostileEntry::itself("www"),
        HostileEntry::folder("../../etc", []),
        HostileEntry::folder("a", []).listed(5),
    ];
    let found = names(endless.into()).await;
    assert_eq!(found, ["", "a", "www", "www/a", "www/www", "www/www/a", "www/www/www"]);
}

#[tokio::test]
async fn a_survey_that_cannot_begin_says_why() {
    let fixture = fixture();
    let missing = survey(&on(&fixture, Arc::new(fixture.server.clone())), Path::new("/no/such/folder")).await;
    assert_eq!(missing.unwrap_err().code, Code::LocalFolderMissing);
    let nowhere = refused_port();
    let work = on(&fixture, connector("127.0.0.1", nowhere.port(), "anna", "", None));
    assert_eq!(survey(&work, fixture.folder.path()).await.unwrap_err().code, Code::ConnectionRefused);
    // A login folder that no one may look into is the only one that is known.
    let closed = Faulty::new(fixture.server.clone(), |operation, _| {
        matches!(operation, Operation::List(_))
            .then(|| Fault::Error(RemoteError::Denied(Reply::new(550, "no"))))
    });
    let found = survey(&on(&fixture, Arc::new(closed)), fixture.folder.path()).await.unwrap();
    assert_eq!((found.root.path.as_str(), found.root.files, found.paths().len()), ("/", None, 1));
    // One that is not told is named as servers take it anyway.
    fixture.server.put("www/index.html", b"x");
    let silent = Faulty::new(fixture.server.clone(), |operation, _| {
        matches!(operation, Operation::LoginFolder)
            .then(|| Fault::Error(RemoteError::Unsupported(Reply::new(502, "no"))))
    });
    let found = survey(&on(&fixture, Arc::new(silent)), fixture.folder.path()).await.unwrap();
    assert_eq!(found.paths(), ["", "www"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_file_is_brought_down() {
    for kind in Kind::ALL {
        let daemon = Daemon::start(kind);
        let large = vec![b'x'; 3_000_000];
        daemon.write_tree(&[("a b/größe.html", b"theirs"), ("large.bin", &large), ("empty.txt", b"")]);
        let fixture = fixture();
        let work = on(&fixture, to(&daemon));
        let into = fixture.folder.path().join("copies/one/file.html");
        for (name, content) in [("a b/größe.html", &b"theirs"[..]), ("large.bin", &large), ("empty.txt", b"")]
        {
            fetch(&work, &path(name), &into).await.unwrap_or_else(|failure| panic!("{kind:?}: {failure}"));
            assert!(std::fs::read(&into).unwrap() == content, "{kind:?} {name}");
        }
        let gone = fetch(&work, &path("a b/gone.html"), &into).await.unwrap_err();
        assert_eq!(
            (gone.code, gone.path.as_deref()),
            (Code::FolderNotFound, Some("a b/gone.html")),
            "{kind:?}"
        );
        assert_eq!(snapshot(fixture.folder.path()).len(), 1, "{kind:?}: nothing else is left");
        work.say_good_bye().await;
    }
}

#[tokio::test]
async fn of_a_server_that_lies_nothing_is_kept() {
    let server = HostileServer::start([
        HostileEntry::file("long.html", vec![b'x'; 2_000_000]).saying_size(10),
        HostileEntry::file("short.html", "short").saying_size(10),
        HostileEntry::file("good.html", "good"),
    ]);
    let fixture = fixture();
    let work = on(&fixture, hostile(&server));
    let into = fixture.folder.path().join("copy.html");
    fetch(&work, &path("good.html"), &into).await.unwrap();
    for name in ["long.html", "short.html"] {
        let failure = fetch(&work, &path(name), &into).await.unwrap_err();
        assert_eq!((failure.code, failure.path.as_deref()), (Code::ServerMisbehaves, Some(name)));
    }
    assert_eq!(std::fs::read(&into).unwrap(), b"good");
    let in_the_way = fetch(&work, &path("good.html"), &into.join("below/x")).await.unwrap_err();
    assert_eq!(in_the_way.code, Code::LocalFileUnwritable);
    fixture.cancel.cancel();
    assert_eq!(fetch(&work, &path("good.html"), &into).await.unwrap_err().code, Code::Cancelled);
    assert_eq!(snapshot(fixture.folder.path()).len(), 1);
}

/// Notes what passed.
fn listener() -> (Arc<Mutex<Vec<Check>>>, impl Fn(Check) + Sync) {
    let passed = Arc::new(Mutex::new(Vec::new()));
    let told = passed.clone();
    (passed, move |check| told.lock().unwrap().push(check))
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_good_if_files_can_be_saved_in_one_of_its_folders() {
    use std::os::unix::fs::PermissionsExt;
    for kind in Kind::ALL {
        let daemon = Daemon::with(kind, DaemonOptions { tls: Tls::None, ..DaemonOptions::default() });
        daemon.write_tree(&[("a/x", b"x"), ("public_html/index.html", b"x")]);
        let to = || connector(daemon.host(), daemon.port(), daemon.user(), daemon.password(), None);
        let closed = |folder: &str, mode| {
            let folder = daemon.root().join(folder);
            std::fs::set_permissions(folder, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        let fixture = fixture();
        let before = snapshot(daemon.root());
        for (folders, good) in [(&[][..], true), (&["", "a"], true), (&["", "a", "public_html"], false)] {
            folders.iter().for_each(|folder| closed(folder, 0o555));
            let (passed, told) = listener();
            let work = on(&fixture, to());
            let checked = check_somewhere(&work, &told).await.map_err(|failure| failure.code);
            work.say_good_bye().await;
            let expected = if good { Ok(()) } else { Err(Code::PermissionDenied) };
            assert_eq!(checked, expected, "{kind:?} {folders:?}");
            let expected = if good { &[Check::MaySave][..] } else { &[] };
            assert_eq!(*passed.lock().unwrap(), expected, "{kind:?} {folders:?}");
            // The publish folder itself is what a site needs.
            let (passed, told) = listener();
            let checked = check(&on(&fixture, to()), &told).await;
            assert_eq!(checked.is_ok(), folders.is_empty(), "{kind:?} {folders:?}");
            assert_eq!(passed.lock().unwrap().len(), usize::from(folders.is_empty()));
        }
        ["", "a", "public_html"].iter().for_each(|folder| closed(folder, 0o755));
        assert_eq!(snapshot(daemon.root()), before, "{kind:?}: nothing is left behind");
    }
}

#[tokio::test]
async fn nothing_is_said_to_be_saved_where_the_folder_is_not_there_yet() {
    let fixture = Fixture::new(MemoryOptions { root_exists: false, ..MemoryOptions::default() });
    let (passed, told) = listener();
    let report = check(&on(&fixture, Arc::new(fixture.server.clone())), &told).await.unwrap();
    assert!(report.steps.iter().any(|step| step.detail.contains("not there yet")));
    assert!(passed.lock().unwrap().is_empty() && fixture.server.files().is_empty());
}

#[tokio::test]
async fn a_check_that_is_stopped_in_the_middle_leaves_nothing() {
    for somewhere in [false, true] {
        let fixture = fixture();
        let cancel = fixture.cancel.clone();
        let faulty = Faulty::new(fixture.server.clone(), move |operation, _| {
            if matches!(operation, Operation::Upload(_)) {
                cancel.cancel();
            }
            None
        });
        // Far enough away that it could be given up between two commands.
        let far = Delayed::new(faulty, Duration::from_millis(1));
        let work = on(&fixture, Arc::new(far));
        let passed = |check| assert_ne!(check, Check::MaySave);
        let stopped = if somewhere {
            check_somewhere(&work, &passed).await.unwrap_err()
        } else {
            check(&work, &passed).await.unwrap_err()
        };
        assert_eq!(stopped.code, Code::Cancelled);
        assert!(fixture.server.files().is_empty(), "{:?}", fixture.server.files());
    }
}

#[tokio::test]
async fn what_was_brought_down_is_not_new() {
    let fixture = fixture();
    fixture.server.put("index.html", b"home");
    fixture.server.put("about.html", b"about");
    let server: Arc<dyn Connector> = Arc::new(fixture.server.clone());
    let order = Order { steps: vec![PipelineStep::Pull], ..Order::default() };
    run(&on(&fixture, server.clone()), &order).await.unwrap();
    fixture.write("about.html", "about us");
    fixture.write("new.html", "new");
    let compared = compare(&on(&fixture, server), &PublishOptions::default()).await.unwrap().plan;
    let uploads: Vec<_> = compared.uploads.iter().map(|u| (u.path.as_str(), u.change)).collect();
    assert_eq!(uploads, [("about.html", Change::Foreign), ("new.html", Change::New)]);
    assert_eq!((compared.unchanged, compared.after), (1, Totals { files: 3, bytes: 4 + 8 + 3 }));
}
