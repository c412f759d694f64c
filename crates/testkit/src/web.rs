//! A web server that answers as a test wants it to: as hosts, caches and programs do.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use crate::certificate::tls_config;

/// What a web server says to one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebReply {
    /// A page of this content.
    Page(Vec<u8>),
    /// There is no such page (404).
    NotFound,
    /// No page but this status.
    Status(u16),
    /// Go there instead (301).
    Redirect(String),
    /// This content, as if it were compressed.
    Packed(Vec<u8>),
    /// The head of an answer that never ends.
    Hang,
}

impl WebReply {
    /// The file of this path below a folder, as web servers show folders.
    pub fn file(folder: &Path, path: &str) -> Self {
        std::fs::read(folder.join(path)).map_or(Self::NotFound, Self::Page)
    }
}

type Answer = dyn Fn(&str) -> WebReply + Send + Sync;

/// A web server; gone when dropped.
pub struct WebServer {
    listener: TcpListener,
    asked: Arc<Mutex<Vec<String>>>,
}

impl WebServer {
    /// Starts a server that answers each request with what `answer` says to its path and query, without the first slash.
    pub fn start(answer: impl Fn(&str) -> WebReply + Send + Sync + 'static) -> Self {
        Self::on(Ipv4Addr::LOCALHOST, answer, serve)
    }

    /// The same over HTTPS, with the certificate of this process's servers, on every address of this computer: those that
    /// the certificate is for (127.0.0.1) and those that it is not for (127.0.0.2).
    pub fn start_tls(answer: impl Fn(&str) -> WebReply + Send + Sync + 'static) -> Self {
        let tls = tls_config();
        Self::on(Ipv4Addr::UNSPECIFIED, answer, move |stream, answer, heard| {
            let connection = rustls::ServerConnection::new(tls.clone()).unwrap();
            serve(rustls::StreamOwned::new(connection, stream), answer, heard);
        })
    }

    fn on(
        host: Ipv4Addr,
        answer: impl Fn(&str) -> WebReply + Send + Sync + 'static,
        serve: impl Fn(TcpStream, &Answer, &Mutex<Vec<String>>) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((host, 0)).unwrap();
        let (accepting, answer): (_, Arc<Answer>) = (listener.try_clone().unwrap(), Arc::new(answer));
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (heard, serve) = (asked.clone(), Arc::new(serve));
        thread::spawn(move || {
            // An error is the shutdown of the listener in `drop`.
            while let Ok((stream, _)) = accepting.accept() {
                let (answer, heard, serve) = (answer.clone(), heard.clone(), serve.clone());
                thread::spawn(move || serve(stream, &*answer, &heard));
            }
        });
        Self { listener, asked }
    }

    /// Its address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address().port()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.listener.local_addr().unwrap()
    }

    /// What was asked for: paths with queries.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for WebServer {
    fn drop(&mut self) {
        let _ = socket2::SockRef::from(&self.listener).shutdown(std::net::Shutdown::Both);
    }
}

/// Answers one request. The client may leave at any time.
fn serve(stream: impl Read + Write, answer: &Answer, asked: &Mutex<Vec<String>>) {
    let mut stream = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        stream.read_line(&mut line).ok().filter(|length| *length > 0).map(|_| line.trim_end().to_owned())
    };
    let Some(first) = line() else { return };
    // The rest of the head, to its empty line.
    while line().is_some_and(|line| !line.is_empty()) {}
    let path = first.split(' ').nth(1).unwrap_or_default().trim_start_matches('/');
    asked.lock().unwrap().push(path.to_owned());
    let (status, more, body) = match answer(path) {
        WebReply::Page(body) => (200, String::new(), body),
        WebReply::NotFound => (404, String::new(), b"no such page".to_vec()),
        WebReply::Status(status) => (status, String::new(), Vec::new()),
        WebReply::Redirect(to) => (301, format!("Location: {to}\r\n"), Vec::new()),
        WebReply::Packed(body) => (200, "Content-Encoding: gzip\r\n".to_owned(), body),
        WebReply::Hang => {
            let _ = stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
            // Until the client has had enough.
            let _ = stream.read(&mut [0]);
            return;
        }
    };
    let head =
        format!("HTTP/1.1 {status} -\r\nContent-Length: {}\r\n{more}Connection: close\r\n\r\n", body.len());
    let mut whole = head.into_bytes();
    whole.extend(body);
    let _ = stream.get_mut().write_all(&whole).and_then(|()| stream.get_mut().flush());
}
