//! The macOS Keychain (the user's login keychain).

use apple_native_keyring_store::keychain::Store;
use keyring_core::api::CredentialStoreApi;
use keyring_core::error::PlatformError;
use keyring_core::{Entry, Result};
use security_framework::base::Error;

use super::{SERVICE, Trouble};

pub(super) fn open(account: &str) -> Result<Entry> {
    Store::new()?.build(SERVICE, account, None)
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
