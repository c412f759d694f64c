//! How quick and how small the app is: measured and printed, not judged, as that is the computer's doing too.
//! `cargo test -p slipway-tests --test window -- --ignored --nocapture measures`, best with a release build named by
//! `SLIPWAY_APP_BIN`.

use std::time::{Duration, Instant};

use slipway_testkit::{Daemon, Kind, Options, Tls};

use crate::harness::{PASSWORD, SITE, Scene, say, say_with};

const FILES: usize = 10_000;

/// Measures 120 frames.
const FRAMES: &str = "const done = arguments[arguments.length - 1], times = [];
    const next = (now) => { times.push(now); times.length < 120 ? requestAnimationFrame(next) : end() };
    const end = () => { const gaps = times.slice(1).map((now, at) => now - times[at]).sort((a, b) => a - b);
        done([gaps[Math.floor(gaps.length / 2)], gaps[Math.floor(gaps.length * 0.95)], gaps.at(-1)]) };
    requestAnimationFrame(next);";

#[test]
#[ignore = "prints how long something takes"]
fn first_sight_of_ten_sites_and_ten_thousand_changes() {
    let scene = Scene::new();
    for number in 0..FILES - 3 {
        scene.write(&[(&format!("pages/{:02}/page-{number:05}.html", number % 40), b"<h1>One of many</h1>")]);
    }
    scene.add(1, PASSWORD, &[]);
    for number in 2..=10 {
        scene.add_named(&format!("Wildflower {number}"), 1, PASSWORD, &[]);
    }
    let before = Instant::now();
    let window = scene.open();
    window.is_ready();
    println!("from the start of the driver to the first screen: {} ms", before.elapsed().as_millis());
    window.heading(&say("first_title"));
    println!("from the start of the driver to the changes: {} ms", before.elapsed().as_millis());
    for _ in 0..3 {
        window.execute("location.reload()");
        let seen = |selector: &str| {
            let script = format!("return document.querySelector('{selector}') && performance.now()");
            let mut at = 0.0;
            window
                .until(selector, || window.try_execute(&script).as_f64().inspect(|now| at = *now).is_some());
            at
        };
        let [screen, changes] = [seen("main h1"), seen(".rows [role=row]")];
        let paint = "return performance.getEntriesByType('paint').map((one) => Math.round(one.startTime))";
        println!(
            "after loading: screen {screen:.0} ms, changes {changes:.0} ms, paints {}",
            window.execute(paint)
        );
    }
}

#[test]
#[ignore = "prints how much something needs"]
fn memory_and_smoothness_while_sixteen_files_are_sent() {
    let daemon = Daemon::with(Kind::Vsftpd, Options { tls: Tls::None, ..Options::default() });
    let scene = Scene::new();
    let content = vec![7; 2_000_000];
    for number in 0..48 {
        scene.write(&[(&format!("film-{number}.mp4"), &content)]);
    }
    scene.add(daemon.port(), PASSWORD, &["--connections", "16", "--limit", "2M"]);
    let window = scene.open();
    window.heading(&say("first_title"));
    memory(&scene, "before");
    let frames = |when| {
        println!(
            "{when}: milliseconds between frames (median, 95 %, longest): {}",
            window.execute_async(FRAMES)
        )
    };
    frames("before");
    window.press(&say_with("publish_files", &[("count", "51")]));
    window.heading(&say("phase_sending"));
    let under_way = || window.execute("return document.querySelectorAll('.under li').length").as_u64();
    let (before, mut most) = (Instant::now(), 0);
    while most < 16 && before.elapsed() < Duration::from_secs(20) {
        most = most.max(under_way().unwrap_or_default());
    }
    memory(&scene, &format!("while {most} files are sent"));
    frames("while they are sent");
    memory(&scene, "2 seconds later");
    let events = Instant::now();
    while events.elapsed() < Duration::from_secs(3) {
        under_way();
    }
    memory(&scene, "5 seconds later");
    assert!(scene.runs(), "of {SITE}");
}

/// Prints the memory of the app itself, without the web view's processes.
fn memory(scene: &Scene, when: &str) {
    let process = scene.process();
    let file = format!("/proc/{process}/smaps_rollup");
    let said = scene.desktop.run(&["cat", &file]).said;
    let megabytes = |name: &str| {
        let line = said.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        let kilobytes = line.split_whitespace().nth(1).and_then(|number| number.parse::<u64>().ok());
        kilobytes.unwrap_or_default() * 1024 / 1_000_000
    };
    let [rss, pss, anonymous] = ["Rss:", "Pss:", "Anonymous:"].map(megabytes);
    println!("{when}: {rss} MB resident, {pss} MB proportionally, {anonymous} MB of it its own (anonymous)");
}
