//! Passwords: kept, remembered for a while, locked away.

use std::fs;

use serde_json::json;
use slipway_api::core::{Code, StoreKind};
use slipway_api::desk::{Desk, PassPhrase, PasswordStore};
use slipway_testkit::{Daemon, Kind};

use crate::computer::{Computer, PHRASE, change, publish_badly, publish_well, secret, shop, view};

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
        change(&desk, other).await.unwrap();
        assert_eq!(publish_badly(&desk).await.code, Code::PasswordMissing, "not for another account");
        change(&desk, json!({ "user": user, "host": daemon.host() })).await.unwrap();
        assert_eq!(publish_badly(&desk).await.code, Code::PasswordMissing, "and forgotten");
        desk.set_password(&shop(), user.clone(), secret(daemon.password()), false).await.unwrap();
        publish_well(&desk).await;
    }

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
