//! What tests run against: real FTP servers, one that means harm, one that fails on order, connections that break at a chosen moment, folder
//! trees, a disk that is full, a desktop for programs with windows.
//!
//! Test-only and independent of the other crates, so that every one of them can use it. Whatever cannot be
//! set up panics with the reason: a test whose server did not start has failed, it is not skipped.
//!
//! ```no_run
//! use slipway_testkit::{Daemon, Kind, Options, Tls};
//! let daemon = Daemon::with(Kind::Vsftpd, Options { tls: Tls::None, ..Options::default() });
//! daemon.write_tree(&[("index.html", b"hello")]);
//! assert!(daemon.root().join("index.html").exists());
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed set-up is a failed test"
)]

mod certificate;
mod control_proxy;
mod daemon;
mod desktop;
mod disk;
mod folder;
mod hostile;
mod owner;
mod scripted;
mod silence;
mod web;

pub use control_proxy::{Action, ControlProxy, DataFault, Exchange};
pub use daemon::{Daemon, Kind, Options, Tls, free_port};
pub use desktop::{Desktop, Ran};
pub use disk::SmallDisk;
pub use folder::{assert_same_tree, sample_tree, snapshot, write_tree};
pub use hostile::{HostileEntry, HostileOptions, HostileServer};
pub use scripted::{ScriptedFault, ScriptedOrder, ScriptedServer, ScriptedTree, ScriptedWatch};
pub use silence::{HangServer, RefusedPort, hang_server, refused_port};
pub use web::{WebReply, WebServer};
