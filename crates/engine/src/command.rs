//! A command line that is run by the system's shell, with all the processes that it starts: they live as long as it
//! does. Must not know what it is for.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use process_wrap::tokio::{ChildWrapper, CommandWrap, KillOnDrop};
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use tokio::time::{Instant, sleep_until};

/// How long a pipe is listened to after the command has ended: another process may hold it open for ever.
const ECHO: Duration = Duration::from_secs(1);
/// Variables of Slipway's own, such as passwords, are for nobody else.
const OWN_VARIABLES: &str = "SLIPWAY_";
const PORTION: usize = 16 * 1024;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// By itself.
    Exited(ExitStatus),
    /// It was stopped, since its time was up.
    TimedOut,
}

/// The environment of a command, where it differs from that of this process. Slipway's own variables are never in it.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// Further variables, with their values.
    pub set: Vec<(String, SecretString)>,
    /// What is blotted out of all that it writes.
    pub secrets: Vec<SecretString>,
    /// Variables that are kept from it, since they hold secrets of others.
    pub hide: Vec<String>,
}

/// Runs a command line until its end, or until `deadline`. `output` is handed what it writes, and whether by standard
/// error. Dropped before its end, it is stopped at once, with all that it has started.
///
/// # Errors
/// When it can't be started.
pub(crate) async fn run_command(
    line: &str,
    folder: &Path,
    environment: &Environment,
    deadline: Instant,
    mut output: impl FnMut(&[u8], bool),
) -> io::Result<Ended> {
    let mut group = Group::start(line, folder, environment)?;
    let (mut stdout, mut stderr) = (Pipe::new(group.0.stdout().take()), Pipe::new(group.0.stderr().take()));
    let (mut stage, mut until, mut exited) = (Stage::Running, deadline, None);
    let mut timed_out = false;
    while exited.is_none() || stdout.is_open() || stderr.is_open() {
        tokio::select! {
            count = stdout.read(), if stdout.is_open() => output(stdout.bytes(count), false),
            count = stderr.read(), if stderr.is_open() => output(stderr.bytes(count), true),
            status = group.exited(), if exited.is_none() => {
                exited = Some(status?);
                (stage, until) = (Stage::Ended, Instant::now() + ECHO);
            }
            () = sleep_until(until) => match stage {
                Stage::Running => {
                    timed_out = true;
                    (stage, until) = (Stage::Told, Instant::now() + group.tell());
                }
                Stage::Told | Stage::Ended => {
                    group.kill();
                    (stage, until) = (Stage::Killed, Instant::now() + ECHO);
                }
                Stage::Killed => break,
            }
        }
    }
    match exited {
        Some(status) if !timed_out => Ok(Ended::Exited(status)),
        _ => Ok(Ended::TimedOut),
    }
}

/// How far it has got.
enum Stage {
    /// It runs.
    Running,
    /// Its time is up, and it was told so.
    Told,
    /// The command has ended; what it started may go on.
    Ended,
    /// All were stopped.
    Killed,
}

/// A process with all that it has started. When it is dropped, they end.
struct Group(Box<dyn ChildWrapper>);

impl Group {
    fn start(line: &str, folder: &Path, environment: &Environment) -> io::Result<Self> {
        let mut command = shell(line);
        command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_own(name)) {
            command.env_remove(name);
        }
        for name in &environment.hide {
            command.env_remove(name);
        }
        // `cmd` would take a program of the site's folder, which may come from a server, for one of the system's.
        #[cfg(windows)]
        command.env("NoDefaultCurrentDirectoryInExePath", "1");
        command.envs(environment.set.iter().map(|(name, value)| (name, value.expose_secret())));
        let mut wrap = CommandWrap::from(command);
        wrap.wrap(KillOnDrop);
        contain(&mut wrap);
        Ok(Self(wrap.spawn()?))
    }

    /// Waits for the command alone: the wrapper would wait for all that it has started.
    async fn exited(&mut self) -> io::Result<ExitStatus> {
        self.0.inner_mut().wait().await
    }

    /// Tells all of them to end, and how long they have for it.
    fn tell(&mut self) -> Duration {
        #[cfg(unix)]
        {
            /// POSIX, `kill`.
            const SIGTERM: i32 = 15;
            const GRACE: Duration = Duration::from_secs(2);
            if self.0.signal(SIGTERM).is_ok() {
                return GRACE;
            }
        }
        Duration::ZERO
    }

    fn kill(&mut self) {
        // Refused when none is left.
        let _ = self.0.start_kill();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

#[cfg(unix)]
fn shell(line: &str) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(line);
    command
}

/// `/s` takes one pair of quotes off, whatever is between them (`cmd /?`); `/d` runs no `AutoRun` before it.
#[cfg(windows)]
fn shell(line: &str) -> Command {
    let mut command = Command::new("cmd");
    command.raw_arg(format!("/d /s /c \"{line}\""));
    command
}

/// A session has no terminal: who asks there fails at once. A group would be stopped in the background, without a word.
#[cfg(unix)]
fn contain(wrap: &mut CommandWrap) {
    wrap.wrap(process_wrap::tokio::ProcessSession);
}

#[cfg(windows)]
fn contain(wrap: &mut CommandWrap) {
    /// `CREATE_NO_WINDOW` (Process Creation Flags): no console window springs up beside the app's.
    const NO_WINDOW: u32 = 0x0800_0000;
    let mut flags = process_wrap::tokio::CreationFlags(Default::default());
    flags.0.0 |= NO_WINDOW;
    wrap.wrap(flags);
    wrap.wrap(process_wrap::tokio::JobObject);
}

fn is_own(variable: &OsStr) -> bool {
    // Windows does not tell upper from lower case.
    variable.to_string_lossy().to_ascii_uppercase().starts_with(OWN_VARIABLES)
}

/// What a process writes to.
struct Pipe<R> {
    pipe: Option<R>,
    buffer: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Pipe<R> {
    fn new(pipe: Option<R>) -> Self {
        Self { pipe, buffer: vec![0; PORTION] }
    }

    fn is_open(&self) -> bool {
        self.pipe.is_some()
    }

    /// Reads a portion; it is closed at its end. Nothing is lost when it is dropped half-way.
    async fn read(&mut self) -> usize {
        let Some(pipe) = &mut self.pipe else { return 0 };
        let count = pipe.read(&mut self.buffer).await.unwrap_or(0);
        if count == 0 {
            self.pipe = None;
        }
        count
    }

    fn bytes(&self, count: usize) -> &[u8] {
        &self.buffer[..count]
    }
}
