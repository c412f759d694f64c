//! A large site.

use std::time::{Duration, Instant};

use slipway_core::{RemotePath, RunId, Sha256, SiteName};
use slipway_store::{JournalItem, Ledger, RunKind, Step};

#[test]
fn a_hundred_thousand_files_are_quick() {
    let root = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&root.path().join("ledger.db")).unwrap();
    let place = ledger.place(&SiteName::new("shop").unwrap(), "elsewhere").unwrap();
    let run = RunId::from_random([7; 16]);
    ledger.begin_run(&run, place, RunKind::Publish, 1).unwrap();
    ledger.staging_begun(&run).unwrap();
    let item = |number| JournalItem {
        number,
        path: RemotePath::new(&format!("products/{:03}/pages/{number}.html", number % 500)).unwrap(),
        modified: 0,
        size: 1,
        sha256: Sha256([1; 32]),
        step: Step::Planned,
        server_modified: None,
    };
    let items: Vec<JournalItem> = (0..100_000).map(item).collect();
    let arrived: Vec<(u32, Option<i64>)> = (0..100_000).map(|number| (number, Some(5))).collect();
    let numbers: Vec<u32> = (0..100_000).collect();
    let timed = |what: &str, work: &dyn Fn()| {
        let start = Instant::now();
        work();
        let took = start.elapsed();
        println!("{what}: {took:?}");
        // Many times what it takes: only something done file by file, such as a transaction, takes longer.
        assert!(took < Duration::from_secs(15), "{what}: {took:?}");
    };
    timed("add", &|| ledger.journal_add(&run, &items).unwrap());
    timed("arrived", &|| ledger.journal_arrived(&run, &arrived).unwrap());
    timed("live", &|| ledger.journal_live(&run, &numbers).unwrap());
    timed("unfinished", &|| assert_eq!(ledger.unfinished(place).unwrap().unwrap().items.len(), 100_000));
    timed("published", &|| assert_eq!(ledger.published(place).unwrap().files.len(), 100_000));
    timed("tidied", &|| ledger.tidied(&run).unwrap());
}
