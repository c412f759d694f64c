//! Where in a line a label ends and its value begins.

use super::words::{Label, Noun, label};

/// A label and what stands behind it; empty if that is in the next line.
pub(super) struct Pair<'a> {
    pub(super) label: Label,
    pub(super) value: &'a str,
}

/// What a line holds.
pub(super) enum Line<'a> {
    Pairs(Vec<Pair<'a>>),
    /// A label that asks for no field, and its value: no heading.
    Foreign(&'a str, &'a str),
    Text,
}

/// Reads a line.
pub(super) fn read(line: &str) -> Line<'_> {
    if let Some((label, value)) = separated(line) {
        let mut pairs = Vec::new();
        let mut next = Some((label, value));
        while let Some((label, value)) = next {
            let (value, further) = until_next_label(value);
            push(&mut pairs, label, value);
            next = further;
        }
        return Line::Pairs(pairs);
    }
    if let Some(label) = label(marked(line)) {
        return Line::Pairs(vec![Pair { label, value: "" }]);
    }
    match line.split_once(": ").filter(|(label, value)| label.len() <= 50 && !value.trim().is_empty()) {
        Some((label, value)) => Line::Foreign(label, value),
        None => Line::Text,
    }
}

fn push<'a>(pairs: &mut Vec<Pair<'a>>, label: Label, value: &'a str) {
    if label.noun != Noun::UserAndPassword {
        return pairs.push(Pair { label, value });
    }
    if let Some((user, password)) = value.split_once(" / ").or_else(|| value.split_once('/')) {
        pairs.push(Pair { label: Label { noun: Noun::User, ..label }, value: user });
        pairs.push(Pair { label: Label { noun: Noun::Password, ..label }, value: password });
    }
}

/// A label without its colon and its marks for bold or slanted letters.
fn marked(label: &str) -> &str {
    label.trim_matches(|c: char| c.is_whitespace() || "*_:\u{ff1a}`".contains(c))
}

/// The label that `line` begins with, and the rest behind the separator.
fn separated(line: &str) -> Option<(Label, &str)> {
    let breaks = line.char_indices().filter_map(|(at, c)| separator(line, at, c).map(|length| (at, length)));
    for (at, length) in breaks.take(6) {
        let (before, rest) = (&line[..at], &line[at + length..]);
        let Some(label) = label(marked(before)) else { continue };
        let cell = match &line[at..at + length] {
            ":" | "=" | "\u{ff1a}" | "->" | "=>" | "\u{2192}" => rest,
            "|" => rest.split(" |").next().unwrap_or_default(),
            "\t" => {
                let rest = rest.trim_start();
                rest.strip_prefix(": ").unwrap_or(rest).split('\t').next().unwrap_or_default()
            }
            _ => rest.trim_start().split("  ").next().unwrap_or_default(),
        };
        return Some((label, value_of(before, cell)));
    }
    sentence(line)
}

/// The length of the separator at `at`, if there is one.
fn separator(line: &str, at: usize, c: char) -> Option<usize> {
    let rest = &line[at..];
    match c {
        ':' if rest.starts_with("://") => None,
        '-' if rest.starts_with("->") => Some(2),
        '=' if rest.starts_with("=>") => Some(2),
        ':' | '=' | '\t' | '|' | '\u{ff1a}' | '\u{2192}' => Some(c.len_utf8()),
        ' ' if rest.starts_with(" - ") || rest.starts_with(" \u{2013} ") => {
            Some(if rest.starts_with(" - ") { 3 } else { " \u{2013} ".len() })
        }
        ' ' if rest.starts_with("  ") => Some(2),
        _ => None,
    }
}

/// The value without the marks that were opened before its label.
fn value_of<'a>(label: &str, value: &'a str) -> &'a str {
    let value = value.trim();
    let mark = ["**", "__", "*", "_"].into_iter().find(|mark| label.trim_start().starts_with(mark));
    match mark {
        // `**Label:** value`, or `**Label: value**`.
        Some(mark) if !label.trim_end().ends_with(mark) => {
            let opened = value.strip_prefix(mark).map(str::trim_start);
            opened.or_else(|| value.strip_suffix(mark)).unwrap_or(value)
        }
        _ => value,
    }
}

/// "Port 21", "Your user name is web123.": a label and a single word that is no common one.
fn sentence(line: &str) -> Option<(Label, &str)> {
    let (before, word) = line.trim_end_matches('.').rsplit_once(' ')?;
    let label = label(before)?;
    let apart = match label.noun {
        Noun::Port => word.bytes().all(|b| b.is_ascii_digit()),
        Noun::Host | Noun::Ip | Noun::Address => word.contains('.'),
        Noun::Dir | Noun::Home => word.starts_with('/'),
        Noun::User | Noun::Password => word.len() > 3 && word.bytes().any(|b| b.is_ascii_digit()),
        _ => false,
    };
    apart.then_some((label, word))
}

/// `value` up to where a further label begins in the same line, and that label with what is behind it.
fn until_next_label(value: &str) -> (&str, Option<(Label, &str)>) {
    for (at, c) in value.char_indices().filter(|(_, c)| matches!(c, ':' | '=' | '\u{ff1a}')) {
        let rest = &value[at + c.len_utf8()..];
        if c == ':' && !rest.starts_with([' ', '\t', '*']) {
            continue;
        }
        let back = &value[value.floor_char_boundary(at.saturating_sub(40))..at];
        let starts = back.char_indices().filter(|(_, c)| " \t(*".contains(*c)).map(|(i, _)| i + 1);
        for start in starts {
            let Some(label) = label(marked(&back[start..])) else { continue };
            let before = &value[..at - (back.len() - start)];
            // `x,user=y` may all be a password; nobody parts fields without a blank.
            let before = before.trim_end_matches(['*', '(']);
            if before.trim().is_empty() || !before.ends_with([' ', '\t']) {
                continue;
            }
            let before = before.trim_end();
            let cut = before
                .strip_suffix([',', ';', '/', '|', '\u{2013}', '-'])
                .filter(|cut| !cut.trim().is_empty())
                .unwrap_or(before);
            return (cut.trim_end(), Some((label, value_of(&back[start - 1..], rest))));
        }
    }
    (value, None)
}

/// The cells of a row, if `line` has the form of one.
pub(super) fn cells(line: &str) -> Vec<&str> {
    let cells: Vec<&str> = if line.contains('|') {
        line.split('|').collect()
    } else if line.contains('\t') {
        line.split('\t').collect()
    } else {
        line.split("  ").filter(|cell| !cell.trim().is_empty()).collect()
    };
    cells.into_iter().map(str::trim).collect()
}

/// The labels over the columns of a table: two of them at least ask for something.
pub(super) fn header(cells: &[&str]) -> Option<Vec<Option<Label>>> {
    if cells.len() < 2 {
        return None;
    }
    let labels: Vec<Option<Label>> = cells.iter().map(|cell| label(marked(cell))).collect();
    let asking = labels.iter().flatten().count();
    let who = labels.iter().flatten().any(|label| matches!(label.noun, Noun::User | Noun::Password));
    (asking >= 2 && who).then_some(labels)
}

/// Whether a line has nothing but strokes.
pub(super) fn is_rule(line: &str) -> bool {
    line.chars().all(|c| "-=_*+~#|:. ".contains(c) || ('\u{2500}'..='\u{257f}').contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(line: &str) -> Vec<(Noun, &str)> {
        match read(line) {
            Line::Pairs(pairs) => pairs.into_iter().map(|pair| (pair.label.noun, pair.value)).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn every_way_of_parting_them() {
        for line in [
            "Host: a.example",
            "Host = a.example",
            "Host\ta.example",
            "Host | a.example",
            "Host:\ta.example",
            "Host     a.example   (new)",
            "**Host:** a.example",
            "**Host**: a.example",
            "*Host: a.example*",
            "Host \u{2013} a.example",
            "Host \u{2192} a.example",
            "Hôte\u{ff1a}a.example",
            "Host a.example",
        ] {
            assert_eq!(pairs(line), [(Noun::Host, "a.example")], "{line}");
        }
        assert_eq!(pairs("Port 21"), [(Noun::Port, "21")]);
        assert_eq!(pairs("Passwort:"), [(Noun::Password, "")]);
    }

    #[test]
    fn a_value_is_not_cut() {
        assert_eq!(pairs("Password: a:b = c|d  e"), [(Noun::Password, "a:b = c|d  e")]);
        assert_eq!(pairs("Password = =x="), [(Noun::Password, "=x=")]);
        assert_eq!(pairs("Passwort | a|b | neu"), [(Noun::Password, "a|b")]);
    }

    #[test]
    fn several_in_a_line() {
        let three = [(Noun::Host, "a.example"), (Noun::User, "anna"), (Noun::Password, "x,y;z")];
        assert_eq!(pairs("Host: a.example, User: anna, Password: x,y;z"), three);
        assert_eq!(pairs("host=a.example user=anna password=x,y;z"), three);
        assert_eq!(pairs("Host: a.example / User: anna | Passwort: x,y;z"), three);
        assert_eq!(pairs("Username/Password: anna / x,y;z"), three[1..]);
    }

    #[test]
    fn no_labels() {
        for line in ["Dear Anna,", "Password reset", "https://example.com", "Note: read this"] {
            assert_eq!(pairs(line), [], "{line}");
        }
    }
}
