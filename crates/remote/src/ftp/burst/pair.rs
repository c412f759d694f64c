//! One upload of those whose `EPSV` (RFC 2428, section 3) and `STOR` (RFC 959, section 4.1.3) are written already:
//! the handshake and the data begin before 150 is read.

use std::net::SocketAddr;

use suppaftp::Status;

use crate::error::RemoteError;
use crate::ftp::connector::lost;
use crate::ftp::data::{OPENED, epsv_port, pasv_port};
use crate::ftp::session::{Session, nonsense};
use crate::ftp::source::Opened;

impl Session {
    /// Sends one file over the data port whose reply comes next. An error inside is of this file; one outside ends
    /// the connection. `line` is the `STOR`, for messages.
    pub(super) async fn send_ahead(
        &mut self,
        line: &str,
        source: &mut Opened<'_>,
        size: u64,
    ) -> Result<Result<(), RemoteError>, RemoteError> {
        let address = self.announced_port().await?;
        let connector = self.connector.clone();
        let tls = self.secure.as_ref().map(|secure| secure.connector.clone());
        let mut buffer = std::mem::take(&mut self.buffer);
        let begun = {
            let sending = async {
                let socket = connector.data_socket(address).await?;
                let mut data = match connector.protect(tls, socket).await? {
                    Ok(data) => data,
                    Err(text) => return Ok(Err(text)),
                };
                let copied = connector.copy_out(&mut buffer, source, size, &mut data, &|_| ()).await;
                Ok::<_, RemoteError>(Ok((copied, data)))
            };
            let opening = self.answer("STOR", line, OPENED);
            tokio::pin!(sending, opening);
            let (mut sent, mut opened) = (None, false);
            loop {
                tokio::select! {
                    reply = &mut opening, if !opened => match reply {
                        Ok(_) => opened = true,
                        Err(error) => break Err(error),
                    },
                    done = &mut sending, if sent.is_none() => sent = Some(done),
                }
                if opened && let Some(sent) = sent.take() {
                    break Ok(sent);
                }
            }
        };
        self.buffer = buffer;
        let ended = match begun {
            Err(error) => Err(self.session_refused(error)),
            Ok(Err(error)) => Err(error),
            Ok(Ok(Err(text))) => Err(self.handshake_failed(text).await),
            Ok(Ok(Ok((copied, data)))) => self.end_store(copied, data).await.map(drop),
        };
        match ended {
            Err(error) if error.ends_connection() => Err(error),
            ended => Ok(ended),
        }
    }

    /// The reply to an `EPSV` or `PASV` that was written before its `STOR`: without a port nothing of what follows
    /// can be relied on.
    async fn announced_port(&mut self) -> Result<SocketAddr, RemoteError> {
        let expected = &[Status::ExtendedPassiveMode, Status::PassiveMode];
        let mut address = self.stream.get_ref().await.peer_addr().map_err(lost)?;
        match self.answer("a data port", "EPSV", expected).await {
            Ok(reply) => {
                let port = if reply.code == 229 { epsv_port(&reply) } else { pasv_port(&reply) };
                address.set_port(port.ok_or_else(|| nonsense(&reply))?);
                Ok(address)
            }
            Err(error) if error.ends_connection() => Err(error),
            Err(error) => Err(RemoteError::Misbehaves(error.to_string())),
        }
    }
}
