//! A server that means harm: no name leads out of its folder, nothing waits for ever, nothing fills the memory.

use std::time::Duration;

use slipway_core::{Protocol, RemoteDir, RemotePath, ServerFacts, Sha256};
use slipway_remote::ftp::{FtpConnector, Options, Reached};
use slipway_remote::{Entry, EntryKind, Remote, RemoteError, Throttle};
use slipway_testkit::{HostileEntry, HostileOptions, HostileServer};
use slipway_testkit::{ScriptedFault, ScriptedOrder, ScriptedServer, ScriptedTree};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::conformance::{connect, path};

fn options(port: u16, protocol: Protocol) -> Options {
    Options {
        host: "127.0.0.1".to_owned(),
        port,
        protocol,
        user: "anna".to_owned(),
        password: "secret".to_owned().into(),
        remote_dir: RemoteDir::default(),
        trusted: None,
        timeout: Duration::from_secs(5),
        throttle: Throttle::default(),
        facts: ServerFacts::default(),
        reached: Reached::default(),
    }
}

async fn remote(server: &HostileServer) -> Box<dyn Remote> {
    connect(&FtpConnector::new(options(server.port(), Protocol::Ftp))).await
}

/// Lists a folder; an error that ends the connection counts like any other.
async fn list(remote: &mut Box<dyn Remote>, folder: &RemotePath) -> Result<Vec<Entry>, RemoteError> {
    let mut listed = None;
    remote.list(std::slice::from_ref(folder), &mut |_, outcome| listed = Some(outcome)).await?;
    listed.unwrap()
}

async fn download(
    remote: &mut Box<dyn Remote>,
    name: &str,
    offset: u64,
) -> (Result<u64, RemoteError>, Vec<u8>) {
    let mut content = Vec::new();
    (remote.download(&path(name), offset, &mut content).await, content)
}

/// With and without `MLSD`.
fn servers(entries: impl Fn() -> Vec<HostileEntry>) -> [HostileServer; 2] {
    [true, false].map(|mlsd| HostileServer::with(entries(), HostileOptions { mlsd, rest: true }))
}

/// Names that must not come through, and such as may.
fn names() -> Vec<Vec<u8>> {
    let mut names: Vec<Vec<u8>> = [
        "",
        ".",
        "..",
        "/",
        "//",
        "../",
        "./",
        "a/",
        "../../evil.txt",
        "/etc/evil",
        "a/../../evil",
        "C:\\evil.txt",
        "C:evil",
        "a\\..\\..\\evil",
        "..\\evil",
        "CON",
        "NUL.txt",
        "aux.html ",
        "trailing.",
        "...",
        ".. ",
        " ..",
        "~",
        "-rf",
        "a\0b",
        "\0",
        "a\rb",
        "..\r",
        "\r",
        "bell\u{7}",
        "esc\u{1b}[2J",
        "a\ntype=file;size=1;modify=20240102030405; ../injected",
        "a\n-rw-r--r-- 1 a a 1 Jan  2  2024 ../injected",
        "a\r\ntype=dir;size=0; ..",
        "ok.txt",
        "OK.TXT",
        "\u{fc}.txt",
        "u\u{308}.txt",
        ".slipway",
        "a -> b",
        "\u{2028}",
        "\u{202e}txt.exe",
        "\u{85}",
        "a; b",
    ]
    .map(|name| name.as_bytes().to_vec())
    .to_vec();
    names.extend([vec![b'x'; 300], vec![b'y'; 20_000], b"\xff\xfe".to_vec(), b"\xc0\xae\xc0\xae".to_vec()]);
    names
}

#[tokio::test]
async fn no_name_leads_out_of_its_folder() {
    let entries = || {
        let mut entries = Vec::new();
        for name in names().iter().filter(|name| name.len() < 1000) {
            entries.push(HostileEntry::file(name, "1"));
            entries.push(HostileEntry::folder(name, [HostileEntry::file(name, "2")]));
            entries.push(HostileEntry::link(name, "/etc"));
            entries.push(HostileEntry::folder(name, []).saying_type("cdir"));
            entries.push(HostileEntry::folder(name, []).saying_type("pdir"));
        }
        entries
    };
    for server in servers(entries) {
        let mut remote = remote(&server).await;
        let entries = list(&mut remote, &RemotePath::root()).await.unwrap();
        for Entry { name, .. } in &entries {
            assert!(!["", ".", ".."].contains(&name.as_str()), "{name:?}");
            assert!(!name.contains(['/', '\r', '\n', '\0']), "{name:?}");
            assert!(RemotePath::root().join(name).is_ok_and(|path| path.as_str() == name), "{name:?}");
        }
        for harmless in ["ok.txt", "OK.TXT", "CON", ".slipway", "C:\\evil.txt", "\u{fc}.txt"] {
            let of_kind = |kind| entries.iter().any(|entry| entry.name == harmless && entry.kind == kind);
            assert!(of_kind(EntryKind::File) && of_kind(EntryKind::Folder), "{harmless}");
            assert!(of_kind(EntryKind::Other), "{harmless}");
        }
        let mut folders: Vec<&Entry> =
            entries.iter().filter(|entry| entry.kind == EntryKind::Folder).collect();
        folders.dedup_by(|a, b| a.name == b.name);
        for folder in folders {
            // Not found is an answer too: the server knows some by other bytes only.
            match list(&mut remote, &path(&folder.name)).await {
                Ok(inside) => assert!(inside.iter().all(|entry| !entry.name.contains('/'))),
                Err(error) => assert!(matches!(error, RemoteError::NotFound(_)), "{folder:?}: {error:?}"),
            }
        }
        remote.ping().await.unwrap();
    }
}

#[tokio::test]
async fn a_name_without_end_is_an_error() {
    for server in servers(|| vec![HostileEntry::file(vec![b'y'; 20_000], "")]) {
        let listed = list(&mut remote(&server).await, &RemotePath::root()).await;
        assert!(matches!(listed, Err(RemoteError::Misbehaves(_))), "{listed:?}");
    }
}

#[tokio::test]
async fn a_listing_without_end_is_an_error() {
    let server = HostileServer::start([HostileEntry::file("a", "").listed(u64::MAX)]);
    match list(&mut remote(&server).await, &RemotePath::root()).await {
        Err(RemoteError::Misbehaves(text)) => assert!(text.contains("entries"), "{text}"),
        other => panic!("{} entries", other.map_or(0, |entries| entries.len())),
    }
    // Lines that are no entries count as well.
    let parent = HostileEntry::folder(vec![b'.'; 15_000], []).saying_type("pdir").listed(u64::MAX);
    let server = HostileServer::start([parent]);
    let listed = list(&mut remote(&server).await, &RemotePath::root()).await;
    assert!(matches!(listed, Err(RemoteError::Misbehaves(_))), "{listed:?}");
}

#[tokio::test]
async fn many_entries_are_listed() {
    let many = || (0..200_000).map(|n| HostileEntry::file(format!("{n}"), "")).collect();
    for server in servers(many) {
        let listed = list(&mut remote(&server).await, &RemotePath::root()).await.unwrap();
        assert_eq!((listed.len(), listed[199_999].name.as_str()), (200_000, "199999"));
    }
}

#[tokio::test]
async fn folders_without_end_are_listed_at_any_depth() {
    for server in servers(|| vec![HostileEntry::itself("deeper")]) {
        let mut remote = remote(&server).await;
        let mut folder = RemotePath::root();
        for _ in 0..300 {
            let listed = list(&mut remote, &folder).await.unwrap();
            assert_eq!((listed.len(), listed[0].kind), (1, EntryKind::Folder));
            folder = folder.join(&listed[0].name).unwrap();
        }
    }
}

#[tokio::test]
async fn a_size_that_is_not_true_changes_nothing() {
    let entries = || {
        vec![
            HostileEntry::file("less", vec![7; 1_000_000]).saying_size(10),
            HostileEntry::file("more", "0123456789").saying_size(1_000_000),
            HostileEntry::file("most", "0123456789").saying_size(u64::MAX),
        ]
    };
    for server in servers(entries) {
        let mut remote = remote(&server).await;
        let listed = list(&mut remote, &RemotePath::root()).await.unwrap();
        let sizes: Vec<u64> = listed.iter().map(|entry| entry.size).collect();
        assert_eq!(sizes, [10, 1_000_000, u64::MAX]);
        for (name, size) in [("less", 1_000_000), ("more", 10), ("most", 10)] {
            let (count, content) = download(&mut remote, name, 0).await;
            assert_eq!((count, content.len()), (Ok(size), size as usize), "{name}");
        }
        assert_eq!(download(&mut remote, "more", 8).await, (Ok(2), b"89".to_vec()));
        assert_eq!(download(&mut remote, "most", u64::MAX).await, (Ok(0), Vec::new()));
    }
}

#[tokio::test]
async fn a_download_that_is_cut_goes_on() {
    let file = HostileEntry::file("a", "0123456789").cutting_after(4, 1);
    let server = HostileServer::start([file]);
    let mut remote = remote(&server).await;
    let (count, content) = download(&mut remote, "a", 0).await;
    assert!(count.as_ref().is_err_and(RemoteError::can_pass), "{count:?}");
    assert_eq!(content, b"0123");
    assert_eq!(download(&mut remote, "a", 4).await, (Ok(6), b"456789".to_vec()));
}

#[tokio::test]
async fn a_server_that_cannot_go_on_says_so() {
    let options = HostileOptions { rest: false, ..HostileOptions::default() };
    let server = HostileServer::with([HostileEntry::file("a", "0123456789")], options);
    let mut remote = remote(&server).await;
    assert!(!remote.features().rest);
    let (count, content) = download(&mut remote, "a", 4).await;
    assert!(matches!(count, Err(RemoteError::Unsupported(_))), "{count:?}");
    assert_eq!(content, b"");
    assert_eq!(server.count("RETR"), 0);
}

#[tokio::test]
async fn a_million_entries_are_too_many() {
    for server in servers(|| vec![HostileEntry::file("a", "").listed(1_000_000)]) {
        let before = most_memory();
        let listed = list(&mut remote(&server).await, &RemotePath::root()).await;
        assert!(matches!(listed, Err(RemoteError::Misbehaves(_))), "{:?}", listed.map(|all| all.len()));
        let grown = most_memory() - before;
        println!("a million entries: {grown} KiB more at most");
        // Other tests of this process take some too.
        assert!(grown < 512 * 1024, "{grown} KiB");
    }
}

/// The most memory that this process has had so far, in KiB; 0 where the system does not tell.
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// What the server says of where its data port is may point at anybody (as in CVE-2021-22876): only its port counts.
#[tokio::test]
async fn the_address_in_a_reply_to_pasv_is_not_gone_to() {
    let (ours, theirs, port) = loop {
        let ours = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = ours.local_addr().unwrap().port();
        if let Ok(theirs) = TcpListener::bind(("127.0.0.2", port)).await {
            break (ours, theirs, port);
        }
    };
    let control = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = control.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (read, mut write) = control.accept().await.unwrap().0.into_split();
        write.write_all(b"220 hello\r\n").await.unwrap();
        let mut lines = BufReader::new(read).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let [high, low] = port.to_be_bytes();
            let reply = match line.split(' ').next().unwrap() {
                "USER" => "331 password".to_owned(),
                "PASS" => "230 in".to_owned(),
                "FEAT" => "211-Features:\r\n MLSD\r\n211 End".to_owned(),
                "TYPE" | "NOOP" => "200 done".to_owned(),
                "PASV" => format!("227 Entering Passive Mode (127,0,0,2,{high},{low})"),
                "MLSD" => {
                    let mut data = ours.accept().await.unwrap().0;
                    data.write_all(b"type=file;size=1; honest\r\n").await.unwrap();
                    "150 here\r\n226 done".to_owned()
                }
                _ => "502 no".to_owned(),
            };
            write.write_all(format!("{reply}\r\n").as_bytes()).await.unwrap();
        }
    });
    let mut remote = connect(&FtpConnector::new(options(at, Protocol::Ftp))).await;
    let listed = list(&mut remote, &RemotePath::root()).await.unwrap();
    assert_eq!(listed[0].name, "honest");
    let gone_to = tokio::time::timeout(Duration::ZERO, theirs.accept()).await;
    assert!(gone_to.is_err(), "somebody else was called");
    drop(remote);
    server.await.unwrap();
}

/// A person in the middle adds replies in clear to the answer to `AUTH TLS` (as in CVE-2011-0411). Taken for replies
/// under TLS, they would answer the commands that follow.
#[tokio::test]
async fn what_was_said_before_the_handshake_is_no_reply() {
    let tree = ScriptedTree::with_files([("a.html", "0123456789")]);
    let order = ScriptedOrder { at: 2, fault: ScriptedFault::Inject, lasting: true };
    let server = ScriptedServer::start(tree, true, Some(order), Box::new(|_| Ok(())));
    let trusted = Some(Sha256(ScriptedServer::certificate_sha256()));
    let options = Options { trusted, ..options(server.port(), Protocol::Ftps) };
    let mut remote = connect(&FtpConnector::new(options)).await;
    let mut sizes = Vec::new();
    remote.sizes(&[path("a.html")], &mut |_, size| sizes.push(size)).await.unwrap();
    assert_eq!(sizes, [Ok(10)]);
    let record = server.record();
    assert_eq!((record[1].as_str(), record.last().unwrap().as_str()), ("AUTH TLS", "SIZE a.html"));
    assert_eq!(record.iter().filter(|command| *command == "CONNECT").count(), 1, "{record:?}");
}

/// A reply that nobody asked for would be taken for the answer to the next command, and so on for ever.
#[tokio::test]
async fn a_reply_said_twice_answers_nothing_else() {
    let tree = ScriptedTree::with_files([("a", "1"), ("b", "22"), ("c", "333")]);
    let server = ScriptedServer::start(tree.clone(), false, None, Box::new(|_| Ok(())));
    connect(&FtpConnector::new(options(server.port(), Protocol::Ftp))).await.close().await;
    let first_size = server.record().iter().filter(|command| *command != "QUIT").count() + 1;
    let order = ScriptedOrder { at: first_size, fault: ScriptedFault::Twice, lasting: false };
    let server = ScriptedServer::start(tree, false, Some(order), Box::new(|_| Ok(())));
    let mut remote = connect(&FtpConnector::new(options(server.port(), Protocol::Ftp))).await;
    let mut sizes = Vec::new();
    let ended = remote.sizes(&["a", "b", "c"].map(path), &mut |_, size| sizes.push(size)).await;
    assert_eq!(sizes, [], "what is not known is not told");
    assert!(matches!(&ended, Err(error @ RemoteError::Misbehaves(_)) if error.can_pass()), "{ended:?}");
}
