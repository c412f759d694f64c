//! Requests about user names and passwords. What is handed in never comes back out, but for one request that is
//! made for it.

use std::sync::Arc;

use secrecy::SecretString;
use slipway_core::{CredentialType, Failure, Features, Site, SiteName, StoreKind};
use slipway_engine::{Events, PublishOptions};
use slipway_store::{CredentialError, KeyFor, SiteCredentials, StoreStatus};
use tokio_util::sync::CancellationToken;

use crate::publishing::Login;
use crate::{Slipway, credential, stored};

/// Something that is kept for a site, without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCredential {
    /// For which site.
    pub site: SiteName,
    /// What.
    pub kind: CredentialType,
    /// Where.
    pub store: StoreKind,
}

/// What is kept, in all places that can be looked into.
#[derive(Debug, Clone, Default)]
pub struct CredentialList {
    /// What was found, by site.
    pub kept: Vec<KeptCredential>,
    /// Places that can't be looked into, and why.
    pub unreadable: Vec<(StoreKind, Failure)>,
}

/// A user name and a password to try.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The user name at the server.
    pub user: String,
    /// The password.
    pub password: SecretString,
}

/// A login that the server accepted.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The user name.
    pub user: String,
    /// The server.
    pub host: String,
    /// Where the password was found; `None` for one that was handed in.
    pub store: Option<StoreKind>,
    /// What the server says it can do.
    pub features: Features,
}

impl Slipway {
    /// Says how the pass phrase of the file of passwords is asked for where `SLIPWAY_CREDENTIALS_KEY` does not hold
    /// it; `None` where nobody is there to answer. Called where it may block.
    pub fn ask_key_with(&self, asker: impl Fn(KeyFor) -> Option<SecretString> + Send + Sync + 'static) {
        let ask = move |what| asker(what).ok_or(CredentialError::KeyMissing);
        self.credentials.ask_key_with(Arc::new(ask));
    }

    /// Keeps a site's user name, password or both, in the place that the site names, else in the chosen one. Says in
    /// which.
    pub async fn set_credentials(
        &self,
        name: &SiteName,
        user: Option<String>,
        password: Option<SecretString>,
    ) -> Result<StoreKind, Failure> {
        let name = name.clone();
        self.blocking(move |this| {
            let named = this.named_store(&name)?;
            let values = SiteCredentials { username: user, password };
            this.credentials.set(&name, named, &values).map_err(credential)
        })
        .await
    }

    /// Sets the user name and password that a site is logged in to with: kept where its passwords are, or, unless `keep`,
    /// only known until Slipway is closed; then they come before all that is kept.
    pub async fn set_login(
        &self,
        name: &SiteName,
        user: String,
        password: SecretString,
        keep: bool,
    ) -> Result<(), Failure> {
        let values = SiteCredentials { username: None, password: Some(password.clone()) };
        values.check().map_err(credential)?;
        let set_user = move |site: &mut Site| {
            site.user = user;
            Ok(())
        };
        let kept = keep.then(|| password.clone());
        let site = self.edit_site(name, Box::new(set_user), kept).await?;
        if !keep {
            self.session.remember(&site, password);
            return Ok(());
        }
        self.session.forget(name);
        self.blocking(move |this| {
            this.forget_user(&site);
            Ok(())
        })
        .await
    }

    /// Opens the encrypted file of passwords with this pass phrase until Slipway is closed, and makes it where it is not
    /// there yet.
    ///
    /// # Errors
    /// [`Code::CredentialsKeyWrong`](slipway_core::Code::CredentialsKeyWrong).
    pub async fn unlock_credential_file(&self, phrase: SecretString) -> Result<(), Failure> {
        self.blocking(move |this| this.credentials.unlock_file(&phrase).map_err(credential)).await
    }

    /// What a pass phrase has to be handed in for before the encrypted file of passwords can be used, if for anything.
    pub async fn needed_key(&self) -> Result<Option<KeyFor>, Failure> {
        self.blocking(|this| Ok(this.credentials.needed_key())).await
    }

    /// Chooses the place that passwords are kept in from now on, and brings along what is kept in the one until now. The
    /// pass phrase is that of the encrypted file, which it makes where it is not there. On an error nothing is changed.
    pub async fn change_credential_store(
        &self,
        kind: StoreKind,
        phrase: Option<SecretString>,
    ) -> Result<(), Failure> {
        self.blocking(move |this| {
            match phrase {
                Some(phrase) if kind == StoreKind::File => this.credentials.unlock_file(&phrase),
                None if kind == StoreKind::File && this.credentials.needed_key().is_some() => {
                    Err(CredentialError::KeyMissing)
                }
                _ => Ok(()),
            }
            .map_err(credential)?;
            // Sites that name their place keep it.
            let named = |site: Site| site.credentials.is_some().then_some(site.name);
            let stay: Vec<SiteName> =
                this.list()?.list().map_err(stored)?.into_iter().filter_map(named).collect();
            this.credentials.change_to(kind, &stay).map_err(credential)
        })
        .await
    }

    /// What is kept for a site, or for all.
    pub async fn credentials(&self, name: Option<&SiteName>) -> Result<CredentialList, Failure> {
        let name = name.cloned();
        self.blocking(move |this| {
            let known = this.names()?;
            if let Some(name) = &name {
                this.must_exist(name)?;
            }
            let mut all = CredentialList::default();
            for (store, listed) in this.credentials.list(&known).map_err(credential)? {
                match listed {
                    Ok(sites) => all.kept.extend(sites.into_iter().flat_map(|(site, kinds)| {
                        kinds.into_iter().map(move |kind| KeptCredential { site: site.clone(), kind, store })
                    })),
                    Err(error) => all.unreadable.push((store, credential(error))),
                }
            }
            all.kept.retain(|kept| name.as_ref().is_none_or(|name| kept.site == *name));
            all.kept.sort_by(|a, b| (&a.site, a.kind, a.store).cmp(&(&b.site, b.kind, b.store)));
            Ok(all)
        })
        .await
    }

    /// The value of something that is kept. For a person who asked to see it, and for nothing else.
    pub async fn credential_value(&self, kept: &KeptCredential) -> Result<SecretString, Failure> {
        let kept = kept.clone();
        self.blocking(move |this| {
            let values = this.credentials.get(kept.store, &kept.site, &this.names()?).map_err(credential)?;
            values.value(kept.kind).ok_or_else(|| credential(CredentialError::NotFound))
        })
        .await
    }

    /// Removes what is kept for a site from the place that the site names, else from the chosen one. Says which.
    pub async fn remove_credentials(
        &self,
        name: &SiteName,
        kinds: &[CredentialType],
    ) -> Result<StoreKind, Failure> {
        let (name, kinds) = (name.clone(), kinds.to_vec());
        self.blocking(move |this| {
            // What is kept for a site that is gone may be removed too.
            let named = this.named_store(&name).unwrap_or_default();
            this.credentials.remove(&name, named, &kinds).map_err(credential)
        })
        .await
    }

    /// Logs in to the site's server, with what is kept or with what is handed in, and does nothing else there.
    pub async fn test_sign_in(
        &self,
        name: &SiteName,
        with: Option<SignIn>,
        events: Events,
        cancel: CancellationToken,
    ) -> Result<SignedIn, Failure> {
        let login = with.map(|with| Login { user: with.user, password: with.password });
        let (work, _lock) = self.work_as(name, login, &PublishOptions::default(), events, cancel).await?;
        let result = slipway_engine::sign_in(&work).await;
        let (site, store) = (work.site().clone(), work.password_from());
        self.leave(work);
        Ok(SignedIn { user: site.user, host: site.host, store, features: result? })
    }

    /// All kinds of places, whether they work here, and which is chosen.
    pub async fn credential_stores(&self) -> Result<Vec<StoreStatus>, Failure> {
        self.blocking(|this| this.credentials.stores().map_err(credential)).await
    }

    /// Chooses the place that passwords are kept in from now on.
    pub async fn use_credential_store(&self, kind: StoreKind) -> Result<(), Failure> {
        self.blocking(move |this| this.credentials.choose(kind).map_err(credential)).await
    }

    /// Brings everything that is kept in one place to another: copies, reads back, then removes. Says for which
    /// sites.
    pub async fn move_credentials(&self, from: StoreKind, to: StoreKind) -> Result<Vec<SiteName>, Failure> {
        self.blocking(move |this| this.credentials.move_all(from, to).map_err(credential)).await
    }
}
