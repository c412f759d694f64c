//! One run a site at a time, across processes.

use std::io::{BufRead, BufReader};

use slipway_core::SiteName;
use slipway_store::{DataDir, StoreError};

use crate::{FOLDER, again};

#[test]
fn another_process_has_the_site_until_it_is_killed() {
    let site = SiteName::new("my shop").unwrap();
    if let Some(folder) = std::env::var_os(FOLDER) {
        let _lock = DataDir::open(Some(folder.as_ref())).unwrap().lock_site(&site).unwrap();
        println!("\nlocked");
        std::io::stdin().read_line(&mut String::new()).unwrap();
        return;
    }
    let root = tempfile::tempdir().unwrap();
    let data = DataDir::open(Some(root.path())).unwrap();
    let mut other = again("lock::another_process_has_the_site_until_it_is_killed")
        .env(FOLDER, root.path())
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(other.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == "locked"));
    match data.lock_site(&site) {
        Err(StoreError::Locked { pid, .. }) => assert_eq!(pid, other.id()),
        unexpected => panic!("{unexpected:?}"),
    }
    other.kill().unwrap();
    other.wait().unwrap();
    data.lock_site(&site).unwrap();
}
