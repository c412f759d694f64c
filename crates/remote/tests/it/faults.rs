//! Faults that are asked for happen, and only those.

use std::time::Duration;

use slipway_remote::faulty::{Delayed, Fault, Faulty, Operation};
use slipway_remote::memory::MemoryServer;
use slipway_remote::{Connector, Remote, RemoteError, Reply, Stored};

use crate::conformance::{bytes_to, connect, path, paths};

type Outcomes = Vec<(usize, Result<Stored, RemoteError>)>;

/// Uploads `0`, `1` and `2`, with a fault at `1`.
async fn upload_with(fault: Fault) -> (MemoryServer, Outcomes, Result<(), RemoteError>, Box<dyn Remote>) {
    let server = MemoryServer::default();
    let at = Operation::Upload(path("1"));
    let faulty = Faulty::new(server.clone(), move |asked, _| (*asked == at).then(|| fault.clone()));
    let mut remote = connect(&faulty).await;
    let uploads = ["0", "1", "2"].map(|name| bytes_to(name, b"content"));
    let mut outcomes = Vec::new();
    let ended = remote.upload(&uploads, &|_, _| {}, &mut |i, outcome| outcomes.push((i, outcome))).await;
    (server, outcomes, ended, remote)
}

fn names(server: &MemoryServer) -> Vec<String> {
    server.files().into_keys().collect()
}

#[tokio::test]
async fn an_error_is_reported_and_nothing_done() {
    let full = RemoteError::Full(Reply::new(552, "Disk full"));
    let (server, outcomes, ended, mut remote) = upload_with(Fault::Error(full.clone())).await;
    assert_eq!(ended, Ok(()));
    assert_eq!(outcomes[1], (1, Err(full)));
    assert!(outcomes[0].1.is_ok() && outcomes[2].1.is_ok() && outcomes[2].0 == 2);
    assert_eq!(names(&server), ["0", "2"]);
    remote.ping().await.unwrap();
}

#[tokio::test]
async fn connections_are_lost_before_and_after() {
    let refused = RemoteError::SessionRefused("425".to_owned());
    for (fault, there) in [
        (Fault::LostBefore, &["0"][..]),
        (Fault::LostAfter, &["0", "1"]),
        (Fault::Error(refused), &["0"]),
        (Fault::Truncate(3), &["0", "1"]),
    ] {
        let (server, outcomes, ended, mut remote) = upload_with(fault.clone()).await;
        assert!(ended.is_err_and(|error| error.ends_connection()), "{fault:?}");
        assert_eq!(outcomes.len(), 1, "{fault:?}");
        assert_eq!(names(&server), there, "{fault:?}");
        assert_eq!(server.connections(), 0, "{fault:?}");
        assert!(remote.ping().await.is_err(), "{fault:?}");
        if fault == Fault::Truncate(3) {
            assert_eq!(server.files()["1"], b"con");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn hanging_lasts() {
    let hanging = upload_with(Fault::Hang);
    assert!(tokio::time::timeout(Duration::from_secs(86_400), hanging).await.is_err());
}

#[tokio::test]
async fn connecting_fails_and_operations_are_counted() {
    let server = MemoryServer::default();
    let faulty = Faulty::new(server.clone(), |asked, before| match (asked, before) {
        (Operation::Connect, 0) => Some(Fault::LostBefore),
        (Operation::RemoveFile(_), 3) => Some(Fault::LostAfter),
        _ => None,
    });
    assert!(matches!(faulty.connect().await, Err(RemoteError::Lost(_))));
    server.put("a", b"");
    server.put("b", b"");
    server.put("c", b"");
    let mut remote = connect(&faulty).await;
    let mut removed = 0;
    let ended = remote.remove_files(&paths(&["a", "b", "c"]), &mut |_, _| removed += 1).await;
    assert!(ended.is_err());
    assert_eq!((removed, names(&server)), (1, vec!["c".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn far_away_each_item_takes_its_time() {
    let delayed = Delayed::new(MemoryServer::default(), Duration::from_millis(80));
    let begin = tokio::time::Instant::now();
    let mut remote = connect(&delayed).await;
    remote.sizes(&paths(&["a", "b", "c"]), &mut |_, _| ()).await.unwrap();
    assert_eq!(begin.elapsed().as_millis(), 320);
}
