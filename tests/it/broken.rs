//! Data connections that break in the middle of a file: the publish recovers by itself.

use slipway_testkit::{ControlProxy, Daemon, DataFault, Kind};

use crate::conversation::Conversation;
use crate::site::Site;

const FILM: usize = 3 << 20;

/// How a transfer is broken, and with what.
fn broken(kind: Kind, fault: DataFault) {
    let daemon = Daemon::start(kind);
    let proxy = ControlProxy::start(daemon.port());
    let options = ["--protocol", "ftp", "--connections", "2", "--timeout", "2"];
    let site = Site::at(proxy.port(), &options);
    site.write(&[("index.html", b"old")]);
    site.publish(&[]).live_with(1, 0, 0);
    let film: Vec<u8> = (0..FILM).map(|n| (n / 1000) as u8).collect();
    site.write(&[("index.html", b"new"), ("film.mp4", &film), ("a.css", &[5; 20_000])]);
    // Large files are sent first, after what a preview does too, the lock, and the look for other locks.
    let preview = Conversation::from_now(&proxy);
    site.run("preview", &[]).done();
    proxy.at_transfer(Conversation::everything(&proxy).transfers() + preview.transfers() + 3, fault);
    let talk = Conversation::from_now(&proxy);
    let ended = site.publish(&[]);
    let last = ended.live_with(3, 0, 0);
    site.assert_online(daemon.root(), &last);
    assert!(last["retries"].as_u64().unwrap() >= 1, "{kind:?} {fault:?}: {last}");
    let retrying = ended.events_named("retrying");
    assert!(retrying.iter().any(|event| event["path"] == "film.mp4"), "{kind:?} {fault:?}: {retrying:?}");
    assert_eq!(talk.sent().len(), 4, "{kind:?} {fault:?}: of three files one is sent twice");
}

#[test]
fn by_a_reset() {
    for kind in Kind::ALL {
        broken(kind, DataFault::Reset(1 << 20));
    }
}

/// To the server it is a complete upload of a smaller file.
#[test]
fn by_an_orderly_end() {
    for kind in Kind::ALL {
        broken(kind, DataFault::Close(1 << 20));
    }
}

/// vsftpd is left out: it keeps a file locked, for five minutes, as long as it takes the silent connection for alive.
#[test]
fn by_silence() {
    for kind in [Kind::ProFtpd, Kind::PureFtpd, Kind::PyFtpdLib] {
        broken(kind, DataFault::Stall(1 << 20));
    }
}

#[test]
fn the_whole_server_goes_away_for_a_moment() {
    let daemon = std::sync::Arc::new(Daemon::start(Kind::Vsftpd));
    let proxy = ControlProxy::start(daemon.port());
    let site = Site::through(&proxy);
    slipway_testkit::sample_tree(&site.folder(), 21, 40);
    for (verb, number) in [("STOR", 20), ("RNTO", 10)] {
        let daemon = daemon.clone();
        proxy.at_verb(verb, number, slipway_testkit::Action::Notify(Box::new(move || daemon.restart())));
    }
    let last = site.publish(&[]).live_with(40, 0, 0);
    site.assert_online(daemon.root(), &last);
}
