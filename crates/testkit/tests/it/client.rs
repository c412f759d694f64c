//! A plain FTP dialogue over `std::net`, written by hand.

use slipway_testkit::Daemon;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// No answer of a server on this computer takes that long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Client {
    host: String,
    control: BufReader<TcpStream>,
}

impl Client {
    /// Connects and reads the greeting.
    pub(crate) fn connect(host: &str, port: u16) -> (Self, String) {
        let socket = TcpStream::connect((host, port)).expect("a connection");
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut client = Self { host: host.to_owned(), control: BufReader::new(socket) };
        let greeting = client.reply();
        (client, greeting)
    }

    /// Connects and logs in.
    pub(crate) fn log_in(daemon: &Daemon) -> Self {
        Self::log_in_at(daemon, daemon.port())
    }

    /// Connects to the port of a proxy and logs in.
    pub(crate) fn log_in_at(daemon: &Daemon, port: u16) -> Self {
        let (mut client, greeting) = Self::connect(daemon.host(), port);
        assert!(greeting.starts_with("220"), "{greeting}");
        client.expect(&format!("USER {}", daemon.user()), "331");
        client.expect(&format!("PASS {}", daemon.password()), "230");
        client.expect("TYPE I", "200");
        client
    }

    pub(crate) fn set_patience(&mut self, patience: Duration) {
        self.control.get_ref().set_read_timeout(Some(patience)).unwrap();
    }

    pub(crate) fn write(&mut self, text: &str) {
        self.control.get_mut().write_all(text.as_bytes()).unwrap();
    }

    /// Reads a whole reply; empty when the connection has ended.
    pub(crate) fn reply(&mut self) -> String {
        let mut reply = String::new();
        if self.control.read_line(&mut reply).unwrap_or(0) > 3 && reply.as_bytes()[3] == b'-' {
            let end = format!("{} ", &reply[..3]);
            loop {
                let start = reply.len();
                assert!(self.control.read_line(&mut reply).unwrap() > 0, "cut off: {reply}");
                if reply[start..].starts_with(&end) {
                    break;
                }
            }
        }
        reply
    }

    pub(crate) fn say(&mut self, command: &str) -> String {
        self.write(&format!("{command}\r\n"));
        self.reply()
    }

    #[track_caller]
    pub(crate) fn expect(&mut self, command: &str, code: &str) -> String {
        let reply = self.say(command);
        assert!(reply.starts_with(code), "{command} got: {reply}");
        reply
    }

    /// Opens a data connection.
    pub(crate) fn data(&mut self) -> TcpStream {
        let reply = self.expect("EPSV", "229");
        let port = reply.split('|').nth(3).unwrap().parse::<u16>().unwrap();
        let data = TcpStream::connect((self.host.as_str(), port)).unwrap();
        data.set_read_timeout(Some(PATIENCE)).unwrap();
        data
    }

    /// Uploads and gives the final reply, or the first one if that is a refusal.
    pub(crate) fn store(&mut self, path: &str, content: &[u8]) -> String {
        let mut data = self.data();
        let reply = self.say(&format!("STOR {path}"));
        if !reply.starts_with('1') {
            return reply;
        }
        // A server that gives up closes the data connection: what counts is what it says then.
        let _ = data.write_all(content);
        drop(data);
        self.reply()
    }

    /// What the server sends in answer to LIST, MLSD or RETR.
    pub(crate) fn fetch(&mut self, command: &str) -> String {
        let (bytes, reply) = self.receive(command);
        assert!(reply.starts_with("226"), "{reply}");
        String::from_utf8(bytes).unwrap()
    }

    /// The same, whatever it is, and the final reply.
    pub(crate) fn receive(&mut self, command: &str) -> (Vec<u8>, String) {
        let mut data = self.data();
        self.expect(command, "1");
        let mut bytes = Vec::new();
        data.read_to_end(&mut bytes).unwrap();
        // ProFTPD waits up to 10 s for the client to close its side before it says 226.
        drop(data);
        (bytes, self.reply())
    }
}
