//! What a pull will do: what to fetch, what is here already, what was changed here. Pure, but that a file's content
//! is asked for where it decides.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use slipway_core::plan::differs;
use slipway_core::{Published, PublishedFile, RemotePath, Seen, Sha256};
use slipway_remote::RESUME_FROM;

use super::finding::{PullFinding, PullFindingKind};
use super::here::{Found, Here, Looks, Protected};
use super::sift::Sifted;

/// A file to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) number: u32,
    pub(crate) path: RemotePath,
    /// How the server lists it.
    pub(crate) seen: Seen,
    /// Where it goes, below the target folder, as the file system spells it.
    pub(crate) local: PathBuf,
    /// The file that it replaces.
    pub(crate) before: Option<Looks>,
    /// It replaces nothing: it only shows whether the file that is here is the server's.
    pub(crate) compare: bool,
}

impl Job {
    /// Whether a part of it is gone on with. Without its time one can't tell whether it is still the same file.
    pub(crate) fn goes_on(&self) -> bool {
        self.seen.size > RESUME_FROM && self.seen.modified.is_some()
    }
}

/// What a pull will do.
#[derive(Debug, Default)]
pub(crate) struct PullPlan {
    /// Large files first.
    pub(crate) jobs: Vec<Arc<Job>>,
    /// Folders below the target folder that are missing, parents first.
    pub(crate) folders: Vec<PathBuf>,
    pub(crate) unchanged: u64,
    /// Those of them that look as on the server and are not in the record, such as after a pull that was cut off.
    pub(crate) unrecorded: Vec<(RemotePath, PublishedFile)>,
    /// Files that were changed here, and stay as they are.
    pub(crate) kept: Vec<RemotePath>,
    pub(crate) findings: Vec<PullFinding>,
}

/// Bytes to fetch, as the server says.
pub(crate) fn bytes(jobs: &[Arc<Job>]) -> u64 {
    jobs.iter().map(|job| job.seen.size).fold(0, u64::saturating_add)
}

/// What the user said.
pub(crate) struct Wish<'a> {
    /// The target folder, links resolved.
    pub(crate) target: &'a Path,
    pub(crate) protected: &'a Protected,
    /// Replace what was changed here.
    pub(crate) overwrite: bool,
    /// Find out what is missing in the record.
    pub(crate) record: bool,
}

/// Works it out. `content` gives the digest of a local file; `None` for one that can't be read.
pub(crate) fn plan(
    sifted: Sifted,
    here: &Here,
    published: &Published,
    wish: &Wish<'_>,
    mut content: impl FnMut(&RemotePath, &Path, Looks) -> Option<Sha256>,
) -> PullPlan {
    let mut plan = PullPlan { findings: sifted.findings, ..PullPlan::default() };
    let mut folders = HashMap::from([(RemotePath::root(), PathBuf::new())]);
    for folder in sifted.folders {
        let Some(above) = folder.parent().and_then(|parent| folders.get(&parent)) else { continue };
        let local = match here.get(&folder) {
            None => {
                let local = above.join(folder.name());
                plan.folders.push(local.clone());
                local
            }
            Some(Found::Folder(name)) => above.join(name),
            Some(Found::Closed) => {
                plan.findings.push(PullFindingKind::Unreadable.at(folder));
                continue;
            }
            Some(Found::File(..) | Found::Other) => {
                plan.findings.push(PullFindingKind::InTheWay.at(folder));
                continue;
            }
        };
        folders.insert(folder, local);
    }
    for (path, seen) in sifted.files {
        let Some(folder) = path.parent().and_then(|parent| folders.get(&parent)) else { continue };
        let (name, before) = match here.get(&path) {
            None => (path.name(), None),
            Some(Found::File(looks, name)) => (name.as_str(), Some(*looks)),
            Some(Found::Folder(_) | Found::Closed | Found::Other) => {
                plan.findings.push(PullFindingKind::InTheWay.at(path));
                continue;
            }
        };
        let local = folder.join(name);
        if wish.protected.has(&wish.target.join(&local)) {
            plan.findings.push(PullFindingKind::Protected.at(path));
            continue;
        }
        let records = Records::of(published, &path);
        match records.decide(seen, before, wish.overwrite, |looks| content(&path, &local, looks)) {
            Decision::Unchanged => {
                plan.unchanged += 1;
                if wish.record
                    && records.current(seen).is_none()
                    && let Some(sha256) = before.and_then(|looks| content(&path, &local, looks))
                {
                    let Seen { size, modified } = seen;
                    plan.unrecorded.push((path, PublishedFile { size, sha256, server_modified: modified }));
                }
            }
            Decision::Keep => plan.kept.push(path),
            Decision::Unreadable => plan.findings.push(PullFindingKind::Unreadable.at(path)),
            decision @ (Decision::Fetch | Decision::Compare) => {
                let compare = decision == Decision::Compare;
                plan.jobs.push(Arc::new(Job { number: 0, path, seen, local, before, compare }));
            }
        }
    }
    plan.jobs.sort_by_key(|job| std::cmp::Reverse(job.seen.size));
    for (number, job) in plan.jobs.iter_mut().enumerate() {
        Arc::make_mut(job).number = u32::try_from(number).unwrap_or(u32::MAX);
    }
    plan
}

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    Fetch,
    /// Only fetching it shows whether it was changed here: the server tells no times, and there is no record.
    Compare,
    Unchanged,
    /// It was changed here, or never came from the server.
    Keep,
    /// What is here can't be read, so that nobody knows whether it was changed.
    Unreadable,
}

/// What is known of one file: as it was brought down last, and as it was published.
struct Records {
    pulled: Option<PublishedFile>,
    published: Option<PublishedFile>,
}

impl Records {
    fn of(published: &Published, path: &RemotePath) -> Self {
        let find = |files: &BTreeMap<RemotePath, PublishedFile>| files.get(path).copied();
        Self { pulled: find(&published.pulled), published: find(&published.files) }
    }

    fn all(&self) -> impl Iterator<Item = PublishedFile> {
        self.pulled.into_iter().chain(self.published)
    }

    /// The server's file as it is there now, if it is one that we know.
    fn current(&self, seen: Seen) -> Option<PublishedFile> {
        self.all().find(|record| !differs(record, seen))
    }

    fn decide(
        &self,
        seen: Seen,
        local: Option<Looks>,
        overwrite: bool,
        content: impl FnOnce(Looks) -> Option<Sha256>,
    ) -> Decision {
        let Some(looks) = local else { return Decision::Fetch };
        if same(seen, looks) {
            return Decision::Unchanged;
        }
        let changed_here = if overwrite { Decision::Fetch } else { Decision::Keep };
        if !self.all().any(|record| record.size == looks.0) {
            let maybe_same = seen.modified.is_none() && seen.size == looks.0 && !overwrite;
            return if maybe_same { Decision::Compare } else { changed_here };
        }
        let Some(sha256) = content(looks) else {
            return if overwrite { Decision::Fetch } else { Decision::Unreadable };
        };
        match self.current(seen) {
            Some(current) if current.sha256 == sha256 => Decision::Unchanged,
            // The server's is what it was: only here something changed.
            Some(_) => changed_here,
            None if self.all().any(|record| record.sha256 == sha256) => Decision::Fetch,
            None => changed_here,
        }
    }
}

/// Whether a local file looks as one that was brought down with the server's time.
fn same(seen: Seen, (size, modified): Looks) -> bool {
    let time = seen.modified.and_then(|seconds| seconds.checked_mul(1_000_000_000));
    seen.size == size && time == Some(modified)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    fn path(path: &str) -> RemotePath {
        RemotePath::new(path).unwrap()
    }

    fn record(content: u8, size: u64, time: i64) -> PublishedFile {
        PublishedFile { size, sha256: Sha256([content; 32]), server_modified: Some(time) }
    }

    fn decide(
        pulled: Option<PublishedFile>,
        published: Option<PublishedFile>,
        seen: (u64, Option<i64>),
        local: Option<(u64, i64, u8)>,
    ) -> [Decision; 2] {
        let records = Records { pulled, published };
        let seen = Seen { size: seen.0, modified: seen.1 };
        [false, true].map(|overwrite| {
            let looks = local.map(|(size, time, _)| (size, time));
            records.decide(seen, looks, overwrite, |_| local.map(|(.., content)| Sha256([content; 32])))
        })
    }

    #[test]
    fn decides() {
        use Decision::{Compare, Fetch, Keep, Unchanged};
        let (pulled, published) = (Some(record(1, 10, 100)), Some(record(2, 10, 90)));
        let there = |time| (10, Some(time));
        for (what, pulled, published, seen, local, expected) in [
            ("not here", pulled, published, there(100), None, [Fetch; 2]),
            ("never seen, as there", None, None, there(100), Some((10, 100 * SECOND, 7)), [Unchanged; 2]),
            ("never seen, other time", None, None, there(100), Some((10, 5, 7)), [Keep, Fetch]),
            (
                "never seen, same second",
                None,
                None,
                there(100),
                Some((10, 100 * SECOND + 1, 7)),
                [Keep, Fetch],
            ),
            ("touched here", pulled, published, there(100), Some((10, 5, 1)), [Unchanged; 2]),
            ("as published", None, published, there(90), Some((10, 5, 2)), [Unchanged; 2]),
            ("changed there", pulled, published, there(101), Some((10, 100 * SECOND, 1)), [Fetch; 2]),
            ("changed there since publish", None, published, there(91), Some((10, 5, 2)), [Fetch; 2]),
            ("grown there", pulled, None, (11, Some(100)), Some((10, 5, 1)), [Fetch; 2]),
            ("changed here", pulled, published, there(100), Some((10, 5, 7)), [Keep, Fetch]),
            ("grown here", pulled, published, there(100), Some((11, 5, 7)), [Keep, Fetch]),
            ("put back here", pulled, published, there(100), Some((10, 5, 2)), [Keep, Fetch]),
            ("changed on both sides", pulled, published, there(101), Some((10, 5, 7)), [Keep, Fetch]),
            ("no times, as pulled", pulled, None, (10, None), Some((10, 5, 1)), [Unchanged; 2]),
            ("no times, changed here", pulled, None, (10, None), Some((10, 5, 7)), [Keep, Fetch]),
            ("no times, changed there", pulled, None, (11, None), Some((10, 5, 1)), [Fetch; 2]),
            ("no times, never seen", None, None, (10, None), Some((10, 5, 7)), [Compare, Fetch]),
            ("no times, cut off", pulled, None, (11, None), Some((11, 5, 7)), [Compare, Fetch]),
            ("no times, other size", None, None, (10, None), Some((11, 5, 7)), [Keep, Fetch]),
            ("an absurd time", pulled, None, there(i64::MAX), Some((10, 5, 1)), [Fetch; 2]),
        ] {
            assert_eq!(decide(pulled, published, seen, local), expected, "{what}");
        }
    }

    #[test]
    fn content_is_asked_for_only_where_it_decides() {
        let never = |_: Looks| -> Option<Sha256> { panic!("read") };
        let records = Records { pulled: Some(record(1, 10, 100)), published: None };
        let seen = Seen { size: 10, modified: Some(100) };
        assert_eq!(records.decide(seen, None, false, never), Decision::Fetch);
        assert_eq!(records.decide(seen, Some((10, 100 * SECOND)), false, never), Decision::Unchanged);
        assert_eq!(records.decide(seen, Some((9, 5)), false, never), Decision::Keep);
        assert_eq!(records.decide(seen, Some((10, 5)), false, |_| None), Decision::Unreadable);
    }

    #[test]
    fn what_is_here_and_not_in_the_record_is_found_out() {
        let (seen, looks) = (Seen { size: 10, modified: Some(100) }, (10, 100 * SECOND));
        let names = ["older", "recorded", "unread", "unrecorded"];
        let here = names.map(|name| (path(name), Found::File(looks, name.to_owned())));
        let pulled = [(path("recorded"), record(1, 10, 100)), (path("older"), record(1, 10, 90))];
        let published = Published { pulled: pulled.into(), ..Published::default() };
        let protected = Protected::new(&[]);
        for record_all in [true, false] {
            let files = names.map(|name| (path(name), seen)).into();
            let sifted = Sifted { files, ..Sifted::default() };
            let wish =
                Wish { target: Path::new("/t"), protected: &protected, overwrite: false, record: record_all };
            let plan = plan(sifted, &here.clone().into(), &published, &wish, |path, _, _| {
                assert!(record_all && path.as_str() != "recorded", "{path} read");
                (path.as_str() != "unread").then_some(Sha256([7; 32]))
            });
            assert_eq!((plan.unchanged, plan.jobs.len()), (4, 0));
            let found = ["older", "unrecorded"].map(|name| (path(name), record(7, 10, 100)));
            assert_eq!(plan.unrecorded, if record_all { found.to_vec() } else { Vec::new() });
        }
    }

    #[test]
    fn what_is_in_the_way_or_protected_is_left_alone() {
        let mut sifted = Sifted::default();
        let seen = |size| Seen { size, modified: Some(3) };
        let files = ["a/x", "b/x", "c/d/x", "dir", "fine/new", "link", "mine.toml", "shut/x"];
        for (size, file) in files.into_iter().enumerate() {
            sifted.folders.extend(path(file).ancestors());
            sifted.files.insert(path(file), seen(size as u64));
        }
        let here = Here::from([
            (path("a"), Found::File((1, 1), "a".to_owned())),
            (path("b"), Found::Other),
            (path("c"), Found::Folder("C".to_owned())),
            (path("dir"), Found::Folder("dir".to_owned())),
            (path("link"), Found::Other),
            (path("shut"), Found::Closed),
        ]);
        let protected = Protected::new(&["/t/mine.toml".into()]);
        let wish = Wish { target: Path::new("/t"), protected: &protected, overwrite: true, record: true };
        let plan = plan(sifted, &here, &Published::default(), &wish, |_, _, _| panic!("read"));
        let jobs: Vec<(u32, &Path)> = plan.jobs.iter().map(|job| (job.number, job.local.as_path())).collect();
        assert_eq!(jobs, [(0, Path::new("fine/new")), (1, Path::new("C/d/x"))]);
        assert_eq!(plan.folders, [Path::new("C/d"), Path::new("fine")]);
        use PullFindingKind::{InTheWay, Protected as Guarded, Unreadable};
        let expected = [
            InTheWay.at("a"),
            InTheWay.at("b"),
            Unreadable.at("shut"),
            InTheWay.at("dir"),
            InTheWay.at("link"),
            Guarded.at("mine.toml"),
        ];
        assert_eq!(plan.findings, expected);
    }
}
