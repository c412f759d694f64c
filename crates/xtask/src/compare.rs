//! Whether a web server gives out what a folder holds, byte for byte.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(10);

/// Fetches each file of `folder` below `address` (`http://HOST:PORT/`) and returns how many there were.
///
/// Fails with a line for each file that is missing or different, or when the folder holds no file.
pub(crate) fn serves_folder(address: &str, folder: &Path) -> Result<usize, String> {
    let host = address
        .strip_prefix("http://")
        .map(|rest| rest.trim_end_matches('/'))
        .ok_or_else(|| format!("{address} is not an http:// address."))?;
    let mut files = Vec::new();
    list(folder, "", &mut files)?;
    if files.is_empty() {
        return Err(format!("{} holds no file to compare.", folder.display()));
    }
    let wrong: Vec<String> = files.iter().filter_map(|path| differs(host, folder, path).err()).collect();
    if wrong.is_empty() { Ok(files.len()) } else { Err(wrong.join("\n")) }
}

/// Adds the paths of all files below `folder`, with `/` between names.
fn list(folder: &Path, prefix: &str, files: &mut Vec<String>) -> Result<(), String> {
    let unreadable = |error| format!("{} cannot be read: {error}.", folder.display());
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let path = format!("{prefix}/{}", entry.file_name().to_string_lossy());
        if entry.file_type().map_err(unreadable)?.is_dir() {
            list(&entry.path(), &path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn differs(host: &str, folder: &Path, path: &str) -> Result<(), String> {
    let local = fs::read(folder.join(path.trim_start_matches('/')))
        .map_err(|error| format!("{path}: cannot be read here: {error}."))?;
    let served = get(host, path).map_err(|why| format!("{path}: {why}"))?;
    if served == local {
        return Ok(());
    }
    Err(format!("{path}: {} bytes here, other {} bytes from the server.", local.len(), served.len()))
}

/// One GET. HTTP/1.0, so that the body is what comes until the end, never in chunks.
fn get(host: &str, path: &str) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| format!("no answer from {host}: {error}.");
    let address = host.to_socket_addrs().map_err(failed)?.next().ok_or("no such host.")?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(failed)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
    stream.set_write_timeout(Some(PATIENCE)).map_err(failed)?;
    let request = format!("GET {} HTTP/1.0\r\nHost: {host}\r\n\r\n", encoded(path));
    stream.write_all(request.as_bytes()).map_err(failed)?;
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).map_err(failed)?;
    body(reply)
}

fn body(mut reply: Vec<u8>) -> Result<Vec<u8>, String> {
    let end = reply.windows(4).position(|window| window == b"\r\n\r\n").ok_or("not an HTTP answer.")?;
    let content = reply.split_off(end + 4);
    let head = String::from_utf8_lossy(&reply);
    let status = head.lines().next().unwrap_or_default();
    if status.split_whitespace().nth(1) == Some("200") { Ok(content) } else { Err(status.to_owned()) }
}

fn encoded(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    path.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader};
    use std::net::TcpListener;

    /// Answers every request with what `answer` makes of its path; lives as long as the test process.
    fn serve(answer: fn(&str) -> String) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut reader = BufReader::new(stream.unwrap());
                let (mut first, mut header) = (String::new(), String::from("more"));
                reader.read_line(&mut first).unwrap();
                while !header.trim().is_empty() {
                    header.clear();
                    reader.read_line(&mut header).unwrap();
                }
                let path = first.split_whitespace().nth(1).unwrap();
                reader.into_inner().write_all(answer(path).as_bytes()).unwrap();
            }
        });
        address
    }

    fn site() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("about us")).unwrap();
        fs::write(folder.path().join("index.html"), "home").unwrap();
        fs::write(folder.path().join("about us").join("ü.html"), "about").unwrap();
        folder
    }

    fn faithful(path: &str) -> String {
        match path {
            "/index.html" => "HTTP/1.0 200 OK\r\nX: y\r\n\r\nhome".into(),
            "/about%20us/%C3%BC.html" => "HTTP/1.0 200 OK\r\n\r\nabout".into(),
            _ => "HTTP/1.0 404 Not Found\r\n\r\n".into(),
        }
    }

    #[test]
    fn the_same_bytes_pass() {
        assert_eq!(serves_folder(&serve(faithful), site().path()), Ok(2));
    }

    #[test]
    fn each_missing_or_different_file_is_named() {
        let site = site();
        fs::write(site.path().join("index.html"), "hom!").unwrap();
        fs::write(site.path().join("new.css"), "").unwrap();
        let error = serves_folder(&serve(faithful), site.path()).unwrap_err();
        let mut lines: Vec<&str> = error.lines().collect();
        lines.sort_unstable();
        assert_eq!(
            lines,
            ["/index.html: 4 bytes here, other 4 bytes from the server.", "/new.css: HTTP/1.0 404 Not Found"]
        );
    }

    #[test]
    fn an_empty_folder_proves_nothing() {
        let empty = tempfile::tempdir().unwrap();
        assert!(serves_folder("http://127.0.0.1:1/", empty.path()).unwrap_err().contains("no file"));
    }
}
