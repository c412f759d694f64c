//! A real website: the pages of Python's manual, as Debian packs them.

use std::fs;
use std::path::{Path, PathBuf};

use slipway_testkit::{ControlProxy, Daemon, Kind};

use crate::conversation::{Conversation, verb_of};
use crate::site::Site;

#[test]
fn on_vsftpd() {
    goes_online(Kind::Vsftpd);
}

#[test]
fn on_proftpd() {
    goes_online(Kind::ProFtpd);
}

#[test]
fn on_pure_ftpd() {
    goes_online(Kind::PureFtpd);
}

#[test]
fn on_pyftpdlib() {
    goes_online(Kind::PyFtpdLib);
}

fn goes_online(kind: Kind) {
    let daemon = Daemon::start(kind);
    let proxy = ControlProxy::start(daemon.port());
    let site = Site::through(&proxy);
    let files = copy(&manual(), &site.folder());
    let count = files.len() as u64;
    assert!(count > 500, "{count} files");
    let last = site.publish(&[]).live_with(count, 0, 0);
    site.assert_online(daemon.root(), &last);

    let talk = Conversation::from_now(&proxy);
    site.publish(&[]).live_with(0, 0, count);
    let said: Vec<String> = talk.exchanges().into_iter().map(|said| said.command).collect();
    let login = said.iter().position(|command| verb_of(command) == "PASS").unwrap();
    let after: Vec<&String> = said[login + 1..].iter().filter(|command| *command != "QUIT").collect();
    assert!(after.len() <= 3, "{kind:?}: more than three round trips for nothing: {after:?}");
    assert_eq!(talk.count("CONNECT"), 1, "{said:?}");

    let pages: Vec<&String> = files.iter().filter(|path| path.ends_with(".html")).collect();
    for path in pages.iter().step_by(pages.len() / 20).take(20) {
        let mut page = fs::read(site.folder().join(path)).unwrap();
        page.extend(b"<!-- corrected -->\n");
        fs::write(site.folder().join(path), page).unwrap();
    }
    let others: Vec<&str> = files.iter().filter(|path| path.ends_with(".txt")).map(String::as_str).collect();
    let removed = &others[10..15];
    site.delete(removed);
    let talk = Conversation::from_now(&proxy);
    let last = site.publish(&[]).live_with(20, 5, count - 25);
    site.assert_online(daemon.root(), &last);
    assert_eq!(talk.sent().len(), 20);
    let mut deleted = talk.deleted();
    deleted.sort();
    assert_eq!(deleted, removed);
}

/// Where `cargo xtask setup` unpacked the manual.
fn manual() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let packages = workspace.join(target).join("daemons/manual/usr/share/doc");
    let folders = fs::read_dir(&packages).into_iter().flatten().flatten();
    let mut pages =
        folders.map(|entry| entry.path().join("html")).filter(|path| path.join("index.html").exists());
    let pages =
        pages.next().unwrap_or_else(|| panic!("{} is missing: run `cargo xtask setup`", packages.display()));
    pages.canonicalize().unwrap()
}

/// Copies all regular files, and gives their paths, sorted.
fn copy(from: &Path, to: &Path) -> Vec<String> {
    let mut paths = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        fs::create_dir_all(to.join(&below)).unwrap();
        for entry in fs::read_dir(from.join(&below)).unwrap() {
            let entry = entry.unwrap();
            let (path, kind) = (below.join(entry.file_name()), entry.file_type().unwrap());
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                fs::copy(entry.path(), to.join(&path)).unwrap();
                paths.push(path.to_str().unwrap().to_owned());
            }
        }
    }
    paths.sort();
    paths
}
