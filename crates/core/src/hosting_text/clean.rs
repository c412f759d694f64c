//! Pasted text as plain lines: without quoting, bullets, frames, and what mail programs put between letters.

/// No more than this is read of a text, in bytes.
const MOST: usize = 1 << 20;
/// No more than this is read of one line, in bytes: no account has longer ones, and it keeps the work linear.
const LONGEST_LINE: usize = 4096;

/// The lines of `text`.
pub(super) fn lines(text: &str) -> Vec<String> {
    let others = ['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
    let lines = head(text, MOST).lines().flat_map(|line| line.split(others));
    lines.map(|line| undecorated(&plain(head(line, LONGEST_LINE))).to_owned()).collect()
}

/// The first `most` bytes, or a little less: no character is split.
fn head(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// Blanks of all kinds as spaces; nothing that can't be seen.
pub(super) fn plain(line: &str) -> String {
    let unseen = |c: char| {
        matches!(c, '\u{ad}' | '\u{34f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
            || (c.is_control() && c != '\t')
    };
    let blank = |c: char| if c.is_whitespace() && c != '\t' { ' ' } else { c };
    line.chars().filter(|c| !unseen(*c)).map(blank).collect()
}

/// Without the marks of quoted mail, lists, headings and frames around it.
fn undecorated(line: &str) -> &str {
    let mut line = line.trim();
    while let Some(rest) = line.strip_prefix('>') {
        line = rest.trim_start();
    }
    let frame = ['|', '\u{2502}', '\u{2503}', '\u{2551}'];
    if let Some(rest) = line.strip_prefix(frame) {
        let rest = rest.trim();
        line = rest.strip_suffix(frame).unwrap_or(rest).trim();
    }
    let bullet = line.trim_start_matches(|c| {
        "-*+\u{2022}\u{b7}\u{25aa}\u{25cf}\u{2023}\u{25e6}\u{2013}\u{2014}#".contains(c)
    });
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = number.strip_prefix(['.', ')']).filter(|_| line.len() - number.len() <= 2).unwrap_or(line);
    [bullet, number]
        .into_iter()
        .find(|rest| rest.len() < line.len() && rest.starts_with([' ', '\t']))
        .unwrap_or(line)
        .trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_written_is_left() {
        for (line, read) in [
            ("> > Host: a", "Host: a"),
            ("\u{feff}Pass\u{ad}wort:\u{a0}a\u{200b}b", "Passwort: ab"),
            ("  • Host: a", "Host: a"),
            ("2) Host: a", "Host: a"),
            ("## FTP", "FTP"),
            ("| Host | a |", "Host | a"),
            ("**Host:** a", "**Host:** a"),
            ("21", "21"),
            ("203.0.113.7", "203.0.113.7"),
        ] {
            assert_eq!(lines(line), [read], "{line:?}");
        }
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters() {
        assert_eq!(lines(&"ä".repeat(LONGEST_LINE))[0].len(), LONGEST_LINE);
        assert_eq!(lines(&"ä\n".repeat(MOST)).len(), MOST / 3);
    }
}
