//! Servers that can't be reached, or are not let in, or don't let us in.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::mpsc::channel;
use std::time::Duration;

use slipway_testkit::{
    Action, ControlProxy, Daemon, Kind, Options, Tls, hang_server, refused_port, snapshot,
};

use crate::conversation::Conversation;
use crate::harness::{PASSWORD, start};
use crate::site::{Site, fingerprint};

/// Nothing here takes longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A website that is online.
fn published(daemon: &Daemon, site: &Site) {
    site.write(&[("index.html", b"old"), ("a/b.css", b"old too")]);
    let last = site.publish(&[]).live_with(2, 0, 0);
    site.assert_online(daemon.root(), &last);
}

#[test]
fn a_host_that_does_not_exist() {
    let site = Site::unknown();
    site.write(&[("index.html", b"1")]);
    site.add("no-such-host.invalid", 21, &["--timeout", "2", "--attempts", "2"]).done();
    let failed = site.publish(&[]).failed("host_not_found", 5);
    assert_eq!((&failed["stage"], &failed["site"]), (&"planning".into(), &"nothing_online".into()));
    assert!(failed["message"].as_str().unwrap().contains("no-such-host.invalid"), "{failed}");
    site.run("check", &[]).failed("host_not_found", 5);
}

#[test]
fn a_port_where_nothing_listens() {
    let port = refused_port();
    let site = Site::at(port.port(), &["--attempts", "1"]);
    site.write(&[("index.html", b"1")]);
    site.publish(&[]).failed("connection_refused", 5);
    assert_eq!(site.states(), ["failed"]);
}

#[test]
fn a_server_that_never_says_a_word() {
    let server = hang_server();
    for protocol in ["ftp", "ftps", "ftps-implicit"] {
        let site = Site::at(server.port(), &["--protocol", protocol, "--timeout", "1", "--attempts", "1"]);
        site.write(&[("index.html", b"1")]);
        site.publish(&[]).failed("connection_timed_out", 5);
    }
}

#[test]
fn a_server_that_falls_silent_in_the_middle() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let proxy = ControlProxy::start(daemon.port());
    let options = ["--protocol", "ftp", "--timeout", "1", "--attempts", "1", "--connections", "1"];
    let site = Site::at(proxy.port(), &options);
    published(&daemon, &site);
    let before = visible(&daemon);
    site.write(&[("index.html", b"new")]);
    proxy.at_verb("STOR", 2, Action::Hang);
    let failed = site.publish(&[]).failed("connection_timed_out", 5);
    assert_eq!((&failed["stage"], &failed["site"]), (&"uploading".into(), &"untouched".into()));
    assert_eq!(visible(&daemon), before);
    let last = site.publish(&[]).live_with(1, 0, 1);
    site.assert_online(daemon.root(), &last);
}

#[test]
fn a_wrong_password_is_tried_once() {
    for kind in Kind::ALL {
        let daemon = Daemon::start(kind);
        let proxy = ControlProxy::start(daemon.port());
        let site = Site::through(&proxy);
        published(&daemon, &site);
        let before = visible(&daemon);
        let talk = Conversation::from_now(&proxy);
        site.write(&[("index.html", b"new")]);
        let mut command = site.command("publish", &[]);
        let ended = start(command.env("SLIPWAY_SHOP_FTP_PASSWORD", "wrong-battery")).end();
        let failed = ended.failed("login_rejected", 5);
        assert_eq!(talk.count("PASS"), 1, "{kind:?}: a host bans who tries again and again");
        assert_eq!(failed["site"], "untouched", "{failed}");
        assert!(failed["server_reply"].as_str().unwrap().starts_with("530"), "{failed}");
        assert!(!ended.out.contains("wrong-battery") && !ended.err.contains("wrong-battery"));
        assert_eq!(visible(&daemon), before);
        let last = site.publish(&[]).live_with(1, 0, 1);
        site.assert_online(daemon.root(), &last);
    }
}

#[test]
fn no_password_is_kept() {
    let daemon = Daemon::start(Kind::Vsftpd);
    let proxy = ControlProxy::start(daemon.port());
    let site = Site::through(&proxy);
    site.write(&[("index.html", b"1")]);
    let mut command = site.command("publish", &[]);
    let ended = start(command.env_remove("SLIPWAY_SHOP_FTP_PASSWORD")).end();
    // Without a keychain there is none that could hold one.
    ended.failed("keychain_unavailable", 4);
    assert_eq!(proxy.count("CONNECT"), 0);
}

#[test]
fn an_unknown_certificate_needs_a_decision() {
    // vsftpd logs every command.
    let daemon = Daemon::start(Kind::Vsftpd);
    let site = Site::at(daemon.port(), &[]);
    site.write(&[("index.html", b"1")]);
    let failed = site.publish(&[]).failed("certificate_unknown", 6);
    let certificate = &failed["certificate"];
    assert_eq!(certificate["sha256"], fingerprint(&daemon), "{failed}");
    let issuer = certificate["issuer"].as_str().unwrap();
    assert!(issuer.contains("Slipway test authority"), "{failed}");
    assert_eq!(certificate["names"], serde_json::json!(["localhost", "127.0.0.1", "::1"]));
    // From 2024 to 2099.
    let dates = [&certificate["not_before"], &certificate["not_after"]];
    assert_eq!(dates, [1_704_067_200_u64, 4_070_908_800]);
    let log = daemon.log();
    assert!(log.contains("AUTH") && !log.contains("USER") && !log.contains("PASS"), "{log}");

    site.run("site edit", &["--trust-cert", &fingerprint(&daemon)]).done();
    let last = site.publish(&[]).live_with(1, 0, 0);
    site.assert_online(daemon.root(), &last);
    assert!(daemon.log().contains("USER"), "the log would tell: {}", daemon.log());
}

#[test]
fn another_certificate_than_the_trusted_one_needs_a_decision() {
    let daemon = Daemon::start(Kind::Vsftpd);
    let site = Site::at(daemon.port(), &["--trust-cert", &"ab".repeat(32)]);
    site.write(&[("index.html", b"1")]);
    let failed = site.publish(&[]).failed("certificate_changed", 6);
    assert_eq!(failed["certificate"]["sha256"], fingerprint(&daemon));
    assert!(!daemon.log().contains("USER"), "{}", daemon.log());
    assert_eq!(fs::read_dir(daemon.root()).unwrap().count(), 0);
}

#[test]
fn a_certificate_that_the_system_knows_is_trusted() {
    for kind in Kind::ALL {
        let daemon = Daemon::start(kind);
        let site = Site::at(daemon.port(), &[]);
        site.write(&[("index.html", b"1")]);
        let mut command = site.command("publish", &[]);
        let last = start(command.env("SSL_CERT_FILE", daemon.ca_pem_path())).end().live_with(1, 0, 0);
        site.assert_online(daemon.root(), &last);
    }
}

#[test]
fn implicit_encryption() {
    for kind in [Kind::Vsftpd, Kind::ProFtpd] {
        let daemon = Daemon::with(kind, Options { implicit_tls: true, ..Options::default() });
        let options = ["--protocol", "ftps-implicit", "--trust-cert", &fingerprint(&daemon)];
        let site = Site::at(daemon.port(), &options);
        published(&daemon, &site);
    }
}

#[test]
fn encryption_is_never_given_up() {
    for kind in Kind::ALL {
        let daemon = Daemon::with(kind, Options { tls: Tls::None, ..Options::default() });
        let proxy = ControlProxy::start(daemon.port());
        let site = Site::at(proxy.port(), &[]);
        site.write(&[("index.html", b"1")]);
        site.publish(&[]).failed("secure_not_offered", 5);
        assert_eq!((proxy.count("USER"), proxy.count("PASS")), (0, 0), "{kind:?}: {:?}", proxy.record());
        assert_eq!(proxy.count("AUTH"), 1, "{kind:?}: {:?}", proxy.record());
        assert_eq!(fs::read_dir(daemon.root()).unwrap().count(), 0);
    }
}

#[test]
fn the_folder_on_the_server_is_made() {
    for kind in Kind::ALL {
        let daemon = Daemon::start(kind);
        let site = Site::at(daemon.port(), &["--protocol", "ftp", "--remote-dir", "web/my site/öffentlich"]);
        site.write(&[("index.html", b"1"), ("a/b.css", b"2")]);
        let last = site.publish(&[]).live_with(2, 0, 0);
        site.assert_online(&daemon.root().join("web/my site/öffentlich"), &last);
        site.publish(&[]).live_with(0, 0, 2);
    }
}

#[test]
fn an_absolute_folder_on_the_server() {
    // Three of the servers show their users nothing above the login folder, so that it is `/`.
    let daemon = Daemon::start(Kind::ProFtpd);
    let site = Site::at(daemon.port(), &["--protocol", "ftp", "--remote-dir", "/www"]);
    site.write(&[("index.html", b"1")]);
    let last = site.publish(&[]).live_with(1, 0, 0);
    site.assert_online(&daemon.root().join("www"), &last);
}

#[test]
fn a_folder_on_the_server_that_nobody_may_write_to() {
    for kind in Kind::ALL {
        let daemon = Daemon::start(kind);
        let locked = daemon.root().join("locked");
        fs::create_dir(&locked).unwrap();
        fs::write(locked.join("index.html"), "theirs").unwrap();
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
        let site = Site::at(daemon.port(), &["--protocol", "ftp", "--remote-dir", "locked"]);
        site.write(&[("index.html", b"1")]);
        let failed = site.publish(&[]).failed("permission_denied", 1);
        assert!(failed["server_reply"].as_str().unwrap().starts_with("55"), "{kind:?}: {failed}");
        assert_eq!(snapshot(&locked).len(), 1);
        assert_eq!(fs::read(locked.join("index.html")).unwrap(), b"theirs");
        site.run("check", &[]).failed("permission_denied", 1);
    }
}

#[test]
fn a_connection_that_breaks_while_it_is_used() {
    let daemon = Daemon::start(Kind::PureFtpd);
    let proxy = ControlProxy::start(daemon.port());
    let site = Site::through(&proxy);
    published(&daemon, &site);
    site.write(&[("index.html", b"new"), ("new.html", b"1"), ("other.html", b"2")]);
    // Each of these is carried out, and its answer lost: the next try finds it done.
    for (verb, number) in [("MKD", 1), ("STOR", 2), ("RNTO", 1), ("RNTO", 2), ("DELE", 1), ("RMD", 1)] {
        proxy.at_verb(verb, number, Action::CutBeforeReply);
    }
    let last = site.publish(&[]).live_with(3, 0, 1);
    site.assert_online(daemon.root(), &last);
    assert!(last["retries"].as_u64().unwrap() > 0, "{last}");
}

#[test]
fn a_second_publish_waits_for_nobody() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let proxy = ControlProxy::start(daemon.port());
    let site = Site::through(&proxy);
    site.write(&[("index.html", b"1")]);
    let (there, is_there) = channel();
    let (go_on, may_go_on) = channel();
    let wait = move || {
        there.send(()).unwrap();
        may_go_on.recv_timeout(PATIENCE).unwrap();
    };
    proxy.at_verb("STOR", 2, Action::Notify(Box::new(wait)));
    let first = site.begin(&[]);
    is_there.recv_timeout(PATIENCE).unwrap();
    let failed = site.publish(&[]).failed("another_publish_running", 1);
    assert_eq!(failed["run"], serde_json::Value::Null);
    go_on.send(()).unwrap();
    let last = first.end().live_with(1, 0, 0);
    site.assert_online(daemon.root(), &last);
    assert_eq!(site.states(), ["live"]);
}

/// What visitors see.
fn visible(daemon: &Daemon) -> Vec<(String, [u8; 32])> {
    let files = snapshot(daemon.root()).into_iter();
    files.filter(|(path, _)| !path.starts_with(".slipway/")).collect()
}

#[test]
fn the_password_of_the_servers_here() {
    assert_eq!(Daemon::start(Kind::PyFtpdLib).password(), PASSWORD);
}
