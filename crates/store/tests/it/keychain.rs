//! The real GNOME Keyring on a private bus, with a home of its own.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use keyring_core::Entry;
use keyring_core::api::CredentialStoreApi;
use slipway_core::{Code, CredentialType, SiteName};
use slipway_store::{CredentialError, Credentials, DataDir, KEY_VARIABLE, StoreKind};
use zbus_secret_service_keyring_store::Store;

use crate::credentials_suite::{every_store_does_this, plain, values};

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

/// The home that the session was given.
fn data() -> DataDir {
    DataDir::open(Some(&Path::new(&std::env::var_os("HOME").unwrap()).join("slipway"))).unwrap()
}

/// The credentials as a new process without variables sees them.
fn credentials() -> Credentials {
    Credentials::with_environment(&data(), |_| None)
}

fn with_key() -> Credentials {
    Credentials::with_environment(&data(), |name| (name == KEY_VARIABLE).then(|| "key".into()))
}

fn set_password(password: &str) -> Result<StoreKind, CredentialError> {
    credentials().set(&site(), None, &values(None, Some(password)))
}

fn remove_password(credentials: &Credentials) -> Result<StoreKind, CredentialError> {
    credentials.remove(&site(), None, &[CredentialType::FtpPassword])
}

/// An item as other programs see it, and as earlier Slipways made it.
fn item(service: &str, account: &str) -> Entry {
    Store::new().unwrap().build(service, account, None).unwrap()
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
fn the_keychain_does_what_every_store_does() {
    if !inside() {
        return in_session("keychain::the_keychain_does_what_every_store_does", &[UNLOCKED, WAIT]);
    }
    item("Slipway Two", "my shop").set_password("of another program").unwrap();
    every_store_does_this(StoreKind::Keychain, credentials);
    assert_eq!(item("Slipway Two", "my shop").get_password().unwrap(), "of another program");
    // It comes before a file that could be used too.
    assert_eq!(with_key().chosen().unwrap(), StoreKind::Keychain);
}

#[test]
fn items_of_earlier_slipways_are_read_and_written_anew() {
    if !inside() {
        return in_session(
            "keychain::items_of_earlier_slipways_are_read_and_written_anew",
            &[UNLOCKED, WAIT],
        );
    }
    let old = item("Slipway", "my shop");
    old.set_password("bare \u{fc}").unwrap();
    let kept = || plain(credentials().get(StoreKind::Keychain, &site(), &[]).unwrap());
    assert_eq!(kept(), (None, Some("bare \u{fc}".to_owned())));
    let in_keychain = vec![(site(), vec![CredentialType::FtpPassword])];
    let (file, environment) = (StoreKind::File, StoreKind::Environment);
    let everywhere = [(StoreKind::Keychain, Ok(in_keychain)), (file, Ok(vec![])), (environment, Ok(vec![]))];
    assert_eq!(credentials().list(&[]).unwrap(), everywhere);
    credentials().set(&site(), None, &values(Some("anna"), None)).unwrap();
    assert_eq!(kept(), (Some("anna".to_owned()), Some("bare \u{fc}".to_owned())));
    let text = "{\"slipway\":1,\"ftp_username\":\"anna\",\"ftp_password\":\"bare \u{fc}\"}";
    assert_eq!(old.get_password().unwrap(), text);
    // One that no login could be made with, as a program may write that knows nothing of FTP.
    old.set_password("two\nlines").unwrap();
    let error = credentials().find(&site(), None, &[]).unwrap_err();
    assert!(matches!(error, CredentialError::Invalid(_)), "{error}");
    set_password("one line").unwrap();
    assert_eq!(kept(), (None, Some("one line".to_owned())));
}

#[test]
fn all_is_moved_to_the_file_and_back() {
    if !inside() {
        return in_session("keychain::all_is_moved_to_the_file_and_back", &[UNLOCKED, WAIT]);
    }
    let other = SiteName::new("other").unwrap();
    let (keychain, file) = (StoreKind::Keychain, StoreKind::File);
    with_key().set(&site(), None, &values(Some("anna"), Some("x"))).unwrap();
    with_key().set(&other, None, &values(None, Some("y"))).unwrap();
    assert_eq!(credentials().move_all(keychain, file).unwrap_err(), CredentialError::KeyMissing);
    assert_eq!(credentials().find(&site(), None, &[]).unwrap().store, keychain);
    assert_eq!(with_key().move_all(keychain, keychain).unwrap_err().code(), Code::ConfigurationInvalid);
    for (from, to) in [(keychain, file), (file, keychain)] {
        let credentials = with_key();
        // What was looked up before is not taken for what is there after.
        credentials.find(&site(), Some(from), &[]).unwrap();
        assert_eq!(credentials.move_all(from, to).unwrap(), [site(), other.clone()]);
        assert_eq!(credentials.find(&site(), Some(from), &[]).unwrap_err(), CredentialError::NotFound);
        let kept = plain(credentials.get(to, &site(), &[]).unwrap());
        assert_eq!(kept, (Some("anna".to_owned()), Some("x".to_owned())));
        assert_eq!(plain(credentials.get(to, &other, &[]).unwrap()), (None, Some("y".to_owned())));
        assert_eq!(credentials.chosen().unwrap(), keychain);
    }
}

#[test]
fn a_locked_store_says_so() {
    if !inside() {
        return in_session("keychain::a_locked_store_says_so", &[UNLOCKED, WAIT]);
    }
    set_password("kept").unwrap();
    let before = credentials();
    before.find(&site(), None, &[]).unwrap();
    let lock = Command::new("dbus-send")
        .args(["--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets"])
        .arg("org.freedesktop.Secret.Service.Lock")
        .arg("array:objpath:/org/freedesktop/secrets/collection/login")
        .output();
    assert!(lock.unwrap().status.success());
    let errors = [
        credentials().find(&site(), None, &[]).unwrap_err(),
        credentials().username(&site(), None, &[]).unwrap_err(),
        set_password("x").unwrap_err(),
        credentials().set(&SiteName::new("other").unwrap(), None, &values(None, Some("x"))).unwrap_err(),
        remove_password(&credentials()).unwrap_err(),
        credentials().list(&[]).unwrap().remove(0).1.unwrap_err(),
        with_key().move_all(StoreKind::Keychain, StoreKind::File).unwrap_err(),
        // Locked is not absent: nothing goes into the file unasked.
        with_key().find(&site(), None, &[]).unwrap_err(),
    ];
    for error in errors {
        assert_eq!((&error, error.code()), (&CredentialError::Locked, Code::KeychainLocked));
    }
    assert_eq!(credentials().stores().unwrap().remove(0).available, Ok(()), "it is there");
    let found = before.find(&site(), None, &[]).unwrap();
    assert_eq!(found.store, StoreKind::Keychain, "it was read before, and is not read again");
    assert!(!data().credentials_file().exists());
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
    names_the_variable(&[set_password("x").unwrap_err()]);
    assert_eq!(credentials().find(&site(), None, &[]).unwrap_err(), CredentialError::NotFound);
    the_file_takes_its_place();
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
        credentials().find(&site(), None, &[]).unwrap_err(),
        set_password("x").unwrap_err(),
        remove_password(&credentials()).unwrap_err(),
    ]);
    let listed = credentials().list(&[]).unwrap();
    assert!(
        matches!(listed[0], (StoreKind::Keychain, Err(CredentialError::Unavailable { .. }))),
        "{listed:?}"
    );
    the_file_takes_its_place();
    // It has been made, so its key is all that is missing now.
    assert_eq!(credentials().find(&site(), None, &[]).unwrap_err(), CredentialError::KeyMissing);
}

fn the_file_takes_its_place() {
    let keychain = credentials().stores().unwrap().remove(0);
    assert!(matches!(keychain.available, Err(CredentialError::Unavailable { .. })), "{keychain:?}");
    assert!(keychain.chosen);
    assert_eq!(credentials().username(&site(), None, &[]), Ok(None));
    assert_eq!(with_key().set(&site(), None, &values(None, Some("x"))), Ok(StoreKind::File));
    assert_eq!(with_key().find(&site(), None, &[]).unwrap().store, StoreKind::File);
    with_key().choose(StoreKind::Keychain).unwrap();
    assert_eq!(with_key().chosen().unwrap(), StoreKind::Keychain);
    with_key().choose(StoreKind::File).unwrap();
    let listed: Vec<StoreKind> = with_key().list(&[]).unwrap().into_iter().map(|(kind, _)| kind).collect();
    assert!(listed.ends_with(&[StoreKind::File, StoreKind::Environment]), "{listed:?}");
}

fn names_the_variable(errors: &[CredentialError]) {
    for error in errors {
        println!("{error}");
        assert!(matches!(error, CredentialError::Unavailable { .. }), "{error}");
        assert_eq!(error.code(), Code::KeychainUnavailable);
        let said = error.to_string();
        assert!(said.contains("SLIPWAY_MY_SHOP_FTP_PASSWORD") && said.contains(KEY_VARIABLE), "{said}");
        assert!(!said.contains("no answer"), "{said}");
    }
}

#[test]
fn another_choice_brings_along_what_is_kept() {
    if !inside() {
        return in_session("keychain::another_choice_brings_along_what_is_kept", &[UNLOCKED, WAIT]);
    }
    let (keychain, file) = (StoreKind::Keychain, StoreKind::File);
    let stays = SiteName::new("stays").unwrap();
    let stay = std::slice::from_ref(&stays);
    let slipway = credentials();
    for (name, password) in [(&site(), "one"), (&stays, "two")] {
        slipway.set(name, None, &values(Some("anna"), Some(password))).unwrap();
    }
    let kept = |kind, name: &SiteName| {
        let (user, password) = plain(slipway.get(kind, name, &[]).ok()?);
        Some((user.unwrap_or_default(), password.unwrap_or_default()))
    };
    assert_eq!(slipway.change_to(file, stay), Err(CredentialError::KeyMissing));
    assert_eq!(slipway.chosen().unwrap(), keychain);
    slipway.unlock_file(&"key".into()).unwrap();
    slipway.change_to(file, stay).unwrap();
    assert_eq!(slipway.chosen().unwrap(), file);
    let one = ("anna".to_owned(), "one".to_owned());
    assert_eq!((kept(file, &site()), kept(keychain, &site())), (Some(one.clone()), None));
    assert_eq!(
        (kept(file, &stays), kept(keychain, &stays)),
        (None, Some(("anna".to_owned(), "two".to_owned())))
    );

    // Nothing changes where it can't be read: the file was locked away with another key meanwhile.
    let locked = credentials();
    assert_eq!(locked.change_to(keychain, &[]), Err(CredentialError::KeyMissing));
    assert_eq!((locked.chosen().unwrap(), kept(file, &site())), (file, Some(one.clone())));
    slipway.change_to(keychain, &[]).unwrap();
    assert_eq!((kept(keychain, &site()), kept(file, &site())), (Some(one), None));
    assert_eq!(slipway.change_to(StoreKind::Environment, &[]), Err(CredentialError::ReadOnly));
    assert_eq!(slipway.chosen().unwrap(), keychain);
}

#[test]
fn a_store_that_is_gone_keeps_nobody_from_choosing_another() {
    if !inside() {
        let home = home();
        let test = "keychain::a_store_that_is_gone_keeps_nobody_from_choosing_another";
        return run(Command::new("env"), test, home.path());
    }
    let slipway = credentials();
    slipway.choose(StoreKind::Keychain).unwrap();
    slipway.unlock_file(&"key".into()).unwrap();
    assert_eq!(slipway.chosen().unwrap(), StoreKind::Keychain);
    slipway.change_to(StoreKind::File, &[]).unwrap();
    slipway.set(&site(), None, &values(None, Some("one"))).unwrap();
    let gone = slipway.change_to(StoreKind::Keychain, &[]).unwrap_err();
    assert_eq!(gone.code(), Code::KeychainUnavailable, "{gone}");
    assert_eq!(slipway.chosen().unwrap(), StoreKind::File);
    let kept = plain(slipway.get(StoreKind::File, &site(), &[]).unwrap());
    assert_eq!(kept, (None, Some("one".to_owned())));
}
