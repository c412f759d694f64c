//! The log, as [`slipway_api::logging`] keeps it, with as much on standard error as `-v` asks for.

use std::io;
use std::path::Path;

use tracing::Level;

pub(crate) use slipway_api::logging::{folder, log_panics};

/// Begins to log; to the file, down to `file_level`, or to debugging. Where no file can be written, standard error is
/// still served.
pub(crate) fn start(verbose: u8, folder: &Path, file_level: Option<Level>) -> io::Result<()> {
    let stderr = match verbose {
        0 => None,
        1 => Some(Level::INFO),
        2 => Some(Level::DEBUG),
        _ => Some(Level::TRACE),
    };
    slipway_api::logging::start(stderr, folder, file_level)
}
