use secrecy::ExposeSecret;
use serde_json::json;
use slipway_core::{Compare, Protocol, StoreKind};

use super::testing::{FULL, Fixture, Known, SECRET, name, problems_with};
use super::*;

#[test]
fn a_site_over_the_defaults() {
    let fixture = Fixture::new(FULL);
    let project = fixture.load();
    assert_eq!(project.names(), [name("blog"), name("shop")]);
    assert_eq!(project.folder(), fixture.folder.path());
    assert_eq!(*project.logging(), Logging { level: Some(tracing::Level::DEBUG), keep: Some(20) });
    assert_eq!(project.check(&Known), []);
    assert_eq!(project.password_variables(), ["FTP_PASSWORD"]);

    let site = project.site(&name("shop"), &Known).unwrap();
    let password = project.password(&name("shop"), &Known).unwrap();
    let expected = json!({
        "name": "shop", "folder": fixture.folder.path().join("../shop"), "host": "ftp.example.com", "port": 2121,
        "user": "anna", "protocol": "ftps-implicit", "remote_dir": "www", "web_url": "https://ftp.example.com/",
        "connections": 4, "limit": 800, "compare": "checksum", "exclude": ["*.psd"],
        "trusted_certificate": "aa".repeat(32),
        "retry": { "attempts": 7, "first_wait_ms": 10, "longest_wait_ms": 30000 }, "timeout_seconds": 9,
        "credentials": "file",
        "sources": [{ "folder": "out" }, { "folder": "img", "as": "assets/img" }],
        "pull": {},
        "build": {
            "commands": ["make"], "timeout_seconds": 60,
            "environment": { "A": "1", "B": "${cred:shop:ftp_password}" }
        },
        "versions": { "number": 9, "bytes": 1_000_000_000 },
    });
    assert_eq!(serde_json::to_value(&site).unwrap(), expected);
    assert_eq!((site.protocol, site.compare), (Protocol::FtpsImplicit, Compare::Checksum));
    assert_eq!(site.credentials, Some(StoreKind::File));
    assert_eq!(project.credentials(&name("shop"), &Known).unwrap(), site.credentials);
    assert_eq!(password.unwrap().0.expose_secret(), SECRET);

    let site = project.site(&name("blog"), &Known).unwrap();
    let password = project.password(&name("blog"), &Known).unwrap();
    assert_eq!(site.folder, fixture.folder.path().join("sites/ftp.example.com/blog"));
    assert_eq!((site.user.as_str(), site.limit, site.retry.attempts), ("", Some(1_500_000), 3));
    assert_eq!(site.exclude, ["*.map", "drafts"]);
    let environment = site.build.unwrap().environment;
    assert_eq!(expand_secret(&environment["B"], &Known).unwrap().expose_secret(), "$2");
    assert_eq!(password.unwrap().0.expose_secret(), SECRET);
}

#[test]
fn where_folders_begin() {
    let fixture = Fixture::new(
        r#"{"paths":{"workspaces":"./w"},"sites":{
            "a":{"host":"h"},"b":{"host":"h","folder":"./c/"},"d":{"host":"h","folder":"/srv/d"}}}"#,
    );
    let folder = |site| fixture.load().site(&name(site), &Known).unwrap().folder;
    assert_eq!(folder("a"), fixture.folder.path().join("w/a"));
    assert_eq!(folder("b"), fixture.folder.path().join("c"));
    assert_eq!(folder("d"), absolute(Path::new("/srv/d")).unwrap());
}

#[test]
fn settings_with_their_sources() {
    let fixture = Fixture::new(FULL);
    let project = fixture.load();
    let shown = project.show(&name("shop"), &Known).unwrap();
    let get = |key: &str| shown.iter().find(|shown| shown.key == key).unwrap_or_else(|| panic!("{key}"));
    let at = |shown: &Shown| (shown.value.clone(), shown.source, shown.line.unwrap_or_default());
    for (key, value, source, line) in [
        ("folder", json!(fixture.folder.path().join("../shop")), Source::Site, 17),
        ("host", json!("ftp.example.com"), Source::Defaults, 8),
        ("user", json!("${cred:shop:ftp_username}"), Source::Site, 18),
        ("password", json!("${cred:shop:ftp_password}"), Source::Site, 35),
        ("limit", json!(800), Source::Site, 24),
        ("exclude[0]", json!("*.psd"), Source::Site, 26),
        ("keep", json!([]), Source::Site, 27),
        ("retry.attempts", json!(7), Source::Site, 29),
        ("retry.first_wait_ms", json!(10), Source::Defaults, 12),
        ("retry.longest_wait_ms", json!(30_000), Source::BuiltIn, 0),
        ("versions.number", json!(9), Source::Site, 29),
        ("versions.bytes", json!(1_000_000_000), Source::Defaults, 12),
        ("sources[1].as", json!("assets/img"), Source::Site, 32),
        ("pull", json!({}), Source::Site, 33),
        ("build.commands[0]", json!("make"), Source::Defaults, 13),
        ("build.environment.A", json!("1"), Source::Defaults, 13),
        ("build.environment.B", json!("${cred:shop:ftp_password}"), Source::Site, 34),
    ] {
        assert_eq!(at(get(key)), (value, source, line), "{key}");
    }
    assert_eq!(get("host").references, ["${env:HOST}"]);
    assert_eq!(shown[0].key, "folder");

    let shown = project.show(&name("blog"), &Known).unwrap();
    let get = |key: &str| shown.iter().find(|shown| shown.key == key);
    let folder = get("folder").unwrap();
    assert_eq!((folder.source, folder.line), (Source::Workspaces, Some(5)));
    assert_eq!(at(get("limit").unwrap()), (json!(1_500_000), Source::Defaults, 10));
    assert_eq!(at(get("password").unwrap()), (json!("${env:FTP_PASSWORD}"), Source::Defaults, 9));
    assert_eq!(at(get("port").unwrap()), (json!(21), Source::BuiltIn, 0));
    assert!(get("user").is_none() && get("pull").is_none() && get("web_url").is_none());
}

#[test]
fn secrets_are_never_shown() {
    let fixture = Fixture::new(FULL);
    let project = fixture.load();
    let shown = project.show(&name("shop"), &Known).unwrap();
    let mut texts =
        vec![format!("{project:?}"), format!("{shown:?}"), serde_json::to_string(&shown).unwrap()];
    texts.push(format!("{:?}", project.site(&name("shop"), &Known).unwrap()));
    texts.push(format!("{:?}", project.password(&name("shop"), &Known).unwrap()));
    // What credentials stand for is not in the message, though it is what is wrong.
    let hidden = problems_with("\"web_url\":\"${cred:shop:ftp_username}\"");
    assert_eq!(hidden, ["2:11: web_url: what ${cred:shop:ftp_username} stands for can't be used here"]);
    texts.extend(problems_with("\"password\":\"${TWO_LINES}\""));
    for text in texts {
        assert!(!text.contains(SECRET) && !text.contains("s3cr"), "{text}");
    }
    assert!(!serde_json::to_string(&shown).unwrap().contains("anna"));
}
