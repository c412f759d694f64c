//! Earlier versions of a website, put back.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use slipway_testkit::{Daemon, Kind, snapshot};

use crate::harness::start;
use crate::site::Site;

/// The digests of files by their paths.
type Files = BTreeMap<String, [u8; 32]>;

/// A website of which two versions were published: what was online each time.
fn two_versions(daemon: &Daemon, site: &Site) -> [Files; 2] {
    site.write(&[("index.html", b"one"), ("style.css", b"same"), ("old/page.html", b"goes")]);
    site.publish(&[]).live_with(3, 0, 0);
    let first = site.online(daemon);
    site.write(&[("index.html", b"two"), ("new.html", b"comes")]);
    site.delete(&["old/page.html"]);
    site.publish(&[]).live_with(2, 1, 1);
    [first, site.online(daemon)]
}

impl Site {
    /// What visitors can see.
    fn online(&self, daemon: &Daemon) -> Files {
        let mut files = snapshot(daemon.root());
        files.retain(|path, _| !path.starts_with(".slipway"));
        files
    }
}

fn comes_back(kind: Kind) {
    let daemon = Daemon::start(kind);
    let site = Site::plain(&daemon);
    let [first, second] = two_versions(&daemon, &site);
    let folder = snapshot(&site.folder());
    let plan = site.run("undo", &["--dry-run"]).done();
    assert_eq!((&plan["removed"], &plan["unchanged"]), (&1.into(), &1.into()), "{plan}");
    assert_eq!(site.online(&daemon), second, "nothing was changed");

    site.run("undo", &[]).live_with(2, 1, 1);
    assert_eq!(site.online(&daemon), first);
    assert_eq!(snapshot(&site.folder()), folder, "the folder is left alone");
    let runs = site.history();
    assert_eq!((&runs[0]["kind"], &runs[0]["version"]), (&"undo".into(), &true.into()), "{runs:?}");

    // An undo can be undone, and any version be named.
    site.run("undo", &[]).live_with(2, 1, 1);
    assert_eq!(site.online(&daemon), second);
    let oldest = runs.last().unwrap()["run"].as_str().unwrap();
    site.run("undo", &["--to", &oldest[..8]]).live_with(2, 1, 1);
    assert_eq!(site.online(&daemon), first);

    // The next publish brings the folder online again.
    let last = site.publish(&[]).live_with(2, 1, 1);
    site.assert_online(daemon.root(), &last);
}

#[test]
fn the_version_before_comes_back_on_vsftpd() {
    comes_back(Kind::Vsftpd);
}

#[test]
fn the_version_before_comes_back_on_proftpd() {
    comes_back(Kind::ProFtpd);
}

#[test]
fn what_is_altered_here_is_said_before_anything_starts() {
    let daemon = Daemon::start(Kind::PureFtpd);
    let site = Site::plain(&daemon);
    let [_, second] = two_versions(&daemon, &site);
    let mut altered = 0;
    for path in snapshot(&site.data().join("versions")).into_keys() {
        let kept = site.data().join("versions").join(path);
        if fs::read(&kept).unwrap() == b"one" {
            fs::write(kept, "eno").unwrap();
            altered += 1;
        }
    }
    assert_eq!(altered, 1);
    let failed = site.run("undo", &[]).failed("version_damaged", 1);
    assert_eq!((&failed["path"], &failed["site"]), (&"index.html".into(), &"untouched".into()), "{failed}");
    assert_eq!(site.online(&daemon), second);
}

#[test]
fn without_a_version_before_there_is_nothing_to_undo() {
    let daemon = Daemon::start(Kind::PyFtpdLib);
    let site = Site::plain(&daemon);
    site.write(&[("index.html", b"one")]);
    site.run("undo", &[]).failed("version_missing", 1);
    site.publish(&[]).live_with(1, 0, 0);
    site.run("undo", &[]).failed("version_missing", 1);
    site.run("undo", &["--to", "abcd1234"]).failed("run_not_found", 3);
}

#[test]
fn a_file_that_others_changed_needs_a_decision() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let site = Site::plain(&daemon);
    let [first, _] = two_versions(&daemon, &site);
    fs::write(daemon.root().join("index.html"), "by somebody else").unwrap();
    site.run("undo", &[]).failed("conflict", 6);
    site.run("undo", &["--on-conflict", "replace"]).live_with(2, 1, 1);
    assert_eq!(site.online(&daemon), first);
}

#[test]
fn even_a_first_publish_over_files_of_others_is_undone() {
    let daemon = Daemon::start(Kind::Vsftpd);
    let site = Site::plain(&daemon);
    daemon.write_tree(&[("index.html", b"the host's own page"), ("notes.txt", b"not in the way")]);
    let before = site.online(&daemon);
    site.write(&[("index.html", b"mine"), ("about.html", b"about")]);
    site.publish(&[]).live_with(2, 0, 0);
    site.run("undo", &[]).live_with(1, 1, 0);
    assert_eq!(site.online(&daemon), before);
}

#[test]
fn nothing_of_a_removed_site_stays() {
    let daemon = Daemon::start(Kind::Vsftpd);
    let site = Site::plain(&daemon);
    two_versions(&daemon, &site);
    assert!(!snapshot(&site.data().join("versions")).is_empty());
    site.run("site remove", &["--yes"]).done();
    assert!(snapshot(&site.data().join("versions")).is_empty());
}

#[test]
fn as_many_are_kept_as_the_site_says() {
    let daemon = Daemon::start(Kind::PureFtpd);
    let site = Site::plain(&daemon);
    two_versions(&daemon, &site);
    let shown = site.run("site edit", &["--keep-versions", "1", "--keep-versions-size", "500M"]).done();
    assert_eq!(shown["versions"], serde_json::json!({ "number": 1, "bytes": 500_000_000 }), "{shown}");
    site.write(&[("index.html", b"three")]);
    site.publish(&[]).live_with(1, 0, 2);
    site.run("undo", &[]).failed("version_missing", 1);
    assert_eq!(site.history().iter().filter(|run| run["version"] == true).count(), 1);
}

/// Publishes, and is killed before the n-th file is put in its place among what Slipway keeps. Whether it was.
fn is_killed(site: &Site, nth: usize) -> bool {
    const RENAMES: &str = "rename,renameat,renameat2,link,linkat";
    let publish = site.command("publish", &[]);
    let mut strace = site.environment(Command::new("strace"));
    strace.args(["--follow-forks", "--quiet=all", "--output=/dev/null"]);
    strace.args([format!("--trace={RENAMES}"), format!("--inject={RENAMES}:signal=KILL:when={nth}")]);
    let ended = start(strace.arg(publish.get_program()).args(publish.get_args())).end();
    assert!(ended.status.success() || ended.status.code().is_none(), "{ended:?}");
    !ended.status.success()
}

#[test]
#[ignore = "long: run with cargo xtask test --long"]
fn killed_while_a_version_is_kept_nothing_is_claimed_that_is_not() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let site = Site::plain(&daemon);
    let write = |version: &str| {
        for file in 0..4 {
            site.write(&[(&format!("{file}.html"), format!("{version} {file}").as_bytes())]);
        }
    };
    write("first");
    site.publish(&[]).live();
    let (mut restored, mut damaged) = (0, 0);
    for nth in 1.. {
        write(&nth.to_string());
        if !is_killed(&site, nth) {
            break;
        }
        let online = site.online(&daemon);
        assert_eq!(online, snapshot(&site.folder()), "it was live by then");
        // Every other time the content is still here when the next run comes.
        let seen_to = nth % 2 == 0;
        if seen_to {
            site.publish(&[]).live_with(0, 0, 4);
        }
        let known = site.history().into_iter().find(|run| run["version"] == true).expect("a version");
        write("something else");
        site.publish(&[]).live_with(4, 0, 0);
        let newer = site.online(&daemon);
        let undo = site.run("undo", &["--to", known["run"].as_str().unwrap()]);
        if undo.status.success() {
            restored += 1;
            assert_eq!(site.online(&daemon), online, "killed at {nth}");
        } else {
            damaged += 1;
            undo.failed("version_damaged", 1);
            assert_eq!(site.online(&daemon), newer, "killed at {nth}");
            assert!(!seen_to, "killed at {nth}: what was still here was not kept");
        }
    }
    println!("killed at {} files: {restored} restored, {damaged} said to be incomplete", restored + damaged);
    assert!(restored > 1 && damaged > 0);
}
