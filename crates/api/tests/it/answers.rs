//! What a person is asked before a publish.

use std::fs;

use slipway_api::core::{Code, Decision, RemotePath, RunState};
use slipway_api::desk::{ConflictAnswer, ConflictRow, PlanView, PublishRequest, RunEvent};
use slipway_testkit::{Daemon, Kind};

use crate::computer::{Computer, publish, publish_badly, publish_well, rows, secret, shop, view};

fn answer(row: &ConflictRow, decision: Decision) -> ConflictAnswer {
    let (server_size, server_modified_ms) = (row.server_size, row.server_modified_ms);
    ConflictAnswer { decision, server_size, server_modified_ms }
}

fn path(text: &str) -> RemotePath {
    RemotePath::new(text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_conflict_is_answered_by_itself() {
    let (daemon, computer) = (Daemon::start(Kind::Vsftpd), Computer::new());
    computer.write(&[("a.html", b"a"), ("b.html", b"b"), ("c.html", b"c"), ("d.html", b"d")]);
    let desk = computer.unlocked_window().await;
    desk.add_site(computer.site(&daemon), secret(daemon.password())).await.unwrap();
    publish_well(&desk).await;
    daemon.write_tree(&[("a.html", b"theirs a"), ("b.html", b"theirs b"), ("d.html", b"theirs d")]);
    computer.write(&[("a.html", b"ours, a"), ("b.html", b"ours, b")]);
    fs::remove_file(computer.folder().join("d.html")).unwrap();

    let plan = desk.preview(&shop(), PublishRequest::default()).await.unwrap();
    let told: Vec<_> =
        plan.conflicts.iter().map(|row| (row.path.as_str(), row.removal, row.server_size)).collect();
    assert_eq!(told, [("a.html", false, 8), ("b.html", false, 8), ("d.html", true, 8)]);
    assert_eq!(plan.conflicts[0].local_size, Some(7));
    assert!(plan.conflicts[0].local_modified_ms.is_some() && plan.conflicts[2].local_size.is_none());
    let kinds: Vec<String> = rows(&plan).into_values().collect();
    assert_eq!(kinds, ["changed", "changed", "removed"], "they wait too: {:?}", plan.changes);
    assert_eq!(view(&desk).await.waiting, Some(3));

    let failure = publish_badly(&desk).await;
    assert_eq!((failure.code, failure.count), (Code::Conflict, Some(3)));
    let answers = |plan: &PlanView| {
        let decisions = [Decision::Keep, Decision::Replace, Decision::Replace];
        let rows = plan.conflicts.iter().zip(decisions);
        let conflicts = rows.map(|(row, decision)| (row.path.clone(), answer(row, decision))).collect();
        PublishRequest { conflicts, ..PublishRequest::default() }
    };
    // In the time that a person needs to think.
    daemon.write_tree(&[("b.html", b"theirs b, once more")]);
    let RunEvent::Failed { failure, .. } = publish(&desk, answers(&plan)).await else { panic!() };
    assert_eq!((failure.code, failure.path.as_deref()), (Code::Conflict, Some("b.html")));
    assert_eq!(fs::read(daemon.root().join("b.html")).unwrap(), b"theirs b, once more");
    let plan = desk.preview(&shop(), PublishRequest::default()).await.unwrap();
    let end = publish(&desk, answers(&plan)).await;
    assert!(matches!(end, RunEvent::Finished { outcome: RunState::Live, .. }), "{end:?}");
    let online = |name: &str| fs::read_to_string(daemon.root().join(name)).ok();
    assert_eq!(online("a.html").as_deref(), Some("theirs a"));
    assert_eq!(online("b.html").as_deref(), Some("ours, b"));
    assert_eq!(online("d.html"), None);
    assert_eq!(view(&desk).await.waiting, None, "one file still waits for another answer");

    let copy = desk.fetch(&shop(), "a.html").await.unwrap();
    assert_eq!(fs::read_to_string(copy).unwrap(), "theirs a");
    assert_eq!(desk.local_file(&shop(), "a.html").await.unwrap(), computer.folder().join("a.html"));
    assert!(desk.local_file(&shop(), "../website/a.html").await.is_err());
    computer.write(&[(".git/config", b"x")]);
    let obeyed = desk.local_file(&shop(), ".git/config").await.unwrap_err();
    assert_eq!(obeyed.code, Code::LocalFileUnreadable, "no path of the server may stand for it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purge_needs_the_name_of_the_site() {
    let (daemon, computer) = (Daemon::start(Kind::ProFtpd), Computer::new());
    computer.write(&[("index.html", b"welcome")]);
    daemon.write_tree(&[("old/page.html", b"12345"), ("old.html", b"123")]);
    let desk = computer.unlocked_window().await;
    desk.add_site(computer.site(&daemon), secret(daemon.password())).await.unwrap();
    publish_well(&desk).await;
    let purge = desk.preview_purge(&shop()).await.unwrap();
    assert_eq!((purge.files, purge.bytes), (2, 8));
    let confirmed =
        |name: &str| PublishRequest { purge_confirmed: Some(name.into()), ..PublishRequest::default() };
    for wrong in ["", "Shop", "shop "] {
        let failure = desk.publish(&shop(), confirmed(wrong)).await.unwrap_err();
        assert_eq!(failure.code, Code::ConfirmationNeeded, "{wrong:?}");
    }
    assert!(!desk.is_busy() && daemon.root().join("old.html").exists());
    let end = publish(&desk, confirmed("shop")).await;
    assert!(matches!(end, RunEvent::Finished { outcome: RunState::Live, .. }), "{end:?}");
    assert!(!daemon.root().join("old.html").exists() && !daemon.root().join("old").exists());
    assert!(daemon.root().join("index.html").exists());
}

#[tokio::test]
async fn a_request_that_makes_no_sense_begins_nothing() {
    let (daemon, computer) = (Daemon::start(Kind::PyFtpdLib), Computer::new());
    let desk = computer.unlocked_window().await;
    desk.add_site(computer.site(&daemon), secret(daemon.password())).await.unwrap();
    for request in [
        PublishRequest { connections: Some(0), ..PublishRequest::default() },
        PublishRequest { leave_out: vec!["{".into()], ..PublishRequest::default() },
    ] {
        let failure = desk.publish(&shop(), request).await.unwrap_err();
        assert_eq!(failure.code, Code::ConfigurationInvalid);
    }
    let nobody = slipway_api::core::SiteName::new("nobody").unwrap();
    let failure = desk.publish(&nobody, PublishRequest::default()).await.unwrap_err();
    assert_eq!(failure.code, Code::SiteNotFound);
    assert!(!desk.is_busy());
    assert!(serde_json::from_str::<PublishRequest>(r#"{"leaveOut":[]}"#).is_err());
    let request = r#"{"yes":true,"conflicts":{"a.html":{"decision":"keep","server_size":7,"server_modified_ms":null}}}"#;
    let answer = ConflictAnswer { decision: Decision::Keep, server_size: 7, server_modified_ms: None };
    let conflicts = [(path("a.html"), answer)].into();
    let expected = PublishRequest { yes: true, conflicts, ..PublishRequest::default() };
    assert_eq!(serde_json::from_str::<PublishRequest>(request).unwrap(), expected);
}
