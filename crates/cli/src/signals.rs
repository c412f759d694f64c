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
        context.out.last(&messages::Failed::new(&failure, &messages::Setting::default(), None));
        process::exit(i32::from(ExitCode::Cancelled as u8));
    });
}

/// What is said of the website; nothing where none is being published.
fn stopping(state: Option<RunState>) -> Option<&'static str> {
    match state? {
        RunState::GoingLive => Some("Stopping. Every file of your website stays whole."),
        RunState::TidyingUp | RunState::Checking => Some("Stopping. Your new website is online."),
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
