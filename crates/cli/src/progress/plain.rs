//! Progress as plain lines, for logs and for terminals that can't do more.

use std::time::{Duration, Instant};

use slipway_core::{Event, Progress, RunState, units};

use super::left::TimeLeft;
use super::{phase, remark};
use crate::words::{files, grouped};

/// How often a line says how far it has got.
const EVERY: Duration = Duration::from_secs(10);

/// What was said so far.
#[derive(Debug)]
pub(super) struct Plain {
    state: RunState,
    phase: &'static str,
    said: Option<Instant>,
    left: TimeLeft,
}

impl Plain {
    pub(super) fn new() -> Self {
        Self { state: RunState::Queued, phase: "", said: None, left: TimeLeft::default() }
    }

    /// The lines that an event is worth, at the time `now`.
    pub(super) fn lines(&mut self, event: &Event, now: Instant) -> Vec<String> {
        match event {
            Event::State { state, .. } => {
                let Some(words) = phase(*state) else { return Vec::new() };
                *self = Self { state: *state, phase: words, said: Some(now), left: TimeLeft::default() };
                vec![format!("{words} …")]
            }
            Event::Progress(progress) => {
                let said = *self.said.get_or_insert(now);
                let left = self.left.say(progress.seconds_left);
                if now.duration_since(said) < EVERY {
                    return Vec::new();
                }
                self.said = Some(now);
                vec![line(self.phase, progress, left)]
            }
            event => remark(event, self.state).into_iter().collect(),
        }
    }
}

fn line(phase: &str, progress: &Progress, left: Option<String>) -> String {
    let done = grouped(progress.files_done);
    let mut parts = vec![format!("{done} of {}", files(progress.files_total))];
    if progress.bytes_total > 0 {
        let (done, total) = (units::bytes(progress.bytes_done), units::bytes(progress.bytes_total));
        parts.insert(0, format!("{}%", percent(progress)));
        parts.push(format!("{done} of {total}"));
        if progress.bytes_per_second > 0 {
            parts.push(format!("{}/s", units::bytes(progress.bytes_per_second)));
        }
    }
    parts.extend(left.map(|left| format!("{left} left")));
    format!("{phase}: {}", parts.join(", "))
}

/// How much is done, by bytes; by files where there are none.
pub(super) fn percent(progress: &Progress) -> u64 {
    let (done, total) = match progress.bytes_total {
        0 => (progress.files_done, progress.files_total),
        total => (progress.bytes_done, total),
    };
    if total == 0 { 0 } else { (u128::from(done.min(total)) * 100 / u128::from(total)) as u64 }
}

#[cfg(test)]
mod tests {
    use slipway_core::RunId;

    use super::*;

    fn progress() -> Progress {
        Progress {
            files_done: 120,
            files_total: 480,
            bytes_done: 3_400_000,
            bytes_total: 7_000_000,
            bytes_per_second: 1_100_000,
            seconds_left: Some(4),
            ..Progress::default()
        }
    }

    #[test]
    fn a_line_every_ten_seconds() {
        let (mut plain, start) = (Plain::new(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        let state = Event::State { run: RunId::from_random([1; 16]), state: RunState::Uploading };
        assert_eq!(plain.lines(&state, at(0)), ["Sending files …"]);
        let event = Event::Progress(progress());
        assert!(plain.lines(&event, at(9)).is_empty());
        let text = "Sending files: 48%, 120 of 480 files, 3.4 MB of 7.0 MB, 1.1 MB/s, about 4 seconds left";
        assert_eq!(plain.lines(&event, at(10)), [text]);
        assert!(plain.lines(&event, at(19)).is_empty());
        assert_eq!(plain.lines(&event, at(20)).len(), 1);
    }

    #[test]
    fn files_count_where_there_are_no_bytes() {
        let progress = Progress { files_done: 1, files_total: 3, ..Progress::default() };
        assert_eq!(percent(&progress), 33);
        assert_eq!(line("Going live", &progress, None), "Going live: 1 of 3 files");
        assert_eq!(percent(&Progress::default()), 0);
        let most = Progress { bytes_done: u64::MAX, bytes_total: u64::MAX, ..Progress::default() };
        assert_eq!(percent(&most), 100);
    }
}
