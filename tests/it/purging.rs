//! Emptying the publish folder of what the site's folder does not have.

use std::fs;

use serde_json::json;
use slipway_testkit::{Daemon, Kind, snapshot};

use crate::site::{NAME, Site};

const OLD: &[(&str, &[u8])] = &[
    ("old/page.html", b"old"),
    ("old/deep/more.html", b"old"),
    ("index.html", b"of others"),
    (".htaccess", b"keep"),
    (".well-known/acme/token", b"keep"),
    ("shop/.htaccess", b"keep"),
    ("stats/2020.log", b"keep"),
    ("über alt.txt", b"old"),
];

#[test]
fn a_purge_leaves_the_site_and_what_is_to_be_kept() {
    for kind in Kind::ALL {
        let daemon = Daemon::start(kind);
        daemon.write_tree(OLD);
        let site = Site::at(daemon.port(), &["--protocol", "ftp", "--keep", "/stats/"]);
        site.write(&[("index.html", b"mine"), ("shop/a.html", b"a")]);
        let before = snapshot(daemon.root());

        let plan = site.run("publish", &["--purge", "--dry-run"]).done();
        assert_eq!(plan["purged"], 3, "{kind:?}: {plan}");
        for options in [&["--purge"][..], &["--purge", "--confirm", "other"]] {
            site.publish(options).failed("confirmation_needed", 6);
        }
        assert_eq!(snapshot(daemon.root()), before, "{kind:?}");

        let live = site.publish(&["--purge", "--confirm", NAME]).live();
        assert_eq!((&live["uploaded"], &live["removed"]), (&json!(2), &json!(3)), "{kind:?}: {live}");
        let there: Vec<String> = snapshot(daemon.root())
            .keys()
            .map(ToString::to_string)
            .filter(|path| !path.starts_with(".slipway/"))
            .collect();
        let left = [
            ".htaccess",
            ".well-known/acme/token",
            "index.html",
            "shop/.htaccess",
            "shop/a.html",
            "stats/2020.log",
        ];
        assert_eq!(there, left, "{kind:?}");
        assert!(!daemon.root().join("old").exists(), "{kind:?}: empty folders go too");
        assert_eq!(fs::read(daemon.root().join("index.html")).unwrap(), b"mine");
        let again = site.publish(&["--purge", "--confirm", NAME]).live();
        assert_eq!((&again["uploaded"], &again["removed"]), (&json!(0), &json!(0)), "{kind:?}: {again}");
    }
}

#[test]
fn a_purge_can_not_keep_what_was_removed() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let site = Site::plain(&daemon);
    let ended = site.publish(&["--purge", "--confirm", NAME, "--keep-removed"]);
    assert_eq!(ended.status.code(), Some(2), "{ended:?}");
}

#[test]
fn another_site_below_is_left_alone() {
    let daemon = Daemon::start(Kind::Vsftpd);
    let below = Site::at(daemon.port(), &["--protocol", "ftp", "--remote-dir", "teams/blog"]);
    below.write(&[("index.html", b"blog"), ("a/b.html", b"b")]);
    below.publish(&[]).live();
    daemon.write_tree(&[("teams/old.html", b"old")]);
    let before = snapshot(&daemon.root().join("teams/blog"));
    let site = Site::plain(&daemon);
    site.write(&[("index.html", b"mine")]);
    let live = site.publish(&["--purge", "--confirm", NAME]).live();
    assert_eq!(live["removed"], 1, "{live}");
    assert_eq!(snapshot(&daemon.root().join("teams/blog")), before);
    assert!(live["notes"].to_string().contains("teams/blog"), "{live}");
    // Nor is it brought down as a part of this one.
    below.publish(&[]).live_with(0, 0, 2);
}
