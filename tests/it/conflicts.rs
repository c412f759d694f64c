//! What is asked at a terminal of files that someone else changed on the server, and what comes of the answers.

use std::fs;

use slipway_testkit::{Daemon, Kind, snapshot};

use crate::harness::PASSWORD;
use crate::site::{NAME, Site};
use crate::terminal::{KEY, Person, keep, site};

const QUESTION: &str = "k: keep the server's, r: replace it, l: look at it, a: abort";

/// A site of which others changed three files, one of which is not here any more.
fn changed_by_others(daemon: &Daemon) -> Site {
    let site = site(daemon);
    keep(&site, PASSWORD);
    site.write(&[
        ("a.html", b"<h1>\na\n</h1>\n"),
        ("b.html", b"b"),
        ("c.html", b"c"),
        ("index.html", b"home"),
    ]);
    site.publish(&[]).live_with(4, 0, 0);
    for (path, theirs) in [
        ("a.html", &b"<h1>\n\tcorrected \x1b[2J\xe2\x80\xae\n</h1>\n"[..]),
        ("b.html", b"their b"),
        ("c.html", b"their c"),
    ] {
        fs::write(daemon.root().join(path), theirs).unwrap();
    }
    site.write(&[("a.html", b"<h1>\nmine\n</h1>\n"), ("b.html", b"my b")]);
    site.delete(&["c.html"]);
    site
}

#[test]
fn each_can_be_looked_at_and_decided() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let site = changed_by_others(&daemon);
    let publish = || Person::types(&site, &["publish", NAME], Some(KEY));
    let before = snapshot(daemon.root());

    // Whoever stops has changed nothing, whatever was said of those before.
    for stop in ["a", ""] {
        let ended = publish().answers(QUESTION, "r").answers(QUESTION, stop).ends(6);
        assert!(ended.out.contains("--on-conflict keep"), "what else can be done is said: {}", ended.out);
        assert_eq!(snapshot(daemon.root()), before, "{stop:?}");
    }

    let mut person = publish();
    person.running.says("a.html was changed on the server by someone else: ");
    let mut person = person.answers(QUESTION, "l");
    for line in
        ["--- on the server", "+++ yours", " <h1>", "-    corrected \u{fffd}[2J\u{fffd}", "+mine", " </h1>"]
    {
        person.running.says(line);
    }
    person.running.says("The server's copy lies here: ");
    let mut person = person.answers(QUESTION, "yes");
    person.running.says("Type one of the letters");
    let mut person = person.answers(QUESTION, "r");
    person.running.says("b.html was changed");
    let mut person = person.answers(QUESTION, "k");
    person.running.says("c.html was changed");
    person.running.says("Yours does not have it any more.");
    person.answers(QUESTION, "keep").ends(0);
    let online = |path: &str| fs::read_to_string(daemon.root().join(path)).unwrap();
    assert_eq!(online("a.html"), "<h1>\nmine\n</h1>\n");
    assert_eq!((online("b.html"), online("c.html")), ("their b".to_owned(), "their c".to_owned()));

    // One answer for all.
    publish().answers("so with all 2", "ra").ends(0);
    assert_eq!(online("b.html"), "my b");
    assert!(!daemon.root().join("c.html").exists());
}

#[test]
fn nobody_is_asked_who_can_not_answer_or_has_answered() {
    let daemon = Daemon::start(Kind::PureFtpd);
    let site = changed_by_others(&daemon);
    for options in [&[][..], &["--on-conflict", "ask"], &["--on-conflict", "abort"]] {
        assert_eq!(site.publish(options).failed("conflict", 6)["count"], 3);
    }
    let publish =
        |options: &[&str]| Person::types(&site, &[&["publish", NAME][..], options].concat(), Some(KEY));
    for options in [&["--json"][..], &["--on-conflict", "abort"]] {
        assert!(!publish(options).ends(6).out.contains(QUESTION), "{options:?}");
    }
    assert!(!publish(&["--on-conflict", "keep"]).ends(0).out.contains(QUESTION));
}

#[test]
fn a_version_is_put_back_over_what_was_decided() {
    let daemon = Daemon::start(Kind::Vsftpd);
    let site = site(&daemon);
    keep(&site, PASSWORD);
    for content in ["first", "second"] {
        site.write(&[("index.html", content.as_bytes())]);
        site.publish(&[]).live();
    }
    fs::write(daemon.root().join("index.html"), "theirs, and longer").unwrap();
    let undo = Person::types(&site, &["undo", NAME], Some(KEY));
    let mut undo = undo.answers(QUESTION, "l");
    undo.running.says("-theirs, and longer");
    undo.running.says("+first");
    undo.answers(QUESTION, "r").ends(0);
    assert_eq!(fs::read_to_string(daemon.root().join("index.html")).unwrap(), "first");
}
