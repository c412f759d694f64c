//! Much at once: one huge file, and very many small ones. Memory stays small.

use std::fs::{self, File};

use slipway_testkit::{Daemon, Kind};

use crate::site::{Site, assert_tidy};

/// The most memory that a publish may take, in bytes.
const MOST: u64 = 150 * 1_000_000;

#[test]
fn a_file_of_five_gigabytes() {
    let size = 5_000_000_000;
    let daemon = Daemon::start(Kind::Vsftpd);
    let site = Site::plain(&daemon);
    site.write(&[("index.html", b"1")]);
    File::create(site.folder().join("disk.img")).unwrap().set_len(size).unwrap();
    let (ended, peak) = site.begin(&[]).with_patience(300).end_with_peak();
    let last = ended.live_with(2, 0, 0);
    assert_eq!(last["bytes"], size + 1);
    assert_eq!(fs::metadata(daemon.root().join("disk.img")).unwrap().len(), size);
    assert_tidy(daemon.root(), &last);
    println!("5 GB: {} s, {} MB of memory at most", last["seconds"], peak / 1_000_000);
    assert!(peak < MOST, "{peak} bytes of memory");
    fs::remove_file(daemon.root().join("disk.img")).unwrap();
}

#[test]
#[ignore = "long: run with cargo xtask test --long"]
fn a_hundred_thousand_files() {
    let (folders, each) = (200, 500);
    let count = folders * each;
    let daemon = Daemon::start(Kind::ProFtpd);
    let site = Site::plain(&daemon);
    for folder in 0..folders {
        fs::create_dir_all(site.folder().join(format!("folder {folder}"))).unwrap();
        for file in 0..each {
            fs::write(site.folder().join(format!("folder {folder}/{file}.html")), format!("{folder} {file}"))
                .unwrap();
        }
    }
    for (what, uploaded, unchanged) in [("first", count, 0), ("second", 0, count)] {
        let (ended, peak) = site.begin(&[]).with_patience(3_600).end_with_peak();
        let last = ended.live_with(uploaded, 0, unchanged);
        println!("100,000 files, {what}: {} s, {} MB of memory at most", last["seconds"], peak / 1_000_000);
        assert!(peak < MOST, "{what}: {peak} bytes of memory");
    }
    slipway_testkit::assert_same_tree(&site.folder(), daemon.root(), &[]);
}
