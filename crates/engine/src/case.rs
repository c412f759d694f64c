//! Names that differ only in case: two files here may be one file on a server that does not tell them apart.

use std::collections::{BTreeSet, HashMap, HashSet};

use slipway_core::{Code, Failure, Manifest, Plan, RemotePath};

use crate::staging;
use crate::work::Work;

/// Names that such a server would mix up.
#[derive(Debug, Default)]
pub(crate) struct CaseTwins {
    /// Files or folders of the site.
    local: Vec<(RemotePath, RemotePath)>,
    /// Files of the record that are not here any more but under a name in other case, whether the plan takes them off or
    /// not.
    renamed: BTreeSet<RemotePath>,
}

impl CaseTwins {
    /// Finds them, among the site's files and folders, and between them and what the plan takes off, or what `stays` online
    /// without them.
    pub(crate) fn find(local: &Manifest, plan: &Plan, stays: &[RemotePath]) -> Self {
        let mut by_lower: HashMap<String, &RemotePath> = HashMap::with_capacity(local.len());
        let folders: BTreeSet<RemotePath> = local.keys().flat_map(RemotePath::ancestors).collect();
        let mut twins = Vec::new();
        for path in local.keys().chain(&folders) {
            if let Some(first) = by_lower.insert(lower(path), path) {
                twins.push((first.clone(), path.clone()));
            }
        }
        // Only a file can be what a file became: one that makes way for a folder of its name does go.
        let files: HashSet<String> = local.keys().map(lower).collect();
        let removed = plan.taken_off().map(|removal| &removal.path);
        let renamed = removed.chain(stays).filter(|path| files.contains(&lower(path))).cloned().collect();
        Self { local: twins, renamed }
    }

    /// Asks the server, if it matters, whether it tells such names apart. Where it does not, two files of the site
    /// can't both be there, and a file whose name merely changed its case must not be removed: it is the new one.
    pub(crate) async fn settle(&self, work: &Work, plan: &mut Plan) -> Result<(), Failure> {
        if (self.local.is_empty() && self.renamed.is_empty()) || !staging::ignores_case(work).await? {
            return Ok(());
        }
        if let Some((first, second)) = self.local.first() {
            let detail = format!("the server takes {first} and {second} for the same file");
            let mut failure = Failure::new(Code::NameNotAllowed, detail).about(second);
            failure.count = Some(self.local.len() as u64);
            return Err(failure);
        }
        plan.removals.retain(|removal| !self.renamed.contains(&removal.path));
        plan.purge.retain(|removal| !self.renamed.contains(&removal.path));
        plan.forget.extend(self.renamed.iter().cloned());
        let needed: HashSet<String> =
            plan.uploads.iter().flat_map(|u| u.path.ancestors()).map(|f| lower(&f)).collect();
        plan.remove_folders.retain(|folder| !needed.contains(&lower(folder)));
        plan.purge_folders.retain(|folder| !needed.contains(&lower(folder)));
        Ok(())
    }
}

fn lower(path: &RemotePath) -> String {
    path.as_str().to_lowercase()
}
