//! What a run did, in a few lines: the same for publish, pull and run.

use std::path::{Path, PathBuf};

use slipway_api::Finished;
use slipway_core::{Event, Outcome, PipelineStep, RunState, Site, SiteName, StepStatistics, units};

use super::Context;
use super::proof_words::{advice, found};
use crate::output::inline;
use crate::words::{count, files, grouped};

/// Says what a run did, as the last thing.
pub(super) async fn tell(context: &Context, name: &SiteName, finished: Finished) {
    let site = context.api.site(name).await.ok();
    let folder = site.as_ref().map(Site::pull_folder);
    tell_with(context, site.as_ref(), folder.as_deref(), finished);
}

/// The same, of a site that is known, and of a pull into this folder.
pub(super) fn tell_with(context: &Context, site: Option<&Site>, folder: Option<&Path>, finished: Finished) {
    let Finished { run, outcome, state } = finished;
    for line in lines(&outcome, state, site, folder) {
        context.out.say(&line);
    }
    context.out.last(&Event::Finished { outcome: state, run, summary: outcome });
}

fn lines(outcome: &Outcome, state: RunState, site: Option<&Site>, folder: Option<&Path>) -> Vec<String> {
    let mut lines = Vec::new();
    for step in &outcome.steps {
        match step.step {
            PipelineStep::Pull => lines.push(pulled(step, folder)),
            PipelineStep::Build => lines.push(built(step)),
            PipelineStep::Publish => {}
        }
    }
    if state == RunState::Live {
        lines.extend(published(outcome, site));
    }
    lines
}

fn pulled(step: &StepStatistics, folder: Option<&Path>) -> String {
    let here = match step.skipped {
        1 => "1 file was here already".to_owned(),
        here => format!("{} were here already", files(here)),
    };
    if step.files == 0 {
        return format!("Nothing had to be brought down: {here}.");
    }
    let into = folder.map(|folder| format!(" into {}", shown(folder))).unwrap_or_default();
    let (brought, bytes) = (files(step.files), units::bytes(step.bytes));
    let took = units::duration(step.seconds);
    let rest = if step.skipped > 0 { format!("; {here}") } else { String::new() };
    format!("{brought} brought down ({bytes}){into} in {took}{rest}.")
}

/// A folder, without a slash at its end.
pub(super) fn shown(folder: &Path) -> String {
    inline(&folder.components().collect::<PathBuf>().to_string_lossy())
}

fn built(step: &StepStatistics) -> String {
    let (commands, took) = (count(step.files, "command", "commands"), units::duration(step.seconds));
    format!("Your website was made in {took} ({commands}).")
}

fn published(outcome: &Outcome, site: Option<&Site>) -> Vec<String> {
    let address = site.and_then(|site| site.web_url.as_deref()).map(inline);
    if outcome.uploaded == 0 && outcome.removed == 0 && outcome.failed == 0 {
        let at = address.map_or_else(|| ".".to_owned(), |address| format!(": {address}"));
        return vec![format!("Everything is online already{at}")];
    }
    let mut lines = vec![match address {
        Some(address) => format!("Your website is online: {address}"),
        None => "Your website is online.".to_owned(),
    }];
    // What was brought down before does not count here.
    let step = outcome.steps.iter().find(|step| step.step == PipelineStep::Publish);
    let (bytes, seconds) = step.map_or((outcome.bytes, outcome.seconds), |step| (step.bytes, step.seconds));
    let took = units::duration(seconds);
    let (removed, unchanged) = (outcome.removed, grouped(outcome.unchanged));
    lines.push(match outcome.uploaded {
        0 => format!("{} removed in {took}, {unchanged} unchanged.", files(removed)),
        sent => {
            let (sent, bytes, removed) = (files(sent), units::bytes(bytes), grouped(removed));
            format!("{sent} went online ({bytes}) in {took}; {removed} removed, {unchanged} unchanged.")
        }
    });
    if outcome.failed > 0 {
        lines.push(format!("{} could not be published.", files(outcome.failed)));
    }
    if let Some(proof) = &outcome.proof {
        lines.push(found(proof));
        lines.extend(advice(proof).map(str::to_owned));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        Site::new(SiteName::new("a").unwrap(), "/a".into(), "h", "u")
    }

    #[test]
    fn says_what_was_published() {
        let mut site = site();
        let mut outcome = Outcome { unchanged: 3, ..Outcome::default() };
        let live = |outcome: &Outcome, site: Option<&Site>| lines(outcome, RunState::Live, site, None);
        assert_eq!(live(&outcome, Some(&site)), ["Everything is online already."]);
        site.web_url = Some("https://example.com".to_owned());
        assert_eq!(live(&outcome, Some(&site)), ["Everything is online already: https://example.com"]);
        outcome.uploaded = 1;
        outcome.bytes = 3_400_000;
        outcome.seconds = 2.1;
        outcome.removed = 1_200;
        let text = [
            "Your website is online: https://example.com",
            "1 file went online (3.4 MB) in 2.1 s; 1,200 removed, 3 unchanged.",
        ];
        assert_eq!(live(&outcome, Some(&site)), text);
        outcome.failed = 2;
        assert_eq!(live(&outcome, None)[2], "2 files could not be published.");
        outcome.uploaded = 0;
        assert_eq!(live(&outcome, None)[1], "1,200 files removed in 2.1 s, 3 unchanged.");
    }

    #[test]
    fn says_what_each_step_did() {
        let step = |step, files, bytes, skipped, seconds| StepStatistics {
            files,
            bytes,
            skipped,
            seconds,
            ..StepStatistics::new(step)
        };
        let steps = vec![
            step(PipelineStep::Pull, 2, 5_000, 1, 1.0),
            step(PipelineStep::Build, 1, 0, 0, 3.2),
            step(PipelineStep::Publish, 1, 700, 4, 2.0),
        ];
        let outcome =
            Outcome { steps, uploaded: 1, bytes: 5_700, seconds: 6.2, unchanged: 4, ..Outcome::default() };
        let text = [
            "2 files brought down (5.0 kB) into /a in 1.0 s; 1 file was here already.",
            "Your website was made in 3.2 s (1 command).",
            "Your website is online.",
            "1 file went online (700 B) in 2.0 s; 0 removed, 4 unchanged.",
        ];
        assert_eq!(lines(&outcome, RunState::Live, Some(&site()), Some(Path::new("/a/"))), text);
        let pulled = Outcome { steps: vec![step(PipelineStep::Pull, 0, 0, 9, 0.1)], ..Outcome::default() };
        assert_eq!(
            lines(&pulled, RunState::Done, None, None),
            ["Nothing had to be brought down: 9 files were here already."]
        );
    }
}
