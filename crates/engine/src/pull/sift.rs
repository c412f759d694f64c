//! Of all that a server lists, what may become a file or folder here. Pure: looks at names only.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use slipway_core::local_name::{Rules, check, key};
use slipway_core::{RemotePath, Seen};

use super::finding::{PullFinding, PullFindingKind};
use crate::excludes::Excludes;
use crate::tree::Tree;

/// What may come down. Every folder's parent is among the folders, every file's too.
#[derive(Debug, Default)]
pub(crate) struct Sifted {
    pub(crate) files: BTreeMap<RemotePath, Seen>,
    pub(crate) folders: BTreeSet<RemotePath>,
    pub(crate) findings: Vec<PullFinding>,
}

/// What decides.
pub(crate) struct Sieve<'a> {
    pub(crate) rules: Rules,
    /// Names that differ only in case are one file here.
    pub(crate) ignores_case: bool,
    /// What publishes leave out.
    pub(crate) excludes: Option<&'a Excludes>,
}

impl Sieve<'_> {
    /// Sifts. Of a folder that is left out only the folder itself is among the findings.
    pub(crate) fn sift(&self, tree: Tree) -> Sifted {
        let mut sifted = Sifted { findings: listed_oddly(&tree), ..Sifted::default() };
        let mut keys = HashSet::new();
        // Sorted, parents come before what they hold.
        for folder in tree.folders {
            if !sifted.has_parent_of(&folder) {
                continue;
            }
            match self.objection(&folder, true, &mut keys) {
                Some(kind) => sifted.findings.push(kind.at(folder)),
                None => {
                    if tree.closed.binary_search(&folder).is_ok() {
                        sifted.findings.push(PullFindingKind::Closed.at(&folder));
                    }
                    sifted.folders.insert(folder);
                }
            }
        }
        for (file, seen) in tree.files {
            if !sifted.has_parent_of(&file) {
                continue;
            }
            match self.objection(&file, false, &mut keys) {
                Some(kind) => sifted.findings.push(kind.at(file)),
                None => drop(sifted.files.insert(file, seen)),
            }
        }
        sifted
    }

    fn objection(
        &self,
        path: &RemotePath,
        folder: bool,
        keys: &mut HashSet<String>,
    ) -> Option<PullFindingKind> {
        if path.name().contains(char::REPLACEMENT_CHARACTER) {
            return Some(PullFindingKind::NameUnreadable);
        }
        if check(path, self.rules).is_err() {
            return Some(PullFindingKind::NameNotAllowed);
        }
        if self.excludes.is_some_and(|excludes| excludes.leaves_out(Path::new(path.as_str()), folder)) {
            return Some(PullFindingKind::LeftOut);
        }
        // Where case matters, paths are told apart by what they are.
        let new = !self.ignores_case || keys.insert(key(path.as_str(), true));
        if new { None } else { Some(PullFindingKind::SameName) }
    }
}

impl Sifted {
    fn has_parent_of(&self, path: &RemotePath) -> bool {
        path.parent().is_none_or(|parent| parent.is_root() || self.folders.contains(&parent))
    }
}

fn listed_oddly(tree: &Tree) -> Vec<PullFinding> {
    let others = tree.others.iter().map(|path| PullFindingKind::NotAFile.at(path));
    let repeated = tree.repeated.iter().map(|path| PullFindingKind::SameName.at(path));
    let names = tree.unnameable.iter().map(|(folder, name)| match folder.is_root() {
        true => PullFindingKind::NameUnreadable.at(name),
        false => PullFindingKind::NameUnreadable.at(format!("{folder}/{name}")),
    });
    others.chain(repeated).chain(names).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(path: &str) -> RemotePath {
        RemotePath::new(path).unwrap()
    }

    fn tree(files: &[&str]) -> Tree {
        let mut tree = Tree { exists: true, ..Tree::default() };
        for file in files {
            tree.folders.extend(path(file).ancestors());
            tree.files.insert(path(file), Seen { size: 1, modified: None });
        }
        tree
    }

    fn names<'a>(paths: impl IntoIterator<Item = &'a RemotePath>) -> Vec<&'a str> {
        paths.into_iter().map(RemotePath::as_str).collect()
    }

    #[test]
    fn only_the_first_of_twins_comes_down() {
        let sieve = Sieve { rules: Rules::default(), ignores_case: true, excludes: None };
        let all = ["A.html", "Css/x.css", "a.html", "css/deep/y.css", "ss", "\u{df}"];
        let sifted = sieve.sift(tree(&all));
        assert_eq!(names(sifted.files.keys()), ["A.html", "Css/x.css", "ss"]);
        assert_eq!(names(&sifted.folders), ["Css"]);
        let same = PullFindingKind::SameName;
        assert_eq!(sifted.findings, [same.at("css"), same.at("a.html"), same.at("\u{df}")]);
        let sieve = Sieve { ignores_case: false, ..sieve };
        assert_eq!(sieve.sift(tree(&all)).files.len(), all.len());
    }

    #[test]
    fn what_lies_in_a_folder_that_is_left_out_is_left_out_with_it() {
        let excludes = Excludes::new(&["/drafts".to_owned()], &[]).unwrap();
        let sieve = Sieve { rules: Rules { windows: true }, ignores_case: false, excludes: Some(&excludes) };
        let all = ["CON/a", "CON/b/c", ".git/hooks/x", "drafts/a", ".env", "a/b/c.html", "b\u{fffd}/x"];
        let mut tree = tree(&all);
        tree.others.push(path("link"));
        tree.closed.extend([path("a/shut"), path("drafts")]);
        tree.folders.insert(path("a/shut"));
        tree.unnameable.push((path("a"), "..\n".to_owned()));
        let sifted = sieve.sift(tree);
        assert_eq!(names(sifted.files.keys()), ["a/b/c.html"]);
        assert_eq!(names(&sifted.folders), ["a", "a/b", "a/shut"]);
        let found: Vec<(PullFindingKind, &str)> =
            sifted.findings.iter().map(|finding| (finding.kind, finding.path.as_str())).collect();
        use PullFindingKind::{Closed, LeftOut, NameNotAllowed, NameUnreadable, NotAFile};
        let expected = [
            (NotAFile, "link"),
            (NameUnreadable, "a/..\u{fffd}"),
            (NameNotAllowed, ".git"),
            (NameNotAllowed, "CON"),
            (Closed, "a/shut"),
            (NameUnreadable, "b\u{fffd}"),
            (LeftOut, "drafts"),
            (LeftOut, ".env"),
        ];
        assert_eq!(found, expected);
    }
}
