//! A look at a folder that may become a site: how much would be published, and what a person should know first.

use std::collections::BTreeSet;
use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use slipway_core::{Code, Failure, Generator, generator};
use tokio_util::sync::CancellationToken;

use crate::excludes::{Excludes, Secrets};
use crate::failure::cancelled;

/// So many files that hold secrets are named.
const MOST_SECRETS: usize = 20;

/// The pages that servers show to who asks for a folder, the likeliest first. They tell upper case from lower.
const START_PAGES: &[&str] = &[
    "index.html",
    "index.htm",
    "index.xhtml",
    "index.shtml",
    "index.php",
    "index.phtml",
    "default.html",
    "default.htm",
    "index.asp",
    "index.aspx",
    "default.asp",
    "default.aspx",
    "index.jsp",
    "index.cgi",
];

/// What was found in a folder that may become a site.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderReport {
    /// The folder.
    pub folder: PathBuf,
    /// Files that would be published.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The page that visitors see first, if there is one.
    pub start_page: Option<String>,
    /// The program whose sources these are, if they are.
    pub generator: Option<FoundGenerator>,
    /// Files that hold secrets, by their paths below the folder, 20 at most. They are never published.
    pub secrets: Vec<String>,
}

/// A program that makes the website out of what is in a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundGenerator {
    /// What it is called.
    pub name: String,
    /// The folder that it writes the website to, below the one that was looked at.
    pub output: String,
    /// Files that lie there.
    pub output_files: u64,
    /// The command that has it do so.
    pub command: String,
}

/// Looks at a folder; reads no file. Blocks.
///
/// # Errors
/// [`Code::LocalFolderMissing`] where it is not there.
pub fn look_at_folder(folder: &Path, cancel: &CancellationToken) -> Result<FolderReport, Failure> {
    let (names, files) = names_at_the_top(folder)?;
    let start_page = START_PAGES.iter().find(|page| files.contains(**page));
    let (mut report, secrets) =
        (FolderReport { folder: folder.to_owned(), ..Default::default() }, Secrets::new()?);
    let mut found = BTreeSet::new();
    let left_out = |below: &Path| {
        if secrets.holds(below) {
            found.insert(shown(below));
            if found.len() > MOST_SECRETS {
                found.pop_last();
            }
        }
    };
    each_file(folder, cancel, left_out, |_, entry| {
        report.files += 1;
        report.bytes += entry.metadata().map_or(0, |metadata| metadata.len());
    })?;
    report.start_page = start_page.map(ToString::to_string);
    report.secrets = found.into_iter().collect();
    if let Some(Generator { name, output, command }) = generator::detect(&names) {
        let mut output_files = 0;
        each_file(&folder.join(output), cancel, |_| {}, |_, _| output_files += 1)?;
        let (name, output, command) = (name.to_owned(), output.to_owned(), command.to_owned());
        report.generator = Some(FoundGenerator { name, output, output_files, command });
    }
    Ok(report)
}

/// The names of what lies at the top of a folder, and of them those of files.
fn names_at_the_top(folder: &Path) -> Result<(BTreeSet<String>, BTreeSet<String>), Failure> {
    must_be_there(folder)?;
    let unreadable = |error| Failure::new(Code::LocalFileUnreadable, error).about(folder.display());
    let (mut names, mut files) = (BTreeSet::new(), BTreeSet::new());
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            files.insert(name.clone());
        }
        names.insert(name);
    }
    Ok((names, files))
}

pub(crate) fn must_be_there(folder: &Path) -> Result<(), Failure> {
    if folder.is_dir() {
        return Ok(());
    }
    Err(Failure::new(Code::LocalFolderMissing, "not a folder").about(folder.display()))
}

/// Walks through all that would be published of a folder, without reading it; tells of the files that are left out of
/// every publish too. Paths are below the folder. What can't be looked at is passed over. Blocks.
pub(crate) fn each_file(
    folder: &Path,
    cancel: &CancellationToken,
    mut left_out: impl FnMut(&Path),
    mut each: impl FnMut(&Path, &DirEntry),
) -> Result<(), Failure> {
    let excludes = Excludes::new(&[], &[])?;
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        let entries = match fs::read_dir(folder.join(&below)) {
            Ok(entries) => entries,
            Err(error) => {
                tracing::debug!(folder = %below.display(), %error, "passed over");
                continue;
            }
        };
        for entry in entries.filter_map(Result::ok) {
            if cancel.is_cancelled() {
                return Err(cancelled());
            }
            let Ok(kind) = entry.file_type() else { continue };
            let path = below.join(entry.file_name());
            match (excludes.leaves_out(&path, kind.is_dir()), kind.is_dir()) {
                (true, true) => {}
                (true, false) => left_out(&path),
                (false, true) => folders.push(path),
                (false, false) if kind.is_file() => each(&path, &entry),
                // Links and the like are never published.
                (false, false) => {}
            }
        }
    }
    Ok(())
}

fn shown(below: &Path) -> String {
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/").chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(files: &[(&str, &str)]) -> FolderReport {
        let folder = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let report = look_at_folder(folder.path(), &CancellationToken::new()).unwrap();
        assert_eq!(report.folder, folder.path());
        report
    }

    #[test]
    fn counts_what_would_be_published_and_names_secrets() {
        let report = look(&[
            ("index.php", "12345"),
            ("css/site.css", "123"),
            (".htaccess", "1"),
            (".env", "secret"),
            ("app/.env.local", "secret"),
            (".env.example", "empty"),
            ("keys/server.key", "secret"),
            ("node_modules/a/private.pem", "theirs"),
            (".git/config", "x"),
            ("Thumbs.db", "x"),
            (".slipway/pull/x", "x"),
        ]);
        assert_eq!((report.files, report.bytes), (3, 9));
        assert_eq!(report.start_page.as_deref(), Some("index.php"));
        assert_eq!(report.secrets, [".env", "app/.env.local", "keys/server.key"]);
        assert_eq!(report.generator, None);
    }

    #[test]
    fn sources_are_told_from_a_website() {
        let sources = [
            ("hugo.toml", ""),
            ("content/index.html", "x"),
            ("public/index.html", "x"),
            ("public/a/b.html", "x"),
        ];
        let report = look(&sources);
        let generator = report.generator.unwrap();
        assert_eq!((generator.name.as_str(), generator.output.as_str()), ("Hugo", "public"));
        assert_eq!((generator.output_files, report.start_page), (2, None));
        let unmade = look(&sources[..1]).generator.unwrap();
        assert_eq!(unmade.output_files, 0);
    }

    #[test]
    fn a_start_page_is_a_file_at_the_top() {
        assert_eq!(look(&[("index.html/a.txt", ""), ("sub/index.html", "")]).start_page, None);
        assert_eq!(look(&[("index.php", ""), ("index.html", "")]).start_page.as_deref(), Some("index.html"));
        let empty = look(&[]);
        assert_eq!(empty, FolderReport { folder: empty.folder.clone(), ..FolderReport::default() });
    }

    #[test]
    fn many_secrets_are_cut_and_a_missing_folder_is_told() {
        let names: Vec<String> = (0..30).map(|i| format!("{i:02}.pem")).collect();
        let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
        assert_eq!(look(&files).secrets, names[..MOST_SECRETS]);
        let folder = tempfile::tempdir().unwrap();
        let code = |path: &Path| look_at_folder(path, &CancellationToken::new()).unwrap_err().code;
        assert_eq!(code(&folder.path().join("gone")), Code::LocalFolderMissing);
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        assert_eq!(code(&file), Code::LocalFolderMissing);
        let stopped = CancellationToken::new();
        stopped.cancel();
        assert_eq!(look_at_folder(folder.path(), &stopped).unwrap_err().code, Code::Cancelled);
    }
}
