//! The pool: connections are shared, given back, counted, and fewer when the server allows fewer.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use slipway_core::{Protocol, Retry};
use slipway_remote::faulty::{Fault, Faulty, Operation};
use slipway_remote::ftp::FtpConnector;
use slipway_remote::memory::{MemoryOptions, MemoryServer};
use slipway_remote::{Backoff, Connector, Pool, RemoteError, Reply};
use slipway_testkit::{Daemon, Kind, Options as DaemonOptions, Tls};

use crate::servers::options;

const RETRY: Retry = Retry { attempts: 3, first_wait_ms: 1_000, longest_wait_ms: 30_000 };

fn pool(connector: impl Connector + 'static, limit: u8) -> Arc<Pool> {
    Pool::new(Arc::new(connector), limit, Backoff::new(RETRY), Box::new(|_, _, _| ()))
}

/// Takes a connection for a moment, `times` times at once, and says how often that failed.
async fn use_at_once(pool: &Arc<Pool>, times: usize) -> usize {
    let uses = (0..times).map(|_| {
        let pool = pool.clone();
        tokio::spawn(async move {
            let mut lease = pool.get().await?;
            tokio::time::sleep(Duration::from_millis(10)).await;
            lease.ping().await?;
            lease.give_back();
            Ok::<(), RemoteError>(())
        })
    });
    let mut failed = 0;
    for one in uses.collect::<Vec<_>>() {
        failed += usize::from(one.await.unwrap().is_err());
    }
    failed
}

fn connects(server: &MemoryServer) -> usize {
    server.log().iter().filter(|line| *line == "connect").count()
}

#[tokio::test(start_paused = true)]
async fn never_more_than_the_limit_and_none_twice() {
    let server = MemoryServer::default();
    let pool = pool(server.clone(), 3);
    assert_eq!(use_at_once(&pool, 20).await, 0);
    assert_eq!((connects(&server), server.connections()), (3, 3));
    assert_eq!((pool.most_open(), pool.connected(), pool.learnt_limit()), (3, 3, None));
    pool.close().await;
    assert_eq!((pool.connected(), server.connections()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_lease_is_a_closed_connection() {
    let server = MemoryServer::default();
    let pool = pool(server.clone(), 1);
    let lease = pool.get().await.unwrap();
    let waiting = tokio::spawn({
        let pool = pool.clone();
        async move { pool.get().await.map(drop) }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!waiting.is_finished(), "one connection for one at a time");
    drop(lease);
    waiting.await.unwrap().unwrap();
    assert_eq!((pool.connected(), server.connections(), connects(&server)), (0, 0, 2));
}

#[tokio::test(start_paused = true)]
async fn shrinks_to_what_the_server_allows() {
    let server = MemoryServer::new(MemoryOptions { most_connections: Some(2), ..Default::default() });
    let pool = pool(server.clone(), 8);
    assert_eq!(use_at_once(&pool, 20).await, 0);
    assert_eq!((pool.limit(), pool.learnt_limit(), pool.most_open()), (2, Some(2), 2));
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn shrinks_to_what_real_servers_allow() {
    for kind in Kind::ALL {
        for protocol in [Protocol::Ftp, Protocol::Ftps] {
            let limit = DaemonOptions { max_clients_per_host: Some(4), tls: Tls::V12, ..Default::default() };
            let daemon = Daemon::with(kind, limit);
            let pool = pool(FtpConnector::new(options(&daemon, protocol)), 8);
            assert_eq!(use_at_once(&pool, 20).await, 0, "{kind:?}");
            assert_eq!(pool.learnt_limit(), Some(4), "{kind:?} {protocol:?}");
            pool.close().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_can_pass_is_tried_again() {
    let server = MemoryServer::default();
    let failures =
        |asked: &Operation, before| (*asked == Operation::Connect && before < 2).then_some(Fault::LostBefore);
    let told = Arc::new(Mutex::new(Vec::new()));
    let telling = told.clone();
    let on_retry = move |error: &RemoteError, attempt, pause: Duration| {
        assert!(matches!(error, RemoteError::Lost(_)));
        assert!((500..=1_000 * u128::from(attempt - 1)).contains(&pause.as_millis()), "{pause:?}");
        telling.lock().unwrap().push(attempt);
    };
    let faulty = Arc::new(Faulty::new(server.clone(), failures));
    let pool = Pool::new(faulty, 1, Backoff::new(RETRY), Box::new(on_retry));
    pool.get().await.unwrap().give_back();
    assert_eq!(*told.lock().unwrap(), [2, 3]);
}

#[tokio::test(start_paused = true)]
async fn what_can_not_pass_is_not_tried_again() {
    let refused = RemoteError::LoginRejected(Reply::new(530, "Login incorrect."));
    for (error, tries) in [(refused, 1), (RemoteError::Lost("cut".to_owned()), 3)] {
        let count = Arc::new(AtomicU32::new(0));
        let counting = count.clone();
        let fault = Fault::Error(error.clone());
        let faulty = Faulty::new(MemoryServer::default(), move |_, _| {
            counting.fetch_add(1, Ordering::Relaxed);
            Some(fault.clone())
        });
        let pool = pool(faulty, 4);
        assert_eq!(pool.get().await.err(), Some(error));
        assert_eq!((count.load(Ordering::Relaxed), pool.connected()), (tries, 0));
    }
}
