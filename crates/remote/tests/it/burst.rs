//! Commands written ahead: what each server bears is found out, and all content arrives under its own name.

use std::sync::Arc;

use slipway_core::{Protocol, RemoteDir, ServerFacts, Sha256, UploadsAhead};
use slipway_practice::Practice;
use slipway_remote::Connector;
use slipway_remote::ftp::{self, FtpConnector};
use slipway_testkit::{
    Daemon, Kind, Options, ScriptedFault, ScriptedOrder, ScriptedServer, ScriptedTree, Tls,
};

use crate::conformance::{bytes_to, connect, path};
use crate::servers::{self, LogOfFailure, PUBLISH_FOLDER};

/// Uploads many small files in one call, and looks behind the server's back.
async fn sends_many(connector: &Arc<FtpConnector>, disk: &std::path::Path) {
    let mut remote = connect(connector).await;
    remote.make_folders(&[path("")], &mut |_, made| assert!(made.is_ok())).await.unwrap();
    let content = |i: usize| format!("{i}:").repeat(100 * i).into_bytes();
    let mut left: Vec<usize> = (0..40).collect();
    for _ in 0..5 {
        let files: Vec<_> = left.iter().map(|&i| bytes_to(&i.to_string(), &content(i))).collect();
        let mut stored = Vec::new();
        let each = &mut |i: usize, outcome: Result<slipway_remote::Stored, _>| {
            assert_eq!(outcome.map(|stored| stored.size), Ok(files[i].from.size()));
            stored.push(left[i]);
        };
        let ended = remote.upload(&files, &|_, _| (), each).await;
        left.retain(|i| !stored.contains(i));
        if left.is_empty() {
            break;
        }
        // ProFTPD under TLS 1.3: another session is needed, and nothing else ends a call here.
        assert!(matches!(ended, Err(slipway_remote::RemoteError::SessionRefused(_))), "{ended:?}");
        remote = connect(connector).await;
    }
    assert!(left.is_empty());
    for i in 0..40 {
        assert!(std::fs::read(disk.join(i.to_string())).unwrap() == content(i), "{i} is not itself");
    }
    remote.ping().await.unwrap();
}

async fn bears(kind: Kind, tls: Tls, expected: UploadsAhead) {
    let daemon = Daemon::with(kind, Options { tls, ..Options::default() });
    let _log = LogOfFailure(&daemon);
    let protocol = if tls == Tls::None { Protocol::Ftp } else { Protocol::Ftps };
    let connector = servers::connector(&daemon, protocol);
    sends_many(&connector, &daemon.root().join(PUBLISH_FOLDER)).await;
    let facts = connector.facts();
    assert_eq!((facts.written_ahead, facts.uploads_ahead), (Some(true), Some(expected)), "{kind:?}");
}

#[tokio::test]
async fn batches_are_borne_by_most() {
    for kind in [Kind::Vsftpd, Kind::ProFtpd, Kind::PureFtpd] {
        for tls in [Tls::None, Tls::V12, Tls::V13] {
            bears(kind, tls, UploadsAhead::Batch).await;
        }
    }
}

#[tokio::test]
async fn a_server_that_bears_no_batches_gets_pairs() {
    for tls in [Tls::None, Tls::V13] {
        bears(Kind::PyFtpdLib, tls, UploadsAhead::Pair).await;
    }
}

#[tokio::test]
async fn a_server_that_mixes_up_replies_gets_no_bursts() {
    let folder = tempfile::tempdir().unwrap();
    let options = slipway_practice::Options { folder: folder.path().to_owned(), ..Default::default() };
    let practice = Practice::start(options).await.unwrap();
    let address = practice.ftp_address();
    let connector = FtpConnector::new(ftp::Options {
        host: address.ip().to_string(),
        port: address.port(),
        protocol: Protocol::Ftp,
        user: practice.user().to_owned(),
        password: practice.password().clone(),
        remote_dir: RemoteDir::new(PUBLISH_FOLDER).unwrap(),
        trusted: Some(Sha256(practice.certificate_sha256())),
        timeout: std::time::Duration::from_secs(10),
        throttle: Default::default(),
        facts: Default::default(),
        reached: Default::default(),
    });
    sends_many(&connector, &folder.path().join(PUBLISH_FOLDER)).await;
    let facts = connector.facts();
    assert_eq!((facts.written_ahead, facts.uploads_ahead), (Some(false), None));
    practice.stop().await;
}

fn scripted(port: u16, facts: ServerFacts) -> Arc<FtpConnector> {
    FtpConnector::new(ftp::Options {
        host: "127.0.0.1".to_owned(),
        port,
        protocol: Protocol::Ftp,
        user: "anna".to_owned(),
        password: "secret".to_owned().into(),
        remote_dir: RemoteDir::default(),
        trusted: None,
        timeout: std::time::Duration::from_millis(700),
        throttle: Default::default(),
        facts,
        reached: Default::default(),
    })
}

/// What is known after a connection was opened to a server that does this wrong at the first question of the probe.
async fn probed(fault: ScriptedFault, lasting: bool) -> (Option<bool>, usize) {
    let start = |order| ScriptedServer::start(ScriptedTree::default(), false, order, Box::new(|_| Ok(())));
    let server = start(None);
    connect(&scripted(server.port(), ServerFacts::default())).await;
    let at = server.record().iter().position(|command| command.starts_with("MDTM")).unwrap() + 1;
    let server = start(Some(ScriptedOrder { at, fault, lasting }));
    let connector = scripted(server.port(), ServerFacts::default());
    connect(&connector).await.ping().await.unwrap();
    let logins = server.record().iter().filter(|command| command.starts_with("PASS")).count();
    (connector.facts().written_ahead, logins)
}

#[tokio::test]
async fn one_failure_of_the_probe_says_nothing_of_the_server() {
    use ScriptedFault::{CutAfter, CutBefore, Garbage, Hang, Twice};
    for fault in [CutAfter, CutBefore, Garbage, Hang, Twice] {
        assert_eq!(probed(fault, false).await, (Some(true), 2), "{fault:?}");
    }
}

#[tokio::test]
async fn a_server_that_fails_the_probe_gets_no_bursts_and_no_error_comes_of_it() {
    use ScriptedFault::{CutAfter, CutBefore, Hang};
    for fault in [CutAfter, CutBefore, Hang] {
        assert_eq!(probed(fault, true).await, (Some(false), 3), "{fault:?}");
    }
}

#[tokio::test]
async fn what_was_under_way_and_is_there_whole_is_not_sent_again() {
    let tree = ScriptedTree::with_files([("0", "whole"), ("1", "part"), ("2", "grown too long")]);
    let server = ScriptedServer::start(tree, false, None, Box::new(|_| Ok(())));
    let facts = ServerFacts { uploads_ahead: Some(UploadsAhead::Batch), ..ServerFacts::default() };
    let mut remote = connect(&scripted(server.port(), facts)).await;
    let content = [("0", "whole"), ("1", "partly there"), ("2", "too short"), ("3", "not there")];
    let mut files: Vec<_> = content.iter().map(|(name, text)| bytes_to(name, text.as_bytes())).collect();
    files.iter_mut().for_each(|file| file.resume = true);
    let mut sent = [None; 4];
    let each =
        &mut |i: usize, stored: Result<slipway_remote::Stored, _>| sent[i] = Some(stored.unwrap().sent);
    remote.upload(&files, &|_, _| (), each).await.unwrap();
    assert_eq!(sent, [Some(0), Some(12), Some(9), Some(9)]);
    let tree = server.tree();
    let online: Vec<_> =
        tree.files().map(|(path, text)| (path, std::str::from_utf8(text).unwrap())).collect();
    assert_eq!(online, content);
    let stores: Vec<_> = server.record().into_iter().filter(|command| command.starts_with("STOR")).collect();
    assert_eq!(stores, ["STOR 1", "STOR 2", "STOR 3"]);
}
