//! User names and passwords: kept in an encrypted file where there is no keychain, shown to nobody, moved, tested.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::{Value, json};
use slipway_testkit::{Daemon, Kind};

use crate::harness::{Ended, PASSWORD, start};
use crate::site::{NAME, Site};

const KEY: &str = "a long pass phrase for tests";

/// A site whose password is nowhere yet, on a machine without a keychain.
struct Machine {
    site: Site,
}

impl Machine {
    fn new(daemon: &Daemon) -> Self {
        let machine = Self { site: Site::unknown() };
        let (folder, port) = (machine.site.folder(), daemon.port().to_string());
        let folder = folder.to_str().unwrap();
        let words = ["site", "add", NAME, "--folder", folder, "--host", "127.0.0.1", "--port", &port];
        machine.run(&[&words[..], &["--user", "slipway-test", "--protocol", "ftp"]].concat()).done();
        machine
    }

    /// The command with a pass phrase for the file, and no password in the environment.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.site.slipway();
        command
            .arg("--json")
            .args(words)
            .env_remove("SLIPWAY_SHOP_FTP_PASSWORD")
            .env("SLIPWAY_CREDENTIALS_KEY", KEY);
        command
    }

    fn run(&self, words: &[&str]) -> Ended {
        start(&mut self.command(words)).end()
    }

    /// Runs it with a line of standard input.
    fn typing(&self, line: &str, words: &[&str]) -> Ended {
        let typed = self.site.home().join("typed");
        fs::write(&typed, format!("{line}\n")).unwrap();
        start(self.command(words).stdin(fs::File::open(&typed).unwrap())).end()
    }

    fn kept(&self) -> Vec<(String, String, String)> {
        let listed = self.run(&["credential", "list"]).done();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let kept = listed["credentials"].as_array().unwrap().iter();
        kept.map(|kept| (text(&kept["site"]), text(&kept["type"]), text(&kept["store"]))).collect()
    }

    fn file(&self) -> std::path::PathBuf {
        self.site.data().join("credentials.sealed")
    }
}

fn entry(kind: &str, store: &str) -> (String, String, String) {
    (NAME.to_owned(), kind.to_owned(), store.to_owned())
}

#[test]
fn a_password_is_kept_in_an_encrypted_file_used_and_removed() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let machine = Machine::new(&daemon);
    machine.site.write(&[("index.html", b"1")]);
    machine.run(&["credential", "test", NAME]).failed("password_missing", 4);
    machine.run(&["credential", "store", "use", "file"]).done();
    let set = machine.typing(PASSWORD, &["credential", "set", NAME, "--password-stdin"]).done();
    assert_eq!(set["store"], "file", "{set}");
    assert_eq!(machine.kept(), [entry("ftp_password", "file")]);
    let mode = fs::metadata(machine.file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let tested = machine.run(&["credential", "test", NAME]).done();
    assert_eq!((&tested["user"], &tested["store"]), (&json!("slipway-test"), &json!("file")), "{tested}");
    machine.run(&["publish", NAME]).live();
    let runs = machine.run(&["history", NAME]).done();
    assert_eq!(runs["runs"][0]["outcome"]["password_from"], "file");

    // The user name that is kept comes before the site's own.
    machine.run(&["credential", "set", NAME, "--user", "nobody"]).done();
    assert_eq!(machine.kept(), [entry("ftp_username", "file"), entry("ftp_password", "file")]);
    machine.run(&["credential", "test", NAME]).failed("login_rejected", 5);
    machine.run(&["credential", "remove", NAME, "--type", "ftp_username", "--yes"]).done();
    machine.run(&["credential", "test", NAME]).done();

    machine.run(&["credential", "remove", NAME]).failed("confirmation_needed", 6);
    machine.run(&["credential", "remove", NAME, "--yes"]).done();
    assert_eq!(machine.kept(), []);
    machine.run(&["publish", NAME]).failed("password_missing", 4);
}

#[test]
fn a_wrong_key_damage_and_a_missing_key_are_told_apart_and_lose_nothing() {
    let daemon = Daemon::start(Kind::Vsftpd);
    let machine = Machine::new(&daemon);
    machine.run(&["credential", "store", "use", "file"]).done();
    machine.typing(PASSWORD, &["credential", "set", NAME, "--password-stdin"]).done();
    let content = fs::read(machine.file()).unwrap();
    let with_key = |key: Option<&str>, words: &[&str]| {
        let mut command = machine.command(words);
        match key {
            Some(key) => command.env("SLIPWAY_CREDENTIALS_KEY", key),
            None => command.env_remove("SLIPWAY_CREDENTIALS_KEY"),
        };
        start(&mut command).end()
    };
    let test = ["credential", "test", NAME];
    with_key(Some("another"), &test).failed("credentials_key_wrong", 4);
    with_key(None, &test).failed("credentials_key_missing", 4);
    let set = ["credential", "set", NAME, "--user", "x"];
    with_key(Some("another"), &set).failed("credentials_key_wrong", 4);
    assert_eq!(fs::read(machine.file()).unwrap(), content);

    let mut altered = content.clone();
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    for broken in [&altered[..], &content[..middle], b""] {
        fs::write(machine.file(), broken).unwrap();
        machine.run(&test).failed("credentials_damaged", 4);
        machine.run(&set).failed("credentials_damaged", 4);
        assert_eq!(fs::read(machine.file()).unwrap(), broken);
    }
    fs::write(machine.file(), &content).unwrap();
    machine.run(&test).done();
}

#[test]
fn the_stores_are_listed_and_the_environment_comes_first() {
    let daemon = Daemon::start(Kind::PureFtpd);
    let machine = Machine::new(&daemon);
    machine.run(&["credential", "store", "use", "file"]).done();
    let listed = machine.run(&["credential", "store", "list"]).done();
    let stores: Vec<(&Value, &Value, &Value)> = listed["stores"]
        .as_array()
        .unwrap()
        .iter()
        .map(|store| (&store["store"], &store["available"], &store["chosen"]))
        .collect();
    let (yes, no) = (&json!(true), &json!(false));
    assert_eq!(
        stores,
        [(&json!("keychain"), no, no), (&json!("file"), yes, yes), (&json!("env"), yes, no)],
        "{listed}"
    );
    machine.run(&["credential", "store", "use", "env"]).failed("credentials_read_only", 4);

    machine.typing("wrong", &["credential", "set", NAME, "--password-stdin"]).done();
    machine.run(&["credential", "test", NAME]).failed("login_rejected", 5);
    let mut command = machine.command(&["credential", "test", NAME]);
    let tested = start(command.env("SLIPWAY_SHOP_FTP_PASSWORD", PASSWORD)).end().done();
    assert_eq!(tested["store"], "env");
    // Unless the site names a store.
    machine.run(&["site", "edit", NAME, "--credentials", "file"]).done();
    let mut command = machine.command(&["credential", "test", NAME]);
    start(command.env("SLIPWAY_SHOP_FTP_PASSWORD", PASSWORD)).end().failed("login_rejected", 5);
}

#[test]
fn two_sites_that_share_a_variable_are_an_error_only_where_it_is_set() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let machine = Machine::new(&daemon);
    for name in ["блог", "сайт"] {
        let folder = machine.site.folder();
        let words = ["site", "add", name, "--folder", folder.to_str().unwrap(), "--host", "h", "--user", "u"];
        machine.run(&words).done();
    }
    machine.run(&["credential", "test", "блог"]).failed("password_missing", 4);
    let mut command = machine.command(&["credential", "test", "блог"]);
    let failed = start(command.env("SLIPWAY______FTP_PASSWORD", PASSWORD)).end();
    let failed = failed.failed("credentials_ambiguous", 4);
    assert!(failed["message"].as_str().unwrap().contains("SLIPWAY______FTP_PASSWORD"), "{failed}");
}

#[test]
fn values_are_shown_to_nobody_without_a_terminal() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let machine = Machine::new(&daemon);
    machine.run(&["credential", "store", "use", "file"]).done();
    machine.typing(PASSWORD, &["credential", "set", NAME, "--password-stdin"]).done();
    machine.run(&["credential", "list", "--show-values"]).failed("confirmation_needed", 6);
    let ended = start(machine.site.slipway().args(["credential", "list", "--show-values"])).end();
    assert_eq!(ended.status.code(), Some(6), "{ended:?}");
    machine.run(&["credential", "configure", NAME]).failed("confirmation_needed", 6);
    // What can't be sent is not kept.
    for line in ["", "a\0b", &"x".repeat(1025), &"x".repeat(70_000)] {
        machine
            .typing(line, &["credential", "set", NAME, "--password-stdin"])
            .failed("configuration_invalid", 3);
    }
    machine.run(&["credential", "set", "nosuch", "--user", "x"]).failed("site_not_found", 3);
}

#[test]
fn passwords_move_from_the_keychain_to_the_file_and_back() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let machine = Machine::new(&daemon);
    let home = machine.site.home();
    fs::set_permissions(home, PermissionsExt::from_mode(0o700)).unwrap();
    fs::write(home.join("typed"), format!("{PASSWORD}\n")).unwrap();
    // One session of a real GNOME Keyring for all of it.
    let script = "set -e
        printf test | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
        for try in $(seq 500); do
            dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.GetNameOwner \
                string:org.freedesktop.secrets >/dev/null 2>&1 && break
            sleep 0.02
        done
        slipway() { \"$SLIPWAY\" --json credential \"$@\"; }
        slipway set shop --password-stdin < \"$HOME/typed\"
        slipway list
        slipway test shop
        slipway store move keychain file
        slipway list
        slipway store use file
        slipway test shop
        slipway store move file keychain
        slipway list";
    let mut command = machine.site.environment(Command::new("dbus-run-session"));
    command
        .args(["--", "bash", "-c", script])
        .env_remove("SLIPWAY_SHOP_FTP_PASSWORD")
        .env("SLIPWAY_CREDENTIALS_KEY", KEY)
        .env("SLIPWAY", crate::harness::binary())
        .env("XDG_RUNTIME_DIR", home)
        .env("XDG_DATA_HOME", home.join("share"));
    let ended = start(&mut command).end();
    assert!(ended.status.success(), "{ended:?}");
    let stores = |event: &Value| -> Vec<Value> {
        event["credentials"].as_array().unwrap().iter().map(|kept| kept["store"].clone()).collect()
    };
    let events = ended.events();
    let lists: Vec<Vec<Value>> =
        events.iter().filter(|event| event["credentials"].is_array()).map(stores).collect();
    assert_eq!(lists, [[json!("keychain")], [json!("file")], [json!("keychain")]], "{}", ended.out);
    let tested: Vec<&Value> =
        events.iter().filter_map(|event| event.get("user").map(|_| &event["store"])).collect();
    assert_eq!(tested, ["keychain", "file"], "{}", ended.out);
}
