//! A desktop with a website on it, and the app, which has never been started there.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use slipway_testkit::Desktop;

use super::driver::Driver;
use super::page::{PATIENCE, Window, test_name};

/// What the folder of the website is called, and so the website.
pub(crate) const SITE: &str = "Wildflower";

/// The password of every server here. The app keeps it in the key ring alone.
pub(crate) const PASSWORD: &str = "correct-horse";

/// A desktop, the folder of a website in its home folder, and a data folder of Slipway.
pub(crate) struct Scene {
    pub(crate) desktop: Desktop,
    app: PathBuf,
    command: PathBuf,
}

impl Scene {
    /// A desktop with a key ring, and a website of three files.
    pub(crate) fn new() -> Self {
        Self::on(Desktop::start())
    }

    /// The same on a desktop of one's own.
    pub(crate) fn on(desktop: Desktop) -> Self {
        let scene = Self {
            desktop,
            app: built("SLIPWAY_APP_BIN", "slipway-app"),
            command: built("SLIPWAY_BIN", "slipway"),
        };
        scene.write(&[
            ("index.html", b"<h1>Wildflower</h1>"),
            ("about.html", b"<h1>About</h1>"),
            ("css/style.css", b"h1 { color: teal }"),
        ]);
        scene
    }

    /// The website's folder.
    pub(crate) fn folder(&self) -> PathBuf {
        self.desktop.home().join(SITE)
    }

    /// Slipway's data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.desktop.home().join("data")
    }

    /// Writes files of the website.
    pub(crate) fn write(&self, files: &[(&str, &[u8])]) {
        slipway_testkit::write_tree(&self.folder(), files);
    }

    /// Has the command add the website, published by plain FTP unless the options say else, with this
    /// password in the key ring.
    #[track_caller]
    pub(crate) fn add(&self, port: u16, password: &str, options: &[&str]) {
        self.add_named(SITE, port, password, options);
    }

    /// The same under another name.
    #[track_caller]
    pub(crate) fn add_named(&self, name: &str, port: u16, password: &str, options: &[&str]) {
        let (folder, data, port) = (self.folder(), self.data(), port.to_string());
        let typed = self.desktop.home().join("typed");
        fs::write(&typed, format!("{password}\n")).unwrap();
        let script = r#"exec "$0" "$@" <typed"#;
        let mut words = vec!["sh", "-c", script, self.command.to_str().unwrap()];
        words.extend(["--data-dir", data.to_str().unwrap(), "site", "add", name]);
        words.extend(["--folder", folder.to_str().unwrap(), "--host", "127.0.0.1", "--port", &port]);
        words.extend(["--user", "slipway-test", "--password-stdin"]);
        words.extend(options);
        if !options.contains(&"--protocol") {
            words.extend(["--protocol", "ftp"]);
        }
        let ran = self.desktop.run(&words);
        assert!(ran.success, "{ran:?}");
        fs::remove_file(typed).unwrap();
    }

    /// Has the command say something about what it knows, as JSON.
    #[track_caller]
    pub(crate) fn command(&self, words: &[&str]) -> String {
        let data = self.data();
        let all = [&[self.command.to_str().unwrap(), "--json", "--data-dir", data.to_str().unwrap()], words];
        let ran = self.desktop.run(&all.concat());
        assert!(ran.success, "{words:?}: {ran:?}");
        ran.said
    }

    /// Starts the app.
    #[track_caller]
    pub(crate) fn open(&self) -> Window<'_> {
        self.open_with(&[])
    }

    /// Starts the app with further arguments.
    #[track_caller]
    pub(crate) fn open_with(&self, arguments: &[&str]) -> Window<'_> {
        let data = self.data();
        let all = [&["--data-dir", data.to_str().unwrap()], arguments].concat();
        Window::new(Driver::start(&self.desktop, self.app.to_str().unwrap(), &all), self)
    }

    /// Starts the app a second time, beside the one that runs.
    pub(crate) fn start_again(&self, arguments: &[&str]) {
        let data = self.data();
        let words = [&[self.app.to_str().unwrap(), "--data-dir", data.to_str().unwrap()], arguments].concat();
        self.desktop.launch(&words);
    }

    /// The process of the app.
    #[track_caller]
    pub(crate) fn process(&self) -> u32 {
        let processes = self.desktop.processes(&self.app);
        assert_eq!(processes.len(), 1, "one app");
        processes[0]
    }

    /// Whether the app runs.
    pub(crate) fn runs(&self) -> bool {
        !self.desktop.processes(&self.app).is_empty()
    }

    /// Kills the app.
    #[track_caller]
    pub(crate) fn kill(&self) {
        let process = self.process().to_string();
        assert!(self.desktop.run(&["kill", "-KILL", &process]).success);
        self.is_gone();
    }

    /// Waits until the app has ended.
    #[track_caller]
    pub(crate) fn is_gone(&self) {
        soon("the end of the app", || !self.runs());
    }

    /// Checks that no file in Slipway's data folder holds a word.
    #[track_caller]
    pub(crate) fn nothing_holds(&self, word: &str) {
        let mut folders = vec![self.data()];
        let mut files = 0;
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if let Ok(content) = fs::read(&path) {
                    files += 1;
                    let found = content.windows(word.len()).any(|part| part == word.as_bytes());
                    assert!(!found, "{word} is in {}", path.display());
                }
            }
        }
        assert!(files > 2, "there is something to look into");
    }

    /// Everything that the programs on this desktop said.
    pub(crate) fn logs(&self) -> String {
        let mut text = String::new();
        for entry in fs::read_dir(self.desktop.logs()).into_iter().flatten().flatten() {
            let content = fs::read(entry.path()).unwrap_or_default();
            text += &format!("== {}\n{}", entry.file_name().display(), String::from_utf8_lossy(&content));
        }
        text
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        if thread::panicking() {
            let file = target().join("window-shots").join(format!("{}-desktop.png", test_name()));
            self.desktop.picture(&file);
            eprintln!("pictures: {}*\n{}", file.with_file_name(test_name()).display(), self.logs());
        }
    }
}

/// Waits until something outside the window is so.
#[track_caller]
pub(crate) fn soon(what: &str, so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !so() {
        assert!(Instant::now() < deadline, "{what}: not within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// A program under test: the one that the variable names, else the one that `cargo build` makes beside this test.
fn built(variable: &str, name: &str) -> PathBuf {
    if let Some(named) = std::env::var_os(variable) {
        return fs::canonicalize(named).unwrap();
    }
    let test = std::env::current_exe().unwrap();
    let binary = test.ancestors().nth(2).unwrap().join(name);
    assert!(
        binary.exists(),
        "{} is missing: run `cargo build -p slipway-cli -p slipway-app`",
        binary.display()
    );
    binary
}

/// The build folder.
pub(super) fn target() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(3).map(Path::to_owned).unwrap()
}
