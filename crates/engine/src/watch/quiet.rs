//! When it is time to look: once nothing has changed for a while, or once it has gone on for too long.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

use super::Pace;

/// So many paths are remembered one by one.
const MOST_PATHS: usize = 10_000;

/// What the back end tells, and the watcher asks.
#[derive(Default)]
pub(super) struct Shared {
    told: Mutex<Told>,
    bell: Notify,
}

#[derive(Default)]
struct Told {
    /// When the first and the last change came since the last look.
    span: Option<(Instant, Instant)>,
    /// The paths of them, each with its last change.
    paths: HashMap<PathBuf, Instant>,
    /// There were more.
    many: bool,
    /// Changes may have been missed, and others will be.
    lost: bool,
}

impl Shared {
    /// These have changed.
    pub(super) fn note(&self, paths: impl IntoIterator<Item = PathBuf>, now: Instant) {
        let mut told = self.told();
        let mut any = false;
        for path in paths {
            any = true;
            if told.paths.len() < MOST_PATHS || told.paths.contains_key(&path) {
                told.paths.insert(path, now);
            } else {
                told.many = true;
            }
        }
        if any {
            told.span = Some((told.span.map_or(now, |(first, _)| first), now));
            drop(told);
            self.bell.notify_one();
        }
    }

    /// More has changed than was told.
    pub(super) fn note_missed(&self, now: Instant) {
        let mut told = self.told();
        told.many = true;
        told.span = Some((told.span.map_or(now, |(first, _)| first), now));
        drop(told);
        self.bell.notify_one();
    }

    /// Nothing more will be told.
    pub(super) fn note_lost(&self) {
        self.told().lost = true;
        self.bell.notify_one();
    }

    pub(super) async fn changed(&self) {
        self.bell.notified().await;
    }

    pub(super) fn is_lost(&self) -> bool {
        self.told().lost
    }

    /// It is being watched again.
    pub(super) fn found(&self) {
        self.told().lost = false;
    }

    /// When it is time to look; `None` while nothing has changed.
    pub(super) fn due(&self, pace: &Pace) -> Option<Instant> {
        self.told().span.map(|(first, last)| (last + pace.quiet).min(first + pace.longest))
    }

    /// Waits for longer where so much is changing that it can't be told which files are at rest.
    pub(super) fn postpone(&self, now: Instant, pace: &Pace) -> bool {
        let mut told = self.told();
        let restless = told.span.is_some_and(|(_, last)| last + pace.still > now) && told.many;
        if restless {
            told.span = Some((now, now));
        }
        restless
    }

    /// Everything is looked at now: the paths that are still being written to.
    pub(super) fn take(&self, now: Instant, pace: &Pace) -> Vec<PathBuf> {
        let told = std::mem::take(&mut *self.told());
        told.paths.into_iter().filter(|(_, at)| *at + pace.still > now).map(|(path, _)| path).collect()
    }

    pub(super) fn touched(&self) -> Option<Vec<PathBuf>> {
        let told = self.told();
        (!told.many).then(|| told.paths.keys().cloned().collect())
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(start: Instant, millis: u64) -> Instant {
        start + Duration::from_millis(millis)
    }

    #[test]
    fn waits_for_quiet_but_not_for_ever() {
        let (shared, pace, start) = (Shared::default(), Pace::default(), Instant::now());
        assert_eq!(shared.due(&pace), None);
        shared.note(["a".into()], start);
        assert_eq!(shared.due(&pace), Some(at(start, 1_500)));
        shared.note(["b".into()], at(start, 1_000));
        assert_eq!(shared.due(&pace), Some(at(start, 2_500)));
        shared.note([], at(start, 2_000));
        assert_eq!(shared.due(&pace), Some(at(start, 2_500)), "nothing is no change");
        for second in 1..60 {
            shared.note(["a".into()], at(start, second * 1_000));
        }
        assert_eq!(shared.due(&pace), Some(at(start, 30_000)));
    }

    #[test]
    fn what_is_being_written_to_is_told_from_what_rests() {
        let (shared, pace, start) = (Shared::default(), Pace::default(), Instant::now());
        shared.note(["rests".into()], start);
        shared.note(["grows".into()], at(start, 29_900));
        assert!(!shared.postpone(at(start, 30_000), &pace));
        assert_eq!(shared.take(at(start, 30_000), &pace), [PathBuf::from("grows")]);
        assert_eq!((shared.due(&pace), shared.touched()), (None, Some(Vec::new())));
    }

    #[test]
    fn waits_for_rest_where_too_much_changes_to_be_told_apart() {
        let (shared, pace, start) = (Shared::default(), Pace::default(), Instant::now());
        shared.note((0..=MOST_PATHS).map(|n| n.to_string().into()), start);
        assert_eq!(shared.touched(), None);
        assert!(shared.postpone(at(start, 100), &pace));
        assert_eq!(shared.due(&pace), Some(at(start, 1_600)));
        assert!(!shared.postpone(at(start, 1_600), &pace));
        shared.take(at(start, 1_600), &pace);
        shared.note_missed(at(start, 2_000));
        assert_eq!((shared.touched(), shared.due(&pace)), (None, Some(at(start, 3_500))));
    }
}
