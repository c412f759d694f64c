//! Secret Service over D-Bus, as GNOME Keyring, KWallet and KeePassXC offer it.

use std::collections::HashMap;

use keyring_core::api::CredentialStoreApi;
use keyring_core::error::PlatformError;
use keyring_core::{Entry, Result};
use secret_service::Error;
use zbus_secret_service_keyring_store::Store;

use super::{SERVICE, Trouble};

pub(super) fn open(account: &str) -> Result<Entry> {
    // What the system's own program for passwords shows.
    let label = format!("Slipway: {account}");
    Store::new()?.build(SERVICE, account, Some(&HashMap::from([("label", label.as_str())])))
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
