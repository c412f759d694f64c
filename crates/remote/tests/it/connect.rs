//! Connections that do not come about, and what is said before they fail.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use slipway_core::{Check, Distrust, Protocol, Sha256};
use slipway_remote::ftp::{FtpConnector, Options, Reached};
use slipway_remote::{Connector, Remote, RemoteError};
use slipway_testkit::{ControlProxy, Daemon, Kind, Options as DaemonOptions, Tls, hang_server, refused_port};

use crate::conformance::connect;
use crate::servers::{LogOfFailure, options};

async fn failure(options: Options) -> RemoteError {
    let connected: Result<Box<dyn Remote>, RemoteError> = FtpConnector::new(options).connect().await;
    connected.err().expect("no connection comes about")
}

fn plain(kind: Kind) -> Daemon {
    Daemon::with(kind, DaemonOptions { tls: Tls::None, ..DaemonOptions::default() })
}

#[tokio::test]
async fn a_wrong_password() {
    for kind in Kind::ALL {
        let daemon = plain(kind);
        let wrong = Options { password: "wrong".into(), ..options(&daemon, Protocol::Ftp) };
        let error = failure(wrong).await;
        assert!(matches!(error, RemoteError::LoginRejected(_)), "{kind:?}: {error:?}");
    }
}

#[tokio::test]
async fn an_unknown_host_and_a_closed_port() {
    let daemon = plain(Kind::PyFtpdLib);
    let unknown = Options { host: "no-such-host.invalid".into(), ..options(&daemon, Protocol::Ftp) };
    assert!(matches!(failure(unknown).await, RemoteError::HostNotFound(_)));
    let closed = refused_port();
    for protocol in [Protocol::Ftp, Protocol::Ftps, Protocol::FtpsImplicit] {
        let error = failure(Options { port: closed.port(), ..options(&daemon, protocol) }).await;
        assert!(matches!(error, RemoteError::ConnectionRefused(_)), "{protocol:?}: {error:?}");
    }
}

#[tokio::test]
async fn silence_is_not_waited_for_for_ever() {
    let daemon = plain(Kind::PyFtpdLib);
    let silent = hang_server();
    for protocol in [Protocol::Ftp, Protocol::Ftps, Protocol::FtpsImplicit] {
        let begin = Instant::now();
        let timeout = Duration::from_millis(200);
        let error = failure(Options { port: silent.port(), timeout, ..options(&daemon, protocol) }).await;
        assert!(matches!(error, RemoteError::TimedOut { .. }), "{protocol:?}: {error:?}");
        assert!(begin.elapsed() < Duration::from_secs(5));
    }
}

#[tokio::test]
async fn without_tls_no_password_is_sent() {
    for kind in Kind::ALL {
        let daemon = plain(kind);
        let proxy = ControlProxy::start(daemon.port());
        let error = failure(Options { port: proxy.port(), ..options(&daemon, Protocol::Ftps) }).await;
        assert!(matches!(error, RemoteError::SecureNotOffered(_)), "{kind:?}: {error:?}");
        let said: Vec<String> = proxy.record().into_iter().map(|exchange| exchange.command).collect();
        assert!(said.contains(&"AUTH TLS".to_owned()), "{kind:?}: {said:?}");
        assert!(!said.iter().any(|line| line.starts_with("USER") || line.starts_with("PASS")), "{said:?}");
    }
}

#[tokio::test]
async fn an_unknown_certificate_is_shown_and_no_password_sent() {
    for (tls, protocol, implicit_tls) in [
        (Tls::V12, Protocol::Ftps, false),
        (Tls::V13, Protocol::Ftps, false),
        (Tls::V13, Protocol::FtpsImplicit, true),
    ] {
        let daemon =
            Daemon::with(Kind::Vsftpd, DaemonOptions { tls, implicit_tls, ..DaemonOptions::default() });
        let _log = LogOfFailure(&daemon);
        let shown = Sha256(daemon.certificate_sha256());

        match failure(Options { trusted: None, ..options(&daemon, protocol) }).await {
            RemoteError::CertificateUnknown(certificate) => {
                assert_eq!(certificate.sha256, shown);
                assert_eq!(certificate.distrust, Distrust::UnknownIssuer);
                assert_eq!(certificate.names, ["localhost", "127.0.0.1", "::1"]);
                assert!(certificate.issuer.contains("Slipway test authority"), "{certificate:?}");
                assert!(certificate.not_before < certificate.not_after, "{certificate:?}");
            }
            error => panic!("{error:?}"),
        }
        let other = Options { trusted: Some(Sha256([7; 32])), ..options(&daemon, protocol) };
        match failure(other).await {
            RemoteError::CertificateChanged(certificate) => assert_eq!(certificate.sha256, shown),
            error => panic!("{error:?}"),
        }
        let log = daemon.log();
        assert!(!log.contains("USER") && !log.contains("PASS "), "{log}");

        connect(&FtpConnector::new(options(&daemon, protocol))).await.close().await;
        assert!(daemon.log().contains("USER"), "the log would have told");
    }
}

#[tokio::test]
async fn one_connection_too_many() {
    for kind in Kind::ALL {
        let limit = DaemonOptions { max_clients_per_host: Some(2), tls: Tls::None, ..Default::default() };
        let daemon = Daemon::with(kind, limit);
        let connector = FtpConnector::new(options(&daemon, Protocol::Ftp));
        let two = [connect(&connector).await, connect(&connector).await];
        let error = connector.connect().await.err().expect("a third connection is refused");
        assert!(matches!(error, RemoteError::TooManyConnections(_)), "{kind:?}: {error:?}");
        for mut remote in two {
            remote.ping().await.unwrap();
            remote.close().await;
        }
    }
}

/// How far connections came, and why they came no further.
async fn reached(options: Options, connections: usize) -> (Vec<Check>, Option<RemoteError>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = told.clone();
    let reached = Reached::new(move |check| tell.lock().unwrap().push(check));
    let connector = FtpConnector::new(Options { reached, ..options });
    let mut failed = None;
    for _ in 0..connections {
        match connector.connect().await {
            Ok(remote) => remote.close().await,
            Err(error) => failed = Some(error),
        }
    }
    let told = told.lock().unwrap().clone();
    (told, failed)
}

#[tokio::test]
async fn how_far_a_connection_came_is_told_once() {
    use Check::{Found, Secure, SignedIn};
    for (kind, protocol, implicit_tls) in [
        (Kind::ProFtpd, Protocol::Ftp, false),
        (Kind::Vsftpd, Protocol::Ftps, false),
        (Kind::ProFtpd, Protocol::FtpsImplicit, true),
    ] {
        let daemon = Daemon::with(kind, DaemonOptions { implicit_tls, ..DaemonOptions::default() });
        let (_log, options) = (LogOfFailure(&daemon), || options(&daemon, protocol));
        let secure = protocol != Protocol::Ftp;
        let good = if secure { &[Found, Secure, SignedIn][..] } else { &[Found, SignedIn] };
        assert_eq!(reached(options(), 2).await, (good.to_vec(), None), "{protocol:?}");

        let (told, failed) = reached(Options { password: "wrong".into(), ..options() }, 1).await;
        assert_eq!(told, good[..good.len() - 1], "{protocol:?}");
        assert!(matches!(failed, Some(RemoteError::LoginRejected(_))), "{protocol:?}: {failed:?}");

        if secure {
            let (told, failed) = reached(Options { trusted: None, ..options() }, 1).await;
            assert_eq!(told, [Found], "{protocol:?}");
            assert!(matches!(failed, Some(RemoteError::CertificateUnknown(_))), "{protocol:?}: {failed:?}");
        }
    }
    let (daemon, closed, silent) = (plain(Kind::PyFtpdLib), refused_port(), hang_server());
    let told = reached(options(&daemon, Protocol::Ftps), 1).await.0;
    assert_eq!(told, [Found], "a server without TLS is there");
    for port in [closed.port(), silent.port()] {
        for protocol in [Protocol::Ftp, Protocol::Ftps, Protocol::FtpsImplicit] {
            let timeout = Duration::from_millis(200);
            let nobody = Options { port, timeout, ..options(&daemon, protocol) };
            assert_eq!(reached(nobody, 1).await.0, [], "{protocol:?}");
        }
    }
}
