//! TLS (RFC 4217) of a control connection whose commands can be written ahead: they wait in an outbox, and go out in
//! one record when the next reply is read.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use async_trait::async_trait;
use rustls::pki_types::ServerName;
use suppaftp::tokio::{AsyncTlsConnector, ImplAsyncFtpStream, TokioTlsStream};
use suppaftp::{FtpError, FtpResult};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// suppaftp's client over TLS of ours.
pub(in crate::ftp) type Control = ImplAsyncFtpStream<SecuredStream>;

/// Commands that wait to be written.
#[derive(Debug, Clone, Default)]
pub(in crate::ftp) struct Outbox(Arc<Mutex<Vec<u8>>>);

impl Outbox {
    pub(super) fn push(&self, lines: &str) {
        self.waiting().extend_from_slice(lines.as_bytes());
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sets up TLS for suppaftp.
pub(in crate::ftp) struct Secured {
    pub(in crate::ftp) connector: TlsConnector,
    pub(in crate::ftp) outbox: Outbox,
}

impl std::fmt::Debug for Secured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secured")
    }
}

#[async_trait]
impl AsyncTlsConnector for Secured {
    type Stream = SecuredStream;

    async fn connect(&self, domain: &str, stream: TcpStream) -> FtpResult<SecuredStream> {
        let name = ServerName::try_from(domain.to_owned())
            .map_err(|error| FtpError::SecureError(error.to_string()))?;
        let stream = self.connector.connect(name, stream).await;
        let stream = stream.map_err(|error| FtpError::SecureError(error.to_string()))?;
        Ok(SecuredStream { stream, outbox: self.outbox.clone() })
    }
}

/// The control connection.
#[derive(Debug)]
pub(in crate::ftp) struct SecuredStream {
    stream: TlsStream<TcpStream>,
    outbox: Outbox,
}

impl AsyncRead for SecuredStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let mut waiting = this.outbox.waiting();
        while !waiting.is_empty() {
            let written = ready!(Pin::new(&mut this.stream).poll_write(cx, &waiting))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            waiting.drain(..written);
        }
        drop(waiting);
        ready!(Pin::new(&mut this.stream).poll_flush(cx))?;
        Pin::new(&mut this.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for SecuredStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

impl TokioTlsStream for SecuredStream {
    type InnerStream = TlsStream<TcpStream>;

    fn tcp_stream(self) -> FtpResult<TcpStream> {
        Ok(self.stream.into_inner().0)
    }

    fn get_ref(&self) -> &TcpStream {
        self.stream.get_ref().0
    }

    fn mut_ref(&mut self) -> &mut Self::InnerStream {
        &mut self.stream
    }
}
