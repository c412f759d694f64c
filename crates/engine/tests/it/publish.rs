//! Publishes that go as they should, and those that are refused.

use slipway_core::{Answer, Code, Decision, OnConflict, RemotePath, RunState, Sha256, SiteState};
use slipway_engine::{PublishOptions, preview};
use slipway_remote::memory::MemoryOptions;
use slipway_testkit::{Daemon, Kind};

use crate::fixture::Fixture;
use crate::pull_servers::connector;

fn small_site() -> Fixture {
    let fixture = Fixture::new(MemoryOptions::default());
    fixture.write("index.html", "home");
    fixture.write("about.html", "about");
    fixture.write("css/site.css", "css");
    fixture.write("img/deep/logo.svg", "logo");
    fixture
}

#[tokio::test]
async fn a_first_publish_a_change_and_nothing_to_do() {
    let fixture = small_site();
    let first = fixture.publish().await.unwrap();
    assert_eq!((first.uploaded, first.removed, first.unchanged), (4, 0, 0));
    assert_eq!(fixture.online(), fixture.local());
    fixture.assert_tidy();
    let through = [
        RunState::Scanning,
        RunState::Planning,
        RunState::Uploading,
        RunState::GoingLive,
        RunState::TidyingUp,
        RunState::Checking,
        RunState::Live,
    ];
    assert_eq!(fixture.states(), through);

    let before = fixture.server.log().len();
    let nothing = fixture.publish().await.unwrap();
    assert_eq!((nothing.uploaded, nothing.removed, nothing.unchanged), (0, 0, 4));
    let asked = fixture.server.log()[before..].to_vec();
    assert_eq!(asked.len(), 2, "one login, one question: {asked:?}");

    fixture.write("about.html", "about us");
    fixture.write("new/page.html", "new");
    fixture.remove("img/deep/logo.svg");
    let change = fixture.publish().await.unwrap();
    assert_eq!((change.uploaded, change.removed, change.unchanged), (2, 1, 2));
    assert_eq!(fixture.online(), fixture.local());
    assert!(!fixture.server.folders().iter().any(|folder| folder.starts_with("img")), "empty folders go");
    fixture.assert_tidy();
}

#[tokio::test]
async fn assets_go_live_before_pages_and_entry_pages_last() {
    let fixture = small_site();
    fixture.write("blog/index.html", "blog");
    fixture.publish().await.unwrap();
    let log = fixture.server.log();
    let renamed: Vec<&str> =
        log.iter().filter_map(|line| line.strip_prefix("rename ")?.split(" -> ").nth(1)).collect();
    let position = |path: &str| renamed.iter().position(|renamed| *renamed == path).unwrap();
    for asset in ["css/site.css", "img/deep/logo.svg"] {
        assert!(position(asset) < position("about.html"));
    }
    for entry in ["index.html", "blog/index.html"] {
        assert!(position("about.html") < position(entry));
    }
}

#[tokio::test]
async fn what_others_put_there_stays() {
    let fixture = small_site();
    fixture.server.put("wp-content/photo.jpg", b"theirs");
    fixture.server.put("css/other.css", b"theirs");
    fixture.publish().await.unwrap();
    for file in ["index.html", "about.html", "css/site.css"] {
        fixture.remove(file);
    }
    fixture.publish().await.unwrap();
    let online = fixture.online();
    assert_eq!(online.get("wp-content/photo.jpg").unwrap(), b"theirs");
    assert_eq!(online.get("css/other.css").unwrap(), b"theirs");
    assert_eq!(online.len(), 3);
}

#[tokio::test]
async fn a_file_changed_on_the_server_is_not_overwritten_silently() {
    let fixture = small_site();
    fixture.publish().await.unwrap();
    fixture.server.put("about.html", b"edited there");
    fixture.write("about.html", "edited here");
    let refused = fixture.publish().await.unwrap_err();
    assert_eq!((refused.code, refused.site), (Code::Conflict, SiteState::Untouched));
    assert_eq!(refused.path.as_deref(), Some("about.html"));
    assert_eq!(fixture.online()["about.html"], b"edited there");

    let keep = PublishOptions { on_conflict: OnConflict::Keep, ..PublishOptions::default() };
    fixture.publish_with(&keep).await.unwrap();
    assert_eq!(fixture.online()["about.html"], b"edited there");
    let replace = PublishOptions { on_conflict: OnConflict::Replace, ..PublishOptions::default() };
    fixture.publish_with(&replace).await.unwrap();
    assert_eq!(fixture.online()["about.html"], b"edited here");
}

#[tokio::test]
async fn a_folder_of_others_where_a_file_is_to_be_is_said_before_anything_changes() {
    let fixture = Fixture::new(MemoryOptions::default());
    fixture.server.put("a/b/page.html", b"theirs");
    fixture.write("a/b/page.html", "mine");
    fixture.write("index.html", "one");
    fixture.publish().await.unwrap();
    fixture.remove("a/b/page.html");
    std::fs::remove_dir_all(fixture.folder.path().join("a")).unwrap();
    fixture.write("a", "a file now");
    fixture.write("index.html", "two");
    let before = fixture.online();
    for full_check in [false, true] {
        let options = PublishOptions { full_check, ..PublishOptions::default() };
        let refused = fixture.publish_with(&options).await.unwrap_err();
        assert_eq!((refused.code, refused.site), (Code::Conflict, SiteState::Untouched));
        assert_eq!((refused.path.as_deref(), refused.count), (Some("a"), None));
        assert_eq!(fixture.online(), before);
    }
    fixture.assert_tidy();
}

#[tokio::test]
async fn what_others_put_into_a_folder_that_is_to_be_a_file_is_said_before_anything_changes() {
    for theirs in ["a/b/note.txt", "a/c/note.txt"] {
        let fixture = Fixture::new(MemoryOptions::default());
        fixture.write("a/b/page.html", "mine");
        fixture.write("index.html", "one");
        fixture.publish().await.unwrap();
        fixture.server.put(theirs, b"theirs");
        std::fs::remove_dir_all(fixture.folder.path().join("a")).unwrap();
        fixture.write("a", "a file now");
        fixture.write("index.html", "two");
        let before = fixture.online();
        let refused = fixture.publish().await.unwrap_err();
        assert_eq!((refused.code, refused.site), (Code::Conflict, SiteState::Untouched), "{theirs}");
        assert_eq!(refused.path.as_deref(), Some("a"));
        assert_eq!(fixture.online(), before);
    }
}

/// Its record under the old name would be of a file that is not there any more.
#[tokio::test]
async fn a_name_in_other_case_takes_the_place_of_the_old_one_also_where_nothing_is_removed() {
    let fixture = Fixture::new(MemoryOptions { case_insensitive: true, ..MemoryOptions::default() });
    fixture.write("photo.jpg", "one");
    fixture.publish().await.unwrap();
    fixture.remove("photo.jpg");
    fixture.write("Photo.JPG", "two, longer");
    let keep = PublishOptions { keep_removed: true, ..PublishOptions::default() };
    fixture.publish_with(&keep).await.unwrap();
    let ledger = fixture.ledger();
    let place = ledger.place(&fixture.site.name, &slipway_engine::destination(&fixture.site)).unwrap();
    let recorded = ledger.published(place).unwrap().files;
    assert_eq!(recorded.keys().map(|path| path.as_str()).collect::<Vec<_>>(), ["Photo.JPG"]);
}

/// Of the same size, where the server tells no time: the content is looked at, if it is not too much.
#[tokio::test]
async fn without_times_small_files_are_compared_by_content() {
    let fixture =
        Fixture::new(MemoryOptions { mlsd: false, mdtm: false, mfmt: false, ..MemoryOptions::default() });
    let large = 1_000_001;
    for path in ["index.html", "about.html", "gone.html", "same.html"] {
        fixture.write(path, "mine, 1");
    }
    fixture.write("film.mp4", &"1".repeat(large));
    fixture.publish().await.unwrap();
    let theirs = [("about.html", &b"theirs!"[..]), ("gone.html", b"theirs!"), ("same.html", b"mine, 2")];
    theirs.iter().for_each(|(path, content)| fixture.server.put(path, content));
    fixture.server.put("film.mp4", &vec![b'3'; large]);
    for path in ["index.html", "about.html", "same.html"] {
        fixture.write(path, "mine, 2");
    }
    fixture.write("film.mp4", &"2".repeat(large));
    fixture.remove("gone.html");
    let refused = fixture.publish().await.unwrap_err();
    assert_eq!((refused.code, refused.count), (Code::Conflict, Some(2)), "not what is as it is here");
    assert_eq!(refused.path.as_deref(), Some("about.html"));
    assert_eq!(fixture.online()["about.html"], b"theirs!");
    let keep = PublishOptions { on_conflict: OnConflict::Keep, ..PublishOptions::default() };
    fixture.publish_with(&keep).await.unwrap();
    let online = fixture.online();
    assert_eq!((&online["about.html"][..], &online["gone.html"][..]), (&b"theirs!"[..], &b"theirs!"[..]));
    assert_eq!((&online["index.html"][..], online["film.mp4"][0]), (&b"mine, 2"[..], b'2'));
    let replace = PublishOptions { on_conflict: OnConflict::Replace, ..PublishOptions::default() };
    fixture.publish_with(&replace).await.unwrap();
    assert_eq!(fixture.online(), fixture.local());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_file_changed_on_the_server_can_be_decided() {
    for kind in [Kind::Vsftpd, Kind::PyFtpdLib] {
        let (daemon, fixture) = (Daemon::start(kind), small_site());
        let trusted = Some(Sha256(daemon.certificate_sha256()));
        let to = || connector(daemon.host(), daemon.port(), daemon.user(), daemon.password(), trusted);
        let online = |path: &str| std::fs::read_to_string(daemon.root().join(path)).unwrap_or_default();
        fixture.publish_over(to(), &PublishOptions::default()).await.unwrap();
        let theirs = b"edited on the server";
        daemon.write_tree(&[("index.html", theirs), ("about.html", theirs), ("css/site.css", theirs)]);
        fixture.write("about.html", "edited here");
        fixture.write("index.html", "edited here");
        fixture.remove("css/site.css");

        let mut options = PublishOptions { full_check: true, ..PublishOptions::default() };
        let found = preview(&fixture.work(to(), &options), &options).await.unwrap().plan;
        let conflicts: Vec<_> = found.conflicts.iter().map(|c| (c.path.as_str(), c.removal)).collect();
        assert_eq!(conflicts, [("about.html", false), ("index.html", false), ("css/site.css", true)]);
        assert!(found.conflicts.iter().all(|conflict| conflict.server.size == theirs.len() as u64));
        let decide = |options: &mut PublishOptions, path: &str, decision| {
            let path = RemotePath::new(path).unwrap();
            let seen = found.conflicts.iter().find(|conflict| conflict.path == path).unwrap().server;
            options.decided.insert(path, Answer { decision, seen });
        };
        decide(&mut options, "index.html", Decision::Keep);
        decide(&mut options, "about.html", Decision::Replace);
        let refused = fixture.publish_over(to(), &options).await.unwrap_err();
        assert_eq!((refused.code, refused.count), (Code::Conflict, Some(1)), "{kind:?}");
        assert_eq!(refused.path.as_deref(), Some("css/site.css"));
        assert_eq!(online("about.html").as_bytes(), theirs, "{kind:?}: nothing was done");

        decide(&mut options, "css/site.css", Decision::Replace);
        let after = preview(&fixture.work(to(), &options), &options).await.unwrap().plan.after;
        assert_eq!((after.files, after.bytes), (3, 20 + 11 + 4), "{kind:?}");
        let outcome = fixture.publish_over(to(), &options).await.unwrap();
        assert_eq!((outcome.uploaded, outcome.removed), (1, 1), "{kind:?}");
        assert_eq!(online("index.html").as_bytes(), theirs, "{kind:?}");
        assert_eq!((online("about.html").as_str(), online("css/site.css").as_str()), ("edited here", ""));
    }
}

#[tokio::test]
async fn a_file_of_others_that_is_replaced_is_told() {
    let fixture = small_site();
    fixture.publish().await.unwrap();
    fixture.server.put("news.html", b"theirs");
    fixture.write("news.html", "ours");
    let outcome = fixture.publish().await.unwrap();
    assert_eq!(fixture.online()["news.html"], b"ours");
    assert!(
        outcome.notes.iter().any(|note| note.contains("not put there by Slipway")),
        "{:?}",
        outcome.notes
    );
}

#[tokio::test]
async fn a_publish_by_another_computer_is_noticed() {
    let fixture = small_site();
    fixture.publish().await.unwrap();
    let other = Fixture { server: fixture.server.clone(), ..Fixture::new(MemoryOptions::default()) };
    other.write("index.html", "from the other computer");
    other.publish().await.unwrap();
    fixture.assert_tidy();
    // Nothing changed here, and yet the server is looked at again.
    let refused = fixture.publish().await.unwrap_err();
    assert_eq!(refused.code, Code::Conflict);
    assert_eq!(fixture.online()["index.html"], b"from the other computer");
}

#[tokio::test]
async fn removing_most_of_a_site_needs_a_yes() {
    let fixture = small_site();
    for i in 0..12 {
        fixture.write(&format!("page{i}.html"), "page");
    }
    fixture.publish().await.unwrap();
    for i in 0..12 {
        fixture.remove(&format!("page{i}.html"));
    }
    let refused = fixture.publish().await.unwrap_err();
    assert_eq!((refused.code, refused.count), (Code::ManyRemovals, Some(12)));
    assert_eq!(fixture.online().len(), 16);
    let yes = PublishOptions { yes: true, ..PublishOptions::default() };
    assert_eq!(fixture.publish_with(&yes).await.unwrap().removed, 12);
    assert_eq!(fixture.online(), fixture.local());
}

#[tokio::test]
async fn an_empty_or_missing_folder_removes_nothing() {
    let fixture = small_site();
    fixture.publish().await.unwrap();
    let online = fixture.online();
    for entry in std::fs::read_dir(fixture.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            std::fs::remove_dir_all(path).unwrap()
        } else {
            std::fs::remove_file(path).unwrap()
        }
    }
    assert_eq!(fixture.publish().await.unwrap_err().code, Code::LocalFolderEmpty);
    std::fs::remove_dir(fixture.folder.path()).unwrap();
    assert_eq!(fixture.publish().await.unwrap_err().code, Code::LocalFolderMissing);
    assert_eq!(fixture.online(), online);
}

#[tokio::test]
async fn one_publish_can_leave_files_out_or_remove_nothing() {
    let fixture = small_site();
    fixture.publish().await.unwrap();
    fixture.write("about.html", "changed");
    fixture.remove("css/site.css");
    fixture.remove("img/deep/logo.svg");
    let options =
        PublishOptions { leave_out: vec!["about.html".into(), "img/".into()], ..PublishOptions::default() };
    let outcome = fixture.publish_with(&options).await.unwrap();
    assert_eq!((outcome.uploaded, outcome.removed), (0, 1));
    assert_eq!(fixture.online()["about.html"], b"about");
    assert!(fixture.online().contains_key("img/deep/logo.svg"));
    let options = PublishOptions { keep_removed: true, ..PublishOptions::default() };
    let outcome = fixture.publish_with(&options).await.unwrap();
    assert_eq!((outcome.uploaded, outcome.removed), (1, 0));
    assert!(fixture.online().contains_key("img/deep/logo.svg"));
}

#[tokio::test]
async fn what_is_kept_and_in_the_way_is_said_before_anything_changes() {
    let (keeping, leaving) = (
        PublishOptions { keep_removed: true, ..PublishOptions::default() },
        PublishOptions { leave_out: vec!["css/site.css".into()], ..PublishOptions::default() },
    );
    for options in [keeping, leaving] {
        let fixture = small_site();
        fixture.publish().await.unwrap();
        let before = fixture.online();
        std::fs::remove_dir_all(fixture.folder.path().join("css")).unwrap();
        fixture.write("css", "a file now");
        fixture.write("index.html", "new");
        let failure = fixture.publish_with(&options).await.unwrap_err();
        assert_eq!((failure.code, failure.path.as_deref()), (Code::Conflict, Some("css")), "{options:?}");
        assert_eq!((failure.site, fixture.online()), (SiteState::Untouched, before));
    }
    let fixture = small_site();
    fixture.publish().await.unwrap();
    fixture.remove("about.html");
    fixture.write("about.html/index.html", "a folder now");
    let options = PublishOptions { keep_removed: true, ..PublishOptions::default() };
    let failure = fixture.publish_with(&options).await.unwrap_err();
    assert_eq!((failure.code, failure.path.as_deref()), (Code::Conflict, Some("about.html")));
}

#[tokio::test]
async fn a_file_becomes_a_folder_and_back() {
    let fixture = small_site();
    fixture.publish().await.unwrap();
    fixture.remove("about.html");
    fixture.write("about.html/index.html", "a folder now");
    std::fs::remove_dir_all(fixture.folder.path().join("css")).unwrap();
    fixture.write("css", "a file now");
    fixture.publish().await.unwrap();
    assert_eq!(fixture.online(), fixture.local());
    fixture.assert_tidy();
}

#[tokio::test]
async fn names_that_differ_only_in_case_need_a_server_that_tells_them_apart() {
    for case_insensitive in [false, true] {
        let fixture = Fixture::new(MemoryOptions { case_insensitive, ..MemoryOptions::default() });
        fixture.write("Logo.svg", "one");
        fixture.write("logo.svg", "two");
        match fixture.publish().await {
            Ok(_) => assert!(!case_insensitive && fixture.online() == fixture.local()),
            Err(failure) => {
                assert_eq!(failure.code, Code::NameNotAllowed);
                assert!(case_insensitive && fixture.online().is_empty());
            }
        }
    }
}

#[tokio::test]
async fn servers_that_can_do_less() {
    let less = |change: fn(&mut MemoryOptions)| {
        let mut options = MemoryOptions::default();
        change(&mut options);
        options
    };
    for options in [
        less(|o| o.rename_over = false),
        less(|o| o.mlsd = false),
        less(|o| o.size = false),
        less(|o| o.mdtm = false),
        less(|o| o.rest = false),
        less(|o| o.root_exists = false),
        less(|o| o.most_connections = Some(1)),
    ] {
        let fixture = Fixture::new(options.clone());
        fixture.write("index.html", "home");
        fixture.write("a/b.css", "b");
        fixture.publish().await.unwrap_or_else(|failure| panic!("{failure}: {options:?}"));
        fixture.write("index.html", "home again");
        fixture.remove("a/b.css");
        fixture.write("c.css", "c");
        fixture.publish().await.unwrap_or_else(|failure| panic!("{failure}: {options:?}"));
        assert_eq!(fixture.online(), fixture.local(), "{options:?}");
        fixture.assert_tidy();
    }
}

#[tokio::test]
async fn a_full_server_keeps_the_old_site_and_what_arrived() {
    let fixture = Fixture::new(MemoryOptions { space: Some(1_000), ..MemoryOptions::default() });
    fixture.write("index.html", "home");
    fixture.publish().await.unwrap();
    fixture.write("index.html", "new home");
    fixture.write("large.bin", &"x".repeat(2_000));
    let refused = fixture.publish().await.unwrap_err();
    assert_eq!((refused.code, refused.site), (Code::HostingFull, SiteState::Untouched));
    assert_eq!(refused.path.as_deref(), Some("large.bin"));
    assert_eq!(fixture.online()["index.html"], b"home");
    fixture.remove("large.bin");
    fixture.publish().await.unwrap();
    assert_eq!(fixture.online(), fixture.local());
    fixture.assert_tidy();
}

#[tokio::test]
async fn a_preview_changes_nothing() {
    let fixture = small_site();
    fixture.publish().await.unwrap();
    fixture.write("index.html", "changed");
    fixture.remove("css/site.css");
    let before = fixture.server.files();
    let work = fixture.work(std::sync::Arc::new(fixture.server.clone()), &PublishOptions::default());
    let preview = preview(&work, &PublishOptions::default()).await.unwrap();
    assert_eq!((preview.plan.uploads.len(), preview.plan.removals.len()), (1, 1));
    assert_eq!(fixture.server.files(), before);
}

#[tokio::test]
async fn names_that_cannot_be_sent_are_reported_before_anything_is() {
    let fixture = small_site();
    fixture.write("a\nDELE index.html", "x");
    let refused = fixture.publish().await.unwrap_err();
    assert_eq!(refused.code, Code::NameNotAllowed);
    assert!(!refused.path.unwrap().contains('\n'));
    assert!(fixture.server.log().is_empty());
}

#[tokio::test]
async fn a_file_becomes_a_folder_where_case_does_not_count() {
    let fixture = Fixture::new(MemoryOptions { case_insensitive: true, ..MemoryOptions::default() });
    fixture.write("a", "a file");
    fixture.publish().await.unwrap();
    fixture.remove("a");
    fixture.write("a/index.html", "in a folder");
    fixture.publish().await.unwrap();
    assert_eq!(fixture.online(), fixture.local());
    fixture.assert_tidy();
}
