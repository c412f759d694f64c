//! Passwords and user names from environment variables, as jobs without a person have them.

use std::ffi::OsString;
use std::fmt;

use secrecy::SecretString;
use slipway_core::SiteName;

use super::{CredentialError, check};

/// The environment variable that holds the site's password.
pub fn password_variable(site: &SiteName) -> String {
    format!("SLIPWAY_{}_FTP_PASSWORD", site.in_environment())
}

/// The environment variable that holds the site's user name.
pub fn username_variable(site: &SiteName) -> String {
    format!("SLIPWAY_{}_FTP_USERNAME", site.in_environment())
}

type Lookup = dyn Fn(&str) -> Option<OsString> + Send + Sync;

pub(super) struct Environment(Box<Lookup>);

impl Environment {
    pub(super) fn new(lookup: impl Fn(&str) -> Option<OsString> + Send + Sync + 'static) -> Self {
        Self(Box::new(lookup))
    }

    pub(super) fn password(&self, site: &SiteName) -> Result<Option<SecretString>, CredentialError> {
        Ok(self.text(&password_variable(site))?.map(SecretString::from))
    }

    pub(super) fn username(&self, site: &SiteName) -> Result<Option<String>, CredentialError> {
        self.text(&username_variable(site))
    }

    fn text(&self, name: &str) -> Result<Option<String>, CredentialError> {
        let Some(value) = (self.0)(name) else { return Ok(None) };
        let Ok(text) = value.into_string() else {
            return Err(CredentialError::Invalid(format!("{name} is not valid Unicode")));
        };
        check(&text, name)?;
        Ok(Some(text))
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment")
    }
}
