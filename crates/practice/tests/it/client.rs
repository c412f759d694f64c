//! As much of an FTP and an HTTP client as the tests need. Every wait ends.

use std::net::Ipv4Addr;
use std::time::Duration;

use secrecy::ExposeSecret;
use slipway_practice::Practice;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

async fn soon<T>(action: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), action).await.expect("the server did not answer")
}

pub(crate) struct Client<S = TcpStream> {
    control: BufReader<S>,
}

impl Client {
    pub(crate) async fn connect(practice: &Practice) -> Self {
        let stream = soon(TcpStream::connect(practice.ftp_address())).await.unwrap();
        let mut client = Self::over(stream);
        assert!(client.reply().await.starts_with("220"));
        client
    }

    pub(crate) async fn logged_in(practice: &Practice) -> Self {
        let mut client = Self::connect(practice).await;
        client.log_in(practice).await;
        client
    }

    pub(crate) async fn upload(&mut self, path: &str, content: &[u8]) {
        self.upload_by("EPSV", &format!("STOR {path}"), content).await;
    }

    pub(crate) async fn upload_by(&mut self, passive: &str, command: &str, content: &[u8]) {
        let mut data = self.data_connection(passive).await;
        self.expect(command, "150").await;
        soon(data.write_all(content)).await.unwrap();
        drop(data);
        assert_eq!(self.reply().await.get(..3), Some("226"));
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(crate) fn over(stream: S) -> Self {
        Self { control: BufReader::new(stream) }
    }

    pub(crate) fn into_stream(self) -> S {
        assert!(self.control.buffer().is_empty());
        self.control.into_inner()
    }

    pub(crate) async fn log_in(&mut self, practice: &Practice) {
        self.expect(&format!("USER {}", practice.user()), "331").await;
        self.expect(&format!("PASS {}", practice.password().expose_secret()), "230").await;
    }

    pub(crate) async fn send(&mut self, lines: &str) {
        soon(self.control.write_all(lines.as_bytes())).await.unwrap();
        soon(self.control.flush()).await.unwrap();
    }

    pub(crate) async fn reply(&mut self) -> String {
        let mut line = String::new();
        soon(self.control.read_line(&mut line)).await.unwrap();
        line.trim_end().to_owned()
    }

    pub(crate) async fn expect(&mut self, command: &str, start: &str) -> String {
        self.send(&format!("{command}\r\n")).await;
        let reply = self.reply().await;
        assert!(reply.starts_with(start), "{command}: {reply}");
        reply
    }

    pub(crate) async fn data_connection(&mut self, passive: &str) -> TcpStream {
        let reply = self.expect(passive, "22").await;
        let inside = reply.split(['(', ')']).nth(1).unwrap();
        let numbers: Vec<u16> = inside.split([',', '|']).filter_map(|part| part.parse().ok()).collect();
        let port = match numbers[..] {
            [port] => port,
            [.., high, low] => high * 256 + low,
            [] => panic!("no port in {reply}"),
        };
        soon(TcpStream::connect((Ipv4Addr::LOCALHOST, port))).await.unwrap()
    }

    pub(crate) async fn is_closed(&mut self) -> bool {
        matches!(soon(self.control.read(&mut [0])).await, Ok(0) | Err(_))
    }
}

pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Asks for `path` exactly as it is written, which a real client would tidy up first.
pub(crate) async fn get(practice: &Practice, path: &str) -> Page {
    let host = practice.web_address().replace("http://", "").replace('/', "");
    let mut stream = soon(TcpStream::connect(&host)).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    soon(stream.write_all(request.as_bytes())).await.unwrap();
    let mut answer = String::new();
    soon(stream.read_to_string(&mut answer)).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Page { status, head: format!("{head}\r\n"), body: body.to_owned() }
}
