//! References in texts: `${NAME}`, `${env:NAME}`, `${cred:SITE:ftp_password}`, and `$$` for a dollar.

use std::ffi::OsString;

use secrecy::{ExposeSecret, SecretString};
use slipway_core::{CredentialType, SiteName, StoreKind};

/// Where references are looked up.
pub trait References {
    /// The environment variable of that name.
    fn environment(&self, name: &str) -> Option<OsString>;

    /// What is kept for the site, and where; else why there is nothing, in words without a secret.
    fn credential(&self, site: &SiteName, kind: CredentialType) -> Result<(SecretString, StoreKind), String>;
}

/// What a text can refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reference {
    Environment(String),
    Credential(SiteName, CredentialType),
}

/// Why a text with references can't be used. Holds none of the text but the reference itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// `$` that begins no reference.
    #[error("a dollar sign stands alone; write $$ for a dollar, or ${{NAME}} for an environment variable")]
    LoneDollar,
    /// `${` without `}`.
    #[error("a reference begins with ${{ and does not end with }}")]
    Open,
    /// Something between the braces that is no reference.
    #[error(
        "${{{0}}} is no reference; there are ${{NAME}}, ${{env:NAME}}, ${{cred:SITE:ftp_username}} and \
         ${{cred:SITE:ftp_password}}"
    )]
    Unknown(String),
    /// What it refers to is not there, or can't be used.
    #[error("{reference} stands for nothing: {why}")]
    Missing {
        /// The reference.
        reference: String,
        /// Why it stands for nothing.
        why: String,
    },
}

/// A text taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Reference(Spot),
}

/// A reference in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Spot {
    /// Where it begins, in bytes of the text.
    pub(super) at: usize,
    pub(super) reference: Reference,
    /// As it is written, with `${` and `}`.
    pub(super) written: String,
}

impl Spot {
    pub(super) fn is_credential(&self) -> bool {
        matches!(self.reference, Reference::Credential(..))
    }

    pub(super) fn is_password(&self) -> bool {
        matches!(self.reference, Reference::Credential(_, CredentialType::FtpPassword))
    }
}

/// Something wrong at a byte of a text.
pub(super) type Located = (usize, ReferenceError);

impl Template {
    pub(super) fn parse(text: &str) -> Result<Self, Located> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            plain.push_str(&rest[..dollar]);
            let at = text.len() - rest.len() + dollar;
            let after = &rest[dollar + 1..];
            if let Some(behind) = after.strip_prefix('$') {
                plain.push('$');
                rest = behind;
                continue;
            }
            let inner = after.strip_prefix('{').ok_or((at, ReferenceError::LoneDollar))?;
            let (inner, behind) = inner.split_once('}').ok_or((at, ReferenceError::Open))?;
            let reference = Reference::parse(inner);
            let unknown = || (at, ReferenceError::Unknown(inner.escape_debug().to_string()));
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            let written = format!("${{{inner}}}");
            parts.push(Part::Reference(Spot { at, reference: reference.ok_or_else(unknown)?, written }));
            rest = behind;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self { parts })
    }

    pub(super) fn references(&self) -> impl Iterator<Item = &Spot> {
        self.parts.iter().filter_map(|part| if let Part::Reference(spot) = part { Some(spot) } else { None })
    }

    pub(super) fn into_references(self) -> Vec<Spot> {
        let spot = |part| if let Part::Reference(spot) = part { Some(spot) } else { None };
        self.parts.into_iter().filter_map(spot).collect()
    }

    /// The text, where it refers to nothing.
    pub(super) fn literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The reference, where it is the whole text.
    pub(super) fn sole_reference(&self) -> Option<&Spot> {
        match self.parts.as_slice() {
            [Part::Reference(spot)] => Some(spot),
            _ => None,
        }
    }

    /// The text with everything it refers to, and where that was found; else all that can't be found.
    pub(super) fn expand(
        &self,
        lookup: &dyn References,
    ) -> Result<(SecretString, Vec<StoreKind>), Vec<Located>> {
        let (mut values, mut from, mut missing) = (Vec::new(), Vec::new(), Vec::new());
        for value in self.values(lookup) {
            match value {
                Ok((value, store)) => {
                    values.push(value);
                    from.extend(store);
                }
                Err(error) => missing.push(error),
            }
        }
        if missing.is_empty() { Ok((join(&values), from)) } else { Err(missing) }
    }

    fn values(
        &self,
        lookup: &dyn References,
    ) -> impl Iterator<Item = Result<(SecretString, Option<StoreKind>), Located>> {
        self.parts.iter().map(|part| match part {
            Part::Text(text) => Ok((text.as_str().into(), None)),
            Part::Reference(spot) => match spot.reference.look_up(lookup) {
                Ok((value, store)) => Ok((value, Some(store))),
                Err(why) => {
                    let reference = spot.written.clone();
                    Err((spot.at, ReferenceError::Missing { reference, why }))
                }
            },
        })
    }
}

fn join(values: &[SecretString]) -> SecretString {
    // Of the right size at once: a text that has to move leaves a copy of the secret behind.
    let length = values.iter().map(|value| value.expose_secret().len()).sum();
    let mut text = String::with_capacity(length);
    values.iter().for_each(|value| text.push_str(value.expose_secret()));
    text.into()
}

impl Reference {
    /// Reads what stands between the braces.
    fn parse(inner: &str) -> Option<Self> {
        if let Some(name) = inner.strip_prefix("env:") {
            let odd = |c: char| c == '=' || c == '$' || c.is_control();
            return (!name.is_empty() && !name.contains(odd)).then(|| Self::Environment(name.to_owned()));
        }
        if let Some(rest) = inner.strip_prefix("cred:") {
            let (site, kind) = rest.rsplit_once(':')?;
            return Some(Self::Credential(SiteName::new(site).ok()?, CredentialType::parse(kind)?));
        }
        let short = !inner.is_empty() && inner.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        short.then(|| Self::Environment(inner.to_owned()))
    }

    /// The environment variable that it refers to.
    pub(super) fn into_variable(self) -> Option<String> {
        match self {
            Self::Environment(name) => Some(name),
            Self::Credential(..) => None,
        }
    }

    fn look_up(&self, lookup: &dyn References) -> Result<(SecretString, StoreKind), String> {
        let ((value, store), what) = match self {
            Self::Environment(name) => {
                let value = lookup.environment(name);
                let value = value.ok_or_else(|| format!("the environment variable {name} is not set"))?;
                let value = value.into_string();
                let value =
                    value.map_err(|_| format!("the environment variable {name} is not valid Unicode"))?;
                ((value.into(), StoreKind::Environment), format!("the environment variable {name}"))
            }
            Self::Credential(site, kind) => {
                (lookup.credential(site, *kind)?, format!("the {} of \"{site}\"", kind.as_str()))
            }
        };
        if value.expose_secret().is_empty() { Err(format!("{what} is empty")) } else { Ok((value, store)) }
    }
}

/// The template that stands for exactly this text.
pub(super) fn escape(text: &str) -> String {
    text.replace('$', "$$")
}

/// The text that a template stands for, with everything it refers to: for values of a build's environment, just
/// before the build.
///
/// # Errors
/// Where the template can't be understood, or the first thing that can't be found.
pub fn expand_secret(template: &str, lookup: &dyn References) -> Result<SecretString, ReferenceError> {
    let template = Template::parse(template).map_err(|(_, error)| error)?;
    let values: Result<Vec<SecretString>, Located> =
        template.values(lookup).map(|value| value.map(|(value, _)| value)).collect();
    values.map(|values| join(&values)).map_err(|(_, error)| error)
}

#[cfg(test)]
#[path = "reference_tests.rs"]
mod tests;
