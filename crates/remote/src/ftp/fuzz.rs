//! What must hold of our readers whatever a server says: for the fuzz targets in `crates/fuzz`, and for the replay of
//! their corpus. A panic is a finding.

use slipway_core::{RemoteDir, RemotePath};
use suppaftp::Status;
use suppaftp::types::Response;

use super::data::{epsv_port, pasv_port};
use super::listing::{parse_list, parse_mlsd};
use super::replies::{self, During};
use super::time::time_value;
use crate::error::RemoteError;
use crate::remote::EntryKind;

/// Reads bytes as lines of a listing, in both ways.
pub fn listing(bytes: &[u8]) {
    for line in bytes.split(|byte| *byte == b'\n') {
        let line = String::from_utf8_lossy(line);
        for entry in [parse_mlsd(&line), parse_list(&line)].into_iter().flatten() {
            let path = RemotePath::new(&entry.name).expect("a name that was read is a path");
            assert_eq!((path.depth(), path.as_str()), (1, entry.name.as_str()), "it stays in its folder");
            assert!(entry.kind == EntryKind::File || entry.size == 0, "only files have a size");
        }
    }
}

/// Reads bytes as a reply, at every stage of a connection, and as what several commands expect of one.
pub fn reply(bytes: &[u8]) {
    let response = Response::new(Status::CommandOk, bytes.to_vec());
    let reply = replies::reply(&response);
    assert!(is_harmless(&reply.text) && reply.text.chars().count() <= 500, "{:?}", reply.text);
    for during in [During::Greeting, During::Secure, During::Login, During::Command] {
        for path in ["", "page not found.html", "blog/Quota.html"] {
            let error = replies::refusal(reply.clone(), during, path);
            assert!(is_harmless(&error.to_string()), "{error}");
            let hopeless = matches!(error, RemoteError::LoginRejected(_) | RemoteError::NotFound(_));
            assert!(!(hopeless && error.can_pass()), "a refused login is not tried again");
            assert!(reply.code != 421 || error.can_pass(), "421 passes");
        }
    }
    for port in [epsv_port(&reply), pasv_port(&reply)].into_iter().flatten() {
        assert_ne!(port, 0);
    }
    _ = time_value(&reply.text);
}

/// Reads bytes as a path below the publish folder, and as the publish folder.
pub fn path(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let dirs = ["", "/", "-web", "public_html/shop"].map(RemoteDir::new).into_iter().flatten();
    if let Ok(path) = RemotePath::new(&text) {
        assert_eq!(RemotePath::new(path.as_str()).as_ref(), Ok(&path), "read again, it is the same");
        for dir in dirs.chain(RemoteDir::new(&text)) {
            check_wire(&dir.wire(&path));
        }
        for above in path.ancestors() {
            assert!(path.is_below(&above) && above.depth() < path.depth());
        }
        if let Some(parent) = path.parent() {
            assert_eq!(parent.join(path.name()).as_ref(), Ok(&path), "a parent and a name make a path");
        }
    }
    if let Ok(dir) = RemoteDir::new(&text) {
        assert_eq!(RemoteDir::new(dir.as_str()).as_ref(), Ok(&dir), "read again, it is the same");
        dir.levels().iter().for_each(|level| assert!(!level.contains("//"), "{level:?}"));
        check_wire(&dir.wire(&RemotePath::root()));
    }
}

/// One argument of one command: nothing that would end it, lead upwards or be taken for an option.
fn check_wire(wire: &str) {
    assert!(is_harmless(wire) && !wire.is_empty() && !wire.starts_with('-'), "{wire:?}");
    assert!(wire.split('/').all(|part| part != ".."), "{wire:?}");
}

fn is_harmless(text: &str) -> bool {
    !text.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// Everything that a fuzzer has found worth keeping.
    fn replay(target: &str, with: fn(&[u8])) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
        let inputs: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(inputs.len() >= 10, "{} in {}", inputs.len(), folder.display());
        for input in inputs {
            let bytes = std::fs::read(&input).unwrap();
            println!("{}", input.display());
            with(&bytes);
        }
    }

    #[test]
    fn listings_of_the_corpus() {
        replay("listing", super::listing);
    }

    #[test]
    fn replies_of_the_corpus() {
        replay("reply", super::reply);
    }

    #[test]
    fn paths_of_the_corpus() {
        replay("path", super::path);
    }
}
