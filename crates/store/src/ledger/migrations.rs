//! The tables, and how an older ledger becomes a newer one.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::error::StoreError;

/// Each brings the ledger from the version of its position to the next. One that was published is never changed.
const MIGRATIONS: &[&str] = &[
    "
CREATE TABLE sites (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE places (
    id INTEGER PRIMARY KEY,
    site INTEGER NOT NULL REFERENCES sites ON DELETE CASCADE,
    destination TEXT NOT NULL,
    -- The run whose marker file lies on the server.
    marker TEXT,
    -- ServerFacts as JSON.
    facts TEXT,
    UNIQUE (site, destination)
) STRICT;

CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    place INTEGER NOT NULL REFERENCES places ON DELETE CASCADE,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    started_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    -- Outcome and Failure as JSON.
    outcome TEXT,
    failure TEXT,
    -- Whether staging was begun on the server, and whether all of it was removed again.
    staging INTEGER NOT NULL DEFAULT 0,
    tidied INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX runs_by_place ON runs (place, started_ms);

CREATE TABLE journal (
    run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    number INTEGER NOT NULL,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    -- 0 planned, 1 arrived in staging, 2 live.
    step INTEGER NOT NULL,
    server_modified INTEGER,
    PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE files (
    place INTEGER NOT NULL REFERENCES places ON DELETE CASCADE,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    server_modified INTEGER,
    PRIMARY KEY (place, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE folders (
    place INTEGER NOT NULL REFERENCES places ON DELETE CASCADE,
    path TEXT NOT NULL,
    PRIMARY KEY (place, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE hashes (
    site INTEGER NOT NULL REFERENCES sites ON DELETE CASCADE,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    PRIMARY KEY (site, path)
) STRICT, WITHOUT ROWID;
",
    "
CREATE TABLE pulled (
    place INTEGER NOT NULL REFERENCES places ON DELETE CASCADE,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    server_modified INTEGER,
    PRIMARY KEY (place, path)
) STRICT, WITHOUT ROWID;

-- Which folders the digests in hashes are of.
ALTER TABLE sites ADD COLUMN hashed TEXT;

-- Digests of the build commands that the user has allowed.
CREATE TABLE allowed_builds (
    site INTEGER NOT NULL REFERENCES sites ON DELETE CASCADE,
    sha256 BLOB NOT NULL,
    PRIMARY KEY (site, sha256)
) STRICT, WITHOUT ROWID;
",
    "
CREATE TABLE versions (
    run INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE
) STRICT;

CREATE TABLE version_files (
    run INTEGER NOT NULL REFERENCES versions ON DELETE CASCADE,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    PRIMARY KEY (run, path)
) STRICT, WITHOUT ROWID;
",
    "
-- By which this installation knows its own locks on servers.
CREATE TABLE installation (id BLOB NOT NULL) STRICT;
INSERT INTO installation VALUES (randomblob(16));
",
];

const KNOWN: i64 = MIGRATIONS.len() as i64;

/// Fails where a newer Slipway has written the file. Changes nothing.
pub(super) fn refuse_newer(db: &Connection, file: &Path) -> Result<i64, StoreError> {
    let found = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > KNOWN {
        return Err(StoreError::Newer { file: file.to_owned(), found, known: KNOWN });
    }
    Ok(found)
}

/// Takes every step that is missing, each in a transaction of its own.
pub(super) fn migrate(db: &mut Connection, file: &Path) -> Result<(), StoreError> {
    while refuse_newer(db, file)? < KNOWN {
        let step = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Asked again: another process may have taken the step while this one waited.
        let version = refuse_newer(&step, file)?;
        if let Some(sql) = usize::try_from(version).ok().and_then(|version| MIGRATIONS.get(version)) {
            step.execute_batch(sql)?;
            step.pragma_update(None, "user_version", version + 1)?;
        }
        step.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ledger;

    #[test]
    fn a_newer_ledger_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ledger.db");
        let db = Connection::open(&file).unwrap();
        db.execute_batch("CREATE TABLE future (x); PRAGMA user_version = 99").unwrap();
        drop(db);
        let before = std::fs::read(&file).unwrap();
        let error = Ledger::open(&file).unwrap_err();
        assert!(matches!(error, StoreError::Newer { found: 99, known: KNOWN, .. }), "{error}");
        assert!(error.to_string().contains("update Slipway"));
        assert_eq!(std::fs::read(&file).unwrap(), before);
    }

    #[test]
    fn what_is_no_database_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ledger.db");
        let text = "these are not the bytes of a database".repeat(100);
        std::fs::write(&file, &text).unwrap();
        let error = Ledger::open(&file).unwrap_err();
        assert!(matches!(error, StoreError::Ledger(_)), "{error}");
        assert_eq!(error.code(), slipway_core::Code::DataUnusable);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    }

    #[test]
    fn opened_by_many_at_the_same_time() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ledger.db");
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| Ledger::open(&file).map(drop).unwrap());
            }
        });
    }

    #[test]
    fn durable_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ledger.db");
        let ledger = Ledger::open(&file).unwrap();
        let pragma = |name| {
            let value =
                ledger.read().pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0));
            value.unwrap()
        };
        assert_eq!(pragma("journal_mode"), "wal".to_owned().into());
        assert_eq!(pragma("synchronous"), 2.into());
        assert_eq!(pragma("foreign_keys"), 1.into());
        assert_eq!(pragma("busy_timeout"), 10_000.into());
        #[cfg(unix)]
        for end in ["", "-wal", "-shm"] {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(format!("{}{end}", file.display())).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{end}");
        }
    }
}
