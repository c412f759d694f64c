//! Bringing a site down from its server: only what differs, aside first, and never outside the chosen folder,
//! whatever the server's names say.

mod bring;
mod fetch;
mod finding;
mod here;
mod lock;
mod part;
mod plan;
mod prepare;
mod sift;

use std::path::PathBuf;

use slipway_core::{Code, Event, Failure, Outcome, RemotePath, RunState, StepStatistics};

pub(crate) use fetch::{Sink, Stop};
pub use finding::{PullFinding, PullFindingKind};
pub(crate) use part::{Part, local};

use crate::failure::stored;
use crate::run::Run;
use crate::work::Work;
use bring::{Bringing, Missed};
use part::Aside;
use plan::{PullPlan, bytes};
use prepare::{Target, prepare};

/// So many files are named one by one before the rest is only counted.
const MOST_NAMED: usize = 20;

/// What the user wants of this pull.
#[derive(Debug, Clone, Default)]
pub struct PullOptions {
    /// The folder to bring it down into, for a plain copy; without it, the site's own ([`slipway_core::Site::pull_folder`]).
    /// What publishes leave out is not left out of a plain copy.
    pub into: Option<PathBuf>,
    /// Replace files that were changed here since they were brought down or published.
    pub overwrite: bool,
    /// Files on this computer that are never written, such as the project file that the site is described in.
    pub protected: Vec<PathBuf>,
}

/// What a pull would do.
#[derive(Debug, Clone, Default)]
pub struct PullPreview {
    /// The folder that the site would be brought down into.
    pub folder: PathBuf,
    /// Files that would be brought down, with their sizes in bytes.
    pub downloads: Vec<(RemotePath, u64)>,
    /// Files that are here already.
    pub unchanged: u64,
    /// Files that were changed here, and would be left as they are.
    pub kept: Vec<RemotePath>,
    /// What is left out, and why.
    pub findings: Vec<PullFinding>,
}

/// Works out what a pull would do. Changes no file, here or on the server.
pub async fn preview_pull(work: &Work, options: &PullOptions) -> Result<PullPreview, Failure> {
    let result = work.unless_cancelled(prepare(work, options, false)).await;
    work.leave().await;
    let (target, plan) = result?;
    let mut downloads: Vec<(RemotePath, u64)> =
        plan.jobs.iter().map(|job| (job.path.clone(), job.seen.size)).collect();
    downloads.sort();
    let PullPlan { unchanged, kept, findings, .. } = plan;
    Ok(PullPreview { folder: target.folder, downloads, unchanged, kept, findings })
}

/// The step of a run that brings the site down.
pub(crate) async fn pull_step(
    run: &Run<'_>,
    options: &PullOptions,
    outcome: &mut Outcome,
    statistics: &mut StepStatistics,
) -> Result<(), Failure> {
    let work = run.work;
    run.enter(RunState::Pulling).await?;
    let (target, plan) = prepare(work, options, true).await?;
    statistics.skipped = plan.unchanged + plan.kept.len() as u64;
    say(work, outcome, &plan.kept, &plan.findings);
    let plan = begin(work, &target, plan).await?;
    let closed = plan.findings.into_iter().filter(|finding| finding.kind == PullFindingKind::Closed);
    let closed: Vec<Failure> = closed
        .map(|folder| Failure::new(Code::PermissionDenied, folder.kind.text()).about(folder.path))
        .collect();

    let mut bringing = Bringing { work, target: &target, outcome, statistics, missed: Missed::default() };
    let result = bringing.all(plan.jobs).await;
    let missed = bringing.missed;
    statistics.skipped += missed.kept.len() as u64;
    say(work, outcome, &missed.kept, &missed.findings);
    result?;
    finish(work, &target, plan.folders, &missed).await?;
    judge(work, outcome, closed, missed)
}

/// Says what will be done, and makes room for it.
async fn begin(work: &Work, target: &Target, plan: PullPlan) -> Result<PullPlan, Failure> {
    let target = target.clone();
    work.blocking(move |work| {
        let aside = &target.aside;
        aside.sweep(&plan.jobs.iter().map(|job| Aside::name(job)).collect());
        let new = plan.jobs.iter().filter(|job| job.before.is_none()).count() as u64;
        work.events.send(Event::Planned {
            new,
            changed: plan.jobs.len() as u64 - new,
            removed: 0,
            unchanged: plan.unchanged,
            bytes: bytes(&plan.jobs),
            bytes_waiting: plan.jobs.iter().filter(|job| job.goes_on()).map(|job| aside.waiting(job)).sum(),
        });
        work.ledger.files_pulled(target.place, &plan.unrecorded).map_err(stored)?;
        if !plan.jobs.is_empty() {
            aside.make().map_err(|error| local(&error).about(target.folder.display()))?;
        }
        Ok(plan)
    })
    .await
}

/// Makes folders that hold nothing, and removes all parts that nobody needs any more.
async fn finish(work: &Work, target: &Target, folders: Vec<PathBuf>, missed: &Missed) -> Result<(), Failure> {
    let (aside, needed) = (target.aside.clone(), missed.parts());
    work.blocking(move |_| {
        for folder in folders {
            match aside.make_folder(&folder) {
                Ok(true) => {}
                Ok(false) => tracing::warn!(folder = %folder.display(), "something is in its place"),
                Err(error) => return Err(local(&error).about(folder.display())),
            }
        }
        aside.sweep(&needed);
        aside.remove();
        Ok(())
    })
    .await
}

/// A pull that did not bring down all that the server has is a failed one, though what has come is here to stay.
fn judge(work: &Work, outcome: &mut Outcome, closed: Vec<Failure>, missed: Missed) -> Result<(), Failure> {
    work.tally.failed.add(closed.len() as u64);
    let mut failures: Vec<Failure> = missed.failed.into_iter().map(|(_, failure)| failure).collect();
    failures.sort_by(|a, b| a.path.cmp(&b.path));
    let paths = failures.iter().filter_map(|failure| failure.path.as_deref());
    name(work, outcome, paths, "could not be brought down");
    failures.extend(closed);
    let count = failures.len() as u64;
    match failures.into_iter().next() {
        Some(first) => Err(Failure { count: Some(count), ..first }),
        None => Ok(()),
    }
}

fn say(work: &Work, outcome: &mut Outcome, kept: &[RemotePath], findings: &[PullFinding]) {
    let kept = kept.iter().map(RemotePath::as_str);
    name(work, outcome, kept, "was changed here since and was left as it is");
    for chunk in findings.chunk_by(|a, b| a.kind == b.kind) {
        let paths = chunk.iter().map(|finding| finding.path.as_str());
        name(work, outcome, paths, chunk.first().map_or("", |finding| finding.kind.text()));
    }
}

/// Says the same of several files: of the first ones by name, of the others only how many they are.
fn name<'a>(work: &Work, outcome: &mut Outcome, paths: impl Iterator<Item = &'a str>, text: &str) {
    let mut more = 0;
    for (i, path) in paths.enumerate() {
        if i >= MOST_NAMED {
            more += 1;
            continue;
        }
        outcome.notes.push(format!("{path} {text}."));
        work.events.send(Event::Note { text: format!("It {text}."), path: Some(path.to_owned()) });
    }
    if more > 0 {
        let text = format!("The same holds for {more} more: it {text}.");
        outcome.notes.push(text.clone());
        work.events.note(text, None);
    }
}
