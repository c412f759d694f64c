//! `slipway run`: the steps that a site defines, one after the other.

use clap::{Args, ValueEnum};
use slipway_api::{AllowBuild, Finished, PublishOptions, PullOptions, RunRequest, build_digest};
use slipway_core::{Build, Code, Failure, PipelineStep, SiteName};

use super::password::can_ask;
use super::publish_options::PublishArgs;
use super::{Context, conflicts, finished, run_view};
use crate::args::Name;
use crate::output::inline;
use crate::progress::Display;

/// Do all that a site defines: bring it down, make it, publish it.
///
/// A site that is made by a program, such as a static site generator, is made and published with one command. Its
/// own commands are shown to you and allowed once before they first run, and again after they have changed. When a
/// step fails, those after it are not begun.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway run shop --dry-run             what each step would do
  slipway run shop
  slipway run shop --steps build         only make it; look at it before it goes online
  slipway run shop --steps build,publish")]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) site: Name,
    /// Only these steps; they are always taken in this order: pull,build,publish [without this: all that the site
    /// defines].
    #[arg(long, value_name = "STEPS", value_delimiter = ',')]
    steps: Vec<StepArg>,
    /// Show what each step would do, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Allow the site's commands to run, without a question.
    #[arg(long)]
    allow_build: bool,
    /// Replace files that you changed here, when the site is brought down.
    #[arg(long)]
    overwrite: bool,
    #[command(flatten)]
    how: PublishArgs,
}

/// A step of the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StepArg {
    /// Bring the website down from the server.
    Pull,
    /// Make it, with the site's own commands.
    Build,
    /// Bring it online.
    Publish,
}

impl From<StepArg> for PipelineStep {
    fn from(step: StepArg) -> Self {
        match step {
            StepArg::Pull => Self::Pull,
            StepArg::Build => Self::Build,
            StepArg::Publish => Self::Publish,
        }
    }
}

impl Run {
    /// The steps that were chosen, as options; nothing where all were.
    pub(crate) fn steps_as_typed(&self) -> String {
        let names: Vec<&str> = self.steps.iter().map(|step| PipelineStep::from(*step).as_str()).collect();
        if names.is_empty() { String::new() } else { format!("--steps {}", names.join(",")) }
    }

    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let name = &self.site.name;
        let typed = self.steps_as_typed();
        let steps: Vec<PipelineStep> = self.steps.into_iter().map(Into::into).collect();
        let on_conflict = self.how.on_conflict;
        let request = RunRequest {
            steps: if steps.is_empty() { None } else { Some(steps) },
            publish: PublishOptions::from(self.how),
            pull: PullOptions { overwrite: self.overwrite, ..PullOptions::default() },
            allow_build: if self.allow_build { AllowBuild::Any } else { AllowBuild::None },
        };
        if self.dry_run {
            return run_view::preview(context, name, request, &typed).await;
        }
        let asks = conflicts::asks(context, on_conflict);
        let options = request.publish.clone();
        let finished = conflicts::settled(context, name, asks, options, async |options| {
            // The steps before it were taken, where there was something to decide.
            let again = !options.decided.is_empty();
            let steps = if again { Some(vec![PipelineStep::Publish]) } else { request.steps.clone() };
            allowed(context, name, RunRequest { steps, publish: options, ..request.clone() }).await
        });
        finished::tell(context, name, finished.await?).await;
        Ok(())
    }
}

/// Takes the steps, and asks about the site's commands where it has to.
async fn allowed(context: &Context, name: &SiteName, mut request: RunRequest) -> Result<Finished, Failure> {
    loop {
        match steps_taken(context, name, request.clone()).await {
            // Asked again where they were changed while they were read.
            Err(failure) if failure.code == Code::BuildNotAllowed && may_ask(context) => {
                request.allow_build = asked(context, name).await?;
            }
            result => return result,
        }
    }
}

/// Shows the commands, and asks whether just these may run.
async fn asked(context: &Context, name: &SiteName) -> Result<AllowBuild, Failure> {
    let site = context.api.site(name).await?;
    for line in site.build.iter().flat_map(|build| question(build, &site.folder.to_string_lossy())) {
        context.out.error(&line);
    }
    context.insist("Allow them?").await?;
    Ok(build_digest(&site).map_or(AllowBuild::None, AllowBuild::Seen))
}

fn may_ask(context: &Context) -> bool {
    can_ask() && !context.out.is_json()
}

async fn steps_taken(context: &Context, name: &SiteName, request: RunRequest) -> Result<Finished, Failure> {
    let display = Display::start(context);
    let finished = context.api.run_steps(name, request, display.events(), context.cancel.clone()).await;
    display.end();
    finished
}

/// What is shown before the commands first run.
fn question(build: &Build, folder: &str) -> Vec<String> {
    let mut lines = vec!["This website is made with commands that have not been allowed yet:".to_owned()];
    lines.push(String::new());
    lines.extend(build.commands.iter().map(|command| format!("  {}", inline(command))));
    if !build.environment.is_empty() {
        lines.push("\nwith these environment variables:\n".to_owned());
        let variables = build.environment.iter();
        lines.extend(variables.map(|(name, value)| format!("  {}={}", inline(name), inline(value))));
    }
    lines.push(String::new());
    lines.push(format!("They run in {}, and may do on this computer all that you may do.", inline(folder)));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_shown_before_it_runs() {
        let mut build = Build::new(vec!["npm ci".into(), "npm run\u{1b}[2K build".into()]);
        build.environment.insert("TOKEN".into(), "${env:TOKEN}".into());
        let text = question(&build, "/home/anna/shop").join("\n");
        assert!(text.contains("\n  npm ci\n  npm run\u{fffd}[2K build\n"), "{text}");
        assert!(text.contains("\n  TOKEN=${env:TOKEN}\n"), "{text}");
        assert!(text.contains("in /home/anna/shop,"), "{text}");
    }
}
