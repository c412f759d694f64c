//! `slipway history`: what was published when.

use clap::Args;
use serde::Serialize;
use slipway_api::{RunKind, RunRecord};
use slipway_core::{Failure, Outcome, RunId, RunState, units};

use super::{Context, history_run};
use crate::args::Name;
use crate::messages::{self, Setting};
use crate::words::{grouped, moment, quoted, table};

/// How much of a run's id is shown.
const SHORT: usize = 8;

/// See what was published, brought down and made when.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway history shop
  slipway history shop --run 1a2b3c4d         everything about one of them
  slipway history shop --run 1a2b3c4d --log   what it wrote down while it went on")]
pub(crate) struct History {
    #[command(flatten)]
    pub(crate) site: Name,
    /// Only this one: its id, or how it begins.
    #[arg(long, value_name = "RUN", conflicts_with = "limit")]
    run: Option<String>,
    /// Show what it wrote down while it went on, line by line. Needs --run.
    #[arg(long, requires = "run")]
    log: bool,
    /// The last so many.
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
}

#[derive(Serialize)]
struct HistoryLine<'a> {
    event: &'static str,
    runs: Vec<RunLine<'a>>,
}

#[derive(Serialize)]
struct RunLine<'a> {
    run: &'a RunId,
    kind: &'static str,
    state: RunState,
    started_ms: i64,
    ended_ms: Option<i64>,
    outcome: Option<&'a Outcome>,
    failure: Option<&'a Failure>,
    /// Whether `slipway undo --to` can put back what it brought online.
    version: bool,
}

impl<'a> From<&'a RunRecord> for RunLine<'a> {
    fn from(record: &'a RunRecord) -> Self {
        Self {
            run: &record.run,
            kind: record.kind.as_str(),
            state: record.state,
            started_ms: record.started_ms,
            ended_ms: record.ended_ms,
            outcome: record.outcome.as_ref(),
            failure: record.failure.as_ref(),
            version: record.version,
        }
    }
}

impl History {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let name = &self.site.name;
        let records = match &self.run {
            Some(id) if self.log => {
                let record = context.api.run(name, id).await?;
                return history_run::log(context, name, &record).await;
            }
            Some(id) => vec![context.api.run(name, id).await?],
            None => context.api.history(name, self.limit).await?,
        };
        let runs = records.iter().map(RunLine::from).collect();
        context.out.last(&HistoryLine { event: "history", runs });
        let lines = match records.as_slice() {
            [record] if self.run.is_some() => history_run::details(record),
            [] => {
                let publish = format!("  {} publish {}", context.program, quoted(name.as_str()));
                vec!["Nothing was published yet. To publish now:".to_owned(), publish]
            }
            records => overview(records),
        };
        lines.iter().for_each(|line| context.out.line(line));
        Ok(())
    }
}

fn overview(records: &[RunRecord]) -> Vec<String> {
    let head = ["When", "What", "Outcome", "Sent", "Brought down", "Removed", "Unchanged", "Took", "Run"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(records.iter().map(|record| {
        let outcome = record.outcome.as_ref();
        let number = |of: fn(&Outcome) -> u64| outcome.map(|o| grouped(of(o))).unwrap_or_default();
        vec![
            moment(record.started_ms),
            history_run::kind(record.kind).to_owned(),
            came_of(record),
            number(|o| o.uploaded),
            number(|o| o.downloaded),
            number(|o| o.removed),
            number(|o| o.unchanged),
            took(record),
            record.run.as_str().chars().take(SHORT).collect(),
        ]
    }));
    // Most sites are never brought down.
    let down = |record: &RunRecord| record.outcome.as_ref().is_some_and(|outcome| outcome.downloaded > 0);
    if !records.iter().any(|record| record.kind == RunKind::Pull || down(record)) {
        for row in &mut rows {
            row.remove(4);
        }
        return table(&rows, &[3, 4, 5, 6]);
    }
    table(&rows, &[3, 4, 5, 6, 7])
}

/// What came of a run.
pub(super) fn came_of(record: &RunRecord) -> String {
    match (record.state, &record.failure) {
        (RunState::Live, _) => "Online".to_owned(),
        (RunState::Done, _) => "Done".to_owned(),
        (RunState::Cancelled, _) => "Stopped".to_owned(),
        (RunState::Interrupted, _) => "Cut off".to_owned(),
        (RunState::Failed, Some(failure)) => messages::words(failure, &Setting::default()).title,
        (RunState::Failed, None) => "Failed".to_owned(),
        _ => "Not ended".to_owned(),
    }
}

/// How long a run took, where that is known.
pub(super) fn took(record: &RunRecord) -> String {
    // An interrupted run ended when nobody looked.
    let Some(ended) = record.ended_ms.filter(|_| record.state != RunState::Interrupted) else {
        return String::new();
    };
    units::duration((ended - record.started_ms) as f64 / 1_000.0)
}

#[cfg(test)]
mod tests {
    use slipway_core::Code;

    use super::*;

    fn record(state: RunState) -> RunRecord {
        RunRecord {
            run: RunId::from_random([0x1a; 16]),
            kind: RunKind::Publish,
            state,
            started_ms: 1_700_000_000_000,
            ended_ms: Some(1_700_000_002_100),
            outcome: Some(Outcome { uploaded: 1_204, bytes: 3_400_000, ..Outcome::default() }),
            failure: None,
            version: true,
        }
    }

    #[test]
    fn a_line_for_each_publish() {
        let mut failed = record(RunState::Failed);
        failed.failure = Some(Failure::new(Code::LoginRejected, "530"));
        failed.outcome = None;
        let lines = overview(&[record(RunState::Live), failed, record(RunState::Interrupted)]);
        assert_eq!(lines.len(), 4);
        assert!(
            lines[1].contains("Publish  Online") && lines[1].contains("1,204") && lines[1].contains("2.1 s")
        );
        assert!(lines[1].ends_with("  1a1a1a1a"), "{}", lines[1]);
        assert!(lines[2].contains("The password was not accepted"));
        assert!(lines[3].contains("Cut off") && !lines[3].contains("2.1 s"));
        assert!(!lines[0].contains("Brought down"), "{}", lines[0]);
        let pulled = RunRecord {
            kind: RunKind::Pull,
            outcome: Some(Outcome { downloaded: 1_205, ..Outcome::default() }),
            ..record(RunState::Done)
        };
        let lines = overview(&[record(RunState::Live), pulled]);
        assert!(lines[1].contains("Publish  Online") && lines[2].contains("Pull     Done"), "{lines:?}");
        assert!(lines[0].contains("Brought down") && lines[2].contains("1,205"), "{lines:?}");
    }
}
