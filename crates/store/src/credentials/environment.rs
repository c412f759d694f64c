//! Credentials from environment variables, as jobs without a person have them. Only ever read.

use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use slipway_core::{CredentialType, SiteName};

use super::values::check;
use super::{CredentialError, CredentialStore, Listed, SiteCredentials};

/// The environment variable that holds the site's password.
pub fn password_variable(site: &SiteName) -> String {
    variable(&site.in_environment(), CredentialType::FtpPassword)
}

/// The environment variable that holds the site's user name.
pub fn username_variable(site: &SiteName) -> String {
    variable(&site.in_environment(), CredentialType::FtpUsername)
}

/// The environment variable for a site that is not known yet, as people are told of it.
pub(super) fn any_variable(kind: CredentialType) -> String {
    variable("<SITE>", kind)
}

fn variable(site: &str, kind: CredentialType) -> String {
    match kind {
        CredentialType::FtpUsername => format!("SLIPWAY_{site}_FTP_USERNAME"),
        CredentialType::FtpPassword => format!("SLIPWAY_{site}_FTP_PASSWORD"),
    }
}

type Lookup = dyn Fn(&str) -> Option<OsString> + Send + Sync;

/// The variables of this process, or what a test has in their place.
#[derive(Clone)]
pub(super) struct Environment(Arc<Lookup>);

impl Environment {
    pub(super) fn new(lookup: impl Fn(&str) -> Option<OsString> + Send + Sync + 'static) -> Self {
        Self(Arc::new(lookup))
    }

    /// The variable's text, where it is set.
    pub(super) fn text(&self, name: &str) -> Result<Option<SecretString>, CredentialError> {
        let Some(value) = (self.0)(name) else { return Ok(None) };
        match value.into_string() {
            Ok(text) => Ok(Some(text.into())),
            Err(_) => Err(CredentialError::Invalid(format!("{name} is not valid Unicode"))),
        }
    }

    pub(super) fn is_set(&self, name: &str) -> bool {
        (self.0)(name).is_some()
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment")
    }
}

#[derive(Debug)]
pub(super) struct EnvironmentStore {
    environment: Environment,
}

impl EnvironmentStore {
    pub(super) fn new(environment: Environment) -> Self {
        Self { environment }
    }

    /// Which variables are set for the site. Only those that are set can be mixed up.
    fn types(&self, site: &SiteName, known: &[SiteName]) -> Result<Vec<CredentialType>, CredentialError> {
        let form = site.in_environment();
        let is_set = |kind: &CredentialType| self.environment.is_set(&variable(&form, *kind));
        let types: Vec<CredentialType> = CredentialType::ALL.into_iter().filter(is_set).collect();
        let other = known.iter().find(|other| *other != site && other.in_environment() == form);
        match (types.first(), other) {
            (Some(kind), Some(other)) => Err(CredentialError::Ambiguous {
                variable: variable(&form, *kind),
                site: site.clone(),
                other: other.clone(),
            }),
            _ => Ok(types),
        }
    }
}

impl CredentialStore for EnvironmentStore {
    fn describe(&self) -> String {
        let [username, password] = CredentialType::ALL.map(any_variable);
        format!("environment variables {username} and {password}")
    }

    fn available(&self) -> Result<(), CredentialError> {
        Ok(())
    }

    fn get(&self, site: &SiteName, known: &[SiteName]) -> Result<SiteCredentials, CredentialError> {
        let form = site.in_environment();
        let mut values = SiteCredentials::default();
        for kind in self.types(site, known)? {
            let name = variable(&form, kind);
            let Some(text) = self.environment.text(&name)? else { continue };
            check(text.expose_secret(), &name)?;
            values.merge(&SiteCredentials::of(kind, &text));
        }
        if values.is_empty() { Err(CredentialError::NotFound) } else { Ok(values) }
    }

    fn set(&self, _: &SiteName, _: &SiteCredentials) -> Result<(), CredentialError> {
        Err(CredentialError::ReadOnly)
    }

    fn remove(&self, _: &SiteName, _: &[CredentialType]) -> Result<(), CredentialError> {
        Err(CredentialError::ReadOnly)
    }

    fn list(&self, known: &[SiteName]) -> Result<Listed, CredentialError> {
        let mut listed = Vec::new();
        for site in known {
            let types = self.types(site, known)?;
            if !types.is_empty() {
                listed.push((site.clone(), types));
            }
        }
        Ok(listed)
    }
}
