//! Everything about one run, as `slipway history --run` shows it.

use serde_json::json;
use slipway_api::{RunKind, RunRecord};
use slipway_core::{Failure, PipelineStep, SiteName, StepStatistics, units};

use super::Context;
use super::credential::place;
use super::history::{came_of, took};
use super::proof_words;
use crate::messages::{self, Setting};
use crate::output::inline;
use crate::words::{files, grouped, moment, pairs, table};

/// What a run is called.
pub(super) fn kind(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Publish => "Publish",
        RunKind::Undo => "Undo",
        RunKind::Pull => "Pull",
        RunKind::Pipeline => "Run",
    }
}

/// Shows what a run wrote down while it went on.
pub(super) async fn log(context: &Context, name: &SiteName, record: &RunRecord) -> Result<(), Failure> {
    let log = context.api.run_log(name, &record.run).await?;
    let lines: Vec<&str> = log.iter().flat_map(|log| log.lines()).collect();
    context.out.last(&json!({ "event": "log", "run": record.run, "lines": lines }));
    lines.iter().for_each(|line| context.out.line(line));
    if log.is_none() {
        context.out.talk("No log of this run is kept. Slipway keeps those of the last 50 runs of a site.");
    }
    Ok(())
}

pub(super) fn details(record: &RunRecord) -> Vec<String> {
    let mut rows = vec![
        (kind(record.kind), record.run.to_string()),
        ("Began", moment(record.started_ms)),
        ("Took", took(record)),
        ("Outcome", came_of(record)),
    ];
    let outcome = record.outcome.as_ref();
    if let Some(outcome) = outcome {
        if !matches!(record.kind, RunKind::Publish | RunKind::Undo) {
            rows.push(("Brought down", files(outcome.downloaded)));
        }
        if record.kind != RunKind::Pull {
            rows.push(("Sent", files(outcome.uploaded)));
            rows.push(("Removed", files(outcome.removed)));
            rows.push(("Unchanged", files(outcome.unchanged)));
        }
        rows.push(("Transferred", units::bytes(outcome.bytes)));
        if outcome.failed > 0 {
            rows.push(("Failed", files(outcome.failed)));
        }
        rows.push(("Tried again", if outcome.retries == 1 { "once".into() } else { times(outcome.retries) }));
        rows.push(("Connections", format!("{} at most", outcome.connections)));
        rows.extend(outcome.password_from.map(|store| ("Password from", place(store).to_owned())));
        rows.extend(outcome.proof.iter().map(|proof| ("Visitors", proof_words::found(proof))));
        rows.extend(outcome.notes.iter().map(|note| ("Note", inline(note))));
    }
    if let Some(failure) = &record.failure {
        let words = messages::words(failure, &Setting::default());
        rows.push(("What happened", words.explanation.replace('\n', " ")));
        rows.extend(failure.path.iter().map(|path| ("About", inline(path))));
        rows.extend(failure.server_reply.iter().map(|reply| ("The server said", inline(reply))));
        rows.push(("Details", inline(&failure.detail)));
    }
    let mut lines = pairs(rows);
    let steps = outcome.map(|outcome| outcome.steps.as_slice()).unwrap_or_default();
    if !steps.is_empty() {
        lines.push(String::new());
        lines.extend(
            table(&statistics(steps), &[1, 2, 3, 4, 5, 6, 7]).into_iter().map(|line| format!("  {line}")),
        );
    }
    lines
}

fn statistics(steps: &[StepStatistics]) -> Vec<Vec<String>> {
    let head = ["Step", "Files", "Bytes", "Skipped", "Failed", "Tried again", "Connections", "Took"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(steps.iter().map(|step| {
        let (name, done) = match step.step {
            PipelineStep::Pull => ("Pull", grouped(step.files)),
            PipelineStep::Build => ("Build", String::new()),
            PipelineStep::Publish => ("Publish", grouped(step.files)),
        };
        let over_the_line =
            |text: String| if step.step == PipelineStep::Build { String::new() } else { text };
        vec![
            name.to_owned(),
            done,
            over_the_line(units::bytes(step.bytes)),
            over_the_line(grouped(step.skipped)),
            grouped(step.failed),
            over_the_line(grouped(step.retries)),
            over_the_line(step.connections.to_string()),
            units::duration(step.seconds),
        ]
    }));
    rows
}

fn times(n: u64) -> String {
    if n == 0 { "never".to_owned() } else { format!("{} times", grouped(n)) }
}

#[cfg(test)]
mod tests {
    use slipway_core::{Code, Outcome, RunId, RunState, StoreKind};

    use super::*;

    fn record(kind: RunKind, outcome: Outcome) -> RunRecord {
        RunRecord {
            run: RunId::from_random([0x1a; 16]),
            kind,
            state: RunState::Failed,
            started_ms: 1_700_000_000_000,
            ended_ms: Some(1_700_000_002_100),
            outcome: Some(outcome),
            failure: None,
            version: false,
        }
    }

    #[test]
    fn everything_about_one() {
        let outcome = Outcome { uploaded: 1_204, bytes: 3_400_000, ..Outcome::default() };
        let mut failed = record(RunKind::Publish, outcome);
        failed.failure = Some(Failure::new(Code::HostingFull, "full\u{1b}[2J").about("a\nb"));
        let text = details(&failed).join("\n");
        for part in ["1a1a1a1a1a1a", "1,204 files", "3.4 MB", "Your hosting space is full", "a b", "never"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn each_step_has_its_figures() {
        let pull = StepStatistics {
            files: 1_204,
            bytes: 3_400_000,
            skipped: 3,
            retries: 2,
            connections: 4,
            seconds: 2.1,
            ..StepStatistics::new(PipelineStep::Pull)
        };
        let build =
            StepStatistics { files: 2, failed: 1, seconds: 12.0, ..StepStatistics::new(PipelineStep::Build) };
        let outcome = Outcome {
            downloaded: 1_204,
            password_from: Some(StoreKind::File),
            steps: vec![pull, build],
            ..Outcome::default()
        };
        let text = details(&record(RunKind::Pipeline, outcome)).join("\n");
        for part in [
            "  Brought down   1,204 files\n",
            "  Password from  Slipway's encrypted file\n",
            "  Step   Files   Bytes  Skipped  Failed  Tried again  Connections   Took\n",
            "  Pull   1,204  3.4 MB        3       0            2            4  2.1 s\n",
            "  Build                               1                             12 s",
        ] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
    }
}
