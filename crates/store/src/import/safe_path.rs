//! FileZilla's way to write a folder on a server: the kind of server, then prefix and parts, each after its length.
//! `1 0 6 public 4 html` is `/public/html` (`CServerPath::SetSafePath` in FileZilla's `src/engine/serverpath.cpp`).

/// The folder, with slashes; empty where the file names none. `None` where it is damaged or of a server whose
/// folders are written another way (VMS, MVS, drives of Windows).
pub(super) fn read(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some(String::new());
    }
    // Lengths count what a `wchar_t` holds: characters on Linux and macOS, UTF-16 units on Windows.
    parts(text, |_| 1).or_else(|| parts(text, char::len_utf16)).map(|parts| format!("/{}", parts.join("/")))
}

/// `ServerType` in FileZilla's `src/include/server.h`.
const DEFAULT: usize = 0;
const UNIX: usize = 1;

fn parts(text: &str, size: fn(char) -> usize) -> Option<Vec<&str>> {
    let (kind, rest) = number(text)?;
    let (prefix, mut rest) = number(rest?)?;
    if !matches!(kind, DEFAULT | UNIX) || prefix != 0 {
        return None;
    }
    let mut parts = Vec::new();
    while let Some(text) = rest {
        let (length, after) = number(text)?;
        let (part, after) = take(after?, length, size)?;
        if part.is_empty() {
            return None;
        }
        parts.push(part);
        rest = match after {
            "" => None,
            after => Some(after.strip_prefix(' ')?),
        };
    }
    Some(parts)
}

/// A number, and what follows the space after it.
fn number(text: &str) -> Option<(usize, Option<&str>)> {
    let (number, rest) = text.split_once(' ').map_or((text, None), |(number, rest)| (number, Some(rest)));
    Some((number.parse().ok()?, rest))
}

fn take(text: &str, length: usize, size: fn(char) -> usize) -> Option<(&str, &str)> {
    let mut left = length;
    for (at, c) in text.char_indices() {
        if left == 0 {
            return Some(text.split_at(at));
        }
        left = left.checked_sub(size(c))?;
    }
    (left == 0).then_some((text, ""))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn folders_are_read() {
        for (text, folder) in [
            ("", Some("")),
            ("1 0", Some("/")),
            ("1 0 6 public 4 html", Some("/public/html")),
            ("0 0 7 my site 2 a ", Some("/my site/a ")),
            ("1 0 3 été", Some("/été")),
            ("1 0 2 😀x", Some("/😀x")),
            ("1 0 3 😀x", Some("/😀x")),
            ("2 6 DISK1: 3 www", None),
            ("3 0 2 C:", None),
            ("1 0 6 publi", None),
            ("1 0 6 public4 html", None),
            ("1 0 x", None),
            ("1", None),
            ("/public_html", None),
        ] {
            assert_eq!(read(text).as_deref(), folder, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_folder_comes_back(parts in prop::collection::vec("[^/]{1,20}", 0..6)) {
            let write = |size: fn(&str) -> usize| {
                let written = parts.iter().map(|part| format!(" {} {part}", size(part)));
                format!("1 0{}", written.collect::<String>())
            };
            let folder = format!("/{}", parts.join("/"));
            prop_assert_eq!(read(&write(|part| part.chars().count())), Some(folder.clone()));
            prop_assume!(parts.iter().all(|part| part.chars().all(|c| c.len_utf16() == 1)));
            prop_assert_eq!(read(&write(|part| part.encode_utf16().count())), Some(folder));
        }
    }
}
