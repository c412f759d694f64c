//! The project file: started, checked, shown.

use std::fs;

use serde_json::json;
use slipway_testkit::{Daemon, Kind};

use crate::harness::{Ended, PASSWORD, start};
use crate::site::Site;

fn run(site: &Site, words: &[&str]) -> Ended {
    start(site.slipway().arg("--json").args(words).current_dir(site.home())).end()
}

#[test]
fn a_project_is_started_and_never_overwritten() {
    let site = Site::unknown();
    run(&site, &["config", "init"]).done();
    let file = site.home().join("slipway.json");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("\"$schema\": \"./slipway.schema.json\""), "{text}");
    let schema = fs::read_to_string(site.home().join("slipway.schema.json")).unwrap();
    serde_json::from_str::<serde_json::Value>(&schema).unwrap();
    fs::write(&file, "mine").unwrap();
    assert!(!run(&site, &["config", "init"]).status.success());
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn all_that_is_wrong_is_said_with_its_place() {
    let site = Site::unknown();
    let file = site.home().join("slipway.json");
    let text = r#"{
  "defaults": { "conections": 3 },
  "sites": {
    "shop": {
      "folder": "./website",
      "host": "example.com",
      "user": "anna",
      "port": "21",
      "password": "hunter2-secret"
    },
    "blog": { "folder": "./blog", "user": "${NO_SUCH_VARIABLE}" }
  }
}
"#;
    fs::write(&file, text).unwrap();
    let checked = run(&site, &["config", "check"]);
    assert_eq!(checked.status.code(), Some(3), "{checked:?}");
    let said = format!("{}{}", checked.out, checked.err);
    for part in
        ["slipway.json:2:", "connections", "slipway.json:8:", "slipway.json:9:", "slipway.json:11:", "host"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("hunter2"), "a literal password is repeated: {said}");

    let fixed = text
        .replace("conections", "connections")
        .replace("\"21\"", "21")
        .replace("hunter2-secret", "${env:SHOP_PASSWORD}")
        .replace("\"user\": \"${NO_SUCH_VARIABLE}\"", "\"host\": \"h\", \"user\": \"${NO_SUCH_VARIABLE}\"");
    fs::write(&file, fixed).unwrap();
    let checked = run(&site, &["config", "check"]);
    let said = format!("{}{}", checked.out, checked.err);
    assert!(said.contains("NO_SUCH_VARIABLE") && said.contains("SHOP_PASSWORD"), "{said}");
    let mut command = site.slipway();
    command.args(["--json", "config", "check"]).current_dir(site.home());
    let checked = start(command.env("NO_SUCH_VARIABLE", "x").env("SHOP_PASSWORD", PASSWORD)).end();
    checked.done();
}

#[test]
fn a_site_is_shown_with_where_each_value_comes_from_and_without_secrets() {
    let daemon = Daemon::start(Kind::Vsftpd);
    let site = Site::unknown();
    site.write(&[("index.html", b"1")]);
    let project = json!({
        "defaults": { "host": "127.0.0.1", "protocol": "ftp", "port": daemon.port() },
        "sites": { "shop": {
            "folder": "website",
            "user": "${env:TEAM_USER}",
            "password": "${cred:shop:ftp_password}",
            "connections": 2,
        } },
    });
    fs::write(site.home().join("slipway.json"), project.to_string()).unwrap();
    let with = |words: &[&str]| {
        let mut command = site.slipway();
        command.args(["--json", "--config", "slipway.json"]).args(words).current_dir(site.home());
        start(command.env("TEAM_USER", "slipway-test")).end()
    };
    let shown = with(&["config", "show", "shop"]).done();
    let setting = |key: &str| {
        let settings = shown["settings"].as_array().unwrap();
        settings
            .iter()
            .find(|setting| setting["key"] == key)
            .unwrap_or_else(|| panic!("{key}: {shown}"))
            .clone()
    };
    assert_eq!(setting("user")["value"], "slipway-test");
    assert_eq!(setting("password")["value"], "${cred:shop:ftp_password}");
    assert_ne!(setting("host")["source"], setting("connections")["source"], "{shown}");
    // The password comes from where all passwords come from, and the folder is beside the file.
    with(&["publish", "shop"]).live_with(1, 0, 0);
    // Sites of a project file are changed there.
    with(&["site", "edit", "shop", "--connections", "3"]).failed("configuration_invalid", 3);
    assert_eq!(with(&["site", "list"]).done()["sites"][0]["name"], "shop");
}

#[test]
fn the_project_says_how_much_is_logged_and_kept() {
    let daemon = Daemon::start(Kind::PureFtpd);
    let site = Site::unknown();
    site.write(&[("index.html", b"1")]);
    let project = json!({
        "sites": { "shop": {
            "folder": "website", "host": "127.0.0.1", "port": daemon.port(), "protocol": "ftp",
            "user": "slipway-test",
        } },
        "logging": { "level": "error", "keep": 2 },
    });
    fs::write(site.home().join("slipway.json"), project.to_string()).unwrap();
    let runs: Vec<String> = (0..3)
        .map(|_| {
            let last = run(&site, &["--config", "slipway.json", "publish", "shop"]).live();
            last["run"].as_str().unwrap().to_owned()
        })
        .collect();
    let log = |id: &str| run(&site, &["--config", "slipway.json", "history", "shop", "--run", id, "--log"]);
    assert_ne!(log(&runs[2]).done()["lines"], json!([]));
    assert!(!log(&runs[0]).out.contains("scanning"), "only the last two are kept");
    let logs = fs::read_dir(site.data().join("logs")).unwrap().map(|entry| entry.unwrap().path());
    let texts: Vec<String> =
        logs.filter(|path| path.is_file()).map(|path| fs::read_to_string(path).unwrap()).collect();
    assert_eq!(texts, [""], "nothing but errors is written down");
}
