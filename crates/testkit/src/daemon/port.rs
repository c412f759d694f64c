//! Ports for servers that cannot take port 0.

use std::collections::HashSet;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::sync::{Mutex, PoisonError};

/// Below what Linux hands out for outgoing connections and port 0, so that only servers like these compete.
const RANGE: std::ops::Range<u16> = 12_000..32_000;

/// A port that nothing listens on, and that this process has not given out before.
pub(super) fn free() -> u16 {
    static GIVEN: Mutex<Option<HashSet<u16>>> = Mutex::new(None);
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    let given = given.get_or_insert_default();
    // Each `RandomState` is keyed differently: random numbers without a crate for them.
    std::iter::repeat_with(|| RandomState::new().hash_one(()))
        .map(|random| RANGE.start + (random % u64::from(RANGE.end - RANGE.start)) as u16)
        .find(|port| can_bind(*port) && given.insert(*port))
        .expect("an endless iterator")
}

fn can_bind(port: u16) -> bool {
    let version_4 = TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    // A system without IPv6 cannot have the port taken there.
    let version_6 = TcpListener::bind((Ipv6Addr::LOCALHOST, port));
    let taken = |error: &std::io::Error| error.kind() == std::io::ErrorKind::AddrInUse;
    version_4.is_ok() && !version_6.as_ref().is_err_and(taken)
}

/// Whether anything listens on the port, found without connecting to it.
pub(super) fn is_listening(port: u16) -> bool {
    const LISTEN: &str = "0A";
    let suffix = format!(":{port:04X}");
    ["/proc/net/tcp", "/proc/net/tcp6"].iter().any(|table| {
        let text = fs::read_to_string(table).unwrap_or_default();
        text.lines().any(|line| {
            let mut fields = line.split_whitespace().skip(1);
            let local = fields.next().unwrap_or_default();
            local.ends_with(&suffix) && fields.nth(1) == Some(LISTEN)
        })
    })
}
