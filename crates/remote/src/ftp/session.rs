//! One logged-in control connection: what it needs first, and one command at a time.

use std::net::Shutdown;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use slipway_core::{Features, RemotePath};
use socket2::SockRef;
use suppaftp::types::{FileType, Response};
use suppaftp::{FtpError, Status};
use tokio_rustls::TlsConnector;

use super::burst::{Control, Outbox};
use super::connector::FtpConnector;
use super::replies::{self, During};
use super::tls::Trust;
use crate::error::{RemoteError, Reply};
use crate::remote::Remote;

/// TLS of one control connection and its data connections.
pub(super) struct Secure {
    pub(super) connector: TlsConnector,
    pub(super) trust: Arc<Trust>,
    pub(super) tls12_only: bool,
    pub(super) outbox: Outbox,
}

/// What servers can do that do not know `FEAT`.
const BEFORE_FEAT: Features =
    Features { utf8: false, mlsd: false, size: true, mdtm: true, mfmt: false, rest: false };

/// A logged-in connection.
pub(super) struct Session {
    pub(super) connector: Arc<FtpConnector>,
    pub(super) stream: Control,
    pub(super) secure: Option<Secure>,
    /// What files are read into before they are sent; made by the first transfer.
    pub(super) buffer: Vec<u8>,
    /// The folder one is in after login, once it was asked for.
    home: Option<String>,
}

impl Session {
    pub(super) fn new(connector: Arc<FtpConnector>, stream: Control, secure: Option<Secure>) -> Self {
        Self { connector, stream, secure, buffer: Vec::new(), home: None }
    }

    /// What every connection needs before anything else: features (asked once a site), UTF-8, and binary
    /// transfers, without which sizes are wrong and line ends rewritten.
    pub(super) async fn prepare(&mut self) -> Result<(), RemoteError> {
        if self.connector.known().features.is_none() {
            let asked = self.connector.timed("FEAT", self.stream.feat()).await?;
            let features = match asked {
                Ok(list) => features(|name| list.keys().any(|key| key.eq_ignore_ascii_case(name)), &list),
                // Servers that know no FEAT know these, as a rule; the first use tells.
                Err(FtpError::BadResponse) => BEFORE_FEAT,
                Err(other) => match self.mapped(other) {
                    RemoteError::Unsupported(_) => BEFORE_FEAT,
                    error => return Err(error),
                },
            };
            self.connector.learn_features(features);
        }
        if self.features().utf8 {
            // IIS wants to be told (RFC 2640 does not ask for it). A server that has nothing to switch may refuse.
            match self.command("OPTS", "OPTS UTF8 ON".to_owned(), &[Status::CommandOk]).await {
                Err(error) if error.ends_connection() => return Err(error),
                _ => {}
            }
        }
        let binary = self.connector.timed("TYPE", self.stream.transfer_type(FileType::Image)).await?;
        binary.map(drop).map_err(|error| self.mapped(error))
    }

    /// Goes on with another connection in place of this one, which ended with `error`.
    pub(super) async fn reconnect(&mut self, error: RemoteError) -> Result<(), RemoteError> {
        // A server that counts connections must not find two.
        let _ = SockRef::from(&*self.stream.get_ref().await).shutdown(Shutdown::Both);
        *self = self.connector.open().await.map_err(|_| error)?;
        Ok(())
    }

    /// Sends one command and reads its reply.
    ///
    /// # Errors
    /// Among others [`RemoteError::Misbehaves`], before it is sent, where a reply waits that nobody asked for: it would
    /// be taken for the answer to this command, and each answer from then on for that to the next.
    pub(super) async fn command(
        &mut self,
        doing: &'static str,
        line: String,
        expected: &[Status],
    ) -> Result<Reply, RemoteError> {
        self.nothing_unasked().await?;
        tracing::trace!(%line, "command");
        let sent = self.connector.timed(doing, self.stream.custom_command(&line, expected)).await?;
        understood(&line, sent)
    }

    /// Makes sure that no reply waits that nobody asked for, when all commands are answered.
    pub(super) async fn nothing_unasked(&mut self) -> Result<(), RemoteError> {
        let Some(unasked) = now_or_never(self.stream.read_response_in(&[])).await else { return Ok(()) };
        Err(match unasked.map_err(|error| self.mapped(error)) {
            // Such as 421, said before it hung up.
            Err(lost @ RemoteError::Lost(_)) => lost,
            Err(other) => RemoteError::Misbehaves(format!("said without being asked: {other}")),
            Ok(reply) => {
                RemoteError::Misbehaves(format!("said without being asked: {}", replies::reply(&reply)))
            }
        })
    }

    /// Reads the reply to a command that was written ahead.
    pub(super) async fn answer(
        &mut self,
        doing: &'static str,
        line: &str,
        expected: &[Status],
    ) -> Result<Reply, RemoteError> {
        let told = self.connector.timed(doing, self.stream.read_response_in(expected)).await?;
        understood(line, told)
    }

    pub(super) fn mapped(&self, error: FtpError) -> RemoteError {
        replies::error(error, During::Command)
    }

    pub(super) fn wire(&self, path: &RemotePath) -> String {
        self.connector.options.remote_dir.wire(path)
    }

    /// The folder one is in after login.
    pub(super) async fn home(&mut self) -> Result<String, RemoteError> {
        if let Some(home) = &self.home {
            return Ok(home.clone());
        }
        let asked = self.connector.timed("PWD", self.stream.pwd()).await?;
        let home = asked.map_err(|error| self.mapped(error))?;
        self.home = Some(home.clone());
        Ok(home)
    }

    pub(super) async fn change_folder(&mut self, wire: &str) -> Result<(), RemoteError> {
        let expected = &[Status::RequestedFileActionOk, Status::CommandOk];
        self.command("CWD", format!("CWD {wire}"), expected).await.map(drop)
    }
}

/// What a future comes to, if that is known already. It is not waited for.
async fn now_or_never<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(tokio::task::unconstrained(future));
    let look = |context: &mut Context<'_>| match future.as_mut().poll(context) {
        Poll::Ready(result) => Poll::Ready(Some(result)),
        Poll::Pending => Poll::Ready(None),
    };
    std::future::poll_fn(look).await
}

fn features(
    has: impl Fn(&str) -> bool,
    list: &std::collections::HashMap<String, Option<String>>,
) -> Features {
    let rest = list.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("REST")
            && value.as_deref().is_some_and(|v| v.to_ascii_uppercase().contains("STREAM"))
    });
    Features {
        utf8: has("UTF8"),
        mlsd: has("MLST") || has("MLSD"),
        size: has("SIZE"),
        mdtm: has("MDTM"),
        mfmt: has("MFMT"),
        rest,
    }
}

/// What the reply to a command means.
fn understood(line: &str, told: Result<Response, FtpError>) -> Result<Reply, RemoteError> {
    match told {
        Ok(response) => Ok(replies::reply(&response)),
        Err(error) => {
            let about = line.split_once(' ').map_or("", |(_, argument)| argument);
            let error = replies::error_about(error, During::Command, about);
            tracing::debug!(%line, %error, "refused");
            Err(error)
        }
    }
}

/// A reply of the right code whose words make no sense.
pub(super) fn nonsense(reply: &Reply) -> RemoteError {
    RemoteError::Misbehaves(reply.to_string())
}
