//! The stores as the rest of Slipway sees them, without a password store of the system.
//!
//! No test here may open the developer's own keychain: each that asks for the chosen store chooses the file.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use secrecy::ExposeSecret;
use slipway_core::{Code, CredentialType, SiteName};
use slipway_store::{CredentialError, Credentials, DataDir, KEY_VARIABLE, SiteCredentials, StoreKind};

use crate::credentials_suite::{every_store_does_this, plain, site, values};
use crate::{FOLDER, again};

const KEY: (&str, &str) = (KEY_VARIABLE, "correct horse");

struct Computer {
    _root: tempfile::TempDir,
    data: DataDir,
}

impl Computer {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let data = DataDir::open(Some(root.path())).unwrap();
        Self { _root: root, data }
    }

    /// The credentials as a new process with these variables sees them.
    fn process(&self, variables: &[(&str, &str)]) -> Credentials {
        let variables: HashMap<String, OsString> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        Credentials::with_environment(&self.data, move |name| variables.get(name).cloned())
    }

    /// The same, where credentials are kept in the file.
    fn with_file(&self, variables: &[(&str, &str)]) -> Credentials {
        let credentials = self.process(&[&[KEY], variables].concat());
        credentials.choose(StoreKind::File).unwrap();
        credentials
    }
}

fn sites(names: &[&str]) -> Vec<SiteName> {
    names.iter().map(|name| site(name)).collect()
}

#[test]
fn the_file_does_what_every_store_does() {
    let computer = Computer::new();
    every_store_does_this(StoreKind::File, || computer.process(&[KEY]));
}

#[test]
fn the_environment_is_read_and_never_written() {
    let computer = Computer::new();
    let known = sites(&["my shop", "other", "user alone"]);
    let credentials = computer.process(&[
        ("SLIPWAY_MY_SHOP_FTP_PASSWORD", "s\u{fc}\u{1f511}"),
        ("SLIPWAY_MY_SHOP_FTP_USERNAME", "anna"),
        ("SLIPWAY_USER_ALONE_FTP_USERNAME", "bert"),
        ("SLIPWAY_TWO_LINES_FTP_PASSWORD", "a\r\nDELE x"),
        ("SLIPWAY_EMPTY_FTP_USERNAME", ""),
    ]);
    let kind = StoreKind::Environment;
    let kept = credentials.get(kind, &site("my shop"), &[]).unwrap();
    assert_eq!(plain(kept), (Some("anna".into()), Some("s\u{fc}\u{1f511}".into())));
    assert_eq!(credentials.get(kind, &site("other"), &[]).unwrap_err(), CredentialError::NotFound);
    assert_eq!(
        credentials.find(&site("user alone"), Some(kind), &[]).unwrap_err(),
        CredentialError::NotFound
    );
    assert_eq!(credentials.username(&site("user alone"), Some(kind), &[]).unwrap().as_deref(), Some("bert"));
    for (name, variable) in
        [("two lines", "SLIPWAY_TWO_LINES_FTP_PASSWORD"), ("empty", "SLIPWAY_EMPTY_FTP_USERNAME")]
    {
        let error = credentials.get(kind, &site(name), &[]).unwrap_err();
        assert_eq!(error.code(), Code::ConfigurationInvalid);
        assert!(error.to_string().contains(variable) && !error.to_string().contains("DELE"), "{error}");
    }
    let listed = credentials.list_in(kind, &known).unwrap();
    let all = CredentialType::ALL.to_vec();
    assert_eq!(listed, [(site("my shop"), all), (site("user alone"), vec![CredentialType::FtpUsername])]);
    let errors = [
        credentials.set(&site("my shop"), Some(kind), &values(None, Some("x"))).unwrap_err(),
        credentials.remove(&site("my shop"), Some(kind), &CredentialType::ALL).unwrap_err(),
        credentials.choose(kind).unwrap_err(),
        credentials.move_all(kind, StoreKind::File).unwrap_err(),
        credentials.move_all(StoreKind::File, kind).unwrap_err(),
    ];
    for error in errors {
        assert_eq!((&error, error.code()), (&CredentialError::ReadOnly, Code::CredentialsReadOnly));
    }
}

#[test]
fn a_variable_that_fits_two_sites_is_neither_s() {
    let computer = Computer::new();
    let variable = "SLIPWAY_MY_SHOP_FTP_PASSWORD";
    let mut known = sites(&["my-shop", "店铺", "商店"]);
    let credentials = computer.with_file(&[(variable, "x")]);
    let password = |name: &str, known: &[SiteName]| credentials.find(&site(name), None, known);
    assert_eq!(password("my-shop", &known).unwrap().password.expose_secret(), "x");
    assert_eq!(password("店铺", &known).unwrap_err(), CredentialError::NotFound, "names alone are no error");
    known.push(site("my.shop"));
    for (name, other) in [("my-shop", "my.shop"), ("my.shop", "my-shop")] {
        let expected =
            CredentialError::Ambiguous { variable: variable.into(), site: site(name), other: site(other) };
        assert_eq!(password(name, &known).unwrap_err(), expected);
        assert_eq!(expected.code(), Code::CredentialsAmbiguous);
        assert_eq!(credentials.username(&site(name), None, &known).unwrap_err(), expected);
        assert_eq!(credentials.get(StoreKind::Environment, &site(name), &known).unwrap_err(), expected);
        credentials.set(&site(name), None, &values(None, Some("from the file"))).unwrap();
        let found = credentials.find(&site(name), Some(StoreKind::File), &known).unwrap();
        assert_eq!(found.password.expose_secret(), "from the file");
    }
    let listed = credentials.list_in(StoreKind::Environment, &known);
    assert!(matches!(listed, Err(CredentialError::Ambiguous { .. })), "{listed:?}");
}

#[test]
fn the_named_store_comes_before_the_environment_and_that_before_the_chosen_one() {
    let computer = Computer::new();
    let kept = values(Some("file user"), Some("file password"));
    computer.with_file(&[]).set(&site("a"), None, &kept).unwrap();
    let (user, password) =
        (("SLIPWAY_A_FTP_USERNAME", "env user"), ("SLIPWAY_A_FTP_PASSWORD", "env password"));
    let (file, env) = (StoreKind::File, StoreKind::Environment);
    for (variables, named, expected) in [
        (vec![], None, Some(("file user", "file password", file))),
        (vec![user], None, Some(("env user", "file password", file))),
        (vec![password], None, Some(("", "env password", env))),
        (vec![user, password], None, Some(("env user", "env password", env))),
        (vec![user, password], Some(file), Some(("file user", "file password", file))),
        (vec![user, password], Some(env), Some(("env user", "env password", env))),
        (vec![user], Some(env), None),
    ] {
        let credentials = computer.with_file(&variables);
        let found = credentials.find(&site("a"), named, &[]);
        let Some((user, password, store)) = expected else {
            assert_eq!(found.unwrap_err(), CredentialError::NotFound);
            continue;
        };
        let found = found.unwrap();
        assert_eq!(
            (found.username.as_deref().unwrap_or_default(), found.password.expose_secret(), found.store),
            (user, password, store),
            "{variables:?} {named:?}"
        );
        let user = if user.is_empty() { "file user" } else { user };
        assert_eq!(credentials.username(&site("a"), named, &[]).unwrap().as_deref(), Some(user));
        let (one, _) = credentials.find_one(&site("a"), CredentialType::FtpPassword, named, &[]).unwrap();
        assert_eq!(one.expose_secret(), password);
        assert_eq!(credentials.find(&site("b"), named, &[]).unwrap_err(), CredentialError::NotFound);
    }
    // The password alone is what a job needs: a file that it can't open does not stop it.
    let job = computer.process(&[password]);
    let found = job.find(&site("a"), None, &[]).unwrap();
    assert_eq!((found.username, found.store), (None, env));
    assert_eq!(job.find(&site("b"), None, &[]).unwrap_err(), CredentialError::KeyMissing);
}

#[test]
fn a_store_is_asked_once_for_a_site() {
    let computer = Computer::new();
    let other_process = computer.with_file(&[]);
    let ours = computer.with_file(&[]);
    let set = |credentials: &Credentials, password| {
        credentials.set(&site("a"), None, &values(None, Some(password))).unwrap();
    };
    let found = |credentials: &Credentials| {
        credentials.find(&site("a"), None, &[]).unwrap().password.expose_secret().to_owned()
    };
    set(&other_process, "first");
    assert_eq!(found(&ours), "first");
    set(&other_process, "second");
    assert_eq!(found(&ours), "first", "it was not read again");
    ours.forget(&site("a"));
    assert_eq!(found(&ours), "second");
    set(&ours, "third");
    assert_eq!(found(&ours), "third");
    set(&other_process, "fourth");
    assert_eq!(plain(ours.get(StoreKind::File, &site("a"), &[]).unwrap()).1.as_deref(), Some("fourth"));
    assert_eq!(found(&ours), "fourth");
    ours.remove(&site("a"), None, &CredentialType::ALL).unwrap();
    assert_eq!(ours.find(&site("a"), None, &[]).unwrap_err(), CredentialError::NotFound);
    set(&other_process, "fifth");
    assert_eq!(found(&ours), "fifth", "that nothing was there is not kept in mind");
}

#[test]
fn the_choice_is_kept_and_said() {
    let computer = Computer::new();
    assert_eq!(computer.process(&[]).chosen().unwrap(), StoreKind::Keychain);
    computer.process(&[]).choose(StoreKind::File).unwrap();
    let credentials = computer.process(&[]);
    assert_eq!(credentials.chosen().unwrap(), StoreKind::File);
    let error = credentials.set(&site("a"), None, &values(None, Some("x"))).unwrap_err();
    assert_eq!((&error, error.code()), (&CredentialError::KeyMissing, Code::CredentialsKeyMissing));
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    credentials.ask_key_with(Arc::new(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        Ok("correct horse".into())
    }));
    assert_eq!(credentials.set(&site("a"), None, &values(None, Some("x"))).unwrap(), StoreKind::File);
    assert_eq!(credentials.find(&site("a"), None, &[]).unwrap().store, StoreKind::File);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    let statuses = credentials.stores().unwrap();
    let kinds: Vec<StoreKind> = statuses.iter().map(|status| status.kind).collect();
    assert_eq!(kinds, StoreKind::ALL);
    let [_, file, environment] = &statuses[..] else { panic!("{statuses:?}") };
    assert!(file.chosen && file.writable && file.available.is_ok(), "{file:?}");
    assert!(file.description.contains("credentials.sealed"), "{file:?}");
    assert!(!environment.chosen && !environment.writable && environment.available.is_ok(), "{environment:?}");
    let wrong = computer.process(&[(KEY_VARIABLE, "another")]).find(&site("a"), None, &[]).unwrap_err();
    assert_eq!((&wrong, wrong.code()), (&CredentialError::KeyWrong, Code::CredentialsKeyWrong));
    std::fs::write(computer.data.settings_file(), "{\"version\":3}").unwrap();
    let newer = computer.process(&[KEY]).find(&site("a"), None, &[]).unwrap_err();
    assert_eq!(newer.code(), Code::DataUnusable);
    assert!(newer.to_string().contains("newer Slipway"), "{newer}");
    assert_eq!(computer.process(&[KEY]).choose(StoreKind::File).unwrap_err(), newer);
    std::fs::write(computer.data.credentials_file(), "x").unwrap();
    let damaged = computer.process(&[KEY]).find(&site("a"), Some(StoreKind::File), &[]).unwrap_err();
    assert_eq!(damaged.code(), Code::CredentialsDamaged);
}

#[test]
fn nothing_shows_a_secret() {
    let computer = Computer::new();
    let credentials = computer.with_file(&[("SLIPWAY_A_FTP_PASSWORD", "s3cret")]);
    credentials.set(&site("b"), None, &values(Some("us3r"), Some("s3cret"))).unwrap();
    let found = credentials.find(&site("b"), None, &[]).unwrap();
    let kept: SiteCredentials = credentials.get(StoreKind::File, &site("b"), &[]).unwrap();
    let shown = format!(
        "{credentials:?} {found:?} {kept:?} {:?} {:?}",
        credentials.list_in(StoreKind::File, &[]),
        credentials.stores()
    );
    for secret in ["s3cret", "us3r", KEY.1] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let error = credentials.set(&site("b"), None, &values(None, Some("s3cret\n"))).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
}

#[test]
fn a_killed_writer_leaves_the_file_whole() {
    let names = [site("a"), site("b")];
    if let Some(folder) = std::env::var_os(FOLDER) {
        let data = DataDir::open(Some(folder.as_ref())).unwrap();
        let credentials = Credentials::with_environment(&data, |name| (name == KEY.0).then(|| KEY.1.into()));
        for i in 0.. {
            let text = format!("{i} of {}", names[i % 2]);
            credentials.set(&names[i % 2], Some(StoreKind::File), &values(None, Some(&text))).unwrap();
            println!("\nwrote {i}");
        }
        return;
    }
    let computer = Computer::new();
    let mut writer = again("credentials::a_killed_writer_leaves_the_file_whole")
        .env(FOLDER, computer.data.path())
        .spawn()
        .unwrap();
    let lines = BufReader::new(writer.stdout.take().unwrap()).lines().map(Result::unwrap);
    let told = lines.filter_map(|line| line.strip_prefix("wrote ")?.parse::<usize>().ok()).nth(8).unwrap();
    writer.kill().unwrap();
    writer.wait().unwrap();
    let credentials = computer.process(&[KEY]);
    for (at, name) in names.iter().enumerate() {
        let kept = plain(credentials.get(StoreKind::File, name, &[]).unwrap()).1.unwrap();
        let (number, of) = kept.split_once(" of ").unwrap();
        assert_eq!(of, name.as_str());
        let number: usize = number.parse().unwrap();
        assert!(number % 2 == at && number + 2 > told, "{number} {told}");
    }
    credentials.set(&names[0], Some(StoreKind::File), &values(None, Some("after"))).unwrap();
}
