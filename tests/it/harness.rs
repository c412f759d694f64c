//! The command as a process: how it is found, started, stopped and read.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// The password of every server here. It must never be said by the command.
pub(crate) const PASSWORD: &str = "correct-horse";

/// No command here takes longer, but for those that say so.
const PATIENCE: Duration = Duration::from_secs(120);

/// The command under test: `SLIPWAY_BIN`, else the one that `cargo build` makes beside this test.
pub(crate) fn binary() -> PathBuf {
    if let Some(named) = std::env::var_os("SLIPWAY_BIN") {
        return named.into();
    }
    let test = std::env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).expect("tests lie in a folder of the build folder");
    let binary = folder.join("slipway").with_extension(std::env::consts::EXE_EXTENSION);
    assert!(
        binary.exists(),
        "{} is missing: run `cargo build`, or the tests with `cargo xtask test`",
        binary.display()
    );
    binary
}

/// A command that is running.
pub(crate) struct Running {
    child: Child,
    outputs: [Receiver<Vec<u8>>; 2],
    /// What it has said on standard output already, and how much of that was waited for.
    said: Vec<u8>,
    seen: usize,
    patience: Duration,
}

/// Starts a command whose outputs are read as they come.
pub(crate) fn start(command: &mut Command) -> Running {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let outputs = [reader(child.stdout.take().unwrap()), reader(child.stderr.take().unwrap())];
    Running { child, outputs, said: Vec::new(), seen: 0, patience: PATIENCE }
}

fn reader(mut output: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = output.read(&mut bytes) {
            if sender.send(bytes[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    receiver
}

impl Running {
    /// Its process number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits longer for its end.
    pub(crate) fn with_patience(mut self, seconds: u64) -> Self {
        self.patience = Duration::from_secs(seconds);
        self
    }

    /// The first line of standard output, once it is whole.
    pub(crate) fn first_line(&self) -> String {
        let deadline = Instant::now() + self.patience;
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\n") {
            let left = deadline.saturating_duration_since(Instant::now());
            bytes.extend(self.outputs[0].recv_timeout(left).expect("a line"));
        }
        String::from_utf8(bytes).unwrap()
    }

    /// Waits until it says this on standard output, behind what was waited for before.
    #[track_caller]
    pub(crate) fn says(&mut self, text: &str) {
        let deadline = Instant::now() + self.patience;
        loop {
            let new = &self.said[self.seen..];
            if let Some(at) = new.windows(text.len()).position(|part| part == text.as_bytes()) {
                self.seen += at + text.len();
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.outputs[0].recv_timeout(left) {
                Ok(more) => self.said.extend(more),
                Err(error) => panic!("{error} before {text:?}: {}", String::from_utf8_lossy(&self.said)),
            }
        }
    }

    /// What it says on standard output for so long, behind what was waited for.
    pub(crate) fn says_within(&mut self, time: Duration) -> String {
        let deadline = Instant::now() + time;
        while let Ok(more) = self.outputs[0].recv_timeout(deadline.saturating_duration_since(Instant::now()))
        {
            self.said.extend(more);
        }
        String::from_utf8_lossy(&self.said[self.seen..]).into_owned()
    }

    /// Types something.
    pub(crate) fn is_told(&mut self, text: &str) {
        self.child.stdin.as_mut().expect("a pipe to type into").write_all(text.as_bytes()).unwrap();
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ended {
        let deadline = Instant::now() + self.patience;
        let mut texts = Vec::new();
        for (output, said) in self.outputs.iter().zip([std::mem::take(&mut self.said), Vec::new()]) {
            let mut bytes = said;
            loop {
                let left = deadline.saturating_duration_since(Instant::now());
                match output.recv_timeout(left) {
                    Ok(more) => bytes.extend(more),
                    Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
                    Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {
                        let _ = self.child.kill();
                        let said = String::from_utf8_lossy(&bytes);
                        panic!("no end within {:?}; so far: {said}", self.patience);
                    }
                }
            }
            texts.push(String::from_utf8(bytes).expect("outputs in UTF-8"));
        }
        let status = self.child.wait().unwrap();
        let [out, err] = texts.try_into().unwrap();
        for text in [&out, &err] {
            assert!(!text.contains(PASSWORD), "the password is said: {text}");
        }
        Ended { status, out, err }
    }

    /// Waits for its end; also gives the most memory it had, in bytes.
    pub(crate) fn end_with_peak(self) -> (Ended, u64) {
        let status = PathBuf::from(format!("/proc/{}/status", self.id()));
        let watch = thread::spawn(move || {
            let mut peak = 0;
            // A process that has ended has no memory, even while it waits to be collected.
            while let Some(now) = peak_of(&status) {
                peak = now;
                thread::sleep(Duration::from_millis(10));
            }
            peak
        });
        let ended = self.end();
        (ended, watch.join().unwrap())
    }
}

fn peak_of(status: &std::path::Path) -> Option<u64> {
    let text = std::fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

/// Sends a signal, such as `INT`.
pub(crate) fn signal(name: &str, process: u32) {
    let status = Command::new("kill").args(["-s", name, &process.to_string()]).status();
    assert!(status.unwrap().success(), "kill -s {name} {process}");
}

/// What a command ended with, and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    /// Every line of standard output as JSON.
    #[track_caller]
    pub(crate) fn events(&self) -> Vec<Value> {
        let parse = |line: &str| match serde_json::from_str(line) {
            Ok(value @ Value::Object(_)) => value,
            other => panic!("not a JSON object: {line}: {other:?}"),
        };
        self.out.lines().map(parse).collect()
    }

    /// The events of one kind.
    #[track_caller]
    pub(crate) fn events_named(&self, name: &str) -> Vec<Value> {
        self.events().into_iter().filter(|event| event["event"] == name).collect()
    }

    /// The last JSON object of a command that went well.
    #[track_caller]
    pub(crate) fn done(&self) -> Value {
        assert!(self.status.success(), "{}\n{}\n{}", self.status, self.tail(), self.err);
        self.events().pop().expect("a last object")
    }

    /// The end of a publish that went well.
    #[track_caller]
    pub(crate) fn live(&self) -> Value {
        let last = self.done();
        assert_eq!((&last["event"], &last["outcome"]), (&"finished".into(), &"live".into()), "{last}");
        self.assert_one_end();
        last
    }

    /// The end of a publish that went well, which put so many files online, took so many off, and left so many.
    #[track_caller]
    pub(crate) fn live_with(&self, uploaded: u64, removed: u64, unchanged: u64) -> Value {
        let last = self.live();
        let counts = ["uploaded", "removed", "unchanged"].map(|key| last[key].as_u64().unwrap());
        assert_eq!(counts, [uploaded, removed, unchanged], "uploaded, removed, unchanged: {last}");
        assert_eq!(last["failed"], 0, "{last}");
        last
    }

    /// The end of a command that failed in this way, with this exit code.
    #[track_caller]
    pub(crate) fn failed(&self, code: &str, exit: i32) -> Value {
        let last = self.events().pop().unwrap_or_else(|| panic!("nothing on standard output: {}", self.err));
        assert_eq!(last["event"], "failed", "{last}");
        assert_eq!(last["code"], code, "{last}\n{}", self.err);
        assert_eq!(self.status.code(), Some(exit), "{last}");
        self.assert_one_end();
        last
    }

    #[track_caller]
    fn assert_one_end(&self) {
        let is_end = |event: &&Value| event["event"] == "finished" || event["event"] == "failed";
        assert_eq!(self.events().iter().filter(is_end).count(), 1, "{}", self.out);
    }

    fn tail(&self) -> String {
        let lines: Vec<&str> = self.out.lines().collect();
        lines[lines.len().saturating_sub(5)..].join("\n")
    }
}
