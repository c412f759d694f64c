//! What is online at a place, in numbers.

use rusqlite::OptionalExtension;
use slipway_core::RunState;

use super::{Ledger, PlaceId};
use crate::error::StoreError;

/// What Slipway has put online at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnlineTotals {
    /// Files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When the last publish went live, in milliseconds since 1970.
    pub since_ms: i64,
}

impl Ledger {
    /// What is online at this place; nothing before a publish went live.
    pub fn online(&self, place: PlaceId) -> Result<Option<OnlineTotals>, StoreError> {
        let db = self.read();
        let mut find = db.prepare_cached(
            "SELECT count(*), ifnull(sum(size), 0),
                (SELECT max(ended_ms) FROM runs WHERE place = ?1 AND state = ?2)
             FROM files WHERE place = ?1",
        )?;
        let live = RunState::Live.as_str();
        let found = find.query_row((place.0, live), |row| {
            let (files, bytes): (i64, i64) = (row.get(0)?, row.get(1)?);
            let since_ms: Option<i64> = row.get(2)?;
            let totals = |since_ms| OnlineTotals {
                files: files.cast_unsigned(),
                bytes: bytes.cast_unsigned(),
                since_ms,
            };
            Ok(since_ms.map(totals).filter(|totals| totals.files > 0))
        });
        Ok(found.optional()?.flatten())
    }
}

#[cfg(test)]
mod tests {
    use slipway_core::Outcome;

    use super::super::testing::{Fixture, run};
    use super::*;

    #[test]
    fn counts_what_went_live() {
        let f = Fixture::new();
        f.published(1, &["a.html", "b/c.html"]);
        assert_eq!(f.ledger.online(f.place).unwrap(), None, "no run has ended well");
        f.ledger.finish(&run(1), RunState::Live, 70, &Outcome::default(), None).unwrap();
        let totals = OnlineTotals { files: 2, bytes: 14, since_ms: 70 };
        assert_eq!(f.ledger.online(f.place).unwrap(), Some(totals));
        f.published(2, &["d.html"]);
        f.ledger.finish(&run(2), RunState::Failed, 90, &Outcome::default(), None).unwrap();
        let totals = OnlineTotals { files: 3, bytes: 21, since_ms: 70 };
        assert_eq!(f.ledger.online(f.place).unwrap(), Some(totals));
        f.ledger
            .files_removed(f.place, &["a.html", "b/c.html", "d.html"].map(super::super::testing::path))
            .unwrap();
        assert_eq!(f.ledger.online(f.place).unwrap(), None);
    }
}
