//! What is kept for a site, and the two forms it is written in. Knows no store.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use slipway_core::{CredentialType, StoreKind};

use super::CredentialError;

/// What is kept for one site. Its `Debug` shows which types are there, and no value.
#[derive(Clone, Default)]
pub struct SiteCredentials {
    /// The user name at the server.
    pub username: Option<String>,
    /// The password at the server.
    pub password: Option<SecretString>,
}

impl SiteCredentials {
    /// One value alone.
    pub fn of(kind: CredentialType, value: &SecretString) -> Self {
        match kind {
            CredentialType::FtpUsername => {
                Self { username: Some(value.expose_secret().to_owned()), password: None }
            }
            CredentialType::FtpPassword => Self { username: None, password: Some(value.clone()) },
        }
    }

    /// The types that are there.
    pub fn types(&self) -> Vec<CredentialType> {
        CredentialType::ALL.into_iter().filter(|kind| self.text(*kind).is_some()).collect()
    }

    /// Whether nothing is there.
    pub fn is_empty(&self) -> bool {
        self.types().is_empty()
    }

    /// The value of this type.
    pub fn value(&self, kind: CredentialType) -> Option<SecretString> {
        self.text(kind).map(SecretString::from)
    }

    /// Refuses what would end or split an FTP command (RFC 959, section 5.3), and what is no value at all.
    ///
    /// # Errors
    /// [`CredentialError::Invalid`], which names the type and never the value.
    pub fn check(&self) -> Result<(), CredentialError> {
        for kind in CredentialType::ALL {
            if let Some(text) = self.text(kind) {
                check(text, name(kind))?;
            }
        }
        Ok(())
    }

    /// The same, and an error where there is nothing.
    pub(super) fn check_some(&self) -> Result<(), CredentialError> {
        if self.is_empty() {
            return Err(CredentialError::Invalid("neither a user name nor a password is given".to_owned()));
        }
        self.check()
    }

    /// Puts the newer values in the place of these; what is not among them stays.
    pub(super) fn merge(&mut self, newer: &Self) {
        if newer.username.is_some() {
            self.username.clone_from(&newer.username);
        }
        if newer.password.is_some() {
            self.password.clone_from(&newer.password);
        }
    }

    /// Takes these types away.
    ///
    /// # Errors
    /// [`CredentialError::NotFound`] where none of them is there.
    pub(super) fn take(&mut self, types: &[CredentialType]) -> Result<(), CredentialError> {
        let mut found = false;
        for kind in types {
            found |= match kind {
                CredentialType::FtpUsername => self.username.take().is_some(),
                CredentialType::FtpPassword => self.password.take().is_some(),
            };
        }
        if found { Ok(()) } else { Err(CredentialError::NotFound) }
    }

    /// Whether each value of `others` is here too.
    pub(super) fn holds(&self, others: &Self) -> bool {
        others.types().into_iter().all(|kind| self.text(kind) == others.text(kind))
    }

    fn text(&self, kind: CredentialType) -> Option<&str> {
        match kind {
            CredentialType::FtpUsername => self.username.as_deref(),
            CredentialType::FtpPassword => self.password.as_ref().map(ExposeSecret::expose_secret),
        }
    }
}

impl fmt::Debug for SiteCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SiteCredentials")?;
        f.debug_set().entries(self.types()).finish()
    }
}

/// What a login is made with. Its `Debug` shows the store, and no value.
#[derive(Clone)]
pub struct Found {
    /// The user name, where one is kept: it comes before the site's own.
    pub username: Option<String>,
    /// The password.
    pub password: SecretString,
    /// Where the password was found.
    pub store: StoreKind,
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Found").field("store", &self.store).finish_non_exhaustive()
    }
}

fn name(kind: CredentialType) -> &'static str {
    match kind {
        CredentialType::FtpUsername => "the user name",
        CredentialType::FtpPassword => "the password",
    }
}

/// Refuses the text under this name where it can't be sent.
pub(super) fn check(text: &str, what: &str) -> Result<(), CredentialError> {
    let problem = match text {
        "" => "is empty",
        _ if text.contains(['\r', '\n', '\0']) => "holds a line break or a NUL",
        _ => return Ok(()),
    };
    Err(CredentialError::Invalid(format!("{what} {problem}")))
}

/// The values as JSON: `SecretString` where they are read, `&str` where they are written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written<T> {
    /// The version of this form, where it stands alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) slipway: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ftp_username: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ftp_password: Option<T>,
}

impl<'a> Written<&'a str> {
    pub(super) fn new(slipway: Option<u32>, values: &'a SiteCredentials) -> Self {
        let text = |kind| values.text(kind);
        let (ftp_username, ftp_password) =
            (text(CredentialType::FtpUsername), text(CredentialType::FtpPassword));
        Self { slipway, ftp_username, ftp_password }
    }

    /// The most bytes of JSON that it takes: each byte of a value may become `\u00XX`.
    pub(super) fn longest(&self) -> usize {
        let length = |text: Option<&str>| text.map_or(0, |text| 6 * text.len());
        64 + length(self.ftp_username) + length(self.ftp_password)
    }
}

impl From<Written<SecretString>> for SiteCredentials {
    fn from(written: Written<SecretString>) -> Self {
        let username = written.ftp_username.map(|text| text.expose_secret().to_owned());
        Self { username, password: written.ftp_password }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_shows_a_value() {
        let values = SiteCredentials { username: Some("anna".into()), password: Some("s3cret".into()) };
        let found =
            Found { username: values.username.clone(), password: "s3cret".into(), store: StoreKind::File };
        assert_eq!(format!("{values:?}"), "SiteCredentials{FtpUsername, FtpPassword}");
        assert_eq!(format!("{found:?}"), "Found { store: File, .. }");
    }

    #[test]
    fn what_could_not_be_sent_is_refused() {
        for kind in CredentialType::ALL {
            for text in ["", "a\rDELE x", "a\nDELE x", "a\0DELE x"] {
                let error = SiteCredentials::of(kind, &text.into()).check().unwrap_err();
                assert!(
                    matches!(&error, CredentialError::Invalid(said) if !said.contains("DELE")),
                    "{error}"
                );
            }
            assert_eq!(SiteCredentials::of(kind, &" \u{fc}\t".into()).check(), Ok(()));
        }
        assert!(matches!(SiteCredentials::default().check_some(), Err(CredentialError::Invalid(_))));
    }

    #[test]
    fn the_longest_form_fits() {
        let values =
            SiteCredentials { username: Some("\u{1}".repeat(50)), password: Some("\u{7f}\u{1}".into()) };
        let written = Written::new(Some(u32::MAX), &values);
        assert!(serde_json::to_vec(&written).unwrap().len() <= written.longest());
    }
}
