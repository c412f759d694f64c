//! The files and folders of a server in memory, and what it refuses to do with them.

use std::collections::BTreeMap;

use slipway_core::RemotePath;

use super::MemoryOptions;
use crate::error::{RemoteError, Reply};
use crate::remote::{Entry, EntryKind, Made, Stored};

/// The server's clock at the start, in seconds since 1970; each change of a file takes a second.
const START: i64 = 1_000_000_000;

/// A tree of nodes, each under its path; the root is under the empty one.
#[derive(Debug)]
pub(super) struct Tree {
    /// By path, in lower case if case makes no difference.
    nodes: BTreeMap<String, Node>,
    clock: i64,
    swaps: u64,
    case_insensitive: bool,
    rename_over: bool,
    space: u64,
}

#[derive(Debug)]
struct Node {
    /// As it was first spelled.
    path: String,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Folder,
    File { bytes: Vec<u8>, modified: i64 },
}

impl Node {
    fn folder(path: &str) -> Self {
        Self { path: path.to_owned(), content: Content::Folder }
    }

    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    fn is_folder(&self) -> bool {
        matches!(self.content, Content::Folder)
    }

    fn size(&self) -> u64 {
        match &self.content {
            Content::File { bytes, .. } => bytes.len() as u64,
            Content::Folder => 0,
        }
    }
}

impl Tree {
    pub(super) fn new(options: &MemoryOptions) -> Self {
        let root = options.root_exists.then(|| (String::new(), Node::folder("")));
        Self {
            nodes: root.into_iter().collect(),
            clock: START,
            swaps: 0,
            case_insensitive: options.case_insensitive,
            rename_over: options.rename_over,
            space: options.space.unwrap_or(u64::MAX),
        }
    }

    pub(super) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let files = self.nodes.values().filter_map(|node| match &node.content {
            Content::File { bytes, .. } => Some((node.path.clone(), bytes.clone())),
            Content::Folder => None,
        });
        files.collect()
    }

    pub(super) fn folders(&self) -> Vec<String> {
        let folders = self.nodes.values().filter(|node| node.is_folder() && !node.path.is_empty());
        folders.map(|node| node.path.clone()).collect()
    }

    pub(super) fn swaps(&self) -> u64 {
        self.swaps
    }

    pub(super) fn put(&mut self, path: &str, bytes: &[u8]) {
        let ends = path.match_indices('/').map(|(end, _)| end);
        for folder in std::iter::once("").chain(ends.map(|end| &path[..end])) {
            self.nodes.entry(self.key(folder)).or_insert_with(|| Node::folder(folder));
        }
        self.write(path, bytes.to_vec());
    }

    pub(super) fn remove_all(&mut self, path: &str) {
        let key = self.key(path);
        let below = format!("{key}/");
        self.nodes.retain(|other, _| *other != key && !other.starts_with(&below));
    }

    pub(super) fn list(&self, folder: &RemotePath) -> Result<Vec<Entry>, RemoteError> {
        match self.nodes.get(&self.key(folder.as_str())) {
            None => return Err(not_found()),
            Some(node) if !node.is_folder() => return Err(refused("Not a directory")),
            Some(_) => {}
        }
        let entries = self.children(folder).map(|node| {
            let (kind, size, modified) = match &node.content {
                Content::Folder => (EntryKind::Folder, 0, None),
                Content::File { bytes, modified } => (EntryKind::File, bytes.len() as u64, Some(*modified)),
            };
            Entry { name: node.name().to_owned(), respelled: false, kind, size, modified }
        });
        Ok(entries.collect())
    }

    pub(super) fn make_folder(&mut self, folder: &RemotePath) -> Result<Made, RemoteError> {
        match self.nodes.get(&self.key(folder.as_str())) {
            Some(node) if node.is_folder() => return Ok(Made::Existed),
            Some(_) => return Err(refused("File exists")),
            None => {}
        }
        let path = self.place(folder)?;
        self.nodes.insert(self.key(&path), Node::folder(&path));
        Ok(Made::New)
    }

    /// Stores as much as there is space for. With `resume`, what is there whole stays, and with `middle` a part is
    /// gone on with.
    pub(super) fn store(
        &mut self,
        file: &RemotePath,
        bytes: &[u8],
        resume: bool,
        middle: bool,
    ) -> Result<Stored, RemoteError> {
        let path = self.place(file)?;
        let mut content = match self.nodes.get_mut(&self.key(&path)).map(|node| &mut node.content) {
            Some(Content::Folder) => return Err(refused("Is a directory")),
            Some(Content::File { bytes: old, .. }) => std::mem::take(old),
            None => Vec::new(),
        };
        let usable = content.len() == bytes.len() || (middle && content.len() < bytes.len());
        if !resume || !usable {
            content.clear();
        }
        let rest = &bytes[content.len()..];
        let used: u64 = self.nodes.values().map(Node::size).sum();
        let free = self.space.saturating_sub(used + content.len() as u64);
        let sent = (rest.len() as u64).min(free);
        content.extend_from_slice(&rest[..sent as usize]);
        let size = content.len() as u64;
        let modified = self.write(&path, content);
        if size < bytes.len() as u64 {
            return Err(RemoteError::Full(Reply::new(552, "Disk full")));
        }
        Ok(Stored { size, modified: Some(modified), sent })
    }

    pub(super) fn size(&self, file: &RemotePath) -> Result<u64, RemoteError> {
        self.file(file).map(|(bytes, _)| bytes.len() as u64)
    }

    pub(super) fn time(&self, file: &RemotePath) -> Result<i64, RemoteError> {
        self.file(file).map(|(_, modified)| modified)
    }

    pub(super) fn set_time(&mut self, file: &RemotePath, time: i64) -> Result<(), RemoteError> {
        match self.nodes.get_mut(&self.key(file.as_str())).map(|node| &mut node.content) {
            Some(Content::File { modified, .. }) => *modified = time,
            Some(Content::Folder) => return Err(refused("Not a plain file")),
            None => return Err(not_found()),
        }
        Ok(())
    }

    pub(super) fn read(&self, file: &RemotePath, offset: u64) -> Result<Vec<u8>, RemoteError> {
        let (bytes, _) = self.file(file)?;
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        Ok(bytes.get(offset..).unwrap_or_default().to_vec())
    }

    pub(super) fn rename(&mut self, from: &RemotePath, to: &RemotePath) -> Result<(), RemoteError> {
        self.file(from)?;
        let path = self.place(to)?;
        let (from, to) = (self.key(from.as_str()), self.key(&path));
        match self.nodes.get(&to) {
            Some(node) if node.is_folder() => return Err(refused("Is a directory")),
            Some(_) if !self.rename_over && from != to => self.swaps += 1,
            _ => {}
        }
        if let Some(mut node) = self.nodes.remove(&from) {
            node.path = path;
            self.nodes.insert(to, node);
        }
        Ok(())
    }

    pub(super) fn remove_file(&mut self, file: &RemotePath) -> Result<(), RemoteError> {
        self.file(file)?;
        self.nodes.remove(&self.key(file.as_str()));
        Ok(())
    }

    pub(super) fn remove_folder(&mut self, folder: &RemotePath) -> Result<(), RemoteError> {
        let key = self.key(folder.as_str());
        match self.nodes.get(&key) {
            None => Err(not_found()),
            Some(node) if !node.is_folder() => Err(refused("Not a directory")),
            Some(_) if self.children(folder).next().is_some() => Err(refused("Directory not empty")),
            Some(_) => {
                self.nodes.remove(&key);
                Ok(())
            }
        }
    }

    /// What identifies a path.
    fn key(&self, path: &str) -> String {
        if self.case_insensitive { path.to_lowercase() } else { path.to_owned() }
    }

    fn file(&self, path: &RemotePath) -> Result<(&[u8], i64), RemoteError> {
        match self.nodes.get(&self.key(path.as_str())).map(|node| &node.content) {
            Some(Content::File { bytes, modified }) => Ok((bytes, *modified)),
            Some(Content::Folder) => Err(refused("Not a plain file")),
            None => Err(not_found()),
        }
    }

    fn children(&self, folder: &RemotePath) -> impl Iterator<Item = &Node> {
        let below = match self.key(folder.as_str()) {
            key if key.is_empty() => key,
            key => key + "/",
        };
        let tail = self.nodes.range(below.clone()..);
        let inside = tail.map_while(move |(key, node)| Some((key.strip_prefix(below.as_str())?, node)));
        inside.filter(|(name, _)| !name.is_empty() && !name.contains('/')).map(|(_, node)| node)
    }

    /// The path of something to be made, spelled as its folder is, which must be there.
    fn place(&self, path: &RemotePath) -> Result<String, RemoteError> {
        let Some(parent) = path.parent() else { return Ok(String::new()) };
        let parent = self.nodes.get(&self.key(parent.as_str())).ok_or_else(not_found)?;
        match parent.content {
            Content::File { .. } => Err(refused("Not a directory")),
            Content::Folder if parent.path.is_empty() => Ok(path.name().to_owned()),
            Content::Folder => Ok(format!("{}/{}", parent.path, path.name())),
        }
    }

    /// Writes a file and gives its time. One that is there keeps its spelling.
    fn write(&mut self, path: &str, bytes: Vec<u8>) -> i64 {
        self.clock += 1;
        let node = self.nodes.entry(self.key(path)).or_insert_with(|| Node::folder(path));
        node.content = Content::File { bytes, modified: self.clock };
        self.clock
    }
}

fn not_found() -> RemoteError {
    RemoteError::NotFound(Reply::new(550, "No such file or directory"))
}

fn refused(why: &str) -> RemoteError {
    RemoteError::Denied(Reply::new(550, why))
}
