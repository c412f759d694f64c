//! A disk of this computer that is full at any moment: what Slipway keeps is whole, and with space all goes on.

use std::fs;
use std::process::Command;

use slipway_testkit::{Daemon, Kind, SmallDisk, assert_same_tree};

use crate::harness::{Ended, PASSWORD, start};
use crate::site::{NAME, Site};

const KEY: &str = "a long pass phrase for tests";
/// Pages of 4,096 bytes that are enough for everything here.
const PLENTY: u64 = 4_096;
/// So many files change each time.
const FILES: usize = 6;

/// A site whose data folder is a small disk.
struct Full {
    daemon: Daemon,
    site: Site,
    disk: SmallDisk,
}

impl Full {
    fn new() -> Self {
        let (daemon, site) = (Daemon::start(Kind::ProFtpd), Site::unknown());
        fs::create_dir(site.data()).unwrap();
        let disk = SmallDisk::on(&site.data());
        let full = Self { daemon, site, disk };
        let (folder, port) = (full.site.folder(), full.daemon.port().to_string());
        let mut words =
            vec!["site", "add", NAME, "--folder", folder.to_str().unwrap(), "--host", "127.0.0.1"];
        words.extend(["--port", &port, "--user", "slipway-test", "--protocol", "ftp"]);
        full.run(&words).done();
        full.run(&["credential", "store", "use", "file"]).done();
        full.typing(PASSWORD, &["credential", "set", NAME, "--password-stdin"]).done();
        full.change(0);
        full.run(&["publish", NAME]).live();
        full
    }

    /// What is kept in the encrypted file is all that is known of the password.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.site.environment(self.disk.command(crate::harness::binary()));
        command.env_remove("SLIPWAY_SHOP_FTP_PASSWORD").env("SLIPWAY_CREDENTIALS_KEY", KEY);
        command.arg("--json").args(words);
        command
    }

    fn run(&self, words: &[&str]) -> Ended {
        start(&mut self.command(words)).end()
    }

    fn typing(&self, line: &str, words: &[&str]) -> Ended {
        let typed = self.site.home().join("typed");
        fs::write(&typed, format!("{line}\n")).unwrap();
        start(self.command(words).stdin(fs::File::open(&typed).unwrap())).end()
    }

    /// Runs it with so much space. Whether there was enough; if not, it says so.
    #[track_caller]
    fn fits(&self, pages: u64, words: &[&str]) -> bool {
        self.disk.leave(pages);
        let ended = self.run(words);
        self.disk.leave(PLENTY);
        self.judge(pages, &ended)
    }

    #[track_caller]
    fn judge(&self, pages: u64, ended: &Ended) -> bool {
        if ended.status.success() {
            return true;
        }
        let last = ended.failed("this_computer_full", 1);
        let message = last["message"].as_str().unwrap();
        assert!(message.contains("This computer's disk is full"), "{pages} pages: {message}");
        false
    }

    /// The website gets other content.
    fn change(&self, version: u64) {
        for file in 0..FILES {
            self.site.write(&[(&format!("{file}.html"), page(file, version).as_bytes())]);
        }
    }

    fn online(&self, file: usize) -> String {
        fs::read_to_string(self.daemon.root().join(format!("{file}.html"))).unwrap()
    }

    /// Publishes with so much space, and then with enough. Whether there was enough at once.
    fn publish(&self, pages: u64, version: u64) -> bool {
        let before: Vec<String> = (0..FILES).map(|file| self.online(file)).collect();
        self.change(version);
        let fits = self.fits(pages, &["publish", NAME]);
        for (file, before) in before.iter().enumerate() {
            let online = self.online(file);
            let whole = online == *before || online == page(file, version);
            assert!(whole, "{pages} pages: {file}.html is neither old nor new: {online:?}");
        }
        self.run(&["publish", NAME]).live();
        assert_same_tree(&self.site.folder(), self.daemon.root(), &[]);
        let history = self.run(&["history", NAME]).done();
        assert_eq!(history["runs"][0]["state"], "live", "{pages} pages: {history}");
        // The next has nothing to look for: the record is right.
        self.run(&["publish", NAME, "--full-check"]).live_with(0, 0, FILES as u64);
        fits
    }

    /// What was online before comes back, or it is said before anything changes that it is not kept.
    fn put_back(&self, pages: u64, version: u64) {
        let ended = self.run(&["undo", NAME]);
        if ended.status.success() {
            let older: Vec<String> = (0..FILES).map(|file| self.online(file)).collect();
            let is_one = |version| (0..FILES).all(|file| older[file] == page(file, version));
            assert!((0..version).any(is_one), "{pages} pages: what was put back is no version");
        } else {
            assert_eq!(ended.events().pop().unwrap()["code"], "version_damaged", "{pages} pages");
            assert_eq!(self.online(0), page(0, version), "{pages} pages");
        }
    }
}

fn page(file: usize, version: u64) -> String {
    format!("<h1>{version} {file}</h1>{}", "-".repeat(5_000))
}

fn at(pages: impl Iterator<Item = u64>) {
    let full = Full::new();
    let (mut tried, mut full_at) = (0, Vec::new());
    for (version, pages) in (1..).zip(pages) {
        tried += 1;
        if !full.publish(pages, version) {
            full_at.push(pages);
        }
        full.put_back(pages, version);
    }
    println!("{tried} publishes with little space, {} of them without enough: {full_at:?}", full_at.len());
    assert!(!full_at.is_empty() && full_at.len() < tried, "some, and not all");
}

#[test]
fn a_publish_without_space_here_loses_nothing() {
    at([0, 2, 9, 14, 25, 200].into_iter());
}

#[test]
#[ignore = "long: run with cargo xtask test --long"]
fn a_publish_without_space_at_any_page_loses_nothing() {
    at((0..120).chain([PLENTY]));
}

#[test]
fn sites_settings_and_credentials_are_the_old_ones_or_the_new_ones() {
    let full = Full::new();
    let mut refused = 0;
    for pages in 0..6 {
        let limit = 100 + pages;
        let edited = full.fits(pages, &["site", "edit", NAME, "--timeout", &limit.to_string()]);
        let site = full.run(&["site", "show", NAME]).done();
        let is_new = site["timeout_seconds"] == limit;
        assert_eq!(is_new, edited, "{pages} pages: {site}");
        full.disk.leave(pages);
        let ended =
            full.typing(&format!("another {pages}"), &["credential", "set", NAME, "--password-stdin"]);
        full.disk.leave(PLENTY);
        let set = full.judge(pages, &ended);
        // The server knows which password is kept.
        match set {
            true => _ = full.run(&["credential", "test", NAME]).failed("login_rejected", 5),
            false => _ = full.run(&["credential", "test", NAME]).done(),
        }
        full.typing(PASSWORD, &["credential", "set", NAME, "--password-stdin"]).done();
        refused += u32::from(!edited) + u32::from(!set);
    }
    assert!(refused > 0, "there was always enough");
    full.publish(PLENTY, 1);
}
