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

/// The words depend on what was to be done.
fn others() -> Vec<Setting> {
    let mut all: Vec<Setting> = [
        &["pull", "my shop"][..],
        &["run", "my shop", "--steps", "pull,build"],
        &["publish", "my shop", "--purge"],
        &["undo", "my shop", "--to", "1a2b"],
        &["undo", "my shop"],
        &["credential", "set", "my shop"],
        &["credential", "remove", "my shop"],
        &["credential", "list", "my shop", "--show-values"],
        &["import", "a b.xml"],
        &["config", "init"],
        &["config", "check"],
        &["--config", "a b.json", "publish", "my shop"],
    ]
    .map(|arguments| Setting::new(&cli(arguments)))
    .into();
    let site = setting().site;
    for other in &mut all {
        other.site = site.clone();
        other.run = Some(RunId::from_random([0x1a; 16]));
    }
    all
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
    let settings: Vec<Setting> = settings.into_iter().chain(others()).collect();
    for &code in Code::ALL {
        for setting in &settings {
            let pulling = Failure { stage: Some(RunState::Pulling), ..full(code) };
            let building = Failure { stage: Some(RunState::Building), ..full(code) };
            let short = [Failure::new(code, "no reason"), Failure::new(code, "x").about("a")];
            for failure in [full(code), pulling, building].into_iter().chain(short) {
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
    for setting in others().into_iter().chain([setting()]) {
        for &code in Code::ALL {
            let pulling = Failure { stage: Some(RunState::Pulling), ..full(code) };
            for (_, command) in
                words(&full(code), &setting).actions.into_iter().chain(words(&pulling, &setting).actions)
            {
                let Some(command) = command else { continue };
                let filled = command.replace("'my shop'", "shop").replace("NUMBER", "21");
                let filled =
                    filled.replace("'a/b .html'", "x").replace("'a b.xml'", "x").replace("'a b.json'", "x");
                let words: Vec<&str> = filled.split(' ').collect();
                if let Err(error) = Cli::try_parse_from(&words) {
                    panic!("{code}: {command}: {error}");
                }
            }
        }
    }
}

#[test]
fn a_pull_does_not_speak_of_publishing() {
    let setting = &others()[0];
    for &code in Code::ALL {
        // These come up in a publish or a build only, or are about the publish folder.
        let other = matches!(
            code,
            Code::Conflict
                | Code::ManyRemovals
                | Code::ConfirmationNeeded
                | Code::BuildNotAllowed
                | Code::BuildFailed
                | Code::NameNotAllowed
                | Code::LocalFolderEmpty
                | Code::LocalFileChanging
                | Code::RunNotFound
        );
        if other {
            continue;
        }
        let failure =
            Failure { stage: Some(RunState::Pulling), site: SiteState::NothingOnline, ..full(code) };
        let text = message(&failure, setting);
        for odd in ["publish", "Publish", "Nothing is online", "sent out of sight"] {
            assert!(!text.contains(odd), "{code}: {odd:?} in {text:?}");
        }
    }
}

#[test]
fn what_has_to_be_confirmed_is_named() {
    let said = |arguments: &[&str], count| {
        let failure = Failure { count, ..Failure::new(Code::ConfirmationNeeded, "") };
        message(&failure, &Setting::new(&cli(arguments)))
    };
    for (arguments, count, part) in [
        (&["publish", "my shop", "--purge"][..], Some(12), "12 files would be removed"),
        (
            &["publish", "my shop", "--purge"],
            Some(12),
            "slipway publish 'my shop' --purge --confirm 'my shop'",
        ),
        (&["publish", "my shop", "--purge"], None, "Nothing was done."),
        (&["site", "remove", "shop"], None, "slipway site remove shop --yes"),
        (&["credential", "remove", "shop"], None, "slipway credential remove shop --yes"),
        (&["credential", "list", "--show-values"], None, "at a terminal"),
        (&["import", "a.xml"], None, "slipway import a.xml --yes"),
        (&["import", "a.xml", "--folder", "b=c"], None, "slipway import a.xml --folder b=c --yes"),
    ] {
        let text = said(arguments, count);
        assert!(text.contains(part), "{part:?} in {text:?}");
    }
}

#[test]
fn what_a_command_said_is_shown() {
    let mut setting = others().remove(1);
    let failure =
        Failure::new(Code::BuildFailed, "exit status: 1\nno such file: \u{1b}a.css").about("make all");
    let text = lines(&failure, &setting).join("\n");
    for part in [
        "Making the website did not work\n\nThe program \"make all\" stopped with a problem. Slipway has sent nothing.\n",
        "\n  exit status: 1\n  no such file: \u{fffd}a.css\n",
        "\n  slipway run 'my shop' --steps pull,build\n",
        "\n  slipway history 'my shop' --run 1a1a1a1a --log\n",
    ] {
        assert!(text.contains(part), "{part:?} in\n{text}");
    }
    let site = setting.site.as_mut().unwrap();
    site.build = Some(slipway_core::Build::new(vec!["npm ci".into(), "npm run build".into()]));
    let text = lines(&Failure::new(Code::BuildNotAllowed, "npm ci; npm run build"), &setting).join("\n");
    for part in
        ["\n  npm ci\n  npm run build\n", "\n  slipway run 'my shop' --steps pull,build --allow-build"]
    {
        assert!(text.contains(part), "{part:?} in\n{text}");
    }
}

#[test]
fn a_project_file_is_changed_in_the_file() {
    let setting = others().pop().unwrap();
    let text = message(&full(Code::HostNotFound), &setting);
    assert!(text.ends_with("The settings of this website are in \"a b.json\"."), "{text}");
    assert!(!text.contains("site edit"), "{text}");
    let detail = "a b.json:3:7: there is no key \"hots\" here\na b.json:5:1: host is missing";
    let mut failure = Failure::new(Code::ConfigurationInvalid, detail).about("a b.json");
    failure.count = Some(2);
    let text = lines(&failure, &setting).join("\n");
    for part in [
        "The project file cannot be used\n\nThere are 2 mistakes in it.\n",
        "\n  a b.json:3:7: there is no key \"hots\" here\n  a b.json:5:1: host is missing\n",
        "\n  slipway --config 'a b.json' config check",
    ] {
        assert!(text.contains(part), "{part:?} in\n{text}");
    }
}

#[test]
fn says_how_the_website_stands() {
    let setting = setting();
    let state = |site, stage, code| {
        let failure = Failure { site, stage, ..Failure::new(code, "") };
        state_of_site(&failure, &setting)
    };
    let (uploading, pulling) = (Some(RunState::Uploading), Some(RunState::Pulling));
    let same = "Your website is online, exactly as it was.";
    assert_eq!(state(SiteState::Untouched, uploading, Code::HostingFull), Some(same));
    assert_eq!(state(SiteState::NothingOnline, uploading, Code::HostingFull), Some("Nothing is online yet."));
    assert_eq!(
        state(SiteState::Untouched, None, Code::PasswordMissing),
        Some("Nothing was changed on the server.")
    );
    let unchanged = Some("Nothing was changed on the server.");
    assert_eq!(state(SiteState::NothingOnline, pulling, Code::ConnectionLost), unchanged);
    assert_eq!(state(SiteState::Untouched, pulling, Code::ConnectionLost), Some(same));
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
    let json = serde_json::to_value(Failed::new(&failure, &setting())).unwrap();
    assert_eq!((&json["event"], &json["code"]), (&"failed".into(), &"login_rejected".into()));
    assert!(json["path"].is_string() && json["server_reply"].is_string() && json["detail"].is_string());
    let message = json["message"].as_str().unwrap();
    assert!(message.starts_with("The password was not accepted. ftp.example.com refused the"), "{message}");
    assert!(message.ends_with("Type both again: slipway credential configure 'my shop'"), "{message}");
}

#[test]
fn the_guide_has_a_section_for_every_code() {
    let guide = include_str!("../../../docs/guide/when-something-goes-wrong.md");
    for &code in Code::ALL {
        let line = format!("\n`{code}`, exit code {}\n", code.exit() as u8);
        assert!(guide.contains(&line), "{line:?} is missing");
    }
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
fn what_is_advised_helps_there() {
    let said = |arguments: &[&str], code| message(&Failure::new(code, ""), &Setting::new(&cli(arguments)));
    let text = said(&["config", "show", "nosuch"], Code::SiteNotFound);
    assert!(text.ends_with("slipway --config slipway.json site list"), "{text}");
    let text = said(&["credential", "set", "shop"], Code::PasswordMissing);
    assert!(!text.contains("nobody") && text.contains("slipway credential set shop "), "{text}");
    for arguments in [&["credential", "list"][..], &["credential", "store", "move", "keychain", "file"]] {
        let text = said(arguments, Code::KeychainLocked);
        assert!(!text.contains("SLIPWAY_"), "{text}");
    }
    let text = said(&["check", "shop"], Code::KeychainLocked);
    assert!(text.ends_with("in the environment variable SLIPWAY_SHOP_FTP_PASSWORD."), "{text}");
    let text = said(&["credential", "store", "use", "env"], Code::CredentialsReadOnly);
    assert!(!text.contains("keychain") && text.contains("credential store list"), "{text}");
}

#[test]
fn commands_keep_the_data_folder() {
    let setting = Setting::new(&cli(&["--data-dir", "/a b", "publish", "shop"]));
    let command = words(&Failure::new(Code::HostingFull, ""), &setting).actions.remove(0).1.unwrap();
    assert!(command.starts_with("slipway --data-dir ") && command.ends_with(" publish shop"), "{command}");
}
