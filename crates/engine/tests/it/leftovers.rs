//! What an interrupted run leaves, and what must not come of it later.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use slipway_core::{Code, Protocol, RemoteDir, ServerFacts};
use slipway_engine::PublishOptions;
use slipway_remote::faulty::{Fault, Faulty, Operation};
use slipway_remote::ftp::{FtpConnector, Options, Reached};
use slipway_remote::memory::MemoryOptions;
use slipway_remote::{Connector, RemoteError, Throttle};
use slipway_testkit::{Action, ControlProxy, Daemon, DataFault, Kind};
use tokio::sync::Notify;

use crate::fixture::Fixture;

/// Publishes until `when` holds for an operation; from there on nothing is answered, and the process is gone.
async fn killed(fixture: &Fixture, when: impl Fn(&Operation) -> bool + Send + Sync + 'static) {
    let (reached, dead) = (Arc::new(Notify::new()), AtomicBool::new(false));
    let at = reached.clone();
    let faulty = Faulty::new(fixture.server.clone(), move |operation: &Operation, _| {
        dead.fetch_or(when(operation), Ordering::SeqCst);
        dead.load(Ordering::SeqCst).then(|| {
            at.notify_one();
            Fault::Hang
        })
    });
    let options = PublishOptions::default();
    let publishing = fixture.publish_over(Arc::new(faulty), &options);
    tokio::select! {
        result = publishing => panic!("it was not killed: {result:?}"),
        () = reached.notified() => {}
    }
}

fn without_times() -> MemoryOptions {
    MemoryOptions { mdtm: false, mlsd: false, ..MemoryOptions::default() }
}

#[tokio::test]
async fn what_was_dropped_from_staging_is_not_taken_for_live() {
    for options in [MemoryOptions::default(), without_times()] {
        let fixture = Fixture::new(options);
        fixture.write("index.html", "one!");
        fixture.write("z.html", "z");
        fixture.publish().await.unwrap();
        fixture.write("index.html", "two!");
        killed(&fixture, |operation| matches!(operation, Operation::Rename(..))).await;
        fixture.write("index.html", "one!");
        fixture.write("z.html", "zz");
        killed(&fixture, |operation| matches!(operation, Operation::Upload(_))).await;
        fixture.write("index.html", "two!");
        fixture.publish().await.unwrap();
        assert_eq!(fixture.online(), fixture.local());
        fixture.assert_tidy();
    }
}

/// Cut off between forgetting a file in staging and removing it, and again before the next file is sent: the old
/// content must not be taken for the new one's, although it has as many bytes.
#[tokio::test]
async fn a_forgotten_file_in_staging_lends_its_number_to_no_other() {
    let fixture = Fixture::new(MemoryOptions::default());
    fixture.write("index.html", "zero");
    fixture.publish().await.unwrap();
    fixture.write("index.html", "one!");
    killed(&fixture, |operation| matches!(operation, Operation::Rename(..))).await;
    fixture.write("index.html", "two!");
    killed(&fixture, |operation| matches!(operation, Operation::RemoveFile(_))).await;
    killed(&fixture, |operation| matches!(operation, Operation::Upload(_) | Operation::RemoveFile(_))).await;
    killed(&fixture, |operation| matches!(operation, Operation::Upload(_))).await;
    fixture.publish().await.unwrap();
    assert_eq!(fixture.online(), fixture.local());
    fixture.assert_tidy();
}

#[tokio::test]
async fn a_file_of_others_is_not_taken_for_one_that_went_live() {
    let fixture = Fixture::new(without_times());
    fixture.write("index.html", "one!");
    fixture.publish().await.unwrap();
    fixture.write("film.mp4", "film");
    killed(&fixture, |operation| matches!(operation, Operation::Rename(..))).await;
    fixture.remove("film.mp4");
    fixture.write("index.html", "new");
    killed(&fixture, |operation| matches!(operation, Operation::Upload(_))).await;
    fixture.server.put("film.mp4", b"film");
    fixture.publish().await.unwrap();
    assert_eq!(fixture.online()["film.mp4"], b"film", "Slipway did not put it there");
}

#[tokio::test]
async fn the_guard_is_there_although_the_first_run_was_cut_off_before() {
    let at_guard =
        |operation: &Operation| matches!(operation, Operation::Upload(path) if path.name() == ".htaccess");
    let fixture = Fixture::new(MemoryOptions::default());
    fixture.write("index.html", "home");
    killed(&fixture, at_guard).await;
    fixture.publish().await.unwrap();
    fixture.assert_tidy();

    let fixture = Fixture::new(MemoryOptions { case_insensitive: true, ..MemoryOptions::default() });
    fixture.write("a.html", "one");
    fixture.write("A.html", "two");
    killed(&fixture, at_guard).await;
    assert_eq!(fixture.publish().await.unwrap_err().code, Code::NameNotAllowed);
    assert!(fixture.online().is_empty());
}

#[tokio::test]
async fn a_change_of_case_removes_nothing_where_case_does_not_count() {
    for case_insensitive in [false, true] {
        let fixture = Fixture::new(MemoryOptions { case_insensitive, ..MemoryOptions::default() });
        fixture.write("index.html", "home");
        fixture.write("Images/Logo.png", "logo");
        fixture.publish().await.unwrap();
        fixture.remove("Images/Logo.png");
        std::fs::remove_dir(fixture.folder.path().join("Images")).unwrap();
        fixture.write("images/logo.png", "logo");
        fixture.publish().await.unwrap();
        let online = fixture.online();
        assert_eq!(online.len(), 2, "{online:?}");
        let logo = online.iter().find(|(path, _)| path.to_lowercase() == "images/logo.png");
        assert_eq!(logo.unwrap().1, b"logo");
        let again = fixture.publish().await.unwrap();
        assert_eq!((again.uploaded, again.removed), (0, 0));
    }
}

#[tokio::test]
async fn trouble_with_a_second_connection_does_not_end_the_run() {
    for error in [
        RemoteError::SecureFailed("handshake".to_owned()),
        RemoteError::HostNotFound("temporary failure in name resolution".to_owned()),
    ] {
        let fixture = Fixture::new(MemoryOptions::default());
        for n in 0..60 {
            fixture.write(&format!("{n}.html"), "x");
        }
        let connects = AtomicUsize::new(0);
        let faulty = Faulty::new(fixture.server.clone(), move |operation: &Operation, _| {
            let second = *operation == Operation::Connect && connects.fetch_add(1, Ordering::SeqCst) == 1;
            second.then(|| Fault::Error(error.clone()))
        });
        fixture.publish_over(Arc::new(faulty), &PublishOptions::default()).await.unwrap();
        assert_eq!(fixture.online(), fixture.local());
    }
}

#[tokio::test]
async fn a_folder_in_the_place_of_a_published_file_is_a_conflict() {
    let fixture = Fixture::new(MemoryOptions::default());
    fixture.write("index.html", "home");
    fixture.write("a", "file");
    fixture.publish().await.unwrap();
    fixture.server.remove("a");
    fixture.server.put("a/theirs.txt", b"theirs");
    fixture.write("a", "changed");
    let refused = fixture.publish().await.unwrap_err();
    assert_eq!((refused.code, refused.path.as_deref()), (Code::Conflict, Some("a")));
}

fn connector(daemon: &Daemon, port: u16) -> Arc<dyn Connector> {
    Arc::new(FtpConnector::new(Options {
        host: daemon.host().to_owned(),
        port,
        protocol: Protocol::Ftp,
        user: daemon.user().to_owned(),
        password: daemon.password().to_owned().into(),
        remote_dir: RemoteDir::default(),
        trusted: None,
        timeout: Duration::from_secs(20),
        throttle: Throttle::default(),
        facts: ServerFacts::default(),
        reached: Reached::default(),
    }))
}

/// Waits until the first file of a staging folder has so many bytes.
async fn arrived(root: &Path, bytes: u64) {
    let waits = |run: std::fs::DirEntry| run.path().join("000000").metadata().is_ok_and(|m| m.len() == bytes);
    let there = || {
        std::fs::read_dir(root.join(".slipway")).is_ok_and(|mut runs| runs.any(|run| run.is_ok_and(waits)))
    };
    while !there() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A file is written anew, with as many bytes, while it is sent; the run is killed before it notices; and then the
/// file is put back as it was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sent_of_a_file_that_changed_meanwhile_is_not_used() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let proxy = ControlProxy::start(daemon.port());
    let fixture = Fixture::new(MemoryOptions::default());
    fixture.write("index.html", "home");
    let options = PublishOptions::default();
    fixture.publish_over(connector(&daemon, daemon.port()), &options).await.unwrap();

    let (ours, other) = ("A".repeat(5_000), "B".repeat(5_000));
    fixture.write("style.css", &ours);
    let file = fixture.folder.path().join("style.css");
    proxy.at_verb("STOR", 2, Action::Notify(Box::new(move || std::fs::write(&file, &other).unwrap())));
    // All bytes get through, and the end of the file does not: the sender goes on waiting. The first data
    // connections are for a listing, of the folder that gets the new file, and for the lock and who else has one.
    proxy.at_transfer(4, DataFault::Stall(5_000));
    {
        let publishing = fixture.publish_over(connector(&daemon, proxy.port()), &options);
        tokio::select! {
            result = publishing => panic!("it was not killed: {result:?}"),
            () = arrived(daemon.root(), 5_000) => {}
        }
    }
    fixture.write("style.css", &ours);
    fixture.publish_over(connector(&daemon, daemon.port()), &options).await.unwrap();
    assert_eq!(std::fs::read_to_string(daemon.root().join("style.css")).unwrap(), ours);
}
