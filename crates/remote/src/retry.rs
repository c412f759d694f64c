//! Pauses between tries: exponential, with jitter, so that several connections do not knock all at once.

use std::time::Duration;

use slipway_core::Retry;

/// Works out pauses from a site's [`Retry`].
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    retry: Retry,
}

impl Backoff {
    /// Pauses by these rules.
    pub fn new(retry: Retry) -> Self {
        Self { retry }
    }

    /// Tries in all.
    pub fn attempts(&self) -> u32 {
        self.retry.attempts.max(1)
    }

    /// The pause after the `failed`-th failed try (from 1): doubled each time, up to the longest, and of that
    /// between a half and the whole.
    pub fn pause(&self, failed: u32) -> Duration {
        let doubled = self.retry.first_wait_ms.saturating_mul(1 << failed.saturating_sub(1).min(30));
        let most = doubled.min(self.retry.longest_wait_ms);
        let mut random = [0; 2];
        // Without randomness the pause is merely not spread.
        let spread = getrandom::fill(&mut random).map_or(0, |()| u64::from(u16::from_ne_bytes(random)));
        Duration::from_millis(most - most / 2 * spread / 65_536)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_the_longest_and_spreads() {
        let backoff = Backoff::new(Retry::default());
        assert_eq!(backoff.attempts(), 5);
        for (failed, most) in [(1, 1_000), (2, 2_000), (5, 16_000), (6, 30_000), (60, 30_000)] {
            for _ in 0..50 {
                let pause = backoff.pause(failed).as_millis();
                assert!((most / 2..=most).contains(&pause), "{failed}: {pause}");
            }
        }
    }
}
