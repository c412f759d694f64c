//! Where the pass phrase of the encrypted file comes from: an environment variable, else a person.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};

use super::super::CredentialError;
use super::super::environment::Environment;

/// The environment variable that holds the pass phrase of the encrypted file.
pub const KEY_VARIABLE: &str = "SLIPWAY_CREDENTIALS_KEY";

/// What a pass phrase is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFor {
    /// To open the file that is there.
    Open,
    /// To make the file: the person chooses it now, and should type it twice.
    Create,
}

/// Asks a person for the pass phrase. Must not call [`Credentials`](super::super::Credentials): others wait there for
/// the answer. A person who does not want to is [`CredentialError::Denied`].
pub type KeyAsker = Arc<dyn Fn(KeyFor) -> Result<SecretString, CredentialError> + Send + Sync>;

pub(super) struct PassPhrase {
    environment: Environment,
    asker: Mutex<Option<KeyAsker>>,
}

impl PassPhrase {
    pub(super) fn new(environment: Environment) -> Self {
        Self { environment, asker: Mutex::default() }
    }

    pub(super) fn ask_with(&self, asker: KeyAsker) {
        *self.asker.lock().unwrap_or_else(PoisonError::into_inner) = Some(asker);
    }

    /// Whether the pass phrase is in the environment.
    pub(super) fn is_given(&self) -> bool {
        self.environment.is_set(KEY_VARIABLE)
    }

    /// Whether it is in the environment, or there is someone to ask.
    pub(super) fn can_be_had(&self) -> bool {
        self.is_given() || self.asker().is_some()
    }

    pub(super) fn get(&self, purpose: KeyFor) -> Result<SecretString, CredentialError> {
        let (phrase, name) = match self.environment.text(KEY_VARIABLE)? {
            Some(phrase) => (phrase, KEY_VARIABLE),
            None => {
                let asker = self.asker().ok_or(CredentialError::KeyMissing)?;
                (asker(purpose)?, "the pass phrase")
            }
        };
        check(&phrase, name)?;
        Ok(phrase)
    }

    fn asker(&self) -> Option<KeyAsker> {
        self.asker.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Whether it can be a pass phrase; `name` is what people call it.
pub(super) fn check(phrase: &SecretString, name: &str) -> Result<(), CredentialError> {
    if phrase.expose_secret().is_empty() {
        return Err(CredentialError::Invalid(format!("{name} is empty")));
    }
    Ok(())
}

impl fmt::Debug for PassPhrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PassPhrase")
    }
}
