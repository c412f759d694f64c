//! Who may work on a site. Requests that look at it take turns; a publish sends them away, so that it never has to wait
//! for one of them, and never fails because of one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

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
    looks: Mutex<CancellationToken>,
}

impl Gates {
    /// The site's gate.
    pub(super) fn of(&self, site: &SiteName) -> Arc<Gate> {
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        gates.entry(site.clone()).or_default().clone()
    }
}

impl Gate {
    /// What stops those who look.
    pub(super) fn looks(&self) -> CancellationToken {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stops those who look, and those who wait to.
    pub(super) fn send_away(&self) {
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *looks).cancel();
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
