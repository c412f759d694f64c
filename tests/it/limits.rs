//! Servers with limits: of space, and of connections.

use std::fs;

use slipway_testkit::{ControlProxy, Daemon, Kind, Options, snapshot};

use crate::conversation::Conversation;
use crate::site::Site;

const BALLAST: usize = 600 << 10;
const FILE: usize = 100 << 10;
/// So many that connections are refused long before all are sent.
const FILES: u64 = 300;

#[test]
fn a_full_disk_on_vsftpd() {
    a_full_disk(Kind::Vsftpd);
}

#[test]
fn a_full_disk_on_proftpd() {
    a_full_disk(Kind::ProFtpd);
}

#[test]
fn a_full_disk_on_pure_ftpd() {
    a_full_disk(Kind::PureFtpd);
}

/// The old site stays up, and what has arrived is not sent again once there is room. (pyftpdlib never says that
/// its disk is full: there is nothing to tell it by.)
fn a_full_disk(kind: Kind) {
    let daemon = Daemon::with(kind, Options { disk_bytes: Some(1 << 20), ..Options::default() });
    daemon.write_tree(&[("ballast", &[0; BALLAST])]);
    let proxy = ControlProxy::start(daemon.port());
    let site = Site::through(&proxy);
    site.write(&[("index.html", b"old"), ("a/style.css", b"old too")]);
    site.publish(&[]).live_with(2, 0, 0);

    site.write(&[("index.html", b"new")]);
    for n in 0..8 {
        site.write(&[(&format!("photos/{n}.jpg"), &[n; FILE])]);
    }
    let talk = Conversation::from_now(&proxy);
    let failed = site.publish(&["--connections", "1"]).failed("hosting_full", 1);
    assert_eq!((&failed["stage"], &failed["site"]), (&"uploading".into(), &"untouched".into()), "{failed}");
    let online = |path: &str| fs::read(daemon.root().join(path)).unwrap();
    assert_eq!((online("index.html"), online("a/style.css")), (b"old".to_vec(), b"old too".to_vec()));
    assert!(!daemon.root().join("photos").exists());
    let confirmed = talk.confirmed();
    assert!(!confirmed.is_empty() && confirmed.len() < 9, "{confirmed:?}");

    fs::remove_file(daemon.root().join("ballast")).unwrap();
    let talk = Conversation::from_now(&proxy);
    let last = site.publish(&["--connections", "1"]).live_with(9, 0, 1);
    let sent = talk.sent();
    assert_eq!(sent.len(), 9 - confirmed.len(), "{confirmed:?} had arrived; then {sent:?}");
    assert!(sent.iter().all(|name| !confirmed.contains(name)));
    site.assert_online(daemon.root(), &last);
}

#[test]
fn two_connections_on_vsftpd() {
    two_connections(Kind::Vsftpd);
}

#[test]
fn two_connections_on_proftpd() {
    two_connections(Kind::ProFtpd);
}

#[test]
fn two_connections_on_pure_ftpd() {
    two_connections(Kind::PureFtpd);
}

#[test]
fn two_connections_on_pyftpdlib() {
    two_connections(Kind::PyFtpdLib);
}

/// A server that allows fewer connections than wanted gets no more, the next time either.
fn two_connections(kind: Kind) {
    let daemon = Daemon::with(kind, Options { max_clients_per_host: Some(2), ..Options::default() });
    let proxy = ControlProxy::start(daemon.port());
    let site = Site::through(&proxy);
    let files = slipway_testkit::sample_tree(&site.folder(), 11, FILES as usize);
    let last = site.publish(&["--connections", "8"]).live_with(FILES, 0, 0);
    site.assert_online(daemon.root(), &last);
    assert!(last["connections"].as_u64().unwrap() <= 2, "{last}");
    let refused = |talk: &Conversation<'_>| {
        let replies = talk.exchanges().into_iter().map(|said| said.reply);
        replies.filter(|reply| reply.starts_with("421") || reply.starts_with("530")).count()
    };
    assert!(refused(&Conversation::everything(&proxy)) > 0, "{kind:?} did not refuse any");

    let facts = &site.run("check", &[]).done()["facts"];
    let learnt = facts["connection_limit"].as_u64().unwrap_or_else(|| panic!("{kind:?}: {facts}"));
    assert!((1..=2).contains(&learnt), "{kind:?}: {facts}");

    // A connection that was closed a moment ago still counts for some servers: this makes them forget.
    daemon.restart();
    for path in &files {
        site.write(&[(path, format!("new {path}").as_bytes())]);
    }
    let talk = Conversation::from_now(&proxy);
    let last = site.publish(&["--connections", "8"]).live_with(FILES, 0, 0);
    site.assert_online(daemon.root(), &last);
    assert!(last["connections"].as_u64().unwrap() <= learnt, "{kind:?}: {last}");
    assert!(talk.at_once() <= learnt as usize, "{kind:?}: {} connections at once", talk.at_once());
}

#[test]
fn a_limit_on_speed_is_taken() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let site = Site::secure(&daemon);
    slipway_testkit::sample_tree(&site.folder(), 12, 20);
    site.publish(&["--limit", "5M"]).live_with(20, 0, 0);
    site.run("site edit", &["--limit", "10M"]).done();
    site.write(&[("more.html", b"1")]);
    let last = site.publish(&[]).live_with(1, 0, 20);
    site.assert_online(daemon.root(), &last);
    assert_eq!(snapshot(&site.folder()).len(), 21);
}
