//! A publish or a build that its user stops.

use std::fs;
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::thread::sleep;
use std::time::{Duration, Instant};

use slipway_testkit::{Action, ControlProxy, Daemon, Kind, sample_tree, snapshot};

use crate::conversation::Conversation;
use crate::harness::{Ended, Running, binary, signal, start};
use crate::site::{NAME, Site};

const FILES: usize = 40;

/// Publishes, and sends a signal at this command.
fn signalled_at(proxy: &ControlProxy, site: &Site, verb: &str, number: u64, name: &'static str) -> Ended {
    let process = Arc::new(OnceLock::new());
    let stopped = process.clone();
    proxy.at_verb(verb, number, Action::Notify(Box::new(move || signal(name, *stopped.wait()))));
    let running = site.begin(&["--connections", "3"]);
    process.set(running.id()).unwrap();
    running.end()
}

#[test]
fn while_uploading() {
    for (kind, name) in Kind::ALL.into_iter().zip(["INT", "TERM", "INT", "TERM"]) {
        let daemon = Daemon::start(kind);
        let proxy = ControlProxy::start(daemon.port());
        let site = Site::through(&proxy);
        site.write(&[("index.html", b"old")]);
        site.publish(&[]).live_with(1, 0, 0);
        sample_tree(&site.folder(), 31, FILES);
        let talk = Conversation::from_now(&proxy);
        let failed = signalled_at(&proxy, &site, "STOR", 15, name).failed("cancelled", 7);
        assert_eq!(
            (&failed["stage"], &failed["site"]),
            (&"uploading".into(), &"untouched".into()),
            "{failed}"
        );
        let visible = snapshot(daemon.root()).into_keys().filter(|path| !path.starts_with(".slipway/"));
        assert_eq!(visible.collect::<Vec<_>>(), ["index.html"]);
        assert_eq!(fs::read(daemon.root().join("index.html")).unwrap(), b"old");
        let (first, confirmed) = (talk.sent().len(), talk.confirmed());

        let talk = Conversation::from_now(&proxy);
        let last = site.publish(&[]).live_with(FILES as u64, 0, 0);
        site.assert_online(daemon.root(), &last);
        let second = talk.sent();
        assert!(second.iter().all(|name| !confirmed.contains(name)), "{kind:?}");
        // Each connection tries out, twice, what the server bears; what it did not bear is sent again.
        let tried = if kind == Kind::PyFtpdLib { 4 * 3 } else { 0 };
        // Of a file that was just being sent, on each connection, the server may have said so to nobody.
        let likely = FILES - 3..=FILES + 3 + tried;
        assert!(likely.contains(&(first + second.len())), "{kind:?}: {first} and {}", second.len());
        assert_eq!(site.states(), ["live", "cancelled", "live"]);
    }
}

#[test]
fn while_going_live() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let proxy = ControlProxy::start(daemon.port());
    let site = Site::through(&proxy);
    sample_tree(&site.folder(), 32, FILES);
    let last = signalled_at(&proxy, &site, "RNTO", 10, "INT").live();
    site.assert_online(daemon.root(), &last);
    assert_eq!(site.states(), ["live"], "once it goes live it comes to its end");
}

/// Writes down a process and waits for it, which goes on as long as there is `wait`.
const WAITS: &str = "(while test -e wait; do sleep 0.05; done) & echo $! > new; mv new child; wait";

/// A build that waits, and the process that it waits for.
fn waiting(site: &Site, command: Command) -> (Running, u32) {
    let build = ["run", "--json", NAME, "--steps", "build", "--allow-build"];
    let running = start(site.environment(command).args(build));
    let file = site.folder().join("child");
    soon(|| file.exists());
    (running, fs::read_to_string(file).unwrap().trim().parse().unwrap())
}

fn soon(mut what: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !what() {
        assert!(Instant::now() < deadline, "not within half a minute");
        sleep(Duration::from_millis(5));
    }
}

fn is_gone(process: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/stat"));
    status.map_or(true, |status| status.contains(") Z"))
}

fn buildable() -> Site {
    let site = Site::at(9, &[]);
    site.write(&[("wait", b"")]);
    site.run("site edit", &["--build", WAITS]).done();
    site
}

#[test]
fn while_building_with_all_that_was_started() {
    for name in ["INT", "TERM", "HUP"] {
        let site = buildable();
        // Whoever runs the tests may be immune to HUP (`nohup`), and those whom they start with them.
        let mut command = Command::new("env");
        command.arg("--default-signal=HUP").arg(binary());
        let (running, child) = waiting(&site, command);
        signal(name, running.id());
        // A shell tells its jobs that the terminal is gone, then the system does: that is no second request.
        if name == "HUP" {
            signal(name, running.id());
        }
        let failed = running.end().failed("cancelled", 7);
        assert_eq!(failed["stage"], "building", "{name}: {failed}");
        soon(|| is_gone(child));
        assert_eq!(site.states(), ["cancelled"], "{name}");
    }
}

#[test]
fn not_by_the_end_of_a_terminal_that_it_is_to_outlive() {
    let site = buildable();
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]).arg(binary());
    let (running, _) = waiting(&site, command);
    signal("HUP", running.id());
    site.delete(&["wait"]);
    running.end().done();
    assert_eq!(site.states(), ["done"]);
}
