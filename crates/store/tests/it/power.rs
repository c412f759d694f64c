//! A writer that is killed as it is about to make any of its writes to the disk, in turn: what it was told is kept is
//! there afterwards, whole, and everything can be read and changed again.
//!
//! `strace` kills it at system calls. What the kernel was handed survives that, so that this shows the order of writes,
//! and not that each of them is flushed.

use std::path::Path;
use std::process::{Command, Stdio};

use slipway_core::{Outcome, RemotePath, RunId, RunState, Sha256, Site, SiteName};
use slipway_store::{
    Credentials, DataDir, JournalItem, KEY_VARIABLE, Ledger, RunKind, Settings, Sites, Step, StoreKind,
};

use crate::FOLDER;
use crate::credentials_suite::{plain, site, values};

/// The system calls that change what is on the disk.
const WRITES: &str =
    "write,pwrite64,ftruncate,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir,linkat";
const TEST: &str = "power::killed_before_any_write_nothing_is_lost";
const DEEDS: usize = 10;

#[test]
#[ignore = "takes a minute: a process for each write"]
fn killed_before_any_write_nothing_is_lost() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return write(folder.as_ref());
    }
    let mut killed = 0;
    for nth in 1.. {
        let root = tempfile::tempdir().unwrap();
        let said = killed_before(nth, root.path());
        let told = said.lines().filter_map(|line| line.strip_prefix("did ")?.parse::<usize>().ok()).max();
        let told = told.map_or(0, |deed| deed + 1);
        everything_is_there(root.path(), told, nth);
        everything_can_be_changed(root.path());
        if told == DEEDS {
            break;
        }
        killed = nth;
    }
    assert!(killed > 60, "{killed}");
    println!("killed before each of {killed} writes");
}

/// What the writer said before it was killed.
fn killed_before(nth: usize, folder: &Path) -> String {
    let output = Command::new("strace")
        .args(["--follow-forks", "--quiet=all", "--output=/dev/null"])
        .arg(format!("--trace={WRITES}"))
        .arg(format!("--inject={WRITES}:signal=KILL:when={nth}"))
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", TEST, "--nocapture", "--include-ignored"])
        .env(FOLDER, folder)
        .env(KEY_VARIABLE, "correct horse")
        .stderr(Stdio::inherit())
        .output()
        .expect("strace: see cargo xtask setup");
    String::from_utf8(output.stdout).unwrap()
}

fn credentials(data: &DataDir) -> Credentials {
    Credentials::with_environment(data, |name| (name == KEY_VARIABLE).then(|| "correct horse".into()))
}

fn website(name: &str) -> Site {
    Site::new(site(name), "/home/a/shop".into(), "ftp.example.com", "anna")
}

fn run(number: u8) -> RunId {
    RunId::from_random([number; 16])
}

fn item(number: u32) -> JournalItem {
    JournalItem {
        number,
        path: RemotePath::new(&format!("folder/{number}.html")).unwrap(),
        modified: 0,
        size: 1,
        sha256: Sha256([1; 32]),
        step: Step::Planned,
        server_modified: None,
    }
}

fn ledger(data: &DataDir) -> Ledger {
    Ledger::open(&data.ledger_file()).unwrap()
}

/// One thing after the other, each told of once it is done.
fn write(folder: &Path) {
    let data = DataDir::open(Some(folder)).unwrap();
    let place = |ledger: &Ledger| ledger.place(&site("shop"), "elsewhere").unwrap();
    let deeds: [&dyn Fn(); DEEDS] = [
        &|| Sites::open(&data).unwrap().add(website("shop")).unwrap(),
        &|| Sites::open(&data).unwrap().add(website("blog")).unwrap(),
        &|| Settings::change(&data, |settings| settings.credential_store = Some(StoreKind::File)).unwrap(),
        &|| assert!(credentials(&data).set(&site("shop"), None, &values(None, Some("first"))).is_ok()),
        &|| assert!(credentials(&data).set(&site("blog"), None, &values(None, Some("other"))).is_ok()),
        &|| {
            let ledger = ledger(&data);
            ledger.begin_run(&run(1), place(&ledger), RunKind::Publish, 1).unwrap();
        },
        &|| {
            let ledger = ledger(&data);
            ledger.staging_begun(&run(1)).unwrap();
            ledger.journal_add(&run(1), &[item(0), item(1)]).unwrap();
            ledger.journal_live(&run(1), &[0]).unwrap();
        },
        &|| {
            let ledger = ledger(&data);
            ledger.tidied(&run(1)).unwrap();
            ledger.finish(&run(1), RunState::Live, 2, &Outcome::default(), None).unwrap();
        },
        &|| Settings::change(&data, |settings| settings.app.connections = 3).unwrap(),
        &|| drop(data.lock_site(&site("shop")).unwrap()),
    ];
    for (number, deed) in deeds.iter().enumerate() {
        deed();
        println!("\ndid {number}");
    }
}

/// What was told is there, and of the rest all or nothing.
fn everything_is_there(folder: &Path, told: usize, nth: usize) {
    let data = DataDir::open(Some(folder)).unwrap();
    let names: Vec<SiteName> =
        Sites::open(&data).unwrap().list().unwrap().into_iter().map(|site| site.name).collect();
    for (deed, name) in [(0, "shop"), (1, "blog")] {
        assert!(told <= deed || names.contains(&site(name)), "{nth}: {name} is lost: {names:?}");
    }
    let settings = Settings::read(&data).unwrap();
    assert!(told <= 2 || settings.credential_store == Some(StoreKind::File), "{nth}: {settings:?}");
    assert!(told <= 8 || settings.app.connections == 3, "{nth}: {settings:?}");
    for (deed, name, password) in [(3, "shop", "first"), (4, "blog", "other")] {
        let kept = credentials(&data).get(StoreKind::File, &site(name), &[]).map(plain);
        let whole = kept == Ok((None, Some(password.to_owned())));
        assert!(whole || (told <= deed && kept.is_err()), "{nth}: {name}: {kept:?}");
    }
    let ledger = ledger(&data);
    let runs = ledger.runs(&site("shop"), 10).unwrap();
    assert!(told <= 5 || runs.len() == 1, "{nth}: {runs:?}");
    assert!(told <= 7 || runs[0].state == RunState::Live, "{nth}: {runs:?}");
    let place = ledger.place(&site("shop"), "elsewhere").unwrap();
    assert!(told <= 6 || ledger.published(place).unwrap().files.len() == 1, "{nth}");
}

fn everything_can_be_changed(folder: &Path) {
    let data = DataDir::open(Some(folder)).unwrap();
    Sites::open(&data).unwrap().add(website("another")).unwrap();
    Settings::change(&data, |settings| settings.app.connections = 5).unwrap();
    let credentials = credentials(&data);
    credentials.set(&site("another"), Some(StoreKind::File), &values(None, Some("third"))).unwrap();
    let ledger = ledger(&data);
    let place = ledger.place(&site("shop"), "elsewhere").unwrap();
    ledger.interrupted(place, 3).unwrap();
    ledger.begin_run(&run(9), place, RunKind::Publish, 4).unwrap();
    drop(data.lock_site(&site("shop")).unwrap());
}
