//! The desktop without a screen.

use slipway_testkit::Desktop;
use std::path::Path;

#[test]
fn its_keyring_keeps_secrets_and_asks_for_its_password_when_locked() {
    let desktop = Desktop::start();
    let stored =
        desktop.run(&["sh", "-c", "printf 'it''s secret' | secret-tool store --label=one place here"]);
    assert!(stored.success, "{stored:?}");
    let lookup = ["secret-tool", "lookup", "place", "here"];
    assert_eq!(desktop.run(&lookup).said, "its secret");
    desktop.lock_keyring();
    desktop.launch(&["sh", "-c", "secret-tool lookup place here > found; touch ended"]);
    desktop.types("Unlock Login Keyring", Desktop::KEYRING_PASSWORD);
    desktop.presses("Unlock Login Keyring", "Return");
    assert!(desktop.run(&["sh", "-c", "until test -e ended; do sleep 0.01; done"]).success);
    assert_eq!(desktop.run(&["cat", "found"]).said, "its secret");
}

#[test]
fn without_a_keyring_there_is_none() {
    let desktop = Desktop::without_keyring();
    let ran = desktop.run(&["secret-tool", "lookup", "place", "here"]);
    assert!(!ran.success && ran.said.contains("org.freedesktop.secrets"), "{ran:?}");
}

#[test]
fn it_ends_with_all_that_was_started_on_it() {
    let desktop = Desktop::start();
    desktop.launch(&["sleep", "1000"]);
    let mark = desktop.home().to_str().unwrap().to_owned();
    let left = || {
        let all = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path().join("environ"));
        all.filter_map(|file| std::fs::read(file).ok())
            .filter(|text| text.windows(mark.len()).any(|part| part == mark.as_bytes()))
            .count()
    };
    assert!(left() > 3, "{}", left());
    assert_eq!(desktop.processes(Path::new("/usr/bin/sleep")).len(), 1);
    drop(desktop);
    assert_eq!(left(), 0);
}
