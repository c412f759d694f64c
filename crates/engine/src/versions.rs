//! Versions: what a publish brought online is kept on this computer, so that it can be put back. Putting one back is a
//! publish whose files come from there instead of from the site's folder.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::time::SystemTime;

use sha2::Digest;
use slipway_core::{
    Code, Failure, LocalFile, Manifest, Outcome, Plan, PublishedFile, RemotePath, RunId, Sha256,
};
use slipway_store::{Kept, StoreError, Versions};

use crate::clock::file_time;
use crate::failure::{cancelled, stored};
use crate::run::Run;
use crate::scan::Scanned;
use crate::sources::base;
use crate::work::Work;

/// So many times as many runs as versions are known: some are the same, as one that was put back.
const RUNS: usize = 4;

/// Where files lie whose names here are spelled otherwise than online.
pub(crate) type Spellings = HashMap<RemotePath, PathBuf>;

/// The odd spellings of a manifest: most have none.
pub(crate) fn spellings(manifest: &Manifest) -> Spellings {
    let odd = |(path, file): (&RemotePath, &LocalFile)| Some((path.clone(), file.spelled.clone()?));
    manifest.iter().filter_map(odd).collect()
}

/// Keeps what the site is made of once this run has brought it online, and lets go of what is beyond the limits.
/// Nothing of this makes a publish fail: what could not be kept is said.
pub(crate) async fn keep(run: &Run<'_>, spelled: Spellings, changed: bool, outcome: &mut Outcome) {
    let Some(versions) = run.work.versions.clone() else { return };
    let id = run.id.clone();
    let kept = run.work.blocking(move |work| {
        let published = work.ledger.published(work.place).map_err(stored)?;
        // Also where a run was cut off before it kept what it had brought online, or half-way through.
        if changed || !is_newest(work, &published.files).map_err(stored)? {
            // Recorded first, so that nobody takes the content for something that no version needs.
            work.ledger.keep_version(&id, &published.files).map_err(stored)?;
        }
        let missing = keep_content(work, &versions, &published.files, &spelled).map_err(stored)?;
        tidy(work, &versions).map_err(stored)?;
        Ok(missing)
    });
    let said = match kept.await {
        Ok(0) => return,
        Ok(missing) => format!(
            "This version can't be put back later as a whole: files that changed or went while it was kept: {missing}."
        ),
        Err(failure) => {
            tracing::warn!(%failure, "the version is not kept");
            let full = failure.code == Code::ThisComputerFull;
            let why = if full { " There is no space left on this computer." } else { "" };
            format!("This version could not be kept, and can't be put back later.{why}")
        }
    };
    run.work.events.note(said.clone(), None);
    outcome.notes.push(said);
}

/// Keeps the content of all files that is not kept yet; returns how many could not be.
fn keep_content(
    work: &Work,
    versions: &Versions,
    files: &BTreeMap<RemotePath, PublishedFile>,
    spelled: &Spellings,
) -> Result<usize, StoreError> {
    let base = base(&work.site);
    let mut missing = 0;
    for (path, file) in files {
        if versions.holds(file.sha256, file.size) {
            continue;
        }
        let plain = || path.as_str().split('/').collect();
        let from = base.join(spelled.get(path).cloned().unwrap_or_else(plain));
        if versions.keep(&from, file.sha256, file.size)? == Kept::Changed {
            tracing::info!(%path, "its content is not kept");
            missing += 1;
        }
    }
    Ok(missing)
}

/// Whether the newest version that is known is made of these files.
fn is_newest(work: &Work, files: &BTreeMap<RemotePath, PublishedFile>) -> Result<bool, StoreError> {
    let Some(newest) = work.ledger.versions(work.place)?.into_iter().next() else { return Ok(false) };
    Ok(work.ledger.version(&newest)?.is_some_and(|known| digest(&known) == digest(files)))
}

/// Tells versions apart: one that was put back is the same again.
fn digest(files: &BTreeMap<RemotePath, PublishedFile>) -> [u8; 32] {
    let mut hasher = sha2::Sha256::new();
    for (path, file) in files {
        hasher.update(path.as_str());
        hasher.update([0]);
        hasher.update(file.sha256.0);
    }
    hasher.finalize().into()
}

/// Forgets the oldest versions beyond what the site keeps, never the newest one of a place, and removes content that none
/// needs.
fn tidy(work: &Work, versions: &Versions) -> Result<(), StoreError> {
    let most = work.site.versions;
    let number = most.number as usize;
    let runs = work.ledger.versions(work.place)?;
    let (mut content, mut bytes, mut different) = (HashSet::new(), 0, HashSet::new());
    for (age, run) in runs.iter().enumerate() {
        let files = work.ledger.version(run)?.unwrap_or_default();
        different.insert(digest(&files));
        for file in files.values() {
            bytes += if content.insert(file.sha256) { file.size } else { 0 };
        }
        let beyond = different.len() > number || age >= number.saturating_mul(RUNS) || bytes > most.bytes;
        if age > 0 && beyond {
            work.ledger.drop_versions(&runs[age..])?;
            break;
        }
    }
    let wanted: HashSet<Sha256> = work.ledger.version_content(&work.site.name)?.into_keys().collect();
    versions.keep_only(&wanted)?;
    Ok(())
}

/// What a version is made of, as if it lay in the site's folder.
///
/// # Errors
/// [`Code::VersionMissing`] where it is not known any more.
pub(crate) async fn version_manifest(work: &Work, run: &RunId) -> Result<Scanned, Failure> {
    let missing = || Failure::new(Code::VersionMissing, "that version is not kept");
    let (run, versions) = (run.clone(), work.versions.clone().ok_or_else(missing)?);
    work.blocking(move |work| {
        let files = work.ledger.version(&run).map_err(stored)?.ok_or_else(missing)?;
        let local = |(path, file): (RemotePath, PublishedFile)| {
            let place = versions.file(file.sha256);
            let modified = std::fs::metadata(&place).and_then(|metadata| metadata.modified());
            let modified = file_time(modified.unwrap_or(SystemTime::UNIX_EPOCH));
            (path, LocalFile { size: file.size, modified, sha256: file.sha256, spelled: Some(place) })
        };
        let manifest = files.into_iter().map(local).collect();
        Ok(Scanned { manifest, ..Scanned::default() })
    })
    .await
}

/// Reads all content that is about to be sent, and refuses to begin where some is missing or was altered.
///
/// # Errors
/// [`Code::VersionDamaged`].
pub(crate) async fn check_content(work: &Work, plan: &Plan) -> Result<(), Failure> {
    let Some(versions) = work.versions.clone() else { return Ok(()) };
    let files: Vec<_> =
        plan.uploads.iter().map(|upload| (upload.path.clone(), upload.file.clone())).collect();
    work.blocking(move |work| {
        let mut damaged = Vec::new();
        for (path, file) in files {
            if work.cancel.is_cancelled() {
                return Err(cancelled());
            }
            if !versions.is_whole(file.sha256, file.size) {
                damaged.push(path);
            }
        }
        let Some(first) = damaged.first() else { return Ok(()) };
        let detail = "its content is not here any more, or was altered";
        let mut failure = Failure::new(Code::VersionDamaged, detail).about(first);
        failure.count = Some(damaged.len() as u64);
        Err(failure)
    })
    .await
}
