//! From what was seen of single files to one finding.

use slipway_core::{Proof, ProofFinding, Unreached};

use super::sample::Sample;
use super::web::Reply;

/// What was seen of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    /// As published.
    Same,
    /// An old copy, while the server has the new one.
    Cached,
    /// As it was before.
    Old,
    /// Something else.
    Other,
    NotFound,
    Unreached(Unreached),
}

impl Sight {
    pub(super) fn of(reply: Reply, sample: &Sample) -> Self {
        match reply {
            Reply::Page { sha256, .. } if sha256 == sample.sha256 => Self::Same,
            Reply::Page { sha256, .. } if sample.before.is_some_and(|before| before.sha256 == sha256) => {
                Self::Old
            }
            Reply::Page { .. } => Self::Other,
            Reply::NotFound => Self::NotFound,
            Reply::Unreached(reason) => Self::Unreached(reason),
        }
    }
}

/// Whether the web address shows the publish folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Folder {
    Ours,
    Other,
    Unknown,
}

/// Whether it must be found out which folder the web address shows: something came, and nothing that was published.
pub(super) fn needs_sign(sights: &[Sight]) -> bool {
    let ours = |sight: &Sight| matches!(sight, Sight::Same | Sight::Cached);
    !sights.iter().any(ours) && sights.iter().any(|sight| !matches!(sight, Sight::Unreached(_)))
}

/// What is to be said of it all. Files that are kept from visitors, or not found among others that are, are no
/// finding: the server's own rules may say so.
pub(super) fn verdict(samples: &[Sample], sights: &[Sight], folder: Folder) -> Proof {
    let has = |wanted: Sight| sights.contains(&wanted);
    let first = |matches: &dyn Fn(Sight) -> bool| {
        let mut seen = samples.iter().zip(sights);
        seen.find(|(_, sight)| matches(**sight)).map(|(sample, _)| sample.path.to_string())
    };
    let unreached = sights.iter().find_map(|sight| match sight {
        Sight::Unreached(reason) => Some(*reason),
        _ => None,
    });
    let stale = |sight| matches!(sight, Sight::Cached | Sight::Old);
    let other = |sight| matches!(sight, Sight::Other | Sight::NotFound);
    let (finding, path) = if needs_sign(sights) {
        match folder {
            Folder::Other => (ProofFinding::OtherFolder, first(&|sight| stale(sight) || other(sight))),
            _ if has(Sight::Old) => (ProofFinding::Cached, first(&stale)),
            _ => (ProofFinding::Program, first(&other)),
        }
    } else if has(Sight::Cached) || has(Sight::Old) {
        (ProofFinding::Cached, first(&stale))
    } else if has(Sight::Other) {
        (ProofFinding::Program, first(&|sight| sight == Sight::Other))
    } else if has(Sight::Same) {
        (ProofFinding::Live, None)
    } else {
        (ProofFinding::Unreachable, first(&|sight| matches!(sight, Sight::Unreached(_))))
    };
    let reason = unreached.filter(|_| finding == ProofFinding::Unreachable);
    let compared = sights.iter().filter(|sight| !matches!(sight, Sight::Unreached(_))).count() as u64;
    let same = sights.iter().filter(|sight| **sight == Sight::Same).count() as u64;
    Proof { finding, compared, same, path, reason }
}
