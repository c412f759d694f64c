//! A ledger with one site, for the tests of this folder.

use std::path::PathBuf;

use slipway_core::{RemotePath, RunId, Sha256, SiteName};

use super::{JournalItem, Ledger, PlaceId, RunKind, Step};

pub(super) struct Fixture {
    pub(super) ledger: Ledger,
    pub(super) place: PlaceId,
    pub(super) file: PathBuf,
    pub(super) root: tempfile::TempDir,
}

pub(super) fn site(name: &str) -> SiteName {
    SiteName::new(name).unwrap()
}

pub(super) fn run(number: u8) -> RunId {
    RunId::from_random([number; 16])
}

pub(super) fn path(text: &str) -> RemotePath {
    RemotePath::new(text).unwrap()
}

pub(super) fn item(number: u32, text: &str) -> JournalItem {
    let sha256 = Sha256([number as u8; 32]);
    let path = path(text);
    JournalItem { number, path, size: 7, modified: 5, sha256, step: Step::Planned, server_modified: None }
}

impl Fixture {
    pub(super) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("ledger.db");
        let ledger = Ledger::open(&file).unwrap();
        let place = ledger.place(&site("shop"), "anna@ftp.example.com:21/public_html").unwrap();
        Self { ledger, place, file, root }
    }

    /// A run that has begun staging, with one item a path, counted from 0.
    pub(super) fn journalled(&self, number: u8, paths: &[&str]) {
        self.ledger.begin_run(&run(number), self.place, RunKind::Publish, i64::from(number)).unwrap();
        let items: Vec<_> = paths.iter().zip(0..).map(|(text, number)| item(number, text)).collect();
        self.ledger.journal_add(&run(number), &items).unwrap();
        self.ledger.staging_begun(&run(number)).unwrap();
    }

    /// A run whose files went live.
    pub(super) fn published(&self, number: u8, paths: &[&str]) {
        self.journalled(number, paths);
        let numbers: Vec<u32> = (0..).take(paths.len()).collect();
        self.ledger.journal_live(&run(number), &numbers).unwrap();
    }
}
