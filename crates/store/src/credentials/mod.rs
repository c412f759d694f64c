//! Passwords: where they are found and kept. Each kind of store is one file here; this one says in which order they
//! are asked.

mod environment;
mod error;
mod keychain;

use std::ffi::OsString;

use secrecy::{ExposeSecret, SecretString};
use slipway_core::SiteName;

pub use environment::{password_variable, username_variable};
pub use error::CredentialError;

use environment::Environment;

/// A place where passwords are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreKind {
    /// Environment variables. Only ever read.
    Environment,
    /// The system's password store: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.
    Keychain,
}

impl StoreKind {
    /// The name used in JSON and by the command.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "env",
            Self::Keychain => "keychain",
        }
    }
}

/// The passwords of all sites.
#[derive(Debug)]
pub struct Credentials {
    environment: Environment,
}

impl Credentials {
    /// Passwords from these environment variables and from this system's password store.
    pub fn new(environment: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self { environment: Environment::new(move |name| environment(name).map(OsString::from)) }
    }

    /// Passwords from the environment of this process and from this system's password store.
    pub fn system() -> Self {
        Self { environment: Environment::new(|name| std::env::var_os(name)) }
    }

    /// The user name that the environment gives for the site (`SLIPWAY_<SITE>_FTP_USERNAME`), which comes before
    /// the site's own.
    pub fn username(&self, site: &SiteName) -> Result<Option<String>, CredentialError> {
        self.environment.username(site)
    }

    /// The site's password and where it was found: in `SLIPWAY_<SITE>_FTP_PASSWORD`, else in the system's password
    /// store, which may ask the user to unlock it.
    pub fn password(&self, site: &SiteName) -> Result<(SecretString, StoreKind), CredentialError> {
        if let Some(password) = self.environment.password(site)? {
            return Ok((password, StoreKind::Environment));
        }
        let password = keychain::get(site)?;
        check(password.expose_secret(), "the password in the system's password store")?;
        Ok((password, StoreKind::Keychain))
    }

    /// Keeps the site's password in the system's password store, in the place of an earlier one.
    pub fn set_password(&self, site: &SiteName, password: &SecretString) -> Result<(), CredentialError> {
        check(password.expose_secret(), "the password")?;
        keychain::set(site, password)
    }

    /// Removes the site's password from the system's password store.
    ///
    /// # Errors
    /// [`CredentialError::NotFound`] where there is none.
    pub fn remove_password(&self, site: &SiteName) -> Result<(), CredentialError> {
        keychain::remove(site)
    }
}

/// Refuses what would end or split an FTP command (RFC 959, section 5.3), and what is no password at all.
fn check(text: &str, what: &str) -> Result<(), CredentialError> {
    let problem = match text {
        "" => "is empty",
        _ if text.contains(['\r', '\n', '\0']) => "holds a line break or a NUL",
        _ => return Ok(()),
    };
    Err(CredentialError::Invalid(format!("{what} {problem}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials() -> Credentials {
        Credentials::new(|name| match name {
            "SLIPWAY_MY_SHOP_FTP_PASSWORD" => Some("s3cret".into()),
            "SLIPWAY_MY_SHOP_FTP_USERNAME" => Some("anna".into()),
            "SLIPWAY_TWO_LINES_FTP_PASSWORD" => Some("a\r\nDELE x".into()),
            "SLIPWAY_TWO_LINES_FTP_USERNAME" => Some("a\nb".into()),
            "SLIPWAY_EMPTY_FTP_PASSWORD" => Some(String::new()),
            _ => None,
        })
    }

    fn site(name: &str) -> SiteName {
        SiteName::new(name).unwrap()
    }

    #[test]
    fn the_environment_comes_first() {
        let (password, kind) = credentials().password(&site("my shop")).unwrap();
        assert_eq!((password.expose_secret(), kind), ("s3cret", StoreKind::Environment));
        assert_eq!(credentials().username(&site("my shop")).unwrap().as_deref(), Some("anna"));
        assert_eq!(credentials().username(&site("other")).unwrap(), None);
    }

    #[test]
    fn what_could_not_be_sent_is_refused() {
        for name in ["two lines", "empty"] {
            let error = credentials().password(&site(name)).unwrap_err();
            assert!(matches!(error, CredentialError::Invalid(_)), "{error}");
            assert!(!error.to_string().contains("DELE") && error.to_string().contains("SLIPWAY_"), "{error}");
        }
        assert!(matches!(credentials().username(&site("two lines")), Err(CredentialError::Invalid(_))));
        for password in ["", "a\rb", "a\nb", "a\0b"] {
            let error = credentials().set_password(&site("a"), &password.into()).unwrap_err();
            assert!(matches!(error, CredentialError::Invalid(_)), "{error}");
        }
    }

    #[test]
    fn nothing_shows_a_password() {
        let shown = format!("{:?} {:?}", credentials(), credentials().password(&site("my shop")).unwrap());
        assert!(!shown.contains("s3cret"), "{shown}");
    }
}
