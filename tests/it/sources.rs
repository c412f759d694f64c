//! A site of several folders.

use std::fs;

use serde_json::json;
use slipway_testkit::{Daemon, Kind, snapshot, write_tree};

use crate::site::Site;

#[test]
fn folders_are_merged_or_kept_under_a_name() {
    let daemon = Daemon::start(Kind::PureFtpd);
    let site = Site::at(
        daemon.port(),
        &["--protocol", "ftp", "--source", "main", "--source", "../blog=news/blog", "--source", "../files"],
    );
    site.write(&[("main/index.html", b"main"), ("draft.html", b"not published")]);
    write_tree(&site.home().join("blog"), &[("index.html", b"blog")]);
    write_tree(&site.home().join("files"), &[("a.pdf", b"pdf")]);
    site.publish(&[]).live_with(3, 0, 0);
    let online: Vec<String> = snapshot(daemon.root())
        .keys()
        .map(ToString::to_string)
        .filter(|path| !path.starts_with(".slipway/"))
        .collect();
    assert_eq!(online, ["a.pdf", "index.html", "news/blog/index.html"]);
    fs::write(site.home().join("blog/index.html"), "blog again").unwrap();
    site.publish(&[]).live_with(1, 0, 2);
    assert_eq!(fs::read(daemon.root().join("news/blog/index.html")).unwrap(), b"blog again");
}

#[test]
fn two_folders_that_claim_one_place_are_refused_before_anything_is_sent() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let site = Site::at(daemon.port(), &["--protocol", "ftp", "--source", "main", "--source", "other"]);
    site.write(&[("main/a/b.html", b"1"), ("other/a", b"2"), ("other/c.html", b"3")]);
    let failed = site.publish(&[]).failed("sources_clash", 3);
    assert_eq!(failed["path"], "a", "{failed}");
    site.delete(&["other/a"]);
    site.write(&[("other/a/b.html", b"2")]);
    let failed = site.publish(&[]).failed("sources_clash", 3);
    assert_eq!(failed["path"], "a/b.html", "{failed}");
    assert_eq!(snapshot(daemon.root()).len(), 0);
    site.delete(&["other/a/b.html"]);
    let live = site.publish(&[]).live();
    assert_eq!(live["uploaded"], json!(2));
    fs::rename(site.folder().join("other"), site.folder().join("gone")).unwrap();
    site.publish(&[]).failed("local_folder_missing", 3);
}
