//! What unit tests can't show: other processes, killed processes, and a real password store.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests are tests")]

mod credentials;
mod credentials_suite;
mod import;
#[cfg(target_os = "linux")]
mod keychain;
mod killed;
mod lock;
#[cfg(target_os = "linux")]
mod power;
mod project;
mod quick;
mod sites;

use std::process::{Command, Stdio};

/// Tells the test binary, started anew by one of its tests, where to work.
const FOLDER: &str = "SLIPWAY_TEST_FOLDER";

/// This test binary again, for the one test, with its output to be read.
fn again(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).stdout(Stdio::piped());
    command
}
