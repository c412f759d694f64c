//! `slipway watch`: what is saved goes online by itself, whatever way it is saved.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use slipway_testkit::{Daemon, Kind, snapshot};

use crate::harness::{Ended, Running, signal, start};
use crate::site::{NAME, Site};

/// A site that is being watched.
struct Watched {
    daemon: Daemon,
    site: Site,
    running: Running,
}

impl Watched {
    fn begin(files: &[(&str, &[u8])]) -> Self {
        let daemon = Daemon::start(Kind::Vsftpd);
        let site = Site::plain(&daemon);
        site.write(files);
        // Others' files are never touched.
        daemon.write_tree(&[("theirs/guestbook.txt", b"hello")]);
        let mut running = start(&mut site.command("watch", &[]));
        running.says(r#""state":"watching""#);
        let this = Self { daemon, site, running };
        this.assert_same("at first");
        this
    }

    /// Changes the folder, and waits until what came of it is online.
    fn after(&mut self, what: &str, change: impl FnOnce(&Path)) {
        change(&self.site.folder());
        self.running.says(r#""event":"finished""#);
        self.running.says(r#""state":"watching""#);
        self.assert_same(what);
    }

    fn assert_same(&self, what: &str) {
        let visible = |path: &String| !path.starts_with(".slipway/") && !path.starts_with("theirs/");
        let mut online = snapshot(self.daemon.root());
        assert!(online.contains_key("theirs/guestbook.txt"), "{what}");
        online.retain(|path, _| visible(path));
        let mut folder = snapshot(&self.site.folder());
        folder.retain(|path, _| !path.starts_with(".git/"));
        assert!(online == folder, "{what}: {:?} are online of {:?}", online.keys(), folder.keys());
    }

    fn end(self) -> Ended {
        signal("TERM", self.running.id());
        let ended = self.running.end();
        assert!(ended.status.success(), "{}\n{}", ended.status, ended.err);
        assert_eq!(ended.events().pop().unwrap()["event"], "stopped");
        ended
    }
}

fn save(file: &Path, text: &str) {
    fs::write(file, text).unwrap();
}

fn rename(folder: &Path, from: &str, to: &str) {
    fs::rename(folder.join(from), folder.join(to)).unwrap();
}

/// What is done in a folder.
type Steps = fn(&Path);

/// What editors do to save `page.html`, step by step.
const EDITORS: &[(&str, Steps)] = &[
    ("vim: tries whether it may, keeps the old one aside, writes anew", |folder| {
        save(&folder.join(".page.html.swp"), "swap");
        save(&folder.join("4913"), "");
        fs::remove_file(folder.join("4913")).unwrap();
        rename(folder, "page.html", "page.html~");
        save(&folder.join("page.html"), "by vim");
        fs::remove_file(folder.join("page.html~")).unwrap();
        fs::remove_file(folder.join(".page.html.swp")).unwrap();
    }),
    ("emacs: a lock that is a link, a backup, an auto-save file", |folder| {
        std::os::unix::fs::symlink("anna@desk.1:2", folder.join(".#page.html")).unwrap();
        save(&folder.join("#page.html#"), "auto-save");
        rename(folder, "page.html", "page.html~");
        save(&folder.join("page.html"), "by emacs");
        fs::remove_file(folder.join("#page.html#")).unwrap();
        fs::remove_file(folder.join(".#page.html")).unwrap();
        fs::remove_file(folder.join("page.html~")).unwrap();
    }),
    ("VS Code: truncates and writes in place", |folder| {
        let mut file = OpenOptions::new().write(true).truncate(true).open(folder.join("page.html")).unwrap();
        file.write_all(b"by VS ").unwrap();
        file.write_all(b"Code").unwrap();
    }),
    ("Sublime Text: writes aside and renames", |folder| {
        save(&folder.join(".sublf2.tmp"), "by Sublime Text");
        rename(folder, ".sublf2.tmp", "page.html");
    }),
    ("Word: an owner file, a temporary file, two renames", |folder| {
        save(&folder.join("~$page.html"), "owner");
        save(&folder.join("~WRD0001.tmp"), "by Word");
        rename(folder, "page.html", "~WRL0001.tmp");
        rename(folder, "~WRD0001.tmp", "page.html");
        fs::remove_file(folder.join("~WRL0001.tmp")).unwrap();
        fs::remove_file(folder.join("~$page.html")).unwrap();
    }),
    ("Dreamweaver: deletes and creates", |folder| {
        fs::remove_file(folder.join("page.html")).unwrap();
        save(&folder.join("page.html"), "by Dreamweaver");
    }),
    ("Photoshop: writes a temporary file in pieces, then exchanges", |folder| {
        let mut file = fs::File::create(folder.join("psEA12.tmp")).unwrap();
        for piece in 0..64 {
            file.write_all(&[piece; 4096]).unwrap();
        }
        file.sync_all().unwrap();
        fs::remove_file(folder.join("page.html")).unwrap();
        rename(folder, "psEA12.tmp", "page.html");
    }),
];

#[test]
fn whatever_way_an_editor_saves_the_page_is_online() {
    let mut watched = Watched::begin(&[("index.html", b"welcome"), ("page.html", b"old")]);
    for (editor, save) in EDITORS {
        watched.after(editor, save);
    }
    watched.end();
}

#[test]
fn folders_are_moved_in_renamed_and_moved_out() {
    let mut watched = Watched::begin(&[("index.html", b"welcome"), ("Photo.JPG", b"1"), ("a.html", b"a")]);
    let outside = watched.site.home().join("outside");
    let files: Vec<(String, Vec<u8>)> = (0..20).map(|n| (format!("deep/{n}.html"), vec![n; 100])).collect();
    let named: Vec<(&str, &[u8])> = files.iter().map(|(name, data)| (name.as_str(), &data[..])).collect();
    slipway_testkit::write_tree(&outside, &named);
    // Fewer than half of all: nothing that has to be asked.
    watched.after("many more", |folder| {
        (0..40).for_each(|n| save(&folder.join(format!("more-{n}.html")), "more"));
    });
    watched.after("moved in", |folder| fs::rename(&outside, folder.join("gallery")).unwrap());
    watched
        .after("in a folder that was moved in", |folder| save(&folder.join("gallery/deep/new.html"), "new"));
    watched.after("renamed", |folder| rename(folder, "gallery", "pictures"));
    watched.after("only its case", |folder| rename(folder, "Photo.JPG", "photo.jpg"));
    watched.after("an older file put back", |folder| {
        let old = fs::File::open(folder.join("a.html")).unwrap().metadata().unwrap().modified().unwrap();
        save(&folder.join("a.html"), "b");
        let file = OpenOptions::new().append(true).open(folder.join("a.html")).unwrap();
        file.set_modified(old - Duration::from_secs(3_600)).unwrap();
    });
    watched.after("moved out", |folder| fs::rename(folder.join("pictures"), &outside).unwrap());
    watched.end();
}

#[test]
fn a_thousand_files_at_once_go_online_together() {
    many_files(1_000);
}

#[test]
#[ignore = "long: `cargo xtask test --long`"]
fn five_thousand_files_at_once_go_online_together() {
    many_files(5_000);
}

fn many_files(count: usize) {
    let mut watched = Watched::begin(&[("index.html", b"welcome")]);
    watched.running = watched.running.with_patience(600);
    watched.after("many files", |folder| {
        for n in 0..count {
            let file = folder.join(format!("{}/{n}.html", n % 50));
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            save(&file, &n.to_string());
        }
    });
    let ended = watched.end();
    assert_eq!(ended.events_named("finished").len(), 2, "the first publish, and one for all of them");
}

#[test]
fn branches_are_checked_out_back_and_forth() {
    check_out(2);
}

#[test]
#[ignore = "long: `cargo xtask test --long`"]
fn branches_are_checked_out_back_and_forth_many_times() {
    check_out(20);
}

fn check_out(times: usize) {
    let mut watched =
        Watched::begin(&[("index.html", b"one"), ("only-one.html", b"1"), ("same.html", b"same")]);
    let git = |folder: &Path, line: &str| {
        let mut git = Command::new("git");
        git.current_dir(folder).args(["-c", "user.name=Anna", "-c", "user.email=anna@example.com"]);
        let done = git.args(line.split(' ')).env("GIT_CONFIG_GLOBAL", "/dev/null").output().unwrap();
        assert!(done.status.success(), "git {line}: {}", String::from_utf8_lossy(&done.stderr));
    };
    watched.after("another branch", |folder| {
        for line in ["init -q -b one", "add .", "commit -q -m one", "checkout -q -b two"] {
            git(folder, line);
        }
        save(&folder.join("index.html"), "two");
        rename(folder, "only-one.html", "only-two.html");
        for line in ["add .", "commit -q -m two"] {
            git(folder, line);
        }
    });
    for time in 0..times {
        watched.after(&format!("{time}: back"), |folder| git(folder, "checkout -q one"));
        watched.after(&format!("{time}: forth"), |folder| git(folder, "checkout -q two"));
    }
    watched.end();
}

#[test]
fn a_folder_that_vanishes_removes_nothing_and_is_found_again() {
    let mut watched = Watched::begin(&[("index.html", b"welcome"), ("a.html", b"a")]);
    let (folder, away) = (watched.site.folder(), watched.site.home().join("away"));
    fs::rename(&folder, &away).unwrap();
    watched.running.says(r#""state":"paused""#);
    watched.running.says("local_folder_missing");
    assert!(watched.daemon.root().join("a.html").exists());
    watched.after("found again", |_| {
        save(&away.join("a.html"), "changed meanwhile");
        fs::rename(&away, &folder).unwrap();
    });
    watched.after("watched again", |folder| save(&folder.join("index.html"), "changed afterwards"));
    watched.end();
}

#[test]
fn a_folder_that_is_a_link_is_watched_where_it_leads_also_once_it_leads_elsewhere() {
    let mut watched = Watched::begin(&[("index.html", b"welcome"), ("a.html", b"a")]);
    let (folder, home) = (watched.site.folder(), watched.site.home().to_owned());
    let leads = |to: &str| {
        std::os::unix::fs::symlink(home.join(to), home.join("link")).unwrap();
        fs::rename(home.join("link"), &folder).unwrap();
    };
    watched.after("a link in its place", |folder| {
        fs::rename(folder, home.join("one")).unwrap();
        save(&home.join("one/a.html"), "b");
        leads("one");
    });
    watched.after("behind the link", |folder| save(&folder.join("a.html"), "c"));
    watched.after("another place", |folder| {
        fs::create_dir(home.join("two")).unwrap();
        fs::copy(folder.join("index.html"), home.join("two/index.html")).unwrap();
        save(&home.join("two/a.html"), "d");
        leads("two");
    });
    watched.after("there too", |folder| save(&folder.join("a.html"), "e"));
    watched.end();
}

#[test]
fn what_needs_an_answer_waits_for_it() {
    let files: Vec<(String, &[u8])> = (0..40).map(|n| (format!("{n}.html"), &b"page"[..])).collect();
    let named: Vec<(&str, &[u8])> = files.iter().map(|(name, data)| (name.as_str(), *data)).collect();
    let mut watched = Watched::begin(&named);
    let kept: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    for name in &kept[5..] {
        fs::remove_file(watched.site.folder().join(name)).unwrap();
    }
    watched.running.says(r#""state":"paused""#);
    watched.running.says("many_removals");
    assert!(watched.daemon.root().join("30.html").exists(), "nothing was removed");
    watched.site.publish(&["--yes"]).live_with(0, 35, 5);
    watched.running.says(r#""state":"watching""#);
    watched.assert_same("answered");
    watched.after("goes on", |folder| save(&folder.join("0.html"), "changed"));
    watched.end();
}

#[test]
fn a_server_that_is_down_is_tried_until_it_is_back() {
    let daemon = Daemon::start(Kind::Vsftpd);
    let proxy = slipway_testkit::ControlProxy::start(daemon.port());
    let site = Site::at(proxy.port(), &["--protocol", "ftp", "--attempts", "1"]);
    site.write(&[("index.html", b"welcome")]);
    let mut running = start(&mut site.command("watch", &[]));
    running.says(r#""state":"watching""#);
    for login in 1..=2 {
        proxy.at_verb("USER", login, slipway_testkit::Action::CutControl);
    }
    site.write(&[("index.html", b"changed")]);
    running.says(r#""state":"retrying""#);
    running.says(r#""state":"retrying""#);
    running.says(r#""event":"finished""#);
    running.says(r#""state":"watching""#);
    assert_eq!(fs::read(daemon.root().join("index.html")).unwrap(), b"changed");
    signal("TERM", running.id());
    assert!(running.end().status.success());
}

#[test]
fn files_that_are_left_out_publish_nothing() {
    let mut watched = Watched::begin(&[("index.html", b"welcome")]);
    let folder = watched.site.folder();
    for name in [".DS_Store", "Thumbs.db", "film.mp4.crdownload", "~$letter.docx", ".index.html.swp"] {
        save(&folder.join(name), "temporary");
    }
    let said = watched.running.says_within(Duration::from_secs(3));
    assert!(!said.contains("publishing"), "{said}");
    for name in [".DS_Store", "Thumbs.db", "film.mp4.crdownload", "~$letter.docx", ".index.html.swp"] {
        fs::remove_file(folder.join(name)).unwrap();
    }
    watched.after("what is published", |folder| save(&folder.join("index.html"), "changed"));
    watched.end();
}

#[test]
#[ignore = "long: `cargo xtask test --long`"]
fn a_file_that_grows_for_a_minute_waits_while_others_go_online() {
    let watched = Watched::begin(&[("index.html", b"welcome"), ("log.txt", b"")]);
    let (folder, root) = (watched.site.folder(), watched.daemon.root().to_owned());
    let mut grows = OpenOptions::new().append(true).open(folder.join("log.txt")).unwrap();
    let began = Instant::now();
    save(&folder.join("index.html"), "changed");
    let mut seen = None;
    while began.elapsed() < Duration::from_secs(60) {
        grows.write_all(b"a line\n").unwrap();
        std::thread::sleep(Duration::from_millis(100));
        if seen.is_none() && fs::read(root.join("index.html")).unwrap() == b"changed" {
            seen = Some(began.elapsed());
        }
    }
    assert!(seen.is_some_and(|seen| seen < Duration::from_secs(45)), "{seen:?}");
    drop(grows);
    let until = Instant::now() + Duration::from_secs(60);
    while fs::read(root.join("log.txt")).unwrap() != fs::read(folder.join("log.txt")).unwrap() {
        assert!(Instant::now() < until, "the last of it never came");
        std::thread::sleep(Duration::from_millis(100));
    }
    watched.end();
}

#[test]
fn sites_that_are_not_there_are_said_before_anything_is_watched() {
    let daemon = Daemon::start(Kind::Vsftpd);
    let site = Site::plain(&daemon);
    start(site.slipway().args(["--json", "watch", NAME, "other"])).end().failed("site_not_found", 3);
}
