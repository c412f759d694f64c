//! A bandwidth limit over all connections of a site.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Hands out the right to send bytes. Clones share one limit.
#[derive(Debug, Clone, Default)]
pub struct Throttle {
    limit: Option<Arc<Limit>>,
}

#[derive(Debug)]
struct Limit {
    bytes_per_second: u64,
    /// When everything handed out so far will have been sent at the limit.
    free_at: Mutex<Instant>,
}

impl Throttle {
    /// At most so many bytes a second; `None` for no limit.
    pub fn new(bytes_per_second: Option<u64>) -> Self {
        let limit = bytes_per_second.map(|rate| {
            Arc::new(Limit { bytes_per_second: rate.max(1), free_at: Mutex::new(Instant::now()) })
        });
        Self { limit }
    }

    /// Whether there is a limit.
    pub fn is_limited(&self) -> bool {
        self.limit.is_some()
    }

    /// The most bytes to take at once, so that the line is used evenly: a tenth of a second's worth.
    pub fn portion(&self, most: usize) -> usize {
        match &self.limit {
            Some(limit) => most.min((limit.bytes_per_second / 10).clamp(512, u64::from(u32::MAX)) as usize),
            None => most,
        }
    }

    /// Waits until `bytes` may be sent.
    pub async fn take(&self, bytes: u64) {
        let Some(limit) = &self.limit else { return };
        let start = {
            let mut free_at = limit.free_at.lock().unwrap_or_else(PoisonError::into_inner);
            let start = (*free_at).max(Instant::now());
            *free_at = start + Duration::from_secs_f64(bytes as f64 / limit.bytes_per_second as f64);
            start
        };
        tokio::time::sleep_until(start).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn clones_share_the_limit() {
        let throttle = Throttle::new(Some(1_000));
        let begin = Instant::now();
        let senders = (0..4).map(|_| throttle.clone()).map(|throttle| {
            tokio::spawn(async move {
                for _ in 0..10 {
                    throttle.take(100).await;
                }
            })
        });
        for sender in senders.collect::<Vec<_>>() {
            sender.await.unwrap();
        }
        // 4,000 bytes at 1,000 a second; the last portion's own time is not waited for.
        assert_eq!(begin.elapsed().as_millis(), 3_900);
    }

    #[tokio::test(start_paused = true)]
    async fn no_limit_no_wait() {
        let begin = Instant::now();
        Throttle::new(None).take(u64::MAX).await;
        assert_eq!(begin.elapsed(), Duration::ZERO);
        assert_eq!(Throttle::new(None).portion(65_536), 65_536);
        assert_eq!(Throttle::new(Some(50_000)).portion(65_536), 5_000);
    }
}
