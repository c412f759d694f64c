//! What a pull records, and what the next pull and the next publish make of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use slipway_core::plan::OnConflict;
use slipway_core::site::{Pull, Source};
use slipway_core::{Code, Outcome, Published};
use slipway_engine::{PublishOptions, PullOptions, destination, preview_pull};
use slipway_remote::faulty::{Faulty, Operation};
use slipway_remote::memory::MemoryOptions;
use tempfile::TempDir;

use crate::fixture::Fixture;
use crate::pull::pull_over;

/// Servers that tell all, no times in listings, and none at all.
const SERVERS: [(bool, bool); 3] = [(true, true), (false, true), (false, false)];

fn site((mlsd, mdtm): (bool, bool)) -> Fixture {
    let fixture = Fixture::new(MemoryOptions { mlsd, mdtm, ..MemoryOptions::default() });
    for (path, content) in [("index.html", "version 1"), ("css/a.css", "css"), ("empty.txt", "")] {
        fixture.server.put(path, content.as_bytes());
    }
    fixture
}

async fn pull(fixture: &Fixture) -> Outcome {
    let connector = Arc::new(fixture.server.clone());
    pull_over(fixture, connector, &PullOptions::default()).await.unwrap()
}

fn record(fixture: &Fixture) -> Published {
    let ledger = fixture.ledger();
    let place = ledger.place(&fixture.site.name, &destination(&fixture.site)).unwrap();
    ledger.published(place).unwrap()
}

#[tokio::test]
async fn what_was_changed_on_both_sides_is_not_replaced_unasked() {
    for server in SERVERS {
        let fixture = site(server);
        pull(&fixture).await;
        fixture.write("index.html", "edited here");
        fixture.server.put("index.html", b"version 2, longer");
        let kept = pull(&fixture).await;
        assert!(kept.notes.iter().any(|note| note.starts_with("index.html")), "{:?}", kept.notes);
        let conflict = fixture.publish().await.unwrap_err();
        assert_eq!(conflict.code, Code::Conflict, "{server:?}");
        assert_eq!(fixture.online()["index.html"], b"version 2, longer", "{server:?}");

        let with = |on_conflict| PublishOptions { on_conflict, ..PublishOptions::default() };
        fixture.publish_with(&with(OnConflict::Keep)).await.unwrap();
        assert_eq!(fixture.online()["index.html"], b"version 2, longer", "{server:?}");
        fixture.publish_with(&with(OnConflict::Replace)).await.unwrap();
        assert_eq!(fixture.online()["index.html"], b"edited here", "{server:?}");
        fixture.write("index.html", "edited again");
        fixture.publish().await.unwrap();
        assert_eq!(fixture.online(), fixture.local(), "{server:?}");
    }
}

#[tokio::test]
async fn what_was_only_changed_there_is_not_replaced_unasked_either() {
    for server in SERVERS {
        let fixture = site(server);
        pull(&fixture).await;
        fixture.server.put("index.html", b"version 2, longer");
        assert_eq!(fixture.publish().await.unwrap_err().code, Code::Conflict, "{server:?}");
        pull(&fixture).await;
        fixture.publish().await.unwrap();
        assert_eq!(fixture.online()["index.html"], b"version 2, longer", "{server:?}");
    }
}

#[tokio::test]
async fn what_came_in_a_pull_that_was_cut_off_is_updated_all_the_same() {
    for server in SERVERS {
        for cut in [10, 20, 40] {
            let fixture = site(server);
            for i in 0..60 {
                fixture.server.put(&format!("f{i:02}.txt"), b"old content");
            }
            let (cancel, count) = (fixture.cancel.clone(), Arc::new(AtomicUsize::new(0)));
            let faulty = Faulty::new(fixture.server.clone(), move |operation: &Operation, _| {
                if let Operation::Download(_) = operation
                    && count.fetch_add(1, Ordering::SeqCst) == cut
                {
                    cancel.cancel();
                }
                None
            });
            let cut_off = pull_over(&fixture, Arc::new(faulty), &PullOptions::default()).await;
            assert_eq!(cut_off.unwrap_err().code, Code::Cancelled, "{server:?} {cut}");
            let fixture = Fixture { cancel: Default::default(), ..fixture };
            let second = pull(&fixture).await;
            assert!(second.notes.is_empty(), "{server:?} {cut}: {:?}", second.notes);
            assert_eq!(record(&fixture).pulled.len(), 63, "{server:?} {cut}");
            for i in 0..60 {
                fixture.server.put(&format!("f{i:02}.txt"), b"new content, longer");
            }
            assert_eq!(pull(&fixture).await.downloaded, 60, "{server:?} {cut}");
            assert_eq!(fixture.publish().await.unwrap().uploaded, 0, "{server:?} {cut}");
            assert_eq!(fixture.local(), fixture.online(), "{server:?} {cut}");
        }
    }
}

#[tokio::test]
async fn a_record_that_is_lost_is_found_again() {
    for server in SERVERS {
        let fixture = site(server);
        pull(&fixture).await;
        let fixture = Fixture { data: TempDir::new().unwrap(), ..fixture };
        fixture.write("css/a.css", "CSS");
        let work = fixture.work(Arc::new(fixture.server.clone()), &PublishOptions::default());
        preview_pull(&work, &PullOptions::default()).await.unwrap();
        assert!(record(&fixture).pulled.is_empty(), "a preview records nothing");
        let outcome = pull(&fixture).await;
        assert_eq!(outcome.notes.len(), 1, "{server:?}: {:?}", outcome.notes);
        assert_eq!(fixture.local()["css/a.css"], b"CSS", "{server:?}");
        let pulled: Vec<String> = record(&fixture).pulled.into_keys().map(Into::into).collect();
        assert_eq!(pulled, ["empty.txt", "index.html"], "{server:?}");
        assert!(!fixture.folder.path().join(".slipway").exists(), "{server:?}");
        fixture.server.put("index.html", b"version 2, longer");
        assert_eq!(pull(&fixture).await.downloaded, 1, "{server:?}");
        assert_eq!(fixture.local()["index.html"], b"version 2, longer");
    }
}

#[tokio::test]
async fn a_backup_says_nothing_of_what_is_published() {
    let mut fixture = site((true, true));
    fixture.site.pull = Some(Pull { into: Some("backup".into()) });
    fixture.site.sources = vec![Source { folder: "public".into(), at: None }];
    fixture.write("public/index.html", "mine");
    fixture.publish().await.unwrap();
    fixture.server.put("index.html", b"edited there");
    assert_eq!(pull(&fixture).await.downloaded, 3);
    assert_eq!(pull(&fixture).await.downloaded, 0);
    assert!(record(&fixture).pulled.is_empty());
    fixture.write("public/index.html", "mine, and newer");
    assert_eq!(fixture.publish().await.unwrap_err().code, Code::Conflict);
    assert_eq!(fixture.online()["index.html"], b"edited there");
}

#[tokio::test]
async fn a_pull_that_a_build_or_a_publish_goes_on_with_is_recorded_for_it() {
    let mut built = site((true, true));
    built.site.pull = Some(Pull { into: Some("content".into()) });
    built.site.build = Some(slipway_core::Build::new(vec!["true".into()]));
    let mut published = site((true, true));
    published.site.pull = Some(Pull { into: Some("public".into()) });
    published.site.sources = vec![Source { folder: "public".into(), at: None }];
    for fixture in [built, published] {
        pull(&fixture).await;
        assert_eq!(record(&fixture).pulled.len(), 3);
    }
}

#[tokio::test]
async fn one_pull_at_a_time_into_a_folder() {
    let (first, mut second) = (site((true, true)), site((true, true)));
    second.site.folder = first.site.folder.clone();
    let reached = Arc::new(tokio::sync::Notify::new());
    let at = reached.clone();
    let hanging = Faulty::new(first.server.clone(), move |operation: &Operation, _| {
        matches!(operation, Operation::Download(_)).then(|| {
            at.notify_one();
            slipway_remote::faulty::Fault::Hang
        })
    });
    let options = PullOptions::default();
    let others = async {
        reached.notified().await;
        let connector = Arc::new(second.server.clone());
        let refused = pull_over(&second, connector.clone(), &options).await.unwrap_err();
        let work = second.work(connector.clone(), &PublishOptions::default());
        let seen = preview_pull(&work, &options).await.unwrap();
        assert_eq!(seen.downloads.len(), 3, "a preview is always possible");
        let elsewhere = TempDir::new().unwrap();
        let copy = PullOptions { into: Some(elsewhere.path().to_owned()), ..PullOptions::default() };
        assert_eq!(pull_over(&second, connector, &copy).await.unwrap().downloaded, 3);
        first.cancel.cancel();
        refused
    };
    let (stopped, refused) = tokio::join!(pull_over(&first, Arc::new(hanging), &options), others);
    assert_eq!(stopped.unwrap_err().code, Code::Cancelled);
    assert_eq!(refused.code, Code::AnotherPublishRunning);
    let folder = first.folder.path().canonicalize().unwrap();
    assert_eq!(refused.path, Some(folder.display().to_string()));
    assert_eq!(pull(&second).await.downloaded, 3);
    assert!(!folder.join(".slipway").exists());
}
