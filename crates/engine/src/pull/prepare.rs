//! From the server's listing and the target folder to a plan.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use slipway_core::local_name::Rules;
use slipway_core::{Code, Failure, RemotePath, Sha256};
use slipway_store::{CachedHash, PlaceId};

use super::PullOptions;
use super::here::{Looks, Protected, ignores_case, look, resolved};
use super::lock::lock;
use super::part::{Aside, local, looks};
use super::plan::{PullPlan, Wish, plan};
use super::sift::Sieve;
use crate::content::{PORTION, read};
use crate::excludes::Excludes;
use crate::failure::{cancelled, stored};
use crate::spread::{Spread, on_paths};
use crate::tree::{Tree, walk};
use crate::work::{Work, destination};

/// Where a pull brings the site down to.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// The folder, links resolved.
    pub(crate) folder: PathBuf,
    /// What was brought down is recorded under this: a plain copy, and all else that no publish will send, has a
    /// record of its own.
    pub(crate) place: PlaceId,
    /// Whether it is the site's own folder.
    own: bool,
    pub(crate) aside: Arc<Aside>,
}

/// Lists the server and works out what to do. With `make`, the target folder is there afterwards.
pub(crate) async fn prepare(
    work: &Work,
    options: &PullOptions,
    make: bool,
) -> Result<(Target, PullPlan), Failure> {
    let mut tree = walk(work).await?;
    if !tree.exists {
        let failure = Failure::new(Code::FolderNotFound, "the publish folder is not there");
        return Err(failure.about(&work.site.remote_dir));
    }
    exact_times(work, &mut tree).await?;
    let options = options.clone();
    work.blocking(move |work| {
        let target = find(work, &options, make)?;
        let plan = work_out(work, tree, &target, &options, make)?;
        Ok((target, plan))
    })
    .await
}

fn find(work: &Work, options: &PullOptions, make: bool) -> Result<Target, Failure> {
    let own_folder = work.site.pull_folder();
    let wanted = options.into.as_ref().unwrap_or(&own_folder);
    match wanted.metadata() {
        Ok(found) if found.is_dir() => {}
        Ok(_) => {
            return Err(Failure::new(Code::LocalFolderMissing, "not a folder").about(wanted.display()));
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if make {
                std::fs::create_dir_all(wanted).map_err(|error| local(&error).about(wanted.display()))?;
            }
        }
        Err(error) => return Err(local(&error).about(wanted.display())),
    }
    let folder = resolved(wanted);
    let own = folder == resolved(&own_folder);
    // What is recorded as brought down is known to the next publish: it must be what that one may replace.
    let place = if is_published(work, &folder) || (own && work.site.build.is_some()) {
        work.place
    } else {
        let copy = format!("{} copied to {}", destination(&work.site), folder.display());
        work.ledger.place(&work.site.name, &copy).map_err(stored)?
    };
    let lock = if make { lock(&folder, &work.cancel)? } else { None };
    let aside = Arc::new(Aside::of(&folder, lock));
    Ok(Target { folder, place, own, aside })
}

fn work_out(
    work: &Work,
    tree: Tree,
    target: &Target,
    options: &PullOptions,
    make: bool,
) -> Result<PullPlan, Failure> {
    let folder = &target.folder;
    let mut ignores = ignores_case(folder);
    if ignores.is_none() && make {
        // What is in it then tells.
        target.aside.make().map_err(|error| local(&error).about(folder.display()))?;
        ignores = ignores_case(folder);
    }
    let ignores_case = ignores.unwrap_or(cfg!(any(windows, target_os = "macos")));
    let excludes = if target.own { Some(Excludes::new(&work.site.exclude, &[])?) } else { None };
    let sieve = Sieve { rules: Rules::here(), ignores_case, excludes: excludes.as_ref() };
    let sifted = sieve.sift(tree);
    let here = look(folder, &sifted, ignores_case, &work.cancel)?;
    let mut published = work.ledger.published(target.place).map_err(stored)?;
    if !is_published(work, folder) {
        // What was published was never in this folder, and says nothing of what was changed in it.
        published.files.clear();
    }
    let protected = Protected::new(&options.protected);
    let wish = Wish { target: folder, protected: &protected, overwrite: options.overwrite, record: make };
    let mut digests = Digests { work, folder, cache: digests_of(work, folder)?, buffer: vec![0; PORTION] };
    let plan =
        plan(sifted, &here, &published, &wish, |path, local, looks| digests.digest(path, local, looks));
    if work.cancel.is_cancelled() { Err(cancelled()) } else { Ok(plan) }
}

/// The digests that publishes have kept, if what they publish is this folder.
fn digests_of(work: &Work, folder: &Path) -> Result<HashMap<Box<str>, CachedHash>, Failure> {
    if is_published(work, folder) { work.hashes() } else { Ok(HashMap::new()) }
}

/// Whether publishes send this very folder.
fn is_published(work: &Work, folder: &Path) -> bool {
    match &work.site.source_folders()[..] {
        [(source, place)] => place.is_root() && resolved(source) == folder,
        _ => false,
    }
}

struct Digests<'a> {
    work: &'a Work,
    folder: &'a Path,
    cache: HashMap<Box<str>, CachedHash>,
    buffer: Vec<u8>,
}

impl Digests<'_> {
    fn digest(&mut self, path: &RemotePath, local: &Path, looks_before: Looks) -> Option<Sha256> {
        if self.work.cancel.is_cancelled() {
            return None;
        }
        let cached = self.cache.get(path.as_str()).filter(|hash| (hash.size, hash.modified) == looks_before);
        match cached {
            Some(hash) => Some(hash.sha256),
            None => {
                let file = self.folder.join(local);
                let hash = read(&file, &mut self.buffer).ok()?;
                let now = file.symlink_metadata().and_then(|found| looks(&found)).ok();
                // Else it is being changed right now.
                (now == Some(looks_before)).then_some(hash.sha256)
            }
        }
    }
}

/// Asks for the times that the listing does not tell to the second. Listings of some servers tell times in another
/// way than `MDTM`, such as in local time: one file that is asked about as well shows whether this one's do.
async fn exact_times(work: &Work, tree: &mut Tree) -> Result<(), Failure> {
    if work.connector.facts().features.is_some_and(|features| !features.mdtm) {
        return Ok(());
    }
    let untimed = tree.files.iter().filter(|(_, seen)| seen.modified.is_none()).map(|(path, _)| path.clone());
    let sample = tree.files.iter().find_map(|(path, seen)| Some((path.clone(), seen.modified?)));
    let asked = untimed.chain(sample.iter().map(|(path, _)| path.clone())).collect();
    ask_times(work, asked, tree).await?;
    if let Some((path, listed)) = sample
        && tree.files.get(&path).is_some_and(|seen| seen.modified != Some(listed))
    {
        ask_times(work, tree.files.keys().cloned().collect(), tree).await?;
    }
    Ok(())
}

async fn ask_times(work: &Work, files: Vec<RemotePath>, tree: &mut Tree) -> Result<(), Failure> {
    for (path, time) in times(work, files).await? {
        if let Some(seen) = tree.files.get_mut(&path) {
            seen.modified = Some(time);
        }
    }
    Ok(())
}

/// Times of files, of those whose time the server can tell.
pub(crate) async fn times(work: &Work, files: Vec<RemotePath>) -> Result<Vec<(RemotePath, i64)>, Failure> {
    let mut times = Vec::with_capacity(files.len());
    let mut asking = Spread::start(work, Times, files, 16);
    while let Some(done) = asking.next().await? {
        times.extend(done.into_iter().filter_map(|(path, time)| Some((path, time.ok()?))));
    }
    Ok(times)
}

on_paths!(Times, times, i64);
