//! What is remembered of a server from one run to the next.

use rusqlite::params;
use slipway_core::ServerFacts;

use super::{Ledger, PlaceId, json_at, to_json};
use crate::error::StoreError;

impl Ledger {
    /// What is known of the server at this place.
    pub fn server_facts(&self, place: PlaceId) -> Result<ServerFacts, StoreError> {
        let db = self.read();
        let mut find = db.prepare_cached("SELECT facts FROM places WHERE id = ?1")?;
        let mut rows = find.query([place.0])?;
        let Some(row) = rows.next()? else { return Ok(ServerFacts::default()) };
        Ok(json_at(row, 0, "what is known of a server")?.unwrap_or_default())
    }

    /// Remembers what is known of the server at this place.
    pub fn set_server_facts(&self, place: PlaceId, facts: &ServerFacts) -> Result<(), StoreError> {
        let facts = to_json(facts)?;
        self.write(|db| {
            db.execute("UPDATE places SET facts = ?2 WHERE id = ?1", params![place.0, facts])?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Fixture, site};
    use super::*;

    #[test]
    fn facts_are_kept_for_each_place() {
        let f = Fixture::new();
        assert_eq!(f.ledger.server_facts(f.place).unwrap(), ServerFacts::default());
        let facts = ServerFacts { connection_limit: Some(3), no_rename_over: true, ..ServerFacts::default() };
        f.ledger.set_server_facts(f.place, &facts).unwrap();
        assert_eq!(f.ledger.server_facts(f.place).unwrap(), facts);
        let elsewhere = f.ledger.place(&site("shop"), "elsewhere").unwrap();
        assert_eq!(f.ledger.server_facts(elsewhere).unwrap(), ServerFacts::default());
    }
}
