//! The list of sites, changed by several processes at once.

use slipway_core::{Site, SiteName};
use slipway_store::{DataDir, Sites};

use crate::{FOLDER, again};

const EACH: usize = 10;

#[test]
fn processes_do_not_lose_each_others_changes() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        let sites = Sites::open(&DataDir::open(Some(folder.as_ref())).unwrap()).unwrap();
        for i in 0..EACH {
            let name = SiteName::new(&format!("{} {i}", std::process::id())).unwrap();
            sites.add(Site::new(name, "/home/a/shop".into(), "ftp.example.com", "anna")).unwrap();
        }
        return;
    }
    let root = tempfile::tempdir().unwrap();
    let start = |_| {
        let mut command = again("sites::processes_do_not_lose_each_others_changes");
        command.env(FOLDER, root.path()).spawn().unwrap()
    };
    let processes: Vec<_> = (0..4).map(start).collect();
    let count = processes.len();
    for process in processes {
        let output = process.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
    let sites = Sites::open(&DataDir::open(Some(root.path())).unwrap()).unwrap();
    assert_eq!(sites.list().unwrap().len(), count * EACH);
}
