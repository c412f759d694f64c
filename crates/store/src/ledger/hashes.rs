//! The hash cache: the digests of local files, so that only files that look changed are read.

use std::collections::HashMap;

use rusqlite::params;
use slipway_core::{Sha256, SiteName};

use super::{Ledger, site_id, text_at};
use crate::error::StoreError;

/// The digest of a local file, and how the file looked when it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CachedHash {
    /// Size in bytes.
    pub size: u64,
    /// Last change, in nanoseconds since 1970 (UTC).
    pub modified: i64,
    /// Digest of the content.
    pub sha256: Sha256,
}

impl Ledger {
    /// The digests known of the site's local files, by their paths as they were saved. `folders` says which folders
    /// the files are in; digests of files in others are dropped, since what looks the same there need not be.
    pub fn hashes(
        &self,
        site: &SiteName,
        folders: &str,
    ) -> Result<HashMap<Box<str>, CachedHash>, StoreError> {
        self.write(|db| {
            let site = site_id(db, site)?;
            let sql = "UPDATE sites SET hashed = ?2 WHERE id = ?1 AND hashed IS NOT ?2";
            if db.execute(sql, params![site, folders])? > 0 {
                db.execute("DELETE FROM hashes WHERE site = ?1", [site])?;
            }
            Ok(())
        })?;
        let db = self.read();
        let mut find = db.prepare_cached(
            "SELECT path, size, modified, sha256 FROM hashes WHERE site = (SELECT id FROM sites WHERE name = ?1)",
        )?;
        let mut rows = find.query([site.as_str()])?;
        let mut hashes = HashMap::new();
        while let Some(row) = rows.next()? {
            let size = row.get::<_, i64>(1)?.cast_unsigned();
            let hash = CachedHash { size, modified: row.get(2)?, sha256: Sha256(row.get(3)?) };
            hashes.insert(text_at(row, 0)?.into(), hash);
        }
        Ok(hashes)
    }

    /// Keeps the digests in `changed`, and drops those of the paths in `gone`; all or none.
    pub fn save_hashes(
        &self,
        site: &SiteName,
        changed: &[(Box<str>, CachedHash)],
        gone: &[Box<str>],
    ) -> Result<(), StoreError> {
        if changed.is_empty() && gone.is_empty() {
            return Ok(());
        }
        self.write(|db| {
            let site = site_id(db, site)?;
            let mut drop = db.prepare_cached("DELETE FROM hashes WHERE site = ?1 AND path = ?2")?;
            for path in gone {
                drop.execute(params![site, path])?;
            }
            let mut keep = db.prepare_cached("INSERT OR REPLACE INTO hashes VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for (path, hash) in changed {
                let (size, digest) = (hash.size.cast_signed(), &hash.sha256.0[..]);
                keep.execute(params![site, path, size, hash.modified, digest])?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Fixture, site};
    use super::*;

    #[test]
    fn digests_are_kept_for_each_site() {
        let f = Fixture::new();
        let hash = |n: u8| CachedHash { size: n.into(), modified: -3, sha256: Sha256([n; 32]) };
        for name in ["a", "b"] {
            f.ledger.hashes(&site(name), &format!("/{name}")).unwrap();
        }
        f.ledger.save_hashes(&site("a"), &[("x".into(), hash(1)), ("y".into(), hash(2))], &[]).unwrap();
        f.ledger.save_hashes(&site("b"), &[("x".into(), hash(3))], &[]).unwrap();
        f.ledger.save_hashes(&site("a"), &[("x".into(), hash(4))], &["y".into(), "z".into()]).unwrap();
        assert_eq!(f.ledger.hashes(&site("a"), "/a").unwrap(), HashMap::from([("x".into(), hash(4))]));
        assert_eq!(f.ledger.hashes(&site("b"), "/b").unwrap(), HashMap::from([("x".into(), hash(3))]));
        assert!(f.ledger.hashes(&site("c"), "/c").unwrap().is_empty());
        // What looks the same in another folder need not be the same.
        assert!(f.ledger.hashes(&site("a"), "/elsewhere").unwrap().is_empty());
        assert!(f.ledger.hashes(&site("a"), "/a").unwrap().is_empty());
        assert_eq!(f.ledger.hashes(&site("b"), "/b").unwrap().len(), 1);
    }
}
