//! Proof: what was published is fetched from the site's web address, and compared. Whatever comes of it is a finding:
//! the publish is done. It takes seconds at most, and a person who stops the run stops it.

mod sample;
mod verdict;
mod web;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use slipway_core::{Proof, ProofFinding, PublishedFile, RemotePath, RunId, Sha256, Unreached};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use url::Url;

use crate::publish::PublishOptions;
use crate::run::Run;
use crate::server_lock::ServerLock;
use crate::staging;
use crate::tidy::{clear_markers, remove_sign, set_marker};
use crate::transfer::Parcel;
use crate::work::Work;
use sample::{Chosen, Sample, address, choose};
use verdict::{Folder, Sight, verdict};
use web::{Reply, Web};

/// All files together must have come by then.
const PATIENCE: Duration = Duration::from_secs(10);
/// The sign must have been put there, found and removed by then.
const SIGN_PATIENCE: Duration = Duration::from_secs(10);
/// So many files are asked for at once.
const AT_ONCE: usize = 6;

/// Looks at what went online as a visitor does. `None` where there is nothing to look at or no address, or where the
/// person did not want to wait.
pub(crate) async fn prove(
    run: &Run<'_>,
    parcels: &[Parcel],
    before: &HashMap<RemotePath, PublishedFile>,
) -> Option<Proof> {
    let home = home(run.work.site.web_url.as_deref()?)?;
    let samples = match choose(parcels, before) {
        Chosen::Samples(samples) => samples,
        Chosen::Programs(path) => {
            return Some(Proof { path: Some(path.to_string()), ..proof(ProofFinding::Program) });
        }
        Chosen::Nothing => return None,
    };
    let web = run.work.blocking(|_| Ok(Web::new())).await.ok()?;
    let looking = tokio::time::timeout(PATIENCE, look(&web, &home, &samples));
    let sights = tokio::select! {
        biased;
        () = run.work.cancel.cancelled() => return None,
        sights = looking => match sights {
            Ok(sights) => sights,
            Err(_) => {
                let reason = Some(Unreached::TimedOut);
                return Some(Proof { reason, ..proof(ProofFinding::Unreachable) });
            }
        },
    };
    let folder =
        if verdict::needs_sign(&sights) { recognise(run, &web, &home).await } else { Folder::Unknown };
    if run.work.cancel.is_cancelled() {
        return None;
    }
    let proof = verdict(&samples, &sights, folder);
    tracing::info!(?proof, "the site was looked at as visitors see it");
    Some(proof)
}

fn proof(finding: ProofFinding) -> Proof {
    Proof { finding, compared: 0, same: 0, path: None, reason: None }
}

/// The web address of the publish folder, ending in a slash.
fn home(text: &str) -> Option<Url> {
    let mut url = Url::parse(text).ok()?;
    url.set_query(None);
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Some(url)
}

/// Asks for each file; once more, past what keeps copies on the way, where something else came.
async fn look(web: &Web, home: &Url, samples: &[Sample]) -> Vec<Sight> {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut looks = JoinSet::new();
    for (number, sample) in samples.iter().enumerate() {
        let (web, room, sample) = (web.clone(), room.clone(), sample.clone());
        let url = address(home, &sample.path);
        looks.spawn(async move {
            // Closed it never is; without a permit the file is asked for all the same.
            let _permit = room.acquire().await.ok();
            (number, look_at(&web, url, &sample).await)
        });
    }
    let mut sights = vec![Sight::Unreached(Unreached::Failed); samples.len()];
    while let Some(looked) = looks.join_next().await {
        if let Ok((number, sight)) = looked {
            sights[number] = sight;
        }
    }
    sights
}

async fn look_at(web: &Web, url: Url, sample: &Sample) -> Sight {
    let first = web.get(&url, sample.most()).await;
    let sight = Sight::of(first, sample);
    if !matches!(sight, Sight::Old | Sight::Other | Sight::NotFound) {
        return sight;
    }
    let mut fresh = url;
    fresh.set_query(random().map(|id| format!("slipway={id}")).as_deref());
    match Sight::of(web.get(&fresh, sample.most()).await, sample) {
        Sight::Same => Sight::Cached,
        _ => sight,
    }
}

/// Whether the web address shows the publish folder, as told by a file put there for a moment. The marker of the last
/// publish is away meanwhile, so that a run that is cut off here is noticed, and the file removed, by the next one. Who
/// published since then has the folder for itself.
async fn recognise(run: &Run<'_>, web: &Web, home: &Url) -> Folder {
    let work = &run.work.unstoppable();
    let recognising = async {
        let id = random()?;
        let lock = ServerLock::new(work, &run.id, &run.id);
        run.hold(Some(lock.clone()));
        let found = lock.take(work, &PublishOptions::default(), true).await.ok()?.marks;
        if found.markers != [staging::marker(&run.id)] {
            return None;
        }
        clear_markers(work, &lock, found).await.ok()?;
        let folder = match staging::set_sign(work, &id).await {
            Ok(()) => seen(run.work, web, home, &id).await,
            Err(_) => Folder::Unknown,
        };
        remove_sign(work, staging::sign(&id)).await.ok()?;
        set_marker(run, &lock).await.ok()?;
        Some(folder)
    };
    match tokio::time::timeout(SIGN_PATIENCE, recognising).await {
        Ok(Some(folder)) => folder,
        _ => {
            tracing::warn!("the web folder could not be recognised; the next publish tidies up");
            Folder::Unknown
        }
    }
}

async fn seen(work: &Work, web: &Web, home: &Url, id: &RunId) -> Folder {
    let content = id.as_str().as_bytes();
    let expected = Sha256(<sha2::Sha256 as sha2::Digest>::digest(content).into());
    let url = address(home, &staging::sign(id).0);
    tokio::select! {
        biased;
        () = work.cancel.cancelled() => Folder::Unknown,
        reply = web.get(&url, content.len() as u64) => match reply {
            Reply::Page { sha256, .. } if sha256 == expected => Folder::Ours,
            Reply::Page { packed: false, .. } | Reply::NotFound => Folder::Other,
            _ => Folder::Unknown,
        },
    }
}

fn random() -> Option<RunId> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).ok().map(|()| RunId::from_random(random))
}
