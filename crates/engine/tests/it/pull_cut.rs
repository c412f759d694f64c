//! Pulls that are cut off, lose connections, or meet files that do not come.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use slipway_core::{Code, RunState};
use slipway_engine::PullOptions;
use slipway_remote::RemoteError;
use slipway_remote::faulty::{Fault, Faulty, Operation};
use slipway_remote::memory::MemoryOptions;
use tokio::sync::Notify;

use crate::fixture::Fixture;
use crate::pull::pull_over;

/// A site that was brought down, and has changed on the server since.
async fn update() -> Fixture {
    let fixture = Fixture::new(MemoryOptions::default());
    for (path, content) in [("index.html", "old"), ("css/a.css", "old css"), ("same.txt", "same")] {
        fixture.server.put(path, content.as_bytes());
    }
    pull_over(&fixture, Arc::new(fixture.server.clone()), &PullOptions::default()).await.unwrap();
    fixture.server.put("index.html", b"new");
    fixture.server.put("css/a.css", b"new css, longer");
    fixture.server.put("new/deep/page.html", b"page");
    fixture
}

async fn operations() -> usize {
    let fixture = update().await;
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    let faulty = Faulty::new(fixture.server.clone(), move |_, _| {
        counter.fetch_add(1, Ordering::Relaxed);
        None
    });
    pull_over(&fixture, Arc::new(faulty), &PullOptions::default()).await.unwrap();
    assert_eq!(fixture.local(), fixture.online());
    count.load(Ordering::Relaxed)
}

fn assert_whole(fixture: &Fixture, what: &str) {
    let online = fixture.online();
    let old = |path: &str| match path {
        "index.html" => "old",
        "css/a.css" => "old css",
        _ => "same",
    };
    for (path, content) in fixture.local().iter().filter(|(path, _)| !path.starts_with(".slipway/pull/")) {
        let whole = *content == online[path] || content == old(path).as_bytes();
        assert!(whole, "{what}: {path} is neither old nor new");
    }
    for path in ["index.html", "css/a.css", "same.txt"] {
        assert!(fixture.local().contains_key(path), "{what}: {path} is missing");
    }
}

#[tokio::test]
async fn a_connection_lost_at_any_operation_is_recovered_from() {
    let total = operations().await;
    assert!(total > 8, "{total}");
    for (name, fault) in [("before", Fault::LostBefore), ("after", Fault::LostAfter)] {
        for n in 0..total {
            let fixture = update().await;
            let fault = fault.clone();
            let faulty = Faulty::new(fixture.server.clone(), move |_, nth| (nth == n).then(|| fault.clone()));
            let result = pull_over(&fixture, Arc::new(faulty), &PullOptions::default()).await;
            result.unwrap_or_else(|failure| panic!("{name} {n}: {failure}"));
            assert_eq!(fixture.local(), fixture.online(), "{name} {n}");
        }
    }
}

#[tokio::test]
async fn stopped_at_any_operation() {
    let total = operations().await;
    for (n, by_user) in (0..total).flat_map(|n| [(n, false), (n, true)]) {
        let fixture = update().await;
        let reached = Arc::new(Notify::new());
        let (at, cancel) = (reached.clone(), fixture.cancel.clone());
        let faulty = Faulty::new(fixture.server.clone(), move |_: &Operation, nth| {
            (nth >= n).then(|| {
                if by_user {
                    cancel.cancel();
                }
                at.notify_one();
                Fault::Hang
            })
        });
        let options = PullOptions::default();
        let pulling = pull_over(&fixture, Arc::new(faulty), &options);
        if by_user {
            assert_eq!(pulling.await.unwrap_err().code, Code::Cancelled, "{n}");
            assert_eq!(fixture.states().last(), Some(&RunState::Cancelled));
        } else {
            tokio::select! {
                result = pulling => assert!(result.is_ok(), "{n}: {result:?}"),
                () = reached.notified() => {}
            }
        }
        assert_whole(&fixture, &format!("{n} {by_user}"));
        let fixture = Fixture { cancel: Default::default(), ..fixture };
        let result = pull_over(&fixture, Arc::new(fixture.server.clone()), &options).await;
        result.unwrap_or_else(|failure| panic!("after {n}: {failure}"));
        assert_eq!(fixture.local(), fixture.online(), "after {n}");
    }
}

#[tokio::test]
async fn a_file_that_does_not_come_does_not_keep_the_others() {
    let fixture = update().await;
    let denied = |operation: &Operation, _: usize| match operation {
        Operation::Download(path) if ["css/a.css", "index.html"].contains(&path.as_str()) => {
            let reply = slipway_remote::Reply::new(550, "Permission denied");
            Some(Fault::Error(RemoteError::Denied(reply)))
        }
        _ => None,
    };
    let faulty = Arc::new(Faulty::new(fixture.server.clone(), denied));
    let failure = pull_over(&fixture, faulty, &PullOptions::default()).await.unwrap_err();
    assert_eq!((failure.code, failure.count), (Code::PermissionDenied, Some(2)));
    assert_eq!(failure.path.as_deref(), Some("css/a.css"));
    assert!(failure.server_reply.unwrap().contains("Permission denied"));
    assert_eq!(fixture.local()["new/deep/page.html"], b"page");
    assert_eq!(fixture.local()["index.html"], b"old");
    let outcome =
        pull_over(&fixture, Arc::new(fixture.server.clone()), &PullOptions::default()).await.unwrap();
    assert_eq!(outcome.downloaded, 2);
    assert_eq!(fixture.local(), fixture.online());
}

#[tokio::test]
async fn a_folder_that_is_closed_does_not_keep_the_others() {
    let mut fixture = update().await;
    let denied = |operation: &Operation, _: usize| match operation {
        Operation::List(folder) if folder.as_str() == "css" => {
            Some(Fault::Error(RemoteError::Denied(slipway_remote::Reply::new(550, "Permission denied"))))
        }
        _ => None,
    };
    let faulty = Arc::new(Faulty::new(fixture.server.clone(), denied));
    let failure = pull_over(&fixture, faulty.clone(), &PullOptions::default()).await.unwrap_err();
    assert_eq!((failure.code, failure.count), (Code::PermissionDenied, Some(1)));
    assert_eq!(failure.path.as_deref(), Some("css"));
    assert_eq!(fixture.local()["new/deep/page.html"], b"page");
    fixture.site.exclude.push("/css".to_owned());
    pull_over(&fixture, faulty, &PullOptions::default()).await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_changed_on_the_server_meanwhile_comes_as_it_is_then() {
    let fixture = update().await;
    let server = fixture.server.clone();
    let changing = move |operation: &Operation, _: usize| {
        if matches!(operation, Operation::Download(path) if path.as_str() == "css/a.css") {
            server.put("css/a.css", b"newer css, and longer still");
        }
        None
    };
    let faulty = Arc::new(Faulty::new(fixture.server.clone(), changing));
    pull_over(&fixture, faulty, &PullOptions::default()).await.unwrap();
    assert_eq!(fixture.local(), fixture.online());
    let again = pull_over(&fixture, Arc::new(fixture.server.clone()), &PullOptions::default()).await.unwrap();
    assert!(again.downloaded <= 1, "{again:?}");
}

#[tokio::test]
async fn a_file_that_is_changed_here_meanwhile_stays() {
    let fixture = update().await;
    let place = fixture.folder.path().join("css/a.css");
    let changing = move |operation: &Operation, _: usize| {
        if matches!(operation, Operation::Download(path) if path.as_str() == "css/a.css") {
            std::fs::write(&place, "edited here just now").unwrap();
        }
        None
    };
    let faulty = Arc::new(Faulty::new(fixture.server.clone(), changing));
    let outcome = pull_over(&fixture, faulty, &PullOptions::default()).await.unwrap();
    assert_eq!((outcome.downloaded, outcome.steps[0].skipped), (2, 2));
    assert!(outcome.notes.iter().any(|note| note.starts_with("css/a.css")), "{:?}", outcome.notes);
    assert_eq!(fixture.local()["css/a.css"], b"edited here just now");
    assert!(!fixture.folder.path().join(".slipway").exists(), "its part is gone");
}

#[tokio::test]
async fn a_file_that_is_removed_on_the_server_meanwhile_does_not_matter() {
    let fixture = update().await;
    let server = fixture.server.clone();
    let removing = move |operation: &Operation, _: usize| {
        if matches!(operation, Operation::Download(path) if path.as_str() == "new/deep/page.html") {
            server.remove("new/deep/page.html");
        }
        None
    };
    let faulty = Arc::new(Faulty::new(fixture.server.clone(), removing));
    let outcome = pull_over(&fixture, faulty, &PullOptions::default()).await.unwrap();
    assert_eq!((outcome.downloaded, outcome.failed), (2, 0));
    let gone = |note: &String| note.starts_with("new/deep/page.html was removed from the server");
    assert!(outcome.notes.iter().any(gone), "{:?}", outcome.notes);
    assert_eq!(fixture.local(), fixture.online());
    assert!(!fixture.folder.path().join(".slipway").exists());
}

#[tokio::test]
async fn a_file_that_is_listed_and_not_found_is_a_failure() {
    let fixture = update().await;
    let hiding = |operation: &Operation, _: usize| match operation {
        Operation::Download(path) | Operation::Size(path) if path.as_str() == "css/a.css" => {
            Some(Fault::Error(RemoteError::NotFound(slipway_remote::Reply::new(550, "No such file"))))
        }
        _ => None,
    };
    let faulty = Arc::new(Faulty::new(fixture.server.clone(), hiding));
    let failure = pull_over(&fixture, faulty, &PullOptions::default()).await.unwrap_err();
    assert_eq!((failure.code, failure.path.as_deref()), (Code::ServerMisbehaves, Some("css/a.css")));
    assert_eq!(fixture.local()["index.html"], b"new");
    assert_eq!(fixture.local()["css/a.css"], b"old css");
}
