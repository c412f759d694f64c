//! The desktop app as people meet it: the real program in the real web view on a real desktop (without a screen),
//! with a real key ring, against real servers. Every test has a desktop of its own.
//!
//! `SLIPWAY_APP_BIN` names the program; else it is the one that `cargo build -p slipway-app` makes beside this test.
//! A test that fails leaves a picture in `target/window-shots/`; `SLIPWAY_WINDOW_SHOTS=1` asks for one of each screen.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "clippy's leave for tests covers test functions only"
)]

mod failures;
mod harness;
mod interrupted;
mod measures;
mod quitting;
mod safety;
mod stories;
