//! Versions: which files a finished publish was made of. Their content is kept beside the ledger.

use std::collections::BTreeMap;

use rusqlite::params;
use slipway_core::{PublishedFile, RemotePath, RunId, Sha256};

use super::{Ledger, PlaceId, path_at, run_id_at, run_number};
use crate::error::StoreError;

impl Ledger {
    /// Says what was online once this run was done.
    pub fn keep_version(
        &self,
        run: &RunId,
        files: &BTreeMap<RemotePath, PublishedFile>,
    ) -> Result<(), StoreError> {
        self.write(|db| {
            let number = run_number(db, run)?;
            db.execute("INSERT OR REPLACE INTO versions (run) VALUES (?1)", [number])?;
            let mut add = db.prepare_cached(
                "INSERT INTO version_files (run, path, size, sha256) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for (path, file) in files {
                add.execute(params![number, path.as_str(), file.size.cast_signed(), &file.sha256.0[..]])?;
            }
            Ok(())
        })
    }

    /// The runs at this place whose versions are known, the last one that ended first; before it, one that is under way.
    pub fn versions(&self, place: PlaceId) -> Result<Vec<RunId>, StoreError> {
        let db = self.read();
        let mut find = db.prepare_cached(
            "SELECT runs.id FROM versions JOIN runs ON runs.number = versions.run
             WHERE place = ?1 ORDER BY ended_ms IS NULL DESC, ended_ms DESC, runs.number DESC",
        )?;
        let mut rows = find.query([place.0])?;
        let mut runs = Vec::new();
        while let Some(row) = rows.next()? {
            runs.push(run_id_at(row, 0)?);
        }
        Ok(runs)
    }

    /// What was online once this run was done; `None` where that is not known any more.
    pub fn version(&self, run: &RunId) -> Result<Option<BTreeMap<RemotePath, PublishedFile>>, StoreError> {
        let db = self.read();
        let number = run_number(&db, run)?;
        let known = "SELECT EXISTS (SELECT 1 FROM versions WHERE run = ?1)";
        if !db.query_row(known, [number], |row| row.get::<_, bool>(0))? {
            return Ok(None);
        }
        let mut find = db.prepare_cached("SELECT path, size, sha256 FROM version_files WHERE run = ?1")?;
        let mut rows = find.query([number])?;
        let mut files = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let file = PublishedFile {
                size: row.get::<_, i64>(1)?.cast_unsigned(),
                sha256: Sha256(row.get(2)?),
                server_modified: None,
            };
            files.insert(path_at(row, 0)?, file);
        }
        Ok(Some(files))
    }

    /// Forgets versions. The runs stay in the history.
    pub fn drop_versions(&self, runs: &[RunId]) -> Result<(), StoreError> {
        self.write(|db| {
            for run in runs {
                let number = run_number(db, run)?;
                db.execute("DELETE FROM versions WHERE run = ?1", [number])?;
            }
            Ok(())
        })
    }

    /// All content that any version of the site is made of, wherever it was published: digest and size.
    pub fn version_content(
        &self,
        site: &slipway_core::SiteName,
    ) -> Result<BTreeMap<Sha256, u64>, StoreError> {
        let db = self.read();
        let mut find = db.prepare_cached(
            "SELECT DISTINCT sha256, size FROM version_files JOIN runs ON runs.number = version_files.run
             JOIN places ON places.id = runs.place JOIN sites ON sites.id = places.site WHERE sites.name = ?1",
        )?;
        let mut rows = find.query([site.as_str()])?;
        let mut content = BTreeMap::new();
        while let Some(row) = rows.next()? {
            content.insert(Sha256(row.get(0)?), row.get::<_, i64>(1)?.cast_unsigned());
        }
        Ok(content)
    }
}

#[cfg(test)]
mod tests {
    use super::super::RunKind;
    use super::super::testing::{Fixture, path, run, site};
    use super::*;

    fn files(names: &[(&str, u8)]) -> BTreeMap<RemotePath, PublishedFile> {
        let file = |number| PublishedFile { size: 3, sha256: Sha256([number; 32]), server_modified: None };
        names.iter().map(|&(name, number)| (path(name), file(number))).collect()
    }

    #[test]
    fn a_version_is_what_was_said_of_it_until_it_is_dropped() {
        let f = Fixture::new();
        for number in 1..=2 {
            f.ledger.begin_run(&run(number), f.place, RunKind::Publish, i64::from(number)).unwrap();
        }
        assert_eq!(f.ledger.version(&run(1)).unwrap(), None);
        let (first, second) = (files(&[("a", 1), ("ä/b", 2)]), files(&[("a", 1), ("c", 3)]));
        f.ledger.keep_version(&run(1), &files(&[("other", 9)])).unwrap();
        f.ledger.keep_version(&run(1), &first).unwrap();
        f.ledger.keep_version(&run(2), &second).unwrap();
        assert_eq!(f.ledger.versions(f.place).unwrap(), [run(2), run(1)]);
        assert_eq!(f.ledger.version(&run(1)).unwrap(), Some(first));
        let content = f.ledger.version_content(&site("shop")).unwrap();
        assert_eq!(content.keys().map(|sha256| sha256.0[0]).collect::<Vec<_>>(), [1, 2, 3]);
        f.ledger.drop_versions(&[run(1)]).unwrap();
        assert_eq!(f.ledger.versions(f.place).unwrap(), [run(2)]);
        assert_eq!(f.ledger.version(&run(1)).unwrap(), None);
        assert_eq!(f.ledger.version_content(&site("shop")).unwrap().len(), 2);
        f.ledger.version(&run(9)).unwrap_err();
    }

    #[test]
    fn an_empty_version_is_known() {
        let f = Fixture::new();
        f.ledger.begin_run(&run(1), f.place, RunKind::Publish, 1).unwrap();
        f.ledger.keep_version(&run(1), &BTreeMap::new()).unwrap();
        assert_eq!(f.ledger.version(&run(1)).unwrap(), Some(BTreeMap::new()));
    }
}
