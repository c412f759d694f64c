//! The practice server, from its start to Ctrl-C.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use serde_json::Value;

use crate::harness::{signal, start};
use crate::site::Site;

#[test]
fn the_sample_site_is_published_and_seen() {
    let home = Site::unknown();
    let mut command = home.slipway();
    let server = start(command.args(["--json", "practice", "--port", "0", "--http-port", "0"]));
    let told: Value = serde_json::from_str(&server.first_line()).unwrap();
    assert_eq!(told["event"], "practice");
    let text = |key: &str| told[key].as_str().unwrap_or_else(|| panic!("{key}: {told}")).to_owned();
    let (host, port) =
        text("ftp").rsplit_once(':').map(|(host, port)| (host.to_owned(), port.to_owned())).unwrap();
    let password = text("password");

    let sample = text("sample");
    let (user, certificate) = (text("user"), text("certificate_sha256"));
    let mut add = home.slipway();
    add.args(["--json", "site", "add", "practice", "--folder", &sample, "--host", &host, "--port", &port]);
    start(add.args(["--user", &user, "--trust-cert", &certificate])).end().done();
    let mut publish = home.slipway();
    publish.args(["--json", "publish", "practice"]).env("SLIPWAY_PRACTICE_FTP_PASSWORD", &password);
    let ended = start(&mut publish).end();
    let files = slipway_testkit::snapshot(Path::new(&sample)).into_keys().collect::<Vec<_>>();
    assert!(files.len() > 5);
    ended.live_with(files.len() as u64, 0, 0);
    assert!(!ended.out.contains(&password) && !ended.err.contains(&password));

    for path in &files {
        let (head, body) = get(&text("web"), path);
        assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head}");
        assert_eq!(body, fs::read(Path::new(&sample).join(path)).unwrap(), "{path}");
    }
    let (front, page) = get(&text("web"), "");
    assert!(front.starts_with("HTTP/1.1 200"), "{front}");
    assert_eq!(page, fs::read(Path::new(&sample).join("index.html")).unwrap());
    let (hidden, _) = get(&text("web"), ".slipway/.htaccess");
    assert!(!hidden.starts_with("HTTP/1.1 200"), "visitors see Slipway's own folder: {hidden}");

    signal("INT", server.id());
    let ended = server.end();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert!(TcpStream::connect((host.as_str(), port.parse().unwrap())).is_err(), "it still listens");
}

/// Asks a web server for a path. Gives the head of its answer and the content.
fn get(address: &str, path: &str) -> (String, Vec<u8>) {
    let host = address.strip_prefix("http://").unwrap().trim_end_matches('/');
    let escaped: String = path
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'/' | b'-' | b'_' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /{escaped} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|part| part == b"\r\n\r\n").expect("a head");
    (String::from_utf8(answer[..end].to_vec()).unwrap(), answer[end + 4..].to_vec())
}
