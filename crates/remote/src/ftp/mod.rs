//! FTP (RFC 959) and FTPS (RFC 4217) over suppaftp: it keeps the control connection, logs in, upgrades to TLS and
//! reads replies. Data connections are ours, so that each wait has a time-out and the final reply is always read.

mod burst;
mod connector;
mod data;
mod download;
mod files;
#[cfg(any(test, fuzzing))]
#[allow(clippy::expect_used, reason = "a panic is what a fuzzer looks for")]
pub mod fuzz;
mod listing;
mod operations;
mod reached;
mod replies;
mod session;
mod source;
mod time;
mod tls;
mod upload;

pub use connector::{FtpConnector, Options};
pub use reached::Reached;
