//! The log of the command and of the app: a file for each day in the data folder, and standard error where that is
//! wished for. Only Slipway's own crates are heard, so that no library can write a password there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tracing::Level;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

/// Files that are kept; one a day.
const FILES: usize = 14;

/// Where the log is, once there is one.
static FOLDER: OnceLock<PathBuf> = OnceLock::new();

/// Where the log of this process is, if there is one.
pub fn folder() -> Option<PathBuf> {
    FOLDER.get().cloned()
}

/// Begins to log, once in a process: to the file, down to `file_level` (to debugging without it), and to standard
/// error down to `stderr`, if that is given.
///
/// # Errors
/// Where no file can be written; standard error is served all the same.
pub fn start(stderr: Option<Level>, folder: &Path, file_level: Option<Level>) -> io::Result<()> {
    let stderr = stderr.map(|level| {
        fmt::layer().with_writer(io::stderr).with_ansi(false).without_time().with_filter(only_ours(level))
    });
    let (file, problem) = match open(folder) {
        Ok(file) => (Some(file), None),
        Err(error) => (None, Some(error)),
    };
    let file_level = only_ours(file_level.unwrap_or(Level::DEBUG));
    let file = file.map(|file| fmt::layer().with_writer(file).with_ansi(false).with_filter(file_level));
    if file.is_some() {
        _ = FOLDER.set(folder.to_owned());
    }
    tracing_subscriber::registry().with(stderr).with(file).try_init().map_err(io::Error::other)?;
    problem.map_or(Ok(()), Err)
}

/// Writes panics to the log instead of standard error; `main` tells the person.
pub fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let backtrace = std::backtrace::Backtrace::force_capture();
        tracing::error!(%panic, %backtrace, "panic");
    }));
}

/// Targets match by their beginning: `slipway` stands for all of Slipway's crates.
fn only_ours(level: Level) -> Targets {
    Targets::new().with_target("slipway", level)
}

fn open(folder: &Path) -> io::Result<RollingFileAppender> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("slipway")
        .filename_suffix("log")
        .max_log_files(FILES)
        .build(folder)
        .map_err(io::Error::other)?;
    #[cfg(unix)]
    make_private(folder)?;
    Ok(file)
}

/// The folder may be older than this rule, and open to others.
#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "log") {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        }
    }
    Ok(())
}
