//! Requests about sites.

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use slipway_core::{Failure, Sha256, Site, SiteName};
use slipway_store::StoreError;

use super::wire::{LastRun, Online, SiteView};
use super::{Desk, change, invalid};
use crate::{Events, Slipway, stored};

impl Desk {
    /// All sites with how they stand, by name. Runs that a process left behind when it ended are found on the way.
    pub async fn sites(&self) -> Result<Vec<SiteView>, Failure> {
        let sites = self.0.slipway.sites().await?;
        let this = self.clone();
        let views = move |slipway: &Slipway| sites.into_iter().map(|site| this.view(slipway, site)).collect();
        self.0.slipway.blocking(views).await
    }

    /// Adds a site, and keeps its password; an empty one is not kept. Adds nothing where the password can't be kept.
    pub async fn add_site(&self, site: Site, password: SecretString) -> Result<(), Failure> {
        let password = Some(password).filter(|password| !password.expose_secret().is_empty());
        self.0.slipway.add_site(site, password).await
    }

    /// Changes these settings of a site: a JSON merge patch (RFC 7396), `null` takes a setting away. Another host or user
    /// needs its password.
    ///
    /// # Errors
    /// [`ConfigurationInvalid`](slipway_core::Code::ConfigurationInvalid) for settings that there are not, and values
    /// that they can't have; [`PasswordMissing`](slipway_core::Code::PasswordMissing) for another host or user without
    /// its password. Nothing is changed then.
    pub async fn change_site(
        &self,
        name: &SiteName,
        change: Map<String, Value>,
        password: Option<SecretString>,
    ) -> Result<SiteView, Failure> {
        let change = Box::new(|site: &mut Site| change::change(site, change));
        let site = self.0.slipway.change_site(name, change, password).await?;
        self.0.memory.set_waiting(name, None);
        self.viewed(site).await
    }

    /// The same, once the site's server was tried with them and can be used. Until then all stays as it is, and a publish
    /// that begins meanwhile stops the trial.
    ///
    /// # Errors
    /// Those of [`Self::change_site`] and of [`Self::check_server`].
    pub async fn change_site_checked(
        &self,
        name: &SiteName,
        change: Map<String, Value>,
        password: Option<SecretString>,
    ) -> Result<SiteView, Failure> {
        let password = password.filter(|password| !password.expose_secret().is_empty());
        let (wanted, given) = (change.clone(), password.clone());
        let wanted = Box::new(|site: &mut Site| change::change(site, wanted));
        self.look(name, |cancel| self.0.slipway.check_with(name, wanted, given, Events::none(), cancel))
            .await?;
        self.change_site(name, change, password).await
    }

    /// Forgets a site: its settings, its password, its history. What is online stays online.
    pub async fn remove_site(&self, name: &SiteName) -> Result<(), Failure> {
        self.0.gates.of(name).stop_plan();
        self.look(name, |_| self.0.slipway.remove_site(name)).await?;
        self.0.memory.forget(name);
        Ok(())
    }

    /// Lets the site's build commands run on this computer that a person was shown, by their
    /// [`build_digest`](crate::build_digest).
    ///
    /// # Errors
    /// [`BuildNotAllowed`](slipway_core::Code::BuildNotAllowed) where the site has others by now.
    pub async fn allow_build(&self, name: &SiteName, seen: Sha256) -> Result<(), Failure> {
        self.0.slipway.allow_build_of(name, seen).await
    }

    /// Trusts this certificate of the site's server, although the system does not: `sha256` is its fingerprint.
    pub async fn trust_certificate(&self, name: &SiteName, sha256: &str) -> Result<(), Failure> {
        let sha256: Sha256 = sha256.parse().map_err(invalid)?;
        let trust = Box::new(move |site: &mut Site| {
            site.trusted_certificate = Some(sha256);
            Ok(())
        });
        self.0.slipway.edit_site(name, trust, None).await.map(drop)
    }

    async fn viewed(&self, site: Site) -> Result<SiteView, Failure> {
        let this = self.clone();
        self.0.slipway.blocking(move |slipway| this.view(slipway, site)).await
    }

    /// A site with how it stands. Blocks.
    fn view(&self, slipway: &Slipway, site: Site) -> Result<SiteView, Failure> {
        let running = self.0.board.run_of(&site.name);
        let remembered = self.0.memory.of(&site.name);
        let location = slipway_engine::location(&site);
        let place = slipway.ledger.last_place(&site.name, &location).map_err(stored)?;
        let newest = |count| slipway.ledger.runs(&site.name, count).map_err(stored);
        let left_behind = |state: slipway_core::RunState| running.is_none() && !state.is_final();
        if newest(1)?.first().is_some_and(|run| left_behind(run.state)) {
            self.note_interrupted(slipway, &site)?;
        }
        // Before the newest there may be one that is under way, here or in another process.
        let ended = newest(2)?.into_iter().find(|run| run.state.is_final()).map(LastRun::from);
        let end = |run: &Option<LastRun>| run.as_ref().and_then(|run| run.ended_ms);
        let last = if end(&remembered.nameless) >= end(&ended) { remembered.nameless } else { ended };
        let online = match place {
            Some((place, _)) => slipway.ledger.online(place).map_err(stored)?,
            None => None,
        };
        let online = online.map(|totals| Online {
            files: totals.files,
            bytes: totals.bytes,
            since_ms: totals.since_ms,
        });
        Ok(SiteView { site, online, waiting: remembered.waiting, running, last })
    }

    /// Marks runs that ended with their process as interrupted, unless someone works on the site. Blocks.
    fn note_interrupted(&self, slipway: &Slipway, site: &Site) -> Result<(), Failure> {
        let gate = self.0.gates.of(&site.name);
        let Some(_turn) = gate.turn_now() else { return Ok(()) };
        let _lock = match slipway.data.lock_site(&site.name) {
            Ok(lock) => lock,
            Err(StoreError::Locked { .. }) => return Ok(()),
            Err(error) => return Err(stored(error)),
        };
        // Its newest run may be at another place than the site names now.
        for place in slipway.ledger.places(&site.name).map_err(stored)? {
            slipway.ledger.interrupted(place, super::runs::now_ms()).map_err(stored)?;
        }
        Ok(())
    }
}
