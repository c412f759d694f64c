//! Answers that real servers give at times, from a server that gives them when it is told to.

use std::sync::Arc;
use std::time::Duration;

use slipway_core::{Protocol, RemoteDir, RemotePath, ServerFacts};
use slipway_remote::ftp::{FtpConnector, Options, Reached};
use slipway_remote::{Connector, RemoteError, Rename, Throttle};
use slipway_testkit::{Action, ControlProxy, Daemon, Kind, Options as DaemonOptions};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What a server answers to a line on its `n`-th connection (from 1), and after how long; `None` hangs up.
type Answers = dyn Fn(&str, usize) -> Option<(Duration, String)> + Send + Sync;

async fn server(
    answers: impl Fn(&str, usize) -> Option<(Duration, String)> + Send + Sync + 'static,
) -> Options {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let answers: Arc<Answers> = Arc::new(answers);
    tokio::spawn(async move {
        for n in 1.. {
            let Ok((socket, _)) = listener.accept().await else { return };
            tokio::spawn(serve(socket, answers.clone(), n));
        }
    });
    Options {
        host: "127.0.0.1".to_owned(),
        port,
        protocol: Protocol::Ftp,
        user: "anna".to_owned(),
        password: "secret".to_owned().into(),
        remote_dir: RemoteDir::default(),
        trusted: None,
        timeout: Duration::from_millis(500),
        throttle: Throttle::default(),
        facts: ServerFacts::default(),
        reached: Reached::default(),
    }
}

async fn serve(socket: TcpStream, answers: Arc<Answers>, n: usize) -> Option<()> {
    let (read, mut write) = socket.into_split();
    write.write_all(b"220 hello\r\n").await.ok()?;
    let mut lines = BufReader::new(read).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let (wait, text) = answers(&line, n)?;
        tokio::time::sleep(wait).await;
        write.write_all(format!("{text}\r\n").as_bytes()).await.ok()?;
    }
    None
}

fn now(text: &str) -> Option<(Duration, String)> {
    Some((Duration::ZERO, text.to_owned()))
}

/// What a server says to all that is not the point of a test.
fn politely(line: &str) -> Option<(Duration, String)> {
    now(match line.split(' ').next().unwrap_or_default() {
        "USER" => "331 password",
        "PASS" => "230 in",
        "FEAT" => "211-Features:\r\n SIZE\r\n MDTM\r\n MLSD\r\n REST STREAM\r\n211 End",
        "TYPE" | "NOOP" => "200 done",
        "PWD" => "257 \"/\"",
        "CWD" => "250 there",
        _ => "502 no",
    })
}

fn path(text: &str) -> RemotePath {
    RemotePath::new(text).unwrap()
}

#[tokio::test]
async fn the_name_of_a_file_is_not_the_reason_of_a_refusal() {
    let options = server(|line, _| match line.strip_prefix("DELE ") {
        Some(file) => now(&format!("550 {file}: Permission denied")),
        None => politely(line),
    });
    let mut remote = FtpConnector::new(options.await).connect().await.unwrap();
    let mut outcomes = Vec::new();
    let files = [path("page.html"), path("page not found.html")];
    remote.remove_files(&files, &mut |_, outcome| outcomes.push(outcome)).await.unwrap();
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(RemoteError::Denied(_)))), "{outcomes:?}");
}

#[tokio::test]
async fn an_answer_that_comes_too_late_ends_the_connection() {
    let options = server(|line, _| match line.split(' ').next().unwrap_or_default() {
        "RNFR" => now("350 go on"),
        "RNTO" => now("550 Rename failed"),
        "SIZE" => Some((Duration::from_secs(2), "250 whatever".to_owned())),
        _ => politely(line),
    });
    let mut remote = FtpConnector::new(options.await).connect().await.unwrap();
    let rename = Rename { from: path("staged"), to: path("a.html") };
    let mut reported = 0;
    let ended = remote.rename(&[rename], &mut |_, _| reported += 1).await;
    assert!(matches!(ended, Err(RemoteError::TimedOut { .. })), "{ended:?}");
    assert_eq!(reported, 0);
}

#[tokio::test]
async fn a_handshake_that_is_cut_off_can_pass() {
    let options = server(|line, _| if line.starts_with("AUTH") { now("234 go on") } else { None });
    let options = Options { protocol: Protocol::Ftps, ..options.await };
    let error = FtpConnector::new(options).connect().await.err().unwrap();
    assert!(matches!(error, RemoteError::Lost(_)) && error.can_pass(), "{error:?}");
}

#[tokio::test]
async fn what_a_busy_server_says_of_itself_is_not_learnt() {
    let options =
        server(|line, n| if line == "FEAT" && n == 1 { now("450 busy") } else { politely(line) }).await;
    let connector = FtpConnector::new(options);
    assert!(matches!(connector.connect().await.err(), Some(RemoteError::TryLater(_))));
    assert_eq!(connector.facts().features, None);
    connector.connect().await.unwrap();
    assert!(connector.facts().features.unwrap().mlsd);
}

#[tokio::test]
async fn an_address_in_brackets() {
    let daemon = Daemon::with(Kind::PureFtpd, DaemonOptions { ipv6: true, ..DaemonOptions::default() });
    for host in ["::1", "[::1]"] {
        let mut options = crate::servers::options(&daemon, Protocol::Ftps);
        options.host = host.to_owned();
        FtpConnector::new(options).connect().await.unwrap_or_else(|error| panic!("{host}: {error}"));
    }
}

#[tokio::test]
async fn a_full_disk_does_not_undo_what_had_arrived() {
    const PART: usize = 10 << 20;
    let daemon = Daemon::start(Kind::ProFtpd);
    daemon.write_tree(&[("part", &vec![7; PART])]);
    let proxy = ControlProxy::start(daemon.port());
    proxy.on(|command, _| match command.split(' ').next() {
        Some("STOR" | "APPE") => Action::Reply("452 Insufficient storage space".to_owned()),
        _ => Action::Forward,
    });
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), vec![7; PART + (2 << 20)]).unwrap();
    let metadata = file.path().metadata().unwrap();
    let modified = metadata.modified().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap();
    let upload = slipway_remote::Upload {
        to: path("part"),
        from: slipway_remote::Source::File {
            path: file.path().to_owned(),
            size: metadata.len(),
            modified: modified.as_nanos() as i64,
        },
        resume: true,
    };
    let mut options = crate::servers::options(&daemon, Protocol::Ftp);
    options.port = proxy.port();
    let mut remote = FtpConnector::new(options).connect().await.unwrap();
    let mut outcomes = Vec::new();
    remote.upload(&[upload], &|_, _| {}, &mut |_, outcome| outcomes.push(outcome)).await.unwrap();
    assert!(matches!(outcomes[..], [Err(RemoteError::Full(_))]), "{outcomes:?}");
    assert_eq!(std::fs::metadata(daemon.root().join("part")).unwrap().len(), PART as u64);
}
