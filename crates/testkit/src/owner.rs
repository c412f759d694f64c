//! A shell script that owns processes: process 1 of a process namespace of its own, so that nothing of what it
//! starts outlives it, and it ends with the test however that ends.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// A script that takes orders, each a line on its standard input, and answers each with one line.
pub(crate) struct Owner {
    process: Child,
    /// Taken in `drop`, as the end of its input is the end of the script.
    orders: Mutex<Option<(ChildStdin, BufReader<ChildStdout>)>>,
    log: PathBuf,
    greeting: String,
}

impl Owner {
    /// Starts a script as `script.sh FOLDER ARGUMENTS` and waits for its first line. What it says on its standard
    /// error goes into `log/owner.log` of the folder. `unshare` is told these options besides its own.
    pub(crate) fn start<A: AsRef<OsStr>>(
        script: &str,
        folder: &Path,
        options: &[&str],
        arguments: &[A],
    ) -> Self {
        let file = folder.join("owner.sh");
        fs::write(&file, script).unwrap();
        fs::create_dir_all(folder.join("log")).unwrap();
        let log = folder.join("log/owner.log");
        let prefix: &[&str] = if is_root() { &[] } else { &["sudo", "--non-interactive"] };
        let unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child"];
        let mut words = prefix.iter().chain(&unshare).chain(options).chain(&["sh"]);
        let mut process = Command::new(words.next().unwrap())
            .args(words)
            .args([&file, folder])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap_or_else(|error| panic!("unshare, needed to own processes (Linux only): {error}"));
        let input = process.stdin.take().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let greeting = answer(&mut output)
            .unwrap_or_else(|| panic!("it did not start: {}", fs::read_to_string(&log).unwrap_or_default()));
        Self { process, orders: Mutex::new(Some((input, output))), log, greeting }
    }

    /// The first line that it said.
    pub(crate) fn greeting(&self) -> &str {
        &self.greeting
    }

    /// Gives an order, waits until it is carried out, and gives the answer.
    pub(crate) fn order(&self, order: &str) -> String {
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let (input, output) = orders.as_mut().expect("orders come before the drop");
        writeln!(input, "{order}").expect("the owner takes orders");
        answer(output).unwrap_or_else(|| {
            panic!("it ended at {order}: {}", fs::read_to_string(&self.log).unwrap_or_default())
        })
    }
}

impl Drop for Owner {
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

pub(crate) fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let effective = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    effective.and_then(|line| line.split_whitespace().nth(1)) == Some("0")
}
