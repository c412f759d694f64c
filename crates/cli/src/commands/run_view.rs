//! What the steps of a run would do, as it is shown.

use serde::Serialize;
use slipway_api::{RunPreview, RunRequest};
use slipway_core::{Build, Failure, SiteName};

use super::plan_view::{self, PlanLine};
use super::pull::{self, PullLine};
use super::{Context, preview};
use crate::messages::{self, Setting};
use crate::output::inline;
use crate::progress::Display;
use crate::words::quoted;

/// Shows what these steps would do. `steps` are the options that choose them.
pub(super) async fn preview(
    context: &Context,
    name: &SiteName,
    request: RunRequest,
    steps: &str,
) -> Result<(), Failure> {
    let display = Display::start(context);
    let found = context.api.preview_steps(name, request, display.events(), context.cancel.clone()).await;
    display.end();
    let found = found?;
    context.out.last(&RunLine::of(&found));
    if let Some(pull) = &found.pull {
        context.out.line("Bring the website down\n");
        pull::show(context, pull);
        context.out.line("");
    }
    if let Some(build) = &found.build {
        commands(build).iter().for_each(|line| context.out.line(line));
        context.out.line("");
    }
    if let Some(publish) = &found.publish {
        context.out.line("Publish\n");
        preview::show(context, publish);
        plan_view::sum(context, publish);
        context.out.line("");
    }
    if let Some(failure) = &found.publish_unknown {
        context.out.line(&format!("Publish\n\n  {}\n", unknown(failure)));
    }
    let again = format!("{} run {} {steps}", context.program, quoted(name.as_str()));
    context.out.line(&format!("To do all of it:\n  {}", again.trim_end()));
    Ok(())
}

fn commands(build: &Build) -> Vec<String> {
    let mut lines = vec!["Make the website, with these commands\n".to_owned()];
    lines.extend(build.commands.iter().map(|command| format!("  {}", inline(command))));
    lines
}

/// Why nobody can tell yet what would be published.
fn unknown(failure: &Failure) -> String {
    let title = messages::words(failure, &Setting::default()).title;
    format!("What would be published shows once the steps before it are done. ({title}.)")
}

#[derive(Serialize)]
struct RunLine<'a> {
    event: &'static str,
    pull: Option<PullLine<'a>>,
    build: Option<BuildLine<'a>>,
    publish: Option<PlanLine<'a>>,
    publish_unknown: Option<&'a Failure>,
}

/// The environment of the commands may be nobody's business.
#[derive(Serialize)]
struct BuildLine<'a> {
    commands: &'a [String],
}

impl<'a> RunLine<'a> {
    fn of(found: &'a RunPreview) -> Self {
        Self {
            event: "run_plan",
            pull: found.pull.as_ref().map(|pull| PullLine::of("pull_plan", pull)),
            build: found.build.as_ref().map(|build| BuildLine { commands: &build.commands }),
            publish: found.publish.as_ref().map(|publish| PlanLine::of("plan", publish)),
            publish_unknown: found.publish_unknown.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use slipway_core::Code;

    use super::*;

    #[test]
    fn what_is_not_known_yet_is_said() {
        let failure = Failure::new(Code::LocalFolderMissing, "no such folder");
        let found = RunPreview {
            build: Some(Build::new(vec!["make".into()])),
            publish_unknown: Some(failure.clone()),
            ..RunPreview::default()
        };
        let json = serde_json::to_value(RunLine::of(&found)).unwrap();
        assert_eq!((&json["event"], &json["build"]["commands"][0]), (&"run_plan".into(), &"make".into()));
        assert_eq!(json["publish_unknown"]["code"], "local_folder_missing");
        assert!(unknown(&failure).ends_with("(The folder of this website is not there.)"));
        assert_eq!(commands(&Build::new(vec!["make".into()]))[1], "  make");
    }
}
