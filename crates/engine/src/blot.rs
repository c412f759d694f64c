//! What a command writes, as lines that can be shown: no secret, no control characters, no line without end.

use secrecy::{ExposeSecret, SecretString};

/// Lines are cut after so many bytes.
const LONGEST_LINE: usize = 4_096;
/// Follows what was cut.
const CUT: &str = " …";
/// Stands for a secret.
const BLOT: &str = "•••";
/// Shorter values, in characters, would blot out half of what is written.
const SHORTEST_SECRET: usize = 4;

/// Blots secrets out.
pub(crate) struct Blotter {
    secrets: Vec<SecretString>,
    /// So many bytes of a line are looked at beyond the cut: a secret that begins before it is known as a whole.
    margin: usize,
}

impl Blotter {
    /// Blots these out. One of several lines is blotted out line by line.
    pub(crate) fn new(secrets: &[SecretString]) -> Self {
        let lines = secrets.iter().flat_map(|secret| secret.expose_secret().lines());
        let long = lines.map(str::trim).filter(|line| line.chars().count() >= SHORTEST_SECRET);
        let secrets: Vec<SecretString> = long.map(SecretString::from).collect();
        // No character is longer than 4 bytes.
        let margin = secrets.iter().map(|secret| secret.expose_secret().len()).max().unwrap_or(0).max(4);
        Self { secrets, margin }
    }

    /// A line as it is shown. `whole` says that nothing of it is missing.
    fn show(&self, line: &[u8], whole: bool) -> String {
        let line = String::from_utf8_lossy(line);
        let text = plain(line.trim_end_matches('\r'));
        let known = if whole { text.len() } else { text.len().saturating_sub(self.margin) };
        let end = text.floor_char_boundary(known.min(LONGEST_LINE));
        let mut shown = self.without_secrets(&text, end);
        if !whole || end < text.len() {
            shown.push_str(CUT);
        }
        shown
    }

    /// The text up to `end`, where a secret that begins before it is blotted out as a whole.
    fn without_secrets(&self, text: &str, end: usize) -> String {
        let mut hidden: Vec<(usize, usize)> = Vec::new();
        for secret in &self.secrets {
            let secret = secret.expose_secret();
            let mut from = 0;
            while let Some(at) = text.get(from..).and_then(|rest| rest.find(secret)) {
                hidden.push((from + at, from + at + secret.len()));
                // One that overlaps itself is found again.
                from += at + secret.chars().next().map_or(1, char::len_utf8);
            }
        }
        hidden.sort_unstable();
        let (mut shown, mut done) = (String::with_capacity(end), 0);
        for (from, to) in hidden.into_iter().filter(|&(from, _)| from < end) {
            if from >= done {
                shown.push_str(&text[done..from]);
                shown.push_str(BLOT);
            }
            done = done.max(to);
        }
        shown.push_str(text.get(done..end).unwrap_or_default());
        shown
    }
}

/// Without escape sequences and other control characters. What a carriage return overwrites is left out, as on a
/// terminal.
fn plain(line: &str) -> String {
    let line = line.rsplit('\r').next().unwrap_or_default();
    if !line.contains(|c: char| c.is_control()) {
        return line.to_owned();
    }
    let without_escapes = anstream::adapter::strip_str(line).to_string();
    without_escapes.chars().filter(|&c| c == '\t' || !c.is_control()).collect()
}

/// Puts portions of bytes together to lines. What is beyond the longest line is not kept.
#[derive(Default)]
pub(crate) struct Lines {
    line: Vec<u8>,
    cut: bool,
}

impl Lines {
    /// Takes in what was read, and hands over each line that ends in it.
    pub(crate) fn take(&mut self, bytes: &[u8], blotter: &Blotter, mut each: impl FnMut(String)) {
        for part in bytes.split_inclusive(|&byte| byte == b'\n') {
            match part.split_last() {
                Some((b'\n', rest)) => {
                    self.add(rest, blotter);
                    each(self.show(blotter));
                }
                _ => self.add(part, blotter),
            }
        }
    }

    /// The last line, if it does not end in a line break.
    pub(crate) fn rest(&mut self, blotter: &Blotter) -> Option<String> {
        (!self.line.is_empty()).then(|| self.show(blotter))
    }

    fn add(&mut self, bytes: &[u8], blotter: &Blotter) {
        let room = (LONGEST_LINE + blotter.margin).saturating_sub(self.line.len());
        self.cut |= bytes.len() > room;
        self.line.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn show(&mut self, blotter: &Blotter) -> String {
        let shown = blotter.show(&self.line, !self.cut);
        self.line.clear();
        self.cut = false;
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blotter(secrets: &[&str]) -> Blotter {
        Blotter::new(&secrets.iter().map(|&secret| secret.into()).collect::<Vec<_>>())
    }

    fn lines(bytes: &[u8], portion: usize, blotter: &Blotter) -> Vec<String> {
        let (mut lines, mut shown) = (Lines::default(), Vec::new());
        for bytes in bytes.chunks(portion) {
            lines.take(bytes, blotter, |line| shown.push(line));
        }
        shown.extend(lines.rest(blotter));
        shown
    }

    #[test]
    fn lines_whatever_the_portions() {
        let text = "one\r\ntw\u{f6}\n\n\tthree\x07\n10 %\r100 %\n\x1b[1;31mred\x1b[0m\nlast".as_bytes();
        for portion in 1..text.len() {
            let shown = lines(text, portion, &blotter(&[]));
            assert_eq!(shown, ["one", "tw\u{f6}", "", "\tthree", "100 %", "red", "last"]);
        }
        assert_eq!(lines(b"a\xffb\n", 9, &blotter(&[])), ["a\u{fffd}b"]);
    }

    #[test]
    fn secrets_are_blotted_out() {
        let blotter = blotter(&["hunter2", "abab", "ter2x", "line one\nline two", "abc"]);
        for (text, shown) in [
            ("password: hunter2!", "password: •••!"),
            ("hunter2hunter2", "••••••"),
            ("xababab-abc", "x•••-abc"),
            ("hunter2x", "•••"),
            ("hun\x1b[1mter2", "•••"),
            ("line one, line two", "•••, •••"),
        ] {
            assert_eq!(lines(text.as_bytes(), 3, &blotter), [shown]);
        }
    }

    #[test]
    fn a_line_without_end_is_cut_and_no_secret_with_it() {
        let secret = "s3cr\u{e9}t".repeat(10);
        let blotter = blotter(&[&secret]);
        for before in LONGEST_LINE - 100..LONGEST_LINE + 100 {
            for escapes in ["", "\x1b[0m\x1b[0m\x1b[0m"] {
                let text = format!("{escapes}{}{secret}{secret}{}", "x".repeat(before), "y".repeat(9_000));
                let shown = lines(text.as_bytes(), 1_000, &blotter);
                assert_eq!(shown.len(), 1);
                assert!(!shown[0].contains("s3"), "{before}: {}", &shown[0][LONGEST_LINE - 200..]);
                assert!(shown[0].len() < LONGEST_LINE + 20 && shown[0].ends_with(CUT));
            }
        }
    }
}
