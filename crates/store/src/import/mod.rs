//! Sites from the files of other programs. Reads only: what is found is shown to a person before anything is added.
//! Knows nothing of where Slipway keeps sites and passwords.

mod address;
mod cyberduck;
mod draft;
mod error;
mod filezilla;
mod ini;
mod names;
mod orchestrator;
mod orchestrator_file;
mod reference;
mod safe_path;
mod source;
mod winscp;
mod winscp_password;
mod xml;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use slipway_core::Site;

use draft::Found;
pub use error::ImportError;
use source::Source;

/// The program that a file was written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportKind {
    /// The publishing program that Slipway replaces: `config.yaml` and `website_configs/*.yaml`.
    Orchestrator,
    /// FileZilla's `sitemanager.xml`, or what its export writes.
    FileZilla,
    /// WinSCP's `WinSCP.ini`, or what its export writes.
    WinScp,
    /// Bookmarks of Cyberduck, `*.duck`.
    Cyberduck,
}

impl ImportKind {
    /// The name used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Orchestrator => "orchestrator",
            Self::FileZilla => "filezilla",
            Self::WinScp => "winscp",
            Self::Cyberduck => "cyberduck",
        }
    }
}

/// A site as it would be added.
#[derive(Debug, Clone)]
pub struct Imported {
    /// Its settings. They are valid, but for a folder that the file does not name: that is empty.
    pub site: Site,
    /// Its password, where the file holds it or names an environment variable that is set.
    pub password: Option<SecretString>,
    /// What could not be taken over, or is not as it was, in plain words. Holds no password.
    pub notes: Vec<String>,
}

/// An entry that can't become a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// What the file calls it.
    pub name: String,
    /// Why, in plain words.
    pub why: String,
}

/// What a file or folder of another program holds.
#[derive(Debug, Clone)]
pub struct Import {
    /// The program it was written for.
    pub kind: ImportKind,
    /// In the order of the file. No two names can be mixed up with each other.
    pub sites: Vec<Imported>,
    /// What is not for Slipway (SFTP, S3 …) or can't be used.
    pub skipped: Vec<Skipped>,
}

/// How environment variables are looked up.
type Lookup<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// Reads the sites in `path`: a file of one of the programs, whatever its name, or a folder of such files.
/// `environment` is asked for variables that the file refers to, and for the home folder.
///
/// # Errors
/// [`ImportError`] where nothing can be read. In a folder, files that can't be read are among
/// [`Import::skipped`] instead.
pub fn read(path: &Path, environment: &dyn Fn(&str) -> Option<OsString>) -> Result<Import, ImportError> {
    let found = if path.is_dir() { folder(path, environment)? } else { file(path, environment)? };
    if found.drafts.is_empty() && found.skipped.is_empty() {
        return Err(ImportError::Empty { file: path.to_owned() });
    }
    let Found { kind, drafts, mut skipped } = found;
    let mut sites: Vec<Imported> = Vec::new();
    for draft in drafts {
        match draft.finish(&sites, environment) {
            Ok(imported) => sites.push(imported),
            Err(entry) => skipped.push(entry),
        }
    }
    Ok(Import { kind, sites, skipped })
}

fn file(path: &Path, environment: Lookup<'_>) -> Result<Found, ImportError> {
    let source = Source::open(path)?;
    match source.kind() {
        Some(ImportKind::Orchestrator) => orchestrator::find(&source, environment),
        Some(ImportKind::FileZilla) => filezilla::find(&source),
        Some(ImportKind::WinScp) => winscp::find(&source),
        Some(ImportKind::Cyberduck) => cyberduck::find(&source),
        None => Err(ImportError::NotKnown { file: path.to_owned() }),
    }
}

/// What the programs call their files, in the order in which a folder is searched for them.
const KNOWN_FILES: [&str; 4] = ["config.yaml", "config.yml", "sitemanager.xml", "WinSCP.ini"];

fn folder(path: &Path, environment: Lookup<'_>) -> Result<Found, ImportError> {
    if let Some(known) = KNOWN_FILES.map(|name| path.join(name)).into_iter().find(|known| known.is_file()) {
        return file(&known, environment);
    }
    let bookmarks = files_in(path, &["duck"])?;
    if !bookmarks.is_empty() {
        return Ok(files(ImportKind::Cyberduck, &bookmarks, &|path| file(path, environment)));
    }
    let websites = files_in(path, &["yaml", "yml"])?;
    if websites.is_empty() {
        return Err(ImportError::NotKnown { file: path.to_owned() });
    }
    Ok(files(ImportKind::Orchestrator, &websites, &|path| file(path, environment)))
}

/// All that is in these files. One that can't be read does not stand in the way of the others.
fn files(kind: ImportKind, paths: &[PathBuf], read: &dyn Fn(&Path) -> Result<Found, ImportError>) -> Found {
    let mut all = Found::new(kind);
    for path in paths {
        match read(path) {
            Ok(found) => {
                all.drafts.extend(found.drafts);
                all.skipped.extend(found.skipped);
            }
            Err(error) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                all.skipped.push(Skipped { name, why: error.to_string() });
            }
        }
    }
    all
}

/// The files with one of these endings, by name.
fn files_in(folder: &Path, endings: &[&str]) -> Result<Vec<PathBuf>, ImportError> {
    let unreadable = |source| ImportError::Unreadable { file: folder.to_owned(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if endings.iter().any(|known| known.eq_ignore_ascii_case(ending)) && path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
