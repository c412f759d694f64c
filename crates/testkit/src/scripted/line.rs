//! A connection of a scripted server, plain or under TLS.

use rustls::{HandshakeKind, ServerConfig, ServerConnection, StreamOwned};
use socket2::SockRef;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

pub(super) enum Line {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Line {
    /// Goes on under TLS, once the handshake is done.
    pub(super) fn secured(socket: TcpStream, config: &Arc<ServerConfig>) -> io::Result<Self> {
        let mut connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
        let mut socket = socket;
        while connection.is_handshaking() {
            connection.complete_io(&mut socket)?;
        }
        Ok(Self::Tls(Box::new(StreamOwned::new(connection, socket))))
    }

    pub(super) fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(stream) => &stream.sock,
        }
    }

    /// Whether the TLS session is one that was begun on another connection.
    pub(super) fn resumed(&self) -> bool {
        matches!(self, Self::Tls(stream) if stream.conn.handshake_kind() == Some(HandshakeKind::Resumed))
    }

    /// Ends it in good order.
    pub(super) fn end(mut self) -> io::Result<()> {
        if let Self::Tls(stream) = &mut self {
            stream.conn.send_close_notify();
            stream.flush()?;
        }
        self.socket().shutdown(Shutdown::Write)
    }

    /// Ends it without TLS's good-bye.
    pub(super) fn cut(self) -> io::Result<()> {
        self.socket().shutdown(Shutdown::Both)
    }

    /// Ends it so that the other side sees a reset.
    pub(super) fn reset(self) -> io::Result<()> {
        SockRef::from(self.socket()).set_linger(Some(Duration::ZERO))
    }
}

impl Read for Line {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}
