//! Credentials: where they are found and kept. Each kind of store is one module here and knows none of the others;
//! `registry` says which of them is asked, and when.

mod environment;
mod error;
mod file;
mod keychain;
mod moving;
mod registry;
mod values;

use slipway_core::{CredentialType, SiteName};

pub use environment::{password_variable, username_variable};
pub use error::CredentialError;
pub use file::{KEY_VARIABLE, KeyAsker, KeyFor};
pub use registry::{Credentials, ListedIn, StoreStatus};
pub use values::{Found, SiteCredentials};

/// The sites that something is kept for, and which types.
pub type Listed = Vec<(SiteName, Vec<CredentialType>)>;

/// A place where credentials are kept.
trait CredentialStore: Send + Sync {
    /// Where that is, in words.
    fn describe(&self) -> String;

    /// Whether it can be used here, as far as can be told without unlocking it.
    fn available(&self) -> Result<(), CredentialError>;

    /// All that is kept for the site, in one read, so that a person is asked once;
    /// [`CredentialError::NotFound`] where that is nothing. `known` are all sites, for a store that can't tell them
    /// apart by itself.
    fn get(&self, site: &SiteName, known: &[SiteName]) -> Result<SiteCredentials, CredentialError>;

    /// Keeps these values in the place of earlier ones. Types that are not among them stay.
    fn set(&self, site: &SiteName, values: &SiteCredentials) -> Result<(), CredentialError>;

    /// Removes these types; [`CredentialError::NotFound`] where none of them is kept.
    fn remove(&self, site: &SiteName, types: &[CredentialType]) -> Result<(), CredentialError>;

    /// What is kept here, without values, by the sites' names. `known` are all sites, for a store that can't be
    /// searched.
    fn list(&self, known: &[SiteName]) -> Result<Listed, CredentialError>;
}
