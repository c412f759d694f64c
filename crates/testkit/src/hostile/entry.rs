//! What a folder of a hostile server holds, how it is listed, and how a path finds it.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU32, Ordering};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A file, folder or link, with a name of any bytes. It is sent in listings as it is: a line break in a name begins
/// a new line there.
pub struct HostileEntry {
    name: Vec<u8>,
    what: What,
    /// The word after `type=` in MLSD.
    mlsd_type: String,
    /// The size that is told.
    size: u64,
    /// The time that is told: in MLSD and by MDTM as it is.
    modified: String,
    /// How often it stands in a listing.
    listed: u64,
    cut: Cut,
}

enum What {
    File(Vec<u8>),
    Folder(Vec<HostileEntry>),
    /// The folder in which it lies.
    Itself,
    Link(Vec<u8>),
}

/// Where downloads end early, and how many of them still do.
#[derive(Default)]
struct Cut {
    after: usize,
    left: AtomicU32,
}

impl HostileEntry {
    /// A file. It tells its true size, and 2024-01-02 03:04:05 as its time.
    pub fn file(name: impl AsRef<[u8]>, content: impl Into<Vec<u8>>) -> Self {
        let content = content.into();
        let size = content.len() as u64;
        Self { size, ..Self::new(name.as_ref(), "file", What::File(content)) }
    }

    /// A folder. Entries may share a name: a file and a folder are told apart by the command.
    pub fn folder(name: impl AsRef<[u8]>, entries: impl IntoIterator<Item = Self>) -> Self {
        Self::new(name.as_ref(), "dir", What::Folder(entries.into_iter().collect()))
    }

    /// A folder that is the one it lies in, and so has no end.
    pub fn itself(name: impl AsRef<[u8]>) -> Self {
        Self::new(name.as_ref(), "dir", What::Itself)
    }

    /// A symbolic link. It is only listed: no command follows it.
    pub fn link(name: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> Self {
        let target = target.as_ref();
        let mlsd_type = format!("OS.unix=slink:{}", String::from_utf8_lossy(target));
        Self::new(name.as_ref(), &mlsd_type, What::Link(target.to_vec()))
    }

    fn new(name: &[u8], mlsd_type: &str, what: What) -> Self {
        Self {
            name: name.to_vec(),
            what,
            mlsd_type: mlsd_type.to_owned(),
            size: 0,
            modified: "20240102030405".to_owned(),
            listed: 1,
            cut: Cut::default(),
        }
    }

    /// Tells this time: `YYYYMMDDhhmmss` in UTC where it should be understood.
    pub fn at(self, modified: &str) -> Self {
        Self { modified: modified.to_owned(), ..self }
    }

    /// Tells this size in bytes, in listings and by `SIZE`, whatever the content.
    pub fn saying_size(self, size: u64) -> Self {
        Self { size, ..self }
    }

    /// Tells this type in MLSD, such as `cdir`.
    pub fn saying_type(self, mlsd_type: &str) -> Self {
        Self { mlsd_type: mlsd_type.to_owned(), ..self }
    }

    /// Stands in the listing that many times; `u64::MAX` makes a listing without end.
    pub fn listed(self, times: u64) -> Self {
        Self { listed: times, ..self }
    }

    /// The first `times` downloads of the file end after `bytes` bytes, with an orderly end of the data connection
    /// and the reply 426.
    pub fn cutting_after(self, bytes: usize, times: u32) -> Self {
        Self { cut: Cut { after: bytes, left: AtomicU32::new(times) }, ..self }
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn modified(&self) -> &str {
        &self.modified
    }

    /// The content; `None` if this is no file.
    pub(super) fn content(&self) -> Option<&[u8]> {
        match &self.what {
            What::File(content) => Some(content),
            _ => None,
        }
    }

    /// What it holds as an entry of `folder`; `None` if this is no folder.
    fn entries<'a>(&'a self, folder: &'a [Self]) -> Option<&'a [Self]> {
        match &self.what {
            What::Folder(entries) => Some(entries),
            What::Itself => Some(folder),
            _ => None,
        }
    }

    /// Begins a download: how many bytes are sent if it is one that ends early.
    pub(super) fn next_cut(&self) -> Option<usize> {
        let one_less = |left: u32| left.checked_sub(1);
        let used = self.cut.left.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_less);
        used.is_ok().then_some(self.cut.after)
    }

    /// Writes its part of an MLSD listing (RFC 3659, section 7).
    pub(super) fn write_mlsd(&self, to: &mut dyn Write) -> io::Result<()> {
        let facts = format!("type={};size={};modify={}; ", self.mlsd_type, self.size, self.modified);
        self.write_lines(to, &[facts.as_bytes(), &self.name])
    }

    /// Writes its part of a listing in the style of `ls -l`.
    pub(super) fn write_list(&self, to: &mut dyn Write) -> io::Result<()> {
        let (mode, arrow, target) = match &self.what {
            What::File(_) => ("-rw-r--r--", "", &[][..]),
            What::Folder(_) | What::Itself => ("drwxr-xr-x", "", &[][..]),
            What::Link(target) => ("lrwxrwxrwx", " -> ", &target[..]),
        };
        let before = format!("{mode}    1 1000     1000     {:8} {} ", self.size, self.date());
        self.write_lines(to, &[before.as_bytes(), &self.name, arrow.as_bytes(), target])
    }

    fn write_lines(&self, to: &mut dyn Write, parts: &[&[u8]]) -> io::Result<()> {
        let line = [&parts.concat(), &b"\r\n"[..]].concat();
        (0..self.listed).try_for_each(|_| to.write_all(&line))
    }

    /// `Jan  2  2024`; the same day for all times that make no sense.
    fn date(&self) -> String {
        let number = |from: usize, to: usize| self.modified.get(from..to)?.parse::<usize>().ok();
        let date = || Some((*MONTHS.get(number(4, 6)?.checked_sub(1)?)?, number(6, 8)?, number(0, 4)?));
        let (month, day, year) = date().unwrap_or(("Jan", 2, 2024));
        format!("{month} {day:2}  {year:04}")
    }
}

/// The folder at `path`, counted from `root`.
pub(super) fn find_folder<'a>(root: &'a [HostileEntry], path: &[u8]) -> Option<&'a [HostileEntry]> {
    if path.is_empty() {
        return Some(root);
    }
    candidates(root, path).find_map(|(entry, folder)| entry.entries(folder))
}

/// The file at `path`, counted from `root`.
pub(super) fn find_file<'a>(root: &'a [HostileEntry], path: &[u8]) -> Option<&'a HostileEntry> {
    candidates(root, path).map(|(entry, _)| entry).find(|entry| entry.content().is_some())
}

/// All entries that `path` may mean, each with the folder it lies in: names may hold slashes, and be shared.
fn candidates<'a>(
    root: &'a [HostileEntry],
    path: &[u8],
) -> impl Iterator<Item = (&'a HostileEntry, &'a [HostileEntry])> {
    let mut found = Vec::new();
    let mut open = vec![(root, path)];
    while let Some((folder, path)) = open.pop() {
        for entry in folder {
            let Some(rest) = path.strip_prefix(entry.name.as_slice()) else { continue };
            if rest.is_empty() {
                found.push((entry, folder));
            } else if let (Some(below), Some(entries)) = (rest.strip_prefix(b"/"), entry.entries(folder)) {
                open.push((entries, below));
            }
        }
    }
    found.into_iter()
}
