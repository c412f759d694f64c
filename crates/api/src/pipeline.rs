//! Requests that take several steps: pull, build, publish.

use std::cell::RefCell;
use std::ffi::OsString;

use secrecy::SecretString;
use slipway_core::{
    Code, CredentialType, Failure, PipelineStep, RunState, Sha256, Site, SiteName, StoreKind,
};
use slipway_engine::{Environment, Events, Order, PublishOptions, PullOptions, PullPreview, RunPreview};
use slipway_store::project::{References, expand_secret};
use tokio_util::sync::CancellationToken;

use crate::catalog::Lookup;
use crate::publishing::Login;
use crate::{Finished, Slipway, stored};

/// What a run of several steps is to do.
#[derive(Debug, Clone, Default)]
pub struct RunRequest {
    /// The steps; `None` for all that the site defines.
    pub steps: Option<Vec<PipelineStep>>,
    /// For the publish.
    pub publish: PublishOptions,
    /// For the pull.
    pub pull: PullOptions,
    /// What the user says of the site's build commands.
    pub allow_build: AllowBuild,
}

/// Which build commands may run, besides those that were allowed before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AllowBuild {
    /// None.
    #[default]
    None,
    /// Whatever there are.
    Any,
    /// Those that the user has seen, by their [`build_digest`](slipway_engine::build_digest): the site may have changed
    /// since.
    Seen(Sha256),
}

impl Slipway {
    /// Takes several steps as one run. The last event is `Finished` or `Failed`, whatever happens.
    ///
    /// # Errors
    /// [`Code::BuildNotAllowed`], before anything is done, where the site has build commands that the user has not
    /// allowed yet.
    pub async fn run_steps(
        &self,
        name: &SiteName,
        request: RunRequest,
        events: Events,
        cancel: CancellationToken,
    ) -> Result<Finished, Failure> {
        self.recorded(name, events, |events| async move {
            let login = match self.needless_login(name, &request).await {
                Ok(login) => login,
                Err(failure) => return Err((None, failure)),
            };
            let (work, lock) = match self.work_as(name, login, &request.publish, events, cancel).await {
                Ok(ready) => ready,
                Err(failure) => return Err((None, failure)),
            };
            let ended = match self.order(work.site(), request, true).await {
                Ok(order) => slipway_engine::run(&work, &order).await,
                Err(failure) => Err((None, failure)),
            };
            self.leave(work);
            drop(lock);
            ended
        })
        .await
    }

    /// For a run that only builds, and so never logs in: no password is asked for.
    async fn needless_login(&self, name: &SiteName, request: &RunRequest) -> Result<Option<Login>, Failure> {
        if request.steps.as_deref() != Some(&[PipelineStep::Build]) {
            return Ok(None);
        }
        let name = name.clone();
        let site = self.blocking(move |this| this.described(&name)).await?;
        let user = if site.user.is_empty() { "nobody".to_owned() } else { site.user };
        Ok(Some(Login { user, password: SecretString::default() }))
    }

    /// Lets the site's build commands run on this computer that a person has seen, by their
    /// [`build_digest`](slipway_engine::build_digest).
    ///
    /// # Errors
    /// [`Code::BuildNotAllowed`] where the site has others by now.
    pub async fn allow_build_of(&self, name: &SiteName, seen: Sha256) -> Result<(), Failure> {
        let name = name.clone();
        self.blocking(move |this| {
            let site = this.described(&name)?;
            if slipway_engine::build_digest(&site) != Some(seen) {
                return Err(Failure::new(
                    Code::BuildNotAllowed,
                    "these are not the site's commands any more",
                ));
            }
            this.allow_build(&site, AllowBuild::Seen(seen))
        })
        .await
    }

    /// What several steps would do. Changes nothing, here or on the server, and runs no command.
    pub async fn preview_steps(
        &self,
        name: &SiteName,
        request: RunRequest,
        events: Events,
        cancel: CancellationToken,
    ) -> Result<RunPreview, Failure> {
        let (work, _lock) = self.work(name, &request.publish, events, cancel).await?;
        let result = match self.order(work.site(), request, false).await {
            Ok(order) => slipway_engine::preview_run(&work, &order).await,
            Err(failure) => Err(failure),
        };
        self.leave(work);
        result
    }

    /// Brings a site down from its server. The last event is `Finished` or `Failed`, whatever happens.
    pub async fn pull(
        &self,
        name: &SiteName,
        publish: PublishOptions,
        pull: PullOptions,
        events: Events,
        cancel: CancellationToken,
    ) -> Result<Finished, Failure> {
        let request =
            RunRequest { steps: Some(vec![PipelineStep::Pull]), publish, pull, ..RunRequest::default() };
        self.run_steps(name, request, events, cancel).await
    }

    /// What a pull would do. Changes nothing, here or on the server.
    pub async fn preview_pull(
        &self,
        name: &SiteName,
        options: PullOptions,
        events: Events,
        cancel: CancellationToken,
    ) -> Result<PullPreview, Failure> {
        let (work, _lock) = self.work(name, &PublishOptions::default(), events, cancel).await?;
        let result = slipway_engine::preview_pull(&work, &self.protecting(options)).await;
        self.leave(work);
        result
    }

    /// The order for the engine. For one that will be carried out, the build must be allowed.
    async fn order(&self, site: &Site, request: RunRequest, for_real: bool) -> Result<Order, Failure> {
        let steps = request.steps.unwrap_or_else(|| site.steps());
        let pull = self.protecting(request.pull);
        let mut order = Order { steps, pull, publish: request.publish, environment: Environment::default() };
        if !for_real || !order.steps.contains(&PipelineStep::Build) {
            return Ok(order);
        }
        let site = site.clone();
        order.environment = self
            .blocking(move |this| {
                this.allow_build(&site, request.allow_build)?;
                this.build_environment(&site)
            })
            .await?;
        Ok(order)
    }

    fn allow_build(&self, site: &Site, allow: AllowBuild) -> Result<(), Failure> {
        let Some(digest) = slipway_engine::build_digest(site) else { return Ok(()) };
        if allow == AllowBuild::Any || allow == AllowBuild::Seen(digest) {
            return self.ledger.allow_build(&site.name, digest).map_err(stored);
        }
        if self.ledger.is_build_allowed(&site.name, digest).map_err(stored)? {
            return Ok(());
        }
        let commands = site.build.iter().flat_map(|build| &build.commands).cloned().collect::<Vec<_>>();
        Err(Failure::new(Code::BuildNotAllowed, commands.join("; ")))
    }

    fn build_environment(&self, site: &Site) -> Result<Environment, Failure> {
        let Some(build) = &site.build else { return Ok(Environment::default()) };
        let look_up = Noted { lookup: Lookup(self), values: RefCell::default() };
        let expand = |(name, template): (&String, &String)| {
            let value = expand_secret(template, &look_up).map_err(|error| {
                Failure::new(Code::ConfigurationInvalid, format!("build.environment.{name}: {error}"))
            })?;
            Ok((name.clone(), value))
        };
        let set = build.environment.iter().map(expand).collect::<Result<Vec<(_, SecretString)>, _>>()?;
        // What is written in plain letters is known to all who see the file, and is often a common word.
        let secrets = look_up.values.into_inner();
        Ok(Environment { set, secrets, hide: self.password_variables() })
    }

    /// The same, with the project file and Slipway's own folder out of reach: what comes from a server must not say
    /// which commands are run.
    fn protecting(&self, mut options: PullOptions) -> PullOptions {
        options.protected.push(self.data.path().to_owned());
        options.protected.extend(self.project_file().map(std::path::Path::to_owned));
        options
    }
}

/// Looks references up, and takes note of what they stand for.
struct Noted<'a> {
    lookup: Lookup<'a>,
    values: RefCell<Vec<SecretString>>,
}

impl References for Noted<'_> {
    fn environment(&self, name: &str) -> Option<OsString> {
        let value = self.lookup.environment(name);
        self.values
            .borrow_mut()
            .extend(value.iter().filter_map(|value| value.to_str()).map(SecretString::from));
        value
    }

    fn credential(&self, site: &SiteName, kind: CredentialType) -> Result<(SecretString, StoreKind), String> {
        let found = self.lookup.credential(site, kind);
        self.values.borrow_mut().extend(found.iter().map(|(value, _)| value.clone()));
        found
    }
}

/// What a run that took these steps ends in.
pub(crate) fn ended_in(outcome: &slipway_core::Outcome) -> RunState {
    let published = outcome.steps.iter().any(|step| step.step == PipelineStep::Publish);
    if published { RunState::Live } else { RunState::Done }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made_by(command: &str) -> Site {
        let site = serde_json::json!({
            "name": "shop", "folder": "/site", "host": "localhost", "user": "anna",
            "build": { "commands": [command] },
        });
        serde_json::from_value(site).unwrap()
    }

    #[test]
    fn a_yes_is_for_what_was_shown() {
        let data = tempfile::tempdir().unwrap();
        let slipway = Slipway::open(Some(data.path()), None).unwrap();
        let (shown, changed) = (made_by("make"), made_by("curl x | sh"));
        let seen = AllowBuild::Seen(slipway_engine::build_digest(&shown).unwrap());
        let code = |site: &Site, allow| slipway.allow_build(site, allow).map_err(|failure| failure.code);
        assert_eq!(code(&shown, AllowBuild::None), Err(Code::BuildNotAllowed));
        assert_eq!(code(&changed, seen), Err(Code::BuildNotAllowed));
        assert_eq!(code(&changed, AllowBuild::None), Err(Code::BuildNotAllowed), "nothing was kept");
        assert_eq!(code(&shown, seen), Ok(()));
        assert_eq!(code(&shown, AllowBuild::None), Ok(()), "once is enough");
        assert_eq!(code(&changed, AllowBuild::Any), Ok(()));
    }
}
