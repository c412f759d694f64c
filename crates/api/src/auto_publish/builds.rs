//! Builds that auto-publish runs. Many write into the folder that they read, such as caches: what two builds in a row
//! have touched is theirs, and no reason for another.

use std::collections::HashSet;
use std::path::PathBuf;

#[derive(Default)]
pub(super) struct Builds {
    /// What the site is made from looked like this.
    seen: Option<[u8; 32]>,
    /// What was touched during the last build; `None` for too much to tell.
    before: Option<Option<HashSet<PathBuf>>>,
}

impl Builds {
    /// Whether just this has been made and published.
    pub(super) fn knows(&self, fingerprint: [u8; 32]) -> bool {
        self.seen == Some(fingerprint)
    }

    /// This has been made.
    pub(super) fn done(&mut self, fingerprint: [u8; 32]) {
        self.seen = Some(fingerprint);
    }

    /// Whether all that was touched during a build was touched by the build, as far as can be told from the one before.
    pub(super) fn made_all(&mut self, touched: Option<Vec<PathBuf>>) -> bool {
        let touched = touched.map(HashSet::from_iter);
        let own = match (&touched, &self.before) {
            (Some(touched), Some(Some(before))) => touched.is_subset(before),
            (Some(touched), _) => touched.is_empty(),
            (None, before) => *before == Some(None),
        };
        self.before = Some(touched);
        own
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_builds_touch_is_theirs() {
        let mut builds = Builds::default();
        let touched = |names: &[&str]| Some(names.iter().map(PathBuf::from).collect());
        assert!(builds.made_all(touched(&[])));
        assert!(!builds.made_all(touched(&["cache"])));
        assert!(builds.made_all(touched(&["cache"])));
        assert!(!builds.made_all(touched(&["cache", "a.md"])));
        assert!(!builds.made_all(None));
        assert!(builds.made_all(None));
        assert!(!builds.knows([1; 32]));
        builds.done([1; 32]);
        assert!(builds.knows([1; 32]));
    }
}
