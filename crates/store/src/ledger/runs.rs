//! Runs: when each began and ended, and what came of it.

use rusqlite::{Connection, OptionalExtension, Row, params};
use slipway_core::{Failure, Outcome, RunId, RunState, SiteName};

use super::{Ledger, PlaceId, json_at, run_id_at, text_at, to_json};
use crate::error::StoreError;

/// What a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunKind {
    /// Bringing a site online.
    Publish,
    /// Putting an earlier version back.
    Undo,
    /// Bringing a site down.
    Pull,
    /// Several steps, one after the other.
    Pipeline,
}

impl RunKind {
    /// The name used in the ledger and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Undo => "undo",
            Self::Pull => "pull",
            Self::Pipeline => "pipeline",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [Self::Publish, Self::Undo, Self::Pull, Self::Pipeline].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A run as it is remembered.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    /// Its id.
    pub run: RunId,
    /// What it was for.
    pub kind: RunKind,
    /// The last state that was recorded.
    pub state: RunState,
    /// When it began, in milliseconds since 1970.
    pub started_ms: i64,
    /// When it ended, in milliseconds since 1970; for an interrupted run, when that was found out.
    pub ended_ms: Option<i64>,
    /// What it did; `None` until it ended by itself.
    pub outcome: Option<Outcome>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// Whether what it brought online is known, so that it can be put back.
    pub version: bool,
}

const COLUMNS: &str = "SELECT runs.id, kind, state, started_ms, ended_ms, outcome, failure,
    EXISTS (SELECT 1 FROM versions WHERE versions.run = runs.number) FROM runs
    JOIN places ON places.id = runs.place JOIN sites ON sites.id = places.site";

impl Ledger {
    /// Records a new run, in the state [`RunState::Queued`].
    pub fn begin_run(
        &self,
        run: &RunId,
        place: PlaceId,
        kind: RunKind,
        started_ms: i64,
    ) -> Result<(), StoreError> {
        self.write(|db| {
            db.execute(
                "INSERT INTO runs (id, place, kind, state, started_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![run.as_str(), place.0, kind.as_str(), RunState::Queued.as_str(), started_ms],
            )?;
            Ok(())
        })
    }

    /// Records the state that the run is in.
    pub fn set_state(&self, run: &RunId, state: RunState) -> Result<(), StoreError> {
        self.write(|db| {
            // A write that was under way when the run was stopped must not undo its end.
            let sql = "UPDATE runs SET state = ?2 WHERE id = ?1 AND ended_ms IS NULL";
            found(run, db.execute(sql, params![run.as_str(), state.as_str()])?)
        })
    }

    /// Records the end of a run. What its journal holds is only kept where staging was begun and not tidied.
    pub fn finish(
        &self,
        run: &RunId,
        state: RunState,
        ended_ms: i64,
        outcome: &Outcome,
        failure: Option<&Failure>,
    ) -> Result<(), StoreError> {
        let outcome = to_json(outcome)?;
        let failure = failure.map(to_json).transpose()?;
        self.write(|db| {
            let sql = "UPDATE runs SET state = ?2, ended_ms = ?3, outcome = ?4, failure = ?5 WHERE id = ?1";
            let values = params![run.as_str(), state.as_str(), ended_ms, outcome, failure];
            found(run, db.execute(sql, values)?)?;
            drop_useless_journal(db, run)
        })
    }

    /// Marks the runs at this place that never ended as interrupted, and names them, oldest first. Only right while
    /// the caller holds the site's lock: no other process can then be at work on them.
    pub fn interrupted(&self, place: PlaceId, now_ms: i64) -> Result<Vec<RunId>, StoreError> {
        self.write(|db| {
            let mut find =
                db.prepare_cached("SELECT id, state FROM runs WHERE place = ?1 ORDER BY number")?;
            let mut rows = find.query([place.0])?;
            let mut runs = Vec::new();
            while let Some(row) = rows.next()? {
                if !state_at(row, 1)?.is_final() {
                    runs.push(run_id_at(row, 0)?);
                }
            }
            for run in &runs {
                let sql = "UPDATE runs SET state = ?2, ended_ms = ?3 WHERE id = ?1";
                db.execute(sql, params![run.as_str(), RunState::Interrupted.as_str(), now_ms])?;
                drop_useless_journal(db, run)?;
            }
            Ok(runs)
        })
    }

    /// The site's last runs, newest first, wherever it was published.
    pub fn runs(&self, site: &SiteName, limit: usize) -> Result<Vec<RunRecord>, StoreError> {
        let sql = format!("{COLUMNS} WHERE sites.name = ?1 ORDER BY started_ms DESC, number DESC LIMIT ?2");
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        records(&self.read(), &sql, site, limit)
    }

    /// The site's run whose id begins with `prefix`: at least 4 hexadecimal digits.
    ///
    /// # Errors
    /// [`StoreError::RunNotFound`], [`StoreError::RunAmbiguous`].
    pub fn run(&self, site: &SiteName, prefix: &str) -> Result<RunRecord, StoreError> {
        let not_found = || StoreError::RunNotFound(prefix.escape_debug().to_string());
        if prefix.len() < 4 || !prefix.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(not_found());
        }
        let pattern = format!("{}*", prefix.to_ascii_lowercase());
        let sql = format!("{COLUMNS} WHERE sites.name = ?1 AND runs.id GLOB ?2 LIMIT 2");
        let mut matching = records(&self.read(), &sql, site, pattern)?;
        match (matching.pop(), matching.pop()) {
            (Some(record), None) => Ok(record),
            (None, _) => Err(not_found()),
            (Some(_), Some(_)) => Err(StoreError::RunAmbiguous(prefix.to_owned())),
        }
    }
}

/// A journal is only needed to find one's way about a staging folder.
pub(super) fn drop_useless_journal(db: &Connection, run: &RunId) -> Result<(), StoreError> {
    let sql = "SELECT number FROM runs WHERE id = ?1 AND (tidied OR NOT staging)";
    let number: Option<i64> = db.query_row(sql, [run.as_str()], |row| row.get(0)).optional()?;
    if let Some(number) = number {
        db.execute("DELETE FROM journal WHERE run = ?1", [number])?;
    }
    Ok(())
}

pub(super) fn found(run: &RunId, changed: usize) -> Result<(), StoreError> {
    if changed == 0 { Err(StoreError::RunNotFound(run.to_string())) } else { Ok(()) }
}

fn records(
    db: &Connection,
    sql: &str,
    site: &SiteName,
    second: impl rusqlite::ToSql,
) -> Result<Vec<RunRecord>, StoreError> {
    let mut find = db.prepare_cached(sql)?;
    let mut rows = find.query(params![site.as_str(), second])?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(record(row)?);
    }
    Ok(records)
}

fn record(row: &Row<'_>) -> Result<RunRecord, StoreError> {
    let kind = text_at(row, 1)?;
    Ok(RunRecord {
        run: run_id_at(row, 0)?,
        kind: RunKind::parse(kind)
            .ok_or_else(|| StoreError::Record { what: "a run's kind", value: kind.to_owned() })?,
        state: state_at(row, 2)?,
        started_ms: row.get(3)?,
        ended_ms: row.get(4)?,
        outcome: json_at(row, 5, "a run's outcome")?,
        failure: json_at(row, 6, "a run's failure")?,
        version: row.get(7)?,
    })
}

pub(super) fn state_at(row: &Row<'_>, column: usize) -> Result<RunState, StoreError> {
    let name = text_at(row, column)?;
    let state = RunState::parse(name);
    state.ok_or_else(|| StoreError::Record { what: "a run's state", value: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use slipway_core::Code;

    use super::super::testing::{Fixture, run, site};
    use super::*;

    #[test]
    fn remembers_how_a_run_went() {
        let f = Fixture::new();
        f.ledger.begin_run(&run(1), f.place, RunKind::Publish, 1_000).unwrap();
        f.ledger.set_state(&run(1), RunState::Uploading).unwrap();
        let under_way = f.ledger.run(&site("shop"), run(1).as_str()).unwrap();
        assert_eq!((under_way.state, under_way.ended_ms), (RunState::Uploading, None));
        let outcome = Outcome { uploaded: 3, notes: vec!["a note".into()], ..Outcome::default() };
        let failure = Failure::new(Code::HostingFull, "552 no more").about("a.html");
        f.ledger.finish(&run(1), RunState::Failed, 2_000, &outcome, Some(&failure)).unwrap();
        let expected = RunRecord {
            run: run(1),
            kind: RunKind::Publish,
            state: RunState::Failed,
            started_ms: 1_000,
            ended_ms: Some(2_000),
            outcome: Some(outcome),
            failure: Some(failure),
            version: false,
        };
        assert_eq!(f.ledger.runs(&site("shop"), 10).unwrap(), [expected]);
        let error = f.ledger.set_state(&run(9), RunState::Live).unwrap_err();
        assert!(matches!(error, StoreError::RunNotFound(_)));
        let error = f.ledger.finish(&run(9), RunState::Live, 1, &Outcome::default(), None).unwrap_err();
        assert!(matches!(error, StoreError::RunNotFound(_)));
        f.ledger.begin_run(&run(1), f.place, RunKind::Publish, 1_000).unwrap_err();
    }

    #[test]
    fn lists_the_newest_first_over_all_places() {
        let f = Fixture::new();
        let elsewhere = f.ledger.place(&site("shop"), "elsewhere").unwrap();
        let foreign = f.ledger.place(&site("other"), "elsewhere").unwrap();
        for (number, place, started) in
            [(1, f.place, 10), (2, elsewhere, 30), (3, f.place, 20), (4, f.place, 20), (5, foreign, 40)]
        {
            f.ledger.begin_run(&run(number), place, RunKind::Publish, started).unwrap();
        }
        let listed = |limit| -> Vec<RunId> {
            f.ledger.runs(&site("shop"), limit).unwrap().into_iter().map(|record| record.run).collect()
        };
        assert_eq!(listed(10), [run(2), run(4), run(3), run(1)]);
        assert_eq!(listed(2), [run(2), run(4)]);
        assert!(f.ledger.runs(&site("unknown"), 10).unwrap().is_empty());
    }

    #[test]
    fn a_run_is_found_by_how_its_id_begins() {
        let f = Fixture::new();
        let close = |end| RunId::from_random([0xab, 0xcd, end, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for run in [close(1), close(2)] {
            f.ledger.begin_run(&run, f.place, RunKind::Publish, 1).unwrap();
        }
        assert_eq!(f.ledger.run(&site("shop"), "ABCD02").unwrap().run, close(2));
        assert!(matches!(f.ledger.run(&site("shop"), "abcd"), Err(StoreError::RunAmbiguous(_))));
        for prefix in ["abc", "", "abce", "abcd*", "%%%%", "äöü", "abcd03"] {
            let result = f.ledger.run(&site("shop"), prefix);
            assert!(matches!(result, Err(StoreError::RunNotFound(_))), "{prefix}");
        }
        assert!(matches!(f.ledger.run(&site("other"), "abcd02"), Err(StoreError::RunNotFound(_))));
    }

    #[test]
    fn runs_that_never_ended_are_found() {
        let f = Fixture::new();
        let elsewhere = f.ledger.place(&site("shop"), "elsewhere").unwrap();
        for (number, place) in [(1, f.place), (2, f.place), (3, f.place), (4, elsewhere)] {
            f.ledger.begin_run(&run(number), place, RunKind::Publish, 5).unwrap();
        }
        f.ledger.finish(&run(1), RunState::Live, 6, &Outcome::default(), None).unwrap();
        f.ledger.set_state(&run(3), RunState::GoingLive).unwrap();
        assert_eq!(f.ledger.interrupted(f.place, 99).unwrap(), [run(2), run(3)]);
        assert_eq!(f.ledger.interrupted(f.place, 100).unwrap(), []);
        let record = f.ledger.run(&site("shop"), run(3).as_str()).unwrap();
        assert_eq!((record.state, record.ended_ms, record.outcome), (RunState::Interrupted, Some(99), None));
        assert_eq!(f.ledger.run(&site("shop"), run(4).as_str()).unwrap().state, RunState::Queued);
    }
}
