//! The terminal, shared by what is drawn on it and what is asked there.

use std::sync::{Mutex, PoisonError};

use indicatif::MultiProgress;

/// What is drawn at the bottom of the terminal, if anything is.
#[derive(Debug, Default)]
pub(crate) struct Screen(Mutex<Option<MultiProgress>>);

impl Screen {
    /// These lines are drawn from now on.
    pub(crate) fn occupy(&self, lines: MultiProgress) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(lines);
    }

    /// Nothing is drawn any more.
    pub(crate) fn leave(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Does something with the terminal to itself.
    pub(crate) fn cleared<T>(&self, what: impl FnOnce() -> T) -> T {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match lines {
            Some(lines) => lines.suspend(what),
            None => what(),
        }
    }
}
