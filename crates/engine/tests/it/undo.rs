//! Versions: kept after each publish, put back as a publish of their own.

use std::collections::BTreeMap;
use std::sync::Arc;

use slipway_core::{Code, Failure, KeptVersions, OnConflict, Outcome, RunId};
use slipway_engine::PublishOptions;
use slipway_remote::faulty::{Fault, Faulty};
use slipway_remote::memory::MemoryOptions;
use slipway_store::RunKind;
use tokio::sync::Notify;

use crate::fixture::Fixture;

type Files = BTreeMap<String, Vec<u8>>;

impl Fixture {
    /// The versions that are known, newest first.
    fn known(&self) -> Vec<RunId> {
        let runs = self.ledger().runs(&self.site.name, 100).unwrap();
        runs.into_iter().filter(|run| run.version).map(|run| run.run).collect()
    }

    async fn put_back(&self, version: &RunId) -> Result<Outcome, Failure> {
        self.publish_with(&PublishOptions { version: Some(version.clone()), ..PublishOptions::default() })
            .await
    }

    /// Three versions of a site: content changes, files come and go, one becomes a folder. What each put online.
    async fn three_versions(&self) -> [(RunId, Files); 3] {
        let mut versions = Vec::new();
        for number in 1..=3 {
            self.write("index.html", &format!("<h1>{number}</h1>"));
            self.write("same.css", "h1 { color: teal }");
            match number {
                1 => self.write("thing", "a file"),
                2 => {
                    self.remove("thing");
                    self.write("thing/part.html", "in a folder");
                    self.write("only-2.html", "two");
                }
                _ => self.remove("only-2.html"),
            }
            self.publish().await.unwrap();
            versions.push((self.known()[0].clone(), self.online()));
        }
        versions.try_into().unwrap()
    }
}

#[tokio::test]
async fn each_version_comes_back_byte_for_byte_and_so_does_what_was_undone() {
    let f = Fixture::new(MemoryOptions::default());
    let versions = f.three_versions().await;
    // Nothing comes from the folder: what is there now is something else.
    f.write("index.html", "not published");
    let there = f.local();
    for (run, files) in [&versions[0], &versions[1], &versions[2], &versions[0]] {
        f.put_back(run).await.unwrap();
        assert_eq!(&f.online(), files);
        assert_eq!(f.local(), there, "the folder is left alone");
        f.assert_tidy();
    }
    let last = f.ledger().runs(&f.site.name, 1).unwrap();
    assert_eq!((last[0].kind, last[0].version), (RunKind::Undo, true));
    // The next publish brings online what the folder holds.
    f.publish().await.unwrap();
    assert_eq!(f.online(), f.local());
}

#[tokio::test]
async fn a_file_that_others_changed_is_not_put_back_over() {
    let f = Fixture::new(MemoryOptions::default());
    let [first, ..] = f.three_versions().await;
    f.server.put("index.html", b"by somebody else");
    let failure = f.put_back(&first.0).await.unwrap_err();
    assert_eq!(failure.code, Code::Conflict);
    let options = PublishOptions {
        version: Some(first.0),
        on_conflict: OnConflict::Replace,
        ..PublishOptions::default()
    };
    f.publish_with(&options).await.unwrap();
    assert_eq!(f.online(), first.1);
}

#[tokio::test]
async fn what_is_missing_or_altered_is_said_before_anything_starts() {
    let f = Fixture::new(MemoryOptions::default());
    let [first, _, (_, third)] = f.three_versions().await;
    let files = f.ledger().version(&first.0).unwrap().unwrap();
    let page = &files.iter().find(|(path, _)| path.as_str() == "index.html").unwrap().1;
    let kept = f.versions().file(page.sha256);
    std::fs::write(&kept, "<h1>9</h1>").unwrap();
    let failure = f.put_back(&first.0).await.unwrap_err();
    assert_eq!((failure.code, failure.path.as_deref()), (Code::VersionDamaged, Some("index.html")));
    assert_eq!(failure.count, Some(1));
    std::fs::remove_file(kept).unwrap();
    assert_eq!(f.put_back(&first.0).await.unwrap_err().code, Code::VersionDamaged);
    assert_eq!(f.online(), third);
    f.assert_tidy();
    assert_eq!(f.put_back(&RunId::from_random([9; 16])).await.unwrap_err().code, Code::RunNotFound);
}

#[tokio::test]
async fn five_versions_are_kept_and_the_live_one_never_goes() {
    let f = Fixture::new(MemoryOptions::default());
    for number in 0..8 {
        f.write("index.html", &format!("version {number}"));
        f.publish().await.unwrap();
    }
    let known = f.known();
    assert_eq!(known.len(), 5);
    let kept: Vec<String> = (3..8).rev().map(|number| format!("version {number}")).collect();
    for (run, content) in known.iter().zip(kept) {
        let files = f.ledger().version(run).unwrap().unwrap();
        let (_, page) = files.iter().next().unwrap();
        assert_eq!(std::fs::read_to_string(f.versions().file(page.sha256)).unwrap(), content);
    }
    let objects = walk(&f.data.path().join("versions"));
    assert_eq!(objects, 5, "content that no version needs is gone");
    let oldest = f.ledger().runs(&f.site.name, 100).unwrap().pop().unwrap();
    assert_eq!(f.put_back(&oldest.run).await.unwrap_err().code, Code::VersionMissing);
}

#[tokio::test]
async fn as_much_is_kept_as_the_site_says_and_the_live_version_in_any_case() {
    let mut f = Fixture::new(MemoryOptions::default());
    f.site.versions.number = 2;
    for number in 0..4 {
        f.write("index.html", &format!("version {number}"));
        f.publish().await.unwrap();
    }
    assert_eq!(f.known().len(), 2);
    // Less is chosen: the next publish lets go of what is too much, but for what is online.
    f.site.versions = KeptVersions { number: 9, bytes: 10 };
    f.write("index.html", "longer than ten bytes");
    f.publish().await.unwrap();
    assert_eq!(f.known().len(), 1);
    f.put_back(&f.known()[0]).await.unwrap();
    assert_eq!(walk(&f.data.path().join("versions")), 1);
    f.site.versions.bytes = 100;
    f.write("index.html", "short");
    f.publish().await.unwrap();
    assert_eq!(f.online(), f.local());
    f.put_back(&f.known()[1]).await.unwrap();
    assert_eq!(f.online()["index.html"], b"longer than ten bytes");
}

/// How many files lie below a folder.
fn walk(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { walk(&path) } else { 1 }).sum()
}

#[tokio::test]
async fn a_publish_of_nothing_new_is_no_version_of_its_own() {
    let f = Fixture::new(MemoryOptions::default());
    f.write("index.html", "one");
    f.publish().await.unwrap();
    f.publish().await.unwrap();
    assert_eq!(f.known().len(), 1);
}

#[tokio::test]
async fn what_was_there_before_the_first_publish_comes_back() {
    let f = Fixture::new(MemoryOptions::default());
    f.server.put("index.html", b"the host's own page");
    f.server.put("notes.txt", b"not in the way");
    let before = f.online();
    f.write("index.html", "<h1>Mine</h1>");
    f.write("about.html", "<h1>About</h1>");
    f.publish().await.unwrap();
    let first = f.ledger().runs(&f.site.name, 10).unwrap();
    let kept = first.iter().find(|run| run.kind == RunKind::Pull).expect("a run of its own");
    assert_eq!(kept.outcome.as_ref().unwrap().downloaded, 1);
    f.put_back(&kept.run).await.unwrap();
    assert_eq!(f.online(), before);
    f.assert_tidy();
}

#[tokio::test]
async fn what_can_not_be_kept_fails_no_publish() {
    let f = Fixture::new(MemoryOptions::default());
    f.write("index.html", "one");
    // The folder of what is kept can't be made.
    std::fs::write(f.data.path().join("versions"), "in the way").unwrap();
    let outcome = f.publish().await.unwrap();
    assert_eq!(f.online(), f.local());
    assert!(outcome.notes.iter().any(|note| note.contains("could not be kept")), "{:?}", outcome.notes);
}

/// Killed at any operation, each file is whole, and the next undo ends as it should.
#[tokio::test]
async fn an_undo_that_is_killed_at_any_operation_is_carried_on() {
    let mut killed = 0;
    loop {
        let f = Fixture::new(MemoryOptions::default());
        let [first, _, (_, third)] = f.three_versions().await;
        let reached = Arc::new(Notify::new());
        let (at, n) = (reached.clone(), killed);
        let faulty = Faulty::new(f.server.clone(), move |_, nth| {
            (nth >= n).then(|| {
                at.notify_one();
                Fault::Hang
            })
        });
        let options = PublishOptions { version: Some(first.0.clone()), ..PublishOptions::default() };
        let ended = tokio::select! {
            biased;
            ended = f.publish_over(Arc::new(faulty), &options) => Some(ended),
            () = reached.notified() => None,
        };
        if let Some(ended) = ended {
            ended.unwrap();
            break;
        }
        killed += 1;
        for (path, content) in f.online() {
            let whole = [&first.1, &third].iter().any(|files| files.get(&path) == Some(&content));
            assert!(whole, "killed at {n}: {path}");
        }
        f.put_back(&first.0).await.unwrap();
        assert_eq!(f.online(), first.1, "killed at {n}");
        f.assert_tidy();
    }
    println!("an undo was killed at {killed} operations");
    assert!(killed > 20, "{killed}");
}

/// A publish that went live and was cut off before it was done is a version too, once the next run has seen to it.
#[tokio::test]
async fn what_a_cut_off_publish_brought_online_is_kept_by_the_next() {
    let mut killed = 0;
    loop {
        let f = Fixture::new(MemoryOptions::default());
        for content in ["one", "two"] {
            f.write("index.html", content);
            if content == "one" {
                f.publish().await.unwrap();
            }
        }
        let reached = Arc::new(Notify::new());
        let (at, n) = (reached.clone(), killed);
        let faulty = Faulty::new(f.server.clone(), move |_, nth| {
            (nth >= n).then(|| {
                at.notify_one();
                Fault::Hang
            })
        });
        let options = PublishOptions::default();
        let ended = tokio::select! {
            biased;
            ended = f.publish_over(Arc::new(faulty), &options) => Some(ended),
            () = reached.notified() => None,
        };
        if let Some(ended) = ended {
            ended.unwrap();
            break;
        }
        killed += 1;
        f.publish().await.unwrap();
        let two = f.online();
        f.write("index.html", "three");
        f.publish().await.unwrap();
        f.put_back(&f.known()[1]).await.unwrap();
        assert_eq!(f.online(), two, "killed at {n}");
    }
    assert!(killed > 10, "{killed}");
}
