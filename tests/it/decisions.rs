//! What a person must decide: conflicts, and removals of much.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use slipway_testkit::{Daemon, Kind, snapshot};

use crate::site::Site;

/// A website of 24 files that is online.
fn online(kind: Kind) -> (Daemon, Site) {
    let daemon = Daemon::start(kind);
    let site = Site::plain(&daemon);
    for n in 0..24 {
        site.write(&[(&format!("pages/{n}.html"), format!("page {n}").as_bytes())]);
    }
    site.publish(&[]).live_with(24, 0, 0);
    (daemon, site)
}

fn delete(site: &Site, count: usize) {
    for n in 0..count {
        site.delete(&[&format!("pages/{n}.html")]);
    }
}

#[test]
fn removing_more_than_half_needs_a_yes() {
    let (daemon, site) = online(Kind::ProFtpd);
    delete(&site, 13);
    let before = snapshot(daemon.root());
    let failed = site.publish(&[]).failed("many_removals", 6);
    assert_eq!((&failed["count"], &failed["site"]), (&13.into(), &"untouched".into()), "{failed}");
    assert_eq!(snapshot(daemon.root()), before);
    let plan = site.run("preview", &[]).done();
    assert_eq!((&plan["removed"], &plan["unchanged"]), (&13.into(), &11.into()), "{plan}");
    let last = site.publish(&["--yes"]).live_with(0, 13, 11);
    site.assert_online(daemon.root(), &last);
}

#[test]
fn removing_half_does_not() {
    let (daemon, site) = online(Kind::PureFtpd);
    delete(&site, 12);
    let last = site.publish(&[]).live_with(0, 12, 12);
    site.assert_online(daemon.root(), &last);
}

#[test]
fn removals_can_be_kept() {
    let (daemon, site) = online(Kind::Vsftpd);
    delete(&site, 20);
    site.write(&[("new.html", b"1")]);
    let before = snapshot(daemon.root());
    site.publish(&["--keep-removed"]).live_with(1, 0, 4);
    let after = snapshot(daemon.root());
    assert!(
        before.iter().filter(|(path, _)| path.starts_with("pages/")).all(|(path, hash)| after[path] == *hash)
    );
    // They are not forgotten: without the option they go.
    let last = site.publish(&["--yes"]).live_with(0, 20, 5);
    site.assert_online(daemon.root(), &last);
}

/// How a file is changed on the server by someone else.
#[derive(Debug, Clone, Copy)]
enum Meddling {
    OtherSize,
    OtherTime,
}

fn meddle(daemon: &Daemon, path: &str, how: Meddling) {
    let path = daemon.root().join(path);
    match how {
        Meddling::OtherSize => fs::write(&path, "a correction made on the server").unwrap(),
        Meddling::OtherTime => {
            let length = fs::metadata(&path).unwrap().len() as usize;
            fs::write(&path, "?".repeat(length)).unwrap();
            let file = File::options().append(true).open(&path).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(3_600)).unwrap();
        }
    }
}

#[test]
fn a_file_changed_on_the_server_is_a_conflict() {
    for kind in Kind::ALL {
        for how in [Meddling::OtherSize, Meddling::OtherTime] {
            let (daemon, site) = online(kind);
            meddle(&daemon, "pages/3.html", how);
            site.write(&[("pages/3.html", b"my new page 3"), ("pages/4.html", b"my new page 4")]);
            let before = snapshot(daemon.root());
            let failed = site.publish(&[]).failed("conflict", 6);
            assert_eq!((&failed["path"], &failed["count"]), (&"pages/3.html".into(), &1.into()), "{failed}");
            assert_eq!(failed["site"], "untouched", "{failed}");
            assert_eq!(snapshot(daemon.root()), before, "{kind:?} {how:?}");
            let plan = site.run("preview", &[]).done();
            assert_eq!(plan["conflicts"][0]["path"], "pages/3.html", "{plan}");

            site.publish(&["--on-conflict", "keep"]).live_with(1, 0, 22);
            let kept = snapshot(daemon.root());
            assert_eq!(kept["pages/3.html"], before["pages/3.html"], "{kind:?} {how:?}");
            assert_eq!(fs::read(daemon.root().join("pages/4.html")).unwrap(), b"my new page 4");

            let last = site.publish(&["--on-conflict", "replace"]).live_with(1, 0, 23);
            site.assert_online(daemon.root(), &last);
            site.publish(&[]).live_with(0, 0, 24);
        }
    }
}

#[test]
fn a_file_to_be_removed_that_was_changed_on_the_server_is_a_conflict_too() {
    let (daemon, site) = online(Kind::ProFtpd);
    meddle(&daemon, "pages/3.html", Meddling::OtherSize);
    delete(&site, 5);
    let failed = site.publish(&[]).failed("conflict", 6);
    assert_eq!(failed["path"], "pages/3.html");
    site.publish(&["--on-conflict", "keep"]).live_with(0, 4, 19);
    assert!(daemon.root().join("pages/3.html").exists());
    let last = site.publish(&["--on-conflict", "replace"]).live_with(0, 1, 19);
    site.assert_online(daemon.root(), &last);
}

#[test]
fn changes_on_the_server_elsewhere_are_seen_by_a_full_check() {
    for kind in Kind::ALL {
        let (daemon, site) = online(kind);
        fs::remove_file(daemon.root().join("pages/7.html")).unwrap();
        // One question is enough for most publishes, and does not tell.
        site.publish(&[]).live_with(0, 0, 24);
        let plan = site.run("preview", &["--full-check"]).done();
        assert_eq!((&plan["new"], &plan["unchanged"]), (&1.into(), &23.into()), "{plan}");
        let last = site.publish(&["--full-check"]).live_with(1, 0, 23);
        site.assert_online(daemon.root(), &last);
        meddle(&daemon, "pages/9.html", Meddling::OtherSize);
        site.publish(&["--full-check"]).failed("conflict", 6);
    }
}

#[test]
fn another_computer_published_in_between() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let (mine, theirs) = (Site::plain(&daemon), Site::plain(&daemon));
    for site in [&mine, &theirs] {
        site.write(&[("index.html", b"the same"), ("a.css", b"too")]);
    }
    mine.publish(&[]).live_with(2, 0, 0);
    theirs.write(&[("index.html", b"their newer page")]);
    theirs.publish(&[]).live();
    mine.write(&[("index.html", b"mine")]);
    mine.publish(&[]).failed("conflict", 6);
    assert_eq!(fs::read(daemon.root().join("index.html")).unwrap(), b"their newer page");
    let last = mine.publish(&["--on-conflict", "replace"]).live();
    mine.assert_online(daemon.root(), &last);
}
