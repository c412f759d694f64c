//! Requests about sites.

use secrecy::SecretString;
use slipway_core::{Failure, ServerFacts, Site, SiteName};
use slipway_store::StoreError;

use crate::{Slipway, credential, stored};

/// How a site is changed: it is handed in and comes back changed, or with what is wrong.
pub type SiteChange = Box<dyn FnOnce(&mut Site) -> Result<(), Failure> + Send>;

impl Slipway {
    /// All sites, by name.
    pub async fn sites(&self) -> Result<Vec<Site>, Failure> {
        self.blocking(|this| this.sites.list().map_err(stored)).await
    }

    /// One site.
    pub async fn site(&self, name: &SiteName) -> Result<Site, Failure> {
        let name = name.clone();
        self.blocking(move |this| this.sites.get(&name).map_err(stored)).await
    }

    /// Adds a site, and keeps its password in the keychain if one is given. Nothing is added when the password
    /// can't be kept.
    pub async fn add_site(&self, site: Site, password: Option<SecretString>) -> Result<(), Failure> {
        self.blocking(move |this| {
            check(&site)?;
            let name = site.name.clone();
            this.sites.add(site).map_err(stored)?;
            let Some(password) = password else { return Ok(()) };
            this.credentials.set_password(&name, &password).map_err(|error| {
                // The site was added a moment ago, and nothing else was done with it.
                if let Err(error) = this.sites.remove(&name) {
                    tracing::warn!(%error, "a site without its password stays behind");
                }
                credential(error)
            })
        })
        .await
    }

    /// Changes a site, and its password if one is given.
    pub async fn edit_site(
        &self,
        name: &SiteName,
        change: SiteChange,
        password: Option<SecretString>,
    ) -> Result<Site, Failure> {
        let name = name.clone();
        self.blocking(move |this| {
            let before = this.sites.get(&name).map_err(stored)?;
            let mut site = before.clone();
            change(&mut site)?;
            check(&site)?;
            if let Some(password) = password {
                this.credentials.set_password(&name, &password).map_err(credential)?;
            }
            this.sites.replace(site.clone()).map_err(stored)?;
            this.forget_outdated(&before, &site).map_err(stored)?;
            Ok(site)
        })
        .await
    }

    /// Drops what was learnt and does not hold for the changed site: digests of another folder's files, and a limit
    /// that a new number of connections should be tried against.
    fn forget_outdated(&self, before: &Site, site: &Site) -> Result<(), StoreError> {
        if before.folder != site.folder {
            let gone: Vec<Box<str>> = self.ledger.hashes(&site.name)?.into_keys().collect();
            self.ledger.save_hashes(&site.name, &[], &gone)?;
        }
        if before.connections != site.connections {
            let place = self.ledger.place(&site.name, &slipway_engine::destination(site))?;
            let facts = self.ledger.server_facts(place)?;
            self.ledger.set_server_facts(place, &ServerFacts { connection_limit: None, ..facts })?;
        }
        Ok(())
    }

    /// Forgets a site: its settings, its password, its history. What is online stays online.
    pub async fn remove_site(&self, name: &SiteName) -> Result<(), Failure> {
        let name = name.clone();
        self.blocking(move |this| {
            let _lock = this.data.lock_site(&name).map_err(stored)?;
            this.sites.remove(&name).map_err(stored)?;
            this.ledger.remove_site(&name).map_err(stored)?;
            if let Err(error) = this.credentials.remove_password(&name) {
                // No password was kept, or the keychain is not to be had: the site is gone all the same.
                tracing::info!(%error, "no password was removed");
            }
            Ok(())
        })
        .await
    }
}

/// Checks all settings of a site.
pub(crate) fn check(site: &Site) -> Result<(), Failure> {
    let invalid = |error| Failure::new(slipway_core::Code::ConfigurationInvalid, error);
    site.validate().map_err(invalid)?;
    slipway_engine::check_excludes(&site.exclude).map_err(invalid)
}
