//! A website on this computer that Slipway knows, and what is on the server of it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use slipway_testkit::{ControlProxy, Daemon, assert_same_tree};
use tempfile::TempDir;

use crate::harness::{Ended, PASSWORD, Running, binary, start};

/// What it is called.
pub(crate) const NAME: &str = "shop";
const VARIABLE: &str = "SLIPWAY_SHOP_FTP_PASSWORD";

/// A website with a folder, and a data folder of Slipway that knows it by [`NAME`].
pub(crate) struct Site {
    home: TempDir,
}

impl Site {
    /// The website's folder and Slipway's, before anything is added.
    pub(crate) fn unknown() -> Self {
        let home = tempfile::Builder::new().prefix("slipway-site-").tempdir().unwrap();
        fs::create_dir(home.path().join("website")).unwrap();
        Self { home }
    }

    /// A website that is published to a port of this computer, with these options of `site add`.
    pub(crate) fn at(port: u16, options: &[&str]) -> Self {
        let site = Self::unknown();
        site.add("127.0.0.1", port, options).done();
        site
    }

    /// Published by plain FTP.
    pub(crate) fn plain(daemon: &Daemon) -> Self {
        Self::at(daemon.port(), &["--protocol", "ftp"])
    }

    /// Published by plain FTP, with everything that is said passing through the proxy.
    pub(crate) fn through(proxy: &ControlProxy) -> Self {
        Self::at(proxy.port(), &["--protocol", "ftp"])
    }

    /// Published by explicit FTPS, the server's certificate being trusted.
    pub(crate) fn secure(daemon: &Daemon) -> Self {
        Self::at(daemon.port(), &["--trust-cert", &fingerprint(daemon)])
    }

    /// Adds it to Slipway.
    pub(crate) fn add(&self, host: &str, port: u16, options: &[&str]) -> Ended {
        let (folder, port) = (self.folder(), port.to_string());
        let mut words = vec!["--folder", folder.to_str().unwrap(), "--host", host, "--user", "slipway-test"];
        words.extend(["--port", &port]);
        words.extend(options);
        self.run("site add", &words)
    }

    /// The website's folder.
    pub(crate) fn folder(&self) -> PathBuf {
        self.home.path().join("website")
    }

    /// Slipway's data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// The folder that holds both.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// The command with the environment of this site. Only what it keeps in its folders is known to it.
    pub(crate) fn slipway(&self) -> Command {
        self.environment(Command::new(binary()))
    }

    /// Gives a command the environment of this site.
    pub(crate) fn environment(&self, mut command: Command) -> Command {
        command
            .env("SLIPWAY_DATA_DIR", self.data())
            .env(VARIABLE, PASSWORD)
            .env("HOME", self.home())
            .env("TZ", "UTC")
            .env_remove("SSL_CERT_FILE")
            .env_remove("SSL_CERT_DIR")
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .stdin(Stdio::null());
        command
    }

    /// A command about this site, such as `site edit`, with further arguments.
    pub(crate) fn command(&self, words: &str, args: &[&str]) -> Command {
        let mut command = self.slipway();
        command.arg("--json").args(words.split(' ')).arg(NAME).args(args);
        command
    }

    /// Runs a command about this site.
    pub(crate) fn run(&self, words: &str, args: &[&str]) -> Ended {
        start(&mut self.command(words, args)).end()
    }

    /// Runs a command about this site, given as one types it: `publish --dry-run`.
    pub(crate) fn run_words(&self, line: &str) -> Ended {
        let (words, options) = line.split_once(" --").unwrap_or((line, ""));
        let options = if options.is_empty() { String::new() } else { format!("--{options}") };
        self.run(words, &options.split_whitespace().collect::<Vec<_>>())
    }

    /// Publishes it.
    pub(crate) fn publish(&self, args: &[&str]) -> Ended {
        self.run("publish", args)
    }

    /// Begins to publish it.
    pub(crate) fn begin(&self, args: &[&str]) -> Running {
        start(&mut self.command("publish", args))
    }

    /// The runs so far, newest first.
    pub(crate) fn history(&self) -> Vec<Value> {
        let last = self.run("history", &[]).done();
        last["runs"].as_array().expect("runs").clone()
    }

    /// How the runs so far ended, newest first.
    pub(crate) fn states(&self) -> Vec<String> {
        self.history().iter().map(|run| run["state"].as_str().unwrap().to_owned()).collect()
    }

    /// Writes files of the website.
    pub(crate) fn write(&self, files: &[(&str, &[u8])]) {
        slipway_testkit::write_tree(&self.folder(), files);
    }

    /// Deletes files of the website.
    pub(crate) fn delete(&self, files: &[&str]) {
        for file in files {
            fs::remove_file(self.folder().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        }
    }

    /// Checks that `online` holds this website's files and no others, and of Slipway only the file that turns
    /// visitors away and the mark of this run.
    #[track_caller]
    pub(crate) fn assert_online(&self, online: &Path, run: &Value) {
        assert_same_tree(&self.folder(), online, &[]);
        assert_tidy(online, run);
        assert_readable(online);
    }
}

/// The server's certificate, as a person would type it.
pub(crate) fn fingerprint(daemon: &Daemon) -> String {
    daemon.certificate_sha256().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Checks that of Slipway there is only the file that turns visitors away and the mark of the run that ended so.
#[track_caller]
pub(crate) fn assert_tidy(online: &Path, finished: &Value) {
    let entries = fs::read_dir(online.join(".slipway")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let mark = format!("last-{}", finished["run"].as_str().expect("a run"));
    assert_eq!(names, [".htaccess", &mark], "in {}/.slipway", online.display());
}

/// Checks that a web server, as another user, can read all files.
#[track_caller]
fn assert_readable(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        let is_folder = entry.file_type().unwrap().is_dir();
        let needed = if is_folder { 0o005 } else { 0o004 };
        assert_eq!(mode & needed, needed, "{}: mode {mode:o}", entry.path().display());
        if is_folder {
            assert_readable(&entry.path());
        }
    }
}
