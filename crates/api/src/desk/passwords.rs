//! Requests about passwords. What is handed in never comes back out.

use secrecy::SecretString;
use slipway_core::{Code, Failure, SiteName, StoreKind};

use super::Desk;
use super::wire::{PassPhrase, PasswordStore};
use crate::{KeyFor, StoreStatus};

impl Desk {
    /// Sets the user name and password that a site is logged in to with. `keep`: in the place where passwords are kept;
    /// otherwise only until the app is closed, in no place at all.
    pub async fn set_password(
        &self,
        name: &SiteName,
        user: String,
        password: SecretString,
        keep: bool,
    ) -> Result<(), Failure> {
        self.0.slipway.set_login(name, user, password, keep).await
    }

    /// Opens the encrypted file of passwords until the app is closed; makes it where it is to be used and is not there
    /// yet.
    ///
    /// # Errors
    /// [`Code::CredentialsKeyWrong`] for another pass phrase than the file's.
    pub async fn unlock_passwords(&self, passphrase: SecretString) -> Result<(), Failure> {
        self.0.slipway.unlock_credential_file(passphrase).await
    }

    /// The kinds of places that passwords are kept in.
    pub async fn password_stores(&self) -> Result<Vec<PasswordStore>, Failure> {
        let needed = self.0.slipway.needed_key().await?;
        let stores = self.0.slipway.credential_stores().await?;
        Ok(stores.into_iter().map(|store| shown(store, needed)).collect())
    }

    /// Keeps passwords there from now on, and brings along what is kept where they were until now. Changes nothing where
    /// that fails.
    ///
    /// # Errors
    /// [`Code::CredentialsKeyMissing`], [`Code::CredentialsKeyWrong`] for the encrypted file, which a pass phrase makes
    /// where it is not there yet.
    pub async fn use_password_store(
        &self,
        kind: StoreKind,
        passphrase: Option<SecretString>,
    ) -> Result<(), Failure> {
        self.0.slipway.change_credential_store(kind, passphrase).await
    }

    /// A login that was refused is read anew the next time, since another process may have corrected it, and what was only
    /// known until the app is closed is not tried again.
    pub(super) fn note_rejected(&self, name: &SiteName, failure: &Failure) {
        if failure.code == Code::LoginRejected {
            self.0.slipway.credentials.forget(name);
            self.0.slipway.session.forget(name);
        }
    }
}

fn shown(store: StoreStatus, needed: Option<KeyFor>) -> PasswordStore {
    let is_file = store.kind == StoreKind::File;
    let passphrase = needed.filter(|_| is_file).map(|needed| match needed {
        KeyFor::Open => PassPhrase::Open,
        KeyFor::Create => PassPhrase::Create,
    });
    // That its pass phrase is not known is no obstacle: the person is asked for it.
    let available = match &store.available {
        Err(error) => is_file && error.code() == Code::CredentialsKeyMissing,
        Ok(()) => true,
    };
    let StoreStatus { kind, description, chosen, writable, .. } = store;
    PasswordStore { kind, description, available, chosen, writable, passphrase }
}
