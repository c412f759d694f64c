//! The server in memory, as itself and through wrappers that do nothing.

use std::time::Duration;

use slipway_remote::faulty::{Delayed, Faulty};
use slipway_remote::memory::{MemoryOptions, MemoryServer};
use slipway_remote::{Connector, RemoteError, Rename};

use crate::conformance::{Habits, bytes_to, conforms, connect, path};

fn fresh() -> MemoryOptions {
    MemoryOptions { root_exists: false, ..MemoryOptions::default() }
}

#[tokio::test]
async fn conforms_with_everything() {
    conforms(&MemoryServer::new(fresh()), Habits::default()).await;
}

#[tokio::test]
async fn conforms_without_extensions() {
    let options = MemoryOptions {
        mlsd: false,
        size: false,
        mdtm: false,
        mfmt: false,
        rest: false,
        rename_over: false,
        ..fresh()
    };
    let server = MemoryServer::new(options);
    conforms(&server, Habits { resumes: false, sets_times: false, ..Habits::default() }).await;
    assert_eq!(server.swaps(), 1);
}

#[tokio::test]
async fn conforms_without_case() {
    let server = MemoryServer::new(MemoryOptions { case_insensitive: true, ..fresh() });
    conforms(&server, Habits::default()).await;
}

#[tokio::test(start_paused = true)]
async fn conforms_from_far_away() {
    let begin = tokio::time::Instant::now();
    conforms(&Delayed::new(MemoryServer::new(fresh()), Duration::from_millis(80)), Habits::default()).await;
    assert!(begin.elapsed() > Duration::from_secs(10));
}

#[tokio::test]
async fn conforms_without_faults() {
    conforms(&Faulty::new(MemoryServer::new(fresh()), |_, _| None), Habits::default()).await;
}

#[tokio::test]
async fn one_file_whatever_the_case() {
    let options = MemoryOptions { case_insensitive: true, ..MemoryOptions::default() };
    let server = MemoryServer::new(options);
    server.put("Img/Logo.png", b"old");
    let mut remote = connect(&server).await;
    let uploads = [bytes_to("img/LOGO.PNG", b"new"), bytes_to("IMG/b", b"b")];
    remote.upload(&uploads, &|_, _| {}, &mut |_, outcome| assert!(outcome.is_ok())).await.unwrap();
    let files: Vec<(String, Vec<u8>)> = server.files().into_iter().collect();
    assert_eq!(files, [("Img/Logo.png".into(), b"new".to_vec()), ("Img/b".into(), b"b".to_vec())]);
    let renames = [Rename { from: path("img/b"), to: path("img/B") }];
    remote.rename(&renames, &mut |_, outcome| assert_eq!(outcome, Ok(()))).await.unwrap();
    assert!(server.files().contains_key("Img/B"));
}

#[tokio::test]
async fn is_full_at_some_point() {
    let server = MemoryServer::new(MemoryOptions { space: Some(10), ..MemoryOptions::default() });
    let mut remote = connect(&server).await;
    let uploads = [bytes_to("a", b"123456"), bytes_to("b", b"123456"), bytes_to("b", b"1234")];
    let mut outcomes = Vec::new();
    remote.upload(&uploads, &|_, _| {}, &mut |_, outcome| outcomes.push(outcome)).await.unwrap();
    assert!(matches!(outcomes[1], Err(RemoteError::Full(_))), "{outcomes:?}");
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok(), "{outcomes:?}");
    assert_eq!(server.files().len(), 2);
}

#[tokio::test]
async fn counts_connections() {
    let server = MemoryServer::new(MemoryOptions { most_connections: Some(2), ..MemoryOptions::default() });
    let (first, second) = (connect(&server).await, connect(&server).await);
    assert!(matches!(server.connect().await, Err(RemoteError::TooManyConnections(_))));
    first.close().await;
    drop(second);
    assert_eq!(server.connections(), 0);
    connect(&server).await.ping().await.unwrap();
    assert_eq!(server.log(), ["connect", "connect", "connect", "connect", "ping"]);
}
