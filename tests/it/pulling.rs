//! Bringing a site down from its server.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::json;
use slipway_testkit::{
    Daemon, HostileEntry, HostileOptions, HostileServer, Kind, assert_same_tree, sample_tree, snapshot,
};

use crate::site::Site;

#[test]
fn a_site_comes_down_from_each_server_as_it_is_there() {
    for kind in Kind::ALL {
        let daemon = Daemon::start(kind);
        sample_tree(daemon.root(), 7, 60);
        let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
        let page = daemon.root().join("old page.html");
        fs::write(&page, "old").unwrap();
        fs::File::options().write(true).open(&page).unwrap().set_modified(old).unwrap();
        let site = Site::plain(&daemon);
        let before = snapshot(daemon.root());

        let dry = site.run("pull", &["--dry-run"]).done();
        assert_eq!(dry["downloads"], before.len(), "{kind:?}: {dry}");
        assert_eq!(snapshot(&site.folder()).len(), 0, "{kind:?}");

        let done = site.run("pull", &[]).done();
        assert_eq!((&done["outcome"], &done["downloaded"]), (&json!("done"), &json!(before.len())), "{done}");
        assert_same_tree(daemon.root(), &site.folder(), &[]);
        let time = fs::metadata(site.folder().join("old page.html")).unwrap().modified().unwrap();
        assert_eq!(time, old, "{kind:?}: times are kept");
        assert_eq!(snapshot(daemon.root()), before, "{kind:?}: a pull changes nothing there");
        assert!(!site.folder().join(".slipway").exists(), "{kind:?}");

        let again = site.run("pull", &[]).done();
        assert_eq!(again["downloaded"], 0, "{kind:?}: {again}");
        // What was brought down need not be sent back.
        let live = site.publish(&[]).live();
        assert_eq!((&live["uploaded"], &live["unchanged"]), (&json!(0), &json!(before.len())), "{kind:?}");
    }
}

#[test]
fn what_was_changed_here_is_not_overwritten_unless_told() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let site = Site::plain(&daemon);
    site.write(&[("index.html", b"1"), ("about.html", b"1"), ("gone.html", b"1")]);
    site.publish(&[]).live();
    for (file, content) in [("index.html", "theirs"), ("about.html", "theirs too"), ("new.html", "new")] {
        fs::write(daemon.root().join(file), content).unwrap();
    }
    site.write(&[("index.html", b"mine, longer")]);
    site.delete(&["gone.html"]);
    let done = site.run("pull", &[]).done();
    assert_eq!(done["downloaded"], 3, "{done}");
    let here = |name: &str| fs::read_to_string(site.folder().join(name)).unwrap();
    assert_eq!(here("index.html"), "mine, longer");
    assert_eq!(
        (here("about.html"), here("new.html"), here("gone.html")),
        ("theirs too".into(), "new".into(), "1".into())
    );
    let notes = done["notes"].to_string();
    assert!(notes.contains("index.html"), "{done}");
    site.run("pull", &["--overwrite"]).done();
    assert_eq!(here("index.html"), "theirs");
}

#[test]
fn a_plain_copy_goes_where_it_is_told() {
    let daemon = Daemon::start(Kind::Vsftpd);
    let site = Site::plain(&daemon);
    site.write(&[("index.html", b"mine")]);
    daemon.write_tree(&[("index.html", b"theirs"), ("a/b.txt", b"b")]);
    let copy = site.home().join("deep/copy");
    let done = site.run("pull", &["--into", copy.to_str().unwrap()]).done();
    assert_eq!(done["downloaded"], 2, "{done}");
    assert_same_tree(daemon.root(), &copy, &[]);
    assert_eq!(fs::read(site.folder().join("index.html")).unwrap(), b"mine");
    let file = site.folder().join("index.html");
    site.run("pull", &["--into", file.to_str().unwrap()]).failed("local_folder_missing", 3);
    assert_eq!(fs::read(site.folder().join("index.html")).unwrap(), b"mine");
}

#[test]
fn a_hostile_server_writes_nothing_outside() {
    for mlsd in [true, false] {
        let evil = || b"evil".to_vec();
        let entries = [
            HostileEntry::file("good.html", b"good".to_vec()),
            HostileEntry::file("../evil.txt", evil()),
            HostileEntry::file("../../evil.txt", evil()),
            HostileEntry::file("/etc/slipway-evil", evil()),
            HostileEntry::file("C:\\evil.txt", evil()),
            HostileEntry::file("a\\..\\..\\evil", evil()),
            HostileEntry::file("..", evil()),
            HostileEntry::folder("..", [HostileEntry::file("evil.txt", evil())]),
            HostileEntry::folder(".slipway", [HostileEntry::file("evil.txt", evil())]),
            HostileEntry::folder(".git", [HostileEntry::file("config", evil())]),
            HostileEntry::link("way-out", "/etc"),
            HostileEntry::folder("way-out", [HostileEntry::file("passwd", evil())]),
            HostileEntry::file("slipway.json", evil()),
        ];
        let server = HostileServer::with(entries, HostileOptions { mlsd, rest: true });
        let site = Site::at(server.port(), &["--protocol", "ftp"]);
        std::os::unix::fs::symlink("/etc", site.folder().join("linked")).unwrap();
        let before = paths(site.home());
        // Whatever it says of the rest, it comes to an end.
        let _ = site.run("pull", &[]);
        let new: BTreeSet<PathBuf> = paths(site.home()).difference(&before).cloned().collect();
        let may_be = |path: &PathBuf| path.starts_with(site.folder()) || path.starts_with(site.data());
        assert!(new.iter().all(may_be), "mlsd {mlsd}: {new:?}");
        assert!(new.contains(&site.folder().join("good.html")), "mlsd {mlsd}: {new:?}");
        for name in ["evil.txt", ".git/config", "slipway.json", ".slipway/evil.txt"] {
            assert!(!new.contains(&site.folder().join(name)), "mlsd {mlsd}: {name}");
        }
        assert!(!Path::new("/etc/slipway-evil").exists());
    }
}

/// All files, folders and links; no link is followed.
fn paths(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            found.extend(paths(&entry.path()));
        }
        found.insert(entry.path());
    }
    found
}
