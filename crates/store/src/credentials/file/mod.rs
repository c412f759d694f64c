//! Credentials in an encrypted file, for computers without a password store of the system.

mod cost;
mod format;
mod phrase;
mod seal;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;
use slipway_core::{Code, CredentialType, SiteName};

pub use phrase::{KEY_VARIABLE, KeyAsker, KeyFor};

use super::environment::Environment;
use super::values::Written;
use super::{CredentialError, CredentialStore, Listed, SiteCredentials};
use crate::data_dir::DataDir;
use crate::error::StoreError;
use crate::replace::replace;
use cost::Cost;
use format::Sealed;
use phrase::PassPhrase;
use seal::{Key, Refused};

type Content = BTreeMap<SiteName, SiteCredentials>;

/// An encrypted file.
#[derive(Debug)]
pub(super) struct FileStore {
    data: DataDir,
    file: PathBuf,
    cost: Cost,
    phrase: PassPhrase,
    unlocked: Mutex<Unlocked>,
}

/// What was found to be right, so that it is neither asked for nor worked out again.
#[derive(Debug, Default)]
struct Unlocked {
    phrase: Option<SecretString>,
    key: Option<Key>,
}

impl FileStore {
    pub(super) fn new(environment: Environment, data: &DataDir) -> Self {
        Self::with_cost(environment, data, Cost::STANDARD)
    }

    /// One that takes no time.
    #[cfg(test)]
    pub(super) fn cheap(environment: Environment, data: &DataDir) -> Self {
        Self::with_cost(environment, data, Cost::CHEAP)
    }

    fn with_cost(environment: Environment, data: &DataDir, cost: Cost) -> Self {
        Self {
            data: data.clone(),
            file: data.credentials_file(),
            cost,
            phrase: PassPhrase::new(environment),
            unlocked: Mutex::default(),
        }
    }

    pub(super) fn ask_key_with(&self, asker: KeyAsker) {
        self.phrase.ask_with(asker);
    }

    /// Whether it is in use, or was made ready for use: the file is there, or its pass phrase is in the environment.
    pub(super) fn is_set_up(&self) -> bool {
        self.file.exists() || self.phrase.is_given()
    }

    /// Opens the file with this pass phrase, and remembers it, whatever the environment or the asker says; makes the
    /// file where it is not there. A wrong one changes nothing.
    pub(super) fn unlock(&self, phrase: &SecretString) -> Result<(), CredentialError> {
        phrase::check(phrase, "the pass phrase")?;
        let mut unlocked = self.unlocked();
        if let Some(sealed) = self.sealed()? {
            let mut tried = Unlocked::default();
            self.open(&mut tried, phrase, &sealed)?;
            *unlocked = tried;
            return Ok(());
        }
        unlocked.phrase = Some(phrase.clone());
        drop(unlocked);
        self.change(|_| Ok(())).inspect_err(|_| self.unlocked().phrase = None)
    }

    /// What a pass phrase has to be handed in for before the file can be used; nothing where it is known, or can be
    /// asked for.
    pub(super) fn needed_key(&self) -> Option<KeyFor> {
        if self.unlocked().phrase.is_some() || self.phrase.can_be_had() {
            return None;
        }
        Some(if self.file.exists() { KeyFor::Open } else { KeyFor::Create })
    }

    fn unlocked(&self) -> MutexGuard<'_, Unlocked> {
        self.unlocked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file's content, still sealed; nothing where there is no file.
    fn sealed(&self) -> Result<Option<Sealed>, CredentialError> {
        let file = match fs::read(&self.file) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::io(&self.file)(error).into()),
        };
        Sealed::parse(&file).map(Some).map_err(|reason| self.damaged(reason))
    }

    fn read(&self) -> Result<Content, CredentialError> {
        let mut unlocked = self.unlocked();
        let Some(sealed) = self.sealed()? else { return Ok(Content::new()) };
        let phrase = self.phrase(&unlocked, KeyFor::Open)?;
        self.open(&mut unlocked, &phrase, &sealed)
    }

    /// The phrase that proved right before, else one that has yet to.
    fn phrase(&self, unlocked: &Unlocked, purpose: KeyFor) -> Result<SecretString, CredentialError> {
        unlocked.phrase.clone().map_or_else(|| self.phrase.get(purpose), Ok)
    }

    fn open(
        &self,
        unlocked: &mut Unlocked,
        phrase: &SecretString,
        sealed: &Sealed,
    ) -> Result<Content, CredentialError> {
        let known = unlocked.key.take().filter(|key| key.is_of(&sealed.header));
        let key = known.map_or_else(|| Key::of(phrase, &sealed.header), Ok);
        let opened = key.and_then(|key| Ok((key.open(sealed)?, key)));
        let (content, key) = opened.map_err(|refused| {
            // It may be asked for anew, if it came from a person.
            unlocked.phrase = None;
            self.refused(refused)
        })?;
        *unlocked = Unlocked { phrase: Some(phrase.clone()), key: Some(key) };
        let content: BTreeMap<SiteName, Written<SecretString>> = serde_json::from_slice(&content)
            .map_err(|_| self.damaged("its content is not what Slipway writes".to_owned()))?;
        Ok(content.into_iter().map(|(site, written)| (site, written.into())).collect())
    }

    fn change(
        &self,
        change: impl FnOnce(&mut Content) -> Result<(), CredentialError>,
    ) -> Result<(), CredentialError> {
        let mut unlocked = self.unlocked();
        let purpose = if self.sealed()?.is_some() { KeyFor::Open } else { KeyFor::Create };
        // Before other processes are kept waiting: a person may have to be asked.
        let phrase = self.phrase(&unlocked, purpose)?;
        let _lock = self.data.lock_briefly("credentials")?;
        let mut content = match self.sealed()? {
            Some(sealed) => self.open(&mut unlocked, &phrase, &sealed)?,
            None => Content::new(),
        };
        change(&mut content)?;
        let key = Key::create(&phrase, self.cost).map_err(|refused| self.refused(refused))?;
        let sealed = key.seal(&to_json(&content)?).map_err(|refused| self.refused(refused))?;
        replace(&self.file, &sealed)?;
        *unlocked = Unlocked { phrase: Some(phrase), key: Some(key) };
        Ok(())
    }

    fn refused(&self, refused: Refused) -> CredentialError {
        match refused {
            Refused::WrongKey => CredentialError::KeyWrong,
            Refused::Altered => self.damaged("the file was altered on purpose; do not trust it".to_owned()),
            Refused::Failed(reason) => CredentialError::Kept { code: Code::Unexpected, reason },
        }
    }

    fn damaged(&self, reason: String) -> CredentialError {
        CredentialError::Damaged { file: self.file.clone(), reason }
    }
}

fn to_json(content: &Content) -> Result<Zeroizing<Vec<u8>>, CredentialError> {
    let written: BTreeMap<_, _> =
        content.iter().map(|(site, values)| (site, Written::new(None, values))).collect();
    let longest = written.iter().map(|(site, values)| 6 * site.as_str().len() + values.longest()).sum();
    // Long enough from the start: growing would leave copies behind.
    let mut json = Zeroizing::new(Vec::with_capacity(longest));
    match serde_json::to_writer(&mut *json, &written) {
        Ok(()) => Ok(json),
        Err(error) => Err(CredentialError::Kept { code: Code::Unexpected, reason: error.to_string() }),
    }
}

impl CredentialStore for FileStore {
    fn describe(&self) -> String {
        format!("the encrypted file {}", self.file.display())
    }

    fn available(&self) -> Result<(), CredentialError> {
        self.sealed()?;
        if self.needed_key().is_none() { Ok(()) } else { Err(CredentialError::KeyMissing) }
    }

    fn get(&self, site: &SiteName, _: &[SiteName]) -> Result<SiteCredentials, CredentialError> {
        let values = self.read()?.remove(site).ok_or(CredentialError::NotFound)?;
        values.check()?;
        Ok(values)
    }

    fn set(&self, site: &SiteName, values: &SiteCredentials) -> Result<(), CredentialError> {
        values.check_some()?;
        self.change(|content| {
            content.entry(site.clone()).or_default().merge(values);
            Ok(())
        })
    }

    fn remove(&self, site: &SiteName, types: &[CredentialType]) -> Result<(), CredentialError> {
        if self.sealed()?.is_none() {
            return Err(CredentialError::NotFound);
        }
        self.change(|content| {
            let kept = content.get_mut(site).ok_or(CredentialError::NotFound)?;
            kept.take(types)?;
            if kept.is_empty() {
                content.remove(site);
            }
            Ok(())
        })
    }

    fn list(&self, _: &[SiteName]) -> Result<Listed, CredentialError> {
        let content = self.read()?;
        Ok(content.into_iter().map(|(site, values)| (site, values.types())).collect())
    }
}
