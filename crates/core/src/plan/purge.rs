//! What a purge takes off: files that Slipway did not put there, and the folders that hold nothing afterwards.

use std::collections::BTreeSet;

use super::{Plan, Removal, ServerView};
use crate::manifest::{Manifest, Published};
use crate::path::RemotePath;

/// Adds the files, and returns the folders that are needed afterwards. What Slipway put there is a matter of the
/// removals: what of it stays, stays for a reason.
pub(super) fn add_files(
    plan: &mut Plan,
    local: &Manifest,
    published: &Published,
    server: &ServerView,
    kept: &BTreeSet<RemotePath>,
) -> BTreeSet<RemotePath> {
    let removed: BTreeSet<&RemotePath> = plan.removals.iter().map(|removal| &removal.path).collect();
    let mut used: BTreeSet<RemotePath> = local.keys().flat_map(RemotePath::ancestors).collect();
    for path in server.others.iter().chain(kept.intersection(&server.folders)) {
        used.insert(path.clone());
        used.extend(path.ancestors());
    }
    for (path, seen) in &server.files {
        let Some(seen) = seen else { continue };
        let known = local.contains_key(path) || published.files.contains_key(path);
        if !known && !path.is_own() && !kept.contains(path) {
            plan.purge.push(Removal { path: path.clone(), size: seen.size, in_the_way: false });
        } else if !removed.contains(path) {
            used.extend(path.ancestors());
        }
    }
    used
}

/// Adds the folders that nothing needs any more, and takes out those of Slipway's making that are needed.
pub(super) fn add_folders(plan: &mut Plan, server: &ServerView, used: &BTreeSet<RemotePath>) {
    plan.remove_folders.retain(|folder| !used.contains(folder));
    let ours: BTreeSet<&RemotePath> = plan.remove_folders.iter().collect();
    let goes = |folder: &&RemotePath| !folder.is_own() && !used.contains(*folder) && !ours.contains(folder);
    plan.purge_folders = server.folders.iter().filter(goes).cloned().collect();
    plan.purge_folders.sort_by_key(|folder| std::cmp::Reverse(folder.depth()));
}
