//! The daemons and the proxy, tried with a client of a few lines that shares no code with Slipway.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "clippy's leave for tests covers test functions only"
)]

mod client;
mod daemons;
mod desktop;
mod hostile;
mod limits;
mod proxy;
mod silence;
mod tls;
