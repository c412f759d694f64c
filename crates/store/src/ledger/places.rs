//! The places of a site: where it was published, and where it is now.

use rusqlite::{OptionalExtension, params};
use slipway_core::SiteName;

use super::{Ledger, PlaceId, site_id};
use crate::error::StoreError;

impl Ledger {
    /// The place that the site was last worked on at among those whose destination ends so, with that destination:
    /// `@ftp.example.com:21/public_html` for whichever user. Nothing is noted; `None` where there was no run.
    pub fn last_place(
        &self,
        site: &SiteName,
        location: &str,
    ) -> Result<Option<(PlaceId, String)>, StoreError> {
        let sql = "SELECT places.id, destination FROM places
            JOIN sites ON sites.id = places.site JOIN runs ON runs.place = places.id
            WHERE sites.name = ?1 AND substr(destination, -length(?2)) = ?2
            ORDER BY started_ms DESC, number DESC LIMIT 1";
        let found = self
            .read()
            .query_row(sql, params![site.as_str(), location], |row| Ok((PlaceId(row.get(0)?), row.get(1)?)));
        Ok(found.optional()?)
    }

    /// All places of the site.
    pub fn places(&self, site: &SiteName) -> Result<Vec<PlaceId>, StoreError> {
        let db = self.read();
        let mut find = db.prepare_cached(
            "SELECT places.id FROM places JOIN sites ON sites.id = places.site WHERE name = ?1",
        )?;
        let places = find.query_map([site.as_str()], |row| row.get(0).map(PlaceId))?;
        Ok(places.collect::<Result<_, _>>()?)
    }

    /// Says that the same server is reached otherwise from now on: what is known of the site at one destination is known of
    /// it at the other. Nothing is done where the other has runs of its own.
    pub fn move_place(&self, site: &SiteName, from: &str, to: &str) -> Result<(), StoreError> {
        if from == to {
            return Ok(());
        }
        self.write(|db| {
            let site = site_id(db, site)?;
            let unused = "DELETE FROM places WHERE site = ?1 AND destination = ?2
                AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.place = places.id)
                AND EXISTS (SELECT 1 FROM places AS old WHERE old.site = ?1 AND old.destination = ?3)";
            db.execute(unused, params![site, to, from])?;
            let moved = "UPDATE OR IGNORE places SET destination = ?2 WHERE site = ?1 AND destination = ?3";
            db.execute(moved, params![site, to, from])?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::RunKind;
    use super::super::testing::{Fixture, run, site};

    const OLD: &str = "anna@ftp.example.com:21/public_html";
    const NEW: &str = "anna@ftp.example.com:2121/public_html";

    #[test]
    fn the_last_place_is_that_of_the_newest_run_there() {
        let f = Fixture::new();
        let shop = site("shop");
        let location = "@ftp.example.com:21/public_html";
        assert_eq!(f.ledger.last_place(&shop, location).unwrap(), None, "nothing was done there yet");
        let other_user = "b@rt@ftp.example.com:21/public_html";
        let others =
            [other_user, NEW, "anna@ftp.example.com:21/"].map(|to| f.ledger.place(&shop, to).unwrap());
        for (number, place, started) in
            [(1, f.place, 10), (2, others[0], 20), (3, others[1], 30), (4, others[2], 40)]
        {
            f.ledger.begin_run(&run(number), place, RunKind::Publish, started).unwrap();
        }
        let found = f.ledger.last_place(&shop, location).unwrap();
        assert_eq!(found, Some((others[0], other_user.to_owned())));
        assert_eq!(f.ledger.last_place(&site("nobody"), location).unwrap(), None);
        assert_eq!(
            (f.ledger.places(&shop).unwrap().len(), f.ledger.places(&site("nobody")).unwrap()),
            (4, vec![])
        );
    }

    #[test]
    fn what_is_known_goes_along_with_the_server() {
        let f = Fixture::new();
        let shop = site("shop");
        f.published(1, &["a.html"]);
        let before = f.ledger.published(f.place).unwrap();
        // As a plan makes it, which ran in between.
        f.ledger.place(&shop, NEW).unwrap();
        f.ledger.move_place(&shop, OLD, NEW).unwrap();
        assert_eq!(f.ledger.place(&shop, NEW).unwrap(), f.place);
        assert_eq!(f.ledger.published(f.place).unwrap(), before);
        assert_ne!(f.ledger.place(&shop, OLD).unwrap(), f.place);

        let elsewhere = f.ledger.place(&shop, OLD).unwrap();
        f.ledger.begin_run(&run(9), elsewhere, RunKind::Publish, 1).unwrap();
        f.ledger.move_place(&shop, OLD, NEW).unwrap();
        f.ledger.move_place(&shop, "nowhere", NEW).unwrap();
        assert_eq!(f.ledger.place(&shop, NEW).unwrap(), f.place, "no record takes another's place");
    }
}
