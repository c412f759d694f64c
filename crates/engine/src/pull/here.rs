//! What lies on this computer in the places of the server's files and folders. Links are never followed, and names
//! are found as the file system spells them.

use std::collections::{BTreeSet, HashMap};
use std::fs::DirEntry;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use slipway_core::local_name::key;
use slipway_core::{Failure, RemotePath};
use tokio_util::sync::CancellationToken;

use super::sift::Sifted;
use crate::clock::file_time;
use crate::failure::cancelled;

/// A file as it was seen here: its size in bytes, and its time of change in nanoseconds since 1970.
pub(crate) type Looks = (u64, i64);

/// What is in a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// A regular file; the name as it is spelled here.
    File(Looks, String),
    /// A folder; the name as it is spelled here.
    Folder(String),
    /// A folder that can't be looked into.
    Closed,
    /// A link or a device; or several names that are one on the server.
    Other,
}

/// What was found, by the path on the server.
pub(crate) type Here = HashMap<RemotePath, Found>;

/// Looks for everything that may come down. Blocks.
pub(crate) fn look(
    target: &Path,
    sifted: &Sifted,
    ignores_case: bool,
    cancel: &CancellationToken,
) -> Result<Here, Failure> {
    let mut wanted: HashMap<RemotePath, HashMap<String, &RemotePath>> = HashMap::new();
    for path in sifted.files.keys().chain(&sifted.folders) {
        if let Some(parent) = path.parent() {
            wanted.entry(parent).or_default().insert(key(path.name(), ignores_case), path);
        }
    }
    let mut here = Here::new();
    let mut folders = vec![(RemotePath::root(), target.to_owned())];
    while let Some((folder, local)) = folders.pop() {
        if cancel.is_cancelled() {
            return Err(cancelled());
        }
        let Some(names) = wanted.get(&folder) else { continue };
        let entries = match std::fs::read_dir(&local) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => {
                tracing::warn!(%folder, %error, "can't be looked into");
                here.insert(folder, Found::Closed);
                continue;
            }
        };
        for entry in entries.filter_map(Result::ok) {
            let Ok(name) = entry.file_name().into_string() else { continue };
            let Some(&path) = names.get(&key(&name, ignores_case)) else { continue };
            if let Some(found) = found(&entry, name) {
                add(&mut here, path, found);
            }
        }
        for path in names.values() {
            if let Some(Found::Folder(name)) = here.get(*path)
                && sifted.folders.contains(*path)
            {
                folders.push(((*path).clone(), local.join(name)));
            }
        }
    }
    Ok(here)
}

fn found(entry: &DirEntry, name: String) -> Option<Found> {
    // Of the link itself, if it is one.
    let metadata = match entry.metadata() {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(_) => return Some(Found::Other),
    };
    if metadata.is_dir() {
        return Some(Found::Folder(name));
    }
    match metadata.modified() {
        Ok(time) if metadata.is_file() => Some(Found::File((metadata.len(), file_time(time)), name)),
        _ => Some(Found::Other),
    }
}

/// Of two names that are one on the server, the one that is spelled as there counts.
fn add(here: &mut Here, path: &RemotePath, found: Found) {
    let exact = |found: &Found| match found {
        Found::File(_, name) | Found::Folder(name) => name == path.name(),
        Found::Closed | Found::Other => true,
    };
    let found = match here.remove(path) {
        Some(before) if exact(&before) => before,
        Some(_) if !exact(&found) => Found::Other,
        _ => found,
    };
    here.insert(path.clone(), found);
}

/// Whether names that differ only in case are one file in `folder`, judged by what is in it; `None` if that does not
/// tell. Changes nothing. Blocks.
pub(crate) fn ignores_case(folder: &Path) -> Option<bool> {
    let names: BTreeSet<String> = std::fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.iter().find_map(|name| {
        let other: String = name.chars().map(swapped).collect();
        (other != *name && !names.contains(&other)).then(|| folder.join(other).symlink_metadata().is_ok())
    })
}

fn swapped(c: char) -> char {
    if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
}

/// Files that must never be written, wherever a path to them leads.
pub(crate) struct Protected(Vec<PathBuf>);

impl Protected {
    /// Resolves links in their paths. Blocks.
    pub(crate) fn new(files: &[PathBuf]) -> Self {
        Self(files.iter().map(|file| resolved(file)).collect())
    }

    /// Whether `file`, whose folder is resolved, is one of them, or lies in one.
    pub(crate) fn has(&self, file: &Path) -> bool {
        let name = |path: &Path| key(&path.to_string_lossy(), true);
        let below = |protected: &PathBuf| {
            file.starts_with(protected) || Path::new(&name(file)).starts_with(name(protected))
        };
        self.0.iter().any(below)
    }
}

/// Where a path leads; of one that leads nowhere yet, where the folder leads that it would be made in.
pub(crate) fn resolved(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let found = path.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    match found {
        // Joined with nothing, it would end in a slash.
        Some((above, real)) if above == path => real,
        Some((above, real)) => path.strip_prefix(above).map_or(path.clone(), |rest| real.join(rest)),
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use slipway_core::Seen;
    use tempfile::TempDir;

    use super::*;

    fn path(path: &str) -> RemotePath {
        RemotePath::new(path).unwrap()
    }

    fn sifted(files: &[&str]) -> Sifted {
        let mut sifted = Sifted::default();
        for file in files {
            sifted.folders.extend(path(file).ancestors());
            sifted.files.insert(path(file), Seen { size: 1, modified: None });
        }
        sifted
    }

    #[test]
    fn finds_what_is_there_however_it_is_spelled() {
        let folder = TempDir::new().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("Img/u\u{308}")).unwrap();
        std::fs::write(root.join("Img/u\u{308}/A.png"), "abc").unwrap();
        std::fs::write(root.join("unasked"), "x").unwrap();
        let wanted = sifted(&["img/\u{fc}/a.PNG", "img/missing", "not/there/a"]);
        let here = look(root, &wanted, true, &CancellationToken::new()).unwrap();
        assert_eq!(here[&path("img")], Found::Folder("Img".to_owned()));
        assert_eq!(here[&path("img/\u{fc}")], Found::Folder("u\u{308}".to_owned()));
        assert!(matches!(&here[&path("img/\u{fc}/a.PNG")], Found::File((3, _), name) if name == "A.png"));
        assert_eq!(here.len(), 3);
        let here = look(root, &wanted, false, &CancellationToken::new()).unwrap();
        assert!(here.is_empty(), "{here:?}");
    }

    #[cfg(unix)]
    #[test]
    fn does_not_follow_links() {
        let (folder, outside) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        std::fs::write(outside.path().join("a"), "outside").unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.path().join("sub")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("a"), folder.path().join("b")).unwrap();
        let here = look(folder.path(), &sifted(&["sub/a", "b"]), false, &CancellationToken::new()).unwrap();
        assert_eq!(here, [(path("sub"), Found::Other), (path("b"), Found::Other)].into());
    }

    #[test]
    fn several_spellings() {
        let file = |name: &str| Found::File((1, 1), name.to_owned());
        let add_all = |names: &[&str]| {
            let mut here = Here::new();
            names.iter().for_each(|name| add(&mut here, &path("\u{fc}"), file(name)));
            here.remove(&path("\u{fc}"))
        };
        assert_eq!(add_all(&["u\u{308}"]), Some(file("u\u{308}")));
        assert_eq!(add_all(&["u\u{308}", "\u{fc}"]), Some(file("\u{fc}")));
        assert_eq!(add_all(&["\u{fc}", "u\u{308}"]), Some(file("\u{fc}")));
        assert_eq!(add_all(&["u\u{308}", "U\u{308}"]), Some(Found::Other));
    }

    #[test]
    fn tells_whether_case_matters_by_what_is_there() {
        let folder = TempDir::new().unwrap();
        assert_eq!(ignores_case(folder.path()), None);
        std::fs::write(folder.path().join("123"), "").unwrap();
        assert_eq!(ignores_case(folder.path()), None);
        std::fs::write(folder.path().join("Probe"), "").unwrap();
        let same = folder.path().join("pROBE").exists();
        assert_eq!(ignores_case(folder.path()), Some(same));
    }

    #[test]
    fn protected_files() {
        let folder = TempDir::new().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir(root.join("sub")).unwrap();
        let protected = Protected::new(&[root.join("sub/../a.toml"), root.join("there.toml")]);
        for (file, is) in [("a.toml", true), ("A.TOML", true), ("a.tom", false), ("a.toml/x", true)] {
            assert_eq!(protected.has(&root.join(file)), is, "{file}");
        }
        assert!(protected.has(&root.join("there.toml")));
    }
}
