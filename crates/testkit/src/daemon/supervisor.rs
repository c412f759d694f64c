//! The process that owns a server and everything it starts: `supervise.sh`, in namespaces of its own.

use super::Options;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

const SCRIPT: &str = include_str!("supervise.sh");

pub(super) struct Supervisor {
    process: Child,
    /// Taken in `drop`, as the end of its input is the end of the supervisor.
    orders: Mutex<Option<(ChildStdin, BufReader<ChildStdout>)>>,
    /// Its process number outside of its namespace.
    number: String,
}

impl Supervisor {
    /// Starts the supervisor of an instance in `folder`; the server itself waits for the order `start`.
    pub(super) fn start(folder: &Path, options: &Options, server: &[String]) -> Self {
        let script = folder.join("supervise.sh");
        fs::write(&script, SCRIPT).unwrap();
        let log = folder.join("log/supervisor.log");
        let unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh"];
        let prefix: &[&str] = if is_root() { &[] } else { &["sudo", "--non-interactive"] };
        let mut words = prefix.iter().chain(&unshare);
        let mut process = Command::new(words.next().unwrap())
            .args(words)
            .args([&script, folder])
            .arg(options.disk_bytes.unwrap_or(0).to_string())
            .arg(if options.writable { "slipway-test" } else { "root" })
            .args(server)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap_or_else(|error| panic!("unshare, needed to run FTP servers (Linux only): {error}"));
        let input = process.stdin.take().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let number = answer(&mut output)
            .unwrap_or_else(|| panic!("no supervisor: {}", fs::read_to_string(&log).unwrap_or_default()));
        Self { process, orders: Mutex::new(Some((input, output))), number }
    }

    /// Gives an order and waits until it is carried out.
    pub(super) fn order(&self, order: &str) {
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let (input, output) = orders.as_mut().expect("orders come before the drop");
        writeln!(input, "{order}").expect("the supervisor takes orders");
        let answer = answer(output);
        assert_eq!(answer.as_deref(), Some("done"), "the supervisor failed at {order}");
    }

    /// The path by which this process reaches what `path` is for the server.
    pub(super) fn seen_from_outside(&self, path: &Path) -> PathBuf {
        let inside = path.strip_prefix("/").expect("temporary folders have absolute paths");
        Path::new("/proc").join(&self.number).join("root").join(inside)
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        drop(self.orders.lock().unwrap_or_else(PoisonError::into_inner).take());
        // Returns when every process of the namespace is gone.
        let _ = self.process.wait();
    }
}

fn answer(output: &mut BufReader<ChildStdout>) -> Option<String> {
    let mut line = String::new();
    output.read_line(&mut line).ok().filter(|length| *length > 0)?;
    Some(line.trim_end().to_owned())
}

fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let effective = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    effective.and_then(|line| line.split_whitespace().nth(1)) == Some("0")
}
