//! What a step has done so far, counted where it happens, so that it is known however the step ends.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts of the present step.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Bytes handed to the server, those of repeated tries included.
    pub(crate) sent: Count,
    /// Tries beyond the first.
    pub(crate) retries: Count,
    /// Files that could not be sent or switched over.
    pub(crate) failed: Count,
    /// Files that went online.
    pub(crate) live: Count,
    /// Files that were taken off.
    pub(crate) removed: Count,
}

impl Tally {
    /// Begins anew.
    pub(crate) fn reset(&self) {
        for count in [&self.sent, &self.retries, &self.failed, &self.live, &self.removed] {
            count.0.store(0, Ordering::Relaxed);
        }
    }
}

/// A number that several tasks count up.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
