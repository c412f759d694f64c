//! How far connections have come, told to whoever waits for the first.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use slipway_core::Check;

/// Is told how far a connection has come: each step once, however many connections are opened. Cheap to clone.
#[derive(Clone, Default)]
pub struct Reached(Option<Arc<Listener>>);

struct Listener {
    tell: Box<dyn Fn(Check) + Send + Sync>,
    furthest: Mutex<Option<Check>>,
}

impl Reached {
    /// Tells `listener`, which must not block.
    pub fn new(listener: impl Fn(Check) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(Listener { tell: Box::new(listener), furthest: Mutex::default() })))
    }

    /// A connection has come as far as this.
    pub(super) fn tell(&self, check: Check) {
        let Some(listener) = &self.0 else { return };
        let mut furthest = listener.furthest.lock().unwrap_or_else(PoisonError::into_inner);
        if furthest.is_none_or(|furthest| furthest < check) {
            *furthest = Some(check);
            (listener.tell)(check);
        }
    }
}

impl fmt::Debug for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Reached(listener)" } else { "Reached(nobody)" })
    }
}
