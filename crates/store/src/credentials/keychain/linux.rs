//! Secret Service over D-Bus, as GNOME Keyring, KWallet and KeePassXC offer it.

use std::collections::HashMap;
use std::sync::Arc;

use keyring_core::error::{Error as KeyringError, PlatformError};
use keyring_core::{CredentialStore, Entry, Result};
use secret_service::blocking::SecretService;
use secret_service::{EncryptionType, Error};
use zbus_secret_service_keyring_store::Store;

use super::{SERVICE, Trouble};

pub(super) const DESCRIPTION: &str = "the system's password store (Secret Service)";

pub(super) fn open() -> Result<Arc<CredentialStore>> {
    Ok(Store::new()?)
}

/// Whether items could be kept: the service answers, and it has a place for new ones. Nothing secret is sent.
pub(super) fn check() -> Result<()> {
    let failed = |error| KeyringError::PlatformFailure(Box::new(error));
    let service = SecretService::connect(EncryptionType::Plain).map_err(failed)?;
    service.get_default_collection().map(|_| ()).map_err(failed)
}

pub(super) fn entry(store: &CredentialStore, account: &str) -> Result<Entry> {
    // What the system's own program for passwords shows.
    let label = format!("Slipway: {account}");
    store.build(SERVICE, account, Some(&HashMap::from([("label", label.as_str())])))
}

/// What may be Slipway's; unlocks what is locked.
pub(super) fn search(store: &CredentialStore) -> Result<Vec<Entry>> {
    store.search(&HashMap::from([("service", SERVICE)]))
}

pub(super) fn trouble(cause: &PlatformError) -> Trouble {
    match cause.downcast_ref() {
        // A person who refuses to unlock it and a computer without a screen to ask on both end the prompt.
        Some(Error::Locked | Error::Prompt | Error::PromptDisconnected) => Trouble::Locked,
        // GNOME Keyring without any keyring, as on a server where nobody ever logged in at a screen.
        Some(Error::NoResult | Error::Unavailable) => Trouble::NoStore,
        _ => Trouble::Other,
    }
}
