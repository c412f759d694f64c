//! What is shown while a run goes on. Events come from the engine's tasks, which must not wait for a slow terminal
//! or pipe: a thread of its own shows them, in their order.

mod left;
mod plain;
mod terminal;

use std::io::{self, IsTerminal};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use slipway_api::Events;
use slipway_core::{Code, Event, Failure, RunState, units};

use crate::commands::{Context, Watch};
use crate::messages::{self, Setting};
use crate::output::{Output, inline};
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
        let out = context.out.clone();
        let thread = thread::Builder::new().name("slipway-progress".to_owned()).spawn(move || {
            let mut view = View::new(&out);
            while let Ok(Some(event)) = events.recv() {
                view.show(&out, &event);
            }
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
    fn new(out: &Output) -> Self {
        if out.is_json() {
            Self::Json
        } else if out.is_quiet() {
            Self::Nothing
        } else if io::stderr().is_terminal() && out.verbose() == 0 && !is_dumb() {
            Self::Terminal(Box::new(Terminal::new()))
        } else {
            Self::Plain(Plain::default())
        }
    }

    fn show(&mut self, out: &Output, event: &Event) {
        match self {
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
        RunState::Scanning => Some("Looking at your folder"),
        RunState::Planning => Some("Comparing with what is online"),
        RunState::Uploading => Some("Sending files"),
        RunState::GoingLive => Some("Going live"),
        RunState::TidyingUp => Some("Tidying up"),
        RunState::Checking => Some("Checking"),
        RunState::Live | RunState::Failed | RunState::Cancelled | RunState::Interrupted => None,
    }
}

/// A line that stays: a plan, a note, a new try. `None` for events that are shown otherwise.
fn remark(event: &Event) -> Option<String> {
    match event {
        Event::Planned { new, changed, removed, unchanged, bytes, bytes_waiting } => {
            if new + changed + removed == 0 {
                return None;
            }
            let mut text = format!("{}.", words::plan(new + changed, *bytes, *removed, *unchanged));
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
        Event::State { .. } | Event::Progress(_) | Event::Finished { .. } | Event::Failed { .. } => None,
    }
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
        let plan = "1,204 files to send (3.4 MB), 3 to remove, 480 unchanged.";
        assert_eq!(remark(&planned(0)).unwrap(), plan);
        assert_eq!(remark(&planned(1_000)).unwrap(), format!("{plan} 1.0 kB of it has arrived already."));
        let note = Event::Note { text: "was left\u{7} out".into(), path: Some("a\nb".into()) };
        assert_eq!(remark(&note).unwrap(), "Note: a b: was left\u{fffd} out");
        let retry = Event::Retrying {
            code: Code::ConnectionLost,
            path: Some("a.html".into()),
            attempt: 2,
            attempts: 5,
            wait_ms: 1_500,
        };
        let text = "a.html: The connection was lost. Trying again in 1.5 s (try 2 of 5).";
        assert_eq!(remark(&retry).unwrap(), text);
    }
}
