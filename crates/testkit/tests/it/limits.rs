//! Servers with limits: what each says when one is met is noted here, as it was measured.

use crate::client::Client;
use slipway_testkit::{Daemon, Kind, Options};
use std::fs;
use std::time::Duration;

#[test]
fn one_connection_too_many_is_refused() {
    let refusals = [
        (Kind::Vsftpd, 0, "421 There are too many connections from your internet address."),
        (Kind::ProFtpd, 2, "530 Sorry, the maximum number of clients (2) from your host"),
        (Kind::PureFtpd, 0, "421 Too many connections (2) from this IP"),
        (Kind::PyFtpdLib, 0, "421 Too many connections from the same IP address."),
    ];
    for (kind, place, refusal) in refusals {
        let daemon = Daemon::with(kind, Options { max_clients_per_host: Some(2), ..Options::default() });
        let _both = [Client::log_in(&daemon), Client::log_in(&daemon)];
        let (mut third, greeting) = Client::connect(daemon.host(), daemon.port());
        let mut said = vec![greeting];
        if place > 0 {
            said.push(third.say(&format!("USER {}", daemon.user())));
            said.push(third.say(&format!("PASS {}", daemon.password())));
        }
        assert!(said[place].starts_with(refusal), "{kind:?}: {said:?}");
    }
}

#[test]
fn a_full_disk_is_told() {
    // To the upload that fills it, and to the next one. pyftpdlib 2.2 closes the data connection and never
    // replies: closing the file fails as well, and its reply is lost over that.
    let said = [
        (Kind::Vsftpd, "451 Failure writing to local file.", "451 Failure writing to local file."),
        (Kind::ProFtpd, "451 Transfer aborted. Input/output error", "452 Transfer aborted. No space left"),
        (Kind::PureFtpd, "451-Error during write to file", "451-Error during write to file"),
        (Kind::PyFtpdLib, "", ""),
    ];
    for (kind, filling, next) in said {
        let daemon = Daemon::with(kind, Options { disk_bytes: Some(1 << 16), ..Options::default() });
        let mut client = Client::log_in(&daemon);
        assert!(client.store("small", &[1; 4096]).starts_with("226"));
        let uploads = [("large", vec![2; 1 << 20], filling), ("other", vec![3], next)];
        for (path, content, expected) in uploads {
            let mut client = Client::log_in(&daemon);
            if expected.is_empty() {
                client.set_patience(Duration::from_millis(300));
            }
            let reply = client.store(path, &content);
            assert!(reply.starts_with(expected), "{kind:?} {path}: {reply}");
            assert_eq!(reply.is_empty(), expected.is_empty(), "{kind:?} {path}: {reply}");
        }
        assert_eq!(fs::read(daemon.root().join("small")).unwrap(), [1; 4096]);
        // All that was left is taken by what came of the upload.
        assert_eq!(fs::metadata(daemon.root().join("large")).unwrap().len(), (1 << 16) - 4096);
    }
}

#[test]
fn names_can_ignore_case() {
    let options = Options { case_insensitive: true, ..Options::default() };
    let daemon = Daemon::with(Kind::ProFtpd, options);
    let mut client = Client::log_in(&daemon);
    assert!(client.store("Page.html", b"12345").starts_with("226"));
    client.expect("SIZE pAGE.HTML", "213 5");

    let daemon = Daemon::start(Kind::ProFtpd);
    let mut client = Client::log_in(&daemon);
    assert!(client.store("Page.html", b"12345").starts_with("226"));
    client.expect("SIZE pAGE.HTML", "550");
}

#[test]
fn a_server_can_be_read_only() {
    for kind in Kind::ALL {
        let daemon = Daemon::with(kind, Options { writable: false, ..Options::default() });
        daemon.write_tree(&[("page", b"1")]);
        let mut client = Client::log_in(&daemon);
        client.expect("MKD folder", "550");
        client.expect("DELE page", "550");
        let reply = client.store("page", b"22");
        assert!(reply.starts_with("55"), "{kind:?}: {reply}");
        assert_eq!(client.fetch("RETR page"), "1");
        assert_eq!(fs::read(daemon.root().join("page")).unwrap(), b"1");
    }
}

#[test]
fn servers_listen_on_ipv6() {
    for kind in Kind::ALL {
        let daemon = Daemon::with(kind, Options { ipv6: true, ..Options::default() });
        assert_eq!(daemon.host(), "::1");
        let mut client = Client::log_in(&daemon);
        assert!(client.store("page", b"6").starts_with("226"), "{kind:?}");
        assert_eq!(fs::read(daemon.root().join("page")).unwrap(), b"6");
    }
}
