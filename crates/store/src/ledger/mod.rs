//! The ledger: what was published where, what each run did, and how far a run in progress has got. One SQLite
//! database, safe against the end of the process at any moment and shared by processes.
//!
//! What is known of a server is kept for each *place*, a site together with where it is published, so that a site
//! that moves to another host begins a new record.

mod builds;
mod hashes;
mod journal;
mod migrations;
mod online;
mod places;
mod published;
mod runs;
mod server;
#[cfg(test)]
mod testing;
mod versions;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use slipway_core::{RemotePath, RunId, SiteName};

use crate::data_dir::private_file;
use crate::error::StoreError;

pub use hashes::CachedHash;
pub use journal::{JournalItem, Step, Unfinished};
pub use online::OnlineTotals;
pub use runs::{RunKind, RunRecord};

/// How long a call waits for another process that writes.
const BUSY: Duration = Duration::from_secs(10);

/// A site together with where it is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PlaceId(i64);

/// The ledger, open. Calls from several threads wait for each other.
#[derive(Debug)]
pub struct Ledger(Mutex<Connection>);

impl Ledger {
    /// Opens the ledger; makes it (mode 0600) where it is missing, and brings an older one up to date.
    ///
    /// # Errors
    /// [`StoreError::Newer`] where a newer Slipway has written it; [`StoreError::Ledger`] where the file is no
    /// database.
    pub fn open(file: &Path) -> Result<Self, StoreError> {
        // SQLite gives the files beside the database the mode of the database.
        private_file(file)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(file, flags)?;
        connection.busy_timeout(BUSY)?;
        migrations::refuse_newer(&connection, file)?;
        connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
        // FULL: what was said to be written survives a loss of power. The default would only keep it whole.
        connection.pragma_update(None, "synchronous", "full")?;
        Self::ready(connection, file)
    }

    /// A ledger of its own that is gone when it is dropped: for a server that no site names yet.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::ready(Connection::open_in_memory()?, Path::new(":memory:"))
    }

    fn ready(mut connection: Connection, file: &Path) -> Result<Self, StoreError> {
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.set_prepared_statement_cache_capacity(64);
        migrations::migrate(&mut connection, file)?;
        Ok(Self(Mutex::new(connection)))
    }

    /// The place where the site is published: `destination` says it as `anna@ftp.example.com:21/public_html`.
    pub fn place(&self, site: &SiteName, destination: &str) -> Result<PlaceId, StoreError> {
        let find = "SELECT places.id FROM places JOIN sites ON sites.id = places.site
                    WHERE sites.name = ?1 AND destination = ?2";
        let known = self.read().query_row(find, params![site.as_str(), destination], |row| row.get(0));
        if let Some(id) = known.optional()? {
            return Ok(PlaceId(id));
        }
        self.write(|db| {
            let site = site_id(db, site)?;
            db.execute(
                "INSERT INTO places (site, destination) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                params![site, destination],
            )?;
            let id = db.query_row(
                "SELECT id FROM places WHERE site = ?1 AND destination = ?2",
                params![site, destination],
                |row| row.get(0),
            )?;
            Ok(PlaceId(id))
        })
    }

    /// What tells this installation from all others: random, and the same for as long as the ledger lasts.
    pub fn installation(&self) -> Result<[u8; 16], StoreError> {
        Ok(self.read().query_row("SELECT id FROM installation", [], |row| row.get(0))?)
    }

    /// Deletes everything about the site.
    pub fn remove_site(&self, site: &SiteName) -> Result<(), StoreError> {
        self.write(|db| {
            db.execute("DELETE FROM sites WHERE name = ?1", [site.as_str()])?;
            Ok(())
        })
    }

    fn read(&self) -> MutexGuard<'_, Connection> {
        // A panic in the middle of a call has rolled its transaction back.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self.read();
        // Immediate: to begin by reading and then find another process writing could not be waited out.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }
}

fn site_id(db: &Connection, site: &SiteName) -> Result<i64, StoreError> {
    db.execute("INSERT INTO sites (name) VALUES (?1) ON CONFLICT DO NOTHING", [site.as_str()])?;
    Ok(db.query_row("SELECT id FROM sites WHERE name = ?1", [site.as_str()], |row| row.get(0))?)
}

/// The number that stands for the run inside the database.
fn run_number(db: &Connection, run: &RunId) -> Result<i64, StoreError> {
    let mut find = db.prepare_cached("SELECT number FROM runs WHERE id = ?1")?;
    let number = find.query_row([run.as_str()], |row| row.get(0)).optional()?;
    number.ok_or_else(|| StoreError::RunNotFound(run.to_string()))
}

fn text_at<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a str, StoreError> {
    row.get_ref(column)?.as_str().map_err(|error| StoreError::Ledger(error.into()))
}

fn path_at(row: &Row<'_>, column: usize) -> Result<RemotePath, StoreError> {
    let text = text_at(row, column)?;
    RemotePath::new(text).map_err(|_| StoreError::Record { what: "a path", value: text.to_owned() })
}

fn run_id_at(row: &Row<'_>, column: usize) -> Result<RunId, StoreError> {
    let text = text_at(row, column)?;
    text.parse().map_err(|_| StoreError::Record { what: "a run's id", value: text.to_owned() })
}

fn json_at<T: serde::de::DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
    what: &'static str,
) -> Result<Option<T>, StoreError> {
    let value = row.get_ref(column)?.as_str_or_null().map_err(|error| StoreError::Ledger(error.into()))?;
    let Some(text) = value else { return Ok(None) };
    let value = serde_json::from_str(text);
    value.map(Some).map_err(|_| StoreError::Record { what, value: text.to_owned() })
}

fn to_json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|error| StoreError::Ledger(rusqlite::Error::ToSqlConversionFailure(error.into())))
}

#[cfg(test)]
mod tests {
    use super::testing::{Fixture, run, site};
    use super::*;

    #[test]
    fn a_place_is_a_site_and_a_destination() {
        let f = Fixture::new();
        let a = f.ledger.place(&site("a"), "u@h:21/x").unwrap();
        assert_eq!(f.ledger.place(&site("a"), "u@h:21/x").unwrap(), a);
        assert_ne!(f.ledger.place(&site("a"), "u@other:21/x").unwrap(), a);
        assert_ne!(f.ledger.place(&site("b"), "u@h:21/x").unwrap(), a);
    }

    #[test]
    fn nothing_of_a_removed_site_stays() {
        let f = Fixture::new();
        f.published(1, &["a.html", "b/c.html"]);
        f.journalled(2, &["d.html"]);
        f.ledger.folders_made(f.place, &[RemotePath::new("b").unwrap()]).unwrap();
        let hash = CachedHash { size: 1, modified: 2, sha256: slipway_core::Sha256([3; 32]) };
        f.ledger.save_hashes(&site("shop"), &[("a.html".into(), hash)], &[]).unwrap();
        f.ledger.keep_version(&run(1), &f.ledger.published(f.place).unwrap().files).unwrap();
        f.ledger.remove_site(&site("shop")).unwrap();
        for table in
            ["sites", "places", "runs", "journal", "files", "folders", "hashes", "versions", "version_files"]
        {
            let count =
                f.ledger.read().query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0));
            assert_eq!(count, Ok(0_i64), "{table}");
        }
    }

    #[test]
    fn is_there_again_without_having_been_closed() {
        let f = Fixture::new();
        f.published(1, &["a.html"]);
        let second = Ledger::open(&f.file).unwrap();
        std::mem::forget(f.ledger);
        assert_eq!(second.published(f.place).unwrap().files.len(), 1);
        assert_eq!(second.run(&site("shop"), run(1).as_str()).unwrap().run, run(1));
    }

    #[test]
    fn a_copy_taken_in_the_middle_of_a_change_holds_what_was_finished() {
        let f = Fixture::new();
        f.published(1, &["a.html"]);
        let copy = f.root.path().join("copy.db");
        let result: Result<(), StoreError> = f.ledger.write(|db| {
            db.execute("DELETE FROM files", [])?;
            // More than SQLite holds back in memory, so that the unfinished change is in the files too.
            db.pragma_update(None, "cache_spill", 1)?;
            db.pragma_update(None, "cache_size", 1)?;
            for i in 0..5_000 {
                db.execute("INSERT INTO hashes VALUES (1, ?1, 1, 1, zeroblob(32))", [format!("file {i}")])?;
            }
            for end in ["", "-wal"] {
                let from = format!("{}{end}", f.file.display());
                assert!(std::fs::copy(from, format!("{}{end}", copy.display())).unwrap() > 0);
            }
            Err(StoreError::DiskFull)
        });
        result.unwrap_err();
        let copy = Ledger::open(&copy).unwrap();
        assert_eq!(copy.published(f.place).unwrap().files.len(), 1);
        assert!(copy.hashes(&site("shop"), "").unwrap().is_empty());
        // What was not finished was rolled back in the original too.
        assert_eq!(f.ledger.published(f.place).unwrap().files.len(), 1);
    }

    #[test]
    fn a_full_disk_is_told_and_loses_nothing() {
        let f = Fixture::new();
        f.published(1, &["a.html"]);
        f.ledger.read().pragma_update(None, "max_page_count", 1).unwrap();
        let hash = CachedHash { size: 1, modified: 2, sha256: slipway_core::Sha256([3; 32]) };
        let many: Vec<_> = (0..5_000).map(|i| (format!("file {i}").into_boxed_str(), hash)).collect();
        let error = f.ledger.save_hashes(&site("shop"), &many, &[]).unwrap_err();
        assert!(matches!(error, StoreError::DiskFull), "{error}");
        assert_eq!(f.ledger.published(f.place).unwrap().files.len(), 1);
    }

    #[test]
    fn one_in_memory_is_for_itself() {
        let (one, other) = (Ledger::in_memory().unwrap(), Ledger::in_memory().unwrap());
        let place = one.place(&site("shop"), "u@h:21/x").unwrap();
        let facts = slipway_core::ServerFacts { connection_limit: Some(2), ..Default::default() };
        one.set_server_facts(place, &facts).unwrap();
        assert_eq!(one.server_facts(place).unwrap(), facts);
        assert!(other.server_facts(other.place(&site("shop"), "u@h:21/x").unwrap()).unwrap() != facts);
        one.remove_site(&site("shop")).unwrap();
        assert_ne!(
            one.place(&site("shop"), "u@h:21/x").map(|place| one.server_facts(place).unwrap()).unwrap(),
            facts
        );
    }

    #[test]
    fn can_be_sent_and_shared() {
        fn check<T: Send + Sync>() {}
        check::<Ledger>();
    }
}
