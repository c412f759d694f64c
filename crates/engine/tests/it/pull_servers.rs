//! Pulls from real servers, and from one that means harm.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use slipway_core::{Code, Failure, Outcome, Protocol, RemoteDir, ServerFacts, Sha256};
use slipway_engine::{PublishOptions, PullOptions};
use slipway_remote::ftp::{FtpConnector, Options, Reached};
use slipway_remote::memory::MemoryOptions;
use slipway_remote::{Connector, Throttle};
use slipway_testkit::{
    Daemon, HostileEntry, HostileOptions, HostileServer, Kind, assert_same_tree, sample_tree, snapshot,
};
use tempfile::TempDir;

use crate::fixture::Fixture;
use crate::pull::{everything, pull_over};

const MIB: usize = 1024 * 1024;

pub(crate) fn connector(
    host: &str,
    port: u16,
    user: &str,
    password: &str,
    trusted: Option<Sha256>,
) -> Arc<dyn Connector> {
    Arc::new(FtpConnector::new(Options {
        host: host.to_owned(),
        port,
        protocol: if trusted.is_some() { Protocol::Ftps } else { Protocol::Ftp },
        user: user.to_owned(),
        password: password.into(),
        remote_dir: RemoteDir::new("").unwrap(),
        trusted,
        timeout: Duration::from_secs(10),
        throttle: Throttle::default(),
        facts: ServerFacts::default(),
        reached: Reached::default(),
    }))
}

async fn pull(fixture: &Fixture, server: &HostileServer, into: Option<&Path>) -> Result<Outcome, Failure> {
    let options = PullOptions { into: into.map(Path::to_owned), overwrite: true, ..PullOptions::default() };
    let connector = connector("127.0.0.1", server.port(), "anna", "x", None);
    pull_over(fixture, connector, &options).await
}

fn fixture() -> Fixture {
    Fixture::new(MemoryOptions::default())
}

fn file(name: &str) -> HostileEntry {
    HostileEntry::file(name, "gotcha")
}

/// Names of files that lead, or could be taken to lead, elsewhere.
const NAMES: [&str; 40] = [
    "..",
    "../evil",
    "../../evil",
    "../outside.txt",
    "a/../../evil",
    "/etc/evil",
    "/tmp/evil",
    "//evil",
    "./evil",
    ".",
    "",
    " ",
    "C:\\evil",
    "C:evil",
    "c:/evil",
    "\\\\host\\share\\evil",
    "..\\..\\evil",
    "a\\..\\..\\evil",
    "\\evil",
    "NUL",
    "nul.txt",
    "CON",
    "aux.html ",
    "COM1",
    "LPT9.css",
    "trailing.",
    "trailing ",
    "stream.txt:evil",
    "~",
    "~root",
    "$HOME",
    "-rf",
    "bell\u{7}",
    "line\nbreak",
    "return\rname",
    "nul\0name",
    ".slipway",
    ".SLIPWAY",
    ".git",
    "u\u{308}\u{202e}txt.exe",
];

fn hostile_entries() -> Vec<HostileEntry> {
    let mut entries = Vec::new();
    for name in NAMES {
        entries.push(file(name));
        entries.push(HostileEntry::folder(name, [file("evil.txt"), file("../evil"), file("outside.txt")]));
    }
    for name in ["sub", "deep"] {
        entries.push(HostileEntry::folder(name, NAMES.map(file)));
    }
    // Each alone, so that it is not left out for being there twice.
    for (i, name) in NAMES.into_iter().enumerate() {
        let inside = [HostileEntry::folder(name, [file("evil.txt"), file("..")])];
        entries.push(HostileEntry::folder(format!("only{i}"), inside));
    }
    let link = HostileEntry::folder("link", [file("evil.txt")]);
    entries.extend([
        link,
        HostileEntry::link("to-etc", "/etc"),
        HostileEntry::link("up", ".."),
        HostileEntry::folder("to-etc", [file("passwd")]),
        HostileEntry::file(b"\xff\xfe.txt", "x"),
        HostileEntry::folder(b"\xff", [file("x")]),
        HostileEntry::folder(
            "absurd",
            [
                file("far").at("99991231235959"),
                file("never").at("20240230256199"),
                file("before").at("19000101000000"),
                file("words").at("yesterday"),
            ],
        ),
        HostileEntry::folder("case", [file("Readme.txt"), file("README.TXT"), file("readme.txt")]),
        HostileEntry::folder("forms", [file("u\u{308}"), file("\u{fc}")]),
        HostileEntry::file("honest.html", "honest"),
    ]);
    entries
}

#[tokio::test]
async fn a_hostile_server_writes_nothing_outside_the_folder() {
    for (mlsd, plain_copy) in [(true, false), (true, true), (false, false), (false, true)] {
        let area = TempDir::new().unwrap();
        let target = area.path().join("a/b/target");
        std::fs::create_dir_all(area.path().join("a/outside")).unwrap();
        std::fs::create_dir_all(&target).unwrap();
        for path in ["evil", "outside.txt", "a/outside.txt", "a/b/outside.txt", "a/outside/evil.txt"] {
            std::fs::write(area.path().join(path), "mine").unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(area.path().join("a/outside"), target.join("link")).unwrap();
        let mut fixture = fixture();
        if !plain_copy {
            fixture.site.folder = target.clone();
        }
        let into = plain_copy.then_some(&*target);
        let before = everything(area.path());
        let options = HostileOptions { mlsd, ..HostileOptions::default() };
        let server = HostileServer::with(hostile_entries(), options);
        let result = pull(&fixture, &server, into).await;
        // Names in another form than NFC can't be fetched, which is no reason not to bring down the rest.
        if let Err(failure) = &result {
            assert_eq!(failure.code, Code::ServerMisbehaves, "{mlsd}: {failure}");
        }
        assert!(
            target.join("honest.html").exists(),
            "{mlsd} {plain_copy} {result:#?} {:#?}",
            server.record()
        );
        assert!(target.join("absurd/far").exists(), "{mlsd} {plain_copy} {result:#?}");
        #[cfg(unix)]
        for harmless in ["deep/-rf", "deep/~root", "sub/..\\..\\evil", "sub/C:\\evil", "deep/nul.txt"] {
            let content = std::fs::read(target.join(harmless));
            assert_eq!(content.ok().as_deref(), Some(&b"gotcha"[..]), "{mlsd} {harmless} {result:?}");
        }
        let mut after = everything(area.path());
        let here: Vec<String> = after
            .keys()
            .filter_map(|path| path.strip_prefix(&target).ok())
            .map(|path| path.to_string_lossy().to_lowercase())
            .collect();
        after.retain(|path, _| !path.starts_with(&target));
        let before: Vec<_> = before.into_iter().filter(|(path, _)| !path.starts_with(&target)).collect();
        assert_eq!(after.into_iter().collect::<Vec<_>>(), before, "{mlsd} {plain_copy}");
        for path in here {
            let part = |names: [&str; 3]| path.split('/').any(|part| names.contains(&part));
            assert!(!part([".git", "\u{fffd}", "\u{fffd}\u{fffd}.txt"]), "{path}");
            assert!(!path.starts_with(".slipway") && !path.starts_with("link/"), "{path}");
        }
        assert_eq!(
            server.count("STOR") + server.count("DELE") + server.count("RNFR") + server.count("MKD"),
            0
        );
    }
}

#[tokio::test]
async fn a_server_that_is_not_true_to_its_sizes() {
    for mlsd in [true, false] {
        let entries = [
            HostileEntry::file("honest.html", "honest"),
            HostileEntry::file("more.bin", vec![1; MIB]).saying_size(10),
            HostileEntry::file("less.bin", vec![1; 10]).saying_size(1_000),
            HostileEntry::file("none.bin", vec![1; 10]).saying_size(0),
        ];
        let options = HostileOptions { mlsd, ..HostileOptions::default() };
        let (server, fixture) = (HostileServer::with(entries, options), fixture());
        let failure = pull(&fixture, &server, None).await.unwrap_err();
        assert_eq!((failure.code, failure.count), (Code::ServerMisbehaves, Some(3)), "{failure}");
        assert_eq!(failure.path.as_deref(), Some("less.bin"));
        assert_eq!(fixture.local(), [("honest.html".to_owned(), b"honest".to_vec())].into());
        assert!(server.count("RETR") <= 8, "{:?}", server.record());
    }
}

#[tokio::test]
async fn folders_without_end_are_a_failure() {
    let (server, fixture) = (HostileServer::start([HostileEntry::itself("deeper"), file("a")]), fixture());
    let failure = pull(&fixture, &server, None).await.unwrap_err();
    assert_eq!(failure.code, Code::ServerMisbehaves, "{failure}");
    assert!(failure.path.unwrap().starts_with("deeper/deeper"));
    assert!(fixture.local().is_empty());
}

#[tokio::test]
async fn listings_without_end_are_a_failure() {
    let endless = HostileEntry::folder("endless", [file("a").listed(u64::MAX)]);
    let (server, mut fixture) = (HostileServer::start([endless]), fixture());
    fixture.site.retry.attempts = 1;
    let failure = pull(&fixture, &server, None).await.unwrap_err();
    assert_eq!(failure.code, Code::ServerMisbehaves, "{failure}");
}

#[tokio::test]
async fn what_lies_here_of_a_large_file_is_not_fetched_again() {
    for rest in [true, false] {
        let content: Vec<u8> = (0..12 * MIB).map(|i| (i / 1000) as u8).collect();
        let large = || HostileEntry::file("large.bin", content.clone());
        // Within one pull: cut twice, with what came kept.
        let options = HostileOptions { rest, ..HostileOptions::default() };
        let server = HostileServer::with([large().cutting_after(5 * MIB, 2)], options);
        let fixture = fixture();
        let outcome = pull(&fixture, &server, None).await.unwrap();
        assert_eq!(fixture.local()["large.bin"], content);
        assert_eq!(outcome.downloaded, 1);
        let fetched = if rest { 12 * MIB } else { 22 * MIB } as u64;
        assert_eq!((outcome.bytes, outcome.retries), (fetched, 2), "{:?}", server.record());
        let time = fixture.folder.path().join("large.bin").metadata().unwrap().modified().unwrap();
        assert_eq!(time, UNIX_EPOCH + Duration::from_secs(1_704_164_645));
        assert!(!fixture.folder.path().join(".slipway").exists());
    }
}

#[tokio::test]
async fn the_next_pull_goes_on_with_what_lies_here() {
    let content: Vec<u8> = (0..12 * MIB).map(|i| (i / 999) as u8).collect();
    let mut fixture = fixture();
    fixture.site.retry.attempts = 1;
    let server =
        HostileServer::start([HostileEntry::file("large.bin", content.clone()).cutting_after(7 * MIB, 1)]);
    let failure = pull(&fixture, &server, None).await.unwrap_err();
    assert_eq!((failure.code, failure.count), (Code::ConnectionLost, Some(1)), "{failure}");
    assert!(!fixture.local().contains_key("large.bin"));
    let outcome = pull(&fixture, &server, None).await.unwrap();
    assert_eq!(outcome.bytes, 5 * MIB as u64, "{:?}", server.record());
    assert_eq!(fixture.local(), [("large.bin".to_owned(), content)].into());
}

#[tokio::test]
async fn a_part_of_an_older_file_is_not_gone_on_with() {
    let mut fixture = fixture();
    fixture.site.retry.attempts = 1;
    let entry = |byte: u8, time: &str| HostileEntry::file("large.bin", vec![byte; 12 * MIB]).at(time);
    let server = HostileServer::start([entry(1, "20240101000000").cutting_after(7 * MIB, 1)]);
    pull(&fixture, &server, None).await.unwrap_err();
    let server = HostileServer::start([entry(2, "20240101000001")]);
    pull(&fixture, &server, None).await.unwrap();
    assert_eq!(fixture.local(), [("large.bin".to_owned(), vec![2; 12 * MIB])].into());
}

#[tokio::test]
async fn real_servers() {
    for kind in [Kind::ProFtpd, Kind::Vsftpd] {
        let daemon = Daemon::start(kind);
        sample_tree(daemon.root(), 7, 120);
        daemon.own_tree();
        let fixture = fixture();
        let pull = async || {
            let trusted = Some(Sha256(daemon.certificate_sha256()));
            let (host, port) = (daemon.host(), daemon.port());
            let connector = connector(host, port, daemon.user(), daemon.password(), trusted);
            pull_over(&fixture, connector, &PullOptions::default()).await.unwrap()
        };
        let first = pull().await;
        assert_eq!(first.downloaded, 120, "{kind:?}: {:?}", first.notes);
        assert_same_tree(daemon.root(), fixture.folder.path(), &[]);
        let second = |path: &Path| path.metadata().unwrap().modified().unwrap().duration_since(UNIX_EPOCH);
        for path in snapshot(daemon.root()).keys() {
            let (there, here) = (daemon.root().join(path), fixture.folder.path().join(path));
            let (there, here) = (second(&there).unwrap(), second(&here).unwrap());
            assert_eq!((there.as_secs(), 0), (here.as_secs(), here.subsec_nanos()), "{kind:?} {path}");
        }
        assert_eq!(pull().await.downloaded, 0, "{kind:?}");
        daemon.write_tree(&[("index.html", b"edited there"), ("new/page.html", b"new")]);
        fixture.write("mine.html", "mine");
        assert_eq!(pull().await.downloaded, 2, "{kind:?}");
        assert_eq!(fixture.local()["index.html"], b"edited there");
        assert_eq!(fixture.local()["mine.html"], b"mine");
    }
}

/// As file systems of macOS spell it.
const APART: &str = "u\u{308}";
const COMPOSED: &str = "\u{fc}";

#[tokio::test]
async fn names_that_the_server_does_not_know_composed_are_left_out() {
    for kind in Kind::ALL {
        let daemon = Daemon::start(kind);
        let (file, inside) = (format!("{APART}.txt"), format!("sub/{APART}/page.html"));
        daemon.write_tree(&[
            ("index.html", b"home"),
            (&file, b"theirs"),
            (&inside, b"theirs"),
            ("old", b"old"),
        ]);
        let fixture = fixture();
        let connector = || connector(daemon.host(), daemon.port(), daemon.user(), daemon.password(), None);
        let outcome = pull_over(&fixture, connector(), &PullOptions::default()).await;
        let outcome = outcome.unwrap_or_else(|failure| panic!("{kind:?}: {failure}"));
        assert_eq!(outcome.downloaded, 2, "{kind:?}: {:?}", outcome.notes);
        for name in [format!("{COMPOSED}.txt"), format!("sub/{COMPOSED}")] {
            let said = |note: &&String| note.starts_with(&name) && note.contains("left out");
            assert_eq!(outcome.notes.iter().filter(said).count(), 1, "{kind:?}: {:?}", outcome.notes);
        }
        assert_eq!(fixture.local().len(), 2, "{kind:?}");

        fixture.remove("old");
        let purge = PublishOptions { purge: true, confirmed: true, ..PublishOptions::default() };
        let outcome = fixture.publish_over(connector(), &purge).await.unwrap();
        assert_eq!(outcome.removed, 1, "{kind:?}: {:?}", outcome.notes);
        for path in [file, inside] {
            assert!(daemon.root().join(&path).exists(), "{kind:?} {path}");
        }
    }
}

#[tokio::test]
async fn names_that_the_server_knows_in_any_spelling_come_down() {
    for mlsd in [true, false] {
        let both = |name: &str, entry: &dyn Fn(String) -> HostileEntry| {
            [entry(name.replace(COMPOSED, APART)), entry(name.to_owned()).listed(0)]
        };
        let mut entries = Vec::from(both("\u{fc}.txt", &|name| HostileEntry::file(name, "content")));
        entries.extend(both("\u{fc}", &|name| HostileEntry::folder(name, [file("inside")])));
        let options = HostileOptions { mlsd, ..HostileOptions::default() };
        let (server, fixture) = (HostileServer::with(entries, options), fixture());
        let outcome = pull(&fixture, &server, None).await.unwrap();
        assert!(outcome.notes.is_empty(), "{:?}", outcome.notes);
        let here: Vec<String> = fixture.local().into_keys().collect();
        assert_eq!(here, ["\u{fc}.txt", "\u{fc}/inside"]);
        assert!(server.count("SIZE") > 0, "asked");
    }
}
