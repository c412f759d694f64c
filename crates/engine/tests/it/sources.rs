//! Sites of several folders.

use std::collections::BTreeMap;
use std::path::PathBuf;

use slipway_core::{Code, Event, FileChange, RemotePath, Source};
use slipway_engine::{PublishOptions, preview};
use slipway_remote::memory::MemoryOptions;
use tempfile::TempDir;

use crate::fixture::Fixture;

fn source(folder: impl Into<PathBuf>, at: Option<&str>) -> Source {
    Source { folder: folder.into(), at: at.map(|at| RemotePath::new(at).unwrap()) }
}

fn fixture(sources: &[(&str, Option<&str>)]) -> Fixture {
    let mut fixture = Fixture::new(MemoryOptions::default());
    fixture.site.sources = sources.iter().map(|&(folder, at)| source(folder, at)).collect();
    fixture
}

fn online(fixture: &Fixture) -> BTreeMap<String, String> {
    let text = |(path, content)| (path, String::from_utf8(content).unwrap());
    fixture.online().into_iter().map(text).collect()
}

fn expected(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|&(path, content)| (path.to_owned(), content.to_owned())).collect()
}

#[tokio::test]
async fn several_folders_are_one_site() {
    let elsewhere = TempDir::new().unwrap();
    std::fs::create_dir(elsewhere.path().join("sub")).unwrap();
    std::fs::write(elsewhere.path().join("sub/doc.html"), "doc").unwrap();
    let mut fixture = fixture(&[("main", None), ("blog", Some("news/blog"))]);
    fixture.site.sources.push(source(elsewhere.path(), Some("docs")));
    fixture.write("main/index.html", "home");
    fixture.write("main/docs/index.html", "docs");
    fixture.write("blog/index.html", "blog");
    fixture.write("blog/.slipway/pull/x", "aside");
    fixture.write("unpublished.txt", "x");
    fixture.publish().await.unwrap();
    let mut site = expected(&[
        ("index.html", "home"),
        ("docs/index.html", "docs"),
        ("docs/sub/doc.html", "doc"),
        ("news/blog/index.html", "blog"),
    ]);
    assert_eq!(online(&fixture), site);

    std::fs::write(elsewhere.path().join("sub/doc.html"), "doc, changed").unwrap();
    let changed = fixture.publish().await.unwrap();
    assert_eq!((changed.uploaded, changed.removed, changed.unchanged), (1, 0, 3));
    site.insert("docs/sub/doc.html".into(), "doc, changed".into());
    assert_eq!(online(&fixture), site);

    fixture.site.sources.truncate(2);
    let fewer = fixture.publish().await.unwrap();
    assert_eq!((fewer.uploaded, fewer.removed), (0, 1));
    site.remove("docs/sub/doc.html");
    assert_eq!(online(&fixture), site);
}

#[tokio::test]
async fn the_output_of_a_build_is_published_in_the_place_of_the_folder() {
    let mut fixture = Fixture::new(MemoryOptions::default());
    let build = slipway_core::Build::new(vec!["true".into()]);
    fixture.site.build = Some(slipway_core::Build { output: Some("dist".into()), ..build });
    fixture.write("dist/index.html", "made");
    fixture.write("source.md", "not made");
    fixture.publish().await.unwrap();
    assert_eq!(online(&fixture), expected(&[("index.html", "made")]));
}

#[tokio::test]
async fn folders_that_claim_the_same_place() {
    for (files, path) in [
        (vec!["one/a.html", "two/a.html"], "a.html"),
        (vec!["one/a", "two/a/b.html"], "a"),
        (vec!["one/a/b/c.html", "two/a/b"], "a/b"),
        (vec!["one/u\u{308}.html", "two/\u{fc}.html"], "\u{fc}.html"),
        (vec!["one/u\u{308}", "two/\u{fc}/a.html"], "\u{fc}"),
    ] {
        let fixture = fixture(&[("one", None), ("two", None)]);
        for file in &files {
            fixture.write(file, "x");
        }
        let refused = fixture.publish().await.unwrap_err();
        assert_eq!((refused.code, refused.path.as_deref()), (Code::SourcesClash, Some(path)), "{files:?}");
        for name in ["one", "two"] {
            let folder = fixture.folder.path().join(name).display().to_string();
            assert!(refused.detail.contains(&folder), "{}", refused.detail);
        }
        assert!(fixture.server.log().is_empty(), "nothing was connected");
    }
    let placed = fixture(&[("one", Some("a")), ("two", None)]);
    placed.write("one/b.html", "x");
    placed.write("two/a", "x");
    assert_eq!(placed.publish().await.unwrap_err().code, Code::SourcesClash);
}

#[tokio::test]
async fn folders_that_share_folders_do_not_clash() {
    let fixture = fixture(&[("one", None), ("two", None)]);
    fixture.write("one/css/a.css", "a");
    fixture.write("two/css/b.css", "b");
    fixture.write("one/notes.tmp", "left out");
    fixture.write("two/notes.tmp", "left out");
    fixture.publish().await.unwrap();
    assert_eq!(online(&fixture), expected(&[("css/a.css", "a"), ("css/b.css", "b")]));
}

#[tokio::test]
async fn a_folder_in_another() {
    let fixture = fixture(&[(".", None), ("./blog", Some("blog")), ("blog", Some("news"))]);
    fixture.write("index.html", "home");
    fixture.write("blog/post.html", "post");
    fixture.publish().await.unwrap();
    let mut site =
        expected(&[("index.html", "home"), ("blog/post.html", "post"), ("news/post.html", "post")]);
    assert_eq!(online(&fixture), site);
    fixture.write("news/post.html", "another");
    assert_eq!(fixture.publish().await.unwrap_err().code, Code::SourcesClash);
    fixture.remove("news/post.html");
    fixture.write("blog/post.html", "changed post");
    assert_eq!(fixture.publish().await.unwrap().uploaded, 2);
    site.insert("blog/post.html".into(), "changed post".into());
    site.insert("news/post.html".into(), "changed post".into());
    assert_eq!(online(&fixture), site);
}

#[tokio::test]
async fn each_folder_must_be_there_and_all_together_hold_something() {
    let fixture = fixture(&[("one", None), ("two", Some("two"))]);
    fixture.write("one/index.html", "x");
    let missing = fixture.folder.path().join("two");
    let refused = fixture.publish().await.unwrap_err();
    assert_eq!(refused.code, Code::LocalFolderMissing);
    assert_eq!(refused.path, Some(missing.display().to_string()));
    std::fs::create_dir(&missing).unwrap();
    fixture.publish().await.unwrap();
    fixture.remove("one/index.html");
    assert_eq!(fixture.publish().await.unwrap_err().code, Code::LocalFolderEmpty);
    fixture.write("two/index.html", "x");
    fixture.publish().await.unwrap();
    assert_eq!(online(&fixture), expected(&[("two/index.html", "x")]));
}

#[tokio::test]
async fn patterns_are_of_the_path_below_the_publish_folder() {
    let mut fixture = fixture(&[("one", None), ("two", Some("blog"))]);
    fixture.site.exclude = vec!["/blog/drafts/".into(), "/two/".into(), "*.psd".into()];
    fixture.write("one/index.html", "home");
    fixture.write("one/drafts/a.html", "stays in");
    fixture.write("two/drafts/a.html", "left out");
    fixture.write("two/a.psd", "left out");
    fixture.write("two/a.html", "a");
    let options = PublishOptions { leave_out: vec!["/blog/b.html".into()], ..PublishOptions::default() };
    fixture.write("two/b.html", "left out this once");
    fixture.publish_with(&options).await.unwrap();
    let mut site = expected(&[("index.html", "home"), ("drafts/a.html", "stays in"), ("blog/a.html", "a")]);
    assert_eq!(online(&fixture), site);
    fixture.site.exclude = vec!["/blog/".into()];
    fixture.publish().await.unwrap();
    site.remove("blog/a.html");
    assert_eq!(online(&fixture), site);
}

#[cfg(unix)]
#[tokio::test]
async fn findings_name_the_path_below_the_publish_folder() {
    let fixture = fixture(&[("one", None), ("two", Some("blog"))]);
    fixture.write("one/index.html", "home");
    fixture.write("two/a.html", "a");
    std::os::unix::fs::symlink("a.html", fixture.folder.path().join("two/link.html")).unwrap();
    let connector = std::sync::Arc::new(fixture.server.clone());
    let work = fixture.work(connector, &PublishOptions::default());
    let found = preview(&work, &PublishOptions::default()).await.unwrap().findings;
    assert_eq!(found.iter().map(|finding| finding.path.as_str()).collect::<Vec<_>>(), ["blog/link.html"]);
}

/// A name in another spelling than the server's, in a folder that is not the first.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn names_are_found_again_as_they_are_spelled() {
    let fixture = fixture(&[("one", Some("one")), ("two", Some("\u{fc}"))]);
    fixture.write("one/u\u{308}.html", "one");
    fixture.write("two/u\u{308}.html", "two");
    fixture.publish().await.unwrap();
    let site = expected(&[("one/\u{fc}.html", "one"), ("\u{fc}/\u{fc}.html", "two")]);
    assert_eq!(online(&fixture), site);
}

#[tokio::test]
async fn digests_are_kept_by_the_path_below_the_publish_folder() {
    let fixture = fixture(&[("one", None), ("two", Some("blog"))]);
    for file in ["one/a.html", "two/a.html"] {
        fixture.write(file, file);
        let file = std::fs::File::options().write(true).open(fixture.folder.path().join(file)).unwrap();
        file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(60)).unwrap();
    }
    fixture.publish().await.unwrap();
    let folders = fixture.site.source_folders();
    let folders: String =
        folders.iter().map(|(folder, place)| format!("{}\n{place}\n", folder.display())).collect();
    let hashes = fixture.ledger().hashes(&fixture.site.name, &folders).unwrap();
    let mut keys: Vec<&str> = hashes.keys().map(|key| &**key).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["a.html", "blog/a.html"]);
    fixture.remove("two/a.html");
    fixture.publish().await.unwrap();
    let hashes = fixture.ledger().hashes(&fixture.site.name, &folders).unwrap();
    assert_eq!(hashes.keys().map(|key| &**key).collect::<Vec<_>>(), ["a.html"]);
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_sent_is_read_where_it_is() {
    use slipway_remote::faulty::{Faulty, Operation};
    let fixture = fixture(&[("one", None), ("two", Some("blog"))]);
    fixture.write("one/a.html", "one");
    fixture.write("two/a.html", "two");
    let file = fixture.folder.path().join("two/a.html");
    let once = std::sync::atomic::AtomicBool::new(false);
    let faulty = Faulty::new(fixture.server.clone(), move |operation: &Operation, _| {
        let sending = matches!(operation, Operation::Upload(path) if !path.name().starts_with(['.', 'l']));
        if sending && !once.swap(true, std::sync::atomic::Ordering::SeqCst) {
            std::fs::write(&file, "two, changed").unwrap();
        }
        None
    });
    fixture.publish_over(std::sync::Arc::new(faulty), &PublishOptions::default()).await.unwrap();
    assert_eq!(online(&fixture), expected(&[("a.html", "one"), ("blog/a.html", "two, changed")]));
}

#[tokio::test]
async fn what_becomes_of_each_file_is_told() {
    let fixture = fixture(&[("one", None), ("two", Some("blog"))]);
    fixture.write("one/a.html", "one");
    fixture.write("two/b.html", "second");
    fixture.publish().await.unwrap();
    fixture.remove("one/a.html");
    fixture.publish().await.unwrap();
    let events = fixture.events.lock().unwrap();
    let mut said: Vec<(FileChange, String, Option<u64>)> = Vec::new();
    for event in events.iter() {
        if let Event::File { change, path, bytes } = event {
            said.push((*change, path.clone(), *bytes));
        }
    }
    let about = |path: &str| -> Vec<(FileChange, Option<u64>)> {
        said.iter().filter(|(_, p, _)| p == path).map(|(change, _, bytes)| (*change, *bytes)).collect()
    };
    use FileChange::{Live, Removed, Sent};
    assert_eq!(about("a.html"), [(Sent, Some(3)), (Live, Some(3)), (Removed, None)]);
    assert_eq!(about("blog/b.html"), [(Sent, Some(6)), (Live, Some(6))]);
    assert_eq!(said.len(), 5);
}
