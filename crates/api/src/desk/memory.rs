//! What is remembered of each site until the app is closed. Only numbers and the last failure: plans are large.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use slipway_core::SiteName;

use super::wire::LastRun;

/// What is remembered of the sites.
#[derive(Default)]
pub(super) struct Memory(Mutex<BTreeMap<SiteName, Remembered>>);

/// What is remembered of a site.
#[derive(Clone, Default)]
pub(super) struct Remembered {
    /// Changes that waited when the folder was last looked at.
    pub(super) waiting: Option<u64>,
    /// Runs that have ended.
    pub(super) publishes: u64,
    /// A run that failed before it had a name, which the ledger knows nothing of.
    pub(super) nameless: Option<LastRun>,
}

impl Memory {
    /// What is remembered of the site.
    pub(super) fn of(&self, site: &SiteName) -> Remembered {
        self.all().get(site).cloned().unwrap_or_default()
    }

    /// Says how many changes wait.
    pub(super) fn set_waiting(&self, site: &SiteName, waiting: Option<u64>) {
        self.all().entry(site.clone()).or_default().waiting = waiting;
    }

    /// Says how many changes wait, unless a run has ended since there were so many.
    pub(super) fn set_waiting_since(&self, site: &SiteName, waiting: u64, publishes: u64) {
        let mut all = self.all();
        let remembered = all.entry(site.clone()).or_default();
        if remembered.publishes == publishes {
            remembered.waiting = Some(waiting);
        }
    }

    /// Says that a run has ended.
    pub(super) fn note_end(&self, site: &SiteName) {
        self.all().entry(site.clone()).or_default().publishes += 1;
    }

    /// Says how the last run failed that had no name; nothing where it had one.
    pub(super) fn set_nameless(&self, site: &SiteName, run: Option<LastRun>) {
        self.all().entry(site.clone()).or_default().nameless = run;
    }

    /// Forgets a site.
    pub(super) fn forget(&self, site: &SiteName) {
        self.all().remove(site);
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<SiteName, Remembered>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
