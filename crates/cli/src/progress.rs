//! What is shown while a run goes on. Events come from the engine's tasks, which must not wait for a slow terminal
//! or pipe: a thread of its own shows them, in their order.

mod left;
mod plain;
mod terminal;

use std::io::{self, IsTerminal};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use slipway_api::Events;
use slipway_core::{Code, Event, Failure, FileChange, RunState, units};

use crate::commands::{Context, Watch};
use crate::messages::{self, Setting};
use crate::output::{Output, inline};
use crate::screen::Screen;
use crate::words;

use plain::Plain;
use terminal::Terminal;

/// Shows a run's events until [`Display::end`].
pub(crate) struct Display {
    /// `None` is the end: the engine may hold on to its end of the channel for longer.
    sender: mpsc::Sender<Option<Event>>,
    thread: Option<JoinHandle<()>>,
    watch: Arc<Watch>,
}

impl Display {
    pub(crate) fn start(context: &Context) -> Self {
        let (sender, events) = mpsc::channel::<Option<Event>>();
        let (out, screen) = (context.out.clone(), context.screen.clone());
        // Before anything can be asked: a question takes what is drawn off the terminal.
        let mut view = View::new(&out, &screen);
        let thread = thread::Builder::new().name("slipway-progress".to_owned()).spawn(move || {
            while let Ok(Some(event)) = events.recv() {
                view.show(&out, &event);
            }
            screen.leave();
            view.end();
        });
        let thread = thread.inspect_err(|error| tracing::warn!(%error, "no progress is shown")).ok();
        Self { sender, thread, watch: context.watch.clone() }
    }

    /// Where the engine sends its events.
    pub(crate) fn events(&self) -> Events {
        let (sender, watch) = (self.sender.clone(), self.watch.clone());
        Events::new(move |event| {
            watch.note(&event);
            // Nobody listens any more once the command has ended.
            _ = sender.send(Some(event));
        })
    }

    /// Shows what is still waiting, and clears away what was drawn.
    pub(crate) fn end(self) {
        _ = self.sender.send(None);
        if self.thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::warn!("the progress display ended in the middle");
        }
    }
}

/// The ways to show events.
enum View {
    Json,
    Terminal(Box<Terminal>),
    Plain(Plain),
    Nothing,
}

impl View {
    fn new(out: &Output, screen: &Screen) -> Self {
        if out.is_json() {
            Self::Json
        } else if out.is_quiet() {
            Self::Nothing
        } else if io::stderr().is_terminal() && out.verbose() == 0 && !is_dumb() {
            let terminal = Terminal::new();
            screen.occupy(terminal.lines());
            Self::Terminal(Box::new(terminal))
        } else {
            Self::Plain(Plain::new())
        }
    }

    fn show(&mut self, out: &Output, event: &Event) {
        match self {
            // One for each file: for logs rather than for people.
            _ if matches!(event, Event::File { .. }) && out.verbose() == 0 => {}
            // The last line is the command's to write.
            Self::Json if matches!(event, Event::Finished { .. } | Event::Failed { .. }) => {}
            Self::Json => out.event(event),
            Self::Terminal(terminal) => terminal.show(event),
            Self::Plain(plain) => {
                plain.lines(event, std::time::Instant::now()).iter().for_each(|l| out.talk(l))
            }
            Self::Nothing => {}
        }
    }

    fn end(&mut self) {
        if let Self::Terminal(terminal) = self {
            terminal.end();
        }
    }
}

/// A terminal that can't move its cursor.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// What a state is called; `None` for the ends, which are told otherwise.
fn phase(state: RunState) -> Option<&'static str> {
    match state {
        RunState::Queued => Some("Getting ready"),
        RunState::Pulling => Some("Bringing your website down"),
        RunState::Building => Some("Making your website"),
        RunState::Scanning => Some("Looking at your folder"),
        RunState::Planning => Some("Comparing with what is online"),
        RunState::Uploading => Some("Sending files"),
        RunState::GoingLive => Some("Going live"),
        RunState::TidyingUp => Some("Tidying up"),
        RunState::Checking => Some("Checking"),
        RunState::Live | RunState::Done | RunState::Failed | RunState::Cancelled | RunState::Interrupted => {
            None
        }
    }
}

/// A line that stays: a plan, a note, a new try. `None` for events that are shown otherwise. `state` is where the
/// run is.
fn remark(event: &Event, state: RunState) -> Option<String> {
    match event {
        Event::Planned { new, changed, removed, unchanged, bytes, bytes_waiting } => {
            if new + changed + removed == 0 {
                return None;
            }
            let plan = match state {
                RunState::Pulling => words::pull(new + changed, *bytes, *unchanged),
                _ => words::plan(new + changed, *bytes, *removed, *unchanged),
            };
            let mut text = format!("{plan}.");
            if *bytes_waiting > 0 {
                let waiting = units::bytes(*bytes_waiting);
                text.push_str(&format!(" {waiting} of it has arrived already."));
            }
            Some(text)
        }
        Event::Note { text, path } => Some(match path {
            Some(path) => format!("Note: {}: {}", inline(path), inline(text)),
            None => format!("Note: {}", inline(text)),
        }),
        Event::Retrying { code, path, attempt, attempts, wait_ms } => {
            Some(retry(*code, path.as_deref(), *attempt, *attempts, *wait_ms))
        }
        Event::Command { command } => Some(format!("  $ {}", inline(command))),
        Event::Output { line, .. } => Some(format!("  | {}", inline(line))),
        Event::File { change, path, bytes } => Some(file(*change, path, *bytes)),
        Event::State { .. } | Event::Progress(_) | Event::Finished { .. } | Event::Failed { .. } => None,
    }
}

fn file(change: FileChange, path: &str, bytes: Option<u64>) -> String {
    let what = match change {
        FileChange::Sent => "sent",
        FileChange::Live => "online",
        FileChange::Removed => "removed",
        FileChange::Downloaded => "brought down",
    };
    let bytes = bytes.map(|bytes| format!(" ({})", units::bytes(bytes))).unwrap_or_default();
    format!("  {what}: {}{bytes}", inline(path))
}

fn retry(code: Code, path: Option<&str>, attempt: u32, attempts: u32, wait_ms: u64) -> String {
    let mut failure = Failure::new(code, "");
    failure.path = path.map(str::to_owned);
    let what = messages::words(&failure, &Setting::default()).title;
    let about = path.filter(|path| !path.is_empty()).map(|path| format!("{}: ", inline(path)));
    let about = about.unwrap_or_default();
    let wait = units::duration(wait_ms as f64 / 1_000.0);
    format!("{about}{what}. Trying again in {wait} (try {attempt} of {attempts}).")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_under_way_has_words() {
        for state in RunState::ALL {
            assert_eq!(phase(state).is_none(), state.is_final(), "{state:?}");
        }
    }

    #[test]
    fn says_what_stays_to_be_read() {
        let planned = |bytes_waiting| Event::Planned {
            new: 1_000,
            changed: 204,
            removed: 3,
            unchanged: 480,
            bytes: 3_400_000,
            bytes_waiting,
        };
        let planning = RunState::Planning;
        let plan = "1,204 files to send (3.4 MB), 3 to remove, 480 unchanged.";
        assert_eq!(remark(&planned(0), planning).unwrap(), plan);
        assert_eq!(
            remark(&planned(1_000), planning).unwrap(),
            format!("{plan} 1.0 kB of it has arrived already.")
        );
        let pull = "1,204 files to bring down (3.4 MB), 480 unchanged.";
        assert_eq!(remark(&planned(0), RunState::Pulling).unwrap(), pull);
        let note = Event::Note { text: "was left\u{7} out".into(), path: Some("a\nb".into()) };
        assert_eq!(remark(&note, RunState::Planning).unwrap(), "Note: a b: was left\u{fffd} out");
        let retry = Event::Retrying {
            code: Code::ConnectionLost,
            path: Some("a.html".into()),
            attempt: 2,
            attempts: 5,
            wait_ms: 1_500,
        };
        let text = "a.html: The connection was lost. Trying again in 1.5 s (try 2 of 5).";
        assert_eq!(remark(&retry, RunState::Planning).unwrap(), text);
    }

    #[test]
    fn what_commands_write_is_told_from_what_slipway_says() {
        let command = Event::Command { command: "npm run build\u{1b}[2J".into() };
        assert_eq!(remark(&command, RunState::Planning).unwrap(), "  $ npm run build\u{fffd}[2J");
        let output = Event::Output { line: "built in 2 s\r".into(), error: true };
        assert_eq!(remark(&output, RunState::Planning).unwrap(), "  | built in 2 s\u{fffd}");
        let file = Event::File { change: FileChange::Live, path: "a b.html".into(), bytes: Some(1_500) };
        assert_eq!(remark(&file, RunState::Planning).unwrap(), "  online: a b.html (1.5 kB)");
    }
}
