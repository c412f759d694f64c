//! What can be wrong with a project file, and where. No text here ever holds a secret.

use std::fmt;
use std::path::{Path, PathBuf};

use slipway_core::{Code, SiteError, SiteName};

use super::reference::ReferenceError;

/// Something wrong with a project file. As text: `slipway.json:12:7: there is no key "hots" here; …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, as it was named.
    pub file: PathBuf,
    /// The line, counted from 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// The column, counted from 1 in characters; 0 where the file as a whole is meant.
    pub column: usize,
    /// What is wrong there.
    pub what: ProblemKind,
}

/// What is wrong. Keys of a site are named from the site (`build.commands[0]`), others from the top (`paths`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProblemKind {
    /// The system does not let it be read, or it is too large.
    #[error("the file can't be read: {0}")]
    Unreadable(String),
    /// It is not JSON (with comments).
    #[error("this is not JSON: {0}")]
    Syntax(String),
    /// It was written for a newer Slipway.
    #[error("the file is for a newer Slipway (version {found} of the file; this Slipway knows {known})")]
    Newer {
        /// The version that it says.
        found: u64,
        /// The newest version that this Slipway knows.
        known: u64,
    },
    /// The same key twice in one object.
    #[error("the key {key:?} is here twice")]
    Duplicate {
        /// The key.
        key: String,
    },
    /// A key that means nothing.
    #[error("there is no key {key:?} here{}", perhaps(.nearest))]
    UnknownKey {
        /// The key.
        key: String,
        /// The key that was probably meant.
        nearest: Option<String>,
    },
    /// A string where a number belongs, and the like.
    #[error("{key} is {found}, and must be {expected}")]
    WrongType {
        /// The key.
        key: String,
        /// What belongs there.
        expected: &'static str,
        /// What is there.
        found: &'static str,
    },
    /// A word that is not one of those that can be chosen.
    #[error("{key} can't be {found:?}{}; there are: {}", perhaps(.nearest), .choices.join(", "))]
    UnknownChoice {
        /// The key.
        key: String,
        /// What is there.
        found: String,
        /// What can be chosen.
        choices: &'static [&'static str],
        /// What was probably meant.
        nearest: Option<String>,
    },
    /// A value that is needed, and neither here nor in the defaults.
    #[error("{key} is missing. {about}")]
    Missing {
        /// The key.
        key: String,
        /// What it is.
        about: &'static str,
    },
    /// A site's name that can't be used.
    #[error(transparent)]
    SiteName(SiteError),
    /// Two names that differ only in case.
    #[error("the name \"{name}\" differs only in case from that of the site \"{other}\"")]
    SiteNames {
        /// The later of the two.
        name: SiteName,
        /// The earlier.
        other: SiteName,
    },
    /// A value of the right type that can't be used.
    #[error("{key}: {why}")]
    Invalid {
        /// The key.
        key: String,
        /// Why not.
        why: String,
    },
    /// A password as plain text, or as part of a longer text.
    #[error(
        "a password is not written here, since the file is shared; write one reference alone, such as \
         \"${{env:FTP_PASSWORD}}\" or \"${{cred:SITE:ftp_password}}\""
    )]
    LiteralPassword,
    /// A password where it would be shown.
    #[error(
        "{reference} can't be used in {key}, where it would be shown; only in password and build.environment"
    )]
    SecretNotAllowed {
        /// The key.
        key: String,
        /// The reference.
        reference: String,
    },
    /// A reference that can't be understood, or that stands for nothing.
    #[error(transparent)]
    Reference(ReferenceError),
    /// No site of that name.
    #[error("there is no site \"{name}\" here{}", perhaps(.nearest))]
    NoSuchSite {
        /// The name.
        name: SiteName,
        /// The name that was probably meant.
        nearest: Option<String>,
    },
}

fn perhaps(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|nearest| format!("; perhaps {nearest:?} is meant")).unwrap_or_default()
}

impl Problem {
    /// The kind, for the edge.
    pub fn code(&self) -> Code {
        match self.what {
            ProblemKind::NoSuchSite { .. } => Code::SiteNotFound,
            _ => Code::ConfigurationInvalid,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        match self.line {
            0 => write!(f, "{file}: {}", self.what),
            line => write!(f, "{file}:{line}:{}: {}", self.column, self.what),
        }
    }
}

impl std::error::Error for Problem {}

/// A place in the file: line and column, counted from 1 in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Place {
    pub(super) const WHOLE_FILE: Self = Self { line: 0, column: 0 };
}

/// The problems of one file as they are found.
pub(super) struct Report<'a> {
    file: &'a Path,
    problems: Vec<Problem>,
}

impl<'a> Report<'a> {
    pub(super) fn new(file: &'a Path) -> Self {
        Self { file, problems: Vec::new() }
    }

    pub(super) fn add(&mut self, place: Place, what: ProblemKind) {
        let problem = Problem { file: self.file.to_owned(), line: place.line, column: place.column, what };
        self.take([problem]);
    }

    /// Takes over what was found elsewhere.
    pub(super) fn take(&mut self, problems: impl IntoIterator<Item = Problem>) {
        for problem in problems {
            // What is wrong with the defaults is wrong with each site that has them.
            if !self.problems.contains(&problem) {
                self.problems.push(problem);
            }
        }
    }

    pub(super) fn invalid(&mut self, place: Place, key: &str, why: impl fmt::Display) {
        self.add(place, ProblemKind::Invalid { key: key.to_owned(), why: why.to_string() });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// All of them, in the order of the file.
    pub(super) fn into_problems(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| (problem.line, problem.column));
        self.problems
    }

    /// `value` where nothing was wrong.
    pub(super) fn or<T>(self, value: Option<T>) -> Result<T, Vec<Problem>> {
        match value {
            Some(value) if self.is_empty() => Ok(value),
            _ => Err(self.into_problems()),
        }
    }
}

/// The word that was probably meant: it begins alike, or few letters differ.
pub(super) fn nearest<'w>(word: &str, words: impl IntoIterator<Item = &'w str>) -> Option<String> {
    let word = word.to_lowercase().replace('-', "_");
    let distance = |other: &str| {
        let other = other.to_lowercase().replace('-', "_");
        let (short, long) = if word.len() < other.len() { (&word, &other) } else { (&other, &word) };
        if short.len() >= 3 && long.starts_with(short.as_str()) {
            return 1;
        }
        let letters = |word: &str| {
            let mut letters: Vec<char> = word.chars().collect();
            letters.sort_unstable();
            letters
        };
        // The same letters in another order: "sftp" is no farther from "ftps" than from "ftp".
        if letters(&word) == letters(&other) {
            return 1;
        }
        strsim::osa_distance(&word, &other)
    };
    let near = |distance: usize| distance <= 1 + word.chars().count() / 4;
    let found = words.into_iter().map(|other| (distance(other), other)).min_by_key(|(distance, _)| *distance);
    found.filter(|(distance, _)| near(*distance)).map(|(_, other)| other.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_that_was_meant() {
        let words = ["host", "port", "password", "remote_dir", "retry"];
        for (word, meant) in [
            ("hots", Some("host")),
            ("Host", Some("host")),
            ("hostname", Some("host")),
            ("pass", Some("password")),
            ("remote-dir", Some("remote_dir")),
            ("remotedir", Some("remote_dir")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, words).as_deref(), meant, "{word}");
        }
        assert_eq!(nearest("a", []), None);
        let protocols = ["ftps", "ftps-implicit", "ftp"];
        assert_eq!(nearest("sftp", protocols).as_deref(), Some("ftps"), "never the less secure one");
    }

    #[test]
    fn a_problem_is_shown_once() {
        let mut report = Report::new(Path::new("slipway.json"));
        for line in [2, 1, 2] {
            report.add(Place { line, column: 3 }, ProblemKind::Duplicate { key: "host".into() });
        }
        report.add(Place::WHOLE_FILE, ProblemKind::Unreadable("gone".into()));
        let texts: Vec<String> = report.into_problems().iter().map(Problem::to_string).collect();
        let expected = [
            "slipway.json: the file can't be read: gone",
            "slipway.json:1:3: the key \"host\" is here twice",
            "slipway.json:2:3: the key \"host\" is here twice",
        ];
        assert_eq!(texts, expected);
    }
}
