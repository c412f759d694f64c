//! Commands about sites and runs, and how all of them speak.

use std::fs;

use serde_json::{Value, json};
use slipway_testkit::{Daemon, Kind};

use crate::harness::{PASSWORD, start};
use crate::site::{NAME, Site};

#[test]
fn a_site_is_added_shown_listed_changed_and_removed() {
    let site = Site::unknown();
    site.write(&[("index.html", b"1")]);
    let options = [
        "--protocol",
        "ftp",
        "--remote-dir",
        "public_html/",
        "--web-url",
        "https://example.com",
        "--connections",
        "3",
        "--limit",
        "500k",
        "--compare",
        "checksum",
        "--exclude",
        "*.psd",
        "--timeout",
        "7",
        "--attempts",
        "2",
    ];
    let added = site.add("ftp.example.com", 2121, &options).done();
    let shown = site.run("site show", &[]).done();
    assert_eq!(added, shown);
    for (key, value) in [
        ("event", json!("site")),
        ("name", json!(NAME)),
        ("folder", json!(site.folder())),
        ("host", json!("ftp.example.com")),
        ("port", json!(2121)),
        ("user", json!("slipway-test")),
        ("protocol", json!("ftp")),
        ("remote_dir", json!("public_html")),
        ("web_url", json!("https://example.com")),
        ("connections", json!(3)),
        ("limit", json!(500_000)),
        ("compare", json!("checksum")),
        ("exclude", json!(["*.psd"])),
        ("timeout_seconds", json!(7)),
    ] {
        assert_eq!(shown[key], value, "{key}: {shown}");
    }
    assert_eq!(shown["retry"]["attempts"], 2);

    site.add("ftp.example.com", 21, &[]).failed("site_exists", 3);
    let changed = site.run("site edit", &["--host", "example.org", "--no-limit", "--no-exclude"]).done();
    assert_eq!(
        (&changed["host"], &changed["limit"], &changed["port"]),
        (&json!("example.org"), &Value::Null, &json!(2121))
    );
    let listed = run(&site, &["site", "list"]).done();
    assert_eq!(listed["sites"].as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(listed["sites"][0]["host"], "example.org");

    site.run("site remove", &["--yes"]).done();
    assert_eq!(run(&site, &["site", "list"]).done()["sites"], json!([]));
    site.run("site show", &[]).failed("site_not_found", 3);
    assert!(site.folder().join("index.html").exists(), "the website itself is nobody's to delete");
}

fn run(site: &Site, words: &[&str]) -> crate::harness::Ended {
    let mut command = site.slipway();
    start(command.arg("--json").args(words)).end()
}

#[test]
fn a_removed_site_leaves_no_password_for_the_next_of_its_name() {
    let site = Site::unknown();
    site.add("ftp.example.com", 21, &[]).done();
    let with_key = |words: &[&str]| {
        let mut command = site.slipway();
        command.arg("--json").args(words).env_remove("SLIPWAY_SHOP_FTP_PASSWORD");
        start(command.env("SLIPWAY_CREDENTIALS_KEY", "a pass phrase")).end()
    };
    with_key(&["credential", "store", "use", "file"]).done();
    with_key(&["credential", "set", NAME, "--user", "anna"]).done();
    // Without the pass phrase it can't be removed, and so the site stays.
    let mut locked = site.command("site remove", &["--yes"]);
    start(locked.env_remove("SLIPWAY_SHOP_FTP_PASSWORD")).end().failed("credentials_key_missing", 4);
    site.run("site show", &[]).done();
    with_key(&["site", "remove", NAME, "--yes"]).done();
    site.add("ftp.example.com", 21, &[]).done();
    assert_eq!(with_key(&["credential", "list"]).done()["credentials"], json!([]));
}

#[test]
fn settings_that_cannot_be_read_are_said() {
    let site = Site::unknown();
    site.add("ftp.example.com", 21, &[]).done();
    fs::write(site.data().join("settings.json"), "{\"version\":9}").unwrap();
    for words in [&["credential", "list"][..], &["credential", "store", "list"]] {
        let failed = run(&site, words).failed("data_unusable", 3);
        assert!(failed["detail"].as_str().unwrap().contains("update Slipway"), "{failed}");
    }
}

#[test]
fn a_hosting_mail_is_read() {
    let site = Site::unknown();
    let mail = "Hello,\nyour web space is ready.\n\nFTP server: ftp.example.com\nUser name:  anna\n\
                Password:   s3c:ret=\nDirectory:  /public_html\nWebsite:    https://www.example.com\n";
    fs::write(site.home().join("mail.txt"), mail).unwrap();
    let found = run(&site, &["site", "read-text", site.home().join("mail.txt").to_str().unwrap()]).done();
    for (key, value) in [
        ("host", json!("ftp.example.com")),
        ("user", json!("anna")),
        ("password", json!("s3c:ret=")),
        ("port", Value::Null),
        ("remote_dir", json!("/public_html")),
        ("web_url", json!("https://www.example.com")),
    ] {
        assert_eq!(found[key], value, "{key}: {found}");
    }
    let address = site.home().join("address.txt");
    fs::write(&address, "ftpes://an%6ea:p%40ss@ftp.example.com:2121/htdocs").unwrap();
    let mut command = site.slipway();
    let ended =
        start(command.args(["site", "read-text", "-"]).stdin(fs::File::open(&address).unwrap())).end();
    let found: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((&found["user"], &found["password"]), (&json!("anna"), &json!("p@ss")), "{found}");
    assert_eq!((&found["port"], &found["protocol"]), (&json!(2121), &json!("ftps")), "{found}");
    run(&site, &["site", "read-text", "nosuch.txt"]).failed("import_failed", 3);
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let site = Site::unknown();
    for (host, options) in [
        ("ftp://example.com", &[][..]),
        ("example.com", &["--remote-dir", "../up"]),
        ("example.com", &["--web-url", "javascript:alert(1)"]),
        ("example.com", &["--exclude", "{"]),
    ] {
        site.add(host, 21, options).failed("configuration_invalid", 3);
    }
    for options in [
        &["--connections", "17"][..],
        &["--connections", "0"],
        &["--limit", "0"],
        &["--limit", "fast"],
        &["--protocol", "sftp"],
        &["--trust-cert", "abc"],
    ] {
        assert_eq!(site.add("example.com", 21, options).status.code(), Some(2), "{options:?}");
    }
    assert_eq!(run(&site, &["site", "list"]).done()["sites"], json!([]));
}

#[test]
fn unknown_sites_and_wrong_calls() {
    let site = Site::unknown();
    for words in ["publish", "preview", "check", "history", "site show", "site edit"] {
        site.run(words, &[]).failed("site_not_found", 3);
    }
    site.run("site remove", &["--yes"]).failed("site_not_found", 3);
    for words in
        [&["publish"][..], &["publish", "shop", "--no-such-option"], &["fly"], &[], &["publish", "-x"]]
    {
        let ended = run(&site, words);
        assert_eq!(ended.status.code(), Some(2), "{words:?}: {ended:?}");
        assert!(ended.err.contains("Usage") || ended.err.contains("error"), "{words:?}: {}", ended.err);
    }
    let mut version = site.slipway();
    let ended = start(version.arg("--version")).end();
    assert!(ended.status.success() && ended.out.starts_with("slipway "), "{ended:?}");
}

#[test]
fn the_history_tells_what_was_done() {
    let daemon = Daemon::start(Kind::PureFtpd);
    let site = Site::plain(&daemon);
    assert_eq!(site.history(), [Value::Null; 0]);
    site.write(&[("index.html", b"1"), ("a.css", b"2")]);
    let first = site.publish(&[]).live_with(2, 0, 0);
    site.write(&[("index.html", b"3")]);
    site.delete(&["a.css"]);
    let second = site.publish(&[]).live_with(1, 1, 0);
    fs::rename(site.folder(), site.home().join("elsewhere")).unwrap();
    fs::create_dir(site.folder()).unwrap();
    let third = site.publish(&[]).failed("local_folder_empty", 1);

    let runs = site.history();
    let ids: Vec<&Value> = runs.iter().map(|run| &run["run"]).collect();
    assert_eq!(ids, [&third["run"], &second["run"], &first["run"]]);
    assert_eq!(site.states(), ["failed", "live", "live"]);
    assert_eq!((&runs[1]["outcome"]["uploaded"], &runs[1]["outcome"]["removed"]), (&json!(1), &json!(1)));
    assert_eq!(runs[0]["failure"]["code"], "local_folder_empty");
    assert!(runs.iter().all(|run| run["started_ms"].as_i64() <= run["ended_ms"].as_i64()));

    assert_eq!(site.run("history", &["--limit", "1"]).done()["runs"].as_array().unwrap().len(), 1);
    let id = &first["run"].as_str().unwrap()[..10];
    assert_eq!(site.run("history", &["--run", id]).done()["runs"][0]["run"], first["run"]);
    site.run("history", &["--run", "0123"]).failed("run_not_found", 3);
}

#[test]
fn check_says_what_the_server_can_do_and_leaves_nothing() {
    for kind in Kind::ALL {
        let daemon = Daemon::start(kind);
        let site = Site::secure(&daemon);
        let report = site.run("check", &[]).done();
        assert_eq!(report["event"], "check");
        let steps = report["steps"].as_array().unwrap();
        assert!(steps.len() >= 5 && steps.iter().all(|step| step["ok"] == true), "{report}");
        assert_eq!(report["features"]["mlsd"], kind != Kind::Vsftpd, "{kind:?}: {report}");
        assert_eq!(fs::read_dir(daemon.root()).unwrap().count(), 0, "{kind:?}: the probe stays");
    }
}

#[test]
fn people_are_told_in_sentences() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let site = Site::plain(&daemon);
    site.write(&[("index.html", b"1"), ("a.css", b"2")]);
    let talk = |words: &[&str]| start(site.slipway().args(words)).end();
    let ended = talk(&["publish", NAME]);
    assert!(ended.status.success());
    assert!(ended.out.contains("Your website is online.") && ended.out.contains("2 files"), "{}", ended.out);
    assert!(talk(&["publish", NAME]).out.contains("Everything is online already."));
    let quiet = talk(&["-q", "publish", NAME]);
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""));
    site.delete(&["index.html", "a.css"]);
    let failed = talk(&["publish", NAME]);
    assert_eq!((failed.status.code(), failed.out.as_str()), (Some(1), ""));
    assert!(failed.err.contains("folder"), "{}", failed.err);
    for shell in ["bash", "zsh", "fish"] {
        assert!(talk(&["completions", shell]).out.contains("slipway"), "{shell}");
    }
}

#[test]
fn a_password_on_standard_input_is_not_lost_silently() {
    let daemon = Daemon::start(Kind::Vsftpd);
    let site = Site::unknown();
    site.write(&[("index.html", b"1")]);
    let port = daemon.port().to_string();
    let folder = site.folder();
    let mut command =
        site.command("site add", &["--host", "127.0.0.1", "--user", "slipway-test", "--port", &port]);
    command.arg("--folder").arg(&folder).arg("--password-stdin");
    let typed = site.home().join("typed");
    fs::write(&typed, format!("{PASSWORD}\n")).unwrap();
    let ended = start(command.stdin(fs::File::open(&typed).unwrap())).end();
    // There is no keychain here that could hold it.
    ended.failed("keychain_unavailable", 4);
    assert_eq!(
        run(&site, &["site", "list"]).done()["sites"],
        json!([]),
        "a site without its password was added"
    );
}
