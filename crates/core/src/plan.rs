//! The plan: what a publish will do, worked out from what is here, what Slipway put on the server, and what the
//! server says of it. A pure function and plain data, so that it can be shown, tested and refused.

mod purge;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::manifest::{LocalFile, Manifest, Published, PublishedFile};
use crate::path::RemotePath;

/// Removing more than half of a site needs a yes, from this many files on.
const MANY_REMOVALS: usize = 10;

/// Why a file is uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is not online.
    New,
    /// It is online with other content.
    Changed,
    /// Slipway published it, and it is gone from the server.
    Missing,
    /// A file is in its place that Slipway did not put there.
    Foreign,
}

/// When a file goes live: what pages need is there before them, and the pages that visitors enter by come last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// Styles, scripts, pictures and all the rest.
    Asset,
    /// What refers to assets: pages, feeds, server settings.
    Page,
    /// `index.*` and `default.*` pages.
    EntryPage,
}

impl Turn {
    /// The turns, in order.
    pub const ALL: [Self; 3] = [Self::Asset, Self::Page, Self::EntryPage];

    /// When a file of this name goes live.
    pub fn of(path: &RemotePath) -> Self {
        let name = path.name().to_lowercase();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
        let page = matches!(
            extension,
            "html" | "htm" | "xhtml" | "shtml" | "php" | "phtml" | "asp" | "aspx" | "jsp" | "cgi" | "cfm"
        );
        match (page, stem) {
            (true, "index" | "default") => Self::EntryPage,
            (true, _) => Self::Page,
            _ if matches!(extension, "xml" | "rss" | "atom" | "htaccess" | "webmanifest") => Self::Page,
            _ => Self::Asset,
        }
    }
}

/// A file to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Where it goes.
    pub path: RemotePath,
    /// What is sent.
    pub file: LocalFile,
    /// Why.
    pub change: Change,
}

/// A file to take off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// Where it is.
    pub path: RemotePath,
    /// Its size in bytes, as published.
    pub size: u64,
    /// It stands where a folder must be, or in a folder that stands where a file must be: it goes first.
    pub in_the_way: bool,
}

/// How a file on the server differs from what was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictReason {
    /// Its size or time is another than after the last publish.
    ChangedOnServer,
}

/// A file that someone else changed on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Where it is.
    pub path: RemotePath,
    /// How it differs.
    pub reason: ConflictReason,
    /// Whether the publish would have removed it, rather than replaced it.
    pub removal: bool,
    /// What is there.
    pub server: Seen,
}

/// What to do with files that someone else changed on the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnConflict {
    /// Publish nothing, and say so.
    #[default]
    Abort,
    /// Leave the server's as they are.
    Keep,
    /// Replace or remove them all the same.
    Replace,
}

/// Whose of the two stays where a file was changed on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The server's.
    Keep,
    /// Ours: the server's is replaced or removed.
    Replace,
}

/// What was decided of one file, and of which version of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Whose stays.
    pub decision: Decision,
    /// What was on the server when it was decided. [`Decision::Replace`] holds for this alone: nobody said of a later
    /// version that it may go.
    pub seen: Seen,
}

impl Answer {
    fn holds_for(&self, server: Seen) -> bool {
        self.decision == Decision::Keep || !self.seen.shown().is_another_than(server.shown())
    }
}

/// What the user wants of this publish.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanOptions {
    /// Take nothing off.
    pub keep_removed: bool,
    /// Files that are left out of this publish while their copies stay online.
    pub left_out: BTreeSet<RemotePath>,
    /// Files that were changed on the server and are not among the decided ones.
    pub on_conflict: OnConflict,
    /// What was decided of single files that were changed on the server. Of others it says nothing.
    pub decided: BTreeMap<RemotePath, Answer>,
    /// Take off what Slipway did not put there and the folder does not have, but for these files and folders of the
    /// server. The server must have been looked at completely.
    pub purge: Option<BTreeSet<RemotePath>>,
}

/// A file as the server shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Size in bytes.
    pub size: u64,
    /// Time of change by the server's clock, in seconds since 1970, where it is known to the second.
    pub modified: Option<i64>,
}

impl Seen {
    /// Something that is no file, such as a folder, in the place of one. No file is as large.
    pub const NO_FILE: Self = Self { size: u64::MAX, modified: None };

    /// The same as a person is shown it: what is no file holds nothing.
    pub fn shown(self) -> Self {
        if self == Self::NO_FILE { Self { size: 0, ..self } } else { self }
    }

    /// Whether the size differs, or the time where both are known.
    fn is_another_than(self, other: Self) -> bool {
        let times = self.modified.zip(other.modified);
        self.size != other.size || times.is_some_and(|(one, other)| one != other)
    }
}

/// What the server was seen to hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerView {
    /// Files that were looked at; `None` for one that is confirmed not to be there.
    pub files: BTreeMap<RemotePath, Option<Seen>>,
    /// Folders, whoever made them: for a purge all of them, else those that stand where a file is to be.
    pub folders: BTreeSet<RemotePath>,
    /// What is neither file nor folder, or can't be told: it stays, and so do the folders above it. Only a purge
    /// looks at it.
    pub others: BTreeSet<RemotePath>,
    /// Files that are as large as the record says, and were found to hold something else: no time told.
    pub altered: BTreeSet<RemotePath>,
    /// Whether all was looked at, so that a file not among `files` is not there.
    pub complete: bool,
}

impl ServerView {
    /// `Some(None)`: not there; `None`: not looked at.
    fn of(&self, path: &RemotePath) -> Option<Option<Seen>> {
        match self.files.get(path) {
            None if self.complete => Some(None),
            seen => seen.copied(),
        }
    }

    /// Whether what is at this path is another file than the one of the record.
    fn differs(&self, path: &RemotePath, record: &PublishedFile, seen: Seen) -> bool {
        differs(record, seen) || self.altered.contains(path)
    }
}

/// How much there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Totals {
    /// Files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// What a publish will do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Files to send, by path.
    pub uploads: Vec<Upload>,
    /// Files to take off, by path.
    pub removals: Vec<Removal>,
    /// Folders that must be there, parents first.
    pub make_folders: Vec<RemotePath>,
    /// Folders of Slipway's making that nothing needs any more, children first.
    pub remove_folders: Vec<RemotePath>,
    /// Files that a purge takes off although Slipway did not put them there, by path.
    pub purge: Vec<Removal>,
    /// Folders that a purge leaves empty, children first.
    pub purge_folders: Vec<RemotePath>,
    /// Files that need a decision.
    pub conflicts: Vec<Conflict>,
    /// Files that are online as they are here since they were brought down from there: they are Slipway's from now
    /// on.
    pub adopted: Vec<(RemotePath, PublishedFile)>,
    /// Files of the record that are gone from the server and from the local folder.
    pub forget: Vec<RemotePath>,
    /// Files that are online as they are here.
    pub unchanged: usize,
    /// Files that Slipway had put on the server before.
    pub published: usize,
    /// What will be online of Slipway's. A file that was changed on the server, and stays, counts as it is there.
    pub after: Totals,
}

impl Plan {
    /// Whether there is nothing to do on the server.
    pub fn is_empty(&self) -> bool {
        self.uploads.is_empty()
            && self.removals.is_empty()
            && self.purge.is_empty()
            && self.purge_folders.is_empty()
    }

    /// Everything that is taken off, whoever put it there.
    pub fn taken_off(&self) -> impl Iterator<Item = &Removal> {
        self.removals.iter().chain(&self.purge)
    }

    /// Bytes to send.
    pub fn bytes(&self) -> u64 {
        self.uploads.iter().map(|upload| upload.file.size).sum()
    }

    /// Uploads of one kind.
    pub fn count(&self, change: Change) -> usize {
        self.uploads.iter().filter(|upload| upload.change == change).count()
    }

    /// Whether so much would be removed that a person should say yes: more than half of the site, and at least
    /// 10 files.
    pub fn removes_much(&self) -> bool {
        self.removals.len() >= MANY_REMOVALS && self.removals.len() * 2 > self.published
    }
}

/// Works out what has to be done so that the server holds `local`.
pub fn plan(local: &Manifest, published: &Published, server: &ServerView, options: &PlanOptions) -> Plan {
    let mut plan = Plan { published: published.files.len(), ..Plan::default() };
    for (path, file) in local {
        add_local(&mut plan, path, file, &Known::of(published, path, server), server, options);
    }
    for (path, file) in &published.files {
        if !local.contains_key(path) && !options.left_out.contains(path) && !options.keep_removed {
            let record = Known::of(published, path, server).record.unwrap_or(file);
            add_removal(&mut plan, path, record, server, options);
        }
    }
    let used = options.purge.as_ref().map(|kept| purge::add_files(&mut plan, local, published, server, kept));
    add_folders(&mut plan, local, published, options);
    if let Some(used) = used {
        purge::add_folders(&mut plan, server, &used);
    }
    plan.after = after(&plan, published, server);
    plan
}

/// What is online of Slipway's once the plan is done.
fn after(plan: &Plan, published: &Published, server: &ServerView) -> Totals {
    let gone = plan.removals.iter().map(|removal| &removal.path).chain(&plan.forget);
    let sent = plan.uploads.iter().map(|upload| &upload.path);
    let moved: BTreeSet<&RemotePath> = gone.chain(sent).collect();
    let size = |path: &RemotePath, record: &PublishedFile| {
        let seen = server.of(path).flatten().filter(|seen| *seen != Seen::NO_FILE);
        seen.map_or(record.size, |seen| seen.size)
    };
    // What is gone from the server may stay in the record: of files that are left out nothing is forgotten.
    let stays = published.files.iter().filter(|(path, _)| server.of(path) != Some(None));
    let stays = stays.filter(|(path, _)| !moved.contains(path));
    let stays = stays.map(|(path, record)| size(path, record));
    let adopted = plan.adopted.iter().filter(|(path, _)| !published.files.contains_key(path));
    let adopted = adopted.map(|(_, record)| record.size);
    let sizes = plan.uploads.iter().map(|upload| upload.file.size).chain(stays).chain(adopted);
    sizes.fold(Totals::default(), |sum, size| Totals {
        files: sum.files + 1,
        bytes: sum.bytes.saturating_add(size),
    })
}

/// What is known of a file on the server.
struct Known<'a> {
    /// What it was when Slipway put it there, or when it was brought down: the latter if it is still so, or if it
    /// is there and was never put there by Slipway.
    record: Option<&'a PublishedFile>,
    /// Whether Slipway put it there.
    ours: bool,
    /// Whether the record is of another file than the one that Slipway put there.
    news: bool,
}

impl<'a> Known<'a> {
    fn of(published: &'a Published, path: &RemotePath, server: &ServerView) -> Self {
        let record = published.files.get(path);
        let pulled = published.pulled.get(path).zip(server.of(path).flatten());
        let as_pulled =
            pulled.filter(|(pulled, seen)| !server.differs(path, pulled, *seen)).map(|(pulled, _)| pulled);
        Self {
            record: as_pulled.or(record).or(pulled.map(|(pulled, _)| pulled)),
            ours: record.is_some(),
            news: as_pulled.is_some() && as_pulled != record,
        }
    }
}

fn add_local(
    plan: &mut Plan,
    path: &RemotePath,
    file: &LocalFile,
    known: &Known<'_>,
    server: &ServerView,
    options: &PlanOptions,
) {
    let record = known.record;
    let same = record.is_some_and(|record| record.sha256 == file.sha256 && record.size == file.size);
    let change = match (record, server.of(path)) {
        (Some(_), Some(None)) => Change::Missing,
        (Some(record), Some(Some(seen))) if server.differs(path, record, seen) => {
            if keeps(plan, path, seen, false, options) {
                return;
            }
            if known.ours { Change::Changed } else { Change::Foreign }
        }
        (Some(_), _) if same => {
            plan.unchanged += 1;
            if let (true, Some(record)) = (known.news, record) {
                plan.adopted.push((path.clone(), *record));
            }
            return;
        }
        (Some(_), _) if known.ours => Change::Changed,
        (_, Some(Some(_))) => Change::Foreign,
        (_, _) => Change::New,
    };
    plan.uploads.push(Upload { path: path.clone(), file: file.clone(), change });
}

fn add_removal(
    plan: &mut Plan,
    path: &RemotePath,
    record: &PublishedFile,
    server: &ServerView,
    options: &PlanOptions,
) {
    match server.of(path) {
        Some(None) => return plan.forget.push(path.clone()),
        Some(Some(seen)) if server.differs(path, record, seen) && keeps(plan, path, seen, true, options) => {
            return;
        }
        _ => {}
    }
    plan.removals.push(Removal { path: path.clone(), size: record.size, in_the_way: false });
}

/// Whether the file on the server stays as it is; a conflict that needs a decision is noted.
fn keeps(plan: &mut Plan, path: &RemotePath, server: Seen, removal: bool, options: &PlanOptions) -> bool {
    let answer = options.decided.get(path).filter(|answer| answer.holds_for(server));
    match (answer.map(|answer| answer.decision), options.on_conflict) {
        (Some(Decision::Replace), _) | (None, OnConflict::Replace) => return false,
        (Some(Decision::Keep), _) | (None, OnConflict::Keep) => {}
        (None, OnConflict::Abort) => plan.conflicts.push(Conflict {
            path: path.clone(),
            reason: ConflictReason::ChangedOnServer,
            removal,
            server,
        }),
    }
    true
}

/// Whether a file on the server is another than the one of the record: by its size, and by its time of change where
/// both are known.
pub fn differs(record: &PublishedFile, seen: Seen) -> bool {
    Seen { size: record.size, modified: record.server_modified }.is_another_than(seen)
}

fn add_folders(plan: &mut Plan, local: &Manifest, published: &Published, options: &PlanOptions) {
    let uploads: BTreeSet<&RemotePath> = plan.uploads.iter().map(|upload| &upload.path).collect();
    let needed: BTreeSet<RemotePath> = uploads.iter().flat_map(|path| path.ancestors()).collect();
    for removal in plan.removals.iter_mut().chain(&mut plan.purge) {
        removal.in_the_way =
            needed.contains(&removal.path) || removal.path.ancestors().any(|above| uploads.contains(&above));
    }
    plan.make_folders = needed.into_iter().collect();
    plan.make_folders.sort_by_key(RemotePath::depth);
    if options.keep_removed {
        return;
    }
    let removed: BTreeSet<&RemotePath> =
        plan.removals.iter().map(|removal| &removal.path).chain(&plan.forget).collect();
    let stays = published.files.keys().filter(|path| !removed.contains(path));
    let used: BTreeSet<RemotePath> = local.keys().chain(stays).flat_map(RemotePath::ancestors).collect();
    plan.remove_folders =
        published.folders.iter().filter(|folder| !used.contains(*folder)).cloned().collect();
    plan.remove_folders.sort_by_key(|folder| std::cmp::Reverse(folder.depth()));
}

/// The content that a file will have, as the ledger records it once it is live.
impl From<&LocalFile> for PublishedFile {
    fn from(file: &LocalFile) -> Self {
        Self { size: file.size, sha256: file.sha256, server_modified: None }
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
