//! A site, its server, and what is known of both from what happened to them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use sha2::Digest;
use slipway_core::{Code, Failure, OnConflict, Outcome, Published, RunId, Sha256};
use slipway_engine::{PublishOptions, destination};
use slipway_remote::RemoteError;
use slipway_remote::faulty::{Fault, Faulty, Operation};
use slipway_remote::memory::MemoryOptions;
use tokio::sync::Notify;

use super::story::{Happening, Publish};
use crate::fixture::Fixture;

pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// The site's two sides, and who did what to them. Paths are keys: in one case, where the server ignores it.
pub(super) struct World {
    pub(super) fixture: Fixture,
    options: MemoryOptions,
    /// Every version that anybody ever wrote at a path.
    pub(super) versions: BTreeMap<String, BTreeSet<Vec<u8>>>,
    /// What others did last at a path, while Slipway did nothing there since; `None`: they took it off.
    others: BTreeMap<String, Option<Vec<u8>>>,
    /// Kept content that something happened to.
    pub(super) harmed: BTreeSet<Sha256>,
    counter: usize,
}

/// How things stood when a publish began.
struct Before {
    online: Files,
    /// What is to be online: what the folder holds, or the version that is put back.
    wanted: Files,
    recorded: BTreeMap<String, Sha256>,
}

impl World {
    pub(super) fn new(options: MemoryOptions) -> Self {
        Self {
            fixture: Fixture::new(options.clone()),
            options,
            versions: BTreeMap::new(),
            others: BTreeMap::new(),
            harmed: BTreeSet::new(),
            counter: 0,
        }
    }

    pub(super) async fn take(&mut self, happening: &Happening) {
        match happening {
            Happening::Write { path, size } => self.write(path, *size),
            Happening::Remove { path } => {
                let file = self.fixture.folder.path().join(path);
                if file.is_file() {
                    std::fs::remove_file(file).unwrap();
                }
            }
            Happening::ForeignWrite { path, same_size } => self.foreign_write(path, *same_size),
            Happening::ForeignRemove { path } => {
                if self.online().contains_key(&self.key(path)) {
                    self.fixture.server.remove(path);
                    self.others.insert(self.key(path), None);
                }
            }
            Happening::Publish(publish) => self.publish(publish, None).await,
            Happening::Undo { back, how } => {
                let known = self.known();
                if let Some(version) = known.get(*back % known.len().max(1)).cloned() {
                    let folder = self.fixture.local();
                    self.publish(how, Some(version)).await;
                    assert_eq!(self.fixture.local(), folder, "the folder is left alone");
                }
            }
            Happening::Harm { nth, how } => self.harm(*nth, *how),
        }
    }

    /// The last two publishes, of which nothing is in the way: the server holds the folder, and then nothing is left
    /// to do.
    pub(super) async fn end(&mut self) {
        if self.fixture.local().is_empty() {
            return;
        }
        let undisturbed = Publish::undisturbed();
        let in_the_way = self.folder_in_the_way(&self.keyed(self.fixture.local()));
        self.publish(&undisturbed, None).await;
        if self.others.is_empty() && !in_the_way {
            let rest = self.run(&undisturbed, None).await.unwrap().unwrap();
            assert_eq!((rest.uploaded, rest.removed), (0, 0), "all was published");
        }
    }

    pub(super) fn key(&self, path: &str) -> String {
        if self.options.case_insensitive { path.to_lowercase() } else { path.to_owned() }
    }

    fn keyed(&self, files: Files) -> Files {
        files.into_iter().map(|(path, content)| (self.key(&path), content)).collect()
    }

    fn online(&self) -> Files {
        self.keyed(self.fixture.online())
    }

    /// Content that nobody wrote before, and no beginning of it: the number ends it too.
    fn version(&mut self, path: &str, size: usize) -> Vec<u8> {
        self.counter += 1;
        let content = match size {
            0 => Vec::new(),
            _ => format!("{:03}{}{:03}", self.counter, "-".repeat(size), self.counter).into_bytes(),
        };
        self.versions.entry(self.key(path)).or_default().insert(content.clone());
        content
    }

    fn write(&mut self, path: &str, size: usize) {
        let content = self.version(path, size);
        let root = self.fixture.folder.path();
        for other in self.fixture.local().into_keys() {
            // Two files here that are one on the server can't be published; that is tested elsewhere.
            let twin = other != path && self.key(&other) == self.key(path);
            if twin || path.starts_with(&format!("{other}/")) {
                std::fs::remove_file(root.join(other)).unwrap();
            }
        }
        let file = root.join(path);
        if file.is_dir() {
            std::fs::remove_dir_all(&file).unwrap();
        }
        std::fs::create_dir_all(file.parent().unwrap_or(Path::new("/"))).unwrap();
        std::fs::write(file, content).unwrap();
    }

    /// Of the size of what is there, where content can be told apart.
    fn foreign_write(&mut self, path: &str, same_size: bool) {
        let (files, folders) = (self.online(), self.fixture.server.folders());
        let key = self.key(path);
        let blocked = files.keys().any(|file| key.starts_with(&format!("{file}/")));
        if blocked || folders.iter().any(|folder| self.key(folder) == key) {
            return;
        }
        let there = files.get(&key).map_or(0, Vec::len);
        let size = match there.checked_sub(6) {
            Some(size @ 1..) if same_size => size,
            // A size that no other version has.
            _ => 100 + self.counter,
        };
        let content = self.version(path, size);
        self.fixture.server.put(path, &content);
        self.others.insert(key, Some(content));
    }

    pub(super) fn recorded(&self) -> Published {
        let ledger = self.fixture.ledger();
        let place = ledger.place(&self.fixture.site.name, &destination(&self.fixture.site)).unwrap();
        ledger.published(place).unwrap()
    }

    /// Publishes the folder, or puts a version back.
    async fn publish(&mut self, publish: &Publish, version: Option<RunId>) {
        let recorded = self.recorded().files;
        let before = Before {
            online: self.online(),
            wanted: match &version {
                Some(version) => self.content_of(version),
                None => self.keyed(self.fixture.local()),
            },
            recorded: recorded
                .into_iter()
                .map(|(path, file)| (self.key(path.as_str()), file.sha256))
                .collect(),
        };
        let harmed = self.harmed_of(version.as_ref());
        let in_the_way = self.folder_in_the_way(&before.wanted);
        let empty = version.is_none() && before.wanted.is_empty();
        let result = self.run(publish, version).await;
        let online = self.online();
        self.all_is_whole(&online);
        self.others_are_respected(publish, &before, &online);
        self.nothing_is_missing(&before, &online);
        self.others.retain(|path, content| online.get(path) == content.as_ref());
        match result {
            Some(Ok(outcome)) => {
                self.finished(publish, &before, &online);
                self.kept(&outcome);
                // What of theirs was put back is Slipway's from then on.
                let ours: BTreeMap<String, Sha256> = self
                    .recorded()
                    .files
                    .into_iter()
                    .map(|(path, file)| (self.key(path.as_str()), file.sha256))
                    .collect();
                self.others.retain(|path, content| {
                    content.as_ref().map(|content| digest(content)).as_ref() != ours.get(path)
                        || content.is_none()
                });
            }
            // Said before anything starts.
            Some(Err(failure)) if failure.code == Code::Conflict && in_the_way => {
                assert_eq!(online, before.online, "a folder is in the way");
            }
            Some(Err(failure)) if failure.code == Code::VersionDamaged => {
                assert!(harmed, "nothing happened to what is kept: {failure:?}");
                assert_eq!(online, before.online, "a damaged version");
            }
            Some(Err(failure)) => {
                // What is kept may stand in the way of what is new.
                let kept = publish.keep_removed && failure.code == Code::Conflict;
                let blocked = !self.others.is_empty() || kept;
                let reason = !publish.faults.is_empty() || blocked || empty;
                assert!(reason, "failed without a reason: {failure:?}");
            }
            None => {}
        }
    }

    /// Whether a folder stands where a file is to be, or in one that does, which is not known to be Slipway's: it stays.
    fn folder_in_the_way(&self, wanted: &Files) -> bool {
        let ours = self.recorded().folders;
        let theirs = |folder: &&String| !ours.iter().any(|path| path.as_str() == *folder);
        let folders = self.fixture.server.folders();
        let keys = folders.iter().filter(theirs).map(|folder| self.key(folder));
        let at = |folder: &str, path: &str| folder == path || folder.starts_with(&format!("{path}/"));
        keys.into_iter().any(|folder| wanted.keys().any(|path| at(&folder, path)))
    }

    /// `None` where the process was killed.
    async fn run(&self, publish: &Publish, version: Option<RunId>) -> Option<Result<Outcome, Failure>> {
        let options = PublishOptions {
            on_conflict: publish.on_conflict,
            full_check: publish.full_check,
            keep_removed: publish.keep_removed,
            yes: true,
            version,
            ..PublishOptions::default()
        };
        let killed = Arc::new(Notify::new());
        let (kill, Publish { faults, killed_at, .. }) = (killed.clone(), publish.clone());
        let faulty = Faulty::new(self.fixture.server.clone(), move |_: &Operation, nth| {
            if killed_at.is_some_and(|at| nth >= at) {
                kill.notify_one();
                return Some(Fault::Hang);
            }
            faults.iter().find(|(at, _)| *at == nth).map(|(_, fault)| fault.clone())
        });
        tokio::select! {
            biased;
            () = killed.notified() => None,
            result = self.fixture.publish_over(Arc::new(faulty), &options) => Some(result),
        }
    }

    /// Each visible file is one version that somebody wrote there.
    fn all_is_whole(&self, online: &Files) {
        for (path, content) in online {
            let whole = self.versions.get(path).is_some_and(|versions| versions.contains(content));
            assert!(whole, "nobody wrote {path} so: {:?}", String::from_utf8_lossy(content));
        }
    }

    /// What others put there is as they left it, but where the plan said otherwise: a file of theirs in the place of one
    /// that was never Slipway's is replaced, and a change of theirs only if the user wants that.
    fn others_are_respected(&self, publish: &Publish, before: &Before, online: &Files) {
        for (path, content) in &self.others {
            let Some(content) = content else { continue };
            let agreed = match before.recorded.contains_key(path) {
                true => publish.on_conflict == OnConflict::Replace,
                false => before.wanted.contains_key(path),
            };
            assert!(agreed || online.get(path) == Some(content), "{path} of someone else was touched");
        }
    }

    /// A file of both versions is there at every moment, where a rename can replace.
    fn nothing_is_missing(&self, before: &Before, online: &Files) {
        for path in before.online.keys().filter(|path| before.wanted.contains_key(*path)) {
            let there = online.contains_key(path) || !self.options.rename_over;
            assert!(there, "{path} is in both versions and yet missing");
        }
    }

    /// The server is as it is wanted, and the record is as the server.
    fn finished(&self, publish: &Publish, before: &Before, online: &Files) {
        // What others did and nobody had to look at, or what the user wants to keep.
        let theirs = |path: &str| self.others.contains_key(path);
        for (path, content) in &before.wanted {
            let here = digest(content);
            // Of a server that tells no times, a full check sees sizes alone where nothing is to be replaced.
            let looked = publish.full_check && self.options.mdtm && self.options.mlsd;
            let unseen = before.recorded.get(path) == Some(&here) && !looked;
            let kept = before.recorded.contains_key(path) && publish.on_conflict == OnConflict::Keep;
            // A file whose size the server refuses to tell is taken for something else in its place.
            let refused = |(_, fault): &(usize, Fault)| matches!(fault, Fault::Error(RemoteError::Denied(_)));
            let left = (theirs(path) && (unseen || kept)) || (kept && publish.faults.iter().any(refused));
            assert!(left || online.get(path) == Some(content), "{path} is not as here after a publish");
        }
        for path in online.keys().filter(|path| !before.wanted.contains_key(*path)) {
            let stays = theirs(path) || publish.keep_removed;
            assert!(stays, "{path} is online and not here after a publish");
        }
        let recorded = self.recorded().files;
        for (path, file) in &recorded {
            let path = self.key(path.as_str());
            let content = online.get(&path);
            let same = content
                .is_some_and(|content| (content.len() as u64, digest(content)) == (file.size, file.sha256));
            assert!(same || theirs(&path), "the record of {path} is not what is online");
        }
        let recorded: BTreeSet<String> = recorded.keys().map(|path| self.key(path.as_str())).collect();
        for path in before.wanted.keys().filter(|path| !theirs(path)) {
            assert!(recorded.contains(path), "{path} is online and not in the record");
        }
        self.fixture.assert_tidy();
    }
}

pub(super) fn digest(content: &[u8]) -> Sha256 {
    Sha256(sha2::Sha256::digest(content).into())
}
