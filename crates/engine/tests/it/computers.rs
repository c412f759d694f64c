//! Two computers that publish the same site: one at a time, told of each other, and nobody's work is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use slipway_core::{Code, Failure, OnConflict, Publisher, RemotePath};
use slipway_engine::PublishOptions;
use slipway_remote::Connector;
use slipway_remote::faulty::{Fault, Faulty, Operation};
use slipway_remote::memory::{MemoryOptions, MemoryServer};
use tokio::sync::Notify;

use crate::fixture::Fixture;

/// Another computer with the same site in its folder.
fn other_computer(first: &Fixture) -> Fixture {
    let mut other = Fixture::new(MemoryOptions::default());
    other.server = first.server.clone();
    for (path, content) in first.local() {
        other.write(&path, std::str::from_utf8(&content).unwrap());
    }
    other
}

/// Publishes until an operation of this kind is about to be done, and is killed there.
async fn killed_at(fixture: &Fixture, what: &'static str) {
    let reached = Arc::new(Notify::new());
    let at = reached.clone();
    let faulty = Faulty::new(fixture.server.clone(), move |operation: &Operation, _| {
        format!("{operation:?}").contains(what).then(|| {
            at.notify_one();
            Fault::Hang
        })
    });
    let options = PublishOptions::default();
    tokio::select! {
        result = fixture.publish_over(Arc::new(faulty), &options) => panic!("not killed at {what}: {result:?}"),
        () = reached.notified() => {}
    }
}

/// Files that the other has changed are replaced.
fn replacing() -> PublishOptions {
    PublishOptions { on_conflict: OnConflict::Replace, ..PublishOptions::default() }
}

fn locks(server: &MemoryServer) -> Vec<String> {
    server.files().into_keys().filter(|path| path.starts_with(".slipway/lock-")).collect()
}

/// Lets the lock and what waits in staging look as if nothing had been written for so many seconds.
async fn silent_for(server: &MemoryServer, seconds: i64) {
    let mut remote = server.connect().await.unwrap();
    let files = server.files().into_keys().filter(|path| path.starts_with(".slipway/"));
    for path in files.map(|path| RemotePath::new(&path).unwrap()).collect::<Vec<_>>() {
        let mut time = None;
        remote.times(std::slice::from_ref(&path), &mut |_, told| time = told.ok()).await.unwrap();
        let earlier = [(path, time.unwrap() - seconds)];
        remote.set_times(&earlier, &mut |_, set| set.unwrap()).await.unwrap();
    }
}

fn publisher(failure: &Failure) -> &Publisher {
    assert_eq!(failure.code, Code::AnotherPublishRunning, "{failure}");
    failure.publisher.as_deref().unwrap()
}

async fn update() -> (Fixture, Fixture) {
    let first = Fixture::new(MemoryOptions::default());
    first.write("index.html", "old home");
    first.write("style.css", "old style");
    first.publish().await.unwrap();
    first.write("index.html", "new home");
    first.write("style.css", "new style, longer");
    let second = other_computer(&first);
    second.write("index.html", "home of the second");
    (first, second)
}

#[tokio::test]
async fn the_second_learns_who_publishes_and_changes_nothing() {
    let (first, second) = update().await;
    killed_at(&first, "Rename").await;
    let before = first.server.files();
    let options = PublishOptions { take_over: true, ..replacing() };
    for options in [&PublishOptions { take_over: false, ..options.clone() }, &options] {
        let refused = second.publish_with(options).await.unwrap_err();
        let publisher = publisher(&refused);
        assert!(publisher.name.as_deref().is_some_and(|name| name.contains('@')), "{publisher:?}");
        assert!(!publisher.may_be_replaced, "{publisher:?}");
        assert!(publisher.silent_seconds.is_some_and(|seconds| seconds < 60), "{publisher:?}");
        assert_eq!(first.server.files(), before, "not even a lock of its own is left");
    }
}

#[tokio::test]
async fn the_same_computer_carries_on_at_once() {
    let (first, _) = update().await;
    killed_at(&first, "Rename").await;
    assert_eq!(locks(&first.server).len(), 1);
    first.publish().await.unwrap();
    assert_eq!(first.online(), first.local());
    first.assert_tidy();
}

#[tokio::test]
async fn a_silent_publisher_is_replaced_when_that_is_asked_for() {
    let (first, second) = update().await;
    killed_at(&first, "Rename").await;
    silent_for(&first.server, 500).await;
    let asked = PublishOptions { take_over: true, ..replacing() };
    let refused = second.publish_with(&asked).await.unwrap_err();
    assert!(!publisher(&refused).may_be_replaced, "{refused}");
    silent_for(&first.server, 200).await;
    let refused =
        second.publish_with(&PublishOptions { take_over: false, ..asked.clone() }).await.unwrap_err();
    assert!(publisher(&refused).may_be_replaced, "{refused:?}");

    let outcome = second.publish_with(&asked).await.unwrap();
    assert!(outcome.notes.iter().any(|note| note.starts_with("Took over from ")), "{:?}", outcome.notes);
    assert_eq!(second.online(), second.local());
    second.assert_tidy();

    // The one that was replaced looks at the server, and finds what the other has changed.
    let conflict = first.publish().await.unwrap_err();
    assert_eq!(conflict.code, Code::Conflict);
    first.publish_with(&asked).await.unwrap();
    assert_eq!(first.online(), first.local());
    first.assert_tidy();
}

#[tokio::test]
async fn a_file_that_grows_is_a_sign_of_life() {
    let (first, second) = update().await;
    killed_at(&first, "Rename").await;
    silent_for(&first.server, 3600).await;
    let staged = first.server.files().into_keys().find(|path| path.ends_with("/000000")).unwrap();
    first.server.put(&staged, b"new home, and more");
    let asked = PublishOptions { take_over: true, ..PublishOptions::default() };
    let refused = second.publish_with(&asked).await.unwrap_err();
    assert!(!publisher(&refused).may_be_replaced, "{refused:?}");
}

/// A computer that publishes, and sleeps before an operation until another has done something meanwhile.
async fn asleep_at(
    fixture: &Fixture,
    what: &'static str,
    meanwhile: impl Future<Output = ()>,
) -> Result<slipway_core::Outcome, Failure> {
    let (asleep, awake) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let sleeps = Arc::new(AtomicBool::new(false));
    let (server, wakes) = (fixture.server.clone(), awake.clone());
    let sleeping = Sleeping { server, asleep: asleep.clone(), awake: wakes, sleeps: sleeps.clone() };
    let slept = AtomicBool::new(false);
    let options = PublishOptions::default();
    let sleeping = Faulty::new(sleeping, move |operation: &Operation, _| {
        let now = format!("{operation:?}").contains(what) && !slept.swap(true, Ordering::Relaxed);
        sleeps.fetch_or(now, Ordering::Relaxed);
        now.then_some(Fault::LostBefore)
    });
    let other = async {
        asleep.notified().await;
        meanwhile.await;
        awake.notify_one();
    };
    tokio::join!(fixture.publish_over(Arc::new(sleeping), &options), other).0
}

/// A connector that connects, once it sleeps, only when it is woken up.
struct Sleeping {
    server: MemoryServer,
    asleep: Arc<Notify>,
    awake: Arc<Notify>,
    sleeps: Arc<AtomicBool>,
}

#[async_trait::async_trait]
impl Connector for Sleeping {
    async fn connect(&self) -> Result<Box<dyn slipway_remote::Remote>, slipway_remote::RemoteError> {
        if self.sleeps.swap(false, Ordering::Relaxed) {
            self.asleep.notify_one();
            self.awake.notified().await;
        }
        self.server.connect().await
    }
}

#[tokio::test]
async fn who_was_replaced_touches_nothing_any_more() {
    for moment in ["/000000", "Rename"] {
        let (first, second) = update().await;
        let asked = PublishOptions { take_over: true, ..replacing() };
        let replaced = asleep_at(&first, moment, async {
            silent_for(&first.server, 900).await;
            second.publish_with(&asked).await.unwrap();
        });
        let refused = replaced.await.unwrap_err();
        assert_eq!(refused.code, Code::AnotherPublishRunning, "{moment}: {refused}");
        assert_eq!(second.online(), second.local(), "{moment}");
        second.assert_tidy();
    }
}

#[tokio::test]
async fn a_publish_between_the_look_and_the_lock_is_noticed() {
    let (first, second) = update().await;
    let between = asleep_at(&first, "lock-", async {
        second.publish_with(&replacing()).await.unwrap();
    });
    let refused = between.await.unwrap_err();
    assert_eq!(refused.code, Code::Conflict, "{refused}");
    assert_eq!(second.online(), second.local());
    second.assert_tidy();
}

#[tokio::test(start_paused = true)]
async fn of_two_at_the_same_time_one_goes_on() {
    for round in 0..20 {
        let (first, second) = update().await;
        let asked = replacing();
        let (one, two) = tokio::join!(first.publish_with(&asked), second.publish_with(&asked));
        let went_on: Vec<&Fixture> = [(&one, &first), (&two, &second)]
            .into_iter()
            .filter(|(ended, _)| ended.is_ok())
            .map(|(_, f)| f)
            .collect();
        for refused in [&one, &two].into_iter().filter_map(|ended| ended.as_ref().err()) {
            publisher(refused);
        }
        assert!(!went_on.is_empty(), "{round}: {one:?} {two:?}");
        let whole = went_on.iter().any(|fixture| fixture.online() == fixture.local());
        assert!(whole, "{round}: what is online is of neither");
        first.assert_tidy();
    }
}

#[tokio::test(start_paused = true)]
async fn who_waits_publishes_after_the_other() {
    let (first, second) = update().await;
    killed_at(&first, "Rename").await;
    let asked = PublishOptions { wait: true, ..replacing() };
    let carry_on = async {
        // Once the second has seen that it is not alone.
        loop {
            let waiting = second.events.lock().unwrap().iter().any(
                |event| matches!(event, slipway_core::Event::Note { text, .. } if text.contains("Waiting for its end")),
            );
            if waiting {
                break first.publish().await.unwrap();
            }
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    };
    let (waited, _) = tokio::join!(second.publish_with(&asked), carry_on);
    waited.unwrap();
    assert_eq!(second.online(), second.local());
    second.assert_tidy();
}

#[tokio::test]
async fn with_nothing_to_do_no_lock_is_taken() {
    let (first, _) = update().await;
    first.publish().await.unwrap();
    let before = first.server.log().len();
    first.publish().await.unwrap();
    let log = first.server.log()[before..].to_vec();
    assert_eq!(log.len(), 2, "one connection and one question: {log:?}");
}

#[tokio::test]
async fn a_publish_pays_one_operation_more_for_the_lock() {
    let (first, _) = update().await;
    let before = first.server.log().len();
    first.publish().await.unwrap();
    let log = first.server.log()[before..].to_vec();
    let own = |line: &&String| line.contains("lock-") || line.ends_with("list .slipway");
    // It is sent in place of the marker, looked for in place of markers, seen when staging is gone, and becomes the marker.
    assert_eq!(log.iter().filter(own).count(), 4, "{log:?}");
    assert!(!log.iter().any(|line| line.starts_with("upload .slipway/last-")), "{log:?}");
}

#[tokio::test]
async fn a_run_that_fails_or_is_stopped_lets_go() {
    let (first, second) = update().await;
    let faulty = Faulty::new(first.server.clone(), |operation: &Operation, _| {
        let refused = || slipway_remote::RemoteError::Full(slipway_remote::Reply::new(552, "Disk full"));
        let text = format!("{operation:?}");
        (text.contains("Upload") && text.contains("00000")).then(|| Fault::Error(refused()))
    });
    let failed = first.publish_over(Arc::new(faulty), &PublishOptions::default()).await.unwrap_err();
    assert_eq!(failed.code, Code::HostingFull);
    assert_eq!(locks(&first.server), [""; 0]);
    let asked = replacing();
    second.publish_with(&asked).await.unwrap();
}
