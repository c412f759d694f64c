//! From the folder and the server to a plan: the first half of every publish, and all of a preview.

use slipway_core::{
    Code, Failure, OnConflict, Plan, PlanOptions, Published, RemotePath, ServerView, Upload, plan,
};

use crate::excludes::Excludes;
use crate::publish::PublishOptions;
use crate::recover::{Left, recover};
use crate::scan::{Finding, Scanned, scan};
use crate::server_view::{list, look, marker_holds};
use crate::work::Work;

/// So many files are named one by one before the rest is only counted.
const MOST_NAMED: usize = 50;

/// What a publish would do.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The plan.
    pub plan: Plan,
    /// What was found about local files.
    pub findings: Vec<Finding>,
    /// Bytes of the plan that an interrupted run has sent already.
    pub bytes_waiting: u64,
}

/// A plan with all that publishing it needs.
pub(crate) struct Prepared {
    pub(crate) plan: Plan,
    pub(crate) left: Option<Left>,
    /// The marker of our last publish is still the server's last.
    pub(crate) as_published: bool,
    pub(crate) bytes_waiting: u64,
}

/// Works out what a publish would do. Changes no file, here or on the server; what an interrupted run is found to
/// have done is noted in the ledger.
pub async fn preview(work: &Work, options: &PublishOptions) -> Result<Preview, Failure> {
    let result = async {
        let scanned = scan_folder(work, options).await?;
        let prepared = prepare(work, &scanned, options).await?;
        Ok(Preview { plan: prepared.plan, findings: scanned.findings, bytes_waiting: prepared.bytes_waiting })
    };
    let result = work.unless_cancelled(result).await;
    work.leave().await;
    result
}

/// Looks at the local folder, with the hash cache.
pub(crate) async fn scan_folder(work: &Work, options: &PublishOptions) -> Result<Scanned, Failure> {
    let excludes = Excludes::new(&work.site.exclude, &options.leave_out)?;
    let compare = options.compare.unwrap_or(work.site.compare);
    work.blocking(move |this| {
        let stored = crate::failure::stored;
        let cache = this.ledger.hashes(&this.site.name).map_err(stored)?;
        let mut scanned = scan(&this.site.folder, &excludes, &cache, compare, &this.cancel)?;
        drop(cache);
        let (fresh, gone) = (std::mem::take(&mut scanned.fresh), std::mem::take(&mut scanned.gone));
        this.ledger.save_hashes(&this.site.name, &fresh, &gone).map_err(stored)?;
        scanned.judge().inspect_err(|_| say_why(this, &scanned))?;
        Ok(scanned)
    })
    .await
}

/// Names all files that stop the publish; the failure names only the first.
fn say_why(work: &Work, scanned: &Scanned) {
    let stopping = || scanned.findings.iter().filter(|finding| finding.kind.stops());
    for finding in stopping().take(MOST_NAMED) {
        work.events.finding(finding);
    }
    if let Some(more) = stopping().count().checked_sub(MOST_NAMED).filter(|&more| more > 0) {
        work.events.note(format!("And {more} more."), None);
    }
}

/// Finds out what the server holds, and makes the plan.
pub(crate) async fn prepare(
    work: &Work,
    scanned: &Scanned,
    options: &PublishOptions,
) -> Result<Prepared, Failure> {
    let left = recover(work).await?;
    let (published, marker) =
        work.ledger(|ledger, place| Ok((ledger.published(place)?, ledger.marker(place)?))).await?;
    let plan_options = plan_options(options, &published)?;
    let as_published = match &marker {
        Some(last) if !options.full_check => marker_holds(work, last).await?,
        _ => false,
    };
    let view = if as_published {
        let draft = plan(&scanned.manifest, &published, &ServerView::default(), &plan_options);
        look(work, &draft).await?
    } else {
        list(work, &scanned.manifest, &published).await?
    };
    let plan = plan(&scanned.manifest, &published, &view, &plan_options);
    let bytes_waiting = left.as_ref().map_or(0, |left| {
        let waits = |upload: &&Upload| left.waits(upload).is_some();
        plan.uploads.iter().filter(waits).map(|upload| upload.file.size).sum()
    });
    Ok(Prepared { plan, left, as_published, bytes_waiting })
}

fn plan_options(options: &PublishOptions, published: &Published) -> Result<PlanOptions, Failure> {
    let excludes = Excludes::new(&[], &options.leave_out)?;
    let stays = |path: &&RemotePath| excludes.stays_online(path);
    Ok(PlanOptions {
        keep_removed: options.keep_removed,
        left_out: published.files.keys().filter(stays).cloned().collect(),
        on_conflict: options.on_conflict,
    })
}

/// Refuses a plan that a person should look at first.
pub(crate) fn guard(plan: &Plan, options: &PublishOptions) -> Result<(), Failure> {
    if options.on_conflict == OnConflict::Abort
        && let Some(first) = plan.conflicts.first()
    {
        let mut failure = Failure::new(Code::Conflict, "changed on the server").about(&first.path);
        failure.count = Some(plan.conflicts.len() as u64);
        return Err(failure);
    }
    if plan.removes_much() && !options.yes {
        let mut failure = Failure::new(Code::ManyRemovals, "more than half would be removed");
        failure.count = Some(plan.removals.len() as u64);
        return Err(failure);
    }
    Ok(())
}
