//! Progress on a terminal: the phase, a bar, and the files under way; what stays to be read is printed above.

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use slipway_core::{Event, FileProgress, Progress, RunState, units};

use super::left::TimeLeft;
use super::plain::percent;
use super::{phase, remark};
use crate::output::inline;
use crate::words::{files, grouped};

/// Files under way that are shown.
const FILES: usize = 8;
/// The widest that a file's path is shown, in characters.
const PATH: usize = 44;

/// The lines at the bottom of the terminal.
pub(super) struct Terminal {
    lines: MultiProgress,
    phase: ProgressBar,
    bar: Option<ProgressBar>,
    files: Vec<ProgressBar>,
    left: TimeLeft,
    state: RunState,
    colours: bool,
}

impl Terminal {
    pub(super) fn new() -> Self {
        let lines = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let phase = lines.add(ProgressBar::new_spinner());
        phase.set_style(style("{spinner} {wide_msg}"));
        phase.set_message("Connecting …");
        phase.enable_steady_tick(Duration::from_millis(120));
        let colours = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let state = RunState::Queued;
        Self { lines, phase, bar: None, files: Vec::new(), left: TimeLeft::default(), state, colours }
    }

    /// What is drawn.
    pub(super) fn lines(&self) -> MultiProgress {
        self.lines.clone()
    }

    pub(super) fn show(&mut self, event: &Event) {
        match event {
            Event::State { state, .. } => self.enter(*state),
            Event::Progress(progress) => self.progress(progress),
            Event::Output { line, .. } => {
                _ = self.lines.println(output(line, self.colours));
            }
            event => {
                if let Some(line) = remark(event, self.state) {
                    // A terminal that is gone has nobody before it.
                    _ = self.lines.println(line);
                }
            }
        }
    }

    /// Takes everything off the terminal.
    pub(super) fn end(&mut self) {
        self.clear();
        self.phase.finish_and_clear();
    }

    fn enter(&mut self, state: RunState) {
        self.clear();
        self.left = TimeLeft::default();
        self.state = state;
        if let Some(words) = phase(state) {
            self.phase.set_message(format!("{words} …"));
        }
    }

    fn clear(&mut self) {
        for line in self.bar.take().into_iter().chain(self.files.drain(..)) {
            line.finish_and_clear();
            self.lines.remove(&line);
        }
    }

    fn progress(&mut self, progress: &Progress) {
        let lines = &self.lines;
        let bar = self.bar.get_or_insert_with(|| {
            let bar = lines.add(ProgressBar::new(100));
            bar.set_style(style("  {bar:30.cyan/dim} {percent:>3}%  {wide_msg}").progress_chars("━╸─"));
            bar
        });
        bar.set_position(percent(progress));
        bar.set_message(summary(progress, self.left.say(progress.seconds_left)));
        let shown = progress.active.len().min(FILES);
        while self.files.len() < shown {
            let line = self.lines.add(ProgressBar::new(0));
            line.set_style(style("    {wide_msg}"));
            self.files.push(line);
        }
        for line in self.files.drain(shown..) {
            line.finish_and_clear();
            self.lines.remove(&line);
        }
        for (line, file) in self.files.iter().zip(&progress.active) {
            line.set_message(under_way(file));
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn summary(progress: &Progress, left: Option<String>) -> String {
    let mut parts = Vec::new();
    if progress.bytes_total > 0 {
        let (done, total) = (units::bytes(progress.bytes_done), units::bytes(progress.bytes_total));
        parts.push(format!("{done} of {total}"));
        if progress.bytes_per_second > 0 {
            parts.push(format!("{}/s", units::bytes(progress.bytes_per_second)));
        }
    } else {
        parts.push(format!("{} of {}", grouped(progress.files_done), files(progress.files_total)));
    }
    parts.extend(left.map(|left| format!("{left} left")));
    parts.join(", ")
}

/// What a command writes stands back behind what Slipway says.
fn output(line: &str, colours: bool) -> String {
    let line = inline(line);
    if colours { format!("    \u{1b}[2m{line}\u{1b}[0m") } else { format!("    {line}") }
}

fn under_way(file: &FileProgress) -> String {
    let done = (u128::from(file.sent.min(file.size)) * 100).checked_div(u128::from(file.size)).unwrap_or(100);
    format!("{:PATH$}  {done:>3}% of {}", shortened(&inline(&file.path), PATH), units::bytes(file.size))
}

/// A path that is too long loses its middle.
fn shortened(path: &str, width: usize) -> String {
    let length = path.chars().count();
    if length <= width {
        return path.to_owned();
    }
    let (head, tail) = ((width - 1) / 2, width - 1 - (width - 1) / 2);
    let head: String = path.chars().take(head).collect();
    let tail: String = path.chars().skip(length - tail).collect();
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_understood() {
        for template in
            ["{spinner} {wide_msg}", "  {bar:30.cyan/dim} {percent:>3}%  {wide_msg}", "    {wide_msg}"]
        {
            ProgressStyle::with_template(template).unwrap();
        }
    }

    #[test]
    fn long_paths_lose_their_middle() {
        assert_eq!(shortened("abc", 5), "abc");
        assert_eq!(shortened("äbcdefghi", 5), "äb…hi");
        assert_eq!(shortened("abcdefghi", 6), "ab…ghi");
    }

    #[test]
    fn commands_speak_softly() {
        assert_eq!(output("a\u{1b}[31mb", false), "    a\u{fffd}[31mb");
        assert_eq!(output("a", true), "    \u{1b}[2ma\u{1b}[0m");
    }

    #[test]
    fn says_how_far() {
        let file = FileProgress { path: "a\u{1b}.bin".into(), sent: 50, size: 200 };
        let text = under_way(&file);
        assert!(text.starts_with("a\u{fffd}.bin ") && text.ends_with("   25% of 200 B"), "{text:?}");
        assert!(under_way(&FileProgress { size: 0, ..file }).ends_with("100% of 0 B"));
        let progress = Progress { files_done: 2, files_total: 3, ..Progress::default() };
        assert_eq!(summary(&progress, Some("about 1 second".into())), "2 of 3 files, about 1 second left");
    }
}
