//! Credentials in the system's password store, one item a site: service "Slipway", account the site's name.
//!
//! The store may wait for a person (to unlock it) or for a process that never answers, and can't be told to stop.
//! So each call runs on a thread of its own that is left behind when it takes too long.

mod item;
#[cfg_attr(target_os = "linux", path = "linux.rs")]
#[cfg_attr(target_os = "macos", path = "macos.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod system;

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use keyring_core::{CredentialStore as Keyring, Error};
use secrecy::{ExposeSecret, SecretString};
use slipway_core::{CredentialType, SiteName};

use super::environment::any_variable;
use super::{CredentialError, CredentialStore, Listed, SiteCredentials, password_variable};
use crate::data_dir::DataDir;

/// Under which name the items are kept.
const SERVICE: &str = "Slipway";

/// How long the store may take to answer at all.
const ANSWER: Duration = Duration::from_secs(30);

/// How long a person may take to unlock it.
const PERSON: Duration = Duration::from_secs(120);

/// What a system's own error comes to.
#[allow(dead_code, reason = "no system has all of them")]
enum Trouble {
    Locked,
    Denied,
    NoStore,
    Other,
}

/// This system's password store.
#[derive(Debug)]
pub(super) struct KeychainStore {
    data: DataDir,
}

impl KeychainStore {
    /// The folder is the one that processes which change the same item wait for each other in.
    pub(super) fn new(data: &DataDir) -> Self {
        Self { data: data.clone() }
    }

    fn read(&self, site: &SiteName) -> Result<SiteCredentials, CredentialError> {
        let account = site.as_str().to_owned();
        let text = ask(password_variable(site), ANSWER, move |keyring| {
            system::entry(keyring, &account)?.get_password().map(SecretString::from)
        })?;
        let values = item::decode(&text)?;
        if values.is_empty() { Err(CredentialError::NotFound) } else { Ok(values) }
    }

    fn write(&self, site: &SiteName, values: &SiteCredentials) -> Result<(), CredentialError> {
        let account = site.as_str().to_owned();
        let text = item::encode(values)?;
        ask(password_variable(site), ANSWER, move |keyring| {
            system::entry(keyring, &account)?.set_password(text.expose_secret())
        })
    }
}

impl CredentialStore for KeychainStore {
    fn describe(&self) -> String {
        system::DESCRIPTION.to_owned()
    }

    fn available(&self) -> Result<(), CredentialError> {
        let variable = any_variable(CredentialType::FtpPassword);
        let not_there = |reason| CredentialError::Unavailable { reason, variable: variable.clone() };
        // Nothing waits for a person here.
        let checked = on_a_thread(system::check)?;
        let answer = wait(&checked, ANSWER, || not_there(no_answer(ANSWER)))?;
        answer.map_err(|error| match understood(error, &variable) {
            CredentialError::Failed(reason) => not_there(reason),
            error => error,
        })
    }

    fn get(&self, site: &SiteName, _: &[SiteName]) -> Result<SiteCredentials, CredentialError> {
        let values = self.read(site)?;
        values.check()?;
        Ok(values)
    }

    fn set(&self, site: &SiteName, values: &SiteCredentials) -> Result<(), CredentialError> {
        values.check_some()?;
        let _lock = self.data.lock_briefly("keychain")?;
        let mut kept = match self.read(site) {
            Err(CredentialError::NotFound) => SiteCredentials::default(),
            kept => kept?,
        };
        kept.merge(values);
        self.write(site, &kept)
    }

    fn remove(&self, site: &SiteName, types: &[CredentialType]) -> Result<(), CredentialError> {
        let _lock = self.data.lock_briefly("keychain")?;
        let mut kept = self.read(site)?;
        kept.take(types)?;
        if !kept.is_empty() {
            return self.write(site, &kept);
        }
        let account = site.as_str().to_owned();
        ask(password_variable(site), ANSWER, move |keyring| {
            system::entry(keyring, &account)?.delete_credential()
        })
    }

    fn list(&self, _: &[SiteName]) -> Result<Listed, CredentialError> {
        let mut listed = ask(any_variable(CredentialType::FtpPassword), ANSWER, list)?;
        listed.sort();
        listed.dedup_by(|a, b| a.0 == b.0);
        Ok(listed)
    }
}

fn list(keyring: &Keyring) -> keyring_core::Result<Listed> {
    let mut listed = Vec::new();
    for entry in system::search(keyring)? {
        // Other programs may have items that a search finds too.
        let Some((service, account)) = entry.get_specifiers() else { continue };
        let Ok(site) = SiteName::new(&account) else { continue };
        if service != SERVICE {
            continue;
        }
        let types = match entry.get_password() {
            Ok(text) => item::decode(&text.into()).map(|values| values.types()).unwrap_or_default(),
            Err(Error::NoEntry) => continue,
            Err(Error::BadEncoding(_)) => Vec::new(),
            Err(error) => return Err(error),
        };
        listed.push((site, types));
    }
    Ok(listed)
}

/// Has the password store do something. Where there is none, the error names the variable.
fn ask<T: Send + 'static>(
    variable: String,
    answer: Duration,
    work: impl FnOnce(&Keyring) -> keyring_core::Result<T> + Send + 'static,
) -> Result<T, CredentialError> {
    let unavailable = |reason| CredentialError::Unavailable { reason, variable: variable.clone() };
    let (opened, when_opened) = mpsc::channel();
    let done = on_a_thread(move || {
        let keyring = system::open();
        // Nobody listens any more where it took too long.
        let _ = opened.send(keyring.as_ref().map(|_| ()).map_err(chain));
        keyring.and_then(|keyring| work(&*keyring))
    })?;
    wait(&when_opened, answer, || unavailable(no_answer(answer)))?.map_err(unavailable)?;
    // It answered a moment ago: what takes so long is a question to a person.
    let result = wait(&done, PERSON, || CredentialError::Locked)?;
    result.map_err(|error| understood(error, &variable))
}

fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<Receiver<T>, CredentialError> {
    let (done, when_done) = mpsc::channel();
    thread::Builder::new()
        .name("keychain".to_owned())
        .spawn(move || {
            let _ = done.send(work());
        })
        .map_err(|error| CredentialError::Failed(error.to_string()))?;
    Ok(when_done)
}

fn no_answer(limit: Duration) -> String {
    format!("no answer within {} s", limit.as_secs_f32())
}

fn understood(error: Error, variable: &str) -> CredentialError {
    match error {
        Error::NoEntry => CredentialError::NotFound,
        Error::Invalid(..) | Error::TooLong(..) | Error::BadEncoding(_) => {
            CredentialError::Invalid(format!("the system's password store can't hold the password: {error}"))
        }
        Error::NoStorageAccess(ref cause) | Error::PlatformFailure(ref cause) => match system::trouble(cause)
        {
            Trouble::Locked => CredentialError::Locked,
            Trouble::Denied => CredentialError::Denied,
            Trouble::NoStore => {
                CredentialError::Unavailable { reason: chain(&error), variable: variable.to_owned() }
            }
            Trouble::Other => CredentialError::Failed(chain(&error)),
        },
        error => CredentialError::Failed(chain(&error)),
    }
}

fn wait<T>(
    answer: &Receiver<T>,
    limit: Duration,
    too_long: impl FnOnce() -> CredentialError,
) -> Result<T, CredentialError> {
    answer.recv_timeout(limit).map_err(|error| match error {
        RecvTimeoutError::Timeout => too_long(),
        RecvTimeoutError::Disconnected => CredentialError::Failed("it broke off".to_owned()),
    })
}

/// What the error says of itself and its causes.
fn chain(error: &Error) -> String {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    let mut said: Vec<String> = Vec::new();
    for text in causes.map(ToString::to_string) {
        // Most of them repeat their cause.
        if !said.iter().any(|earlier| earlier.contains(&text)) {
            said.push(text);
        }
    }
    said.join(": ")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    use super::*;

    #[test]
    fn a_bus_that_never_answers_is_not_waited_for() {
        let name = "credentials::keychain::tests::a_bus_that_never_answers_is_not_waited_for";
        if std::env::var_os("SLIPWAY_TEST_INSIDE").is_some() {
            let variable = "SLIPWAY_SHOP_FTP_PASSWORD".to_owned();
            let error = ask(variable.clone(), Duration::from_millis(50), list).unwrap_err();
            let reason = "no answer within 0.05 s".to_owned();
            assert_eq!(error, CredentialError::Unavailable { reason, variable });
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("bus");
        // The system takes connections for it; nobody ever reads from them.
        let _mute = UnixListener::bind(&socket).unwrap();
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name])
            .env("SLIPWAY_TEST_INSIDE", "1")
            .env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", socket.display()))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }
}
