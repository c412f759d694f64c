//! A line that is typed at the terminal without being shown. A request to stop ends the question.

use std::io;

use secrecy::SecretString;
use slipway_api::CancellationToken;

/// Asks for it. Nothing typed is `None`; a request to stop, by a signal or by Ctrl-C, is [`io::ErrorKind::Interrupted`].
pub(crate) async fn ask(prompt: String, cancel: &CancellationToken) -> io::Result<Option<SecretString>> {
    let terminal = Terminal::now();
    let typing = tokio::task::spawn_blocking(move || rpassword::prompt_password(prompt));
    let typed = tokio::select! {
        () = cancel.cancelled() => {
            // Who types goes on being waited for, which nothing can end: the terminal would stay silent.
            terminal.restore();
            return Err(io::ErrorKind::Interrupted.into());
        }
        typed = typing => typed.map_err(io::Error::other)??,
    };
    Ok(Some(typed).filter(|typed| !typed.is_empty()).map(SecretString::from))
}

/// How the terminal treats what is typed.
#[cfg(unix)]
struct Terminal(Option<(std::fs::File, rustix::termios::Termios)>);

#[cfg(unix)]
impl Terminal {
    fn now() -> Self {
        let terminal = std::fs::File::open("/dev/tty").ok();
        Self(terminal.and_then(|terminal| {
            let settings = rustix::termios::tcgetattr(&terminal).ok()?;
            Some((terminal, settings))
        }))
    }

    fn restore(&self) {
        let Some((terminal, settings)) = &self.0 else { return };
        let now = rustix::termios::OptionalActions::Now;
        if let Err(error) = rustix::termios::tcsetattr(terminal, now, settings) {
            tracing::warn!(%error, "the terminal stays as it is");
        }
    }
}

#[cfg(not(unix))]
struct Terminal;

#[cfg(not(unix))]
impl Terminal {
    fn now() -> Self {
        Self
    }

    fn restore(&self) {}
}
