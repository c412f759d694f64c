//! The password is nowhere: not in what is said, not in the log, not in anything that is kept.

use std::fs;
use std::path::Path;

use slipway_testkit::{ControlProxy, Daemon, Kind, Tls};

use crate::harness::{PASSWORD, start};
use crate::site::{NAME, Site};

#[test]
fn the_password_is_in_no_output_and_no_file() {
    let daemon =
        Daemon::with(Kind::ProFtpd, slipway_testkit::Options { tls: Tls::V12, ..Default::default() });
    let proxy = ControlProxy::start(daemon.port());
    let site = Site::through(&proxy);
    slipway_testkit::sample_tree(&site.folder(), 41, 20);
    // Every end of a command asserts that its own outputs hold no password.
    for words in ["check", "preview", "publish", "history", "site show"] {
        let ended = start(site.command(words, &[]).arg("-vvv")).end();
        ended.done();
        let talkative = matches!(words, "check" | "preview" | "publish");
        assert_eq!(ended.err.contains("OPTS UTF8 ON"), talkative, "{words}: {}", ended.err);
        let plain = start(site.slipway().args(words.split(' ')).args([NAME, "-vvv"])).end();
        assert!(plain.status.success());
    }
    assert!(proxy.record().iter().any(|said| said.command == format!("PASS {PASSWORD}")), "it was used");

    // Nor where something fails: the login, or a server that repeats what it was told.
    proxy.at_verb("PASS", 1, slipway_testkit::Action::Reply("530 no".into()));
    start(site.command("publish", &["-vvv"]).env("RUST_LOG", "trace")).end().failed("login_rejected", 5);
    let logs = everything_below(&site.data());
    assert!(logs.len() > 2, "{:?}", logs.iter().map(|(path, _)| path).collect::<Vec<_>>());
    for (path, content) in logs {
        let found = content.windows(PASSWORD.len()).any(|part| part == PASSWORD.as_bytes());
        assert!(!found, "the password is in {path}");
    }
}

#[test]
fn slipways_folder_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let daemon = Daemon::start(Kind::Vsftpd);
    let site = Site::plain(&daemon);
    site.write(&[("index.html", b"1")]);
    site.publish(&[]).live();
    let mode = fs::metadata(site.data()).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}

fn everything_below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(everything_below(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    found
}

#[test]
fn nothing_that_a_full_run_leaves_holds_the_password() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let site = Site::unknown();
    let project = |last: &str| {
        let project = serde_json::json!({ "sites": { NAME: {
            "folder": "website", "host": "127.0.0.1", "port": daemon.port(), "protocol": "ftp",
            "user": "slipway-test", "password": "${cred:shop:ftp_password}", "credentials": "file",
            "pull": { "into": "content" },
            "build": {
                "commands": ["mkdir -p out && date > out/index.html && echo \"made with $$SECRET\"", last],
                "output": "out",
                "environment": { "SECRET": "${cred:shop:ftp_password}" },
            },
        } } });
        fs::write(site.home().join("slipway.json"), project.to_string()).unwrap();
    };
    // Every end of a command asserts that its own outputs hold no password.
    let run = |words: &[&str]| {
        let mut command = site.slipway();
        command.args(["--json", "-vvv", "--config", "slipway.json"]).args(words).current_dir(site.home());
        command.env("SLIPWAY_CREDENTIALS_KEY", "a pass phrase").env_remove("SLIPWAY_SHOP_FTP_PASSWORD");
        start(&mut command).end()
    };
    project("true");
    let typed = site.home().join("typed");
    fs::write(&typed, format!("{PASSWORD}\n")).unwrap();
    let mut set = site.slipway();
    set.args(["--config", "slipway.json", "credential", "set", NAME, "--password-stdin"]);
    set.env("SLIPWAY_CREDENTIALS_KEY", "a pass phrase").current_dir(site.home());
    assert!(start(set.stdin(fs::File::open(&typed).unwrap())).end().status.success());
    fs::remove_file(&typed).unwrap();
    daemon.write_tree(&[("news.txt", b"news")]);

    let live = run(&["run", NAME, "--allow-build"]).live();
    let id = live["run"].as_str().unwrap();
    for words in [
        &["history", NAME, "--run", id, "--log"][..],
        &["history", NAME],
        &["config", "show", NAME],
        &["config", "check"],
        &["credential", "list"],
        &["credential", "store", "list"],
        &["credential", "test", NAME],
        &["site", "show", NAME],
        &["run", NAME, "--dry-run"],
    ] {
        run(words).done();
    }
    project("env; echo $$SECRET >&2; exit 1");
    run(&["run", NAME, "--allow-build"]).failed("build_failed", 1);
    let left = everything_below(site.home());
    for name in ["ledger.db", "credentials.sealed", ".log", "index.html"] {
        assert!(left.iter().any(|(path, _)| path.ends_with(name)), "no {name} to look into");
    }
    for (path, content) in left.into_iter().chain(everything_below(daemon.root())) {
        let found = content.windows(PASSWORD.len()).any(|part| part == PASSWORD.as_bytes());
        assert!(!found, "the password is in {path}");
    }
}
