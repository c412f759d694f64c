//! The time, in the units that the ledger and manifests use.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    (nanos(SystemTime::now()) / 1_000_000) as i64
}

/// Nanoseconds since 1970 as manifests hold them: 64 bits reach the year 2262.
pub(crate) fn file_time(time: SystemTime) -> i64 {
    nanos(time) as i64
}

fn nanos(time: SystemTime) -> i128 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => after.as_nanos() as i128,
        Err(before) => -(before.duration().as_nanos() as i128),
    }
}
