//! Runs that are stopped, refused, or looked at while they go on.

use serde_json::json;
use slipway_api::RunKind;
use slipway_api::core::{Code, Protocol, RunId, RunState, Site};
use slipway_api::desk::{Account, Desk, PublishRequest, RunEvent};
use slipway_store::{DataDir, Ledger};
use slipway_testkit::{Action, ControlProxy, Daemon, Kind};

use crate::computer::{Computer, Ears, change, publish_badly, publish_well, secret, shop, view};

/// A publish that takes minutes, and has begun to send.
async fn sending(computer: &Computer, daemon: &Daemon) -> (Desk, Ears) {
    computer.write(&[("index.html", b"welcome"), ("film.mp4", &vec![7; 4_000_000])]);
    let desk = computer.unlocked_window().await;
    desk.add_site(computer.slow_site(daemon, 20_000), secret(daemon.password())).await.unwrap();
    let mut ears = Ears::of(&desk).await;
    desk.publish(&shop(), PublishRequest::default()).await.unwrap();
    ears.until(|event| matches!(event, RunEvent::Progress(progress) if progress.bytes_done > 0)).await;
    (desk, ears)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publish_is_stopped_in_the_middle_and_gone_on_with() {
    let (daemon, computer) = (Daemon::start(Kind::ProFtpd), Computer::new());
    let (desk, mut ears) = sending(&computer, &daemon).await;
    desk.stop(&shop()).await.unwrap();
    let end = ears.until_the_end().await.pop().unwrap();
    let RunEvent::Failed { run: Some(run), failure } = end else { panic!("{end:?}") };
    assert_eq!(failure.code, Code::Cancelled);
    assert!(!desk.is_busy() && !daemon.root().join("index.html").exists());
    let stopped = view(&desk).await;
    assert_eq!((stopped.online, stopped.running), (None, None));
    assert_eq!(stopped.last.unwrap().state, RunState::Cancelled);
    assert_eq!(desk.history(&shop()).await.unwrap()[0].run, run);
    change(&desk, json!({ "limit": null })).await.unwrap();
    publish_well(&desk).await;
    assert_eq!(view(&desk).await.online.unwrap().files, 2);
    desk.stop(&shop()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn while_it_goes_on_another_is_refused_and_a_late_listener_hears_how_it_stands() {
    let (daemon, computer) = (Daemon::start(Kind::Vsftpd), Computer::new());
    let (desk, _ears) = sending(&computer, &daemon).await;
    let refused = desk.publish(&shop(), PublishRequest::default()).await.unwrap_err();
    assert_eq!(refused.code, Code::AnotherPublishRunning);
    let refused = desk.preview(&shop(), PublishRequest::default()).await.unwrap_err();
    assert_eq!(refused.code, Code::AnotherPublishRunning);
    assert_eq!(desk.remove_site(&shop()).await.unwrap_err().code, Code::AnotherPublishRunning);
    assert_eq!(desk.plan(&shop(), PublishRequest::default()).await.unwrap().changes.len(), 2);

    let running = view(&desk).await.running.unwrap();
    assert_eq!(running.state, RunState::Uploading);
    let mut late = Ears::of(&desk).await;
    let first = late.batch().await;
    let state = RunEvent::State { run: running.run.clone(), state: RunState::Uploading };
    assert_eq!(first[..2], [state, RunEvent::Planned(running.planned.unwrap())]);
    assert!(running.run.is_some() && matches!(&first[2..], [RunEvent::Progress(_)]), "{first:?}");

    // Another window, or the command, in the meantime.
    let other = computer.unlocked_window().await;
    assert_eq!(view(&other).await.last, None, "it is not taken for one that was left behind");
    assert_eq!(publish_badly(&other).await.code, Code::AnotherPublishRunning);
    assert_eq!(view(&other).await.last, None, "how the one that is under way ends is what counts");

    desk.close().await;
    assert!(!desk.is_busy());
    let end = late.until_the_end().await.pop().unwrap();
    assert!(matches!(end, RunEvent::Failed { failure, .. } if failure.code == Code::Cancelled));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publish_sends_those_away_who_only_look() {
    let (computer, silent) = (Computer::new(), slipway_testkit::hang_server());
    computer.write(&[("index.html", b"welcome")]);
    let daemon = Daemon::start(Kind::PureFtpd);
    let desk = computer.unlocked_window().await;
    let mut site = computer.slow_site(&daemon, 1_000_000);
    site.port = Some(silent.port());
    desk.add_site(site, secret(daemon.password())).await.unwrap();
    let looking = tokio::spawn({
        let desk = desk.clone();
        async move { desk.preview(&shop(), PublishRequest::default()).await }
    });
    // A second one waits for its turn.
    let name = shop();
    let check = desk.check_server(&name, drop);
    let publish = async {
        tokio::task::yield_now().await;
        change(&desk, json!({ "port": daemon.port() })).await.unwrap();
        publish_well(&desk).await;
    };
    let (checked, ()) = tokio::join!(check, publish);
    assert_eq!(checked.unwrap_err().code, Code::Cancelled);
    assert_eq!(looking.await.unwrap().unwrap_err().code, Code::Cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn once_it_goes_live_a_publish_comes_to_its_end() {
    let (daemon, computer) = (Daemon::start(Kind::PureFtpd), Computer::new());
    let pages: Vec<String> = (0..30).map(|number| format!("page-{number}.html")).collect();
    computer.write(&pages.iter().map(|page| (page.as_str(), &b"new"[..])).collect::<Vec<_>>());
    let desk = computer.unlocked_window().await;
    let proxy = ControlProxy::start(daemon.port());
    let site = Site { port: Some(proxy.port()), ..computer.slow_site(&daemon, 1_000_000) };
    desk.add_site(site, secret(daemon.password())).await.unwrap();
    let (closing, closed) = tokio::sync::oneshot::channel();
    let (handle, stopped) = (tokio::runtime::Handle::current(), desk.clone());
    let stop = move || {
        handle.block_on(stopped.stop(&shop())).unwrap();
        drop(closing.send(handle.spawn(async move { stopped.close().await })));
    };
    proxy.at_verb("RNTO", 1, Action::Notify(Box::new(stop)));
    publish_well(&desk).await;
    closed.await.unwrap().await.unwrap();
    assert!(pages.iter().all(|page| daemon.root().join(page).exists()));
    assert_eq!(view(&desk).await.last.unwrap().state, RunState::Live);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_request_and_the_end_stop_those_that_wait() {
    let (computer, silent) = (Computer::new(), tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap());
    let port = Some(silent.local_addr().unwrap().port());
    let desk = computer.window().await;
    let account = || Account {
        host: "127.0.0.1".to_owned(),
        user: "anna".to_owned(),
        password: secret("x"),
        protocol: Protocol::Ftp,
        port,
        connections: 1,
        trusted_certificate: None,
    };
    let check = || {
        let (desk, account) = (desk.clone(), account());
        tokio::spawn(async move { desk.check_account(account, drop).await.unwrap_err().code })
    };
    let folder = computer.folder();
    let first = check();
    let folders = tokio::spawn({
        let (desk, account, folder) = (desk.clone(), account(), folder.clone());
        async move { desk.folders(account, &folder).await.unwrap_err().code }
    });
    // Nothing is ever said to those who come.
    let _waiting = (silent.accept().await.unwrap(), silent.accept().await.unwrap());
    let second = check();
    assert_eq!(first.await.unwrap(), Code::Cancelled);
    let _third = silent.accept().await.unwrap();
    desk.close().await;
    assert_eq!((second.await.unwrap(), folders.await.unwrap()), (Code::Cancelled, Code::Cancelled));
}

#[tokio::test]
async fn a_run_that_its_process_left_behind_is_found() {
    let (daemon, computer) = (Daemon::start(Kind::Vsftpd), Computer::new());
    let desk = computer.window().await;
    let site = computer.site(&daemon);
    desk.add_site(site.clone(), secret("")).await.unwrap();
    let data = DataDir::open(Some(&desk.about().await.unwrap().data_folder)).unwrap();
    let lock = data.lock_site(&shop()).unwrap();
    let ledger = Ledger::open(&data.ledger_file()).unwrap();
    let destination = format!("{}@{}:{}/", site.user, site.host, daemon.port());
    let place = ledger.place(&shop(), &destination).unwrap();
    let run = RunId::from_random([5; 16]);
    ledger.begin_run(&run, place, RunKind::Publish, 1_000).unwrap();
    ledger.set_state(&run, RunState::GoingLive).unwrap();
    change(&desk, json!({ "remote_dir": "elsewhere" })).await.unwrap();
    assert_eq!(view(&desk).await.last, None, "its process is at work");
    drop(lock);
    let last = view(&desk).await.last.unwrap();
    assert_eq!((last.state, last.started_ms), (RunState::Interrupted, 1_000));
    assert!(last.ended_ms.is_some());
}
