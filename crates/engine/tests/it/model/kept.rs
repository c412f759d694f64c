//! What is kept on this computer of what was published: what is known of it, what may happen to it, and what is promised.

use std::collections::BTreeMap;

use slipway_core::{Outcome, PublishedFile, RemotePath, RunId};
use slipway_engine::destination;

use super::story::Harm;
use super::world::{Files, World, digest};

impl World {
    /// Versions, the newest first.
    pub(super) fn known(&self) -> Vec<RunId> {
        let ledger = self.fixture.ledger();
        ledger
            .versions(ledger.place(&self.fixture.site.name, &destination(&self.fixture.site)).unwrap())
            .unwrap()
    }

    pub(super) fn harm(&mut self, nth: usize, how: Harm) {
        let content = self.fixture.ledger().version_content(&self.fixture.site.name).unwrap();
        let Some((sha256, size)) = content.into_iter().nth(nth) else { return };
        let file = self.fixture.versions().file(sha256);
        if !file.is_file() {
            return;
        }
        self.harmed.insert(sha256);
        match (how, size) {
            (Harm::Lose, _) | (_, 0) => std::fs::remove_file(file).unwrap(),
            (Harm::Shorten, _) => std::fs::write(file, "").unwrap(),
            (Harm::Alter, size) => std::fs::write(file, vec![b'?'; size as usize]).unwrap(),
        }
    }

    /// What a version is made of: what was written at its paths once, and has the recorded digests.
    pub(super) fn content_of(&self, version: &RunId) -> Files {
        let files = self.fixture.ledger().version(version).unwrap().unwrap();
        let content = |(path, file): (RemotePath, PublishedFile)| {
            let path = self.key(path.as_str());
            let mut written = self.versions[&path].iter();
            let content = written
                .find(|content| digest(content) == file.sha256)
                .unwrap_or_else(|| panic!("nobody wrote {path} so, and it is kept"));
            (path, content.clone())
        };
        files.into_iter().map(content).collect()
    }

    /// Whether something happened to what a version is made of.
    pub(super) fn harmed_of(&self, version: Option<&RunId>) -> bool {
        let files = version.map(|version| self.fixture.ledger().version(version).unwrap().unwrap());
        files.into_iter().flatten().any(|(_, file)| self.harmed.contains(&file.sha256))
    }

    /// The newest version is what is in the record, and its content is here as a whole, or it is said that it is not.
    pub(super) fn kept(&self, outcome: &Outcome) {
        let known = self.known();
        let newest = known.first().unwrap_or_else(|| panic!("no version of what is online"));
        let files = self.fixture.ledger().version(newest).unwrap().unwrap();
        let digests = |files: BTreeMap<RemotePath, PublishedFile>| {
            files.into_iter().map(|(path, file)| (path, file.sha256)).collect::<BTreeMap<_, _>>()
        };
        assert_eq!(digests(files.clone()), digests(self.recorded().files), "the version is what is online");
        let said = outcome.notes.iter().any(|note| note.contains("can't be put back later"));
        let versions = self.fixture.versions();
        for (path, file) in files.iter().filter(|(_, file)| !self.harmed.contains(&file.sha256)) {
            assert!(said || versions.is_whole(file.sha256, file.size), "{path} is claimed, and not kept");
        }
    }
}
