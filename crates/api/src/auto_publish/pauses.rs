//! How long is waited between tries: twice as long each time, up to five minutes.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_mins(5);

#[derive(Default)]
pub(super) struct Pauses {
    last: Option<Duration>,
}

impl Pauses {
    /// The next pause.
    pub(super) fn next(&mut self) -> Duration {
        let pause = self.last.map_or(FIRST, |last| (last * 2).min(LONGEST));
        self.last = Some(pause);
        pause
    }

    /// It went well.
    pub(super) fn reset(&mut self) {
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_five_minutes() {
        let mut pauses = Pauses::default();
        let seconds: Vec<u64> = (0..10).map(|_| pauses.next().as_secs()).collect();
        assert_eq!(seconds, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        pauses.reset();
        assert_eq!(pauses.next(), FIRST);
    }
}
