//! The journal: for a run in progress, how far each of its files got; for an interrupted one, what it left behind.

use rusqlite::{Connection, Row, params};
use slipway_core::{RemotePath, RunId, RunState, Sha256};

use super::runs::{drop_useless_journal, found, state_at};
use super::{Ledger, PlaceId, path_at, run_id_at, run_number};
use crate::error::StoreError;

/// How far a file of a run has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// It will be sent.
    Planned = 0,
    /// It lies in staging, whole.
    Arrived = 1,
    /// It is where visitors see it.
    Live = 2,
}

/// A file of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalItem {
    /// Its number in the run, which is its name in staging.
    pub number: u32,
    /// Where it goes.
    pub path: RemotePath,
    /// Its size in bytes.
    pub size: u64,
    /// The local file's last change when it was planned, in nanoseconds since 1970 (UTC).
    pub modified: i64,
    /// The digest of its content.
    pub sha256: Sha256,
    /// How far it has got.
    pub step: Step,
    /// What the server said of its time of change after it had arrived: seconds since 1970 by the server's clock.
    pub server_modified: Option<i64>,
}

/// A run whose staging may still lie on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// The run.
    pub run: RunId,
    /// The last state that was recorded.
    pub state: RunState,
    /// Its files, by number.
    pub items: Vec<JournalItem>,
}

impl Ledger {
    /// Adds files to a run's journal, all or none. One of the same number takes the place of the earlier one.
    pub fn journal_add(&self, run: &RunId, items: &[JournalItem]) -> Result<(), StoreError> {
        self.write(|db| {
            let run = run_number(db, run)?;
            let mut add =
                db.prepare_cached("INSERT OR REPLACE INTO journal VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
            for item in items {
                let (path, digest) = (item.path.as_str(), &item.sha256.0[..]);
                let (size, step) = (item.size.cast_signed(), item.step as i64);
                let times = (item.modified, item.server_modified);
                add.execute(params![run, item.number, path, size, times.0, digest, step, times.1])?;
            }
            Ok(())
        })
    }

    /// Forgets files that are of no use any more, and that staging does not hold.
    pub fn journal_drop(&self, run: &RunId, numbers: &[u32]) -> Result<(), StoreError> {
        self.write(|db| {
            let run = run_number(db, run)?;
            let mut drop = db.prepare_cached("DELETE FROM journal WHERE run = ?1 AND number = ?2")?;
            for number in numbers {
                drop.execute(params![run, number])?;
            }
            Ok(())
        })
    }

    /// Says that these files lie in staging, with what the server says of their time of change; all or none.
    pub fn journal_arrived(&self, run: &RunId, items: &[(u32, Option<i64>)]) -> Result<(), StoreError> {
        self.write(|db| {
            let id = run_number(db, run)?;
            let mut change = db.prepare_cached(
                "UPDATE journal SET step = ?3, server_modified = ?4 WHERE run = ?1 AND number = ?2",
            )?;
            for &(number, modified) in items {
                let changed = change.execute(params![id, number, Step::Arrived as i64, modified])?;
                item_found(run, number, changed)?;
            }
            Ok(())
        })
    }

    /// Says that these files are live, and records them as published; all or none.
    pub fn journal_live(&self, run: &RunId, numbers: &[u32]) -> Result<(), StoreError> {
        self.write(|db| {
            let id = run_number(db, run)?;
            let place: i64 =
                db.query_row("SELECT place FROM runs WHERE number = ?1", [id], |row| row.get(0))?;
            let mut change =
                db.prepare_cached("UPDATE journal SET step = ?3 WHERE run = ?1 AND number = ?2")?;
            let mut publish = db.prepare_cached(
                "INSERT OR REPLACE INTO files SELECT ?3, path, size, sha256, server_modified
                 FROM journal WHERE run = ?1 AND number = ?2",
            )?;
            for &number in numbers {
                item_found(run, number, change.execute(params![id, number, Step::Live as i64])?)?;
                publish.execute(params![id, number, place])?;
            }
            Ok(())
        })
    }

    /// Says that these files, which were taken for live, still lie in staging: what is in their places is not ours. All
    /// or none.
    pub fn journal_not_live(&self, run: &RunId, numbers: &[u32]) -> Result<(), StoreError> {
        self.write(|db| {
            let id = run_number(db, run)?;
            let mut change =
                db.prepare_cached("UPDATE journal SET step = ?3 WHERE run = ?1 AND number = ?2")?;
            let mut forget = db.prepare_cached(
                "DELETE FROM files WHERE place = (SELECT place FROM runs WHERE number = ?1)
                 AND path = (SELECT path FROM journal WHERE run = ?1 AND number = ?2)",
            )?;
            for &number in numbers {
                item_found(run, number, change.execute(params![id, number, Step::Arrived as i64])?)?;
                forget.execute(params![id, number])?;
            }
            Ok(())
        })
    }

    /// Says that the run is about to make its staging folder. To be called before it does.
    pub fn staging_begun(&self, run: &RunId) -> Result<(), StoreError> {
        self.write(|db| {
            let sql = "UPDATE runs SET staging = 1, tidied = 0 WHERE id = ?1";
            found(run, db.execute(sql, [run.as_str()])?)
        })
    }

    /// Says that nothing of the run's staging is left on the server, and drops its journal.
    pub fn tidied(&self, run: &RunId) -> Result<(), StoreError> {
        self.write(|db| {
            found(run, db.execute("UPDATE runs SET tidied = 1 WHERE id = ?1", [run.as_str()])?)?;
            drop_useless_journal(db, run)
        })
    }

    /// The newest run at this place that began staging and was not tidied, whatever became of it.
    pub fn unfinished(&self, place: PlaceId) -> Result<Option<Unfinished>, StoreError> {
        let db = self.read();
        let mut find = db.prepare_cached(
            "SELECT id, state, number FROM runs WHERE place = ?1 AND staging AND NOT tidied
             ORDER BY started_ms DESC, number DESC LIMIT 1",
        )?;
        let mut rows = find.query([place.0])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let (run, state, number) = (run_id_at(row, 0)?, state_at(row, 1)?, row.get(2)?);
        Ok(Some(Unfinished { run, state, items: items(&db, number)? }))
    }
}

fn items(db: &Connection, run: i64) -> Result<Vec<JournalItem>, StoreError> {
    let count: u32 = db.query_row("SELECT count(*) FROM journal WHERE run = ?1", [run], |row| row.get(0))?;
    let mut items = Vec::with_capacity(count as usize);
    let mut find = db.prepare_cached(
        "SELECT number, path, size, modified, sha256, step, server_modified FROM journal WHERE run = ?1 ORDER BY number",
    )?;
    let mut rows = find.query([run])?;
    while let Some(row) = rows.next()? {
        items.push(JournalItem {
            number: row.get(0)?,
            path: path_at(row, 1)?,
            size: row.get::<_, i64>(2)?.cast_unsigned(),
            modified: row.get(3)?,
            sha256: Sha256(row.get(4)?),
            step: step_at(row, 5)?,
            server_modified: row.get(6)?,
        });
    }
    Ok(items)
}

fn step_at(row: &Row<'_>, column: usize) -> Result<Step, StoreError> {
    match row.get::<_, i64>(column)? {
        0 => Ok(Step::Planned),
        1 => Ok(Step::Arrived),
        2 => Ok(Step::Live),
        other => Err(StoreError::Record { what: "a step of the journal", value: other.to_string() }),
    }
}

fn item_found(run: &RunId, number: u32, changed: usize) -> Result<(), StoreError> {
    if changed == 0 { Err(StoreError::ItemNotFound { run: run.clone(), number }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use slipway_core::{Outcome, PublishedFile};

    use super::super::RunKind;
    use super::super::testing::{Fixture, item, path, run};
    use super::*;

    #[test]
    fn files_go_step_by_step_and_are_published_when_live() {
        let f = Fixture::new();
        f.journalled(1, &["a.html", "b.html", "c.html"]);
        f.ledger.journal_add(&run(1), &[item(3, "d.html")]).unwrap();
        f.ledger.journal_arrived(&run(1), &[(0, Some(-5)), (1, None)]).unwrap();
        f.ledger.journal_live(&run(1), &[0]).unwrap();
        let unfinished = f.ledger.unfinished(f.place).unwrap().unwrap();
        assert_eq!((unfinished.run, unfinished.state), (run(1), RunState::Queued));
        let expected = [
            JournalItem { step: Step::Live, server_modified: Some(-5), ..item(0, "a.html") },
            JournalItem { step: Step::Arrived, ..item(1, "b.html") },
            item(2, "c.html"),
            item(3, "d.html"),
        ];
        assert_eq!(unfinished.items, expected);
        let published = f.ledger.published(f.place).unwrap().files;
        let file = PublishedFile { size: 7, sha256: Sha256([0; 32]), server_modified: Some(-5) };
        assert_eq!(published.into_iter().collect::<Vec<_>>(), [(path("a.html"), file)]);
    }

    #[test]
    fn what_is_not_live_after_all_waits_and_is_not_published() {
        let f = Fixture::new();
        f.journalled(1, &["a.html", "b.html"]);
        f.ledger.journal_arrived(&run(1), &[(0, Some(5)), (1, None)]).unwrap();
        f.ledger.journal_live(&run(1), &[0, 1]).unwrap();
        f.ledger.journal_not_live(&run(1), &[0]).unwrap();
        let items = f.ledger.unfinished(f.place).unwrap().unwrap().items;
        assert_eq!((items[0].step, items[0].server_modified), (Step::Arrived, Some(5)));
        assert_eq!(items[1].step, Step::Live);
        let published = f.ledger.published(f.place).unwrap().files;
        assert_eq!(published.into_keys().collect::<Vec<_>>(), [path("b.html")]);
    }

    #[test]
    fn what_is_dropped_is_forgotten() {
        let f = Fixture::new();
        f.journalled(1, &["a.html", "b.html"]);
        f.ledger.journal_drop(&run(1), &[0, 7]).unwrap();
        assert_eq!(f.ledger.unfinished(f.place).unwrap().unwrap().items, [item(1, "b.html")]);
    }

    #[test]
    fn what_goes_live_replaces_what_was_there() {
        let f = Fixture::new();
        f.published(1, &["a.html"]);
        f.journalled(2, &["x", "a.html"]);
        let huge = JournalItem { size: u64::MAX, ..item(1, "a.html") };
        f.ledger.journal_add(&run(2), &[huge]).unwrap();
        f.ledger.journal_live(&run(2), &[1]).unwrap();
        let file = PublishedFile { size: u64::MAX, sha256: Sha256([1; 32]), server_modified: None };
        assert_eq!(f.ledger.published(f.place).unwrap().files[&path("a.html")], file);
    }

    #[test]
    fn a_number_that_is_not_there_changes_nothing() {
        let f = Fixture::new();
        f.journalled(1, &["a.html"]);
        let error = f.ledger.journal_live(&run(1), &[0, 7]).unwrap_err();
        assert!(matches!(error, StoreError::ItemNotFound { number: 7, .. }), "{error}");
        assert!(f.ledger.published(f.place).unwrap().files.is_empty());
        f.ledger.journal_arrived(&run(1), &[(0, None), (7, None)]).unwrap_err();
        assert_eq!(f.ledger.unfinished(f.place).unwrap().unwrap().items, [item(0, "a.html")]);
        let error = f.ledger.journal_add(&run(9), &[item(0, "a")]).unwrap_err();
        assert!(matches!(error, StoreError::RunNotFound(_)));
    }

    #[test]
    fn a_run_is_unfinished_until_it_is_tidied_whatever_became_of_it() {
        let f = Fixture::new();
        f.ledger.begin_run(&run(9), f.place, RunKind::Publish, 50).unwrap();
        f.ledger.journal_add(&run(9), &[item(0, "a.html")]).unwrap();
        assert_eq!(f.ledger.unfinished(f.place).unwrap(), None, "nothing lies on the server yet");
        for (number, state) in [(1, RunState::Failed), (2, RunState::Cancelled), (3, RunState::Live)] {
            f.journalled(number, &["a.html"]);
            f.ledger.finish(&run(number), state, 9, &Outcome::default(), None).unwrap();
        }
        f.journalled(4, &["a.html"]);
        assert_eq!(f.ledger.interrupted(f.place, 60).unwrap(), [run(9), run(4)]);
        let expected = [
            (4, RunState::Interrupted),
            (3, RunState::Live),
            (2, RunState::Cancelled),
            (1, RunState::Failed),
        ];
        for (number, state) in expected {
            let unfinished = f.ledger.unfinished(f.place).unwrap().unwrap();
            assert_eq!((unfinished.run, unfinished.state), (run(number), state));
            assert_eq!(unfinished.items.len(), 1);
            f.ledger.tidied(&run(number)).unwrap();
        }
        assert_eq!(f.ledger.unfinished(f.place).unwrap(), None);
        let left = f.ledger.read().query_row("SELECT count(*) FROM journal", [], |row| row.get(0));
        assert_eq!(left, Ok(0_i64));
    }

    #[test]
    fn a_run_without_staging_leaves_no_journal() {
        let f = Fixture::new();
        f.ledger.begin_run(&run(1), f.place, RunKind::Publish, 1).unwrap();
        f.ledger.journal_add(&run(1), &[item(0, "a.html")]).unwrap();
        f.ledger.finish(&run(1), RunState::Failed, 2, &Outcome::default(), None).unwrap();
        f.ledger.staging_begun(&run(1)).unwrap();
        assert_eq!(f.ledger.unfinished(f.place).unwrap().unwrap().items, []);
    }
}
