//! The log of one run: what it said of itself, line by line, with the time. For experts and for hosting companies;
//! holds no secret, since events hold none.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use slipway_core::{Event, Failure, RunId};

/// So many logs are kept of each site, unless the project file says otherwise.
pub(crate) const KEPT: usize = 50;

/// Of what build commands write, so many bytes are kept.
const MOST_OUTPUT: usize = 10 * 1024 * 1024;

/// Writes a run's events to a file of its own, once the run has a name.
#[derive(Clone)]
pub(crate) struct RunLog(Arc<Mutex<State>>);

struct State {
    folder: PathBuf,
    /// So many logs there are at most.
    keep: usize,
    /// What was said before the run had a name.
    early: String,
    file: Option<BufWriter<File>>,
    /// Bytes of what build commands wrote.
    output: usize,
    broken: bool,
}

impl RunLog {
    /// Logs go to this folder, where so many are kept.
    pub(crate) fn new(folder: PathBuf, keep: usize) -> Self {
        let state =
            State { folder, keep: keep.max(1), early: String::new(), file: None, output: 0, broken: false };
        Self(Arc::new(Mutex::new(state)))
    }

    /// Writes an event down. A log that can't be written stops nothing.
    pub(crate) fn note(&self, event: &Event) {
        let Some(text) = line(event) else { return };
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.broken || !state.has_room(event) {
            return;
        }
        if let Err(error) =
            state.write(event, &format!("{} {text}\n", Timestamp::now().strftime("%F %T%.3f")))
        {
            tracing::warn!(%error, folder = %state.folder.display(), "the run's log can't be written");
            state.broken = true;
        }
    }
}

impl State {
    /// Whether the event is to be written: a build that says too much is not, so that it can't fill the disk.
    fn has_room(&mut self, event: &Event) -> bool {
        let Event::Output { line, .. } = event else { return true };
        let had_room = self.output < MOST_OUTPUT;
        self.output = self.output.saturating_add(line.len() + 1);
        if had_room && self.output >= MOST_OUTPUT {
            self.note_full();
        }
        had_room && self.output < MOST_OUTPUT
    }

    fn note_full(&mut self) {
        if let Some(file) = &mut self.file
            && let Err(error) = writeln!(file, "(what the commands wrote from here on is left out)")
        {
            tracing::warn!(%error, "the run's log can't be written");
        }
    }

    fn write(&mut self, event: &Event, line: &str) -> io::Result<()> {
        let run = match event {
            Event::State { run, .. } | Event::Finished { run, .. } => Some(run),
            Event::Failed { run, .. } => run.as_ref(),
            _ => None,
        };
        if let (None, Some(run)) = (&self.file, run) {
            prune(&self.folder, self.keep)?;
            let mut file = BufWriter::new(create(&self.folder, run)?);
            file.write_all(std::mem::take(&mut self.early).as_bytes())?;
            self.file = Some(file);
        }
        let Some(file) = &mut self.file else {
            self.early.push_str(line);
            return Ok(());
        };
        file.write_all(line.as_bytes())?;
        // What happens between two states may be much, and can wait; after a crash it is known from the ledger.
        if run.is_some() { file.flush() } else { Ok(()) }
    }
}

/// The log of a run, if there is one.
pub(crate) fn read(folder: &Path, run: &RunId) -> io::Result<Option<String>> {
    match fs::read(path(folder, run)) {
        Ok(text) => Ok(Some(String::from_utf8_lossy(&text).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn path(folder: &Path, run: &RunId) -> PathBuf {
    folder.join(format!("{run}.log"))
}

fn create(folder: &Path, run: &RunId) -> io::Result<File> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    let mut options = File::options();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    builder.create(folder)?;
    options.open(path(folder, run))
}

/// Removes the oldest logs, so that there is room for one more.
fn prune(folder: &Path, keep: usize) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut logs = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "log") {
            logs.push((path.metadata()?.modified()?, path));
        }
    }
    logs.sort();
    let surplus = (logs.len() + 1).saturating_sub(keep);
    logs.into_iter().take(surplus).try_for_each(|(_, path)| fs::remove_file(path))
}

/// An event in a line; `None` for what is only of the moment.
fn line(event: &Event) -> Option<String> {
    let about = |path: &Option<String>| path.as_ref().map(|path| format!("{path:?}: ")).unwrap_or_default();
    Some(match event {
        Event::Progress(_) => return None,
        Event::State { run, state } => format!("{} (run {run})", state.as_str()),
        Event::Planned { new, changed, removed, unchanged, bytes, bytes_waiting } => format!(
            "plan: {new} new, {changed} changed, {removed} to remove, {unchanged} unchanged, {bytes} bytes to transfer, \
             {bytes_waiting} of them transferred already"
        ),
        Event::File { change, path, bytes } => {
            let mut text = format!("{} {path:?}", format!("{change:?}").to_lowercase());
            if let Some(bytes) = bytes {
                _ = write!(text, ", {bytes} bytes");
            }
            text
        }
        Event::Command { command } => format!("$ {}", command.escape_debug()),
        Event::Output { line, error } => format!("{} {line}", if *error { "!" } else { "|" }),
        Event::Note { text, path } => format!("note: {}{text}", about(path)),
        Event::Retrying { code, path, attempt, attempts, wait_ms } => {
            format!("{}{code}; try {attempt} of {attempts} in {wait_ms} ms", about(path))
        }
        Event::Finished { outcome, summary, .. } => {
            format!("ended: {} {}", outcome.as_str(), serde_json::to_string(summary).unwrap_or_default())
        }
        Event::Failed { failure, .. } => failed(failure),
    })
}

fn failed(failure: &Failure) -> String {
    let mut text = format!("failed: {}: {}", failure.code, failure.detail.escape_debug());
    if let Some(path) = &failure.path {
        _ = write!(text, "; about {path:?}");
    }
    if let Some(reply) = &failure.server_reply {
        _ = write!(text, "; the server said: {}", reply.escape_debug());
    }
    text
}

#[cfg(test)]
mod tests {
    use slipway_core::{Code, FileChange, RunState};

    use super::*;

    fn run(number: u8) -> RunId {
        RunId::from_random([number; 16])
    }

    #[test]
    fn a_run_has_a_file_of_its_own_from_its_first_word_on() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a/b");
        let log = RunLog::new(folder.clone(), KEPT);
        log.note(&Event::Note { text: "early".into(), path: Some("x\ny".into()) });
        assert_eq!(read(&folder, &run(1)).unwrap(), None);
        log.note(&Event::State { run: run(1), state: RunState::Scanning });
        log.note(&Event::File { change: FileChange::Live, path: "a.html".into(), bytes: Some(5) });
        let failure = Failure::new(Code::HostingFull, "552").about("a.html");
        log.note(&Event::Failed { run: Some(run(1)), failure });
        let text = read(&folder, &run(1)).unwrap().unwrap();
        let said: Vec<&str> = text.lines().map(|line| line.splitn(3, ' ').nth(2).unwrap()).collect();
        let name = run(1);
        assert_eq!(
            said,
            [
                "note: \"x\\ny\": early",
                &format!("scanning (run {name})"),
                "live \"a.html\", 5 bytes",
                "failed: hosting_full: 552; about \"a.html\"",
            ]
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(path(&folder, &run(1))).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_build_that_says_too_much_fills_no_disk() {
        let root = tempfile::tempdir().unwrap();
        let log = RunLog::new(root.path().to_owned(), KEPT);
        log.note(&Event::State { run: run(1), state: RunState::Building });
        for _ in 0..12_000 {
            log.note(&Event::Output { line: "x".repeat(1_000), error: false });
        }
        log.note(&Event::State { run: run(1), state: RunState::Done });
        let text = read(root.path(), &run(1)).unwrap().unwrap();
        assert!(text.len() < MOST_OUTPUT + MOST_OUTPUT / 10, "{}", text.len());
        assert!(text.contains("is left out") && text.lines().last().unwrap().contains("done"));
    }

    #[test]
    fn only_the_last_are_kept() {
        let root = tempfile::tempdir().unwrap();
        let (keep, count) = (3, 8);
        for number in 0..count {
            RunLog::new(root.path().to_owned(), keep)
                .note(&Event::State { run: run(number), state: RunState::Queued });
        }
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), keep);
        assert!(read(root.path(), &run(count - 1)).unwrap().is_some());
    }
}
