//! How much work it is to try a pass phrase (Argon2id, RFC 9106).

use serde::{Deserialize, Serialize};

/// The parameters of Argon2id.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cost {
    pub(super) memory_kib: u32,
    pub(super) passes: u32,
    pub(super) lanes: u32,
}

impl Cost {
    /// What OWASP's Password Storage Cheat Sheet recommends: 19 MiB, two passes, one lane.
    pub(super) const STANDARD: Self = Self { memory_kib: 19_456, passes: 2, lanes: 1 };

    /// More than this is taken for damage: a file must not be able to use up the computer.
    const MOST: Self = Self { memory_kib: 262_144, passes: 16, lanes: 4 };

    #[cfg(test)]
    pub(super) const CHEAP: Self = Self { memory_kib: 8, passes: 1, lanes: 1 };

    /// Says in words what is wrong with parameters that were read.
    pub(super) fn check(self) -> Result<(), String> {
        let most = Self::MOST;
        let fits = self.memory_kib <= most.memory_kib
            && (1..=most.passes).contains(&self.passes)
            && (1..=most.lanes).contains(&self.lanes)
            && self.memory_kib >= 8 * self.lanes;
        if fits {
            Ok(())
        } else {
            Err("the file asks for an amount of work that no Slipway asks for".to_owned())
        }
    }
}
