//! The real GNOME Keyring on a private bus, with a home of its own.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use secrecy::ExposeSecret;
use slipway_core::{Code, SiteName};
use slipway_store::{CredentialError, Credentials, StoreKind};

/// Set where the test runs inside the session that it made.
const INSIDE: &str = "SLIPWAY_TEST_INSIDE";

/// Starts the service with a new keyring, unlocked.
const UNLOCKED: &str = "printf test | gnome-keyring-daemon --unlock --components=secrets >/dev/null";

/// Starts the service without any keyring, as on a server where nobody logs in at a screen.
const NO_KEYRING: &str = "gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1";

/// Waits until the bus knows the service, which goes on starting in the background.
const WAIT: &str = "for try in {1..500}; do
    dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.GetNameOwner \
        string:org.freedesktop.secrets >/dev/null 2>&1 && break
    sleep 0.02
done";

/// A bus that starts no service by itself, whatever is installed.
const BARE_BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>"#;

fn site() -> SiteName {
    SiteName::new("my shop").unwrap()
}

fn credentials() -> Credentials {
    Credentials::new(|_| None)
}

fn inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// Runs the test again on a private bus, after these lines of bash.
fn in_session(test: &str, before: &[&str]) {
    let script = format!("set -e\n{}\nexec \"$@\"", before.join("\n"));
    let home = home();
    let bus = home.path().join("bus.conf");
    std::fs::write(&bus, BARE_BUS).unwrap();
    let mut command = Command::new("dbus-run-session");
    command.arg("--config-file").arg(bus).args(["--", "bash", "-c", &script, "session"]);
    run(command, test, home.path());
}

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::set_permissions(home.path(), PermissionsExt::from_mode(0o700)).unwrap();
    home
}

fn run(mut command: Command, test: &str, home: &Path) {
    command.arg(std::env::current_exe().unwrap()).args(["--exact", test, "--nocapture"]);
    command.env("HOME", home).env("XDG_DATA_HOME", home).env("XDG_RUNTIME_DIR", home).env(INSIDE, "1");
    command.env_remove("DBUS_SESSION_BUS_ADDRESS").env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    for program in ["dbus-run-session", "dbus-send", "gnome-keyring-daemon", "bash"] {
        let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
            .any(|folder| folder.join(program).is_file());
        assert!(found, "{program} is missing: run `cargo xtask setup`");
    }
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}\n{complaints}");
}

#[test]
fn a_password_is_kept_replaced_and_removed() {
    if !inside() {
        return in_session("keychain::a_password_is_kept_replaced_and_removed", &[UNLOCKED, WAIT]);
    }
    let credentials = credentials();
    assert_eq!(credentials.password(&site()).unwrap_err(), CredentialError::NotFound);
    assert_eq!(credentials.remove_password(&site()).unwrap_err(), CredentialError::NotFound);
    for password in ["first \u{fc} \u{1f511} \"'\\", "second"] {
        credentials.set_password(&site(), &password.into()).unwrap();
        let (kept, kind) = credentials.password(&site()).unwrap();
        assert_eq!((kept.expose_secret(), kind), (password, StoreKind::Keychain));
    }
    let other = SiteName::new("other").unwrap();
    assert_eq!(credentials.password(&other).unwrap_err(), CredentialError::NotFound);
    let environment = Credentials::new(|_| Some("from the environment".to_owned()));
    assert_eq!(environment.password(&site()).unwrap().1, StoreKind::Environment);
    credentials.remove_password(&site()).unwrap();
    assert_eq!(credentials.password(&site()).unwrap_err(), CredentialError::NotFound);
}

#[test]
fn a_locked_store_says_so() {
    if !inside() {
        return in_session("keychain::a_locked_store_says_so", &[UNLOCKED, WAIT]);
    }
    credentials().set_password(&site(), &"kept".into()).unwrap();
    let lock = Command::new("dbus-send")
        .args(["--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets"])
        .arg("org.freedesktop.Secret.Service.Lock")
        .arg("array:objpath:/org/freedesktop/secrets/collection/login")
        .output();
    assert!(lock.unwrap().status.success());
    let errors = [
        credentials().password(&site()).unwrap_err(),
        credentials().set_password(&site(), &"x".into()).unwrap_err(),
        credentials().set_password(&SiteName::new("other").unwrap(), &"x".into()).unwrap_err(),
        credentials().remove_password(&site()).unwrap_err(),
    ];
    for error in errors {
        assert_eq!((&error, error.code()), (&CredentialError::Locked, Code::KeychainLocked));
    }
}

#[test]
fn a_bus_without_the_service_names_the_variable() {
    if !inside() {
        return in_session("keychain::a_bus_without_the_service_names_the_variable", &[]);
    }
    no_store();
}

#[test]
fn a_service_without_a_keyring_names_the_variable() {
    if !inside() {
        return in_session("keychain::a_service_without_a_keyring_names_the_variable", &[NO_KEYRING, WAIT]);
    }
    names_the_variable(&[credentials().set_password(&site(), &"x".into()).unwrap_err()]);
    assert_eq!(credentials().password(&site()).unwrap_err(), CredentialError::NotFound);
}

#[test]
fn no_bus_names_the_variable() {
    if !inside() {
        let home = home();
        return run(Command::new("env"), "keychain::no_bus_names_the_variable", home.path());
    }
    no_store();
}

fn no_store() {
    names_the_variable(&[
        credentials().password(&site()).unwrap_err(),
        credentials().set_password(&site(), &"x".into()).unwrap_err(),
        credentials().remove_password(&site()).unwrap_err(),
    ]);
}

fn names_the_variable(errors: &[CredentialError]) {
    for error in errors {
        println!("{error}");
        assert!(matches!(error, CredentialError::Unavailable { .. }), "{error}");
        assert_eq!(error.code(), Code::KeychainUnavailable);
        let said = error.to_string();
        assert!(said.contains("SLIPWAY_MY_SHOP_FTP_PASSWORD") && !said.contains("no answer"), "{said}");
    }
}
