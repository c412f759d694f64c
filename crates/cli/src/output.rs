//! What is written where: data to standard output, talk to standard error. With `--json` standard output is one JSON
//! object a line, and the last one is written once.

use std::borrow::Cow;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// The widest that sentences get on a terminal, in characters.
const WIDTH: usize = 78;

/// Both outputs of the process.
#[derive(Debug)]
pub(crate) struct Output {
    json: bool,
    quiet: bool,
    verbose: u8,
    ended: AtomicBool,
    trouble: Mutex<Option<io::Error>>,
}

impl Output {
    pub(crate) fn new(json: bool, quiet: bool, verbose: u8) -> Self {
        Self { json, quiet, verbose, ended: AtomicBool::new(false), trouble: Mutex::new(None) }
    }

    /// Whether standard output is for programs.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Whether there is only to be talk of errors.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// How often `-v` was given.
    pub(crate) fn verbose(&self) -> u8 {
        self.verbose
    }

    /// A line of data for a person. Nothing with `--json`.
    pub(crate) fn line(&self, text: &str) {
        if !self.json {
            self.write(format!("{}\n", plain(text)).as_bytes());
        }
    }

    /// What a command did, in a sentence. Nothing with `--json` or `-q`.
    pub(crate) fn say(&self, text: &str) {
        if !self.quiet {
            self.line(text);
        }
    }

    /// One JSON object, in a line of its own. Nothing without `--json`.
    pub(crate) fn event(&self, value: &impl Serialize) {
        if self.json && !self.ended.load(Ordering::SeqCst) {
            self.json_line(value);
        }
    }

    /// The last JSON object; those after it are not written. Nothing without `--json`.
    pub(crate) fn last(&self, value: &impl Serialize) {
        if self.json && !self.ended.swap(true, Ordering::SeqCst) {
            self.json_line(value);
        }
    }

    fn json_line(&self, value: &impl Serialize) {
        match serde_json::to_vec(value) {
            Ok(mut line) => {
                line.push(b'\n');
                self.write(&line);
            }
            Err(error) => self.keep(error.into()),
        }
    }

    /// A line for the person at the terminal. Nothing with `-q` or `--json`.
    pub(crate) fn talk(&self, text: &str) {
        if !self.quiet && !self.json {
            self.error(text);
        }
    }

    /// A line on standard error, whatever was asked for.
    pub(crate) fn error(&self, text: &str) {
        // There is nowhere left to say that this failed.
        _ = writeln!(io::stderr().lock(), "{}", plain(text));
    }

    /// Bytes for standard output, as they are.
    pub(crate) fn write(&self, bytes: &[u8]) {
        let mut stdout = io::stdout().lock();
        if let Err(error) = stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            self.keep(error);
        }
    }

    /// Who closes the pipe (`| head`) has read enough; that is no error.
    fn keep(&self, error: io::Error) {
        if error.kind() != ErrorKind::BrokenPipe {
            self.trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
    }

    /// Why something could not be written, if so.
    pub(crate) fn trouble(&self) -> Option<io::Error> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Text as it may go to a terminal: what would steer the terminal (control characters), or turn the order of letters
/// about (the Unicode marks of direction), becomes U+FFFD. Line breaks stay.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    let steers = |c: char| {
        (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if text.contains(steers) { text.replace(steers, "\u{fffd}").into() } else { text.into() }
}

/// The same, without line breaks: a name, or a server's words, inside a sentence.
pub(crate) fn inline(text: &str) -> String {
    plain(text).replace('\n', " ")
}

/// Breaks a paragraph for standard error where that is a terminal.
pub(crate) fn paragraph(text: &str) -> String {
    if io::stderr().is_terminal() { wrap(text, WIDTH) } else { text.to_owned() }
}

fn wrap(text: &str, width: usize) -> String {
    let mut lines = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            lines.push('\n');
            column = 0;
        } else if column > 0 {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += length;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(plain("a\u{1b}[31mb\r\u{9b}\u{202e}\nc"), "a\u{fffd}[31mb\u{fffd}\u{fffd}\u{fffd}\nc");
        assert_eq!(inline("530-no\n530 entry"), "530-no 530 entry");
        assert!(matches!(plain("über Käse"), Cow::Borrowed(_)));
    }

    #[test]
    fn breaks_between_words_only() {
        assert_eq!(wrap("aa bb ccc", 5), "aa bb\nccc");
        assert_eq!(wrap("aaaaaaaa b", 5), "aaaaaaaa\nb");
    }
}
