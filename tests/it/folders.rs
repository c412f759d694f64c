//! Local folders that can't be published: nothing is deleted on their account, and nothing half sent.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::Path;
use std::process::Command;

use slipway_testkit::{ControlProxy, Daemon, Kind, Options, snapshot};

use crate::conversation::Conversation;
use crate::harness::{binary, start};
use crate::site::Site;

/// A user without rights, as systems have it.
const NOBODY: u32 = 65_534;

struct Online {
    daemon: Daemon,
    proxy: ControlProxy,
    site: Site,
}

/// A website that is online.
fn online() -> Online {
    let daemon = Daemon::start(Kind::ProFtpd);
    let proxy = ControlProxy::start(daemon.port());
    let site = Site::through(&proxy);
    site.write(&[("index.html", b"old"), ("a/b.css", b"old too"), ("a/c.css", b"old as well")]);
    site.publish(&[]).live_with(3, 0, 0);
    Online { daemon, proxy, site }
}

impl Online {
    /// Publishes, which must fail before anything is said to the server and leave it as it is.
    #[track_caller]
    fn assert_refused(&self, code: &str, exit: i32) -> serde_json::Value {
        let (before, talk) = (snapshot(self.daemon.root()), Conversation::from_now(&self.proxy));
        let failed = self.site.publish(&["--yes"]).failed(code, exit);
        assert_eq!(talk.count("CONNECT"), 0, "{:?}", talk.exchanges());
        assert_eq!(snapshot(self.daemon.root()), before);
        assert_eq!(failed["site"], "untouched", "{failed}");
        failed
    }
}

#[test]
fn a_folder_that_is_gone_deletes_nothing() {
    let online = online();
    fs::rename(online.site.folder(), online.site.home().join("elsewhere")).unwrap();
    let failed = online.assert_refused("local_folder_missing", 3);
    assert_eq!(failed["path"], online.site.folder().to_str().unwrap());
    fs::rename(online.site.home().join("elsewhere"), online.site.folder()).unwrap();
    online.site.publish(&[]).live_with(0, 0, 3);
}

#[test]
fn a_folder_that_is_a_file_deletes_nothing() {
    let online = online();
    fs::remove_dir_all(online.site.folder()).unwrap();
    fs::write(online.site.folder(), "a file").unwrap();
    online.assert_refused("local_folder_missing", 3);
}

#[test]
fn an_empty_folder_deletes_nothing() {
    let online = online();
    fs::remove_dir_all(online.site.folder()).unwrap();
    fs::create_dir(online.site.folder()).unwrap();
    online.assert_refused("local_folder_empty", 1);
    // What is left out does not fill it.
    online.site.write(&[(".git/config", b"1"), (".DS_Store", b"2")]);
    fs::create_dir(online.site.folder().join("empty")).unwrap();
    online.assert_refused("local_folder_empty", 1);
}

#[test]
fn a_line_break_in_a_name_is_refused_before_anything_else() {
    for name in ["two\nlines.html", "return\r.html", "evil\r\nDELE index.html"] {
        let online = online();
        online.site.write(&[(name, b"1"), ("fine.html", b"2")]);
        let failed = online.assert_refused("name_not_allowed", 1);
        assert_eq!(failed["path"], name.replace(['\r', '\n'], "\u{fffd}"));
        online.site.delete(&[name]);
        let last = online.site.publish(&[]).live_with(1, 0, 3);
        online.site.assert_online(online.daemon.root(), &last);
    }
}

#[test]
fn a_line_break_in_the_name_of_a_folder_too() {
    let online = online();
    online.site.write(&[("a\nb/c.html", b"1")]);
    online.assert_refused("name_not_allowed", 1);
}

/// Only a user without rights can be kept from reading.
#[test]
fn what_cannot_be_read_does_not_look_deleted() {
    for (hidden, mode) in [("a", 0o000), ("a/b.css", 0o000), ("a", 0o444)] {
        let online = online();
        let path = online.site.folder().join(hidden);
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let (before, talk) = (snapshot(online.daemon.root()), Conversation::from_now(&online.proxy));
        let ended = start(&mut as_nobody(&online.site)).end();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let failed = ended.failed("local_file_unreadable", 1);
        assert!(failed["path"].as_str().unwrap().starts_with(hidden), "{failed}");
        assert_eq!(failed["site"], "untouched", "{failed}");
        assert_eq!(talk.count("CONNECT"), 0);
        assert_eq!(snapshot(online.daemon.root()), before);
        start(&mut as_nobody(&online.site)).end().live_with(0, 0, 3);
    }
}

/// `slipway publish` as a user that rights apply to.
fn as_nobody(site: &Site) -> Command {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return site.command("publish", &["--yes"]);
    }
    give(site.home(), NOBODY);
    let program = site.home().join("slipway");
    if !program.exists() {
        fs::copy(binary(), &program).unwrap();
    }
    let mut command = site.environment(Command::new("setpriv"));
    command.args([&format!("--reuid={NOBODY}"), &format!("--regid={NOBODY}"), "--clear-groups", "--"]);
    command.arg(program).args(["--json", "publish", crate::site::NAME, "--yes"]);
    command
}

fn give(path: &Path, user: u32) {
    chown(path, Some(user), Some(user)).unwrap();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give(&entry.unwrap().path(), user);
        }
    }
}

#[test]
fn links_are_reported_and_not_followed() {
    let online = online();
    let folder = online.site.folder();
    fs::write(online.site.home().join("secret"), "outside").unwrap();
    symlink("../secret", folder.join("link to a file")).unwrap();
    symlink("..", folder.join("link to a folder")).unwrap();
    symlink("nowhere", folder.join("broken")).unwrap();
    let status = Command::new("mkfifo").arg(folder.join("pipe")).status().unwrap();
    assert!(status.success());
    online.site.write(&[("index.html", b"new")]);
    let ended = online.site.publish(&[]);
    let last = ended.live_with(1, 0, 2);
    let mut noted: Vec<String> =
        ended.events_named("note").iter().map(|note| note["path"].as_str().unwrap().to_owned()).collect();
    noted.sort();
    assert_eq!(noted, ["broken", "link to a file", "link to a folder", "pipe"]);
    assert_eq!(last["notes"].as_array().unwrap().len(), 4, "{last}");
    let files = snapshot(online.daemon.root());
    let visible: Vec<&String> = files.keys().filter(|path| !path.starts_with(".slipway/")).collect();
    assert_eq!(visible, ["a/b.css", "a/c.css", "index.html"]);
}

#[test]
fn names_that_differ_in_case_only() {
    for kind in Kind::ALL {
        let daemon = Daemon::start(kind);
        let site = Site::plain(&daemon);
        site.write(&[
            ("Index.html", b"1"),
            ("index.html", b"2"),
            ("Bilder/a.png", b"3"),
            ("bilder/a.png", b"4"),
        ]);
        let last = site.publish(&[]).live_with(4, 0, 0);
        site.assert_online(daemon.root(), &last);
    }
}

#[test]
fn names_that_differ_in_case_only_where_the_server_cannot_tell() {
    let daemon = Daemon::with(Kind::ProFtpd, Options { case_insensitive: true, ..Options::default() });
    let proxy = ControlProxy::start(daemon.port());
    let site = Site::through(&proxy);
    site.write(&[("index.html", b"old")]);
    site.publish(&[]).live_with(1, 0, 0);
    site.write(&[("Index.html", b"other"), ("new.html", b"new")]);
    let talk = Conversation::from_now(&proxy);
    let failed = site.publish(&[]).failed("name_not_allowed", 1);
    assert!(failed["path"].as_str().unwrap().eq_ignore_ascii_case("index.html"), "{failed}");
    assert_eq!(failed["site"], "untouched", "{failed}");
    assert_eq!(talk.sent(), [""; 0]);
    assert_eq!(fs::read(daemon.root().join("index.html")).unwrap(), b"old");
    assert!(!daemon.root().join("new.html").exists());
    site.delete(&["Index.html"]);
    let last = site.publish(&[]).live_with(1, 0, 1);
    site.assert_online(daemon.root(), &last);
}
