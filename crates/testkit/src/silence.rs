//! Addresses where no FTP server answers.

use socket2::{Domain, Socket, Type};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;

/// A listener that accepts connections and never says a word; gone when dropped.
pub struct HangServer {
    address: SocketAddr,
    listener: TcpListener,
}

/// Starts a server that accepts connections and says nothing.
pub fn hang_server() -> HangServer {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let accepting = listener.try_clone().unwrap();
    thread::spawn(move || {
        let mut silent: Vec<TcpStream> = Vec::new();
        // An error is the shutdown of the listener in `drop`.
        while let Ok((stream, _)) = accepting.accept() {
            silent.push(stream);
        }
    });
    HangServer { address, listener }
}

impl HangServer {
    /// The port on `127.0.0.1`.
    pub fn port(&self) -> u16 {
        self.address.port()
    }
}

impl Drop for HangServer {
    fn drop(&mut self) {
        let _ = socket2::SockRef::from(&self.listener).shutdown(std::net::Shutdown::Both);
    }
}

/// A port of `127.0.0.1` that refuses connections, and that nobody else can take while this lives.
pub struct RefusedPort {
    socket: Socket,
}

/// Reserves a port where connections are refused.
pub fn refused_port() -> RefusedPort {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    RefusedPort { socket }
}

impl RefusedPort {
    /// The port on `127.0.0.1`.
    pub fn port(&self) -> u16 {
        self.socket.local_addr().unwrap().as_socket_ipv4().unwrap().port()
    }
}
