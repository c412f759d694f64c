//! What is published and what is not, and what a look ahead does: nothing.

use std::fs;

use slipway_testkit::{ControlProxy, Daemon, Kind, snapshot};

use crate::conversation::Conversation;
use crate::site::Site;

fn visible(daemon: &Daemon) -> Vec<String> {
    snapshot(daemon.root()).into_keys().filter(|path| !path.starts_with(".slipway/")).collect()
}

#[test]
fn what_must_not_be_public_is_left_out() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let site = Site::plain(&daemon);
    for path in [
        ".git/config",
        ".git/objects/ab/cd",
        "sub/.git/HEAD",
        ".svn/entries",
        "node_modules/x/index.js",
        ".env",
        ".env.local",
        "sub/.env",
        "id_rsa",
        "server.key",
        ".DS_Store",
        "Thumbs.db",
        "desktop.ini",
        "page.html~",
        ".page.html.swp",
        ".slipway/pretended",
    ] {
        site.write(&[(path, b"private")]);
    }
    let public = [".htaccess", ".well-known/security.txt", "env.html", "index.html", "sub/.htaccess"];
    for path in public {
        site.write(&[(path, b"public")]);
    }
    site.publish(&[]).live_with(public.len() as u64, 0, 0);
    assert_eq!(visible(&daemon), public);
}

#[test]
fn patterns_of_the_site() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let site = Site::at(
        daemon.port(),
        &["--protocol", "ftp", "--exclude", "*.psd", "--exclude", "drafts/", "--exclude", "!.env.example"],
    );
    site.write(&[
        ("index.html", b"1"),
        ("logo.psd", b"2"),
        ("drafts/a.html", b"3"),
        (".env.example", b"4"),
        (".env", b"5"),
    ]);
    site.publish(&[]).live_with(2, 0, 0);
    assert_eq!(visible(&daemon), [".env.example", "index.html"]);
    // What the patterns leave out from now on is taken off, as if it were deleted.
    site.run("site edit", &["--exclude", ".env.example"]).done();
    site.publish(&[]).live();
    assert!(!visible(&daemon).contains(&".env.example".to_owned()));
    site.run("site edit", &["--exclude", "{"]).failed("configuration_invalid", 3);
}

#[test]
fn files_left_out_of_one_publish_stay_online() {
    let daemon = Daemon::start(Kind::Vsftpd);
    let site = Site::plain(&daemon);
    site.write(&[("index.html", b"1"), ("videos/a.mp4", b"old"), ("videos/b.mp4", b"old")]);
    site.publish(&[]).live_with(3, 0, 0);
    site.write(&[("index.html", b"22"), ("videos/a.mp4", b"newer"), ("videos/c.mp4", b"new")]);
    site.delete(&["videos/b.mp4"]);
    site.publish(&["--leave-out", "videos/**"]).live_with(1, 0, 0);
    let online = |path: &str| fs::read(daemon.root().join(path)).ok();
    assert_eq!(online("index.html").unwrap(), b"22");
    assert_eq!(
        (online("videos/a.mp4").unwrap(), online("videos/b.mp4").unwrap()),
        (b"old".to_vec(), b"old".to_vec())
    );
    assert_eq!(online("videos/c.mp4"), None);
    let last = site.publish(&[]).live_with(2, 1, 1);
    site.assert_online(daemon.root(), &last);
}

#[test]
fn a_look_ahead_changes_nothing() {
    for kind in Kind::ALL {
        let daemon = Daemon::start(kind);
        let proxy = ControlProxy::start(daemon.port());
        let site = Site::through(&proxy);
        site.write(&[("index.html", b"1"), ("b.css", b"2"), ("c.css", b"3")]);
        for look in ["preview", "publish --dry-run"] {
            let plan = site.run_words(look).done();
            assert_eq!((&plan["event"], &plan["new"]), (&"plan".into(), &3.into()), "{plan}");
        }
        assert_eq!(fs::read_dir(daemon.root()).unwrap().count(), 0);

        site.publish(&[]).live_with(3, 0, 0);
        site.write(&[("index.html", b"changed"), ("new.html", b"4")]);
        site.delete(&["c.css"]);
        let (before, talk) = (snapshot(daemon.root()), Conversation::from_now(&proxy));
        for look in
            ["preview", "preview --full-check", "publish --dry-run", "publish --dry-run --compare checksum"]
        {
            let plan = site.run_words(look).done();
            let counts = ["new", "changed", "removed", "unchanged"].map(|key| plan[key].as_u64().unwrap());
            assert_eq!(counts, [1, 1, 1, 1], "{look}: {plan}");
            assert_eq!(plan["removals"], serde_json::json!(["c.css"]));
            assert_eq!(plan["bytes"], 8);
        }
        assert_eq!(snapshot(daemon.root()), before);
        for verb in ["STOR", "APPE", "DELE", "MKD", "RMD", "RNFR", "MFMT"] {
            assert_eq!(talk.count(verb), 0, "{kind:?}: {verb}");
        }
        assert_eq!(site.states(), ["live"]);
        let last = site.publish(&[]).live_with(2, 1, 1);
        site.assert_online(daemon.root(), &last);
    }
}

/// A file of the same size and time is found by its content.
#[test]
fn comparing_by_content() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let site = Site::plain(&daemon);
    let path = site.folder().join("index.html");
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(86_400);
    let write = |content: &str| {
        fs::write(&path, content).unwrap();
        fs::File::options().append(true).open(&path).unwrap().set_modified(old).unwrap();
    };
    write("one");
    site.publish(&[]).live_with(1, 0, 0);
    write("two");
    site.publish(&[]).live_with(0, 0, 1);
    let last = site.publish(&["--compare", "checksum"]).live_with(1, 0, 0);
    site.assert_online(daemon.root(), &last);
}
