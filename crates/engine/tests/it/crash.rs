//! A publish that is cut off at every single operation, in every way: what visitors see is always whole, and the
//! next publish ends equal to the folder, with nothing left over.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use slipway_engine::PublishOptions;
use slipway_remote::faulty::{Fault, Faulty, Operation};
use slipway_remote::memory::MemoryOptions;
use tokio::sync::Notify;

use crate::fixture::Fixture;

/// An old site that is online, and a new one in the folder.
async fn update() -> Fixture {
    let fixture = Fixture::new(MemoryOptions::default());
    for (path, content) in [
        ("index.html", "old home"),
        ("style.css", "old style"),
        ("old/only.html", "goes"),
        ("same.txt", "same"),
        ("becomes", "a folder"),
    ] {
        fixture.write(path, content);
    }
    fixture.publish().await.unwrap();
    fixture.write("index.html", "new home");
    fixture.write("style.css", "new style, longer");
    fixture.write("new/deep/page.html", "new page");
    fixture.remove("old/only.html");
    fixture.remove("becomes");
    fixture.write("becomes/page.html", "in the folder");
    fixture
}

fn is_whole(
    online: &BTreeMap<String, Vec<u8>>,
    old: &BTreeMap<String, Vec<u8>>,
    new: &BTreeMap<String, Vec<u8>>,
) {
    for (path, content) in online {
        let whole = old.get(path) == Some(content) || new.get(path) == Some(content);
        assert!(whole, "{path} is neither old nor new");
    }
    for path in old.keys().filter(|path| new.contains_key(*path)) {
        assert!(online.contains_key(path), "{path} is in both versions and yet missing");
    }
}

async fn operations() -> usize {
    let fixture = update().await;
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    let faulty = Faulty::new(fixture.server.clone(), move |_, _| {
        counter.fetch_add(1, Ordering::Relaxed);
        None
    });
    fixture.publish_over(Arc::new(faulty), &PublishOptions::default()).await.unwrap();
    assert_eq!(fixture.online(), fixture.local());
    count.load(Ordering::Relaxed)
}

#[tokio::test]
async fn killed_at_any_operation() {
    let total = operations().await;
    assert!(total > 30, "{total}");
    for n in 0..total {
        let fixture = update().await;
        let (old, new) = (fixture.online(), fixture.local());
        let reached = Arc::new(Notify::new());
        let at = reached.clone();
        let faulty = Faulty::new(fixture.server.clone(), move |_: &Operation, nth| {
            (nth >= n).then(|| {
                at.notify_one();
                Fault::Hang
            })
        });
        {
            let options = PublishOptions::default();
            let publishing = fixture.publish_over(Arc::new(faulty), &options);
            tokio::select! {
                result = publishing => assert!(result.is_ok(), "{n}: {result:?}"),
                () = reached.notified() => {}
            }
        }
        is_whole(&fixture.online(), &old, &new);
        let before = fixture.server.log().len();
        fixture.publish().await.unwrap_or_else(|failure| panic!("after {n}: {failure}"));
        assert_eq!(fixture.online(), new, "after {n}");
        fixture.assert_tidy();
        let again = fixture.server.log()[before..].to_vec();
        let staged = |line: &&String| line.starts_with("upload ") && !line.contains("lock-");
        assert!(again.iter().filter(staged).count() <= 5, "after {n}: {again:?}");
        let rest = fixture.publish().await.unwrap();
        assert_eq!((rest.uploaded, rest.removed), (0, 0), "after {n}");
    }
    println!("killed at {total} operations");
}

#[tokio::test]
async fn a_connection_lost_at_any_operation_is_recovered_from() {
    let total = operations().await;
    for (name, fault) in
        [("before", Fault::LostBefore), ("after", Fault::LostAfter), ("part", Fault::Truncate(3))]
    {
        for n in 0..total {
            let fixture = update().await;
            let (old, new) = (fixture.online(), fixture.local());
            let fault = fault.clone();
            let faulty = Faulty::new(fixture.server.clone(), move |_, nth| (nth == n).then(|| fault.clone()));
            let result = fixture.publish_over(Arc::new(faulty), &PublishOptions::default()).await;
            is_whole(&fixture.online(), &old, &new);
            result.unwrap_or_else(|failure| panic!("{name} {n}: {failure}"));
            assert_eq!(fixture.online(), new, "{name} {n}");
            fixture.assert_tidy();
        }
    }
}
