//! Which build commands the user has allowed to run.

use rusqlite::params;
use slipway_core::{Sha256, SiteName};

use super::{Ledger, site_id};
use crate::error::StoreError;

impl Ledger {
    /// Whether the user has allowed the site's build commands of this digest.
    pub fn is_build_allowed(&self, site: &SiteName, sha256: Sha256) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM allowed_builds JOIN sites ON sites.id = site
                   WHERE name = ?1 AND sha256 = ?2)";
        Ok(self.read().query_row(sql, params![site.as_str(), sha256.0], |row| row.get(0))?)
    }

    /// Says that the user has allowed the site's build commands of this digest.
    pub fn allow_build(&self, site: &SiteName, sha256: Sha256) -> Result<(), StoreError> {
        self.write(|db| {
            let sql = "INSERT INTO allowed_builds (site, sha256) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            db.execute(sql, params![site_id(db, site)?, sha256.0])?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Fixture, site};
    use super::*;

    #[test]
    fn only_the_very_commands_are_allowed() {
        let f = Fixture::new();
        let (digest, other) = (Sha256([1; 32]), Sha256([2; 32]));
        assert!(!f.ledger.is_build_allowed(&site("shop"), digest).unwrap());
        f.ledger.allow_build(&site("shop"), digest).unwrap();
        f.ledger.allow_build(&site("shop"), digest).unwrap();
        assert!(f.ledger.is_build_allowed(&site("shop"), digest).unwrap());
        assert!(!f.ledger.is_build_allowed(&site("shop"), other).unwrap());
        assert!(!f.ledger.is_build_allowed(&site("blog"), digest).unwrap());
        f.ledger.remove_site(&site("shop")).unwrap();
        assert!(!f.ledger.is_build_allowed(&site("shop"), digest).unwrap());
    }
}
