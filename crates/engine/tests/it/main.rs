//! The engine against a server in memory, where every single operation can be made to fail.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod build;
mod computers;
mod crash;
mod faults;
mod fixture;
mod leftovers;
mod looking;
mod model;
mod order;
mod pipeline;
mod proof;
mod publish;
mod pull;
mod pull_cut;
mod pull_records;
mod pull_servers;
mod purge;
mod sources;
mod undo;
