//! Ctrl-C and SIGTERM: the first stops in good order, the second ends at once.

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
        signals.next().await;
        if let Some(text) = stopping(context.watch.state()) {
            context.out.talk(text);
        }
        context.cancel.cancel();
        signals.next().await;
        let failure = Failure::new(Code::Cancelled, "stopped at once");
        context.out.last(&messages::Failed::new(&failure, &messages::Setting::default()));
        process::exit(i32::from(ExitCode::Cancelled as u8));
    });
}

/// What is said of the website; nothing where no run is under way.
fn stopping(state: Option<RunState>) -> Option<&'static str> {
    match state? {
        RunState::GoingLive => Some("Stopping. Every file of your website stays whole."),
        RunState::TidyingUp | RunState::Checking => Some("Stopping. Your new website is online."),
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
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The signal that asks for an end.
#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) {
        self.0.recv().await;
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
