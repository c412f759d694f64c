//! What others put in the place of files that a publish replaces: it is brought down first and kept as a version of its
//! own, so that even a first publish can be undone.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use slipway_core::{Change, Code, Failure, Outcome, Plan, PublishedFile, RemotePath, RunId, RunState};
use slipway_store::{Kept, RunKind, Versions};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::clock::now_ms;
use crate::content::{PORTION, read};
use crate::failure::stored;
use crate::run::{Run, new_id};
use crate::server_copy::fetch;
use crate::work::Work;

/// Brings down what the plan replaces and Slipway did not put there. Nothing of this makes a publish fail: what could
/// not be kept is said.
pub(crate) async fn keep_foreign(run: &Run<'_>, plan: &Plan, outcome: &mut Outcome) -> Result<(), Failure> {
    let (work, Some(versions)) = (run.work, run.work.versions.clone()) else { return Ok(()) };
    let foreign = plan.uploads.iter().filter(|upload| upload.change == Change::Foreign);
    let paths: Vec<RemotePath> = foreign.map(|upload| upload.path.clone()).collect();
    if paths.is_empty() {
        return Ok(());
    }
    let all = paths.len();
    let (files, failed) = bring_down(work, &versions, paths).await?;
    let text = match files.len() {
        kept if kept == all => format!("They were kept, so that this publish can be undone: {kept}."),
        kept => format!(
            "Of them, these were kept, so that they can be put back: {kept}. Not kept: {}.",
            all - kept
        ),
    };
    if let Some(failure) = failed {
        tracing::warn!(%failure, "what is replaced could not be kept");
    }
    outcome.notes.push(text.clone());
    work.events.note(text, None);
    if files.is_empty() { Ok(()) } else { record(work, files).await }
}

/// Everything that could be brought down, and what was in the way of the rest. Ends early where there would be more than
/// is kept of a site.
async fn bring_down(
    work: &Work,
    versions: &Versions,
    paths: Vec<RemotePath>,
) -> Result<(BTreeMap<RemotePath, PublishedFile>, Option<Failure>), Failure> {
    let folder = versions.clone();
    let aside = Arc::new(work.blocking(move |_| folder.aside().map_err(stored)).await?);
    let turns = Arc::new(Semaphore::new(work.pool.limit().into()));
    let mut fetching = JoinSet::new();
    for (number, path) in paths.into_iter().enumerate() {
        let (work, versions, aside, turns) = (work.clone(), versions.clone(), aside.clone(), turns.clone());
        fetching.spawn(async move {
            let _turn = turns.acquire().await;
            let place = aside.path().join(number.to_string());
            fetch(&work, &path, &place).await?;
            let file = work.blocking(move |_| keep(&versions, &place)).await?;
            Ok::<_, Failure>((path, file))
        });
    }
    let (mut files, mut failed, mut bytes) = (BTreeMap::new(), None, 0);
    while let Some(fetched) = fetching.join_next().await {
        match fetched.unwrap_or_else(|error| Err(Failure::new(Code::Unexpected, error))) {
            Ok((path, file)) => {
                bytes += file.size;
                files.insert(path, file);
            }
            Err(failure) if failure.code == Code::Cancelled => return Err(failure),
            Err(failure) => failed = Some(failure),
        }
        if bytes > work.site.versions.bytes {
            break;
        }
    }
    Ok((files, failed))
}

fn keep(versions: &Versions, place: &Path) -> Result<PublishedFile, Failure> {
    let unread = |_| Failure::new(Code::DataUnusable, "what was brought down can't be read");
    let found = read(place, &mut vec![0; PORTION]).map_err(unread)?;
    let kept = versions.keep(place, found.sha256, found.size).map_err(stored)?;
    // Gone is gone: the copy is only needed once.
    let _ = std::fs::remove_file(place);
    match kept {
        Kept::Yes => Ok(PublishedFile { size: found.size, sha256: found.sha256, server_modified: None }),
        Kept::Changed => Err(Failure::new(Code::DataUnusable, "what was brought down was changed")),
    }
}

/// A run of its own in the history, which can be put back.
async fn record(work: &Work, files: BTreeMap<RemotePath, PublishedFile>) -> Result<(), Failure> {
    let id: RunId = new_id()?;
    let bytes = files.values().map(|file| file.size).sum();
    let outcome = Outcome { downloaded: files.len() as u64, bytes, ..Outcome::default() };
    work.ledger(move |ledger, place| {
        ledger.begin_run(&id, place, RunKind::Pull, now_ms())?;
        ledger.keep_version(&id, &files)?;
        ledger.finish(&id, RunState::Done, now_ms(), &outcome, None)
    })
    .await
}
