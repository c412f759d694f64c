//! What Slipway has put on the server, and the mark it left there.

use rusqlite::{Connection, params};
use slipway_core::{Published, PublishedFile, RemotePath, RunId, Sha256};

use super::{Ledger, PlaceId, path_at, run_id_at};
use crate::error::StoreError;

const ADD_FOLDER: &str = "INSERT INTO folders (place, path) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
const DROP_FOLDER: &str = "DELETE FROM folders WHERE place = ?1 AND path = ?2";
const DROP_FILE: &str = "DELETE FROM files WHERE place = ?1 AND path = ?2";

impl Ledger {
    /// All files and folders at this place that Slipway put there.
    pub fn published(&self, place: PlaceId) -> Result<Published, StoreError> {
        let db = self.read();
        let mut published = Published::default();
        let mut find =
            db.prepare_cached("SELECT path, size, sha256, server_modified FROM files WHERE place = ?1")?;
        let mut rows = find.query([place.0])?;
        while let Some(row) = rows.next()? {
            let file = PublishedFile {
                size: row.get::<_, i64>(1)?.cast_unsigned(),
                sha256: Sha256(row.get(2)?),
                server_modified: row.get(3)?,
            };
            published.files.insert(path_at(row, 0)?, file);
        }
        let mut find = db.prepare_cached("SELECT path FROM folders WHERE place = ?1")?;
        let mut rows = find.query([place.0])?;
        while let Some(row) = rows.next()? {
            published.folders.insert(path_at(row, 0)?);
        }
        Ok(published)
    }

    /// Whether Slipway has put any file at this place.
    pub fn has_published(&self, place: PlaceId) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM files WHERE place = ?1)";
        Ok(self.read().query_row(sql, [place.0], |row| row.get(0))?)
    }

    /// Says that what lies at these paths, file or folder, is no longer what Slipway put there.
    pub fn forget(&self, place: PlaceId, paths: &[RemotePath]) -> Result<(), StoreError> {
        self.write(|db| {
            each(db, DROP_FILE, place, paths)?;
            each(db, DROP_FOLDER, place, paths)
        })
    }

    /// Says that Slipway made these folders.
    pub fn folders_made(&self, place: PlaceId, folders: &[RemotePath]) -> Result<(), StoreError> {
        self.write(|db| each(db, ADD_FOLDER, place, folders))
    }

    /// Says that these folders were removed from the server.
    pub fn folders_removed(&self, place: PlaceId, folders: &[RemotePath]) -> Result<(), StoreError> {
        self.write(|db| each(db, DROP_FOLDER, place, folders))
    }

    /// Says that these files were removed from the server.
    pub fn files_removed(&self, place: PlaceId, files: &[RemotePath]) -> Result<(), StoreError> {
        self.write(|db| each(db, DROP_FILE, place, files))
    }

    /// The run whose marker file lies on the server.
    pub fn marker(&self, place: PlaceId) -> Result<Option<RunId>, StoreError> {
        let db = self.read();
        let mut find = db.prepare_cached("SELECT marker FROM places WHERE id = ?1 AND marker NOT NULL")?;
        let mut rows = find.query([place.0])?;
        rows.next()?.map(|row| run_id_at(row, 0)).transpose()
    }

    /// Says which run's marker file lies on the server.
    pub fn set_marker(&self, place: PlaceId, run: Option<&RunId>) -> Result<(), StoreError> {
        self.write(|db| {
            let sql = "UPDATE places SET marker = ?2 WHERE id = ?1";
            db.execute(sql, params![place.0, run.map(RunId::as_str)])?;
            Ok(())
        })
    }
}

fn each(db: &Connection, sql: &str, place: PlaceId, paths: &[RemotePath]) -> Result<(), StoreError> {
    let mut change = db.prepare_cached(sql)?;
    for path in paths {
        change.execute(params![place.0, path.as_str()])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Fixture, path, run, site};
    use super::*;

    #[test]
    fn files_and_folders_come_and_go() {
        let f = Fixture::new();
        assert!(!f.ledger.has_published(f.place).unwrap());
        f.published(1, &["a.html", "b/c.html", "b/\u{fc}ber d.html", "e.html"]);
        f.ledger.folders_made(f.place, &[path("b"), path("x"), path("x/y")]).unwrap();
        f.ledger.folders_made(f.place, &[path("b")]).unwrap();
        f.ledger.files_removed(f.place, &[path("a.html"), path("never there")]).unwrap();
        f.ledger.folders_removed(f.place, &[path("x/y")]).unwrap();
        f.ledger.forget(f.place, &[path("e.html"), path("x")]).unwrap();
        assert!(f.ledger.has_published(f.place).unwrap());
        let published = f.ledger.published(f.place).unwrap();
        let files: Vec<&str> = published.files.keys().map(RemotePath::as_str).collect();
        assert_eq!(files, ["b/c.html", "b/\u{fc}ber d.html"]);
        assert_eq!(published.files[&path("b/c.html")].sha256, Sha256([1; 32]));
        assert_eq!(published.folders.into_iter().collect::<Vec<_>>(), [path("b")]);
        let elsewhere = f.ledger.place(&site("shop"), "elsewhere").unwrap();
        assert_eq!(f.ledger.published(elsewhere).unwrap(), Published::default());
    }

    #[test]
    fn the_marker_is_remembered() {
        let f = Fixture::new();
        assert_eq!(f.ledger.marker(f.place).unwrap(), None);
        f.ledger.set_marker(f.place, Some(&run(1))).unwrap();
        assert_eq!(f.ledger.marker(f.place).unwrap(), Some(run(1)));
        f.ledger.set_marker(f.place, None).unwrap();
        assert_eq!(f.ledger.marker(f.place).unwrap(), None);
    }

    #[test]
    fn a_path_that_could_harm_is_not_read() {
        let f = Fixture::new();
        f.ledger.read().execute("INSERT INTO folders VALUES (?1, '../etc')", [f.place.0]).unwrap();
        let error = f.ledger.published(f.place).unwrap_err();
        assert!(matches!(error, StoreError::Record { what: "a path", .. }), "{error}");
    }
}
