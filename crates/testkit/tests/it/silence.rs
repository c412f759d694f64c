//! Addresses where no FTP server answers.

use slipway_testkit::{hang_server, refused_port};
use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::time::Duration;

#[test]
fn a_hang_server_accepts_and_says_nothing() {
    let server = hang_server();
    let mut connection = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    connection.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let error = connection.read(&mut [0]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
    let port = server.port();
    drop(server);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn a_refused_port_refuses() {
    let port = refused_port();
    let error = TcpStream::connect(("127.0.0.1", port.port())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
}
