//! Pulls that go as they should, and what they leave alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use slipway_core::site::Pull;
use slipway_core::{Code, Event, Failure, FileChange, Outcome, PipelineStep, RunState};
use slipway_engine::{
    Order, PublishOptions, PullFinding, PullFindingKind, PullOptions, PullPreview, preview_pull, run,
};
use slipway_remote::Connector;
use slipway_remote::memory::MemoryOptions;
use tempfile::TempDir;

use crate::fixture::Fixture;

pub(crate) async fn pull_over(
    fixture: &Fixture,
    connector: Arc<dyn Connector>,
    options: &PullOptions,
) -> Result<Outcome, Failure> {
    let work = fixture.work(connector, &PublishOptions::default());
    let order = Order { steps: vec![PipelineStep::Pull], pull: options.clone(), ..Order::default() };
    run(&work, &order).await.map(|(_, outcome)| outcome).map_err(|(_, failure)| failure)
}

async fn pull_with(fixture: &Fixture, options: &PullOptions) -> Result<Outcome, Failure> {
    pull_over(fixture, Arc::new(fixture.server.clone()), options).await
}

async fn pull(fixture: &Fixture) -> Outcome {
    pull_with(fixture, &PullOptions::default()).await.unwrap()
}

async fn preview(fixture: &Fixture, options: &PullOptions) -> PullPreview {
    let work = fixture.work(Arc::new(fixture.server.clone()), &PublishOptions::default());
    preview_pull(&work, options).await.unwrap()
}

fn overwrite() -> PullOptions {
    PullOptions { overwrite: true, ..PullOptions::default() }
}

fn into(folder: &Path) -> PullOptions {
    PullOptions { into: Some(folder.to_owned()), ..PullOptions::default() }
}

/// A site that is online and not here.
fn site() -> Fixture {
    let fixture = Fixture::new(MemoryOptions::default());
    fixture.server.put("index.html", b"home");
    fixture.server.put("css/site.css", b"css");
    fixture.server.put("img/deep/logo.svg", b"logo");
    fixture.server.put("empty.txt", b"");
    fixture.server.put(".slipway/last-00000000000000000000000000000000", b"\n");
    fixture
}

/// Downloaded, and skipped.
fn counts(outcome: &Outcome) -> (u64, u64) {
    (outcome.downloaded, outcome.steps[0].skipped)
}

fn downloads(fixture: &Fixture) -> usize {
    fixture.server.log().iter().filter(|line| line.starts_with("download ")).count()
}

fn said(outcome: &Outcome, path: &str, text: &str) -> bool {
    outcome.notes.iter().any(|note| note.starts_with(path) && note.contains(text))
}

/// Everything below a folder: paths with content, links with targets, folders, and times of change.
pub(crate) fn everything(root: &Path) -> BTreeMap<PathBuf, (String, SystemTime)> {
    let (mut all, mut folders) = (BTreeMap::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let (path, metadata) = entry.map(|e| (e.path(), e.metadata().unwrap())).unwrap();
            let content = if metadata.is_dir() {
                folders.push(path.clone());
                "folder".to_owned()
            } else if metadata.is_symlink() {
                format!("-> {}", std::fs::read_link(&path).unwrap().display())
            } else {
                String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned()
            };
            all.insert(path, (content, metadata.modified().unwrap()));
        }
    }
    all
}

#[tokio::test]
async fn a_site_comes_down_with_its_times_and_then_nothing_more() {
    let fixture = site();
    let first = pull(&fixture).await;
    assert_eq!(counts(&first), (4, 0));
    assert_eq!((first.bytes, first.failed, first.retries), (11, 0, 0));
    assert_eq!(first.steps[0].files, 4);
    assert_eq!(fixture.local(), fixture.online());
    assert!(!fixture.folder.path().join(".slipway").exists(), "nothing is left aside");
    assert_eq!(fixture.states(), [RunState::Pulling, RunState::Done]);
    let events = fixture.events.lock().unwrap().clone();
    let came = |event: &&Event| matches!(event, Event::File { change: FileChange::Downloaded, .. });
    assert_eq!(events.iter().filter(came).count(), 4);
    let planned =
        Event::Planned { new: 4, changed: 0, removed: 0, unchanged: 0, bytes: 11, bytes_waiting: 0 };
    assert!(events.contains(&planned), "{events:?}");
    let time = fixture.folder.path().join("index.html").metadata().unwrap().modified().unwrap();
    assert_eq!(time, UNIX_EPOCH + Duration::from_secs(1_000_000_001));

    let before = everything(fixture.folder.path());
    let second = pull(&fixture).await;
    assert_eq!((counts(&second), second.bytes), ((0, 4), 0));
    assert_eq!(everything(fixture.folder.path()), before);
    assert_eq!(downloads(&fixture), 4);
}

#[tokio::test]
async fn only_what_was_changed_on_the_server_comes_again() {
    let fixture = site();
    pull(&fixture).await;
    fixture.server.put("css/site.css", b"CSS");
    fixture.server.put("new/page.html", b"new");
    assert_eq!(counts(&pull(&fixture).await), (2, 3));
    assert_eq!(fixture.local(), fixture.online());
    assert_eq!(downloads(&fixture), 6);
}

#[tokio::test]
async fn what_was_changed_here_stays_unless_told() {
    let fixture = site();
    pull(&fixture).await;
    fixture.write("index.html", "mine");
    fixture.write("css/site.css", "mine, longer");
    fixture.server.put("css/site.css", b"theirs");
    let kept = pull(&fixture).await;
    assert_eq!(counts(&kept), (0, 4));
    assert!(said(&kept, "index.html", "changed here"), "{:?}", kept.notes);
    assert!(said(&kept, "css/site.css", "changed here"), "{:?}", kept.notes);
    assert_eq!(fixture.local()["index.html"], b"mine");
    assert_eq!(fixture.local()["css/site.css"], b"mine, longer");

    let told = pull_with(&fixture, &overwrite()).await.unwrap();
    assert_eq!(counts(&told), (2, 2));
    assert_eq!(fixture.local(), fixture.online());
}

#[tokio::test]
async fn a_file_that_was_only_touched_here_is_not_changed() {
    let fixture = site();
    pull(&fixture).await;
    fixture.write("index.html", "home");
    assert_eq!(counts(&pull(&fixture).await), (0, 4));
    fixture.server.put("index.html", b"news");
    assert_eq!(counts(&pull(&fixture).await), (1, 3));
    assert_eq!(fixture.local(), fixture.online());
}

#[tokio::test]
async fn a_file_that_was_never_online_from_here_is_not_replaced() {
    let fixture = site();
    fixture.write("index.html", "a home of my own");
    let outcome = pull(&fixture).await;
    assert_eq!(counts(&outcome), (3, 1));
    assert_eq!(fixture.local()["index.html"], b"a home of my own");
}

#[tokio::test]
async fn many_changed_files_are_named_in_part() {
    let fixture = site();
    for i in 0..30 {
        fixture.server.put(&format!("many/{i:02}.txt"), b"theirs");
        fixture.write(&format!("many/{i:02}.txt"), "mine");
    }
    let outcome = pull(&fixture).await;
    assert_eq!(counts(&outcome), (4, 30));
    assert_eq!(outcome.notes.len(), 21, "{:?}", outcome.notes);
    assert!(outcome.notes[20].contains("10 more"), "{:?}", outcome.notes);
}

#[tokio::test]
async fn what_was_deleted_here_comes_back() {
    let fixture = site();
    pull(&fixture).await;
    fixture.remove("img/deep/logo.svg");
    std::fs::remove_dir_all(fixture.folder.path().join("css")).unwrap();
    assert_eq!(counts(&pull(&fixture).await), (2, 2));
    assert_eq!(fixture.local(), fixture.online());
}

#[tokio::test]
async fn what_was_pulled_and_not_changed_is_not_sent() {
    let fixture = site();
    pull(&fixture).await;
    let published = fixture.publish().await.unwrap();
    assert_eq!((published.uploaded, published.removed, published.unchanged), (0, 0, 4));
    fixture.write("index.html", "new home");
    fixture.remove("empty.txt");
    let published = fixture.publish().await.unwrap();
    assert_eq!((published.uploaded, published.removed, published.unchanged), (1, 1, 2));
    assert_eq!(fixture.local(), fixture.online());
    assert_eq!(counts(&pull(&fixture).await), (0, 3));
}

#[tokio::test]
async fn what_was_published_is_not_fetched() {
    let fixture = site();
    fixture.write("index.html", "my home");
    fixture.write("about.html", "about");
    fixture.publish().await.unwrap();
    let outcome = pull(&fixture).await;
    assert_eq!(counts(&outcome), (3, 2));
    assert!(outcome.notes.is_empty(), "{:?}", outcome.notes);
    fixture.server.put("about.html", b"edited there");
    assert_eq!(counts(&pull(&fixture).await), (1, 4));
    assert_eq!(fixture.local(), fixture.online());
}

#[tokio::test]
async fn a_preview_changes_nothing() {
    let fixture = site();
    fixture.write("index.html", "mine");
    let (here, there) = (everything(fixture.folder.path()), fixture.server.files());
    let seen = preview(&fixture, &PullOptions::default()).await;
    let paths: Vec<(&str, u64)> = seen.downloads.iter().map(|(path, size)| (path.as_str(), *size)).collect();
    assert_eq!(paths, [("css/site.css", 3), ("empty.txt", 0), ("img/deep/logo.svg", 4)]);
    assert_eq!((seen.unchanged, seen.kept[0].as_str()), (0, "index.html"));
    assert_eq!(seen.folder, fixture.folder.path().canonicalize().unwrap());
    let missing = fixture.data.path().join("not/there");
    assert_eq!(preview(&fixture, &into(&missing)).await.downloads.len(), 4);
    assert!(!missing.parent().unwrap().exists());
    assert_eq!(everything(fixture.folder.path()), here);
    assert_eq!(fixture.server.files(), there);
    assert_eq!(downloads(&fixture), 0);
}

#[tokio::test]
async fn a_plain_copy_has_a_record_of_its_own() {
    let fixture = site();
    fixture.server.put(".env", b"secret");
    fixture.server.put("uploads/x", b"x");
    fixture.server.remove("uploads/x");
    let copies = TempDir::new().unwrap();
    let copy = into(&copies.path().join("some/where"));
    assert_eq!(counts(&pull_with(&fixture, &copy).await.unwrap()), (5, 0));
    let content = |path: &str| std::fs::read(copy.into.as_ref().unwrap().join(path)).unwrap();
    assert_eq!((content("index.html"), content(".env")), (b"home".to_vec(), b"secret".to_vec()));
    assert!(copy.into.as_ref().unwrap().join("uploads").is_dir(), "empty folders come too");
    assert!(fixture.local().is_empty());

    assert_eq!(counts(&pull_with(&fixture, &copy).await.unwrap()), (0, 5));
    fixture.server.put("index.html", b"new!");
    fixture.server.put("css/site.css", b"theirs");
    std::fs::write(copy.into.as_ref().unwrap().join("css/site.css"), "mine").unwrap();
    assert_eq!(counts(&pull_with(&fixture, &copy).await.unwrap()), (1, 4));
    assert_eq!((content("index.html"), content("css/site.css")), (b"new!".to_vec(), b"mine".to_vec()));
    let all = PullOptions { overwrite: true, ..copy.clone() };
    assert_eq!(counts(&pull_with(&fixture, &all).await.unwrap()), (1, 4));
    assert_eq!(content("css/site.css"), b"theirs");
}

#[tokio::test]
async fn the_site_says_where_it_is_brought_down_to() {
    let mut fixture = site();
    fixture.site.pull = Some(Pull { into: Some("content/live".into()) });
    assert_eq!(counts(&pull(&fixture).await), (4, 0));
    assert_eq!(fixture.local()["content/live/index.html"], b"home");
    assert_eq!(counts(&pull(&fixture).await), (0, 4));
}

#[tokio::test]
async fn what_publishes_leave_out_is_left_out() {
    let fixture = site();
    for path in [".env", "node_modules/x/y.js", ".git/hooks/post-checkout", "sub/.GIT/config"] {
        fixture.server.put(path, b"theirs");
    }
    let outcome = pull(&fixture).await;
    assert_eq!(counts(&outcome), (4, 0));
    assert!(said(&outcome, ".git", "not safe"), "{:?}", outcome.notes);
    assert!(said(&outcome, "sub/.GIT", "not safe"), "{:?}", outcome.notes);
    assert!(said(&outcome, ".env", "left out of publishes"), "{:?}", outcome.notes);
    let kinds =
        |preview: PullPreview| preview.findings.into_iter().map(|f| (f.kind, f.path)).collect::<Vec<_>>();
    let found = kinds(preview(&fixture, &PullOptions::default()).await);
    use PullFindingKind::{LeftOut, NameNotAllowed};
    let expected = [
        (NameNotAllowed, ".git"),
        (LeftOut, "node_modules"),
        (NameNotAllowed, "sub/.GIT"),
        (LeftOut, ".env"),
    ];
    assert_eq!(found, expected.map(|(kind, path)| (kind, path.to_owned())));
}

#[tokio::test]
async fn protected_files_are_never_written() {
    let fixture = site();
    fixture.write("index.html", "mine");
    let protected = [fixture.folder.path().join("index.html"), fixture.folder.path().join("css/site.css")];
    let options = PullOptions { protected: protected.into(), ..overwrite() };
    let outcome = pull_with(&fixture, &options).await.unwrap();
    assert_eq!(outcome.downloaded, 2);
    assert!(said(&outcome, "index.html", "never replaced"), "{:?}", outcome.notes);
    assert_eq!(fixture.local()["index.html"], b"mine");
    assert!(!fixture.local().contains_key("css/site.css"));
}

#[tokio::test]
async fn files_and_folders_in_each_others_places() {
    let fixture = site();
    fixture.write("css", "a file");
    fixture.write("index.html/page", "a folder");
    let outcome = pull_with(&fixture, &overwrite()).await.unwrap();
    assert_eq!(outcome.downloaded, 2);
    assert!(said(&outcome, "css", "something else is in its place"), "{:?}", outcome.notes);
    assert!(said(&outcome, "index.html", "something else is in its place"), "{:?}", outcome.notes);
    assert_eq!(fixture.local()["css"], b"a file");
}

#[cfg(unix)]
#[tokio::test]
async fn nothing_is_written_through_local_links() {
    use std::os::unix::fs::symlink;
    let (fixture, outside) = (site(), TempDir::new().unwrap());
    std::fs::write(outside.path().join("index.html"), "outside").unwrap();
    symlink(outside.path().join("index.html"), fixture.folder.path().join("index.html")).unwrap();
    symlink(outside.path(), fixture.folder.path().join("css")).unwrap();
    symlink(outside.path().join("not there"), fixture.folder.path().join("empty.txt")).unwrap();
    let before = everything(outside.path());
    let found = preview(&fixture, &overwrite()).await.findings;
    let in_the_way = |path: &str| PullFinding { kind: PullFindingKind::InTheWay, path: path.to_owned() };
    assert_eq!(found, ["css", "empty.txt", "index.html"].map(in_the_way));
    let outcome = pull_with(&fixture, &overwrite()).await.unwrap();
    assert_eq!(outcome.downloaded, 1);
    assert_eq!(everything(outside.path()), before);

    let other = TempDir::new().unwrap();
    symlink(outside.path(), other.path().join(".slipway")).unwrap();
    let refused = pull_with(&fixture, &into(other.path())).await.unwrap_err();
    assert_eq!(refused.code, Code::LocalFileUnwritable);
    assert_eq!(everything(outside.path()), before);
}

#[cfg(unix)]
#[tokio::test]
async fn a_replaced_file_keeps_its_rights() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = site();
    pull(&fixture).await;
    let script = fixture.folder.path().join("css/site.css");
    std::fs::set_permissions(&script, PermissionsExt::from_mode(0o750)).unwrap();
    fixture.server.put("css/site.css", b"new one");
    pull(&fixture).await;
    assert_eq!(script.metadata().unwrap().permissions().mode() & 0o777, 0o750);
}

#[tokio::test]
async fn odd_targets_are_refused() {
    let fixture = site();
    fixture.write("a file", "x");
    let refused = pull_with(&fixture, &into(&fixture.folder.path().join("a file"))).await.unwrap_err();
    assert_eq!((refused.code, refused.stage), (Code::LocalFolderMissing, Some(RunState::Pulling)));
    let nothing = Fixture::new(MemoryOptions { root_exists: false, ..MemoryOptions::default() });
    let target = into(&nothing.folder.path().join("new"));
    let refused = pull_with(&nothing, &target).await.unwrap_err();
    assert_eq!(refused.code, Code::FolderNotFound);
    assert!(!nothing.folder.path().join("new").exists());
}

#[tokio::test]
async fn servers_that_tell_less() {
    for (mlsd, mdtm) in [(false, true), (false, false), (true, false)] {
        let fixture = Fixture::new(MemoryOptions { mlsd, mdtm, ..MemoryOptions::default() });
        fixture.server.put("index.html", b"home");
        fixture.server.put("css/site.css", b"css");
        assert_eq!(counts(&pull(&fixture).await), (2, 0), "{mlsd} {mdtm}");
        assert_eq!(counts(&pull(&fixture).await), (0, 2), "{mlsd} {mdtm}");
        fixture.server.put("index.html", b"longer home");
        fixture.write("css/site.css", "CSS");
        let outcome = pull(&fixture).await;
        assert_eq!(counts(&outcome), (1, 1), "{mlsd} {mdtm}");
        assert_eq!(fixture.local()["css/site.css"], b"CSS");
        assert_eq!(fixture.local()["index.html"], b"longer home");
        let time = fixture.folder.path().join("index.html").metadata().unwrap().modified().unwrap();
        let told = time < UNIX_EPOCH + Duration::from_secs(1_000_000_100);
        assert_eq!(told, mlsd || mdtm, "{mlsd} {mdtm}");
    }
}
