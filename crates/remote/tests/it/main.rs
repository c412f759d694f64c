//! Servers of every kind, seen through the `Remote` trait.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed set-up is a failed test"
)]

mod answers;
mod burst;
mod conformance;
mod connect;
mod faults;
mod ftp;
mod hostile;
mod memory;
mod pool;
mod servers;
mod shy;
mod wire;
