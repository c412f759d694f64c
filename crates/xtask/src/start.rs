//! `cargo xtask start`: opens the window. Without a display, or with `--once`, the whole of Slipway once with the real
//! command: practice server, site, publish.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

use crate::compare::serves_folder;
use crate::run::{cannot_start, run as start, show};
use crate::setup::{self, Need};
use crate::workspace::Workspace;

const PATIENCE: Duration = Duration::from_secs(30);

/// What happens after the publish.
#[derive(PartialEq)]
enum Then {
    StayUp,
    Stop,
}

/// Opens the window, or stays up with the command where there is no display.
pub(crate) fn run() -> Result<(), String> {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY") {
        return open_window();
    }
    println!(
        "There is no display here (DISPLAY and WAYLAND_DISPLAY are not set): Slipway starts without its window."
    );
    publish_once(Then::StayUp)
}

/// Publishes with the command and stops; needs nothing of the window.
pub(crate) fn once() -> Result<(), String> {
    publish_once(Then::Stop)
}

/// Starts the app with a data folder of its own, which the next start finds again.
fn open_window() -> Result<(), String> {
    let workspace = Workspace::find()?;
    setup::ensure(Need::Building, &workspace.root)?;
    let built = workspace.build_all()?;
    let mut app = Command::new(built.app);
    app.arg("--data-dir").arg(workspace.target.join("start").join("app"));
    start(&mut app)
}

/// Publishes the sample site, compares what the web server gives out, and then stays up or not.
fn publish_once(then: Then) -> Result<(), String> {
    let workspace = Workspace::find()?;
    setup::ensure(Need::Command, &workspace.root)?;
    let slipway = workspace.build_command()?;
    let home = fresh(workspace.target.join("start").join("command"))?;

    let (mut server, practice) = Server::start(&slipway, &home)?;
    publish(&slipway, &home, &practice)?;
    let files = serves_folder(&practice.web, Path::new(&practice.sample))?;
    println!("\n{files} files of {} came back the same from {}", practice.sample, practice.web);
    if then == Then::StayUp {
        println!("Look at {}  (Ctrl-C ends it; published into {})", practice.web, practice.folder);
        return server.wait();
    }
    Ok(())
}

/// An empty folder, whatever an earlier start left there.
fn fresh(folder: PathBuf) -> Result<PathBuf, String> {
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(format!("{} cannot be emptied: {error}.", folder.display()));
        }
        _ => {}
    }
    fs::create_dir_all(&folder).map_err(|error| format!("{} cannot be made: {error}.", folder.display()))?;
    Ok(folder)
}

fn publish(slipway: &Path, home: &Path, practice: &Practice) -> Result<(), String> {
    let (host, port) =
        practice.ftp.rsplit_once(':').ok_or_else(|| format!("{} has no port.", practice.ftp))?;
    let mut add = command(slipway, home);
    add.args(["site", "add", "practice", "--folder", &practice.sample, "--host", host, "--port", port])
        .args(["--user", &practice.user, "--protocol", "ftps"])
        .args(["--trust-cert", &practice.certificate_sha256, "--web-url", &practice.web]);
    start(add.env("SLIPWAY_PRACTICE_FTP_PASSWORD", &practice.password))?;
    let mut publish = command(slipway, home);
    publish.args(["publish", "practice", "--yes"]);
    start(publish.env("SLIPWAY_PRACTICE_FTP_PASSWORD", &practice.password))
}

fn command(slipway: &Path, home: &Path) -> Command {
    let mut command = Command::new(slipway);
    command.arg("--data-dir").arg(home.join("data"));
    command
}

/// What the practice server says of itself when it is ready. Not printable: it holds the password.
struct Practice {
    ftp: String,
    web: String,
    user: String,
    password: String,
    certificate_sha256: String,
    folder: String,
    sample: String,
}

impl Practice {
    fn read(line: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(line)
            .map_err(|error| format!("the practice server's first line is not JSON: {error}."))?;
        let text = |key: &str| {
            value[key]
                .as_str()
                .map(String::from)
                .ok_or_else(|| format!("the practice server did not say its `{key}`."))
        };
        Ok(Self {
            ftp: text("ftp")?,
            web: text("web")?,
            user: text("user")?,
            password: text("password")?,
            certificate_sha256: text("certificate_sha256")?,
            folder: text("folder")?,
            sample: text("sample")?,
        })
    }
}

/// The practice server's process; it ends with this value. Ctrl-C reaches both, as they share the terminal.
struct Server(Child);

impl Server {
    /// Starts the server on free ports and waits until it says where it is.
    fn start(slipway: &Path, home: &Path) -> Result<(Self, Practice), String> {
        let mut practice = command(slipway, home);
        practice
            .args(["practice", "--json", "--port", "0", "--http-port", "0", "--dir"])
            .arg(home.join("server"));
        show(&practice);
        let spawned = practice.stdout(Stdio::piped()).spawn();
        let mut server = Self(spawned.map_err(|error| cannot_start(&practice, &error))?);
        let stdout = server.0.stdout.take().ok_or("the practice server has no output.")?;
        let practice = Practice::read(&first_line(stdout)?)?;
        Ok((server, practice))
    }

    fn wait(&mut self) -> Result<(), String> {
        let status = self.0.wait().map_err(|error| format!("the practice server was lost: {error}."))?;
        if status.success() { Ok(()) } else { Err(format!("the practice server ended ({status}).")) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails only when the server has ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The first line of `stdout`, within `PATIENCE`. The rest is read and dropped, so that the server never blocks.
fn first_line(stdout: ChildStdout) -> Result<String, String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut reader = BufReader::new(stdout);
        let mut line = String::new();
        let read = reader.read_line(&mut line).map(|_| line);
        if sender.send(read).is_ok() {
            let _ = io::copy(&mut reader, &mut io::sink());
        }
    });
    let line = receiver
        .recv_timeout(PATIENCE)
        .map_err(|_| format!("the practice server said nothing within {} s.", PATIENCE.as_secs()))?
        .map_err(|error| format!("the practice server cannot be heard: {error}."))?;
    if line.is_empty() { Err("the practice server ended before it was ready.".into()) } else { Ok(line) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"event":"practice","ftp":"127.0.0.1:2121","web":"http://127.0.0.1:8080/","user":"practice",
        "password":"a\"b","certificate_sha256":"00ff","folder":"C:\\site","sample":"/s"}"#;

    #[test]
    fn the_server_says_where_it_is() {
        let practice = Practice::read(LINE).unwrap();
        assert_eq!(
            (practice.ftp.as_str(), practice.web.as_str()),
            ("127.0.0.1:2121", "http://127.0.0.1:8080/")
        );
        assert_eq!((practice.password.as_str(), practice.folder.as_str()), ("a\"b", "C:\\site"));
    }

    #[test]
    fn a_line_with_something_missing_is_refused_by_name() {
        let without = LINE.replace("sample", "other");
        assert_eq!(Practice::read(&without).err().unwrap(), "the practice server did not say its `sample`.");
        assert!(Practice::read("listening").err().unwrap().contains("not JSON"));
    }

    #[test]
    fn a_start_begins_with_an_empty_folder() {
        let outer = tempfile::tempdir().unwrap();
        let folder = fresh(outer.path().join("start")).unwrap();
        fs::write(folder.join("old"), "").unwrap();
        assert_eq!(fs::read_dir(fresh(folder).unwrap()).unwrap().count(), 0);
    }
}
