//! Data connections: always passive, always to the address of the control connection, TLS when it has TLS.

use std::net::SocketAddr;
use std::time::Duration;

use rustls::pki_types::ServerName;
use suppaftp::Status;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::connector::{FtpConnector, lost, tune};
use super::session::Session;
use crate::error::{RemoteError, Reply};

/// The replies that let data flow (RFC 959, section 5.4).
pub(super) const OPENED: &[Status] = &[Status::AboutToSend, Status::AlreadyOpen];
/// The replies that end a transfer well.
pub(super) const DONE: &[Status] = &[Status::ClosingDataConnection, Status::RequestedFileActionOk];

/// Files are read, and sockets written, in portions of this many bytes.
pub(super) const PORTION: usize = 256 * 1024;
/// How long a server may leave a finished data connection open before we stop reading from it.
const DRAIN: Duration = Duration::from_secs(1);

/// A data connection.
pub(super) trait Data: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Data for T {}

impl Session {
    /// Begins a transfer: opens a data connection, sends `before` (such as `REST`) and `command`, and hands the
    /// connection over once the server lets data flow.
    pub(super) async fn begin(
        &mut self,
        doing: &'static str,
        command: String,
    ) -> Result<Box<dyn Data>, RemoteError> {
        let address = self.passive().await?;
        let socket = self.connector.data_socket(address).await?;
        self.command(doing, command, OPENED).await.map_err(|error| self.session_refused(error))?;
        let tls = self.secure.as_ref().map(|secure| secure.connector.clone());
        match self.connector.protect(tls, socket).await? {
            Ok(data) => Ok(data),
            Err(text) => Err(self.handshake_failed(text).await),
        }
    }

    /// What the failed handshake of a data connection means: the reply tells.
    pub(super) async fn handshake_failed(&mut self, text: String) -> RemoteError {
        match self.completion().await {
            Ok(()) => RemoteError::Lost(text),
            Err(RemoteError::SessionRefused(text)) => RemoteError::SessionRefused(text),
            Err(_) => self.step_down(text),
        }
    }

    /// Reads the reply that ends a transfer.
    pub(super) async fn completion(&mut self) -> Result<(), RemoteError> {
        let read = self.stream.read_response_in(DONE);
        let result = self.connector.timed("the end of the transfer", read).await?;
        result.map(drop).map_err(|error| self.session_refused(self.mapped(error)))
    }

    /// The port for the next data connection: `EPSV` (RFC 2428), and `PASV` where it is refused. The address in
    /// a reply to `PASV` is ignored: behind address translation it is wrong, and it could point elsewhere.
    async fn passive(&mut self) -> Result<SocketAddr, RemoteError> {
        let mut address = self.stream.get_ref().await.peer_addr().map_err(lost)?;
        if !self.connector.known().pasv_only {
            let asked = self.command("a data port", "EPSV".to_owned(), &[Status::ExtendedPassiveMode]).await;
            match asked {
                Ok(reply) => {
                    address.set_port(epsv_port(&reply).ok_or_else(|| nonsense(&reply))?);
                    return Ok(address);
                }
                Err(RemoteError::Unsupported(_) | RemoteError::Refused(_) | RemoteError::Denied(_)) => {}
                Err(other) => return Err(other),
            }
        }
        let reply = self.command("a data port", "PASV".to_owned(), &[Status::PassiveMode]).await?;
        address.set_port(pasv_port(&reply).ok_or_else(|| nonsense(&reply))?);
        self.connector.known().pasv_only = true;
        Ok(address)
    }

    /// `425`, `450` and `522` on a data connection under TLS 1.3 mean, on ProFTPD, that its session can't be
    /// resumed any more: with TLS 1.2 it can. Under TLS 1.2 a new control connection is what may help.
    pub(super) fn session_refused(&self, error: RemoteError) -> RemoteError {
        match &error {
            RemoteError::TryLater(reply) | RemoteError::Refused(reply)
                if self.secure.is_some() && matches!(reply.code, 425 | 450 | 522) =>
            {
                self.step_down(reply.to_string())
            }
            _ => error,
        }
    }

    /// From TLS 1.3 to 1.2, for all connections that are opened from now on.
    fn step_down(&self, text: String) -> RemoteError {
        match &self.secure {
            Some(secure) if !secure.tls12_only => {
                self.connector.known().tls12_only = true;
                RemoteError::SessionRefused(text)
            }
            _ => RemoteError::Lost(text),
        }
    }
}

impl FtpConnector {
    /// Connects to a data port.
    pub(super) async fn data_socket(&self, address: SocketAddr) -> Result<TcpStream, RemoteError> {
        let socket = self.timed("the data connection", TcpStream::connect(address)).await?.map_err(lost)?;
        tune(&socket)?;
        Ok(socket)
    }

    /// TLS for a data connection, if the control connection has it. A failed handshake is given as words.
    pub(super) async fn protect(
        &self,
        tls: Option<TlsConnector>,
        socket: TcpStream,
    ) -> Result<Result<Box<dyn Data>, String>, RemoteError> {
        let Some(connector) = tls else { return Ok(Ok(Box::new(socket))) };
        let host = self.options.host.clone();
        let name = ServerName::try_from(host).map_err(|e| RemoteError::SecureFailed(e.to_string()))?;
        let shaken = self.timed("TLS of the data connection", connector.connect(name, socket)).await?;
        Ok(shaken.map(|stream| Box::new(stream) as Box<dyn Data>).map_err(|error| error.to_string()))
    }
}

/// Reads what the server still sends, such as TLS session tickets: a socket that is dropped with unread bytes is
/// reset, and the server takes the transfer for broken.
pub(super) async fn drain(mut data: Box<dyn Data>) {
    let mut buffer = [0; 4096];
    let all = async { while matches!(data.read(&mut buffer).await, Ok(n) if n > 0) {} };
    // A server that keeps the connection open has read our end of file all the same.
    let _ = tokio::time::timeout(DRAIN, all).await;
}

fn nonsense(reply: &Reply) -> RemoteError {
    RemoteError::Misbehaves(reply.to_string())
}

/// `Entering Extended Passive Mode (|||6446|)` (RFC 2428, section 3); any delimiter.
pub(super) fn epsv_port(reply: &Reply) -> Option<u16> {
    let inside = reply.text.split_once('(')?.1.split_once(')')?.0;
    let delimiter = inside.chars().next()?;
    inside.split(delimiter).nth(3)?.parse().ok().filter(|&port| port != 0)
}

/// `Entering Passive Mode (h1,h2,h3,h4,p1,p2)` (RFC 959, section 4.1.2); some servers leave the brackets out.
pub(super) fn pasv_port(reply: &Reply) -> Option<u16> {
    let digits = reply.text.split(|c: char| !c.is_ascii_digit() && c != ',');
    let numbers = digits.max_by_key(|part| part.matches(',').count())?;
    let numbers: Vec<u8> = numbers.split(',').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [_, _, _, _, high, low] = numbers[..] else { return None };
    Some(u16::from_be_bytes([high, low])).filter(|&port| port != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports() {
        let epsv = |text| epsv_port(&Reply::new(229, text));
        assert_eq!(epsv("Entering Extended Passive Mode (|||6446|)"), Some(6446));
        assert_eq!(epsv("Extended Passive mode OK (!!!50000!)"), Some(50_000));
        for text in ["", "(|||0|)", "(|||70000|)", "()", "(|1|2|)"] {
            assert_eq!(epsv(text), None, "{text}");
        }
        let pasv = |text| pasv_port(&Reply::new(227, text));
        assert_eq!(pasv("Entering Passive Mode (127,0,0,1,25,46)."), Some(6446));
        assert_eq!(pasv("=10,0,0,1,200,1"), Some(51_201));
        for text in ["", "(1,2,3,4,5)", "(1,2,3,4,5,256)", "(1,2,3,4,0,0)"] {
            assert_eq!(pasv(text), None, "{text}");
        }
    }
}
