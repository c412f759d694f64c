//! Servers before a site is added.

use serde_json::{Value, json};
use slipway_api::core::{Check, Code, Protocol, Sha256};
use slipway_api::desk::Account;
use slipway_testkit::{Daemon, Kind};

use crate::computer::{Computer, passed, secret, shop, view};

fn account(daemon: &Daemon) -> Account {
    Account {
        host: daemon.host().to_owned(),
        user: daemon.user().to_owned(),
        password: secret(daemon.password()),
        protocol: Protocol::Ftps,
        port: Some(daemon.port()),
        connections: 4,
        trusted_certificate: Some(Sha256(daemon.certificate_sha256())),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_tried_step_by_step() {
    let (daemon, computer) = (Daemon::start(Kind::Vsftpd), Computer::new());
    let desk = computer.window().await;
    let all = [Check::Found, Check::Secure, Check::SignedIn, Check::MaySave];
    let plain = Account { protocol: Protocol::Ftp, trusted_certificate: None, ..account(&daemon) };
    let stranger = Account { trusted_certificate: None, ..account(&daemon) };
    let wrong = Account { password: secret("wrong"), ..account(&daemon) };
    for (account, expected, code) in [
        (account(&daemon), &all[..], None),
        (plain, &[Check::Found, Check::SignedIn, Check::MaySave], None),
        (stranger, &all[..1], Some(Code::CertificateUnknown)),
        (wrong, &all[..2], Some(Code::LoginRejected)),
    ] {
        let (ticks, tell) = passed();
        let result = desk.check_account(account, tell).await;
        assert_eq!(result.as_ref().err().map(|failure| failure.code), code, "{result:?}");
        let certificate = result.err().and_then(|failure| failure.certificate);
        assert_eq!(certificate.is_some(), code == Some(Code::CertificateUnknown));
        assert_eq!(*ticks.lock().unwrap(), expected);
    }
    assert_eq!(std::fs::read_dir(daemon.root()).unwrap().count(), 0, "nothing is left behind");
    desk.add_site(computer.site(&daemon), secret("")).await.unwrap();
    let user = daemon.user().to_owned();
    desk.set_password(&crate::computer::shop(), user, secret(daemon.password()), false).await.unwrap();
    let (ticks, tell) = passed();
    desk.check_server(&crate::computer::shop(), tell).await.unwrap();
    assert_eq!(*ticks.lock().unwrap(), all);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_folder_that_visitors_see_is_found() {
    let (daemon, computer) = (Daemon::start(Kind::ProFtpd), Computer::new());
    computer.write(&[("index.html", b"welcome"), ("pictures/a.jpg", b"1")]);
    daemon.write_tree(&[
        ("public_html/index.html", b"old"),
        ("public_html/old.html", b"old"),
        ("mail/x", b"x"),
    ]);
    let desk = computer.window().await;
    let found = desk.folders(account(&daemon), &computer.folder()).await.unwrap();
    let web = found.root.folders.iter().find(|folder| folder.path == found.likely).unwrap();
    assert!(found.likely.ends_with("public_html"), "{found:?}");
    assert_eq!((web.files, web.same_name), (Some(2), 1));
    let report = desk.look_at_folder(&computer.folder()).await.unwrap();
    assert_eq!((report.files, report.bytes, report.start_page.as_deref()), (2, 8, Some("index.html")));
    let nowhere = desk.look_at_folder(&computer.folder().join("nowhere")).await.unwrap_err();
    assert_eq!(nowhere.code, Code::LocalFolderMissing);
}

#[tokio::test]
async fn a_hosting_mail_fills_the_form() {
    let computer = Computer::new();
    let desk = computer.window().await;
    let mail = "FTP server: ftp.example.com\nUser name: anna\nPassword: Kirsche-7-baum\nPort: 2121\n";
    let found = serde_json::to_value(desk.read_text(mail.into()).await.unwrap()).unwrap();
    let fields = ["host", "user", "password", "port"].map(|field| found[field].to_string());
    assert_eq!(fields, ["\"ftp.example.com\"", "\"anna\"", "\"Kirsche-7-baum\"", "2121"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_changed_only_once_the_server_was_tried_with_them() {
    let (daemon, computer) = (Daemon::start(Kind::Vsftpd), Computer::new());
    computer.write(&[("index.html", b"welcome")]);
    daemon.write_tree(&[("public_html/old.html", b"old")]);
    let desk = computer.unlocked_window().await;
    desk.add_site(computer.site(&daemon), secret(daemon.password())).await.unwrap();
    let before = view(&desk).await.site;
    for (wanted, password, code) in [
        (json!({ "port": 1 }), None, Code::ConnectionRefused),
        (json!({ "user": "other" }), None, Code::PasswordMissing),
        (json!({ "remote_dir": "/public_html" }), Some("wrong"), Code::LoginRejected),
    ] {
        let Value::Object(change) = wanted.clone() else { panic!("{wanted}") };
        let refused = desk.change_site_checked(&shop(), change, password.map(secret)).await;
        assert_eq!(refused.unwrap_err().code, code, "{wanted}");
        assert_eq!(view(&desk).await.site, before, "{wanted}");
    }
    let found = desk.folders_of(&shop()).await.unwrap().likely;
    assert!(found.ends_with("public_html"), "{found}");
    let Value::Object(change) = json!({ "remote_dir": found }) else { panic!("an object") };
    let changed = desk.change_site_checked(&shop(), change, None).await.unwrap();
    assert_eq!(changed.site.remote_dir.as_str(), found);
    crate::computer::publish_well(&desk).await;
    assert!(daemon.root().join("public_html/index.html").exists());
}
