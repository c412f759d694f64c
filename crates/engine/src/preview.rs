//! From the folder and the server to a plan: the first half of every publish, and all of a preview.

use std::collections::{BTreeSet, HashMap};

use slipway_core::{
    Code, Failure, OnConflict, Plan, PlanOptions, Published, PublishedFile, RemotePath, RunId, Seen,
    ServerView, Upload, plan,
};
use slipway_store::{JournalItem, Step};

use crate::alike::altered;
use crate::excludes::{Excludes, Keeps};
use crate::publish::PublishOptions;
use crate::recover::{Left, recover};
use crate::scan::{Finding, Scanned};
use crate::server_lock::is_of_another;
use crate::server_view::{confirm_times, everything, list, look, marker_holds, own_entries, stays_in_place};
use crate::sources::scan_sources;
use crate::staging;
use crate::versions::{check_content, version_manifest};
use crate::work::Work;

/// So many files are named one by one before the rest is only counted.
pub(crate) const MOST_NAMED: usize = 50;

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
    /// The markers that were there; `None` where Slipway's own folder was not.
    pub(crate) markers: Option<Vec<RemotePath>>,
    /// Another computer's lock lies there: what was seen may be half of what it is about to do.
    pub(crate) contested: bool,
    pub(crate) bytes_waiting: u64,
    /// What the files to be replaced were, where the site has an address to look at.
    pub(crate) before: HashMap<RemotePath, PublishedFile>,
    /// Files of the record that are not here, and stay all the same: nothing was to be removed, or they were left out.
    pub(crate) staying: Vec<RemotePath>,
    /// What a purge does not take off: what is neither file nor folder, or can't be told, and folders of other sites.
    pub(crate) left_alone: BTreeSet<RemotePath>,
}

impl Prepared {
    /// The folder and the server are as they should be.
    pub(crate) fn nothing_to_do(&self) -> bool {
        self.plan.is_empty() && self.left.is_none() && self.plan.forget.is_empty()
    }

    /// Under whose journal, and in whose staging folder, a run goes on: what an interrupted one left is gone on with in
    /// its own.
    pub(crate) fn journal<'a>(&'a self, run: &'a RunId) -> &'a RunId {
        self.left.as_ref().map_or(run, |left| &left.run)
    }

    /// Whether nobody has published since the server was looked at: each publish leaves another marker.
    pub(crate) fn still_holds(&self, markers: &[RemotePath]) -> bool {
        let seen: BTreeSet<&RemotePath> = self.markers.iter().flatten().collect();
        if self.as_published {
            markers.iter().any(|now| seen.contains(now))
        } else {
            seen == markers.iter().collect()
        }
    }
}

/// Works out what a publish would do. Changes no file, here or on the server; what an interrupted run is found to
/// have done is noted in the ledger.
pub async fn preview(work: &Work, options: &PublishOptions) -> Result<Preview, Failure> {
    let result = async {
        work.note_interrupted().await?;
        let scanned = scan_folder(work, options).await?;
        let prepared = prepare(work, &scanned, options).await?;
        Ok(Preview { plan: prepared.plan, findings: scanned.findings, bytes_waiting: prepared.bytes_waiting })
    };
    let result = work.unless_cancelled(result).await;
    work.leave().await;
    result
}

/// What a publish would do as far as this computer knows: the folder is compared with the record of what was
/// published. Connects to nothing, so that neither a password nor the site's lock is needed.
pub async fn compare(work: &Work, options: &PublishOptions) -> Result<Preview, Failure> {
    let result = async {
        let scanned = scan_folder(work, options).await?;
        let (published, unfinished) =
            work.ledger(|ledger, place| Ok((ledger.published(place)?, ledger.unfinished(place)?))).await?;
        let plan_options = plan_options(options, &published)?;
        let plan = plan(&scanned.manifest, &published, &as_brought_down(&published), &plan_options);
        let waiting =
            unfinished.into_iter().flat_map(|run| run.items).filter(|item| item.step == Step::Arrived);
        let waiting: HashMap<RemotePath, JournalItem> =
            waiting.map(|item| (item.path.clone(), item)).collect();
        let waits = |upload: &&Upload| {
            let item = waiting.get(&upload.path);
            item.is_some_and(|item| (item.size, item.sha256) == (upload.file.size, upload.file.sha256))
        };
        let bytes_waiting = plan.uploads.iter().filter(waits).map(|upload| upload.file.size).sum();
        Ok(Preview { plan, findings: scanned.findings, bytes_waiting })
    };
    work.unless_cancelled(result).await
}

/// The server as far as it is known from bringing the site down: what was found there and Slipway put nothing in the
/// place of. Of the rest the record says more.
fn as_brought_down(published: &Published) -> ServerView {
    let seen = |(path, file): (&RemotePath, &PublishedFile)| {
        (path.clone(), Some(Seen { size: file.size, modified: file.server_modified }))
    };
    let others = published.pulled.iter().filter(|(path, _)| !published.files.contains_key(*path));
    ServerView { files: others.map(seen).collect(), ..ServerView::default() }
}

/// Looks at the source folders, with the hash cache, or at a version that is to be put back.
pub(crate) async fn scan_folder(work: &Work, options: &PublishOptions) -> Result<Scanned, Failure> {
    if let Some(version) = &options.version {
        return version_manifest(work, version).await;
    }
    let excludes = Excludes::new(&work.site.exclude, &options.leave_out)?;
    let compare = options.compare.unwrap_or(work.site.compare);
    work.blocking(move |this| {
        let stored = crate::failure::stored;
        let cache = this.hashes()?;
        let mut scanned = scan_sources(&this.site, &excludes, &cache, compare, &this.cancel)?;
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
    let mut plan_options = plan_options(options, &published)?;
    if options.keep_removed || !options.leave_out.is_empty() {
        let draft = plan(&scanned.manifest, &published, &ServerView::default(), &plan_options);
        if let Some(path) = blocked_by_kept(&draft, &published) {
            return Err(Failure::new(Code::Conflict, "what stays online is in its place").about(path));
        }
    }
    let as_published = match &marker {
        Some(last) if !options.full_check => marker_holds(work, last).await?,
        _ => false,
    };
    let (markers, contested) = match &marker {
        Some(last) if as_published => (Some(vec![staging::marker(last)]), false),
        _ => {
            let own = own_entries(work).await?;
            let contested = own.iter().flatten().any(|entry| is_of_another(work, &entry.name));
            (own.map(|entries| staging::markers(&entries)), contested)
        }
    };
    let mut view = if options.purge {
        let view = everything(work, &scanned.manifest, &published).await?;
        plan_options.purge = Some(kept(work, options, &view)?);
        view
    } else if as_published {
        let draft = plan(&scanned.manifest, &published, &ServerView::default(), &plan_options);
        look(work, &draft).await?
    } else {
        list(work, &scanned.manifest, &published).await?
    };
    confirm_times(work, &scanned.manifest, &published, &mut view).await?;
    let draft = plan(&scanned.manifest, &published, &view, &plan_options);
    view.altered = altered(work, &draft, &scanned.manifest, &published, &view).await?;
    let plan = if view.altered.is_empty() {
        draft
    } else {
        plan(&scanned.manifest, &published, &view, &plan_options)
    };
    let mut in_place =
        if options.purge { blocked(&plan, &view) } else { folder_in_place(&plan, &view) }.cloned();
    if in_place.is_none() {
        in_place = stays_in_place(work, &plan).await?;
    }
    if let Some(path) = in_place {
        return Err(Failure::new(Code::Conflict, "what stays on the server is in its place").about(&path));
    }
    if options.version.is_some() {
        check_content(work, &plan).await?;
    }
    let bytes_waiting = left.as_ref().map_or(0, |left| {
        let waits = |upload: &&Upload| left.waits(upload).is_some();
        plan.uploads.iter().filter(waits).map(|upload| upload.file.size).sum()
    });
    let replaced = plan.uploads.iter().filter(|_| work.site.web_url.is_some());
    let before = replaced
        .filter_map(|upload| Some((upload.path.clone(), *published.files.get(&upload.path)?)))
        .collect();
    let gone: BTreeSet<&RemotePath> =
        plan.taken_off().map(|removal| &removal.path).chain(&plan.forget).collect();
    let stays = |path: &&RemotePath| !scanned.manifest.contains_key(*path) && !gone.contains(path);
    let staying = published.files.keys().filter(stays).cloned().collect();
    Ok(Prepared {
        plan,
        left,
        as_published,
        markers,
        contested,
        bytes_waiting,
        before,
        staying,
        left_alone: view.others,
    })
}

fn plan_options(options: &PublishOptions, published: &Published) -> Result<PlanOptions, Failure> {
    let excludes = Excludes::new(&[], &options.leave_out)?;
    let stays = |path: &&RemotePath| excludes.stays_online(path, false);
    Ok(PlanOptions {
        keep_removed: options.keep_removed,
        left_out: published.files.keys().filter(stays).cloned().collect(),
        on_conflict: options.on_conflict,
        decided: options.decided.clone(),
        purge: None,
    })
}

/// A file's place where a folder stands that Slipway did not make, and so does not remove: half of the site would be
/// switched over before the server says so.
fn folder_in_place<'a>(plan: &'a Plan, view: &ServerView) -> Option<&'a RemotePath> {
    let stays = |path: &&RemotePath| view.folders.contains(*path) && !plan.remove_folders.contains(path);
    plan.uploads.iter().map(|upload| &upload.path).find(stays)
}

/// A place that is needed for something else than what is there and stays there. Known only of a server that was looked
/// at completely.
fn blocked<'a>(plan: &'a Plan, view: &ServerView) -> Option<&'a RemotePath> {
    let files: BTreeSet<&RemotePath> = plan.taken_off().map(|removal| &removal.path).collect();
    let folders: BTreeSet<&RemotePath> = plan.remove_folders.iter().chain(&plan.purge_folders).collect();
    let is_folder = |path: &&RemotePath| view.folders.contains(*path) && !folders.contains(*path);
    let is_file =
        |path: &&RemotePath| matches!(view.files.get(*path), Some(Some(_))) && !files.contains(*path);
    let mut uploads = plan.uploads.iter().map(|upload| &upload.path);
    uploads.find(is_folder).or_else(|| plan.make_folders.iter().find(is_file))
}

/// A place that is needed for something else than a published file that stays there, because nothing is to be removed
/// or it is left out: half of the site would be switched over before the server says so.
fn blocked_by_kept<'a>(plan: &'a Plan, published: &Published) -> Option<&'a RemotePath> {
    let gone = plan.taken_off().map(|removal| &removal.path).chain(&plan.forget);
    let uploads: BTreeSet<&RemotePath> = plan.uploads.iter().map(|upload| &upload.path).collect();
    let gone: BTreeSet<&RemotePath> = gone.chain(uploads.iter().copied()).collect();
    let stays = || published.files.keys().filter(|path| !gone.contains(path));
    let files: BTreeSet<&RemotePath> = stays().collect();
    let folders: BTreeSet<RemotePath> = stays().flat_map(RemotePath::ancestors).collect();
    let in_place_of_folder = uploads.into_iter().find(|path| folders.contains(*path));
    in_place_of_folder.or_else(|| plan.make_folders.iter().find(|folder| files.contains(folder)))
}

/// What a purge leaves of all that is on the server.
fn kept(work: &Work, options: &PublishOptions, view: &ServerView) -> Result<BTreeSet<RemotePath>, Failure> {
    let keeps = Keeps::new(&work.site.keep)?;
    let excludes = Excludes::new(&[], &options.leave_out)?;
    let files = view.files.keys().map(|path| (path, false));
    let all = files.chain(view.folders.iter().map(|path| (path, true)));
    // What can't be taken off stays with all that it holds, such as the folder of another site.
    let in_other = |path: &RemotePath| view.others.iter().any(|other| path.is_below(other));
    let stays = |(path, is_folder): &(&RemotePath, bool)| {
        keeps.keeps(path, *is_folder) || excludes.stays_online(path, *is_folder) || in_other(path)
    };
    Ok(all.filter(stays).map(|(path, _)| path.clone()).collect())
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
    if !options.confirmed
        && let Some(first) = plan.purge.first()
    {
        let detail = "a purge takes off what Slipway did not put there";
        let mut failure = Failure::new(Code::ConfirmationNeeded, detail).about(&first.path);
        failure.count = Some(plan.purge.len() as u64);
        return Err(failure);
    }
    if plan.removes_much() && !options.yes {
        let mut failure = Failure::new(Code::ManyRemovals, "more than half would be removed");
        failure.count = Some(plan.removals.len() as u64);
        return Err(failure);
    }
    Ok(())
}
