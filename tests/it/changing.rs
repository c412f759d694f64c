//! Local files that change while they are being sent.

use std::fs;

use slipway_testkit::{Action, ControlProxy, Daemon, Kind};

use crate::site::Site;

const SIZE: usize = 300_000;

/// A server with a proxy to it that goes on.
struct Online {
    daemon: Daemon,
    _proxy: ControlProxy,
}

/// Publishes a site with one large file, to which something happens when the server is told to take it.
fn while_sent(
    kind: Kind,
    what: impl FnOnce(&std::path::Path) + Send + 'static,
) -> (Online, Site, serde_json::Value) {
    let daemon = Daemon::start(kind);
    let proxy = ControlProxy::start(daemon.port());
    let site = Site::through(&proxy);
    site.write(&[("index.html", b"1")]);
    site.publish(&[]).live_with(1, 0, 0);
    site.write(&[("large.bin", &[1; SIZE])]);
    let path = site.folder().join("large.bin");
    proxy.at_verb("STOR", 2, Action::Notify(Box::new(move || what(&path))));
    let last = site.publish(&["--connections", "1"]).live();
    (Online { daemon, _proxy: proxy }, site, last)
}

#[test]
fn grown() {
    for kind in Kind::ALL {
        let grow = |path: &std::path::Path| fs::write(path, [2; SIZE + 70_000]).unwrap();
        let (online, site, last) = while_sent(kind, grow);
        assert_eq!(last["uploaded"], 1);
        site.assert_online(online.daemon.root(), &last);
        site.publish(&[]).live_with(0, 0, 2);
    }
}

#[test]
fn shrunk() {
    for kind in Kind::ALL {
        let (online, site, last) = while_sent(kind, |path| fs::write(path, [3; 10_000]).unwrap());
        assert_eq!(last["uploaded"], 1);
        site.assert_online(online.daemon.root(), &last);
        site.publish(&[]).live_with(0, 0, 2);
    }
}

#[test]
fn rewritten_with_as_many_bytes() {
    for kind in Kind::ALL {
        let (online, site, last) = while_sent(kind, |path| fs::write(path, [4; SIZE]).unwrap());
        assert_eq!(last["uploaded"], 1);
        site.assert_online(online.daemon.root(), &last);
        site.publish(&[]).live_with(0, 0, 2);
    }
}

/// It is online whole, or not at all; the next publish takes it off.
#[test]
fn deleted() {
    for kind in Kind::ALL {
        let (online, site, _) = while_sent(kind, |path| fs::remove_file(path).unwrap());
        if let Ok(content) = fs::read(online.daemon.root().join("large.bin")) {
            assert_eq!(content, [1; SIZE]);
        }
        let last = site.publish(&[]).live();
        site.assert_online(online.daemon.root(), &last);
    }
}

/// A file that is gone before its turn comes is left out, and said to be.
#[test]
fn deleted_before_its_turn() {
    for kind in Kind::ALL {
        let daemon = Daemon::start(kind);
        let proxy = ControlProxy::start(daemon.port());
        let site = Site::through(&proxy);
        site.write(&[("index.html", b"1")]);
        site.publish(&[]).live_with(1, 0, 0);
        site.write(&[("large.bin", &[1; SIZE]), ("small.css", b"2")]);
        let path = site.folder().join("small.css");
        proxy.at_verb("STOR", 2, Action::Notify(Box::new(move || fs::remove_file(path).unwrap())));
        let ended = site.publish(&["--connections", "1"]);
        let last = ended.live_with(1, 0, 1);
        let notes = ended.events_named("note");
        assert!(notes.iter().any(|note| note["path"] == "small.css"), "{notes:?}");
        site.assert_online(daemon.root(), &last);
        site.publish(&[]).live_with(0, 0, 2);
    }
}

/// A file that never rests is given up on, and the old site stays.
#[test]
fn changing_all_the_time() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let proxy = ControlProxy::start(daemon.port());
    let site = Site::through(&proxy);
    site.write(&[("index.html", b"1"), ("restless.log", b"1")]);
    site.publish(&[]).live_with(2, 0, 0);
    site.write(&[("index.html", b"new"), ("restless.log", &[1; SIZE])]);
    let path = site.folder().join("restless.log");
    let mut round = 0;
    proxy.on(move |command, _| {
        if crate::conversation::staged(command).is_some() {
            round += 1;
            fs::write(&path, vec![2; SIZE + round]).unwrap();
        }
        Action::Forward
    });
    let failed = site.publish(&["--connections", "1"]).failed("local_file_changing", 1);
    assert_eq!(failed["path"], "restless.log");
    assert_eq!(fs::read(daemon.root().join("index.html")).unwrap(), b"1");
    proxy.on(|_, _| Action::Forward);
    let last = site.publish(&[]).live();
    site.assert_online(daemon.root(), &last);
}
