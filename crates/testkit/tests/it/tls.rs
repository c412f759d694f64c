//! The TLS that the servers really speak.

use crate::client::PATIENCE;
use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, StreamOwned};
use sha2::{Digest, Sha256};
use slipway_testkit::{Daemon, Kind, Options, Tls};
use std::fs;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;

type TlsStream = StreamOwned<ClientConnection, TcpStream>;

/// Trusts the daemon's authority and nothing else.
fn config(daemon: &Daemon, resumption: Resumption) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    for authority in CertificateDer::pem_file_iter(daemon.ca_pem_path()).unwrap() {
        roots.add(authority.unwrap()).unwrap();
    }
    let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    config.resumption = resumption;
    Arc::new(config)
}

fn connect(daemon: &Daemon, port: u16) -> TcpStream {
    let socket = TcpStream::connect((daemon.host(), port)).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

fn wrap(socket: TcpStream, config: &Arc<ClientConfig>) -> io::Result<TlsStream> {
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let mut stream = StreamOwned::new(ClientConnection::new(Arc::clone(config), name).unwrap(), socket);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    Ok(stream)
}

/// Reads a whole reply, byte by byte so that nothing after it is taken.
fn reply(stream: &mut impl Read) -> String {
    let mut text = Vec::new();
    let mut line_start = 0;
    loop {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap_or_else(|error| panic!("{error} after {text:?}"));
        text.push(byte[0]);
        if byte[0] == b'\n' {
            let line = &text[line_start..];
            if line.len() > 3 && line[3] == b' ' && line[..3] == text[..3] {
                return String::from_utf8(text).unwrap();
            }
            line_start = text.len();
        }
    }
}

#[track_caller]
fn expect(stream: &mut (impl Read + Write), command: &str, code: &str) -> String {
    stream.write_all(format!("{command}\r\n").as_bytes()).unwrap();
    let reply = reply(stream);
    assert!(reply.starts_with(code), "{command} got: {reply}");
    reply
}

fn secure(daemon: &Daemon, config: &Arc<ClientConfig>) -> io::Result<TlsStream> {
    let mut socket = connect(daemon, daemon.port());
    reply(&mut socket);
    expect(&mut socket, "AUTH TLS", "234");
    wrap(socket, config)
}

fn log_in(daemon: &Daemon, control: &mut TlsStream) {
    expect(control, &format!("USER {}", daemon.user()), "331");
    expect(control, &format!("PASS {}", daemon.password()), "230");
    for (command, code) in [("PBSZ 0", "200"), ("PROT P", "200"), ("TYPE I", "200")] {
        expect(control, command, code);
    }
}

/// Uploads with a data connection of the given configuration, and gives the final reply.
fn store(daemon: &Daemon, control: &mut TlsStream, config: &Arc<ClientConfig>, path: &str) -> String {
    let passive = expect(control, "EPSV", "229");
    let socket = connect(daemon, passive.split('|').nth(3).unwrap().parse().unwrap());
    control.write_all(format!("STOR {path}\r\n").as_bytes()).unwrap();
    // A server that refuses the connection ends it somewhere in the handshake: its reply tells.
    let _ = wrap(socket, config).and_then(|mut data| {
        data.write_all(b"secret")?;
        data.conn.send_close_notify();
        data.flush()?;
        data.sock.shutdown(Shutdown::Write)?;
        data.read_to_end(&mut Vec::new())
    });
    let first = reply(control);
    if first.starts_with('1') { reply(control) } else { first }
}

#[test]
fn the_version_is_the_one_asked_for() {
    for kind in Kind::ALL {
        for (tls, version) in [(Tls::V12, ProtocolVersion::TLSv1_2), (Tls::V13, ProtocolVersion::TLSv1_3)] {
            let daemon = Daemon::with(kind, Options { tls, ..Options::default() });
            let control = secure(&daemon, &config(&daemon, Resumption::default())).unwrap();
            assert_eq!(control.conn.protocol_version(), Some(version), "{kind:?}");
            let leaf = &control.conn.peer_certificates().unwrap()[0];
            assert_eq!(<[u8; 32]>::from(Sha256::digest(leaf)), daemon.certificate_sha256());
        }
    }
}

#[test]
fn vsftpd_and_proftpd_demand_session_reuse() {
    for kind in Kind::ALL {
        for tls in [Tls::V12, Tls::V13] {
            let daemon = Daemon::with(kind, Options { tls, ..Options::default() });
            let session = config(&daemon, Resumption::default());
            let mut control = secure(&daemon, &session).unwrap();
            log_in(&daemon, &mut control);
            let reused = store(&daemon, &mut control, &session, "reused");
            assert!(reused.starts_with("226"), "{kind:?} {tls:?}: {reused}\n{}", daemon.log());
            assert_eq!(fs::read(daemon.root().join("reused")).unwrap(), b"secret");

            let other = config(&daemon, Resumption::disabled());
            let fresh = store(&daemon, &mut control, &other, "fresh");
            let expected = match kind {
                Kind::Vsftpd => "522 SSL connection failed: session reuse required",
                Kind::ProFtpd => "425 Unable to build data connection: Operation not permitted",
                Kind::PureFtpd | Kind::PyFtpdLib => "226",
            };
            assert!(fresh.starts_with(expected), "{kind:?} {tls:?}: {fresh}");
        }
    }
}

#[test]
fn implicit_tls_speaks_tls_from_the_first_byte() {
    for kind in [Kind::Vsftpd, Kind::ProFtpd] {
        let daemon = Daemon::with(kind, Options { implicit_tls: true, ..Options::default() });
        let session = config(&daemon, Resumption::default());
        let mut control = wrap(connect(&daemon, daemon.port()), &session).unwrap();
        assert!(reply(&mut control).starts_with("220"));
        log_in(&daemon, &mut control);
        let stored = store(&daemon, &mut control, &session, "page");
        assert!(stored.starts_with("226"), "{kind:?}: {stored}\n{}", daemon.log());
    }
}

#[test]
fn clear_text_data_still_works_beside_tls() {
    let daemon = Daemon::start(Kind::Vsftpd);
    let mut client = crate::client::Client::log_in(&daemon);
    assert!(client.store("page", b"1").starts_with("226"));
}
