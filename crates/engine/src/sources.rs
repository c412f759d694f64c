//! A site's source folders: all of them together are what is published.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use slipway_core::{Code, Compare, Failure, LocalFile, RemotePath, Site};
use slipway_store::CachedHash;
use tokio_util::sync::CancellationToken;

use crate::excludes::Excludes;
use crate::scan::{Finding, FindingKind, ScanSource, Scanned, local_path, scan};

/// A folder on this computer, and the folder below the publish folder that its content goes to.
type Source = (PathBuf, RemotePath);

/// The folder that [`local_path`] is joined to.
pub(crate) fn base(site: &Site) -> PathBuf {
    site.source_folders().into_iter().next().map_or_else(|| site.folder.clone(), |(folder, _)| folder)
}

/// Looks at all of a site's source folders. Blocks.
///
/// # Errors
/// [`Code::LocalFolderMissing`] for one that is not there, [`Code::SourcesClash`] where two hold different files for
/// one place, or one a file where the other has a folder.
pub(crate) fn scan_sources(
    site: &Site,
    excludes: &Excludes,
    cache: &HashMap<Box<str>, CachedHash>,
    compare: Compare,
    cancel: &CancellationToken,
) -> Result<Scanned, Failure> {
    let (sources, base) = (site.source_folders(), base(site));
    if let Some((missing, _)) = sources.iter().find(|(folder, _)| !folder.is_dir()) {
        return Err(Failure::new(Code::LocalFolderMissing, "not a folder").about(missing.display()));
    }
    let mut scans = Vec::with_capacity(sources.len());
    for (folder, place) in &sources {
        let source = ScanSource { folder, place, base: &base };
        scans.push(scan(&source, excludes, cache, compare, cancel)?);
    }
    refuse_clashes(&sources, &base, &mut scans)?;
    let mut all = Scanned::default();
    for mut scanned in scans {
        all.manifest.append(&mut scanned.manifest);
        all.findings.append(&mut scanned.findings);
        all.fresh.append(&mut scanned.fresh);
    }
    all.findings.sort();
    all.findings.dedup();
    let there: HashSet<&str> = all.manifest.keys().map(RemotePath::as_str).collect();
    all.gone = cache.keys().filter(|key| !there.contains(&***key)).cloned().collect();
    Ok(all)
}

/// Within one folder, a file and a folder can have the same name only where the two are spelled differently.
fn refuse_clashes(sources: &[Source], base: &Path, scans: &mut [Scanned]) -> Result<(), Failure> {
    let odd = |scanned: &Scanned| scanned.manifest.values().any(|file| file.spelled.is_some());
    if scans.len() < 2 && !scans.iter().any(odd) {
        return Ok(());
    }
    let (mut clashes, mut same_names) = (BTreeSet::new(), Vec::new());
    for (i, scanned) in scans.iter().enumerate() {
        for (path, file) in &scanned.manifest {
            for (j, other) in scans[..i].iter().enumerate() {
                let theirs = other.manifest.get(path);
                if theirs.is_some_and(|theirs| !is_same(base, path, file, theirs)) {
                    clashes.insert((path.clone(), j, i));
                }
            }
            for above in path.ancestors() {
                for (j, _) in scans.iter().enumerate().filter(|(_, s)| s.manifest.contains_key(&above)) {
                    if i == j {
                        same_names.push((i, above.to_string()));
                    } else {
                        clashes.insert((above.clone(), i.min(j), i.max(j)));
                    }
                }
            }
        }
    }
    for (i, path) in same_names {
        scans[i].findings.push(Finding { kind: FindingKind::SameName, path });
    }
    let Some((path, first, second)) = clashes.first() else { return Ok(()) };
    let name = |i: usize| sources.get(i).map(|(folder, _)| folder.display().to_string()).unwrap_or_default();
    let detail = format!("{} and {} both have it", name(*first), name(*second));
    let mut failure = Failure::new(Code::SourcesClash, detail).about(path);
    failure.count = Some(clashes.len() as u64);
    Err(failure)
}

/// Whether two sources hold one and the same file, since one lies in the other.
fn is_same(base: &Path, path: &RemotePath, one: &LocalFile, other: &LocalFile) -> bool {
    let found = |file| base.join(local_path(path, file)).canonicalize();
    matches!((found(one), found(other)), (Ok(one), Ok(other)) if one == other)
}
