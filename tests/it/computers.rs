//! Two computers that publish the same website to a real server: one at a time, and told of each other.

use std::fs::{self, File};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use slipway_testkit::{Action, ControlProxy, Daemon, Kind};

use crate::conversation::Conversation;
use crate::harness::signal;
use crate::site::Site;

#[test]
fn take_turns_on_vsftpd() {
    take_turns(Kind::Vsftpd);
}

#[test]
fn take_turns_on_proftpd() {
    take_turns(Kind::ProFtpd);
}

#[test]
fn take_turns_on_pure_ftpd() {
    take_turns(Kind::PureFtpd);
}

#[test]
fn take_turns_on_pyftpdlib() {
    take_turns(Kind::PyFtpdLib);
}

/// One is killed while it goes live. The other learns of it, waits for nothing, and takes over once the first has been
/// silent for long enough.
fn take_turns(kind: Kind) {
    let daemon = Daemon::start(kind);
    let proxy = ControlProxy::start(daemon.port());
    let (first, second) = (Site::through(&proxy), Site::plain(&daemon));
    first.write(&[("index.html", b"1"), ("a/b.css", b"1")]);
    first.publish(&[]).live();
    first.write(&[("index.html", b"of the first"), ("a/b.css", b"of the first")]);
    second.write(&[("index.html", b"of the second"), ("a/b.css", b"of the second")]);
    kill_at(&proxy, "RNTO", &first);

    let replace = ["--on-conflict", "replace"];
    for more in [&[][..], &["--take-over"]] {
        let failed = second.publish(&[&replace[..], more].concat()).failed("another_publish_running", 1);
        let publisher = &failed["publisher"];
        assert!(publisher["name"].as_str().is_some_and(|name| name.contains('@')), "{failed}");
        assert_eq!(publisher["may_be_replaced"], false, "{failed}");
        assert!(publisher["silent_seconds"].as_u64().is_some_and(|seconds| seconds < 300), "{failed}");
    }
    make_older(&daemon.root().join(".slipway"), Duration::from_secs(660));
    let failed = second.publish(&replace).failed("another_publish_running", 1);
    assert_eq!(failed["publisher"]["may_be_replaced"], true, "{failed}");
    assert!(failed["message"].as_str().unwrap().contains("--take-over"), "{failed}");
    let last = second.publish(&[&replace[..], &["--take-over"]].concat()).live();
    second.assert_online(daemon.root(), &last);

    // The first finds out, and is not stopped by anything that it left.
    let last = first.publish(&replace).live();
    first.assert_online(daemon.root(), &last);
    let last = second.publish(&replace).live();
    second.assert_online(daemon.root(), &last);
}

fn kill_at(proxy: &ControlProxy, verb: &'static str, site: &Site) {
    let process = Arc::new(OnceLock::new());
    let killed = process.clone();
    proxy.at_verb(verb, 1, Action::Notify(Box::new(move || signal("KILL", *killed.wait()))));
    let running = site.begin(&[]);
    process.set(running.id()).unwrap();
    let ended = running.end();
    assert_eq!(ended.status.code(), None, "killed at {verb}");
}

/// Lets everything in a folder look as if it had last been written so long ago.
fn make_older(folder: &Path, by: Duration) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            make_older(&entry.path(), by);
        } else {
            File::options()
                .append(true)
                .open(entry.path())
                .unwrap()
                .set_modified(SystemTime::now() - by)
                .unwrap();
        }
    }
}

#[test]
fn the_second_waits_when_told_to() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let proxy = ControlProxy::start(daemon.port());
    let (first, second) = (Site::through(&proxy), Site::plain(&daemon));
    first.write(&[("index.html", b"of the first")]);
    second.write(&[("index.html", b"of the second")]);
    kill_at(&proxy, "RNTO", &first);
    let mut waiting = second.begin(&["--wait", "--on-conflict", "replace"]);
    waiting.says("Waiting for its end");
    first.publish(&[]).live();
    let last = waiting.end().live();
    second.assert_online(daemon.root(), &last);
}

#[test]
fn with_nothing_to_do_there_is_one_question() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let proxy = ControlProxy::start(daemon.port());
    let site = Site::through(&proxy);
    site.write(&[("index.html", b"1")]);
    site.publish(&[]).live();
    let talk = Conversation::from_now(&proxy);
    site.publish(&[]).live_with(0, 0, 1);
    assert_eq!(
        (talk.count("SIZE"), talk.count("STOR"), talk.transfers()),
        (1, 0, 0),
        "{:?}",
        talk.exchanges()
    );
}
