//! Whether a path of the server may become a file of this computer. Names on a server are whatever someone there
//! chose: some would mean something else here than a file of that name.

use unicode_normalization::UnicodeNormalization;

use crate::path::{LONGEST_NAME, OWN_FOLDER, RemotePath};

/// The longest path below the chosen folder, in bytes. Systems hold 1,024 (macOS), 4,096 (Linux) or 32,767
/// (Windows) with all that is above that folder.
pub const LONGEST_PATH: usize = 900;

/// Folders that programs on this computer obey: whoever writes into them can have commands run (Git's hooks).
const OBEYED: [&str; 5] = [".git", "git~1", ".hg", ".svn", ".bzr"];

/// Characters that Windows allows in no name (Microsoft, "Naming Files, Paths, and Namespaces"). The colon is that
/// of drives and of alternate streams too.
const NOT_ON_WINDOWS: [char; 8] = ['<', '>', ':', '"', '|', '?', '*', '\\'];

/// Names of devices on Windows, with any extension too (the same source). The three superscript digits count as
/// digits.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// What the file system of this computer makes of names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rules {
    /// It is one of Windows.
    pub windows: bool,
}

impl Rules {
    /// Those of the computer that this runs on.
    pub fn here() -> Self {
        Self { windows: cfg!(windows) }
    }
}

/// Why a path can't become a file here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameProblem {
    /// Windows takes the name for a device.
    #[error("is the name of a device on Windows")]
    Device,
    /// A character that Windows allows in no name.
    #[error("holds {0:?}, which Windows allows in no name")]
    Character(char),
    /// Windows drops dots and spaces at the end of names.
    #[error("ends with a dot or a space, which Windows drops")]
    End,
    /// A part is longer than [`LONGEST_NAME`] bytes.
    #[error("has a part longer than {LONGEST_NAME} bytes")]
    LongName,
    /// The whole is longer than [`LONGEST_PATH`] bytes.
    #[error("is longer than {LONGEST_PATH} bytes")]
    LongPath,
    /// It lies in a folder whose content programs here obey.
    #[error("belongs to version control, whose files can make this computer run commands")]
    Obeyed,
    /// It would lie in Slipway's own folder.
    #[error("belongs to Slipway itself")]
    Own,
}

/// Checks a path below the chosen folder. What no [`RemotePath`] can hold (`..`, empty parts, control characters)
/// needs no check.
pub fn check(path: &RemotePath, rules: Rules) -> Result<(), NameProblem> {
    if path.as_str().len() > LONGEST_PATH {
        return Err(NameProblem::LongPath);
    }
    for (i, part) in path.as_str().split('/').enumerate() {
        check_part(part, rules)?;
        if i == 0 && taken_for(part, OWN_FOLDER) {
            return Err(NameProblem::Own);
        }
    }
    Ok(())
}

fn check_part(part: &str, rules: Rules) -> Result<(), NameProblem> {
    if part.len() > LONGEST_NAME {
        return Err(NameProblem::LongName);
    }
    if OBEYED.iter().any(|obeyed| taken_for(part, obeyed)) {
        return Err(NameProblem::Obeyed);
    }
    if !rules.windows {
        return Ok(());
    }
    if let Some(c) = part.chars().find(|c| NOT_ON_WINDOWS.contains(c) || c.is_control()) {
        return Err(NameProblem::Character(c));
    }
    if part.ends_with(['.', ' ']) {
        return Err(NameProblem::End);
    }
    if is_device(part) { Err(NameProblem::Device) } else { Ok(()) }
}

fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().trim_end_matches(' ').to_uppercase();
    let port = ["COM", "LPT"].iter().find_map(|port| stem.strip_prefix(port));
    let digit = |rest: &str| matches!(rest.chars().next(), Some('1'..='9' | '\u{b9}' | '\u{b2}' | '\u{b3}'));
    DEVICES.contains(&&*stem) || port.is_some_and(|rest| rest.chars().count() == 1 && digit(rest))
}

/// Whether some file system takes the one name for the other: it ignores case, or characters without a shape
/// (HFS+), or dots and spaces at the end (Windows), or reads on to a colon only (streams of NTFS).
fn taken_for(name: &str, other: &str) -> bool {
    let shapeless = |c: &char| matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}');
    let name = name.split(':').next().unwrap_or_default();
    let seen: String = name.chars().filter(|c| !shapeless(c)).flat_map(char::to_lowercase).collect();
    seen.trim_end_matches(['.', ' ']) == other
}

/// The name under which a file system finds a path: two paths with the same key are one file to it.
pub fn key(path: &str, ignores_case: bool) -> String {
    let composed = path.nfc();
    // Upper case first: "ß" and "ſ" have it in common with "ss" and "s" on some systems.
    if ignores_case {
        composed.flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfc().collect()
    } else {
        composed.collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(name: &str, windows: bool) -> Result<(), NameProblem> {
        check(&RemotePath::new(name).unwrap(), Rules { windows })
    }

    #[test]
    fn names_that_windows_takes_for_something_else() {
        use NameProblem::{Character, Device, End};
        for (name, problem) in [
            ("CON", Device),
            ("a/nul.txt", Device),
            ("Aux.tar.gz", Device),
            ("prn .html", Device),
            ("COM1", Device),
            ("lpt9.css", Device),
            ("com\u{b2}", Device),
            ("CONIN$", Device),
            ("conout$.x", Device),
            ("C:", Character(':')),
            ("C:\\Windows\\x", Character(':')),
            ("..\\..\\x", Character('\\')),
            ("\\\\host\\share", Character('\\')),
            ("page.html:stream", Character(':')),
            ("what?", Character('?')),
            ("a*b", Character('*')),
            ("a<b", Character('<')),
            ("a>b", Character('>')),
            ("a|b", Character('|')),
            ("a\"b", Character('"')),
            ("dir./a", End),
            ("dir /a", End),
            ("...", End),
        ] {
            assert_eq!(of(name, true), Err(problem), "{name}");
            assert_eq!(of(name, false), Ok(()), "{name}");
        }
        for fine in ["console", "com0", "com10", "lpt", "nullable.js", "a.con", ".htaccess", " a", "a b.c"] {
            assert_eq!(of(fine, true), Ok(()), "{fine}");
        }
    }

    #[test]
    fn what_is_refused_everywhere() {
        use NameProblem::{LongPath, Obeyed, Own};
        let deep = vec!["0123456789"; 90].join("/");
        for (name, problem) in [
            (".git/hooks/post-checkout", Obeyed),
            ("sub/.GIT/config", Obeyed),
            ("GIT~1", Obeyed),
            (".g\u{200c}it/config", Obeyed),
            (".git. /config", Obeyed),
            (".git::$INDEX_ALLOCATION/config", Obeyed),
            ("a/.Svn", Obeyed),
            (".slipway", Own),
            (".SLIPWAY/pull/x", Own),
            (&*deep, LongPath),
        ] {
            for windows in [false, true] {
                assert_eq!(of(name, windows), Err(problem), "{name}");
            }
        }
        for fine in [".gitignore", ".github/x", ".well-known", "a/.slipway", "~x", "-rf", "$HOME", "a;b"] {
            for windows in [false, true] {
                assert_eq!(of(fine, windows), Ok(()), "{fine}");
            }
        }
    }

    #[test]
    fn keys() {
        assert_eq!(key("u\u{308}/A", false), "\u{fc}/A");
        assert_eq!(key("U\u{308}/A", true), key("\u{fc}/a", true));
        assert_ne!(key("A", false), key("a", false));
    }

    proptest! {
        #[test]
        fn what_passes_stays_below_on_windows(text in any::<String>()) {
            if let Ok(path) = RemotePath::new(&text)
                && check(&path, Rules { windows: true }).is_ok()
            {
                prop_assert!(!path.as_str().contains(['\\', ':']));
                prop_assert!(!path.as_str().split('/').any(|part| part.ends_with(['.', ' '])));
            }
        }
    }
}
