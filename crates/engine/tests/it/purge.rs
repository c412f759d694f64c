//! Purges: what nobody here knows is taken off, once the new site is live.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use slipway_core::{Code, Event, FileChange, Protocol, RemoteDir, ServerFacts, SiteState};
use slipway_engine::{PublishOptions, preview};
use slipway_remote::faulty::{Fault, Faulty, Operation};
use slipway_remote::ftp::{FtpConnector, Options, Reached};
use slipway_remote::memory::MemoryOptions;
use slipway_remote::{Connector, RemoteError, Throttle};
use slipway_testkit::{Daemon, Kind};
use tokio::sync::Notify;

use crate::fixture::Fixture;

fn purge() -> PublishOptions {
    PublishOptions { purge: true, confirmed: true, ..PublishOptions::default() }
}

/// A site that is online, beside what others put there, with a change that is not online yet.
async fn fixture() -> Fixture {
    let mut fixture = Fixture::new(MemoryOptions::default());
    fixture.site.keep = vec!["/stats/".into(), "*.log".into()];
    fixture.site.exclude = vec!["*.psd".into()];
    fixture.write("index.html", "home");
    fixture.write("css/site.css", "css");
    fixture.write("old/page.html", "old");
    fixture.publish().await.unwrap();
    for file in THEIRS.into_iter().chain(KEPT) {
        fixture.server.put(file, b"theirs");
    }
    fixture.write("index.html", "new home");
    fixture.remove("old/page.html");
    fixture
}

const THEIRS: [&str; 5] =
    ["wp-content/themes/x.php", "wp-content/index.php", "css/their.css", "art.psd", "old/theirs.html"];
const KEPT: [&str; 5] =
    [".htaccess", "sub/.htaccess", ".well-known/acme/token", "stats/2024/index.html", "sub/deep/error.log"];

/// The local folder and what is kept, and no folder more.
fn assert_purged(fixture: &Fixture) {
    let mut expected = fixture.local();
    expected.extend(KEPT.map(|path| (path.to_owned(), b"theirs".to_vec())));
    assert_eq!(fixture.online(), expected);
    let folders: Vec<String> =
        fixture.server.folders().into_iter().filter(|folder| !folder.starts_with(".slipway")).collect();
    let needed = [".well-known", ".well-known/acme", "css", "stats", "stats/2024", "sub", "sub/deep"]
        .map(str::to_owned);
    assert_eq!(folders, needed);
    fixture.assert_tidy();
}

#[tokio::test]
async fn everything_goes_that_is_not_here_and_not_kept() {
    let fixture = fixture().await;
    let before = fixture.server.log().len();
    let outcome = fixture.publish_with(&purge()).await.unwrap();
    assert_eq!((outcome.uploaded, outcome.removed), (1, 1 + THEIRS.len() as u64));
    assert_purged(&fixture);
    let log = fixture.server.log()[before..].to_vec();
    let live = log.iter().rposition(|line| line.ends_with("-> index.html")).unwrap();
    let gone = log.iter().position(|line| line.starts_with("remove ") && !line.contains(".slipway"));
    assert!(live < gone.unwrap(), "{log:?}");
    {
        let events = fixture.events.lock().unwrap();
        let removed = |event: &&Event| matches!(event, Event::File { change: FileChange::Removed, .. });
        assert_eq!(events.iter().filter(removed).count() as u64, outcome.removed);
        let planned =
            |event: &Event| matches!(event, Event::Planned { removed, .. } if *removed == outcome.removed);
        assert!(events.iter().any(planned));
    }
    let before = fixture.server.log().len();
    let unconfirmed = PublishOptions { confirmed: false, ..purge() };
    let again = fixture.publish_with(&unconfirmed).await.unwrap();
    assert_eq!((again.uploaded, again.removed, again.unchanged), (0, 0, 2));
    let asked = fixture.server.log()[before..].to_vec();
    let reads = |line: &String| ["connect", "list", "size", "time"].iter().any(|verb| line.starts_with(verb));
    assert!(asked.iter().all(reads), "a purge with nothing to do changes nothing: {asked:?}");
}

#[tokio::test]
async fn what_is_not_confirmed_is_refused_and_shown() {
    let fixture = fixture().await;
    let before = fixture.server.files();
    let options = PublishOptions { confirmed: false, ..purge() };
    let refused = fixture.publish_with(&options).await.unwrap_err();
    assert_eq!((refused.code, refused.site), (Code::ConfirmationNeeded, SiteState::Untouched));
    assert_eq!(refused.count, Some(THEIRS.len() as u64));
    assert_eq!(fixture.server.files(), before);

    let work = fixture.work(Arc::new(fixture.server.clone()), &options);
    let plan = preview(&work, &options).await.unwrap().plan;
    let mut shown: Vec<&str> = plan.purge.iter().map(|removal| removal.path.as_str()).collect();
    let mut theirs = THEIRS;
    shown.sort_unstable();
    theirs.sort_unstable();
    assert_eq!(shown, theirs);
    assert_eq!(plan.removals.len(), 1);
    assert_eq!(fixture.server.files(), before);
    let without = preview(&work, &PublishOptions::default()).await.unwrap().plan;
    assert!(without.purge.is_empty());
}

#[tokio::test]
async fn what_is_left_out_this_once_stays() {
    let fixture = fixture().await;
    let leave_out = vec!["wp-content/".into(), "/index.html".into()];
    fixture.publish_with(&PublishOptions { leave_out, ..purge() }).await.unwrap();
    let online = fixture.online();
    assert_eq!(online["index.html"], b"home");
    assert!(online.contains_key("wp-content/themes/x.php") && online.contains_key("wp-content/index.php"));
    assert!(!online.contains_key("css/their.css"));
    fixture.publish_with(&purge()).await.unwrap();
    assert_purged(&fixture);
}

#[tokio::test]
async fn what_stands_in_the_way_goes_first() {
    let fixture = fixture().await;
    fixture.server.put("about", b"their file");
    fixture.server.put("contact.html/sub/theirs.txt", b"their folder");
    fixture.write("about/index.html", "about");
    fixture.write("contact.html", "contact");
    fixture.publish_with(&purge()).await.unwrap();
    let mut expected = fixture.local();
    expected.extend(KEPT.map(|path| (path.to_owned(), b"theirs".to_vec())));
    assert_eq!(fixture.online(), expected);
    fixture.assert_tidy();
}

#[tokio::test]
async fn what_is_kept_and_stands_in_the_way_is_told_before_anything_is_sent() {
    for (theirs, ours) in [("a/.htaccess", "a"), (".htaccess", ".htaccess/b.html")] {
        let fixture = Fixture::new(MemoryOptions::default());
        fixture.write(ours, "x");
        fixture.server.put(theirs, b"theirs");
        let refused = fixture.publish_with(&purge()).await.unwrap_err();
        assert_eq!((refused.code, refused.site), (Code::Conflict, SiteState::NothingOnline), "{theirs}");
        assert_eq!(fixture.server.files().len(), 1, "{theirs}");
    }
}

#[tokio::test]
async fn empty_folders_of_others_go_too() {
    let fixture = fixture().await;
    fixture.publish_with(&purge()).await.unwrap();
    fixture.server.put("empty/deep/x", b"x");
    fixture.server.remove("empty/deep/x");
    assert!(fixture.server.folders().contains(&"empty/deep".to_owned()));
    fixture.publish_with(&PublishOptions { confirmed: false, ..purge() }).await.unwrap();
    assert_purged(&fixture);
}

#[tokio::test]
async fn a_purge_that_is_cut_off_anywhere_leaves_a_good_site() {
    let removals = THEIRS.len() + 1;
    for nth in 0..removals {
        let fixture = fixture().await;
        let (reached, dead) = (Arc::new(Notify::new()), AtomicBool::new(false));
        let (at, left) = (reached.clone(), std::sync::atomic::AtomicUsize::new(nth));
        let faulty = Faulty::new(fixture.server.clone(), move |operation: &Operation, _| {
            if matches!(operation, Operation::RemoveFile(path) if !path.is_own()) {
                let is_it = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
                dead.fetch_or(is_it.is_err(), Ordering::SeqCst);
            }
            dead.load(Ordering::SeqCst).then(|| {
                at.notify_one();
                Fault::Hang
            })
        });
        {
            let options = purge();
            let publishing = fixture.publish_over(Arc::new(faulty), &options);
            tokio::select! {
                result = publishing => panic!("it was not cut off: {result:?}"),
                () = reached.notified() => {}
            }
        }
        let online = fixture.online();
        for (path, content) in fixture.local() {
            assert_eq!(online.get(&path), Some(&content), "{path} after {nth}");
        }
        assert!(KEPT.iter().all(|path| online.contains_key(*path)), "after {nth}");
        fixture.publish_with(&purge()).await.unwrap_or_else(|failure| panic!("after {nth}: {failure}"));
        assert_purged(&fixture);
    }
}

#[tokio::test]
async fn what_is_gone_already_is_fine_and_what_cannot_go_is_told_after_the_rest() {
    let fixture = fixture().await;
    let server = fixture.server.clone();
    let faulty = Faulty::new(fixture.server.clone(), move |operation: &Operation, _| match operation {
        Operation::RemoveFile(path) if path.as_str() == "art.psd" => {
            server.remove("art.psd");
            None
        }
        Operation::RemoveFile(path) if path.as_str() == "css/their.css" => {
            let reply = slipway_remote::Reply::new(550, "Permission denied");
            Some(Fault::Error(RemoteError::Denied(reply)))
        }
        _ => None,
    });
    let failure = fixture.publish_over(Arc::new(faulty), &purge()).await.unwrap_err();
    assert_eq!((failure.code, failure.site), (Code::PermissionDenied, SiteState::Live));
    assert_eq!(failure.path.as_deref(), Some("css/their.css"));
    let record = fixture.ledger().runs(&fixture.site.name, 1).unwrap().remove(0).outcome.unwrap();
    assert_eq!((record.uploaded, record.removed, record.failed), (1, 5, 1));
    let left: Vec<String> =
        fixture.online().into_keys().filter(|path| THEIRS.contains(&path.as_str())).collect();
    assert_eq!(left, ["css/their.css"]);
    fixture.publish_with(&purge()).await.unwrap();
    assert_purged(&fixture);
}

#[tokio::test]
async fn a_file_of_ours_under_a_name_in_other_case_stays() {
    let fixture = Fixture::new(MemoryOptions { case_insensitive: true, ..MemoryOptions::default() });
    fixture.server.put("Index.html", b"theirs");
    fixture.server.put("Images/Logo.png", b"theirs");
    fixture.server.put("other.html", b"theirs");
    fixture.write("index.html", "home");
    fixture.write("images/logo.png", "logo");
    for _ in 0..2 {
        fixture.publish_with(&purge()).await.unwrap();
        let mut online: Vec<(String, Vec<u8>)> =
            fixture.online().into_iter().map(|(path, content)| (path.to_lowercase(), content)).collect();
        online.sort();
        let expected: Vec<(String, Vec<u8>)> = fixture.local().into_iter().collect();
        assert_eq!(online, expected);
    }
}

#[tokio::test]
async fn a_first_publish_can_purge_and_a_missing_publish_folder_is_made() {
    for root_exists in [true, false] {
        let fixture = Fixture::new(MemoryOptions { root_exists, ..MemoryOptions::default() });
        if root_exists {
            fixture.server.put("welcome/to/your/host.html", b"theirs");
        }
        fixture.write("index.html", "home");
        fixture.publish_with(&purge()).await.unwrap();
        assert_eq!(fixture.online(), fixture.local());
        fixture.assert_tidy();
    }
}

fn connector(daemon: &Daemon) -> Arc<dyn Connector> {
    Arc::new(FtpConnector::new(Options {
        host: daemon.host().to_owned(),
        port: daemon.port(),
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

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_real_servers_links_stay_and_are_told() {
    for kind in [Kind::Vsftpd, Kind::ProFtpd] {
        let daemon = Daemon::start(kind);
        daemon.write_tree(&[
            ("index.html", b"theirs"),
            ("wp/a/b.php", b"theirs"),
            ("wp/.htaccess", b"theirs"),
            ("linked/file.txt", b"theirs"),
            (".well-known/acme", b"theirs"),
        ]);
        std::os::unix::fs::symlink("../index.html", daemon.root().join("linked/link")).unwrap();
        std::fs::create_dir(daemon.root().join("empty")).unwrap();
        let fixture = Fixture::new(MemoryOptions::default());
        fixture.write("index.html", "home");
        fixture.write("css/site.css", "css");
        let refused = PublishOptions { confirmed: false, ..purge() };
        let refused = fixture.publish_over(connector(&daemon), &refused).await.unwrap_err();
        assert_eq!((refused.code, refused.count), (Code::ConfirmationNeeded, Some(2)), "{kind:?}");
        let outcome = fixture.publish_over(connector(&daemon), &purge()).await.unwrap();
        assert_eq!(outcome.removed, 2, "{kind:?}");
        assert!(
            outcome.notes.iter().any(|note| note.starts_with("linked/link")),
            "{kind:?} {:?}",
            outcome.notes
        );
        let is_there = |path: &str| daemon.root().join(path).symlink_metadata().is_ok();
        for path in ["index.html", "css/site.css", "wp/.htaccess", "linked/link", ".well-known/acme"] {
            assert!(is_there(path), "{kind:?} {path}");
        }
        for path in ["wp/a", "linked/file.txt", "empty"] {
            assert!(!is_there(path), "{kind:?} {path}");
        }
        let again = fixture.publish_over(connector(&daemon), &purge()).await.unwrap();
        assert_eq!((again.uploaded, again.removed), (0, 0), "{kind:?}");
    }
}
