//! What goes wrong: each shows its words, and a way on that works.

use std::fs;
use std::sync::Arc;

use slipway_testkit::{Action, ControlProxy, Daemon, Desktop, Kind, Options, Tls};

use crate::harness::{PASSWORD, SITE, Scene, Website, Window, say, say_with};

/// A server for plain FTP.
fn plain() -> Daemon {
    Daemon::with(Kind::Vsftpd, Options { tls: Tls::None, ..Options::default() })
}

#[test]
fn a_wrong_password_is_said_while_adding() {
    let daemon = Daemon::start(Kind::Vsftpd);
    let online = Website::of(daemon.root());
    let scene = Scene::new();
    let window = scene.open_with(&[scene.folder().to_str().unwrap()]);
    window.accept_folder();
    window.type_account(daemon.port(), daemon.user(), "wrong");
    window.trust(&daemon);
    window.heading(&say("code_login_rejected_title"));
    window.sees(&say_with("code_login_rejected_text", &[("host", "127.0.0.1")]));
    window.screen("login-rejected");
    window.fill(&say("password"), PASSWORD);
    window.press(&say("sign_in"));
    window.all_is_well();
    window.press(&say("publish_now"));
    window.is_live();
    assert!(online.get("index.html").is_some());
}

#[test]
fn a_wrong_password_is_typed_again_and_kept() {
    let daemon = plain();
    let scene = Scene::new();
    scene.add(daemon.port(), "wrong", &[]);
    let window = scene.open();
    window.press(&say_with("publish_files", &[("count", "3")]));
    window.heading(&say("code_login_rejected_title"));
    window.sees(&say("site_state_nothing_online"));
    window.sees(&say("tried_once"));
    window.screen("login-rejected");
    window.fill(&say("password"), PASSWORD);
    window.press(&say("sign_in_publish"));
    window.is_live();
    window.close();

    scene.write(&[("about.html", b"<h1>About us</h1>")]);
    let window = scene.open();
    window.press(&say_with("publish_changes", &[("count", "1")]));
    window.is_live();
}

#[test]
fn an_unknown_certificate_is_trusted_where_it_stops_a_publish() {
    let daemon = Daemon::start(Kind::Vsftpd);
    let online = Website::of(daemon.root());
    let scene = Scene::new();
    scene.add(daemon.port(), PASSWORD, &["--protocol", "ftps"]);
    let window = scene.open();
    window.press(&say_with("publish_files", &[("count", "3")]));
    window.trust(&daemon);
    window.is_live();
    assert!(online.get("index.html").is_some());
}

#[test]
fn a_server_that_stops_in_the_middle_is_carried_on_with() {
    let daemon = Arc::new(plain());
    let online = Website::of(daemon.root());
    let proxy = ControlProxy::start(daemon.port());
    let scene = Scene::new();
    scene.add(proxy.port(), PASSWORD, &["--connections", "1", "--attempts", "1", "--timeout", "300"]);
    scene.command(&["publish", SITE]);
    let old = online.get("index.html");
    scene.write(&[("index.html", b"<h1>New</h1>"), ("a.html", b"a"), ("b.html", b"b"), ("c.html", b"c")]);
    let window = scene.open();
    window.finds_changes("4");

    let stopped = Arc::clone(&daemon);
    proxy.at_verb("STOR", 3, Action::Notify(Box::new(move || stopped.stop())));
    window.press(&say_with("publish_changes", &[("count", "4")]));
    window.heading(&say("code_connection_lost_title"));
    window.sees(&say_with("code_connection_lost_text", &[("host", "127.0.0.1")]));
    window.sees(&say("site_state_untouched"));
    window.screen("connection-lost");
    assert_eq!(online.get("index.html"), old);
    assert_eq!(online.get("a.html"), None);

    daemon.restart();
    window.press(&say("action_carry_on"));
    window.is_live();
    assert_eq!(online.get("index.html").as_deref(), Some("<h1>New</h1>"));
    assert_eq!(online.get("c.html").as_deref(), Some("c"));
}

#[test]
fn a_locked_keyring_is_unlocked() {
    let daemon = plain();
    let scene = Scene::new();
    scene.add(daemon.port(), PASSWORD, &[]);
    scene.desktop.lock_keyring();
    let window = scene.open();
    window.press(&say_with("publish_files", &[("count", "3")]));
    // The system asks; whoever turns that away is told, and can have it ask again.
    scene.desktop.presses(PROMPT, "Escape");
    window.heading(&say("code_keychain_locked_title"));
    window.sees(&say("code_keychain_locked_text"));
    window.sees(&say("site_state_nothing_online"));
    window.screen("keychain-locked");
    window.press(&say("action_unlock"));
    scene.desktop.types(PROMPT, Desktop::KEYRING_PASSWORD);
    scene.desktop.presses(PROMPT, "Return");
    window.is_live();
}

/// The title of the window in which the system asks for the key ring's password.
const PROMPT: &str = "Unlock Login Keyring";

#[test]
fn a_folder_that_goes_away_is_looked_for_again() {
    let daemon = plain();
    let online = Website::of(daemon.root());
    let scene = Scene::new();
    scene.add(daemon.port(), PASSWORD, &[]);
    scene.command(&["publish", SITE]);
    let window = scene.open();
    window.heading(&say("nothing_title"));

    let away = scene.desktop.home().join("elsewhere");
    fs::rename(scene.folder(), &away).unwrap();
    window.press(&say("action_look_again"));
    window.heading(&say("code_local_folder_missing_title"));
    window.sees(&say_with("code_local_folder_missing_text", &[("folder", SITE)]));
    window.sees(&say("site_state_untouched"));
    window.screen("folder-missing");
    assert!(online.get("index.html").is_some(), "nothing was removed");

    fs::rename(&away, scene.folder()).unwrap();
    window.press(&say("action_look_again"));
    window.heading(&say("nothing_title"));

    // Where it has moved to is shown to the app.
    fs::rename(scene.folder(), &away).unwrap();
    window.press(&say("action_look_again"));
    window.heading(&say("code_local_folder_missing_title"));
    window.choose_folder(&say("action_locate"), &away);
    window.heading(&say("nothing_title"));
    slipway_testkit::write_tree(&away, &[("about.html", b"<h1>About us</h1>")]);
    window.press(&say("action_look_again"));
    window.press(&say_with("publish_changes", &[("count", "1")]));
    window.is_live();
    assert_eq!(online.get("about.html").as_deref(), Some("<h1>About us</h1>"));
}

#[test]
fn a_folder_that_is_deleted_while_it_is_published_removes_nothing() {
    let daemon = plain();
    let online = Website::of(daemon.root());
    let scene = Scene::new();
    scene.add(daemon.port(), PASSWORD, &[]);
    scene.command(&["publish", SITE]);
    scene.write(&[("about.html", b"<h1>About us</h1>")]);
    let window = scene.open();
    window.finds_changes("1");
    fs::remove_dir_all(scene.folder()).unwrap();
    window.press(&say_with("publish_changes", &[("count", "1")]));
    window.heading(&say("code_local_folder_missing_title"));
    window.sees(&say("site_state_untouched"));
    assert!(online.get("index.html").is_some() && online.get("css/style.css").is_some());
}

/// Adds the website up to the moment at which its password would be kept, which fails here.
#[track_caller]
fn add_without_a_keyring<'a>(scene: &'a Scene, daemon: &Daemon) -> Window<'a> {
    let window = scene.open_with(&[scene.folder().to_str().unwrap()]);
    window.accept_folder();
    window.add_at(daemon);
    window.heading(&say("code_keychain_unavailable_title"));
    window.sees(&say("code_keychain_unavailable_text"));
    window.sees(&say("password_ways"));
    window.screen("keychain-unavailable");
    window
}

#[test]
fn without_a_keyring_passwords_are_kept_in_an_encrypted_file() {
    let daemon = Daemon::start(Kind::Vsftpd);
    let online = Website::of(daemon.root());
    let scene = Scene::on(Desktop::without_keyring());
    let window = add_without_a_keyring(&scene, &daemon);
    window.press(&say("action_use_file"));
    window.heading(&say("file_title"));
    window.fill(&say("passphrase_new"), "two words");
    window.fill(&say("passphrase_again"), "other words");
    window.press(&say("file_use"));
    window.sees(&say("passphrase_differs"));
    window.screen("pass-phrase");
    window.fill(&say("passphrase_again"), "two words");
    window.press(&say("file_use"));
    window.is_live();
    assert!(online.get("index.html").is_some());
    scene.nothing_holds(PASSWORD);
    window.close();

    // After another start the file is locked.
    scene.write(&[("about.html", b"<h1>About us</h1>")]);
    let window = scene.open();
    window.press(&say_with("publish_changes", &[("count", "1")]));
    window.heading(&say("code_credentials_key_missing_title"));
    window.sees(&say("site_state_untouched"));
    window.screen("file-locked");
    window.fill(&say("passphrase"), "wrong words");
    window.press(&say("action_unlock"));
    window.sees(&say("code_credentials_key_wrong_title"));
    window.fill(&say("passphrase"), "two words");
    window.press(&say("action_unlock"));
    window.is_live();
    assert_eq!(online.get("about.html").as_deref(), Some("<h1>About us</h1>"));
}

#[test]
fn without_a_keyring_a_password_can_be_typed_each_time() {
    let daemon = Daemon::start(Kind::Vsftpd);
    let online = Website::of(daemon.root());
    let scene = Scene::on(Desktop::without_keyring());
    let window = add_without_a_keyring(&scene, &daemon);
    window.press(&say("password_unkept"));
    window.is_live();
    window.close();

    scene.write(&[("about.html", b"<h1>About us</h1>")]);
    let window = scene.open();
    window.press(&say_with("publish_changes", &[("count", "1")]));
    window.heading(&say("code_keychain_unavailable_title"));
    window.press(&say("action_type_once"));
    window.fill(&say("password"), PASSWORD);
    window.press(&say("sign_in_publish"));
    window.is_live();
    assert_eq!(online.get("about.html").as_deref(), Some("<h1>About us</h1>"));
}

#[test]
fn build_commands_run_only_once_they_are_allowed() {
    let daemon = plain();
    let online = Website::of(daemon.root());
    let scene = Scene::new();
    scene.add(daemon.port(), PASSWORD, &["--build", "date >built.html"]);
    let built = scene.folder().join("built.html");
    let window = scene.open();
    window.press(&say_with("publish_files", &[("count", "3")]));
    window.heading(&say("code_build_not_allowed_title"));
    window.sees("date >built.html");
    window.screen("build-not-allowed");

    // The system's own dialog asks, outside of the page.
    let question = say("allow_title");
    let title = question.replace('?', r"\?");
    window.press(&say("action_allow_build"));
    scene.desktop.presses(&title, "Escape");
    window.until("the end of the question", || !scene.desktop.windows().contains(&question));
    window.heading(&say("code_build_not_allowed_title"));
    assert!(!built.exists() && online.get("index.html").is_none());

    window.press(&say("action_allow_build"));
    scene.desktop.presses(&title, "Return");
    window.is_live();
    assert!(built.exists());
    assert_eq!(online.get("built.html"), fs::read_to_string(&built).ok());
}
