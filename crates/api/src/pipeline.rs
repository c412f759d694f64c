//! Requests that take several steps: pull, build, publish.

use slipway_core::{Code, Failure, PipelineStep, RunState, Site, SiteName};
use slipway_engine::{Environment, Events, Order, PublishOptions, PullOptions, PullPreview, RunPreview};
use tokio_util::sync::CancellationToken;

use crate::catalog::Lookup;
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
    /// The user has seen the site's build commands and allows them.
    pub allow_build: bool,
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
            let (work, lock) = match self.work(name, &request.publish, events, cancel).await {
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

    fn allow_build(&self, site: &Site, yes: bool) -> Result<(), Failure> {
        let Some(digest) = slipway_engine::build_digest(site) else { return Ok(()) };
        if yes {
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
        let look_up = Lookup(self);
        let expand = |(name, template): (&String, &String)| {
            let value = slipway_store::project::expand_secret(template, &look_up).map_err(|error| {
                Failure::new(Code::ConfigurationInvalid, format!("build.environment.{name}: {error}"))
            })?;
            Ok((name.clone(), value))
        };
        let set = build.environment.iter().map(expand).collect::<Result<_, _>>()?;
        Ok(Environment { set, hide: self.password_variables() })
    }

    /// The same, with the project file out of reach: what comes from a server must not say which commands are run.
    fn protecting(&self, mut options: PullOptions) -> PullOptions {
        options.protected.extend(self.project_file().map(std::path::Path::to_owned));
        options
    }
}

/// What a run that took these steps ends in.
pub(crate) fn ended_in(outcome: &slipway_core::Outcome) -> RunState {
    let published = outcome.steps.iter().any(|step| step.step == PipelineStep::Publish);
    if published { RunState::Live } else { RunState::Done }
}
