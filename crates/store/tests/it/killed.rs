//! A ledger whose writer is killed.

use std::io::{BufRead, BufReader};
use std::path::Path;

use slipway_core::{RemotePath, RunId, Sha256, SiteName};
use slipway_store::{JournalItem, Ledger, RunKind, Step};

use crate::{FOLDER, again};

/// Files added to the journal at once.
const BATCH: u32 = 500;

#[test]
fn a_killed_writer_leaves_all_that_it_was_told_is_written() {
    let run = RunId::from_random([7; 16]);
    if let Some(folder) = std::env::var_os(FOLDER) {
        return write_until_killed(folder.as_ref(), &run);
    }
    let root = tempfile::tempdir().unwrap();
    let mut writer = again("killed::a_killed_writer_leaves_all_that_it_was_told_is_written")
        .env(FOLDER, root.path())
        .spawn()
        .unwrap();
    let lines = BufReader::new(writer.stdout.take().unwrap()).lines().map(Result::unwrap);
    let told = lines.filter_map(|line| line.strip_prefix("wrote ")?.parse::<u32>().ok()).nth(5).unwrap();
    writer.kill().unwrap();
    writer.wait().unwrap();
    let ledger = Ledger::open(&root.path().join("ledger.db")).unwrap();
    let place = ledger.place(&SiteName::new("shop").unwrap(), "elsewhere").unwrap();
    assert_eq!(ledger.interrupted(place, 2).unwrap(), [run]);
    let items = ledger.unfinished(place).unwrap().unwrap().items;
    let published = ledger.published(place).unwrap().files;
    assert!(items.len() >= told as usize && items.len().is_multiple_of(BATCH as usize), "{}", items.len());
    let live = items.iter().filter(|item| item.step == Step::Live).count();
    assert!(live >= told as usize, "{live}");
    assert_eq!(published.len(), live, "live and published are written together");
}

fn write_until_killed(folder: &Path, run: &RunId) {
    let ledger = Ledger::open(&folder.join("ledger.db")).unwrap();
    let place = ledger.place(&SiteName::new("shop").unwrap(), "elsewhere").unwrap();
    ledger.begin_run(run, place, RunKind::Publish, 1).unwrap();
    ledger.staging_begun(run).unwrap();
    for start in (0..200 * BATCH).step_by(BATCH as usize) {
        let item = |number| JournalItem {
            number,
            path: RemotePath::new(&format!("folder/{number}.html")).unwrap(),
            modified: 0,
            size: 1,
            sha256: Sha256([1; 32]),
            step: Step::Planned,
            server_modified: None,
        };
        let numbers: Vec<u32> = (start..start + BATCH).collect();
        ledger.journal_add(run, &numbers.iter().copied().map(item).collect::<Vec<_>>()).unwrap();
        ledger.journal_live(run, &numbers).unwrap();
        println!("\nwrote {}", start + BATCH);
    }
}
