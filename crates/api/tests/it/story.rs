//! From an empty list of sites to the second publish.

use std::fs;

use serde_json::json;
use slipway_api::core::{Code, RunState};
use slipway_api::desk::{PublishRequest, RunEvent};
use slipway_testkit::{Daemon, Kind, assert_same_tree};

use crate::computer::{Computer, Ears, change, publish_well, rows, secret, shop, states, view};

#[tokio::test(flavor = "multi_thread")]
async fn a_website_is_added_published_changed_and_published_again() {
    let (daemon, computer) = (Daemon::start(Kind::Vsftpd), Computer::new());
    computer.write(&[
        ("index.html", b"welcome"),
        ("about.html", b"about us"),
        ("pictures/a.jpg", &[7; 5_000]),
    ]);
    let desk = computer.unlocked_window().await;
    assert!(desk.sites().await.unwrap().is_empty());
    desk.add_site(computer.site(&daemon), secret(daemon.password())).await.unwrap();
    let twice = desk.add_site(computer.site(&daemon), secret("other")).await.unwrap_err();
    assert_eq!(twice.code, Code::SiteExists);
    let added = view(&desk).await;
    assert_eq!((added.online, added.waiting, added.last), (None, None, None));

    let plan = desk.plan(&shop(), PublishRequest::default()).await.unwrap();
    assert_eq!(rows(&plan).into_values().collect::<Vec<_>>(), ["new"; 3]);
    assert_eq!((plan.bytes, plan.unchanged, plan.after.files, plan.after.bytes), (5_015, 0, 3, 5_015));
    let saved = fs::metadata(computer.folder().join("index.html")).unwrap().modified().unwrap();
    let saved = saved.duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
    let index = plan.changes.iter().find(|row| row.path.as_str() == "index.html").unwrap();
    assert_eq!((index.size, index.modified_ms), (7, Some(saved)));
    assert_eq!(view(&desk).await.waiting, Some(3));

    let mut ears = Ears::of(&desk).await;
    desk.publish(&shop(), PublishRequest::default()).await.unwrap();
    assert!(desk.is_busy());
    let said = ears.until_the_end().await;
    assert_eq!(said[0], RunEvent::State { run: None, state: RunState::Queued });
    let in_order = [RunState::Scanning, RunState::Planning, RunState::Uploading, RunState::GoingLive];
    assert!(states(&said).windows(2).all(|two| two[0] <= two[1]), "{said:?}");
    assert!(in_order.iter().all(|state| states(&said).contains(state)), "{said:?}");
    let planned =
        said.iter().position(|event| matches!(event, RunEvent::Planned(planned) if planned.new == 3));
    let sending =
        said.iter().position(|event| matches!(event, RunEvent::State { state: RunState::Uploading, .. }));
    assert!(planned.unwrap() < sending.unwrap());
    let Some(RunEvent::Finished { outcome: RunState::Live, run, summary }) = said.last() else {
        panic!("{said:?}")
    };
    assert_eq!(summary.uploaded, 3);
    assert!(!desk.is_busy());
    assert_same_tree(&computer.folder(), daemon.root(), &[".slipway"]);

    let live = view(&desk).await;
    let online = live.online.unwrap();
    assert_eq!((online.files, online.bytes, live.waiting, live.running), (3, 5_015, Some(0), None));
    let last = live.last.unwrap();
    assert_eq!((last.state, last.ended_ms), (RunState::Live, Some(online.since_ms)));
    let history = desk.history(&shop()).await.unwrap();
    assert_eq!(history.iter().map(|record| &record.run).collect::<Vec<_>>(), [run]);
    let log = desk.run_log(&shop(), run).await.unwrap().unwrap();
    assert!(log.contains("live \"pictures/a.jpg\", 5000 bytes"), "{log}");
    assert!(!log.contains(daemon.password()));

    computer.write(&[("index.html", b"welcome back"), ("new.html", b"news"), ("draft.psd", b"secret plans")]);
    fs::remove_file(computer.folder().join("about.html")).unwrap();
    let changed =
        change(&desk, json!({ "exclude": ["*.psd"], "web_url": "https://example.com" })).await.unwrap();
    assert_eq!((changed.site.exclude, changed.waiting), (vec!["*.psd".to_owned()], None));
    let plan = desk.plan(&shop(), PublishRequest::default()).await.unwrap();
    let kinds = rows(&plan).into_iter().map(|(path, kind)| format!("{path} {kind}")).collect::<Vec<_>>();
    assert_eq!(kinds, ["about.html removed", "index.html changed", "new.html new"]);
    let removed = &plan.changes[0];
    assert_eq!((removed.size, removed.modified_ms), (8, None));
    publish_well(&desk).await;
    assert_same_tree(&computer.folder(), daemon.root(), &[".slipway", "draft.psd"]);
    let plan = desk.preview(&shop(), PublishRequest::default()).await.unwrap();
    assert_eq!((plan.changes.len(), plan.unchanged), (0, 3));
    assert_eq!(desk.history(&shop()).await.unwrap().len(), 2);
    desk.remove_site(&shop()).await.unwrap();
    assert!(desk.sites().await.unwrap().is_empty());
    assert!(daemon.root().join("index.html").exists(), "what is online stays online");
    desk.close().await;
}

#[tokio::test]
async fn settings_that_make_no_sense_change_nothing() {
    let (daemon, computer) = (Daemon::start(Kind::Vsftpd), Computer::new());
    let desk = computer.window().await;
    desk.add_site(computer.site(&daemon), secret("")).await.unwrap();
    let before = view(&desk).await;
    for wrong in [
        json!({ "colour": "red" }),
        json!({ "connections": 0 }),
        json!({ "host": "ftp://example.com/" }),
        json!({ "exclude": ["{"] }),
        json!({ "name": "blog" }),
        json!({ "web_url": "javascript:alert(1)" }),
    ] {
        let failure = change(&desk, wrong.clone()).await.unwrap_err();
        assert_eq!(failure.code, Code::ConfigurationInvalid, "{wrong}");
        assert!(!failure.detail.is_empty());
    }
    let failure = desk.trust_certificate(&shop(), "abc").await.unwrap_err();
    assert_eq!(failure.code, Code::ConfigurationInvalid);
    assert_eq!(view(&desk).await, before);
    let other = "ab".repeat(32);
    desk.trust_certificate(&shop(), &other).await.unwrap();
    assert_eq!(view(&desk).await.site.trusted_certificate.unwrap().to_string(), other);
}

#[tokio::test]
async fn what_is_chosen_for_the_app_is_kept() {
    let computer = Computer::new();
    let desk = computer.window().await;
    let mut settings = desk.settings().await.unwrap();
    assert_eq!(
        serde_json::to_value(&settings).unwrap(),
        json!({
            "theme": "system", "language": "system", "connections": 8, "limit": null,
        })
    );
    settings.connections = 0;
    assert_eq!(desk.save_settings(settings).await.unwrap_err().code, Code::ConfigurationInvalid);
    let chosen = json!({ "theme": "dark", "language": "de", "connections": 4, "limit": 500_000 });
    desk.save_settings(serde_json::from_value(chosen.clone()).unwrap()).await.unwrap();
    let again = computer.window().await;
    assert_eq!(serde_json::to_value(again.settings().await.unwrap()).unwrap(), chosen);
    let about = again.about().await.unwrap();
    assert!(about.logs_folder.starts_with(&about.data_folder));
}
