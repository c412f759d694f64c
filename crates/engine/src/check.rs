//! The check of a server: connect, log in, write, rename and remove a probe file, and say what the server can do.

use serde::{Deserialize, Serialize};
use slipway_core::{Failure, Features, RemotePath, ServerFacts};
use slipway_remote::{Lease, RemoteError, Rename, Source, Upload};

use crate::failure::remote;
use crate::work::Work;

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

/// Tries everything that a publish needs, and leaves nothing behind.
pub async fn check(work: &Work) -> Result<CheckReport, Failure> {
    let result = work.unless_cancelled(probe(work)).await;
    work.leave().await;
    result
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

async fn probe(work: &Work) -> Result<CheckReport, Failure> {
    let mut lease = work.pool.get().await.map_err(|error| remote(&error, None))?;
    let secure = match work.site.protocol {
        slipway_core::Protocol::Ftp => "not encrypted",
        _ => "encrypted",
    };
    let mut steps = vec![
        step("connect", format!("{}, port {}, {secure}", work.site.host, work.site.port())),
        step("log in", format!("as {}", work.site.user)),
    ];
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|error| Failure::new(slipway_core::Code::Unexpected, error))?;
    let name: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let path = |end: &str| RemotePath::new(&format!("slipway-check-{name}{end}"));
    let invalid = |error| Failure::new(slipway_core::Code::Unexpected, error);
    let (first, second) = (path(".tmp").map_err(invalid)?, path("-renamed.tmp").map_err(invalid)?);

    let report = |steps, features| CheckReport { steps, features, facts: work.connector.facts() };
    match one(&mut lease, Kind::Look).await {
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
    let content = b"Slipway checks whether it may save files here. This file can be deleted.\n".to_vec();
    if let Err(error) = one(&mut lease, Kind::Write(first.clone(), content)).await {
        if !error.ends_connection()
            && let Err(stays) = one(&mut lease, Kind::Remove(first)).await
        {
            // Nothing was saved, as a rule.
            tracing::debug!(error = %stays, "no part of the probe file was removed");
        }
        return Err(remote(&error, Some(&folder(work))));
    }
    steps.push(step("save a file", first.to_string()));
    // From here on something lies on the server: whatever fails, it is removed again.
    let renamed = one(&mut lease, Kind::Rename(first.clone(), second.clone())).await;
    let there = if renamed.is_ok() { second } else { first };
    let removed = one(&mut lease, Kind::Remove(there.clone())).await;
    for (name, result) in [("rename it", renamed), ("remove it", removed)] {
        result.map_err(|error| remote(&error, Some(there.as_str())))?;
        steps.push(step(name, String::new()));
    }
    let features = lease.features();
    lease.give_back();
    Ok(report(steps, features))
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
