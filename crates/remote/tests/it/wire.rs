//! Connections that break under way: what was not confirmed is not taken for done, and nothing waits for ever.

use std::sync::Arc;
use std::time::Duration;

use slipway_core::Protocol;
use slipway_remote::ftp::{FtpConnector, Options};
use slipway_remote::{Remote, RemoteError, Stored};
use slipway_testkit::{Action, ControlProxy, Daemon, DataFault, Kind, Options as DaemonOptions, Tls};

use crate::conformance::{bytes_to, connect, noise, path};
use crate::servers::options;

type Outcomes = Vec<Result<Stored, RemoteError>>;

struct Line {
    _daemon: Daemon,
    proxy: ControlProxy,
    connector: Arc<FtpConnector>,
}

/// A line to a server, and a connection over it, in a publish folder that exists.
async fn line(kind: Kind) -> (Line, Box<dyn Remote>) {
    let daemon = Daemon::with(kind, DaemonOptions { tls: Tls::None, ..DaemonOptions::default() });
    let proxy = ControlProxy::start(daemon.port());
    let timeout = Duration::from_secs(1);
    let connector =
        FtpConnector::new(Options { port: proxy.port(), timeout, ..options(&daemon, Protocol::Ftp) });
    let mut remote = connect(&connector).await;
    remote.make_folders(&[path("")], &mut |_, made| assert!(made.is_ok())).await.unwrap();
    (Line { _daemon: daemon, proxy, connector }, remote)
}

/// Uploads three large files.
async fn upload(remote: &mut Box<dyn Remote>) -> (Outcomes, Result<(), RemoteError>) {
    let content = noise(1_000_000);
    let uploads = ["0", "1", "2"].map(|name| bytes_to(name, &content));
    let mut outcomes = Vec::new();
    let ended = remote.upload(&uploads, &|_, _| (), &mut |_, outcome| outcomes.push(outcome)).await;
    (outcomes, ended)
}

#[tokio::test]
async fn data_that_ends_early_is_not_taken_for_the_whole() {
    for kind in Kind::ALL {
        let (line, mut remote) = line(kind).await;
        line.proxy.at_transfer(2, DataFault::Close(300_000));
        let (outcomes, ended) = upload(&mut remote).await;
        // Some servers notice, others call it a success; it never becomes a stored file.
        match ended {
            Ok(()) => {
                assert!(outcomes[1].as_ref().is_err_and(RemoteError::can_pass), "{kind:?}: {outcomes:?}");
                assert!(outcomes[0].is_ok() && outcomes[2].is_ok(), "{kind:?}: {outcomes:?}");
                remote.ping().await.unwrap();
            }
            Err(error) => {
                assert!(error.ends_connection() && outcomes.len() == 1, "{kind:?}: {error:?} {outcomes:?}");
            }
        }
    }
}

#[tokio::test]
async fn data_connections_are_reset() {
    for kind in Kind::ALL {
        let (line, mut remote) = line(kind).await;
        line.proxy.at_transfer(2, DataFault::Reset(300_000));
        let (outcomes, ended) = upload(&mut remote).await;
        let error = ended.err().or_else(|| outcomes.get(1).and_then(|outcome| outcome.clone().err()));
        assert!(outcomes[0].is_ok(), "{kind:?}: {outcomes:?}");
        assert!(error.as_ref().is_some_and(RemoteError::can_pass), "{kind:?}: {error:?} {outcomes:?}");
    }
}

#[tokio::test]
async fn data_connections_stall() {
    let (line, mut remote) = line(Kind::Vsftpd).await;
    line.proxy.at_transfer(2, DataFault::Stall(300_000));
    let (outcomes, ended) = upload(&mut remote).await;
    assert!(matches!(ended, Err(RemoteError::TimedOut { .. })), "{ended:?}");
    assert_eq!(outcomes.len(), 1);
}

#[tokio::test]
async fn the_control_connection_breaks() {
    for (verb, action) in [
        ("STOR", Action::CutControl),
        ("STOR", Action::CutBeforeReply),
        ("EPSV", Action::CutControl),
        ("SIZE", Action::CutBeforeReply),
        ("STOR", Action::Hang),
        ("STOR", Action::Reply("421 Service not available, closing".into())),
        ("SIZE", Action::Reply("421 Timeout".into())),
    ] {
        let (line, mut remote) = line(Kind::Vsftpd).await;
        line.proxy.at_verb(verb, 2, action);
        let (outcomes, ended) = upload(&mut remote).await;
        let error = ended.expect_err("the connection is gone");
        assert!(error.ends_connection() && error.can_pass(), "{verb}: {error:?}");
        assert_eq!(outcomes.len(), 1, "{verb}: what is not known is not reported");

        let mut again = connect(&line.connector).await;
        let (outcomes, ended) = upload(&mut again).await;
        assert!(ended.is_ok() && outcomes.iter().all(Result::is_ok), "{verb}: {ended:?} {outcomes:?}");
    }
}

/// suppaftp leaves a command in the TLS layer when tokio's budget for a task runs out as it is written.
#[tokio::test]
async fn no_command_stays_behind() {
    let daemon = Daemon::start(Kind::Vsftpd);
    let mut remote = connect(&FtpConnector::new(options(&daemon, Protocol::Ftps))).await;
    // A task begins each turn with a budget of 128. What is left of it decides which step meets its end.
    for left in 0..10 {
        tokio::task::yield_now().await;
        for _ in left..128 {
            tokio::task::coop::consume_budget().await;
        }
        remote.ping().await.unwrap();
    }
}

#[tokio::test]
async fn one_refusal_does_not_end_the_others() {
    for (reply, full) in [("552 Quota exceeded", true), ("550 Permission denied.", false)] {
        let (line, mut remote) = line(Kind::ProFtpd).await;
        line.proxy.at_verb("STOR", 2, Action::Reply(reply.into()));
        let (outcomes, ended) = upload(&mut remote).await;
        assert!(ended.is_ok() && outcomes.len() == 3, "{ended:?}");
        assert_eq!(matches!(outcomes[1], Err(RemoteError::Full(_))), full, "{outcomes:?}");
        assert_eq!(matches!(outcomes[1], Err(RemoteError::Denied(_))), !full, "{outcomes:?}");
        assert!(outcomes[0].is_ok() && outcomes[2].is_ok(), "{outcomes:?}");
    }
}
