//! Passwords in the system's password store, one item a site: service "Slipway", account the site's name.
//!
//! The store may wait for a person (to unlock it) or for a process that never answers, and can't be told to stop.
//! So each call runs on a thread of its own that is left behind when it takes too long.

#[cfg_attr(target_os = "linux", path = "linux.rs")]
#[cfg_attr(target_os = "macos", path = "macos.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod system;

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use keyring_core::{Entry, Error};
use secrecy::{ExposeSecret, SecretString};
use slipway_core::SiteName;

use super::{CredentialError, password_variable};

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

pub(super) fn get(site: &SiteName) -> Result<SecretString, CredentialError> {
    ask(site, ANSWER, |entry| entry.get_password().map(SecretString::from))
}

pub(super) fn set(site: &SiteName, password: &SecretString) -> Result<(), CredentialError> {
    let password = password.clone();
    ask(site, ANSWER, move |entry| entry.set_password(password.expose_secret()))
}

pub(super) fn remove(site: &SiteName) -> Result<(), CredentialError> {
    ask(site, ANSWER, Entry::delete_credential)
}

fn ask<T: Send + 'static>(
    site: &SiteName,
    answer: Duration,
    work: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
) -> Result<T, CredentialError> {
    let unavailable = |reason| CredentialError::Unavailable { reason, variable: password_variable(site) };
    let (opened, when_opened) = mpsc::channel();
    let (done, when_done) = mpsc::channel();
    let account = site.as_str().to_owned();
    thread::Builder::new()
        .name("keychain".to_owned())
        .spawn(move || {
            let entry = system::open(&account);
            // Nobody listens any more where it took too long.
            let _ = opened.send(entry.as_ref().map(|_| ()).map_err(chain));
            if let Ok(entry) = entry {
                let _ = done.send(work(&entry));
            }
        })
        .map_err(|error| CredentialError::Failed(error.to_string()))?;
    let no_answer = || unavailable(format!("no answer within {} s", answer.as_secs_f32()));
    wait(&when_opened, answer, no_answer)?.map_err(unavailable)?;
    // It answered a moment ago: what takes so long is a question to a person.
    let result = wait(&when_done, PERSON, || CredentialError::Locked)?;
    result.map_err(|error| match error {
        Error::NoEntry => CredentialError::NotFound,
        Error::Invalid(..) | Error::TooLong(..) | Error::BadEncoding(_) => {
            CredentialError::Invalid(format!("the system's password store can't hold the password: {error}"))
        }
        Error::NoStorageAccess(ref cause) | Error::PlatformFailure(ref cause) => match system::trouble(cause)
        {
            Trouble::Locked => CredentialError::Locked,
            Trouble::Denied => CredentialError::Denied,
            Trouble::NoStore => unavailable(chain(&error)),
            Trouble::Other => CredentialError::Failed(chain(&error)),
        },
        error => CredentialError::Failed(chain(&error)),
    })
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
            let site = SiteName::new("shop").unwrap();
            let error = ask(&site, Duration::from_millis(50), Entry::get_password).unwrap_err();
            let reason = "no answer within 0.05 s".to_owned();
            let variable = "SLIPWAY_SHOP_FTP_PASSWORD".to_owned();
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
