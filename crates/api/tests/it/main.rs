//! The desk as a window uses it: real servers, a real file of passwords, a data folder of its own for each test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod answers;
mod builds;
mod computer;
mod looking;
mod passwords;
mod servers;
mod stops;
mod story;
