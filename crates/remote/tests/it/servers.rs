//! Connectors to real servers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use slipway_core::{Protocol, RemoteDir, ServerFacts, Sha256};
use slipway_remote::Throttle;
use slipway_remote::ftp::{FtpConnector, Options, Reached};
use slipway_testkit::Daemon;

/// The publish folder: relative to the login folder, two levels deep, with a space.
pub(crate) const PUBLISH_FOLDER: &str = "web sites/public";

/// How to reach a daemon.
pub(crate) fn options(daemon: &Daemon, protocol: Protocol) -> Options {
    Options {
        host: daemon.host().to_owned(),
        port: daemon.port(),
        protocol,
        user: daemon.user().to_owned(),
        password: daemon.password().into(),
        remote_dir: RemoteDir::new(PUBLISH_FOLDER).unwrap(),
        trusted: Some(Sha256(daemon.certificate_sha256())),
        timeout: Duration::from_secs(10),
        throttle: Throttle::default(),
        facts: ServerFacts::default(),
        reached: Reached::default(),
    }
}

pub(crate) fn connector(daemon: &Daemon, protocol: Protocol) -> Arc<FtpConnector> {
    FtpConnector::new(options(daemon, protocol))
}

/// Shows the end of the server's log when a test fails.
pub(crate) struct LogOfFailure<'a>(pub(crate) &'a Daemon);

impl Drop for LogOfFailure<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // A second panic here would end all tests.
            let log = catch_unwind(AssertUnwindSafe(|| self.0.log())).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            eprintln!("{}", lines[lines.len().saturating_sub(40)..].join("\n"));
        }
    }
}
