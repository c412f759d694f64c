//! Windows Credential Manager.

use std::collections::HashMap;
use std::sync::Arc;

use keyring_core::error::PlatformError;
use keyring_core::{CredentialStore, Entry, Result};
use windows_native_keyring_store::Store;

use super::{SERVICE, Trouble};

pub(super) const DESCRIPTION: &str = "Windows Credential Manager";

pub(super) fn open() -> Result<Arc<CredentialStore>> {
    Ok(Store::new()?)
}

/// Every user has one.
pub(super) fn check() -> Result<()> {
    Ok(())
}

pub(super) fn entry(store: &CredentialStore, account: &str) -> Result<Entry> {
    store.build(SERVICE, account, None)
}

/// What may be Slipway's. Items have one name there: the account, a full stop, the service.
pub(super) fn search(store: &CredentialStore) -> Result<Vec<Entry>> {
    let pattern = format!(r"\.{SERVICE}$");
    store.search(&HashMap::from([("pattern", pattern.as_str())]))
}

/// It is never locked while its user is logged in, and asks nobody: nothing is to be told apart.
pub(super) fn trouble(_: &PlatformError) -> Trouble {
    Trouble::Other
}
