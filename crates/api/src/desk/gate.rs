//! Who may work on a site. Requests that look at it take turns; a publish sends them away, so that it never has to wait
//! for one of them, and never fails because of one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use slipway_core::{Code, Failure, SiteName};
use tokio::sync::{Mutex as Door, MutexGuard as Turn};
use tokio_util::sync::CancellationToken;

/// The gates of all sites.
#[derive(Default)]
pub(super) struct Gates(Mutex<HashMap<SiteName, Arc<Gate>>>);

/// One site's gate.
#[derive(Default)]
pub(super) struct Gate {
    door: Door<()>,
    looks: Slot,
    plan: Slot,
}

/// Has at most one request of its kind wanted: the newest.
#[derive(Default)]
pub(super) struct Slot(Mutex<CancellationToken>);

impl Slot {
    /// What stops the newest.
    fn newest(&self) -> CancellationToken {
        self.token().clone()
    }

    /// Stops the newest, and hands out what stops the next one.
    pub(super) fn next(&self) -> CancellationToken {
        let mut token = self.token();
        std::mem::take(&mut *token).cancel();
        token.clone()
    }

    fn token(&self) -> MutexGuard<'_, CancellationToken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gates {
    /// The site's gate.
    pub(super) fn of(&self, site: &SiteName) -> Arc<Gate> {
        self.all().entry(site.clone()).or_default().clone()
    }

    /// Stops those who look at any site.
    pub(super) fn send_all_away(&self) {
        for gate in self.all().values() {
            gate.send_away();
            gate.stop_plan();
        }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<SiteName, Arc<Gate>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gate {
    /// What stops those who look.
    pub(super) fn looks(&self) -> CancellationToken {
        self.looks.newest()
    }

    /// Stops those who look, and those who wait to.
    pub(super) fn send_away(&self) {
        self.looks.next();
    }

    /// What stops a new plan; the one before is not wanted any more.
    pub(super) fn plan(&self) -> CancellationToken {
        self.plan.next()
    }

    /// Stops the plan that is being made.
    pub(super) fn stop_plan(&self) {
        self.plan.next();
    }

    /// Waits for one's turn.
    ///
    /// # Errors
    /// [`Code::Cancelled`] when one is stopped before.
    pub(super) async fn turn(&self, cancel: &CancellationToken) -> Result<Turn<'_, ()>, Failure> {
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Failure::new(Code::Cancelled, "stopped before it began")),
            turn = self.door.lock() => Ok(turn),
        }
    }

    /// Takes a turn if nobody else has it.
    pub(super) fn turn_now(&self) -> Option<Turn<'_, ()>> {
        self.door.try_lock().ok()
    }
}
