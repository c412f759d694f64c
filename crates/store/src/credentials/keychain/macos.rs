//! The macOS Keychain (the user's login keychain).

use std::collections::HashMap;
use std::sync::Arc;

use apple_native_keyring_store::keychain::{Store, decode_error};
use keyring_core::error::PlatformError;
use keyring_core::{CredentialStore, Entry, Result};
use security_framework::base::Error;
use security_framework::os::macos::keychain::{SecKeychain, SecPreferencesDomain};

use super::{SERVICE, Trouble};

pub(super) const DESCRIPTION: &str = "the macOS Keychain (login)";

pub(super) fn open() -> Result<Arc<CredentialStore>> {
    Ok(Store::new()?)
}

/// Whether there is a login keychain. It may be locked.
pub(super) fn check() -> Result<()> {
    SecKeychain::default_for_domain(SecPreferencesDomain::User).map(|_| ()).map_err(decode_error)
}

pub(super) fn entry(store: &CredentialStore, account: &str) -> Result<Entry> {
    store.build(SERVICE, account, None)
}

/// What may be Slipway's.
pub(super) fn search(store: &CredentialStore) -> Result<Vec<Entry>> {
    store.search(&HashMap::from([("service", SERVICE)]))
}

/// The codes are those of `SecBase.h`.
pub(super) fn trouble(cause: &PlatformError) -> Trouble {
    match cause.downcast_ref().map(|error: &Error| error.code()) {
        // errSecUserCanceled, errSecAuthFailed
        Some(-128 | -25293) => Trouble::Denied,
        // errSecInteractionNotAllowed
        Some(-25308) => Trouble::Locked,
        // errSecNotAvailable, errSecNoSuchKeychain, errSecNoDefaultKeychain
        Some(-25291 | -25294 | -25307) => Trouble::NoStore,
        _ => Trouble::Other,
    }
}
