//! A publish that is killed: the site stays whole, file by file, and the next publish carries on.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use serde_json::Value;
use slipway_testkit::{Action, ControlProxy, Daemon, Kind, sample_tree};

use crate::conversation::{Conversation, staged};
use crate::harness::signal;
use crate::site::Site;

const MOMENTS: u64 = 20;
const CONNECTIONS: usize = 3;
/// Connections are numbered by chance, so the number of commands differs a little from run to run.
const SLACK: u64 = 8;

#[test]
fn at_any_moment_on_vsftpd() {
    at_any_moment(Kind::Vsftpd);
}

#[test]
fn at_any_moment_on_proftpd() {
    at_any_moment(Kind::ProFtpd);
}

#[test]
fn at_any_moment_on_pure_ftpd() {
    at_any_moment(Kind::PureFtpd);
}

#[test]
fn at_any_moment_on_pyftpdlib() {
    at_any_moment(Kind::PyFtpdLib);
}

/// A site that was published and then changed, and what is needed to judge the server by.
struct Update {
    daemon: Daemon,
    proxy: ControlProxy,
    site: Site,
    old: BTreeMap<String, Vec<u8>>,
    new: BTreeMap<String, Vec<u8>>,
    /// Files of which the content is to be sent.
    sends: usize,
}

impl Update {
    fn on(kind: Kind) -> Self {
        let daemon = Daemon::start(kind);
        let proxy = ControlProxy::start(daemon.port());
        let site = Site::through(&proxy);
        sample_tree(&site.folder(), 3, 30);
        site.write(&[
            ("blog/index.html", b"the old list"),
            ("archive/2001/index.html", b"will go with its folders"),
            ("archive/2001/picture.png", &[1; 3_000]),
            ("archive/2002/index.html", b"will go too"),
            ("becomes-a-folder", b"a file"),
            ("becomes-a-file/page.html", b"in a folder"),
        ]);
        let old = read(&site.folder());
        site.publish(&["--connections", "3"]).live();

        for (n, path) in old.keys().enumerate() {
            if path.starts_with("archive/") || path.starts_with("becomes-") {
                site.delete(&[path]);
            } else if n % 3 == 0 {
                site.write(&[(path, format!("new content of {path}").repeat(n).as_bytes())]);
            } else if n % 7 == 0 && path != "index.html" {
                site.delete(&[path]);
            }
        }
        fs::remove_dir(site.folder().join("becomes-a-file")).unwrap();
        site.write(&[
            ("index.html", b"the new entry page"),
            ("blog/index.html", b"the new list"),
            ("becomes-a-folder/page.html", b"in a folder now"),
            ("becomes-a-file", b"a file now"),
            ("new/deep/er/style.css", b""),
            ("new/deep/page.html", b"new page"),
            ("new/film.mp4", &[7; 300_000]),
        ]);
        let new = read(&site.folder());
        let sends = new.iter().filter(|(path, content)| old.get(*path) != Some(content)).count();
        Self { daemon, proxy, site, old, new, sends }
    }

    /// Every file that visitors can reach is wholly old or wholly new, and none is missing that both have.
    fn assert_whole(&self, moment: &str) {
        let root = self.daemon.root();
        for path in self.old.keys().chain(self.new.keys()) {
            let versions = [self.old.get(path), self.new.get(path)];
            // A folder may be where the file was, or a file where its folder was.
            let away = [ErrorKind::NotFound, ErrorKind::IsADirectory, ErrorKind::NotADirectory];
            match fs::read(root.join(path)) {
                Ok(online) => {
                    let whole = versions.iter().flatten().any(|version| **version == online);
                    assert!(whole, "{moment}: {path} is neither old nor new: {} bytes", online.len());
                }
                Err(error) if away.contains(&error.kind()) => {
                    let optional = versions.contains(&None);
                    assert!(optional, "{moment}: {path} is gone, though both versions have it");
                }
                Err(error) => panic!("{moment}: {path}: {error}"),
            }
        }
        for path in list(root) {
            let known = self.old.contains_key(&path) || self.new.contains_key(&path);
            assert!(known, "{moment}: visitors can see {path}, which neither version has");
        }
    }
}

fn at_any_moment(kind: Kind) {
    let update = Update::on(kind);
    let talk = Conversation::from_now(&update.proxy);
    update.site.publish(&["--connections", "3"]).live();
    let exchanges = talk.exchanges();
    let all = exchanges.iter().filter(|said| said.command != "CONNECT").count() as u64;
    assert_eq!(talk.sent().len(), update.sends, "an unharmed publish sends each file once");
    let verbs = |verb| talk.count(verb) > 0;
    assert!(verbs("STOR") && verbs("RNTO") && verbs("DELE") && verbs("RMD"), "{exchanges:?}");

    let mut stages = BTreeMap::new();
    for number in 0..MOMENTS {
        // The first is the first command of all, the last one of the last.
        let moment = 1 + number * (all - SLACK) / (MOMENTS - 1);
        // The server carries out the command that is under way at every other moment.
        let arrives = number % 2 == 0;
        let stage = killed_at(kind, moment, arrives, &format!("{kind:?}, command {moment} of {all}"));
        *stages.entry(stage).or_insert(0) += 1;
    }
    println!("{kind:?}: {all} commands; killed {stages:?}");
    for stage in ["uploading", "going_live", "tidying_up"] {
        assert!(stages.contains_key(stage), "no moment was {stage}: {stages:?}");
    }
}

/// Kills a publish at a command, looks at the server, publishes again. Gives the state that the run was in.
fn killed_at(kind: Kind, moment: u64, arrives: bool, named: &str) -> String {
    let update = Update::on(kind);
    let process = Arc::new(OnceLock::new());
    let (killed, deadly) = (process.clone(), update.proxy.commands() + moment);
    let mut done = false;
    update.proxy.on(move |_, number| {
        if done || number != deadly {
            return Action::Forward;
        }
        done = true;
        signal("KILL", *killed.wait());
        if arrives { Action::Forward } else { Action::CutControl }
    });
    let talk = Conversation::from_now(&update.proxy);
    let running = update.site.begin(&["--connections", "3"]);
    process.set(running.id()).unwrap();
    let ended = running.end();
    assert_eq!(ended.status.code(), None, "{named}: not killed, but {}", ended.status);
    let said = ended.events_named("state").pop();
    let stage = said.as_ref().map(|event| event["state"].as_str().unwrap().to_owned());
    update.assert_whole(named);
    let last_killed = talk.last_connection();

    let last = update.site.publish(&["--connections", "3"]).live();
    // A run that was killed after its very last command has signed, and leaves nothing to do.
    let signed = |run: &Value| {
        let mark = format!(".slipway/last-{}", run["run"].as_str().unwrap());
        update.daemon.root().join(mark).exists()
    };
    let signer = said.filter(signed).unwrap_or(last);
    update.site.assert_online(update.daemon.root(), &signer);
    // What the killed publish had said may still have been on its way when the next one began.
    let [first, second] = talk.split_after(last_killed).map(|part| part.sent().len());
    // Of a file that was just being sent the server may have said so to nobody.
    assert!(
        first + second + CONNECTIONS >= update.sends,
        "{named}: {first} and {second} of {}",
        update.sends
    );
    let again = (first + second).saturating_sub(update.sends);
    assert!(
        again <= CONNECTIONS,
        "{named}: {again} files were sent again: {first} at first, and {second} then"
    );
    let states = update.site.states();
    assert_eq!(states, ["live", "interrupted", "live"], "{named}");
    stage.unwrap_or_else(|| "starting".to_owned())
}

/// Killed between the file in a folder and the folder itself, where a file is to take its place.
#[test]
fn while_the_way_is_cleared() {
    for kind in Kind::ALL {
        let daemon = Daemon::start(kind);
        let proxy = ControlProxy::start(daemon.port());
        let site = Site::through(&proxy);
        site.write(&[("index.html", b"1"), ("news/page.html", b"2")]);
        site.publish(&[]).live_with(2, 0, 0);
        fs::remove_dir_all(site.folder().join("news")).unwrap();
        site.write(&[("news", b"a file now")]);
        let process = Arc::new(OnceLock::new());
        let killed = process.clone();
        proxy.on(move |command, _| {
            if command != "RMD news" {
                return Action::Forward;
            }
            signal("KILL", *killed.wait());
            Action::CutControl
        });
        let running = site.begin(&["--connections", "1"]);
        process.set(running.id()).unwrap();
        assert_eq!(running.end().status.code(), None);
        assert!(!daemon.root().join("news/page.html").exists() && daemon.root().join("news").is_dir());
        proxy.on(|_, _| Action::Forward);
        let last = site.publish(&[]).live();
        site.assert_online(daemon.root(), &last);
    }
}

#[test]
fn three_times_in_a_row() {
    let update = Update::on(Kind::ProFtpd);
    let talk = Conversation::from_now(&update.proxy);
    for (verb, number) in [("STOR", 4), ("STOR", 5), ("RNTO", 3)] {
        let process = Arc::new(OnceLock::new());
        let killed = process.clone();
        update.proxy.at_verb(verb, number, Action::Notify(Box::new(move || signal("KILL", *killed.wait()))));
        let running = update.site.begin(&["--connections", "3"]);
        process.set(running.id()).unwrap();
        assert_eq!(running.end().status.code(), None);
        update.assert_whole(&format!("killed at {verb} {number}"));
    }
    let last = update.site.publish(&[]).live();
    update.site.assert_online(update.daemon.root(), &last);
    assert!(talk.sent().len() <= update.sends + 2 * CONNECTIONS);
    assert_eq!(update.site.states(), ["live", "interrupted", "interrupted", "interrupted", "live"]);
}

#[test]
fn the_first_publish_of_all() {
    for kind in Kind::ALL {
        let daemon = Daemon::start(kind);
        let proxy = ControlProxy::start(daemon.port());
        let site = Site::through(&proxy);
        let files = sample_tree(&site.folder(), 5, 25).len();
        let process = Arc::new(OnceLock::new());
        let killed = process.clone();
        proxy.at_verb("STOR", 12, Action::Notify(Box::new(move || signal("KILL", *killed.wait()))));
        let talk = Conversation::from_now(&proxy);
        let running = site.begin(&["--connections", "3"]);
        process.set(running.id()).unwrap();
        assert_eq!(running.end().status.code(), None);
        assert_eq!(list(daemon.root()), [""; 0], "{kind:?}: visitors see a part of the site");
        let last = site.publish(&[]).live();
        site.assert_online(daemon.root(), &last);
        // Each connection tries out, twice, what the server bears; what it did not bear is sent again.
        let tried = if kind == Kind::PyFtpdLib { 4 * CONNECTIONS } else { 0 };
        let sent = talk.sent().len();
        assert!(sent <= files + CONNECTIONS + tried, "{kind:?}: {sent} of {files}");
    }
}

#[test]
fn a_large_file_is_carried_on_with_where_it_stopped() {
    let size = 24 << 20;
    for kind in Kind::ALL {
        let daemon = Daemon::start(kind);
        let proxy = ControlProxy::start(daemon.port());
        let site = Site::through(&proxy);
        site.write(&[("index.html", b"1"), ("film.mp4", &vec![9; size])]);
        // At this speed the kill comes long before the end.
        let running = site.begin(&["--connections", "1", "--limit", "6M"]);
        wait_until(|| half_is_there(daemon.root(), size as u64 / 4));
        signal("KILL", running.id());
        assert_eq!(running.end().status.code(), None);
        let talk = Conversation::from_now(&proxy);
        let last = site.publish(&["--connections", "1"]).live();
        site.assert_online(daemon.root(), &last);
        let bytes = last["bytes"].as_u64().unwrap();
        assert!(bytes < size as u64 * 4 / 5, "{kind:?}: {bytes} of {size} bytes sent again");
        assert!(talk.sent().iter().all(|path| staged(&format!("STOR {path}")).is_some()));
    }
}

fn half_is_there(root: &Path, at_least: u64) -> bool {
    let Ok(runs) = fs::read_dir(root.join(".slipway")) else { return false };
    let folders = runs.flatten().filter(|entry| entry.path().is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder.path()).into_iter().flatten().flatten());
    files.flat_map(|file| file.metadata()).any(|metadata| metadata.len() >= at_least)
}

fn wait_until(holds: impl Fn() -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while !holds() {
        assert!(std::time::Instant::now() < deadline, "waited in vain");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

fn read(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    list(folder).into_iter().map(|path| (path.clone(), fs::read(folder.join(&path)).unwrap())).collect()
}

/// The files below a folder, without Slipway's own.
fn list(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(below) = folders.pop() {
        // What goes away while it is looked at is not there.
        let Ok(entries) = fs::read_dir(folder.join(&below)) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name().into_string().unwrap();
            let path = if below.is_empty() { name } else { format!("{below}/{name}") };
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && path != ".slipway" => folders.push(path),
                Ok(kind) if kind.is_file() => files.push(path),
                _ => {}
            }
        }
    }
    files
}
