//! The file that is the lock: whose it is, by its name; who that is, by its content.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::Digest;
use slipway_core::{Failure, RunId, Site};
use slipway_store::Ledger;

use crate::clock::now_ms;
use crate::failure::stored;

/// What the names of locks begin with.
const PREFIX: &str = "lock-";
/// A publisher that has given no sign of life for so long may be replaced.
const SILENCE: Duration = Duration::from_mins(10);
/// No lock may ask for more.
const LONGEST_SILENCE: Duration = Duration::from_hours(1);

/// Who publishes: this installation, for one of its sites. A process that has taken the site here knows that no other
/// run of its owner is under way.
#[derive(Debug, Clone)]
pub(crate) struct Owner {
    id: String,
    name: String,
}

impl Owner {
    /// Blocks.
    pub(crate) fn of(site: &Site, ledger: &Ledger) -> Result<Self, Failure> {
        let installation = ledger.installation().map_err(stored)?;
        let digest =
            sha2::Sha256::new().chain_update(installation).chain_update(site.name.as_str()).finalize();
        let id = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let user = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
        let computer = gethostname::gethostname();
        let name = format!("{}@{}", user.as_deref().unwrap_or("someone"), computer.to_string_lossy());
        Ok(Self { id, name })
    }

    /// The name of its lock for a run.
    pub(crate) fn file_name(&self, run: &RunId) -> String {
        format!("{PREFIX}{}-{run}", self.id)
    }

    /// Whether a lock of this name is this owner's, of whichever run.
    pub(crate) fn owns(&self, name: &str) -> bool {
        name.strip_prefix(PREFIX)
            .and_then(|rest| rest.strip_prefix(self.id.as_str()))
            .is_some_and(|rest| rest.starts_with('-'))
    }
}

/// Whether a file of Slipway's own folder is a lock.
pub(crate) fn is_lock(name: &str) -> bool {
    name.starts_with(PREFIX)
}

/// What a lock says.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Mark {
    /// The user and the computer.
    owner: Option<String>,
    /// The staging folder of its run, where files that grow are signs of life too.
    staging: Option<RunId>,
    /// When it was taken by the clock of its computer, in milliseconds since 1970: for people who look at it. It is
    /// compared with nothing.
    taken_ms: i64,
    /// After so many seconds of silence its place may be taken.
    expires_after_seconds: u64,
    /// How often it was renewed.
    renewed: u64,
}

impl Mark {
    pub(crate) fn new(owner: &Owner, staging: &RunId) -> Self {
        Self {
            owner: Some(owner.name.clone()),
            staging: Some(staging.clone()),
            taken_ms: now_ms(),
            expires_after_seconds: SILENCE.as_secs(),
            renewed: 0,
        }
    }

    /// As it is written.
    pub(crate) fn bytes(&self, renewed: u64) -> Vec<u8> {
        let mark = Self { renewed, ..self.clone() };
        serde_json::to_vec(&mark).unwrap_or_else(|_| b"{}".to_vec())
    }

    /// As somebody else wrote it; one that can't be understood says nothing.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).unwrap_or_default()
    }

    /// Who took it: safe to show, and not too long.
    pub(crate) fn owner(&self) -> Option<String> {
        let name = self.owner.as_ref()?;
        let shown: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
        (!shown.trim().is_empty()).then_some(shown)
    }

    pub(crate) fn staging(&self) -> Option<&RunId> {
        self.staging.as_ref()
    }

    /// How long it may be silent.
    pub(crate) fn silence(&self) -> Duration {
        Duration::from_secs(self.expires_after_seconds).clamp(SILENCE, LONGEST_SILENCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_says_whose_it_is() {
        let owner = |id: &str| Owner { id: id.to_owned(), name: "anna@laptop".to_owned() };
        let run = RunId::from_random([7; 16]);
        let name = owner("0123456789abcdef").file_name(&run);
        assert!(is_lock(&name) && owner("0123456789abcdef").owns(&name));
        assert!(!owner("0123456789abcde0").owns(&name) && !owner("0123").owns(&name));
        assert!(!is_lock("last-0123") && !owner("0123456789abcdef").owns("lock-"));
    }

    #[test]
    fn what_others_wrote_is_read_with_care() {
        let run = RunId::from_random([7; 16]);
        let owner = Owner { id: "0".repeat(16), name: "anna\u{1b}[2J@laptop".to_owned() };
        let mark = Mark::read(&Mark::new(&owner, &run).bytes(3));
        assert_eq!((mark.owner().as_deref(), mark.staging()), (Some("anna[2J@laptop"), Some(&run)));
        assert_eq!((mark.silence(), mark.renewed), (SILENCE, 3));
        for bytes in [&b"\n"[..], b"{", b"[1]", b"\xff", br#"{"staging":"../../x"}"#] {
            let mark = Mark::read(bytes);
            assert_eq!((mark.owner(), mark.staging(), mark.silence()), (None, None, SILENCE), "{bytes:?}");
        }
        let never = Mark::read(br#"{"expires_after_seconds":99999999999}"#);
        assert_eq!(never.silence(), LONGEST_SILENCE);
        assert_eq!(Mark::read(br#"{"expires_after_seconds":1}"#).silence(), SILENCE);
    }
}
