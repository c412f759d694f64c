//! Requests about sites.

use secrecy::{ExposeSecret, SecretString};
use slipway_core::{Code, CredentialType, Failure, ServerFacts, Site, SiteName, StoreKind};
use slipway_store::{CredentialError, KeyFor, SiteCredentials, StoreError};

use crate::catalog::Catalog;
use crate::{Slipway, credential, stored};

/// How a site is changed: it is handed in and comes back changed, or with what is wrong.
pub type SiteChange = Box<dyn FnOnce(&mut Site) -> Result<(), Failure> + Send>;

impl Slipway {
    /// All sites, by name.
    pub async fn sites(&self) -> Result<Vec<Site>, Failure> {
        self.blocking(|this| match &*this.catalog {
            Catalog::Sites(sites) => sites.list().map_err(stored),
            Catalog::Project(_) => this.names()?.iter().map(|name| this.described(name)).collect(),
        })
        .await
    }

    /// One site.
    pub async fn site(&self, name: &SiteName) -> Result<Site, Failure> {
        let name = name.clone();
        self.blocking(move |this| this.described(&name)).await
    }

    /// Adds a site, and keeps its password in the keychain if one is given. Nothing is added when the password
    /// can't be kept.
    pub async fn add_site(&self, site: Site, password: Option<SecretString>) -> Result<(), Failure> {
        self.blocking(move |this| {
            check(&site)?;
            let (name, named) = (site.name.clone(), site.credentials);
            let sites = this.list()?;
            sites.add(site).map_err(stored)?;
            let Some(password) = password else { return Ok(()) };
            let values = SiteCredentials { username: None, password: Some(password) };
            this.credentials.set(&name, named, &values).map(drop).map_err(|error| {
                // The site was added a moment ago, and nothing else was done with it.
                if let Err(error) = sites.remove(&name) {
                    tracing::warn!(%error, "a site without its password stays behind");
                }
                credential(error)
            })
        })
        .await
    }

    /// Changes a site, and its password if one is given. Without one, another host or user would be sent the password that
    /// is kept: for people who know that.
    pub async fn edit_site(
        &self,
        name: &SiteName,
        change: SiteChange,
        password: Option<SecretString>,
    ) -> Result<Site, Failure> {
        let name = name.clone();
        self.blocking(move |this| {
            let sites = this.list()?;
            let before = sites.get(&name).map_err(stored)?;
            let mut site = before.clone();
            change(&mut site)?;
            check(&site)?;
            if let Some(password) = password {
                let values = SiteCredentials { username: None, password: Some(password) };
                this.credentials.set(&name, site.credentials, &values).map_err(credential)?;
                this.session.forget(&name);
            }
            if before.user != site.user {
                this.forget_user(&site);
            }
            sites.replace(site.clone()).map_err(stored)?;
            this.forget_outdated(&before, &site).map_err(stored)?;
            Ok(site)
        })
        .await
    }

    /// Changes a site as a person does who does not know what is kept where: a password is for one account, so another host
    /// or user needs its own. It is kept where the site's is; where nothing can be kept, it is known until Slipway is
    /// closed.
    ///
    /// # Errors
    /// [`Code::PasswordMissing`] for another account without a password; nothing is changed then.
    pub async fn change_site(
        &self,
        name: &SiteName,
        change: SiteChange,
        password: Option<SecretString>,
    ) -> Result<Site, Failure> {
        let password = password.filter(|password| !password.expose_secret().is_empty());
        let given = password.clone();
        let change = Box::new(move |site: &mut Site| {
            let before = site.clone();
            change(site)?;
            // What no site can have is said first: nobody should look a password up for it.
            check(site)?;
            must_have_password(&before, site, given.as_ref())
        });
        let whose = name.clone();
        let keeps = self.blocking(move |this| this.can_keep(&whose)).await?;
        match password {
            Some(password) if !keeps => {
                let values = SiteCredentials { username: None, password: Some(password.clone()) };
                values.check().map_err(credential)?;
                let site = self.edit_site(name, change, None).await?;
                self.session.remember(&site, password);
                Ok(site)
            }
            password => self.edit_site(name, change, password).await,
        }
    }

    /// Says that the server which was reached by this port is the one that the site names now: what is known of it stays
    /// known. To be called once the site has its new port.
    pub async fn move_place(&self, name: &SiteName, port_before: Option<u16>) -> Result<(), Failure> {
        let name = name.clone();
        self.blocking(move |this| {
            let site = this.list()?.get(&name).map_err(stored)?;
            let to = slipway_engine::destination(&site);
            let from = slipway_engine::destination(&Site { port: port_before, ..site });
            this.ledger.move_place(&name, &from, &to).map_err(stored)
        })
        .await
    }

    /// Whether a password of the site's can be kept in some place, once that is open.
    fn can_keep(&self, name: &SiteName) -> Result<bool, Failure> {
        let named = self.list()?.get(name).map_err(stored)?.credentials;
        let kind = named.map_or_else(|| self.credentials.chosen(), Ok).map_err(credential)?;
        let stores = self.credentials.stores().map_err(credential)?;
        let store = stores.into_iter().find(|store| store.kind == kind);
        let there = store.is_some_and(|store| {
            store.writable && !matches!(store.available, Err(CredentialError::Unavailable { .. }))
        });
        let not_made = kind == StoreKind::File && self.credentials.needed_key() == Some(KeyFor::Create);
        Ok(there && !not_made)
    }

    /// Removes what is kept for the site, from wherever it is.
    fn forget_credentials(&self, site: &Site) -> Result<(), Failure> {
        let remove = |store| self.credentials.remove(&site.name, store, &CredentialType::ALL);
        match remove(site.credentials) {
            Ok(_)
            | Err(
                CredentialError::NotFound | CredentialError::Unavailable { .. } | CredentialError::ReadOnly,
            ) => {}
            Err(error) => return Err(credential(error)),
        }
        for store in [StoreKind::Keychain, StoreKind::File] {
            if let Err(error) = remove(Some(store)) {
                tracing::info!(%error, store = store.as_str(), "nothing was removed");
            }
        }
        Ok(())
    }

    /// A user name that is kept comes before the site's own: it would undo the change.
    pub(crate) fn forget_user(&self, site: &Site) {
        let kinds = [CredentialType::FtpUsername];
        if let Err(error) = self.credentials.remove(&site.name, site.credentials, &kinds) {
            tracing::debug!(%error, "no user name was kept");
        }
    }

    /// Drops what was learnt and does not hold for the changed site: a limit that a new number of connections should be
    /// tried against.
    fn forget_outdated(&self, before: &Site, site: &Site) -> Result<(), StoreError> {
        if before.connections != site.connections {
            let place = self.ledger.place(&site.name, &slipway_engine::destination(site))?;
            let facts = self.ledger.server_facts(place)?;
            self.ledger.set_server_facts(place, &ServerFacts { connection_limit: None, ..facts })?;
        }
        Ok(())
    }

    /// Forgets a site: its settings, its password, its history. What is online stays online. Where its password can't
    /// be removed the site stays too: another site of this name would be given it.
    pub async fn remove_site(&self, name: &SiteName) -> Result<(), Failure> {
        let name = name.clone();
        self.blocking(move |this| {
            let _lock = this.data.lock_site(&name).map_err(stored)?;
            let site = this.list()?.get(&name).map_err(stored)?;
            this.forget_credentials(&site)?;
            this.list()?.remove(&name).map_err(stored)?;
            this.session.forget(&name);
            this.ledger.remove_site(&name).map_err(stored)?;
            if let Err(error) = this.data.versions(&name).remove() {
                tracing::warn!(%error, "the site's versions stay");
            }
            for folder in [this.data.run_logs(&name), this.data.server_copies(&name)] {
                if let Err(error) = std::fs::remove_dir_all(&folder) {
                    tracing::debug!(%error, folder = %folder.display(), "nothing was removed");
                }
            }
            Ok(())
        })
        .await
    }
}

/// A password is for one account: another host or user needs its own.
pub(crate) fn must_have_password(
    before: &Site,
    site: &Site,
    password: Option<&SecretString>,
) -> Result<(), Failure> {
    let account = |site: &Site| (site.host.to_lowercase(), site.user.clone());
    if password.is_none() && account(site) != account(before) {
        return Err(Failure::new(Code::PasswordMissing, "the password is for another account"));
    }
    Ok(())
}

/// Checks all settings of a site.
pub(crate) fn check(site: &Site) -> Result<(), Failure> {
    let invalid = |error| Failure::new(slipway_core::Code::ConfigurationInvalid, error);
    site.validate().map_err(invalid)?;
    slipway_engine::check_excludes(&site.exclude).map_err(invalid)?;
    slipway_engine::check_excludes(&site.keep).map_err(invalid)
}
