//! The texts of licences: which files hold them, and how they are listed, each once.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Something of others that ships.
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// As it names its licence itself, mostly in SPDX's words.
    pub(crate) licence: String,
    /// Where its sources are, if it says so.
    pub(crate) home: String,
    pub(crate) texts: Vec<String>,
}

/// How the names of files with licences begin, in small letters.
const BEGINNINGS: [&str; 6] = ["license", "licence", "copying", "copyright", "notice", "unlicense"];

/// How they end, but for those that end with the licence's name (`LICENSE-MIT`, `LICENSE.APACHE2`).
const NOT_TEXTS: [&str; 9] = ["rs", "js", "ts", "json", "toml", "html", "c", "h", "py"];

/// The texts of all licences at and below `folder`: parts that were taken over have theirs beside them.
pub(crate) fn find_texts(folder: &Path) -> Result<Vec<String>, String> {
    let unreadable = |error| format!("{} cannot be read: {error}.", folder.display());
    let mut entries: Vec<_> =
        fs::read_dir(folder).and_then(Iterator::collect::<Result<_, _>>).map_err(unreadable)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    let mut texts = Vec::new();
    for entry in entries {
        let name = entry.file_name().to_string_lossy().to_lowercase();
        if entry.file_type().map_err(unreadable)?.is_dir() {
            if name != "node_modules" {
                texts.extend(find_texts(&entry.path())?);
            }
        } else if is_licence(&name) {
            let text = fs::read(entry.path()).map_err(unreadable)?;
            texts.push(String::from_utf8_lossy(&text).replace('\r', ""));
        }
    }
    Ok(texts)
}

fn is_licence(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    BEGINNINGS.iter().any(|beginning| name.starts_with(beginning)) && !NOT_TEXTS.contains(&ending)
}

/// The list for people to read: every package with the numbers of its texts, then the texts.
pub(crate) fn render(packages: &[Package]) -> String {
    let mut list = String::from(
        "Slipway is given to you under the MIT licence or the Apache License 2.0, as you like.\n\
         It holds the work of many others. Here are their names and their terms; the numbers are those of the texts below.\n\n",
    );
    let mut numbers = BTreeMap::new();
    let mut texts = String::new();
    for Package { name, version, licence, home, texts: own } in packages {
        let mut own: Vec<usize> = own
            .iter()
            .filter(|text| !text.trim().is_empty())
            .map(|text| {
                let next = numbers.len() + 1;
                // The same words are the same text, wherever the lines break.
                *numbers.entry(text.split_whitespace().collect::<Vec<_>>().join(" ")).or_insert_with(|| {
                    let _ = write!(texts, "\n{}\n[{next}]\n\n{}\n", "=".repeat(80), text.trim_matches('\n'));
                    next
                })
            })
            .collect();
        own.sort_unstable();
        own.dedup();
        let mut marks: String = own.iter().map(|number| format!(" [{number}]")).collect();
        if marks.is_empty() {
            let place = if home.is_empty() { String::new() } else { format!(", which are at {home}") };
            marks = format!(" (no text among its sources{place})");
        }
        let _ = writeln!(list, "{name} {version}: {licence}{marks}");
    }
    list + &texts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, texts: &[&str]) -> Package {
        Package {
            name: name.into(),
            version: "1.0.0".into(),
            licence: "MIT".into(),
            home: "https://example.com".into(),
            texts: texts.iter().map(|text| (*text).into()).collect(),
        }
    }

    #[test]
    fn licences_are_known_by_their_names() {
        for name in
            ["license", "license-mit", "licence.txt", "copying.lesser", "notice.md", "license.apache2"]
        {
            assert!(is_licence(name), "{name}");
        }
        for name in ["license.rs", "licenses.json", "readme.md", "my-license", "copyright.html"] {
            assert!(!is_licence(name), "{name}");
        }
    }

    #[test]
    fn texts_are_found_in_folders_too_but_not_in_other_packages() {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in [
            ("LICENSE", "one\r\n"),
            ("third_party/COPYING", "two"),
            ("node_modules/other/LICENSE", "three"),
            ("README.md", "four"),
        ] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        assert_eq!(find_texts(folder.path()), Ok(vec!["one\n".to_owned(), "two".to_owned()]));
    }

    #[test]
    fn the_same_text_is_printed_once() {
        let all = [package("a", &["You may\nuse it."]), package("b", &["", "Not this.", "You may use it."])];
        let text = render(&all);
        assert!(text.contains("\na 1.0.0: MIT [1]\nb 1.0.0: MIT [1] [2]\n"), "{text}");
        assert_eq!((text.matches("You may").count(), text.matches("Not this.").count()), (1, 1), "{text}");
    }

    #[test]
    fn a_package_without_a_text_says_where_it_is_from() {
        let text = render(&[package("a", &[])]);
        assert!(
            text.contains("a 1.0.0: MIT (no text among its sources, which are at https://example.com)\n"),
            "{text}"
        );
    }
}
