//! Whether there is a network again.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

/// How often that is looked at. It sends nothing.
const EVERY: Duration = Duration::from_secs(2);

/// Addresses that stand for the whole internet (RFC 5737, section 3, and RFC 3849).
const FAR: [IpAddr; 2] =
    [IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1)), IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1))];

/// The ways out of this computer: its own address for each, where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Network([Option<IpAddr>; 2]);

impl Network {
    /// As it is now.
    pub(super) fn now() -> Self {
        Self(FAR.map(own_address))
    }

    /// Waits until there is a way out that was not there before.
    pub(super) async fn returned(&mut self) {
        loop {
            tokio::time::sleep(EVERY).await;
            let now = Self::now();
            let before = std::mem::replace(self, now);
            if now.has_more_than(before) {
                return;
            }
        }
    }

    fn has_more_than(self, before: Self) -> bool {
        self.0.iter().zip(before.0).any(|(now, before)| now.is_some() && *now != before)
    }
}

/// The address that this computer would send from. Connecting a datagram socket only asks the system for its route.
fn own_address(to: IpAddr) -> Option<IpAddr> {
    let any: IpAddr = if to.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind(SocketAddr::new(any, 0)).ok()?;
    socket.connect(SocketAddr::new(to, 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_out_that_goes_is_no_return() {
        let none = Network([None, None]);
        let home = Network([Some(Ipv4Addr::new(192, 168, 0, 7).into()), None]);
        let train = Network([Some(Ipv4Addr::new(10, 0, 0, 7).into()), None]);
        assert!(home.has_more_than(none) && train.has_more_than(home));
        assert!(!none.has_more_than(home) && !home.has_more_than(home));
    }
}
