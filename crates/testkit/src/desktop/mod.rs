//! A desktop without a screen, for tests of programs with windows.

use crate::owner::Owner;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const SCRIPT: &str = include_str!("desktop.sh");
/// Nothing that is waited for takes longer.
const PATIENCE_SECONDS: u32 = 60;
const SECRETS: &str = "org.freedesktop.secrets";
const LOGIN_KEYRING: &str = "/org/freedesktop/secrets/collection/login";

/// An X display, a session bus, a window manager, and a key ring (gnome-keyring, unlocked), with a home folder: all
/// real, private to one test, and gone with every program that was started on it when this is dropped or the test
/// process dies. Linux only.
pub struct Desktop {
    // Declared, and so dropped, before the folder that its programs work in.
    owner: Owner,
    folder: TempDir,
}

/// A program that has ended.
#[derive(Debug)]
pub struct Ran {
    /// Whether its exit code was 0.
    pub success: bool,
    /// What it said on standard output and standard error.
    pub said: String,
}

impl Desktop {
    /// What opens the key ring when it was locked.
    pub const KEYRING_PASSWORD: &str = "open-sesame";

    /// Starts a desktop, and returns when all of it is up.
    ///
    /// # Panics
    /// When something of it is not installed or does not start.
    pub fn start() -> Self {
        Self::with(Self::KEYRING_PASSWORD)
    }

    /// Starts a desktop where nobody keeps secrets.
    ///
    /// # Panics
    /// As [`Desktop::start`].
    pub fn without_keyring() -> Self {
        Self::with("")
    }

    fn with(keyring_password: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("slipway-desktop-").tempdir().unwrap();
        let owner = Owner::start(SCRIPT, folder.path(), &["--mount-proc"], &[keyring_password]);
        Self { owner, folder }
    }

    /// The home folder of whoever works here.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Where programs that were started write what they say.
    pub fn logs(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Starts a program and leaves it running.
    ///
    /// # Panics
    /// When the desktop is gone.
    pub fn launch(&self, program: &[&str]) {
        self.owner.order(&format!("start {}", quoted(program)));
    }

    /// Runs a program, for a minute at most.
    ///
    /// # Panics
    /// When the desktop is gone.
    pub fn run(&self, program: &[&str]) -> Ran {
        let code = self.owner.order(&format!("run timeout {PATIENCE_SECONDS} {}", quoted(program)));
        let said = fs::read(self.folder.path().join("output")).unwrap_or_default();
        Ran { success: code == "0", said: String::from_utf8_lossy(&said).into_owned() }
    }

    /// The numbers, as programs on this desktop know them, of the processes that run this program.
    ///
    /// # Panics
    /// When the desktop is gone.
    pub fn processes(&self, program: &Path) -> Vec<u32> {
        const LIST: &str = r#"for one in /proc/[0-9]*; do echo "${one#/proc/} $(readlink "$one/exe")"; done"#;
        let listed = self.run(&["sh", "-c", LIST]).said;
        let program = program.to_str().expect("a path in UTF-8");
        let numbers =
            listed.lines().filter_map(|line| line.split_once(' ').filter(|(_, exe)| *exe == program));
        numbers.filter_map(|(number, _)| number.parse().ok()).collect()
    }

    /// Waits for a window with this title, and types into it as a person would.
    ///
    /// # Panics
    /// When there is no such window within a minute.
    #[track_caller]
    pub fn types(&self, title: &str, text: &str) {
        self.focus(title);
        let ran = self.run(&["xdotool", "type", "--delay", "8", text]);
        assert!(ran.success, "{ran:?}");
    }

    /// Waits for a window with this title, and presses a key in it, such as `alt+F4`.
    ///
    /// # Panics
    /// When there is no such window within a minute.
    #[track_caller]
    pub fn presses(&self, title: &str, key: &str) {
        self.focus(title);
        let ran = self.run(&["xdotool", "key", key]);
        assert!(ran.success, "{ran:?}");
    }

    #[track_caller]
    fn focus(&self, title: &str) {
        let pattern = format!("^{title}$");
        let find = ["xdotool", "search", "--sync", "--onlyvisible", "--name", &pattern];
        let ran = self.run(&[&find[..], &["windowactivate", "--sync"]].concat());
        assert!(ran.success, "no window {title:?}: {ran:?}\nthere are: {:?}", self.windows());
    }

    /// The titles of the windows that can be seen.
    ///
    /// # Panics
    /// When the desktop is gone.
    pub fn windows(&self) -> Vec<String> {
        let ran = self.run(&[
            "sh",
            "-c",
            "xdotool search --onlyvisible --name . | xargs -rn1 xdotool getwindowname",
        ]);
        ran.said.lines().map(str::to_owned).collect()
    }

    /// Locks the key ring: its next use asks for [`Desktop::KEYRING_PASSWORD`] in a window of its own.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn lock_keyring(&self) {
        let keyring = format!("array:objpath:{LOGIN_KEYRING}");
        let lock = "org.freedesktop.Secret.Service.Lock";
        let destination = format!("--dest={SECRETS}");
        let path = "/org/freedesktop/secrets";
        let ran = self.run(&["dbus-send", "--session", "--print-reply", &destination, path, lock, &keyring]);
        assert!(ran.success && ran.said.contains(LOGIN_KEYRING), "{ran:?}");
    }

    /// Takes a picture of the whole desktop, as a PNG file.
    ///
    /// # Panics
    /// When the desktop is gone.
    pub fn picture(&self, file: &Path) -> Ran {
        self.run(&["import", "-window", "root", file.to_str().expect("a path in UTF-8")])
    }
}

/// Words as a shell reads them.
fn quoted(words: &[&str]) -> String {
    let each = words.iter().map(|word| {
        assert!(!word.contains('\n'), "an order is one line");
        format!("'{}'", word.replace('\'', r"'\''"))
    });
    each.collect::<Vec<_>>().join(" ")
}
