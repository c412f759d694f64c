//! All stores of this computer, and in which order they are asked.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use secrecy::{ExposeSecret, SecretString};
use slipway_core::{CredentialType, SiteName, StoreKind};

use super::environment::{Environment, EnvironmentStore};
use super::file::FileStore;
use super::keychain::KeychainStore;
use super::moving::{copy_all, move_all};
use super::{CredentialError, CredentialStore, Found, KeyAsker, KeyFor, Listed, SiteCredentials};
use crate::data_dir::DataDir;
use crate::settings::Settings;

/// The credentials of all sites.
pub struct Credentials {
    data: DataDir,
    keychain: KeychainStore,
    file: FileStore,
    environment: EnvironmentStore,
    /// What was read: a system's password store may ask a person each time.
    read: Mutex<HashMap<(StoreKind, SiteName), SiteCredentials>>,
}

/// What a store keeps, without values, or why that can't be told.
pub type ListedIn = (StoreKind, Result<Listed, CredentialError>);

/// How a store stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreStatus {
    /// The store.
    pub kind: StoreKind,
    /// Where it keeps things, in words.
    pub description: String,
    /// Whether it can be used here, as far as can be told without unlocking it.
    pub available: Result<(), CredentialError>,
    /// Whether credentials are kept there unless told otherwise.
    pub chosen: bool,
    /// Whether something can be kept there at all.
    pub writable: bool,
}

impl Credentials {
    /// Credentials from the environment of this process, this system's password store and the folder's encrypted
    /// file.
    pub fn system(data: &DataDir) -> Self {
        Self::with_environment(data, |name| std::env::var_os(name))
    }

    /// The same, with these in the place of this process's environment variables.
    pub fn with_environment(
        data: &DataDir,
        lookup: impl Fn(&str) -> Option<OsString> + Send + Sync + 'static,
    ) -> Self {
        let environment = Environment::new(lookup);
        Self {
            data: data.clone(),
            keychain: KeychainStore::new(data),
            file: FileStore::new(environment.clone(), data),
            environment: EnvironmentStore::new(environment),
            read: Mutex::default(),
        }
    }

    /// Has this asked for the encrypted file's pass phrase where [`KEY_VARIABLE`](super::KEY_VARIABLE) is not set:
    /// once, and again only after a wrong answer. Without it, that is [`CredentialError::KeyMissing`].
    pub fn ask_key_with(&self, asker: KeyAsker) {
        self.file.ask_key_with(asker);
    }

    /// Opens the encrypted file with this pass phrase for as long as this lives, and makes it where it is not there.
    ///
    /// # Errors
    /// [`CredentialError::KeyWrong`] for another pass phrase than the file's: nothing is changed then.
    pub fn unlock_file(&self, phrase: &SecretString) -> Result<(), CredentialError> {
        self.file.unlock(phrase)
    }

    /// What a pass phrase has to be handed in for by [`Self::unlock_file`] before the encrypted file can be used; nothing
    /// where it is known, or can be asked for.
    pub fn needed_key(&self) -> Option<KeyFor> {
        self.file.needed_key()
    }

    /// What the site is logged in to with. Each type is looked up in `named` alone where it is given, else in the
    /// environment, else in the chosen store, which is asked at most once for a site (see [`Self::forget`]). Where the
    /// password is in the environment the chosen store is not asked for a user name: a job without a person has both
    /// there, and nobody who could unlock a store.
    /// `known` are the names of all sites, which environment variables may mix up.
    ///
    /// # Errors
    /// [`CredentialError::NotFound`] where there is no password.
    pub fn find(
        &self,
        site: &SiteName,
        named: Option<StoreKind>,
        known: &[SiteName],
    ) -> Result<Found, CredentialError> {
        let (password, store) = self.find_one(site, CredentialType::FtpPassword, named, known)?;
        let username = match self.find_one(site, CredentialType::FtpUsername, Some(store), known) {
            Ok((username, _)) => Some(username.expose_secret().to_owned()),
            Err(CredentialError::NotFound) => None,
            Err(error) => return Err(error),
        };
        let username = match named {
            None => or_none(self.environment.get(site, known))?.username.or(username),
            Some(_) => username,
        };
        Ok(Found { username, password, store })
    }

    /// One value and where it was found, looked up as by [`Self::find`].
    ///
    /// # Errors
    /// [`CredentialError::NotFound`] where it is nowhere.
    pub fn find_one(
        &self,
        site: &SiteName,
        kind: CredentialType,
        named: Option<StoreKind>,
        known: &[SiteName],
    ) -> Result<(SecretString, StoreKind), CredentialError> {
        if named.is_none()
            && let Some(value) = or_none(self.environment.get(site, known))?.value(kind)
        {
            return Ok((value, StoreKind::Environment));
        }
        let store = named.map_or_else(|| self.chosen(), Ok)?;
        let value = self.once(store, site, known)?.value(kind).ok_or(CredentialError::NotFound)?;
        Ok((value, store))
    }

    /// The user name that is kept for the site, looked up as by [`Self::find`]; it comes before the site's own. None
    /// where the computer has no password store.
    pub fn username(
        &self,
        site: &SiteName,
        named: Option<StoreKind>,
        known: &[SiteName],
    ) -> Result<Option<String>, CredentialError> {
        match self.find_one(site, CredentialType::FtpUsername, named, known) {
            Ok((username, _)) => Ok(Some(username.expose_secret().to_owned())),
            Err(CredentialError::NotFound | CredentialError::Unavailable { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All that this store keeps for the site, read anew.
    pub fn get(
        &self,
        kind: StoreKind,
        site: &SiteName,
        known: &[SiteName],
    ) -> Result<SiteCredentials, CredentialError> {
        self.forget(site);
        self.once(kind, site, known)
    }

    /// Keeps values in the named store, else in the chosen one, and says in which. Types that are not among them
    /// stay as they are.
    pub fn set(
        &self,
        site: &SiteName,
        named: Option<StoreKind>,
        values: &SiteCredentials,
    ) -> Result<StoreKind, CredentialError> {
        values.check_some()?;
        let kind = named.map_or_else(|| self.chosen(), Ok)?;
        let result = self.store(kind).set(site, values);
        self.forget(site);
        result.map(|()| kind)
    }

    /// Removes these types from the named store, else from the chosen one, and says from which.
    ///
    /// # Errors
    /// [`CredentialError::NotFound`] where none of them is kept there.
    pub fn remove(
        &self,
        site: &SiteName,
        named: Option<StoreKind>,
        types: &[CredentialType],
    ) -> Result<StoreKind, CredentialError> {
        let kind = named.map_or_else(|| self.chosen(), Ok)?;
        let result = self.store(kind).remove(site, types);
        self.forget(site);
        result.map(|()| kind)
    }

    /// Reads the site's credentials anew the next time: after a refused login, another process may have changed them.
    pub fn forget(&self, site: &SiteName) {
        self.cache().retain(|(_, cached), _| cached != site);
    }

    /// What is kept, without values, in each store that is there. A password store that this system does not have is
    /// left out unless it is the chosen one.
    ///
    /// # Errors
    /// When the choice can't be read.
    pub fn list(&self, known: &[SiteName]) -> Result<Vec<ListedIn>, CredentialError> {
        let chosen = self.chosen()?;
        let all = StoreKind::ALL.map(|kind| (kind, self.list_in(kind, known)));
        let is_there = |(kind, listed): &(_, _)| {
            *kind == chosen || !matches!(listed, Err(CredentialError::Unavailable { .. }))
        };
        Ok(all.into_iter().filter(is_there).collect())
    }

    /// What this store keeps, without values, by the sites' names. A file that is not there keeps nothing.
    /// The environment is looked through for the sites in `known`.
    pub fn list_in(&self, kind: StoreKind, known: &[SiteName]) -> Result<Listed, CredentialError> {
        self.store(kind).list(known)
    }

    /// Every store, and how it stands. Unlocks none.
    ///
    /// # Errors
    /// When the choice can't be read.
    pub fn stores(&self) -> Result<Vec<StoreStatus>, CredentialError> {
        let chosen = self.chosen()?;
        let status = |kind| {
            let store = self.store(kind);
            StoreStatus {
                kind,
                description: store.describe(),
                available: store.available(),
                chosen: kind == chosen,
                writable: writable(kind),
            }
        };
        Ok(StoreKind::ALL.map(status).into())
    }

    /// Has credentials kept in this store from now on. Those that are kept elsewhere stay there.
    ///
    /// # Errors
    /// [`CredentialError::ReadOnly`] for the environment.
    pub fn choose(&self, kind: StoreKind) -> Result<(), CredentialError> {
        if !writable(kind) {
            return Err(CredentialError::ReadOnly);
        }
        Ok(Settings::change(&self.data, |settings| settings.credential_store = Some(kind))?)
    }

    /// The store that credentials are kept in: the one that was chosen, else the system's password store; where
    /// there is none and the encrypted file is there or its pass phrase in the environment, that file.
    pub fn chosen(&self) -> Result<StoreKind, CredentialError> {
        if let Some(kind) = Settings::read(&self.data)?.credential_store {
            return Ok(kind);
        }
        let no_keychain = || matches!(self.keychain.available(), Err(CredentialError::Unavailable { .. }));
        Ok(if self.file.is_set_up() && no_keychain() { StoreKind::File } else { StoreKind::Keychain })
    }

    /// Moves all that one store keeps into another, in the place of what is there for the same sites: copies it,
    /// reads it back, and only then removes it. Does not change which store is chosen. On an error nothing is lost;
    /// what was copied by then is in both.
    pub fn move_all(&self, from: StoreKind, to: StoreKind) -> Result<Vec<SiteName>, CredentialError> {
        if !writable(from) || !writable(to) {
            return Err(CredentialError::ReadOnly);
        }
        if from == to {
            return Err(CredentialError::Invalid("both stores are the same".to_owned()));
        }
        let result = move_all(self.store(from), self.store(to));
        self.cache().clear();
        result
    }

    /// Chooses another store, and brings along what is kept in the one that was chosen until now, but for the sites of
    /// `stay`: copies it, reads it back, chooses, and only then removes it there. A password store that this computer
    /// does not have keeps nothing. On an error the choice stays, and nothing is removed.
    pub fn change_to(&self, to: StoreKind, stay: &[SiteName]) -> Result<(), CredentialError> {
        let from = self.chosen()?;
        if from == to || !writable(to) {
            return self.choose(to);
        }
        self.store(to).available()?;
        let copied = match self.store(from).available() {
            Err(CredentialError::Unavailable { .. }) => Vec::new(),
            _ => copy_all(self.store(from), self.store(to), stay)?,
        };
        self.choose(to)?;
        for (site, types) in &copied {
            if let Err(error) = self.store(from).remove(site, types) {
                tracing::warn!(%error, %site, store = from.as_str(), "a copy stays where it was kept before");
            }
        }
        self.cache().clear();
        Ok(())
    }

    fn store(&self, kind: StoreKind) -> &dyn CredentialStore {
        match kind {
            StoreKind::Keychain => &self.keychain,
            StoreKind::File => &self.file,
            StoreKind::Environment => &self.environment,
        }
    }

    /// What the store keeps for the site, read the first time only. Held while it is read, so that a person is not
    /// asked twice at the same time.
    fn once(
        &self,
        kind: StoreKind,
        site: &SiteName,
        known: &[SiteName],
    ) -> Result<SiteCredentials, CredentialError> {
        if kind == StoreKind::Environment {
            return self.environment.get(site, known);
        }
        let mut cache = self.cache();
        let at = (kind, site.clone());
        if let Some(values) = cache.get(&at) {
            return Ok(values.clone());
        }
        let values = self.store(kind).get(site, known)?;
        cache.insert(at, values.clone());
        Ok(values)
    }

    fn cache(&self) -> MutexGuard<'_, HashMap<(StoreKind, SiteName), SiteCredentials>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("data", &self.data).finish_non_exhaustive()
    }
}

fn writable(kind: StoreKind) -> bool {
    kind != StoreKind::Environment
}

fn or_none(kept: Result<SiteCredentials, CredentialError>) -> Result<SiteCredentials, CredentialError> {
    match kept {
        Err(CredentialError::NotFound) => Ok(SiteCredentials::default()),
        kept => kept,
    }
}
