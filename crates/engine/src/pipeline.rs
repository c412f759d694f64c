//! The steps of a run, one after the other: bring the site down, make it, bring it online. Each step is a room of its
//! own; this one says which are taken, in which order, and records what each did.

use std::sync::Arc;
use std::time::Instant;

use slipway_core::{Build, Code, Failure, Outcome, PipelineStep, RunState, Site, StepStatistics};
use slipway_store::RunKind;

use crate::build::build_step;
use crate::command::Environment;
use crate::failure::cancelled;
use crate::preview::{Preview, preview};
use crate::publish::{PublishOptions, publish_step};
use crate::pull::{PullOptions, PullPreview, preview_pull, pull_step};
use crate::run::{Ended, Run};
use crate::work::Work;

/// What a run is to do.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// The steps; they are taken in the order of [`PipelineStep::ALL`], each once.
    pub steps: Vec<PipelineStep>,
    /// For the pull.
    pub pull: PullOptions,
    /// For the build.
    pub environment: Environment,
    /// For the publish.
    pub publish: PublishOptions,
}

impl Order {
    fn kind(&self) -> RunKind {
        match self.steps[..] {
            [PipelineStep::Publish] if self.publish.version.is_some() => RunKind::Undo,
            [PipelineStep::Publish] => RunKind::Publish,
            [PipelineStep::Pull] => RunKind::Pull,
            _ => RunKind::Pipeline,
        }
    }

    /// Whether it is no failure that the publish folder is not there yet: a later step makes it.
    fn may_begin_with_nothing(&self, failure: &Failure) -> bool {
        failure.code == Code::FolderNotFound && self.steps.contains(&PipelineStep::Publish)
    }

    fn steps(&self) -> impl Iterator<Item = PipelineStep> {
        PipelineStep::ALL.into_iter().filter(|step| self.steps.contains(step))
    }

    /// Refuses steps that the site does not define. A pull alone is a plain copy, which needs nothing defined.
    fn check(&self, site: &Site) -> Result<(), Failure> {
        let invalid = |detail: String| Err(Failure::new(Code::ConfigurationInvalid, detail));
        if self.steps.is_empty() {
            return invalid("no step is ordered".to_owned());
        }
        let defined = site.steps();
        let copy = self.kind() == RunKind::Pull;
        match self.steps().find(|step| !defined.contains(step) && !copy) {
            Some(step) => {
                invalid(format!("the site does not say how it is to do the step \"{}\"", step.as_str()))
            }
            None => Ok(()),
        }
    }
}

/// Does what was ordered, as one run. The caller holds the site's lock, and has seen to it that the user allowed the
/// build commands.
pub async fn run(work: &Work, order: &Order) -> Ended {
    order.check(&work.site).map_err(|failure| (None, failure))?;
    let run = Run::begin(work, order.kind()).await.map_err(|failure| (None, failure))?;
    let mut outcome = Outcome { password_from: work.password_from, ..Outcome::default() };
    let result = steps(&run, order, &mut outcome).await;
    run.end(result, outcome).await
}

async fn steps(run: &Run<'_>, order: &Order, outcome: &mut Outcome) -> Result<RunState, Failure> {
    let mut end = RunState::Done;
    for step in order.steps() {
        take(run, step, order, outcome).await?;
        if step == PipelineStep::Publish {
            end = RunState::Live;
        }
    }
    Ok(end)
}

/// Takes one step, and records what it did even if it fails or is stopped.
async fn take(
    run: &Run<'_>,
    step: PipelineStep,
    order: &Order,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let (work, started, tally) = (run.work, Instant::now(), &run.work.tally);
    let (bytes, retries, failed) = (outcome.bytes, outcome.retries, outcome.failed);
    let mut done = StepStatistics::new(step);
    tally.reset();
    let step_taken = async {
        match step {
            PipelineStep::Pull => match pull_step(run, &order.pull, outcome, &mut done).await {
                Err(failure) if order.may_begin_with_nothing(&failure) => {
                    let text = "Nothing is on the server yet that could be brought down.";
                    outcome.notes.push(text.to_owned());
                    work.events.note(text, None);
                    Ok(())
                }
                result => result,
            },
            PipelineStep::Build => build_step(run, &order.environment, &mut done).await,
            PipelineStep::Publish => publish_step(run, &order.publish, outcome, &mut done).await,
        }
    };
    let result = tokio::select! {
        biased;
        () = run.stopped() => Err(cancelled()),
        result = step_taken => result,
    };
    outcome.bytes += tally.sent.get();
    outcome.retries = retries + tally.retries.get();
    outcome.failed += tally.failed.get();
    outcome.uploaded += tally.live.get();
    outcome.removed += tally.removed.get();
    done.files += tally.live.get();
    done.bytes = outcome.bytes - bytes;
    done.retries = outcome.retries - retries;
    done.failed += outcome.failed - failed;
    if step != PipelineStep::Build {
        done.connections = work.pool.most_open();
    }
    done.seconds = started.elapsed().as_secs_f64();
    outcome.steps.push(done);
    result
}

/// What a run would do.
#[derive(Debug, Clone, Default)]
pub struct RunPreview {
    /// What would be brought down.
    pub pull: Option<PullPreview>,
    /// How the site would be made.
    pub build: Option<Build>,
    /// What would be published of what is here now.
    pub publish: Option<Preview>,
    /// Why that can't be told before the earlier steps are taken.
    pub publish_unknown: Option<Failure>,
}

/// Works out what a run would do. Changes nothing in the site's folders and on the server; what an interrupted run is
/// found to have done is noted in the ledger.
pub async fn preview_run(work: &Work, order: &Order) -> Result<RunPreview, Failure> {
    order.check(&work.site)?;
    let mut found = RunPreview::default();
    for step in order.steps() {
        match step {
            PipelineStep::Pull => match preview_pull(work, &order.pull).await {
                Ok(preview) => found.pull = Some(preview),
                Err(failure) if order.may_begin_with_nothing(&failure) => {
                    found.pull = Some(PullPreview::default());
                }
                Err(failure) => return Err(failure),
            },
            PipelineStep::Build => found.build = work.site.build.clone(),
            PipelineStep::Publish => match preview(work, &order.publish).await {
                Ok(preview) => found.publish = Some(preview),
                Err(failure) if found.could_make(&failure) => found.publish_unknown = Some(failure),
                Err(failure) => return Err(failure),
            },
        }
    }
    Ok(found)
}

impl RunPreview {
    /// Whether an earlier step could make the folder that there is nothing of yet.
    fn could_make(&self, failure: &Failure) -> bool {
        let nothing_yet = matches!(failure.code, Code::LocalFolderMissing | Code::LocalFolderEmpty);
        nothing_yet && (self.pull.is_some() || self.build.is_some())
    }
}

/// Shared so that the compiler checks that a run can move between threads.
const _: fn() = || {
    fn sendable<T: Send>(_: T) {}
    let _ = |work: Arc<Work>, order: Order| {
        sendable(async move { run(&work, &order).await.is_ok() });
    };
};
