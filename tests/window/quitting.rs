//! An app that is asked to end while a website is published.

use crate::harness::{Changed, SITE, changed, say};

impl Changed {
    /// Asks the app to end, as the system does at the end of a session.
    fn signal(&self) {
        assert!(self.scene.desktop.run(&["kill", "-TERM", &self.scene.process().to_string()]).success);
    }
}

#[test]
fn a_signal_waits_until_the_new_site_is_whole() {
    let changed = changed();
    let (window, held) = changed.go_live();
    changed.signal();
    window.until("a window that is hidden", || !changed.shows());
    assert!(changed.scene.runs());
    held.let_go();
    changed.scene.is_gone();
    changed.is_new();
}

#[test]
fn a_second_signal_does_not_wait_and_the_next_start_carries_on() {
    let changed = changed();
    let (window, held) = changed.go_live();
    changed.signal();
    window.until("a window that is hidden", || !changed.shows());
    changed.signal();
    changed.scene.is_gone();
    held.let_go();
    drop(window);
    let window = changed.scene.open();
    window.heading(&say("interrupted_title"));
    window.press(&say("action_carry_on"));
    window.is_live();
    changed.is_new();
}

#[test]
fn quitting_while_it_goes_live_asks_nothing_and_waits() {
    let changed = changed();
    let (window, held) = changed.go_live();
    let windows = changed.scene.desktop.windows();
    let title = windows.into_iter().find(|title| title.contains(SITE)).expect("a window");
    changed.scene.desktop.presses(&title, "ctrl+q");
    window.until("a window that is hidden", || !changed.shows());
    assert!(changed.scene.runs());
    held.let_go();
    changed.scene.is_gone();
    changed.is_new();
}

#[test]
fn a_signal_before_it_goes_live_leaves_the_site_as_it_was() {
    let changed = changed();
    let (window, held) = changed.publish();
    changed.signal();
    window.until("a window that is hidden", || !changed.shows());
    held.let_go();
    changed.scene.is_gone();
    changed.is_old();
}
