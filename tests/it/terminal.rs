//! What is asked at a terminal, and what comes of the answers.

use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::json;
use slipway_testkit::{Daemon, Kind, snapshot};

use crate::harness::{Ended, PASSWORD, Running, binary, signal, start};
use crate::site::{NAME, Site};

pub(crate) const KEY: &str = "a long pass phrase for tests";
const NEW: &str = "New pass phrase";
const AGAIN: &str = "The same once more";

/// Runs a command at a terminal of its own: what is written there comes out, what comes in is typed.
const TERMINAL: &str = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

/// What is run there: writes down the terminal and the process, and in the end how the terminal was left.
const SHELL: &str = r#"stty rows 40 cols 200; tty > "$HOME/tty"
    sh -c 'echo $$ > "$HOME/process"; exec "$0" "$@"' "$0" "$@"
    code=$?; stty -a > "$HOME/stty"; exit $code"#;

/// A person at a terminal.
pub(crate) struct Person<'a> {
    site: &'a Site,
    pub(crate) running: Running,
}

impl<'a> Person<'a> {
    /// Types a command, in a shell that knows no password.
    pub(crate) fn types(site: &'a Site, words: &[&str], key: Option<&str>) -> Self {
        let mut command = site.environment(Command::new("python3"));
        command.args(["-c", TERMINAL, "sh", "-c", SHELL]).arg(binary()).args(words);
        command
            .env_remove("SLIPWAY_SHOP_FTP_PASSWORD")
            .env_remove("SLIPWAY_CREDENTIALS_KEY")
            .env("TERM", "xterm");
        command.envs(key.map(|key| ("SLIPWAY_CREDENTIALS_KEY", key))).stdin(Stdio::piped());
        Self { site, running: start(&mut command) }
    }

    fn kept(&self, name: &str) -> String {
        fs::read_to_string(self.site.home().join(name)).unwrap().trim().to_owned()
    }

    /// Waits for a question, and answers it.
    #[track_caller]
    pub(crate) fn answers(mut self, question: &str, answer: &str) -> Self {
        self.running.says(question);
        self.running.is_told(&format!("{answer}\n"));
        self
    }

    /// Waits for a question whose answer is not shown.
    #[track_caller]
    fn is_asked_in_secret(&mut self, question: &str) {
        self.running.says(question);
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.echoes() {
            assert!(Instant::now() < deadline, "what is typed would be shown");
            sleep(Duration::from_millis(2));
        }
    }

    fn echoes(&self) -> bool {
        let settings = Command::new("stty").args(["-F", &self.kept("tty"), "-a"]).output().unwrap();
        !String::from_utf8(settings.stdout).unwrap().contains(" -echo ")
    }

    #[track_caller]
    fn answers_in_secret(mut self, question: &str, answer: &str) -> Self {
        self.is_asked_in_secret(question);
        self.running.is_told(&format!("{answer}\n"));
        self
    }

    /// Waits for the end, after which the terminal shows again what is typed.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Ended {
        let site = self.site;
        let ended = self.running.end();
        assert_eq!(ended.status.code(), Some(code), "{}", ended.out);
        let left = fs::read_to_string(site.home().join("stty")).unwrap();
        for part in [" echo ", " icanon ", "isig "] {
            assert!(left.contains(part), "{part:?} in {left}");
        }
        ended
    }
}

/// A site whose password is nowhere yet; it goes to the encrypted file.
pub(crate) fn site(daemon: &Daemon) -> Site {
    let site = Site::plain(daemon);
    start(site.slipway().args(["credential", "store", "use", "file"])).end();
    site
}

/// Keeps a password in the encrypted file.
pub(crate) fn keep(site: &Site, password: &str) {
    let person = Person::types(site, &["credential", "set", NAME], Some(KEY));
    let ended = person.answers_in_secret("Password of slipway-test at 127.0.0.1", password).ends(0);
    assert!(ended.out.contains("is kept in Slipway's encrypted file now."), "{}", ended.out);
    assert!(!ended.out.contains(password), "{}", ended.out);
}

/// Runs `credential test` where nobody can be asked.
fn test(site: &Site, key: &str) -> Ended {
    let mut command = site.command("credential test", &[]);
    start(command.env_remove("SLIPWAY_SHOP_FTP_PASSWORD").env("SLIPWAY_CREDENTIALS_KEY", key)).end()
}

#[test]
fn user_name_and_password_are_asked_for_tried_and_kept() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let site = site(&daemon);
    let configure = || {
        Person::types(&site, &["credential", "configure", NAME], Some(KEY))
            .answers("User name at 127.0.0.1 [slipway-test]: ", "")
    };
    let asked = "Password of slipway-test at 127.0.0.1";
    let ended = configure().answers_in_secret(asked, "wrong").ends(5);
    assert!(ended.out.contains("Nothing was kept"), "{}", ended.out);
    test(&site, KEY).failed("password_missing", 4);
    let ended = configure().answers_in_secret(asked, PASSWORD).ends(0);
    assert!(ended.out.contains("accepted slipway-test and the password."), "{}", ended.out);
    assert_eq!(test(&site, KEY).done()["store"], "file");
}

#[test]
fn a_password_that_is_typed_is_not_shown_unless_it_is_asked_for() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let site = site(&daemon);
    let long = "x".repeat(1024);
    for password in ["battery-staple", &long] {
        keep(&site, password);
        let show = || Person::types(&site, &["credential", "list", "--show-values"], Some(KEY));
        let question = "Show passwords on this screen? [y/N] ";
        assert!(!show().answers(question, "n").ends(7).out.contains(password));
        let shown = show().answers(question, "y").ends(0);
        assert!(shown.out.contains(password), "{}", shown.out);
    }
    let set = || Person::types(&site, &["credential", "set", NAME], Some(KEY));
    let ended = set().answers_in_secret("Password of", &"x".repeat(1025)).ends(3);
    assert!(ended.out.contains("longer than a password can be"), "{}", ended.out);
    let ended = set().answers_in_secret("Password of", "").ends(4);
    assert!(!ended.out.contains("nobody"), "{}", ended.out);
}

#[test]
fn a_pass_phrase_is_chosen_by_typing_it_twice() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let site = site(&daemon);
    let set = || {
        Person::types(&site, &["credential", "set", NAME], None).answers_in_secret("Password of", PASSWORD)
    };

    fn mistypes(person: Person<'_>) -> Person<'_> {
        let mut person = person.answers_in_secret(NEW, "one").answers_in_secret(AGAIN, "two");
        person.running.says("The two are not the same.");
        person
    }
    // Who never types the same twice is let go.
    let person = (0..3).fold(set(), |person, _| mistypes(person));
    person.ends(4);
    test(&site, "one").failed("password_missing", 4);
    let person = mistypes(set());
    let ended = person.answers_in_secret(NEW, KEY).answers_in_secret(AGAIN, KEY).ends(0);
    assert!(ended.out.contains("is kept in Slipway's encrypted file now."), "{}", ended.out);
    assert!(!ended.out.contains(KEY), "{}", ended.out);
    test(&site, KEY).done();
    test(&site, "one").failed("credentials_key_wrong", 4);
    let test = Person::types(&site, &["credential", "test", NAME], None);
    test.answers_in_secret("Pass phrase of the file", KEY).ends(0);
}

#[test]
fn nothing_is_drawn_over_the_question_for_the_pass_phrase_and_a_request_to_stop_ends_it() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let site = site(&daemon);
    site.write(&[("index.html", b"1")]);
    keep(&site, PASSWORD);
    let cases = [
        (&["credential", "test", NAME][..], "TERM"),
        (&["publish", NAME], "Ctrl-C"),
        (&["credential", "list"], "INT"),
    ];
    for (words, name) in cases {
        let mut person = Person::types(&site, words, None);
        person.is_asked_in_secret("Pass phrase of the file");
        let drawn = person.running.says_within(Duration::from_millis(300));
        assert!(!drawn.contains('\u{1b}'), "{words:?}: {drawn:?}");
        let began = Instant::now();
        match name {
            "Ctrl-C" => person.running.is_told("\u{3}"),
            _ => signal(name, person.kept("process").parse().unwrap()),
        }
        let ended = person.ends(7);
        assert!(began.elapsed() < Duration::from_secs(5), "{words:?}: {:?}", began.elapsed());
        assert!(ended.out.contains("stopped") || ended.out.contains("Stopped"), "{}", ended.out);
    }
    // At the question for a password, too.
    let mut person = Person::types(&site, &["credential", "set", NAME], Some(KEY));
    person.is_asked_in_secret("Password of");
    signal("TERM", person.kept("process").parse().unwrap());
    person.ends(7);
}

#[test]
fn commands_are_shown_and_allowed_with_a_yes() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let site = site(&daemon);
    keep(&site, PASSWORD);
    site.run("site edit", &["--build", "touch made"]).done();
    let build = || {
        let mut person = Person::types(&site, &["run", NAME, "--steps", "build"], Some(KEY));
        person.running.says("  touch made");
        person
    };
    build().answers("Allow them? [y/N] ", "n").ends(7);
    assert!(!site.folder().join("made").exists());
    build().answers("Allow them? [y/N] ", "y").ends(0);
    assert!(site.folder().join("made").exists());
    // The yes holds until they change.
    Person::types(&site, &["run", NAME, "--steps", "build"], Some(KEY)).ends(0);
}

#[test]
fn a_purge_is_confirmed_by_typing_the_name() {
    let daemon = Daemon::start(Kind::ProFtpd);
    daemon.write_tree(&[("old.html", b"old")]);
    let site = site(&daemon);
    site.write(&[("index.html", b"1")]);
    keep(&site, PASSWORD);
    let before = snapshot(daemon.root());
    let purge = || {
        let mut person = Person::types(&site, &["publish", NAME, "--purge"], Some(KEY));
        person.running.says("old.html");
        person
    };
    let question = "If that is what you want, type shop: ";
    for answer in ["", "y", "Shop"] {
        purge().answers(question, answer).ends(6);
        assert_eq!(snapshot(daemon.root()), before, "{answer:?}");
    }
    purge().answers(question, NAME).ends(0);
    assert!(!daemon.root().join("old.html").exists());
    assert_eq!(fs::read(daemon.root().join("index.html")).unwrap(), b"1");
    assert_eq!(site.history()[0]["outcome"]["removed"], json!(1));
}
