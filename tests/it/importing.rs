//! Sites of other programs.

use std::fs;

use serde_json::json;
use slipway_testkit::{Daemon, Kind};

use crate::harness::{Ended, PASSWORD, start};
use crate::site::Site;

fn run(site: &Site, words: &[&str]) -> Ended {
    let mut command = site.slipway();
    command.arg("--json").args(words).current_dir(site.home());
    start(command.env("SLIPWAY_CREDENTIALS_KEY", "key").env_remove("SLIPWAY_SHOP_FTP_PASSWORD")).end()
}

#[test]
fn sites_and_passwords_of_the_orchestrator_are_taken_over() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let site = Site::unknown();
    let (home, port) = (site.home(), daemon.port());
    fs::create_dir(home.join("website_configs")).unwrap();
    fs::write(home.join("config.yaml"), "paths:\n  workspaces: ./spaces\n").unwrap();
    let yaml = format!(
        "website:\n  name: shop\n  domain: example.com\nftp:\n  host: 127.0.0.1\n  port: {port}\n  use_tls: false\n  \
         username: slipway-test\n  password: {PASSWORD}\n  remote_dir: /shop\n"
    );
    fs::write(home.join("website_configs/shop.yaml"), yaml).unwrap();
    fs::create_dir_all(home.join("spaces/shop")).unwrap();
    fs::write(home.join("spaces/shop/index.html"), "1").unwrap();

    run(&site, &["credential", "store", "use", "file"]).done();
    let dry = run(&site, &["import", "config.yaml", "--dry-run"]).done();
    assert_eq!(dry["sites"][0]["name"], "shop", "{dry}");
    assert_eq!(run(&site, &["site", "list"]).done()["sites"], json!([]));
    run(&site, &["import", "config.yaml"]).failed("confirmation_needed", 6);
    run(&site, &["import", "config.yaml", "--yes"]).done();
    let shown = run(&site, &["site", "show", "shop"]).done();
    assert_eq!((&shown["remote_dir"], &shown["protocol"]), (&json!("/shop"), &json!("ftp")), "{shown}");
    run(&site, &["credential", "test", "shop"]).done();
    run(&site, &["publish", "shop"]).live_with(1, 0, 0);
    // A second time there is nothing to add.
    let again = run(&site, &["import", "config.yaml", "--yes"]).done();
    assert_eq!(again["added"], json!([]), "{again}");
}

#[test]
fn what_is_no_list_of_sites_is_said() {
    let site = Site::unknown();
    for (name, text) in
        [("a.xml", "<FileZilla3><Servers><Server>"), ("b.ini", "hello"), ("c.yaml", ": :\n- {")]
    {
        fs::write(site.home().join(name), text).unwrap();
        let failed = run(&site, &["import", name, "--yes"]).failed("import_failed", 3);
        assert!(failed["path"].as_str().unwrap().ends_with(name), "{failed}");
    }
    run(&site, &["import", "missing.xml", "--yes"]).failed("import_failed", 3);
}

#[test]
fn every_kind_of_file_is_known() {
    let site = Site::unknown();
    run(&site, &["credential", "store", "use", "file"]).done();
    let filezilla = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<FileZilla3><Servers><Server>\
        <Host>ftp.example.com</Host><Port>21</Port><Protocol>4</Protocol><User>anna</User>\
        <Pass encoding=\"base64\">czNjcmV0</Pass><Logontype>1</Logontype><Name>From FileZilla</Name>\
        <LocalDir>/tmp</LocalDir><RemoteDir>1 0 11 public_html</RemoteDir></Server></Servers></FileZilla3>";
    let winscp = "[Sessions\\From%20WinSCP]\nHostName=ftp.example.com\nUserName=anna\nFSProtocol=5\nFtps=3\n\
        LocalDirectory=/tmp\nRemoteDirectory=/htdocs\n";
    let cyberduck = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\"><dict>\
        <key>Protocol</key><string>ftps</string><key>Nickname</key><string>From Cyberduck</string>\
        <key>Hostname</key><string>ftp.example.com</string><key>Port</key><string>21</string>\
        <key>Username</key><string>anna</string><key>Path</key><string>/www</string></dict></plist>";
    for (name, text) in [("sitemanager.xml", filezilla), ("WinSCP.ini", winscp), ("a.duck", cyberduck)] {
        fs::write(site.home().join(name), text).unwrap();
        let added =
            run(&site, &["import", name, "--yes", "--folder", site.folder().to_str().unwrap()]).done();
        assert_eq!(added["added"].as_array().unwrap().len(), 1, "{name}: {added}");
    }
    let listed = run(&site, &["site", "list"]).done();
    let dirs: Vec<_> = listed["sites"].as_array().unwrap().iter().map(|site| &site["remote_dir"]).collect();
    assert_eq!(dirs, ["/www", "/public_html", "/htdocs"], "{listed}");
    let kept = run(&site, &["credential", "list"]).done();
    assert_eq!(kept["credentials"].as_array().unwrap().len(), 1, "{kept}");
}

#[test]
fn sites_without_folders_are_given_theirs_by_name() {
    let site = Site::unknown();
    let home = site.home();
    run(&site, &["credential", "store", "use", "file"]).done();
    let server = |name: &str| {
        format!(
            "<Server><Host>ftp.example.com</Host><Port>21</Port><Protocol>4</Protocol><User>anna</User>\
            <Pass encoding=\"base64\">czNjcmV0</Pass><Logontype>1</Logontype><Name>{name}</Name></Server>"
        )
    };
    let servers: String = ["shop", "my blog", "notes"].map(server).concat();
    fs::write(home.join("sites.xml"), format!("<FileZilla3><Servers>{servers}</Servers></FileZilla3>"))
        .unwrap();
    fs::create_dir(home.join("a=b")).unwrap();

    let plan = run(&site, &["import", "sites.xml", "--folder", "website", "--dry-run"]).done();
    assert_eq!((&plan["sites"], plan["skipped"].as_array().unwrap().len()), (&json!([]), 3), "{plan}");
    let why = plan["skipped"][1]["why"].as_str().unwrap();
    assert!(why.ends_with("add it with --folder 'my blog=DIR'"), "{why}");
    let folders = ["--folder", "shop=website", "--folder", "my blog=a=b"];
    run(&site, &[&["import", "sites.xml"], &folders[..]].concat()).failed("confirmation_needed", 6);
    let missing = ["import", "sites.xml", "--folder", "shop=nosuch", "--yes"];
    run(&site, &missing).failed("local_folder_missing", 3);
    let added = run(&site, &[&["import", "sites.xml", "--yes"], &folders[..]].concat()).done();
    assert_eq!(added["added"], json!(["shop", "my blog"]), "{added}");
    // One is left, and says so in another way; its folder may hold what looks like a name.
    let why = added["skipped"][0]["why"].as_str().unwrap();
    assert!(why.ends_with("add it with --folder DIR"), "{why}");
    let added = run(&site, &["import", "sites.xml", "--yes", "--folder", "a=b"]).done();
    assert_eq!(added["added"], json!(["notes"]), "{added}");
    let kept = run(&site, &["credential", "list"]).done();
    assert_eq!(kept["credentials"].as_array().unwrap().len(), 3, "{kept}");
    let listed = run(&site, &["site", "list"]).done();
    let folders: Vec<_> = listed["sites"].as_array().unwrap().iter().map(|site| &site["folder"]).collect();
    let (ab, website) = (home.join("a=b"), home.join("website"));
    assert_eq!(folders, [&json!(ab), &json!(ab), &json!(website)], "{listed}");
}
