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
    /// Names that can't be sent to a server, or that it does not know as they are sent, each with the folder that it
    /// was listed in. They are among neither files nor folders.
    pub(crate) unnameable: Vec<(RemotePath, String)>,
    /// Names that their folder lists more than once. Which one a command would reach can't be told: they are among
    /// neither files nor folders.
    pub(crate) repeated: BTreeSet<RemotePath>,
    /// Folders that another site is published to by Slipway. They are among the folders too, with what they hold.
    pub(crate) sites: BTreeSet<RemotePath>,
    /// Folders that the server does not let us look into. They are among the folders too.
    pub(crate) closed: Vec<RemotePath>,
    /// Files and folders that the server spells otherwise than commands do, as file systems do that take accents
    /// from their letters. Whether it finds them all the same has to be tried.
    pub(crate) respelled: BTreeSet<RemotePath>,
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
                        if tree.respelled.contains(&folder) {
                            tree.leave_out(&folder);
                        } else {
                            tree.closed.push(folder);
                        }
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
    try_respelled(work, &mut tree).await?;
    tree.closed.sort();
    tree.others.sort();
    Ok(tree)
}

/// Leaves out the files that the server does not find by their composed names. Folders have shown it when they were
/// listed.
async fn try_respelled(work: &Work, tree: &mut Tree) -> Result<(), Failure> {
    let files = tree.respelled.iter().filter(|path| tree.files.contains_key(path)).cloned().collect();
    let mut asking = Spread::start(work, Sizes, files, 16);
    while let Some(done) = asking.next().await? {
        for (file, size) in done {
            match size {
                Ok(_) => {}
                Err(RemoteError::NotFound(_) | RemoteError::Denied(_) | RemoteError::Refused(_)) => {
                    tree.leave_out(&file);
                }
                Err(error) => return Err(failure::remote(&error, Some(file.as_str()))),
            }
        }
    }
    Ok(())
}

impl Tree {
    /// Takes in what one folder holds; its folders are what is listed next.
    fn add(&mut self, folder: &RemotePath, listed: Vec<Entry>, next: &mut Vec<RemotePath>) {
        let mut seen = BTreeMap::<RemotePath, Entry>::new();
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
            match seen.get(&path) {
                // The server tells the spellings apart: commands reach the composed one.
                Some(other) if other.respelled != entry.respelled => {
                    self.unnameable.push((folder.clone(), entry.name.clone()));
                    if entry.respelled {
                        continue;
                    }
                }
                Some(_) => drop(self.repeated.insert(path.clone())),
                None => {}
            }
            seen.insert(path, entry);
        }
        for (path, entry) in seen {
            if self.repeated.contains(&path) {
                continue;
            }
            if entry.respelled {
                self.respelled.insert(path.clone());
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

    /// Takes out what can't be reached by its name.
    fn leave_out(&mut self, path: &RemotePath) {
        self.files.remove(path);
        self.folders.remove(path);
        self.unnameable.push((path.parent().unwrap_or_else(RemotePath::root), path.name().to_owned()));
    }
}

on_paths!(List, list, Vec<Entry>);
on_paths!(Sizes, sizes, u64);

#[cfg(test)]
mod tests {
    use super::*;

    fn path(path: &str) -> RemotePath {
        RemotePath::new(path).unwrap()
    }

    fn entry(name: &str, kind: EntryKind) -> Entry {
        Entry { name: name.to_owned(), respelled: false, kind, size: 7, modified: Some(5) }
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
            entry("\u{fc}", EntryKind::File),
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

    #[test]
    fn of_two_spellings_the_composed_one_is_reached() {
        let respelled = |kind| Entry { respelled: true, ..entry("\u{fc}", kind) };
        let both = [respelled(EntryKind::Folder), entry("\u{fc}", EntryKind::File)];
        for listed in [both.clone().to_vec(), both.into_iter().rev().collect()] {
            let (mut tree, mut next) = (Tree::default(), Vec::new());
            tree.add(&path("a"), listed, &mut next);
            assert!(tree.files.contains_key(&path("a/\u{fc}")) && next.is_empty());
            assert_eq!(tree.unnameable, [(path("a"), "\u{fc}".to_owned())]);
            assert!(tree.repeated.is_empty() && tree.respelled.is_empty() && tree.folders.is_empty());
        }
        let mut tree = Tree::default();
        tree.add(&path("a"), vec![respelled(EntryKind::File)], &mut Vec::new());
        assert_eq!(tree.respelled, [path("a/\u{fc}")].into());
        tree.leave_out(&path("a/\u{fc}"));
        assert!(tree.files.is_empty());
        assert_eq!(tree.unnameable.len(), 1);
    }
}
