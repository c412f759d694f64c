//! What Slipway has put on the server, and the mark it left there.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use slipway_core::{Published, PublishedFile, RemotePath, RunId, Sha256};

use super::{Ledger, PlaceId, path_at, run_id_at};
use crate::error::StoreError;

const ADD_FOLDER: &str = "INSERT INTO folders (place, path) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
const DROP_FOLDER: &str = "DELETE FROM folders WHERE place = ?1 AND path = ?2";
const SET_FILE: &str = "INSERT OR REPLACE INTO files (place, path, size, sha256, server_modified)
    VALUES (?1, ?2, ?3, ?4, ?5)";
const SET_PULLED: &str = "INSERT OR REPLACE INTO pulled (place, path, size, sha256, server_modified)
    VALUES (?1, ?2, ?3, ?4, ?5)";
const DROP_FILE: &str = "DELETE FROM files WHERE place = ?1 AND path = ?2";

impl Ledger {
    /// All files and folders at this place that Slipway put there, and what was brought down from there.
    pub fn published(&self, place: PlaceId) -> Result<Published, StoreError> {
        let db = self.read();
        let files = "SELECT path, size, sha256, server_modified FROM files WHERE place = ?1";
        let pulled = "SELECT path, size, sha256, server_modified FROM pulled WHERE place = ?1";
        let mut published = Published {
            files: files_at(&db, files, place)?,
            pulled: files_at(&db, pulled, place)?,
            ..Published::default()
        };
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

    /// Says that these files, whoever put them there, are Slipway's from now on, and what they are.
    pub fn adopt(&self, place: PlaceId, files: &[(RemotePath, PublishedFile)]) -> Result<(), StoreError> {
        self.write(|db| set_files(db, SET_FILE, place, files))
    }

    /// Says that these files were brought down, and what they were.
    pub fn files_pulled(
        &self,
        place: PlaceId,
        files: &[(RemotePath, PublishedFile)],
    ) -> Result<(), StoreError> {
        self.write(|db| set_files(db, SET_PULLED, place, files))
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

fn files_at(
    db: &Connection,
    sql: &str,
    place: PlaceId,
) -> Result<BTreeMap<RemotePath, PublishedFile>, StoreError> {
    let mut files = BTreeMap::new();
    let mut find = db.prepare_cached(sql)?;
    let mut rows = find.query([place.0])?;
    while let Some(row) = rows.next()? {
        let file = PublishedFile {
            size: row.get::<_, i64>(1)?.cast_unsigned(),
            sha256: Sha256(row.get(2)?),
            server_modified: row.get(3)?,
        };
        files.insert(path_at(row, 0)?, file);
    }
    Ok(files)
}

fn set_files(
    db: &Connection,
    sql: &str,
    place: PlaceId,
    files: &[(RemotePath, PublishedFile)],
) -> Result<(), StoreError> {
    let mut set = db.prepare_cached(sql)?;
    for (path, file) in files {
        let size = file.size.cast_signed();
        set.execute(params![place.0, path.as_str(), size, file.sha256.0, file.server_modified])?;
    }
    Ok(())
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
    fn what_is_brought_down_and_what_is_adopted() {
        let f = Fixture::new();
        let file =
            |content, time| PublishedFile { size: 7, sha256: Sha256([content; 32]), server_modified: time };
        f.ledger.files_pulled(f.place, &[(path("a"), file(1, None)), (path("b"), file(2, Some(5)))]).unwrap();
        f.ledger.files_pulled(f.place, &[(path("a"), file(3, Some(9)))]).unwrap();
        f.ledger.adopt(f.place, &[(path("a"), file(3, Some(9)))]).unwrap();
        let published = f.ledger.published(f.place).unwrap();
        assert_eq!(published.files, [(path("a"), file(3, Some(9)))].into());
        assert_eq!(published.pulled, [(path("a"), file(3, Some(9))), (path("b"), file(2, Some(5)))].into());
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
