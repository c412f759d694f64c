//! Publishing to every server, in every form of encryption.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use slipway_testkit::{ControlProxy, Daemon, Kind, Options, Tls, sample_tree};

use crate::conversation::Conversation;
use crate::site::Site;

const FILES: usize = 60;

macro_rules! servers {
    ($($name:ident: $kind:ident;)+) => {$(
        mod $name {
            use super::*;

            #[test]
            fn plain() {
                plain_ftp(Kind::$kind);
            }

            #[test]
            fn tls_1_2() {
                encrypted(Kind::$kind, Tls::V12);
            }

            #[test]
            fn tls_1_3() {
                encrypted(Kind::$kind, Tls::V13);
            }
        }
    )+};
}

servers! {
    vsftpd: Vsftpd;
    proftpd: ProFtpd;
    pure_ftpd: PureFtpd;
    pyftpdlib: PyFtpdLib;
}

fn plain_ftp(kind: Kind) {
    let daemon = Daemon::with(kind, Options { tls: Tls::None, ..Options::default() });
    let proxy = ControlProxy::start(daemon.port());
    let site = Site::through(&proxy);
    let talk = Conversation::from_now(&proxy);
    first_and_second(&site, &daemon);
    // Two files try out what the server bears, twice; what it did not bear is sent again.
    let tried = if kind == Kind::PyFtpdLib { 4 } else { 0 };
    assert!((FILES..=FILES + tried).contains(&talk.sent().len()), "{}", talk.sent().len());
    assert_eq!(talk.deleted(), [""; 0]);

    let talk = Conversation::from_now(&proxy);
    let removed = third(&site, &daemon);
    assert_eq!(talk.sent().len(), 6, "of four changed files and two new ones");
    let mut deleted = talk.deleted();
    deleted.sort();
    assert_eq!(deleted, removed);
}

fn encrypted(kind: Kind, tls: Tls) {
    let daemon = Daemon::with(kind, Options { tls, ..Options::default() });
    let site = Site::secure(&daemon);
    first_and_second(&site, &daemon);
    third(&site, &daemon);
}

/// Everything goes online at first, and nothing the second time.
fn first_and_second(site: &Site, daemon: &Daemon) {
    sample_tree(&site.folder(), 1, FILES);
    let first = site.publish(&[]).live_with(FILES as u64, 0, 0);
    site.assert_online(daemon.root(), &first);

    let second = site.publish(&[]).live_with(0, 0, FILES as u64);
    assert_eq!(second["bytes"], 0);
    site.assert_online(daemon.root(), &first);
    assert_eq!(site.states(), ["live", "live"]);
}

/// Exactly what was changed goes online, and exactly what was deleted goes. Gives the deleted paths, sorted.
fn third(site: &Site, daemon: &Daemon) -> Vec<String> {
    let paths: Vec<String> = slipway_testkit::snapshot(&site.folder()).into_keys().collect();
    let (touched, rest) = paths.split_at(3);
    let (changed, rest) = rest.split_at(4);
    let removed = &rest[..5];
    for path in touched {
        let file = File::options().append(true).open(site.folder().join(path)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(86_400)).unwrap();
    }
    for path in changed {
        let mut content = fs::read(site.folder().join(path)).unwrap();
        content.push(b'!');
        site.write(&[(path, &content)]);
    }
    site.write(&[("new.html", b"new"), ("new folder/deep/new.css", b"")]);
    site.delete(&removed.iter().map(String::as_str).collect::<Vec<_>>());

    let unchanged = FILES as u64 - 4 - 5;
    let last = site.publish(&[]).live_with(6, 5, unchanged);
    site.assert_online(daemon.root(), &last);
    removed.to_vec()
}

#[test]
fn folders_that_are_empty_then_go_and_folders_of_others_stay() {
    let daemon = Daemon::start(Kind::ProFtpd);
    daemon.write_tree(&[("foreign.txt", b"1"), ("theirs/a", b"2")]);
    let site = Site::plain(&daemon);
    site.write(&[("index.html", b"1"), ("a/b/c.html", b"2"), ("shared/ours", b"3")]);
    site.publish(&[]).live_with(3, 0, 0);
    daemon.write_tree(&[("shared/theirs", b"4")]);
    site.delete(&["a/b/c.html", "shared/ours"]);
    let last = site.publish(&[]).live_with(0, 2, 1);

    let online = |path: &str| daemon.root().join(path);
    assert!(!online("a").exists(), "an empty folder of ours stays behind");
    assert_eq!(fs::read(online("shared/theirs")).unwrap(), b"4");
    assert_eq!(fs::read(online("foreign.txt")).unwrap(), b"1");
    assert_eq!(fs::read(online("theirs/a")).unwrap(), b"2");
    crate::site::assert_tidy(daemon.root(), &last);
}

#[test]
fn a_file_becomes_a_folder_and_a_folder_a_file() {
    for kind in Kind::ALL {
        let daemon = Daemon::start(kind);
        let site = Site::plain(&daemon);
        site.write(&[("index.html", b"1"), ("news", b"a file"), ("shop/list", b"in a folder")]);
        site.publish(&[]).live_with(3, 0, 0);
        site.delete(&["news", "shop/list"]);
        fs::remove_dir(site.folder().join("shop")).unwrap();
        site.write(&[("news/today", b"in a folder now"), ("shop", b"a file now")]);
        let last = site.publish(&[]).live_with(2, 2, 1);
        site.assert_online(daemon.root(), &last);
    }
}
