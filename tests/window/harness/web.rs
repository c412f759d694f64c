//! What visitors see: a web server over a folder, and a visitor.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use axum::Router;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tower_http::services::ServeDir;

/// A web server over a folder, as a hosting company has one; gone when dropped.
pub(crate) struct Website {
    address: String,
    _runtime: Runtime,
}

impl Website {
    /// Serves a folder.
    pub(crate) fn of(folder: &Path) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let files = Router::new().fallback_service(ServeDir::new(folder));
        runtime.spawn(async move { axum::serve(listener, files).await });
        Self { address, _runtime: runtime }
    }

    /// Its address, without a slash at the end.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// What a visitor gets for a path; nothing unless the answer is 200.
    pub(crate) fn get(&self, path: &str) -> Option<String> {
        get(&self.address, path)
    }
}

/// What a visitor of an address gets for a path of plain letters; nothing unless the answer is 200.
pub(crate) fn get(address: &str, path: &str) -> Option<String> {
    let host = address.strip_prefix("http://").unwrap().trim_end_matches('/');
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /{path} HTTP/1.0\r\nHost: {host}\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    head.split(' ').nth(1).filter(|code| *code == "200").map(|_| body.to_owned())
}
