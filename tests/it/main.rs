//! The `slipway` command against real FTP servers, from outside: only what it is called with, what it says, what it
//! ends with, and what is on the server then.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "clippy's leave for tests covers test functions only"
)]

mod broken;
mod changing;
mod commands;
mod computers;
mod conflicts;
mod connecting;
mod conversation;
mod credentials;
mod decisions;
mod escapes;
mod folders;
mod full;
mod harness;
mod importing;
mod killed;
mod large;
mod limits;
mod manual;
mod names;
mod pipeline;
mod practice;
mod project;
mod proof;
mod publishing;
mod pulling;
mod purging;
mod secrets;
mod selection;
mod site;
mod sources;
mod stopped;
mod terminal;
mod undoing;
mod visitors;
mod watching;
