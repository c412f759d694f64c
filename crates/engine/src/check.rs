//! The check of a server: connect, log in, write, rename and remove a probe file, and say what the server can do.

use serde::{Deserialize, Serialize};
use slipway_core::web_folder::is_promising;
use slipway_core::{Check, Failure, Features, PathError, RemotePath, ServerFacts};
use slipway_remote::{EntryKind, Lease, RemoteError, Rename, Source, Upload};

use crate::failure::{cancelled, remote};
use crate::work::Work;

/// So many folders are tried besides the first.
const MOST_TRIED: usize = 8;

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckStep {
    /// What.
    pub name: String,
    /// What the server said, or what was found.
    pub detail: String,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReport {
    /// What was tried, in order.
    pub steps: Vec<CheckStep>,
    /// What the server says it can do.
    pub features: Features,
    /// What is known of it besides.
    pub facts: ServerFacts,
}

/// Tries everything that a publish needs, and leaves nothing behind. `passed` is told [`Check::MaySave`] once a file
/// was saved, renamed and removed; what comes before it is told by the connector.
pub async fn check(work: &Work, passed: &(dyn Fn(Check) + Sync)) -> Result<CheckReport, Failure> {
    let result = probe(work, passed).await;
    work.leave().await;
    result
}

/// The same for a server whose publish folder is not known yet: whether files can be saved in the folder that the site
/// names, or in one of those in it. Many hosts let nothing be saved beside the web folder.
pub async fn check_somewhere(work: &Work, passed: &(dyn Fn(Check) + Sync)) -> Result<(), Failure> {
    let said = |error: &RemoteError| remote(error, Some(&folder(work)));
    let mut lease = connect(work).await?;
    let refused = match save(work, &mut lease, &RemotePath::root()).await? {
        Ok(_) => None,
        Err(error) if is_refusal(&error) => Some(error),
        Err(error) => return Err(said(&error)),
    };
    if let Some(refused) = refused {
        let others = async { folders(&mut lease).await.map_err(|error| said(&error)) };
        let others = work.unless_cancelled(others).await?;
        save_in_one(work, &mut lease, others, refused).await?.map_err(|error| said(&error))?;
    }
    lease.give_back();
    passed(Check::MaySave);
    Ok(())
}

async fn connect(work: &Work) -> Result<Lease, Failure> {
    work.unless_cancelled(async { work.pool.get().await.map_err(|error| remote(&error, None)) }).await
}

/// Connects and logs in, and does nothing else. Says what the server can do.
pub async fn sign_in(work: &Work) -> Result<Features, Failure> {
    let result = work.unless_cancelled(async {
        let lease = work.pool.get().await.map_err(|error| remote(&error, None))?;
        let features = lease.features();
        lease.give_back();
        Ok(features)
    });
    let result = result.await;
    work.leave().await;
    result
}

async fn probe(work: &Work, passed: &(dyn Fn(Check) + Sync)) -> Result<CheckReport, Failure> {
    let mut lease = connect(work).await?;
    let secure = match work.site.protocol {
        slipway_core::Protocol::Ftp => "not encrypted",
        _ => "encrypted",
    };
    let mut steps = vec![
        step("connect", format!("{}, port {}, {secure}", work.site.host, work.site.port())),
        step("log in", format!("as {}", work.site.user)),
    ];
    let report = |steps, features| CheckReport { steps, features, facts: work.connector.facts() };
    match work.unless_cancelled(async { Ok(one(&mut lease, Kind::Look).await) }).await? {
        Ok(()) => steps.push(step("find the folder", folder(work))),
        Err(RemoteError::NotFound(_)) => {
            let detail = format!("{} is not there yet; the first publish makes it", folder(work));
            steps.push(step("find the folder", detail));
            let features = lease.features();
            lease.give_back();
            return Ok(report(steps, features));
        }
        Err(error) => return Err(remote(&error, Some(&folder(work)))),
    }
    let saved = save(work, &mut lease, &RemotePath::root()).await?;
    let saved = saved.map_err(|error| remote(&error, Some(&folder(work))))?;
    passed(Check::MaySave);
    steps.push(step("save a file", saved.to_string()));
    steps.extend(["rename it", "remove it"].map(|name| step(name, String::new())));
    let features = lease.features();
    lease.give_back();
    Ok(report(steps, features))
}

/// Saves a probe file in a folder, renames and removes it; returns its first name. Once it is begun it is not stopped,
/// since the file would stay on the server: each command has its own time-out.
///
/// # Errors
/// [`slipway_core::Code::Cancelled`] when the user stopped the check before or meanwhile.
async fn save(
    work: &Work,
    lease: &mut Lease,
    folder: &RemotePath,
) -> Result<Result<RemotePath, RemoteError>, Failure> {
    if work.cancel.is_cancelled() {
        return Err(cancelled());
    }
    let saved = save_probe(lease, folder).await;
    if work.cancel.is_cancelled() { Err(cancelled()) } else { Ok(saved) }
}

async fn save_probe(lease: &mut Lease, folder: &RemotePath) -> Result<RemotePath, RemoteError> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|error| RemoteError::LocalUnreadable(error.to_string()))?;
    let name = format!("slipway-check-{:016x}", u64::from_ne_bytes(random));
    let path = |end: &str| folder.join(&format!("{name}{end}"));
    let invalid = |error: PathError| RemoteError::Misbehaves(error.to_string());
    let (first, second) = (path(".tmp").map_err(invalid)?, path("-renamed.tmp").map_err(invalid)?);
    let content = b"Slipway checks whether it may save files here. This file can be deleted.\n".to_vec();
    if let Err(error) = one(lease, Kind::Write(first.clone(), content)).await {
        if !error.ends_connection()
            && let Err(stays) = one(lease, Kind::Remove(first)).await
        {
            // Nothing was saved, as a rule.
            tracing::debug!(error = %stays, "no part of the probe file was removed");
        }
        return Err(error);
    }
    // From here on something lies on the server: whatever fails, it is removed again.
    let renamed = one(lease, Kind::Rename(first.clone(), second.clone())).await;
    let there = if renamed.is_ok() { second } else { first.clone() };
    let removed = one(lease, Kind::Remove(there)).await;
    renamed.and(removed).map(|()| first)
}

/// Whether it may be this one folder that nothing can be saved in.
fn is_refusal(error: &RemoteError) -> bool {
    matches!(error, RemoteError::Denied(_) | RemoteError::Refused(_) | RemoteError::NameRefused(_))
}

/// Tries further folders, some at most; gives back why the first one refused if all of them do.
async fn save_in_one(
    work: &Work,
    lease: &mut Lease,
    folders: Vec<RemotePath>,
    refused: RemoteError,
) -> Result<Result<(), RemoteError>, Failure> {
    for folder in folders.iter().take(MOST_TRIED) {
        match save(work, lease, folder).await? {
            Ok(_) => return Ok(Ok(())),
            Err(error) if is_refusal(&error) => tracing::debug!(%folder, %error, "nothing can be saved"),
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Err(refused))
}

/// The folders in the publish folder, those first in which a website may lie.
async fn folders(lease: &mut Lease) -> Result<Vec<RemotePath>, RemoteError> {
    let mut listed = Ok(Vec::new());
    lease.list(&[RemotePath::root()], &mut |_, entries| listed = entries).await?;
    let folders = listed?.into_iter().filter(|entry| entry.kind == EntryKind::Folder);
    let mut folders: Vec<RemotePath> =
        folders.filter_map(|entry| RemotePath::root().join(&entry.name).ok()).collect();
    folders.sort_by_cached_key(|path| (!is_promising(path.as_str()), path.clone()));
    Ok(folders)
}

fn folder(work: &Work) -> String {
    work.site.remote_dir.to_string()
}

fn step(name: &str, detail: String) -> CheckStep {
    CheckStep { name: name.to_owned(), detail }
}

enum Kind {
    Look,
    Write(RemotePath, Vec<u8>),
    Rename(RemotePath, RemotePath),
    Remove(RemotePath),
}

/// Does one thing and says what came of it.
async fn one(lease: &mut Lease, what: Kind) -> Result<(), RemoteError> {
    let mut outcome = Ok(());
    match what {
        Kind::Look => {
            lease.list(&[RemotePath::root()], &mut |_, listed| outcome = listed.map(drop)).await?;
        }
        Kind::Write(path, content) => {
            let upload = Upload { to: path, from: Source::Bytes(content), resume: false };
            lease.upload(&[upload], &|_, _| {}, &mut |_, stored| outcome = stored.map(drop)).await?;
        }
        Kind::Rename(from, to) => {
            lease.rename(&[Rename { from, to }], &mut |_, renamed| outcome = renamed).await?;
        }
        Kind::Remove(path) => {
            lease.remove_files(&[path], &mut |_, removed| outcome = removed).await?;
        }
    }
    outcome
}
