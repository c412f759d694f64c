//! Ctrl-C, SIGTERM and the end of the terminal: the first stops in good order, the second ends at once.

use std::process;

use slipway_core::{Code, ExitCode, Failure, RunState};

use crate::commands::Context;
use crate::messages;

/// Listens until the process ends.
pub(crate) fn listen(context: &Context) {
    let mut signals = match Signals::new() {
        Ok(signals) => signals,
        Err(error) => return tracing::warn!(%error, "signals end Slipway at once"),
    };
    let context = context.clone();
    tokio::spawn(async move {
        signals.first().await;
        if let Some(text) = stopping(context.watch.state()) {
            context.out.talk(text);
        }
        context.cancel.cancel();
        signals.second().await;
        let failure = Failure::new(Code::Cancelled, "stopped at once");
        context.out.last(&messages::Failed::new(&failure, &messages::Setting::default()));
        process::exit(i32::from(ExitCode::Cancelled as u8));
    });
}

/// What is said of the website; nothing where no run is under way.
fn stopping(state: Option<RunState>) -> Option<&'static str> {
    match state? {
        RunState::GoingLive => {
            Some("Your website is going live. Slipway ends when that is done; once more ends it at once.")
        }
        RunState::TidyingUp | RunState::Checking => {
            Some("Your new website is online. Slipway ends when all is in order; once more ends it at once.")
        }
        RunState::Pulling => {
            Some("Stopping. Nothing was changed on the server; what was brought down stays.")
        }
        RunState::Building => Some("Stopping the commands. Your website stays as it was."),
        state if state.is_final() => None,
        _ => Some("Stopping. Your website stays as it was."),
    }
}

/// The signals that ask for an end.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hang_up: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let hang_up = if outlives_terminal() { None } else { Some(signal(SignalKind::hangup())?) };
        let (interrupt, terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(Self { interrupt, terminate, hang_up })
    }

    async fn first(&mut self) {
        let Self { interrupt, terminate, hang_up } = self;
        let hung_up = async {
            match hang_up {
                Some(hang_up) => hang_up.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hung_up => {}
        }
    }

    /// The end of the terminal is none: both the shell and the system tell it.
    async fn second(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Whether Slipway was started to outlive its terminal, as `nohup` does. What is ignored stays so in a new process: the
/// shell survives only then.
#[cfg(unix)]
fn outlives_terminal() -> bool {
    let mut shell = process::Command::new("sh");
    shell.args(["-c", "kill -s HUP $$"]);
    shell.stdin(process::Stdio::null()).stdout(process::Stdio::null()).stderr(process::Stdio::null());
    shell.status().is_ok_and(|status| status.success())
}

/// The signals that ask for an end.
#[cfg(windows)]
struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
    interrupt_key: tokio::signal::windows::CtrlBreak,
    close: tokio::signal::windows::CtrlClose,
    shut_down: tokio::signal::windows::CtrlShutdown,
}

#[cfg(windows)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};
        let (interrupt, interrupt_key) = (ctrl_c()?, ctrl_break()?);
        Ok(Self { interrupt, interrupt_key, close: ctrl_close()?, shut_down: ctrl_shutdown()? })
    }

    async fn first(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.interrupt_key.recv() => {}
            _ = self.close.recv() => {}
            _ = self.shut_down.recv() => {}
        }
    }

    async fn second(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.interrupt_key.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_true_there() {
        for state in RunState::ALL {
            assert_eq!(stopping(Some(state)).is_none(), state.is_final(), "{state:?}");
        }
        assert_eq!(stopping(None), None);
        for state in [RunState::Pulling, RunState::Building, RunState::Uploading] {
            let text = stopping(Some(state)).unwrap();
            assert!(text.contains("as it was") || text.contains("Nothing was changed"), "{text}");
            assert!(!text.contains("online"), "{text}");
        }
    }
}
