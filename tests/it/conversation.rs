//! What was said between the command and the server, as the proxy wrote it down.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use slipway_testkit::{ControlProxy, Exchange};

/// A part of what was said: from its making on, or on some connections only.
pub(crate) struct Conversation<'a> {
    proxy: &'a ControlProxy,
    from: usize,
    connections: RangeInclusive<u64>,
}

impl<'a> Conversation<'a> {
    /// What is said from now on.
    pub(crate) fn from_now(proxy: &'a ControlProxy) -> Self {
        Self { proxy, from: proxy.record().len(), connections: 0..=u64::MAX }
    }

    /// All that was ever said.
    pub(crate) fn everything(proxy: &'a ControlProxy) -> Self {
        Self { proxy, from: 0, connections: 0..=u64::MAX }
    }

    /// The number of the last connection so far.
    pub(crate) fn last_connection(&self) -> u64 {
        self.exchanges().iter().map(|said| said.connection).max().unwrap_or(0)
    }

    /// What was said on connections up to this one, and on later ones.
    pub(crate) fn split_after(&self, connection: u64) -> [Self; 2] {
        [0..=connection, connection + 1..=u64::MAX].map(|connections| Self { connections, ..*self })
    }

    /// Everything so far.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        let mut exchanges = self.proxy.record().split_off(self.from);
        exchanges.retain(|said| self.connections.contains(&said.connection));
        exchanges
    }

    /// How many commands there were with this verb; `CONNECT` counts the connections.
    pub(crate) fn count(&self, verb: &str) -> usize {
        self.exchanges().iter().filter(|said| verb_of(&said.command) == verb).count()
    }

    /// The most connections on which something was said at the same time.
    pub(crate) fn at_once(&self) -> usize {
        let mut spans: BTreeMap<u64, (usize, usize)> = BTreeMap::new();
        for (place, said) in self.exchanges().iter().enumerate() {
            spans.entry(said.connection).or_insert((place, place)).1 = place;
        }
        let open_at = |place: usize| spans.values().filter(|span| (span.0..=span.1).contains(&place)).count();
        spans.values().map(|span| open_at(span.0)).max().unwrap_or(0)
    }

    /// How many data connections the server offered.
    pub(crate) fn transfers(&self) -> u64 {
        let offers = |reply: &str| reply.starts_with("229") || reply.starts_with("227");
        self.exchanges().iter().filter(|said| offers(&said.reply)).count() as u64
    }

    /// The names in staging to which content was sent, in order, those of repeated tries included. Commands that were
    /// written ahead and never begun send nothing.
    pub(crate) fn sent(&self) -> Vec<String> {
        let begun = self.exchanges().into_iter().filter(|said| said.reply.starts_with('1'));
        begun.filter_map(|said| staged(&said.command).map(str::to_owned)).collect()
    }

    /// The names in staging of which the server has said that they lie there: after each transfer its size is asked.
    pub(crate) fn confirmed(&self) -> Vec<String> {
        let sizes = self.exchanges().into_iter().filter(|said| said.reply.starts_with("213"));
        sizes.filter_map(|said| in_staging(said.command.strip_prefix("SIZE ")?).map(str::to_owned)).collect()
    }

    /// The paths of the website that were deleted.
    pub(crate) fn deleted(&self) -> Vec<String> {
        let exchanges = self.exchanges();
        let paths = exchanges.iter().filter_map(|said| said.command.strip_prefix("DELE "));
        paths.filter(|path| !path.starts_with(".slipway/")).map(str::to_owned).collect()
    }
}

/// The first word of a command.
pub(crate) fn verb_of(command: &str) -> &str {
    command.split(' ').next().unwrap_or_default()
}

/// The name in staging that a command sends content to.
pub(crate) fn staged(command: &str) -> Option<&str> {
    in_staging(command.strip_prefix("STOR ").or_else(|| command.strip_prefix("APPE "))?)
}

/// `.slipway/<run>/000042`, of a path to a file in staging.
fn in_staging(path: &str) -> Option<&str> {
    let name = path.strip_prefix(".slipway/")?.split_once('/')?.1;
    name.bytes().all(|byte| byte.is_ascii_digit()).then_some(path)
}
