//! What a server says reaches terminals and logs: nothing that it says may steer them.

use std::path::Path;

use slipway_testkit::{Action, ControlProxy, Daemon, Kind};

use crate::harness::start;
use crate::site::{NAME, Site};

/// Clears the screen, sets the window's title, rings, turns letters about; as 8-bit controls too; and markup.
const WORDS: &str =
    "550 \u{1b}[2J\u{1b}]0;owned\u{7}\u{8}\u{9b}31m\u{85}\u{202e}gpj.exe <img src=x onerror=alert(1)>";

fn steers(c: char) -> bool {
    (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[track_caller]
fn assert_harmless(what: &str, text: &str) {
    if let Some(place) = text.find(steers) {
        panic!("{what}: {:?}", &text[place..].chars().take(60).collect::<String>());
    }
}

/// All logs below a folder.
fn logs(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(logs(&path));
        } else if path.extension().is_some_and(|extension| extension == "log") {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

#[test]
fn what_a_server_says_steers_no_terminal_and_no_log() {
    for verb in ["PASS", "MKD", "STOR"] {
        let daemon = Daemon::start(Kind::PyFtpdLib);
        let proxy = ControlProxy::start(daemon.port());
        let site = Site::through(&proxy);
        site.write(&[("index.html", b"home")]);
        proxy.on(move |line, _| match line.split(' ').next() {
            Some(word) if word == verb => Action::Reply(WORDS.to_owned()),
            _ => Action::Forward,
        });
        let as_json = site.publish(&[]);
        let failed = as_json.events().pop().unwrap();
        assert_eq!(failed["event"], "failed", "{verb}: {failed}");
        let said = failed["server_reply"].as_str().unwrap_or_else(|| panic!("{verb}: {failed}"));
        assert!(said.contains("owned") && said.contains("<img"), "{verb}: the words are there: {said:?}");
        // Once read from JSON, it is the reader who shows it.
        assert!(!said.contains(char::is_control), "{verb}: {said:?}");
        for options in [&["publish", NAME][..], &["-vvv", "publish", NAME], &["history", NAME]] {
            let ended = start(site.slipway().args(options)).end();
            assert_harmless(&format!("{verb} {options:?}, standard output"), &ended.out);
            assert_harmless(&format!("{verb} {options:?}, standard error"), &ended.err);
        }
        let logs = logs(&site.data());
        assert!(logs.iter().any(|(_, text)| text.contains("owned")), "{verb}: the logs have it: {logs:?}");
        for (path, text) in logs {
            assert_harmless(&format!("{verb} {path}"), &text);
        }
    }
}
