//! A publish whose window, page or app goes away meanwhile.

use std::sync::Arc;
use std::{fs, thread};

use slipway_testkit::Action;

use crate::harness::{Scene, changed, say, soon};

#[test]
fn an_app_that_is_killed_carries_on() {
    let changed = changed();
    let (window, held) = changed.publish();
    window.screen("publishing");
    changed.scene.kill();
    drop(window);
    held.let_go();
    changed.is_old();

    let window = changed.scene.open();
    window.heading(&say("interrupted_title"));
    window.screen("interrupted");
    changed.is_old();
    window.press(&say("action_carry_on"));
    window.is_live();
    changed.is_new();
}

#[test]
fn an_app_that_is_started_while_the_last_one_dies_opens() {
    let scene = Scene::new();
    let _killed = scene.open();
    let calls = scene.desktop.logs().join("calls");
    let listen = format!("exec dbus-monitor --session >'{}' \"member='ExecuteCallback'\"", calls.display());
    scene.desktop.launch(&["sh", "-c", &listen]);
    soon("a listener", || fs::metadata(&calls).is_ok_and(|calls| calls.len() > 0));
    let process = scene.process().to_string();
    assert!(scene.desktop.run(&["kill", "-STOP", &process]).success);
    thread::scope(|scope| {
        // Asked to come to the front, it dies without an answer.
        scope.spawn(|| {
            soon("another start", || fs::read_to_string(&calls).unwrap().contains("member=ExecuteCallback"));
            assert!(scene.desktop.run(&["kill", "-KILL", &process]).success);
        });
        scene.open().is_ready();
    });
}

#[test]
fn a_window_that_is_closed_is_found_again() {
    let changed = changed();
    let (window, held) = changed.publish();
    window.close_window();
    window.until("a window that is hidden", || !changed.shows());
    assert!(changed.scene.runs());
    changed.scene.start_again(&[]);
    window.until("a window that is shown", || changed.shows());
    window.heading(&say("phase_sending"));
    held.let_go();
    window.is_live();
    changed.is_new();
    window.close();
}

#[test]
fn a_window_that_stays_closed_ends_with_the_publish() {
    let changed = changed();
    let (window, held) = changed.publish();
    window.close_window();
    window.until("a window that is hidden", || !changed.shows());
    changed.is_old();
    held.let_go();
    changed.scene.is_gone();
    changed.is_new();
}

#[test]
fn a_closed_window_comes_back_when_its_publish_fails() {
    let changed = changed();
    let (window, held) = changed.publish();
    window.close_window();
    window.until("a window that is hidden", || !changed.shows());
    let stopped = Arc::clone(&changed.daemon);
    changed.proxy.on(move |_, _| {
        stopped.stop();
        Action::CutControl
    });
    changed.daemon.stop();
    held.let_go();
    window.until("a window that is shown", || changed.shows());
    window.heading(&say("code_connection_lost_title"));
    changed.is_old();
    changed.proxy.on(|_, _| Action::Forward);
    changed.daemon.restart();
    window.press(&say("action_carry_on"));
    window.is_live();
    changed.is_new();
}

#[test]
fn a_page_that_is_loaded_again_shows_how_far_it_is() {
    let changed = changed();
    let (window, held) = changed.publish();
    window.execute("location.reload()");
    window.heading(&say("phase_sending"));
    window.sees(&say("promise_sending"));
    held.let_go();
    window.is_live();
    changed.is_new();
}

#[test]
fn a_publish_that_is_stopped_leaves_the_site_as_it_was() {
    let changed = changed();
    let (window, held) = changed.publish();
    window.press(&say("action_stop_publishing"));
    held.let_go();
    window.heading(&say("code_cancelled_title"));
    window.sees(&say("site_state_untouched"));
    window.screen("cancelled");
    changed.is_old();
    window.press(&say("action_carry_on"));
    window.is_live();
    changed.is_new();
}
