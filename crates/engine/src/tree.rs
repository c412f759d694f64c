//! Everything below the publish folder, as the server lists it: level by level, over several connections. Slipway's
//! own folder is left out.
//!
//! Takes nothing on trust: a server that nests without end, or says a name twice, is found out here.

use std::collections::{BTreeMap, BTreeSet};

use slipway_core::path::OWN_FOLDER;
use slipway_core::{Code, Failure, RemotePath, Seen};
use slipway_remote::{Entry, EntryKind, RemoteError};

use crate::failure;
use crate::spread::{Spread, on_paths};
use crate::work::Work;

/// Folders within folders: an honest site has far fewer.
const DEEPEST: usize = 64;
/// Files and folders of one site. A server that makes them up as it goes must not fill the memory.
const MOST_ENTRIES: usize = 1_000_000;

/// What lies below the publish folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tree {
    /// Whether the publish folder is there at all.
    pub(crate) exists: bool,
    pub(crate) files: BTreeMap<RemotePath, Seen>,
    /// All folders, but not the publish folder itself.
    pub(crate) folders: BTreeSet<RemotePath>,
    /// Links, devices and the like: never followed, never touched.
    pub(crate) others: Vec<RemotePath>,
    /// Names that can't be sent to a server, each with the folder that it was listed in.
    pub(crate) unnameable: Vec<(RemotePath, String)>,
    /// Names that their folder lists more than once, such as with accents composed and not. Which one a command
    /// would reach can't be told: they are among neither files nor folders.
    pub(crate) repeated: BTreeSet<RemotePath>,
    /// Folders that another site is published to by Slipway. They are among the folders too, with what they hold.
    pub(crate) sites: BTreeSet<RemotePath>,
    /// Folders that the server does not let us look into. They are among the folders too.
    pub(crate) closed: Vec<RemotePath>,
}

/// Lists everything.
///
/// # Errors
/// When the publish folder can't be listed though it is there, the connection is lost for good, or the server's
/// folders have no end.
pub(crate) async fn walk(work: &Work) -> Result<Tree, Failure> {
    let mut tree = Tree { exists: true, ..Tree::default() };
    let (mut level, mut entries) = (vec![RemotePath::root()], 0);
    while !level.is_empty() {
        let mut next = Vec::new();
        let mut listing = Spread::start(work, List, level, 16);
        while let Some(done) = listing.next().await? {
            for (folder, listed) in done {
                let listed = match listed {
                    Ok(listed) => listed,
                    Err(RemoteError::NotFound(_)) if folder.is_root() => {
                        return Ok(Tree::default());
                    }
                    Err(RemoteError::NotFound(_) | RemoteError::Denied(_) | RemoteError::Refused(_))
                        if !folder.is_root() =>
                    {
                        tree.closed.push(folder);
                        continue;
                    }
                    Err(error) => {
                        let about = (!folder.is_root()).then(|| folder.as_str());
                        return Err(failure::remote(&error, about));
                    }
                };
                entries += listed.len();
                if entries > MOST_ENTRIES {
                    let detail = format!("more than {MOST_ENTRIES} files and folders");
                    return Err(Failure::new(Code::ServerMisbehaves, detail).about(&folder));
                }
                tree.add(&folder, listed, &mut next);
            }
        }
        if let Some(folder) = next.iter().find(|folder| folder.depth() > DEEPEST) {
            let detail = format!("folders within folders, more than {DEEPEST}");
            return Err(Failure::new(Code::ServerMisbehaves, detail).about(folder));
        }
        level = next;
    }
    tree.closed.sort();
    tree.others.sort();
    Ok(tree)
}

impl Tree {
    /// Takes in what one folder holds; its folders are what is listed next.
    fn add(&mut self, folder: &RemotePath, listed: Vec<Entry>, next: &mut Vec<RemotePath>) {
        let mut seen = BTreeMap::new();
        for entry in listed {
            let path = match folder.join(&entry.name) {
                Ok(path) if path.is_own() => continue,
                Ok(path) if path.name() == OWN_FOLDER && entry.kind == EntryKind::Folder => {
                    self.sites.insert(folder.clone());
                    continue;
                }
                Ok(path) => path,
                Err(_) => {
                    self.unnameable.push((folder.clone(), entry.name));
                    continue;
                }
            };
            if seen.insert(path.clone(), entry).is_some() {
                self.repeated.insert(path);
            }
        }
        for (path, entry) in seen {
            if self.repeated.contains(&path) {
                continue;
            }
            match entry.kind {
                EntryKind::File => {
                    self.files.insert(path, Seen { size: entry.size, modified: entry.modified });
                }
                EntryKind::Folder => {
                    next.push(path.clone());
                    self.folders.insert(path);
                }
                EntryKind::Other => self.others.push(path),
            }
        }
    }
}

on_paths!(List, list, Vec<Entry>);

#[cfg(test)]
mod tests {
    use super::*;

    fn path(path: &str) -> RemotePath {
        RemotePath::new(path).unwrap()
    }

    fn entry(name: &str, kind: EntryKind) -> Entry {
        Entry { name: name.to_owned(), kind, size: 7, modified: Some(5) }
    }

    #[test]
    fn sorts_what_a_folder_holds() {
        let (mut tree, mut next) = (Tree::default(), Vec::new());
        let listed = vec![
            entry(".slipway", EntryKind::Folder),
            entry("a.html", EntryKind::File),
            entry("css", EntryKind::Folder),
            entry("link", EntryKind::Other),
            entry("..", EntryKind::File),
            entry("../../etc", EntryKind::Folder),
            entry("u\u{308}", EntryKind::File),
            entry("\u{fc}", EntryKind::Folder),
        ];
        tree.add(&RemotePath::root(), listed, &mut next);
        assert_eq!(tree.files, [(path("a.html"), Seen { size: 7, modified: Some(5) })].into());
        assert_eq!((tree.folders.clone(), next), ([path("css")].into(), vec![path("css")]));
        assert_eq!(
            (tree.others.clone(), tree.repeated.clone()),
            (vec![path("link")], [path("\u{fc}")].into())
        );
        let listed = vec![entry(".slipway", EntryKind::Folder), entry("b.html", EntryKind::File)];
        tree.add(&path("css"), listed, &mut Vec::new());
        assert_eq!(tree.sites, [path("css")].into());
        assert!(tree.files.contains_key(&path("css/b.html")));
        let names: Vec<&str> = tree.unnameable.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["..", "../../etc"]);
    }
}
