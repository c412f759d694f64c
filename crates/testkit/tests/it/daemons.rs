//! Every kind of server with every kind of TLS does what an FTP server does.

use crate::client::Client;
use slipway_testkit::{Daemon, Kind, Options, Tls, assert_same_tree, sample_tree, write_tree};
use std::fs;
use std::io::Write;

#[test]
fn vsftpd_serves() {
    serves(Kind::Vsftpd);
}

#[test]
fn proftpd_serves() {
    serves(Kind::ProFtpd);
}

#[test]
fn pure_ftpd_serves() {
    serves(Kind::PureFtpd);
}

#[test]
fn pyftpdlib_serves() {
    serves(Kind::PyFtpdLib);
}

fn serves(kind: Kind) {
    for tls in Tls::ALL {
        let daemon = Daemon::with(kind, Options { tls, ..Options::default() });
        answers_auth(&daemon, tls);
        let mut client = Client::log_in(&daemon);
        has_features(&mut client, kind);
        changes_files(&mut client, &daemon);
        sees_what_the_test_wrote(&mut client, &daemon);
        sets_times(&mut client, kind);
    }
}

fn answers_auth(daemon: &Daemon, tls: Tls) {
    let (mut client, _) = Client::connect(daemon.host(), daemon.port());
    let code = if tls == Tls::None { "5" } else { "234" };
    client.expect("AUTH TLS", code);
}

fn has_features(client: &mut Client, kind: Kind) {
    let features = client.expect("FEAT", "211");
    for feature in ["EPSV", "REST STREAM", "SIZE", "UTF8"] {
        assert!(features.contains(feature), "{kind:?} has no {feature}: {features}");
    }
    assert_eq!(features.contains("MLST"), kind != Kind::Vsftpd, "{features}");
}

fn changes_files(client: &mut Client, daemon: &Daemon) {
    let root = daemon.root();
    for content in [&b"first\r\n\0\xff"[..], b"second, which overwrites"] {
        let reply = client.store("grüße.html", content);
        assert!(reply.starts_with("226"), "{reply}");
        assert_eq!(fs::read(root.join("grüße.html")).unwrap(), content);
        client.expect("SIZE grüße.html", &format!("213 {}", content.len()));
    }
    let mut data = client.data();
    client.expect("REST 6", "350");
    client.expect("STOR grüße.html", "1");
    data.write_all(b"!").unwrap();
    drop(data);
    assert!(client.reply().starts_with("226"));
    let resumed = fs::read(root.join("grüße.html")).unwrap();
    assert_eq!(&resumed[..7], b"second!");

    let mut data = client.data();
    client.expect("APPE grüße.html", "1");
    data.write_all(b" and more").unwrap();
    drop(data);
    assert!(client.reply().starts_with("226"));
    assert!(fs::read(root.join("grüße.html")).unwrap().ends_with(b" and more"));

    client.expect("MKD neu", "257");
    client.store("neu/old", b"replaced");
    client.expect("RNFR grüße.html", "350");
    client.expect("RNTO neu/old", "250");
    assert!(!root.join("grüße.html").exists());
    assert!(fs::read(root.join("neu/old")).unwrap().ends_with(b" and more"));
    client.expect("DELE neu/old", "250");
    client.expect("RMD neu", "250");
    assert!(!root.join("neu").exists());
}

fn sees_what_the_test_wrote(client: &mut Client, daemon: &Daemon) {
    daemon.write_tree(&[(".hidden", b"1"), ("folder/page.html", b"2")]);
    assert!(client.fetch("LIST -a").contains(".hidden"));
    assert_eq!(client.fetch("RETR folder/page.html"), "2");
    client.expect("DELE folder/page.html", "250");
    client.expect("RMD folder", "250");
}

fn sets_times(client: &mut Client, kind: Kind) {
    let verb = if kind == Kind::Vsftpd { "MDTM" } else { "MFMT" };
    client.expect(&format!("{verb} 20010203040506 .hidden"), "213");
    client.expect("MDTM .hidden", "213 20010203040506");
}

#[test]
fn wrong_passwords_are_refused() {
    // Pure-FTPd takes its time, about 5 s, over the answer.
    for kind in Kind::ALL {
        let daemon = Daemon::start(kind);
        let (mut client, _) = Client::connect(daemon.host(), daemon.port());
        client.expect(&format!("USER {}", daemon.user()), "331");
        client.expect("PASS wrong", "530");
    }
}

#[test]
fn uploads_can_be_read_and_compared() {
    let local = tempfile::tempdir().unwrap();
    let paths = sample_tree(local.path(), 3, 20);
    let daemon = Daemon::start(Kind::Vsftpd);
    let mut client = Client::log_in(&daemon);
    for path in &paths {
        for (end, _) in path.match_indices('/') {
            client.say(&format!("MKD {}", &path[..end]));
        }
        let reply = client.store(path, &fs::read(local.path().join(path)).unwrap());
        assert!(reply.starts_with("226"), "{path}: {reply}");
    }
    write_tree(daemon.root(), &[(".slipway/marker", b"")]);
    assert_same_tree(local.path(), daemon.root(), &[]);
}

#[test]
fn a_server_stops_and_starts_again_with_its_files() {
    for kind in Kind::ALL {
        let options = Options { disk_bytes: Some(1 << 20), ..Options::default() };
        let daemon = Daemon::with(kind, options);
        let mut client = Client::log_in(&daemon);
        assert!(client.store("page", b"kept").starts_with("226"));
        daemon.stop();
        assert_eq!(client.reply(), "", "{kind:?}");
        assert!(std::net::TcpStream::connect((daemon.host(), daemon.port())).is_err());
        daemon.restart();
        assert_eq!(Client::log_in(&daemon).fetch("RETR page"), "kept");
        assert_eq!(fs::read(daemon.root().join("page")).unwrap(), b"kept");
    }
}

#[test]
fn nothing_is_left_of_a_dropped_server() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let folder = daemon.root().parent().unwrap().to_owned();
    let mut client = Client::log_in(&daemon);
    let port = daemon.port();
    drop(daemon);
    assert_eq!(client.reply(), "");
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    assert!(!folder.exists());
}

#[test]
fn the_log_tells_what_happened() {
    let daemon = Daemon::start(Kind::Vsftpd);
    Client::log_in(&daemon).store("page.html", b"1");
    let log = daemon.log();
    assert!(log.contains("OK UPLOAD") && log.contains("page.html"), "{log}");
}
