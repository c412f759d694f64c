//! Passwords: kept, remembered for a while, locked away.

use std::fs;

use serde_json::json;
use slipway_api::core::{Code, StoreKind};
use slipway_api::desk::{Desk, PassPhrase, PasswordStore};
use slipway_testkit::{Daemon, Kind};

use crate::computer::{
    Computer, PHRASE, change, change_account, publish_badly, publish_well, secret, shop, view,
};

async fn store(desk: &Desk, kind: StoreKind) -> PasswordStore {
    let stores = desk.password_stores().await.unwrap();
    stores.into_iter().find(|store| store.kind == kind).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_is_not_kept_is_known_until_the_window_is_closed() {
    let (daemon, computer) = (Daemon::start(Kind::Vsftpd), Computer::new());
    computer.write(&[("index.html", b"welcome")]);
    let desk = computer.unlocked_window().await;
    let mut site = computer.site(&daemon);
    site.user = "someone".into();
    desk.add_site(site, secret("")).await.unwrap();
    assert_eq!(publish_badly(&desk).await.code, Code::PasswordMissing);
    let last = view(&desk).await.last.unwrap();
    assert_eq!(last.failure.unwrap().code, Code::PasswordMissing, "it is known, though it is in no history");
    assert!(desk.history(&shop()).await.unwrap().is_empty());

    let user = daemon.user().to_owned();
    let empty = desk.set_password(&shop(), user.clone(), secret(""), false).await.unwrap_err();
    assert_eq!(empty.code, Code::ConfigurationInvalid);
    desk.set_password(&shop(), user.clone(), secret(daemon.password()), false).await.unwrap();
    assert_eq!(view(&desk).await.site.user, user);
    publish_well(&desk).await;
    desk.check_server(&shop(), drop).await.unwrap();

    for other in [json!({ "user": "other" }), json!({ "host": "localhost" })] {
        let before = view(&desk).await.site;
        let refused = change(&desk, other).await.unwrap_err();
        assert_eq!((refused.code, view(&desk).await.site), (Code::PasswordMissing, before));
        publish_well(&desk).await;
    }
    for other in [json!({ "port": 1 }), json!({ "protocol": "ftp", "trusted_certificate": null })] {
        let before = view(&desk).await.site;
        change(&desk, other).await.unwrap();
        assert_eq!(
            publish_badly(&desk).await.code,
            Code::PasswordMissing,
            "not for another server, nor in the open"
        );
        let before = serde_json::to_value(before).unwrap();
        change(&desk, before).await.unwrap();
        publish_well(&desk).await;
    }

    let wrong = secret("wrong");
    desk.set_password(&shop(), user.clone(), wrong, false).await.unwrap();
    assert_eq!(publish_badly(&desk).await.code, Code::LoginRejected);
    assert_eq!(publish_badly(&desk).await.code, Code::PasswordMissing, "it is not tried again");
    desk.set_password(&shop(), user.clone(), secret(daemon.password()), false).await.unwrap();

    let next_day = computer.unlocked_window().await;
    assert_eq!(publish_badly(&next_day).await.code, Code::PasswordMissing);
    next_day.set_password(&shop(), user.clone(), secret("wrong"), true).await.unwrap();
    assert_eq!(publish_badly(&next_day).await.code, Code::LoginRejected);
    publish_well(&desk).await;
    next_day.set_password(&shop(), user, secret(daemon.password()), true).await.unwrap();
    publish_well(&computer.unlocked_window().await).await;
    for entry in ["sites.json", "settings.json", "credentials.sealed", "ledger.db"] {
        let text = fs::read(next_day.about().await.unwrap().data_folder.join(entry)).unwrap();
        assert!(!String::from_utf8_lossy(&text).contains(daemon.password()), "{entry}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account_has_its_own_password() {
    let (daemon, other, computer) =
        (Daemon::start(Kind::Vsftpd), Daemon::start(Kind::ProFtpd), Computer::new());
    computer.write(&[("index.html", b"welcome")]);
    let desk = computer.unlocked_window().await;
    desk.add_site(computer.site(&daemon), secret(daemon.password())).await.unwrap();
    let there = json!({
        "host": "localhost", "port": other.port(),
        "trusted_certificate": slipway_api::core::Sha256(other.certificate_sha256()).to_string(),
    });
    let refused = change_account(&desk, there.clone(), "").await.unwrap_err();
    assert_eq!((refused.code, view(&desk).await.site), (Code::PasswordMissing, computer.site(&daemon)));
    change_account(&desk, there.clone(), other.password()).await.unwrap();
    publish_well(&desk).await;
    assert!(other.root().join("index.html").exists());
    assert!(!other.log().contains(daemon.password()));
    publish_well(&computer.unlocked_window().await).await;

    // Where the file is locked nothing is changed: what it keeps would be sent to the new server one day.
    let locked = computer.window().await;
    let back = json!({ "host": daemon.host(), "port": daemon.port() });
    let refused = change_account(&locked, back, daemon.password()).await.unwrap_err();
    assert_eq!(
        (refused.code, view(&desk).await.site.host.as_str()),
        (Code::CredentialsKeyMissing, "localhost")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_can_be_kept_the_new_password_is_known_for_a_while() {
    let (daemon, computer) = (Daemon::start(Kind::PureFtpd), Computer::new());
    computer.write(&[("index.html", b"welcome")]);
    let desk = computer.window().await;
    let mut site = computer.site(&daemon);
    site.user = "someone".into();
    desk.add_site(site, secret("")).await.unwrap();
    change_account(&desk, json!({ "user": daemon.user() }), daemon.password()).await.unwrap();
    publish_well(&desk).await;
    assert!(!desk.about().await.unwrap().data_folder.join("credentials.sealed").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_name_that_is_kept_with_the_password_hides_nothing() {
    let (daemon, computer) = (Daemon::start(Kind::Vsftpd), Computer::new());
    computer.write(&[("index.html", b"welcome")]);
    let desk = computer.unlocked_window().await;
    let mut site = computer.site(&daemon);
    site.user = "someone".into();
    desk.add_site(site, secret("")).await.unwrap();
    let (user, password) = (daemon.user().to_owned(), secret(daemon.password()));
    desk.slipway().set_credentials(&shop(), Some(user), Some(password)).await.unwrap();
    publish_well(&desk).await;
    assert_eq!(view(&desk).await.online.unwrap().files, 1);
    let plan = desk.plan(&shop(), Default::default()).await.unwrap();
    assert_eq!((plan.changes.len(), plan.unchanged), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_of_passwords_is_opened_by_its_pass_phrase_alone() {
    let (daemon, computer) = (Daemon::start(Kind::PureFtpd), Computer::new());
    computer.write(&[("index.html", b"welcome")]);
    let desk = computer.window().await;
    let file = store(&desk, StoreKind::File).await;
    assert_eq!((file.available, file.chosen, file.passphrase), (true, true, Some(PassPhrase::Create)));
    let added = desk.add_site(computer.site(&daemon), secret(daemon.password())).await.unwrap_err();
    assert_eq!(added.code, Code::CredentialsKeyMissing);
    assert!(desk.sites().await.unwrap().is_empty());
    assert_eq!(desk.unlock_passwords(secret("")).await.unwrap_err().code, Code::ConfigurationInvalid);
    desk.unlock_passwords(secret(PHRASE)).await.unwrap();
    assert_eq!(store(&desk, StoreKind::File).await.passphrase, None);
    desk.add_site(computer.site(&daemon), secret(daemon.password())).await.unwrap();
    assert_eq!(desk.unlock_passwords(secret("wrong")).await.unwrap_err().code, Code::CredentialsKeyWrong);
    publish_well(&desk).await;

    let next_day = computer.window().await;
    let locked = store(&next_day, StoreKind::File).await;
    assert_eq!((locked.available, locked.passphrase), (true, Some(PassPhrase::Open)));
    assert_eq!(publish_badly(&next_day).await.code, Code::CredentialsKeyMissing);
    assert_eq!(next_day.unlock_passwords(secret("wrong")).await.unwrap_err().code, Code::CredentialsKeyWrong);
    assert_eq!(publish_badly(&next_day).await.code, Code::CredentialsKeyMissing);
    next_day.unlock_passwords(secret(PHRASE)).await.unwrap();
    publish_well(&next_day).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_is_chosen_only_when_it_can_be_opened() {
    let computer = Computer::new();
    let desk = computer.window().await;
    let missing = desk.use_password_store(StoreKind::File, None).await.unwrap_err();
    assert_eq!(missing.code, Code::CredentialsKeyMissing);
    desk.use_password_store(StoreKind::File, Some(secret(PHRASE))).await.unwrap();
    assert!(desk.about().await.unwrap().data_folder.join("credentials.sealed").exists());
    desk.use_password_store(StoreKind::File, None).await.unwrap();
    let again = computer.window().await;
    let wrong = again.use_password_store(StoreKind::File, Some(secret("wrong"))).await.unwrap_err();
    assert_eq!(wrong.code, Code::CredentialsKeyWrong);
    let environment = desk.use_password_store(StoreKind::Environment, None).await.unwrap_err();
    assert_eq!(environment.code, Code::CredentialsReadOnly);
    assert!(
        store(&desk, StoreKind::File).await.chosen && !store(&desk, StoreKind::Environment).await.writable
    );
}
