//! What a scripted server holds: folders and files, in memory, with times by a clock of its own.

use std::collections::BTreeMap;

/// Folders and files by their paths from the root, without a slash at either end. The root itself is always there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScriptedTree {
    nodes: BTreeMap<String, Node>,
    /// Seconds since the first of January 2024; each write takes one.
    clock: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Folder,
    File { content: Vec<u8>, modified: u32 },
}

/// Why a change was refused, in the words of the system.
pub(super) type Refusal = &'static str;
const MISSING: Refusal = "No such file or directory";

impl ScriptedTree {
    /// These files, with the folders that they lie in.
    pub fn with_files<P: Into<String>, C: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, C)>) -> Self {
        let mut tree = Self::default();
        for (path, content) in files {
            tree.put_file(&path.into(), content.into());
        }
        tree
    }

    /// Puts a file there, with the folders that it lies in.
    pub fn put_file(&mut self, path: &str, content: Vec<u8>) {
        for (end, _) in path.match_indices('/') {
            self.nodes.entry(path[..end].to_owned()).or_insert(Node::Folder);
        }
        let modified = self.tick();
        self.nodes.insert(path.to_owned(), Node::File { content, modified });
    }

    /// Makes a folder; those above must be there.
    pub fn put_folder(&mut self, path: &str) {
        self.nodes.insert(path.to_owned(), Node::Folder);
    }

    /// All files with their content.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.nodes.iter().filter_map(|(path, node)| match node {
            Node::File { content, .. } => Some((path.as_str(), content.as_slice())),
            Node::Folder => None,
        })
    }

    /// All folders but the root.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().filter(|(_, node)| **node == Node::Folder).map(|(path, _)| path.as_str())
    }

    pub(super) fn content(&self, path: &str) -> Option<&[u8]> {
        match self.nodes.get(path)? {
            Node::File { content, .. } => Some(content),
            Node::Folder => None,
        }
    }

    /// `YYYYMMDDhhmmss`.
    pub(super) fn modified(&self, path: &str) -> Option<String> {
        match self.nodes.get(path)? {
            Node::File { modified, .. } => Some(time_text(*modified)),
            Node::Folder => None,
        }
    }

    pub(super) fn is_folder(&self, path: &str) -> bool {
        path.is_empty() || self.nodes.get(path) == Some(&Node::Folder)
    }

    /// Name, size (`None` for a folder) and time of what lies in a folder.
    pub(super) fn entries(&self, folder: &str) -> Vec<(String, Option<usize>, String)> {
        let inside = |path: &str| match folder {
            "" => Some(path.to_owned()),
            folder => Some(path.strip_prefix(folder)?.strip_prefix('/')?.to_owned()),
        };
        let inside = self.nodes.iter().filter_map(|(path, node)| Some((inside(path)?, node)));
        inside
            .filter(|(name, _)| !name.contains('/'))
            .map(|(name, node)| match node {
                Node::Folder => (name, None, time_text(0)),
                Node::File { content, modified } => (name, Some(content.len()), time_text(*modified)),
            })
            .collect()
    }

    /// Opens a file for writing from byte `from` on.
    pub(super) fn open(&mut self, path: &str, from: usize) -> Result<(), Refusal> {
        if self.nodes.get(path) == Some(&Node::Folder) {
            return Err("Is a directory");
        }
        if !self.is_folder(parent(path)) {
            return Err(MISSING);
        }
        let modified = self.tick();
        let mut content = self.content(path).unwrap_or_default().to_vec();
        content.resize(from, 0);
        self.nodes.insert(path.to_owned(), Node::File { content, modified });
        Ok(())
    }

    pub(super) fn append(&mut self, path: &str, bytes: &[u8]) {
        if let Some(Node::File { content, .. }) = self.nodes.get_mut(path) {
            content.extend_from_slice(bytes);
        }
    }

    pub(super) fn truncate(&mut self, path: &str, length: usize) {
        if let Some(Node::File { content, .. }) = self.nodes.get_mut(path) {
            content.truncate(length);
        }
    }

    pub(super) fn make_folder(&mut self, path: &str) -> Result<(), Refusal> {
        match (self.is_folder(parent(path)), self.nodes.contains_key(path) || path.is_empty()) {
            (false, _) => Err(MISSING),
            (true, true) => Err("File exists"),
            (true, false) => {
                self.put_folder(path);
                Ok(())
            }
        }
    }

    pub(super) fn remove_file(&mut self, path: &str) -> Result<(), Refusal> {
        match self.nodes.get(path) {
            None => Err(MISSING),
            Some(Node::Folder) => Err("Is a directory"),
            Some(Node::File { .. }) => {
                self.nodes.remove(path);
                Ok(())
            }
        }
    }

    pub(super) fn remove_folder(&mut self, path: &str) -> Result<(), Refusal> {
        match self.nodes.get(path) {
            None => Err(MISSING),
            Some(Node::File { .. }) => Err("Not a directory"),
            Some(Node::Folder) if !self.entries(path).is_empty() => Err("Directory not empty"),
            Some(Node::Folder) => {
                self.nodes.remove(path);
                Ok(())
            }
        }
    }

    /// Renames a file, over another if there is one, or a folder with all that it holds.
    pub(super) fn rename(&mut self, from: &str, to: &str) -> Result<(), Refusal> {
        if !self.nodes.contains_key(from) || !self.is_folder(parent(to)) {
            return Err(MISSING);
        }
        let onto_folder = self.is_folder(to);
        if onto_folder || (self.is_folder(from) && self.nodes.contains_key(to)) {
            return Err("Is a directory");
        }
        let below = format!("{from}/");
        let moved: Vec<String> =
            self.nodes.keys().filter(|path| *path == from || path.starts_with(&below)).cloned().collect();
        for path in moved {
            if let Some(node) = self.nodes.remove(&path) {
                self.nodes.insert(format!("{to}{}", &path[from.len()..]), node);
            }
        }
        Ok(())
    }

    fn tick(&mut self) -> u32 {
        self.clock += 1;
        self.clock
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn time_text(seconds: u32) -> String {
    let (day, rest) = (1 + seconds / 86_400, seconds % 86_400);
    format!("202401{day:02}{:02}{:02}{:02}", rest / 3600, rest / 60 % 60, rest % 60)
}
