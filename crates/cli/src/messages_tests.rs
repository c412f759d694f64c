use clap::Parser;
use slipway_core::{Distrust, RunState, Sha256};

use super::*;

fn cli(arguments: &[&str]) -> Cli {
    Cli::parse_from([&["slipway"], arguments].concat())
}

fn setting() -> Setting {
    let mut setting = Setting::new(&cli(&["publish", "my shop"]));
    let name = setting.name.clone().unwrap();
    let mut site = Site::new(name, "/home/anna/shop".into(), "ftp.example.com", "anna");
    site.timeout_seconds = 1;
    setting.site = Some(Box::new(site));
    setting.logs = Some("/home/anna/logs".into());
    setting
}

fn full(code: Code) -> Failure {
    Failure {
        stage: Some(RunState::Uploading),
        count: Some(12),
        server_reply: Some("530 Login\u{1b}[2J incorrect".to_owned()),
        certificate: Some(Box::new(Certificate {
            sha256: Sha256([7; 32]),
            subject: "CN=ftp.example.com".to_owned(),
            issuer: "CN=Nobody".to_owned(),
            names: vec!["ftp.example.com".to_owned()],
            not_before: 1_700_000_000,
            not_after: 1_800_000_000,
            distrust: Distrust::UnknownIssuer,
        })),
        ..Failure::new(code, "there is no run \"x\"").about("a/b\n.html")
    }
}

#[test]
fn every_code_has_whole_sentences() {
    let settings = [setting(), Setting::default(), Setting::new(&cli(&["site", "remove", "a"]))];
    for &code in Code::ALL {
        for setting in &settings {
            for failure in [full(code), Failure::new(code, "no reason"), Failure::new(code, "x").about("a")] {
                let words = words(&failure, setting);
                assert!(!words.title.is_empty() && !words.title.ends_with('.'), "{code}: {}", words.title);
                assert!(words.explanation.ends_with(['.', '?']), "{code}: {}", words.explanation);
                let mut text = vec![words.title, words.explanation];
                for (what, command) in words.actions {
                    assert_eq!(what.ends_with(':'), command.is_some(), "{code}: {what} {command:?}");
                    text.push(what);
                }
                for text in text {
                    for odd in [
                        "{",
                        "}",
                        "  ",
                        "!",
                        "please",
                        "oops",
                        "FTP error",
                        " ,",
                        " . ",
                        "\n",
                        "\u{1b}",
                        "1 files",
                    ] {
                        assert!(!text.contains(odd), "{code}: {odd:?} in {text:?}");
                    }
                    let first = text.chars().next().unwrap();
                    assert!(
                        !first.is_lowercase()
                            || text.starts_with("ftp.example.com")
                            || text.starts_with("anna"),
                        "{code}: {text}"
                    );
                }
            }
        }
    }
}

#[test]
fn commands_can_be_typed_as_they_are() {
    for &code in Code::ALL {
        for (_, command) in words(&full(code), &setting()).actions {
            let Some(command) = command else { continue };
            let filled =
                command.replace("'my shop'", "shop").replace("NUMBER", "21").replace("'a/b .html'", "x");
            let words: Vec<&str> = filled.split(' ').collect();
            assert!(Cli::try_parse_from(&words).is_ok(), "{code}: {command}");
        }
    }
}

#[test]
fn says_how_the_website_stands() {
    let setting = setting();
    let state = |site, stage, code| {
        let failure = Failure { site, stage, ..Failure::new(code, "") };
        state_of_site(&failure, &setting)
    };
    let uploading = Some(RunState::Uploading);
    let same = "Your website is online, exactly as it was.";
    assert_eq!(state(SiteState::Untouched, uploading, Code::HostingFull), Some(same));
    assert_eq!(state(SiteState::NothingOnline, uploading, Code::HostingFull), Some("Nothing is online yet."));
    assert_eq!(
        state(SiteState::Untouched, None, Code::PasswordMissing),
        Some("Nothing was changed on the server.")
    );
    assert_eq!(state(SiteState::Untouched, None, Code::SiteNotFound), None);
    let failure = Failure::new(Code::PasswordMissing, "");
    assert_eq!(state_of_site(&failure, &Setting::new(&cli(&["check", "a"]))), None);
}

#[test]
fn a_person_reads_all_of_it() {
    let text = lines(&full(Code::CertificateUnknown), &setting()).join("\n");
    for part in [
        "Is this really your server?\n\n",
        "Made out to     CN=ftp.example.com\n",
        "Valid from      2023-11-",
        "Your website is online, exactly as it was.\nThe server said: 530 Login\u{fffd}[2J incorrect\n\n",
        "  slipway site edit 'my shop' --trust-cert 07070707",
    ] {
        assert!(text.contains(part), "{part:?} in\n{text}");
    }
}

#[test]
fn a_program_reads_all_of_it() {
    let failure = full(Code::LoginRejected);
    let json = serde_json::to_value(Failed::new(&failure, &setting(), None)).unwrap();
    assert_eq!((&json["event"], &json["code"]), (&"failed".into(), &"login_rejected".into()));
    assert!(json["path"].is_string() && json["server_reply"].is_string() && json["detail"].is_string());
    let message = json["message"].as_str().unwrap();
    assert!(message.starts_with("The password was not accepted. ftp.example.com refused the"), "{message}");
    assert!(message.ends_with("Change the user name: slipway site edit 'my shop' --user USER"), "{message}");
}

#[test]
fn numbers_are_right() {
    let title = |code, count, path: Option<&str>| {
        let failure = Failure { count, path: path.map(str::to_owned), ..Failure::new(code, "") };
        words(&failure, &Setting::default()).title
    };
    for (count, path, text) in [
        (Some(1), Some("a"), "1 file cannot be read"),
        (None, Some("a"), "1 file cannot be read"),
        (Some(1_204), Some("a"), "1,204 files cannot be read"),
        (None, None, "Some files cannot be read"),
    ] {
        assert_eq!(title(Code::LocalFileUnreadable, count, path), text);
    }
    let waited = words(&full(Code::ConnectionTimedOut), &setting()).explanation;
    assert!(waited.starts_with("Slipway waited 1 second for ftp.example.com."), "{waited}");
    let nobody = words(&Failure::new(Code::ConnectionTimedOut, ""), &Setting::default()).explanation;
    assert!(nobody.starts_with("Slipway waited in vain for the server."), "{nobody}");
}

#[test]
fn commands_keep_the_data_folder() {
    let setting = Setting::new(&cli(&["--data-dir", "/a b", "publish", "shop"]));
    let command = words(&Failure::new(Code::HostingFull, ""), &setting).actions.remove(0).1.unwrap();
    assert!(command.starts_with("slipway --data-dir ") && command.ends_with(" publish shop"), "{command}");
}
