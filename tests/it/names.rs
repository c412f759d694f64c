//! Odd names, on every server.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use slipway_testkit::{Daemon, Kind};

use crate::site::{Site, assert_tidy};

/// Names with what servers, shells and protocols give a meaning to.
fn odd_names() -> Vec<String> {
    let mut names: Vec<String> = [
        "two words.html",
        "two  spaces.html",
        "it's \"quoted\".html",
        "100% of %20.html",
        "a+b&c=d;e,f.html",
        "#hash?.html",
        "[brackets]{braces}(round).html",
        "star*.html",
        "back\\slash.html",
        "pipe|caret^tick`.html",
        "-rf",
        "--help",
        "~home",
        "@at.html",
        "$HOME.html",
        "...",
        "..dots",
        ".hidden",
        "no-extension",
        "\u{1f600}\u{1f3f3}\u{fe0f}\u{200d}\u{1f308}.html",
        "страница.html",
        "صفحة.html",
        "页面.html",
        "naïve café.html",
        "\u{ff}.html",
    ]
    .map(str::to_owned)
    .to_vec();
    names.push(format!("{}.html", "n".repeat(250)));
    names.push(format!("{}.html", "ü".repeat(125)));
    names
}

#[test]
fn on_vsftpd() {
    come_back_as_they_are(Kind::Vsftpd, &[]);
}

#[test]
fn on_proftpd() {
    // It makes no folder with a star in its name.
    come_back_as_they_are(Kind::ProFtpd, &["star*.html"]);
}

#[test]
fn on_pure_ftpd() {
    // It makes no folder with a backslash in its name.
    come_back_as_they_are(Kind::PureFtpd, &["back\\slash.html"]);
}

#[test]
fn on_pyftpdlib() {
    come_back_as_they_are(Kind::PyFtpdLib, &[]);
}

fn come_back_as_they_are(kind: Kind, cannot: &[&str]) {
    let daemon = Daemon::start(kind);
    let site = Site::secure(&daemon);
    let names: Vec<String> = odd_names().into_iter().filter(|name| !cannot.contains(&&**name)).collect();
    for name in &names {
        site.write(&[(name, name.as_bytes())]);
        if name.len() < 250 {
            site.write(&[(&format!("below/{name}/page.html"), name.as_bytes())]);
        }
    }
    let files = slipway_testkit::snapshot(&site.folder()).len() as u64;
    let last = site.publish(&[]).live_with(files, 0, 0);
    site.assert_online(daemon.root(), &last);

    // Known again, without and with a look at the server's listing.
    site.publish(&[]).live_with(0, 0, files);
    let last = site.publish(&["--full-check"]).live_with(0, 0, files);
    assert_tidy(daemon.root(), &last);

    for name in &names {
        site.write(&[(name, b"changed")]);
    }
    let last = site.publish(&[]).live_with(names.len() as u64, 0, files - names.len() as u64);
    site.assert_online(daemon.root(), &last);

    site.delete(&names.iter().map(String::as_str).collect::<Vec<_>>());
    fs::remove_dir_all(site.folder().join("below")).unwrap();
    site.write(&[("index.html", b"1")]);
    let last = site.publish(&["--yes"]).live_with(1, files, 0);
    site.assert_online(daemon.root(), &last);
    let left: Vec<_> = fs::read_dir(daemon.root()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "empty folders are left: {left:?}");
}

/// A folder that the server can't make is found out before anything goes live.
#[test]
fn a_folder_name_that_the_server_refuses() {
    for (kind, folder) in [(Kind::ProFtpd, "a*b"), (Kind::PureFtpd, "a\\b")] {
        let daemon = Daemon::start(kind);
        let site = Site::secure(&daemon);
        site.write(&[("index.html", b"old")]);
        site.publish(&[]).live();
        site.write(&[("index.html", b"new"), (&format!("{folder}/page.html"), b"new")]);
        let failed = site.publish(&[]).failed("name_not_allowed", 1);
        assert_eq!((&failed["path"], &failed["site"]), (&folder.into(), &"untouched".into()), "{kind:?}");
        assert_eq!(fs::read(daemon.root().join("index.html")).unwrap(), b"old");

        fs::remove_dir_all(site.folder().join(folder)).unwrap();
        let last = site.publish(&[]).live();
        site.assert_online(daemon.root(), &last);
    }
}

/// Accents that are written as letter and mark, as macOS does, come to the server as one letter.
#[test]
fn accents_are_composed() {
    for kind in Kind::ALL {
        let daemon = Daemon::start(kind);
        let site = Site::secure(&daemon);
        site.write(&[("cafe\u{301}/u\u{308}ber.html", b"1"), ("plain.html", b"2")]);
        site.publish(&[]).live_with(2, 0, 0);
        let composed = daemon.root().join("caf\u{e9}/\u{fc}ber.html");
        assert_eq!(fs::read(composed).unwrap(), b"1");
        assert_eq!(
            names_in(daemon.root()),
            BTreeSet::from([".slipway", "caf\u{e9}", "plain.html"].map(Into::into))
        );
        site.publish(&[]).live_with(0, 0, 2);
        site.publish(&["--full-check"]).live_with(0, 0, 2);
        site.write(&[("cafe\u{301}/u\u{308}ber.html", b"22")]);
        site.publish(&[]).live_with(1, 0, 1);
        assert_eq!(fs::read(daemon.root().join("caf\u{e9}/\u{fc}ber.html")).unwrap(), b"22");
    }
}

#[test]
fn two_spellings_of_one_name_are_refused() {
    let daemon = Daemon::start(Kind::Vsftpd);
    let site = Site::plain(&daemon);
    site.write(&[("caf\u{e9}.html", b"1"), ("cafe\u{301}.html", b"2")]);
    site.publish(&[]).failed("name_not_allowed", 1);
    assert_eq!(fs::read_dir(daemon.root()).unwrap().count(), 0);
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}
