//! What an interrupted run left: its files in staging, so that they need not be sent again, and files that went
//! live without our having noted it.

use std::collections::HashMap;

use slipway_core::{Failure, RemotePath, RunId, Upload};
use slipway_store::{JournalItem, Step};

use crate::server_view::{list_folders, seen};
use crate::staging::Staging;
use crate::work::Work;

/// What is left of an interrupted run.
#[derive(Debug)]
pub(crate) struct Left {
    /// The run, whose staging folder the next one goes on with.
    pub(crate) run: RunId,
    /// Files that wait in staging, whole, by path: the final reply was read, and the file had not changed.
    pub(crate) waiting: HashMap<RemotePath, JournalItem>,
    /// Files of which a part waits in staging, or that were under way when the run was cut off.
    pub(crate) partial: HashMap<RemotePath, JournalItem>,
    /// The numbers of all files that lie in staging.
    pub(crate) there: Vec<u32>,
    /// The numbers of all files of the journal that did not go live.
    pub(crate) pending: Vec<u32>,
    /// The first number that no file of staging has.
    pub(crate) next_number: u32,
}

impl Left {
    /// A file of this content that waits, whole.
    pub(crate) fn waits(&self, upload: &Upload) -> Option<&JournalItem> {
        let file = &upload.file;
        self.waiting.get(&upload.path).filter(|item| (item.size, item.sha256) == (file.size, file.sha256))
    }

    /// A part of this content that waits, or all of it that nobody has checked yet. What was sent is what was
    /// planned only if the file was not touched since.
    pub(crate) fn begun(&self, upload: &Upload) -> Option<&JournalItem> {
        let file = &upload.file;
        let same = |item: &&JournalItem| {
            (item.size, item.sha256, item.modified) == (file.size, file.sha256, file.modified)
        };
        self.partial.get(&upload.path).filter(same)
    }
}

/// Finds out what an earlier run left, and brings the ledger up to date with it.
pub(crate) async fn recover(work: &Work) -> Result<Option<Left>, Failure> {
    let unfinished = work.ledger(|ledger, place| ledger.unfinished(place)).await?;
    let Some(unfinished) = unfinished else { return Ok(None) };
    let staging = Staging::of(&unfinished.run);
    let listed = list_folders(work, vec![staging.folder().clone()]).await?;
    let entries = listed.into_iter().find_map(|(_, entries)| entries);
    let there: Option<HashMap<u32, u64>> = entries.map(|entries| {
        let numbered = entries.iter().map(|entry| (Staging::number(&entry.name), entry.size));
        numbered.filter_map(|(number, size)| Some((number?, size))).collect()
    });
    // Above what the journal knows, and above what it has forgotten and still lies there: a number that is given anew
    // would lend old content to a new file.
    let known = unfinished.items.iter().map(|item| item.number);
    let lying = there.iter().flat_map(HashMap::keys).copied();
    let next_number = known.chain(lying).max().map_or(0, |number| number.saturating_add(1));
    let mut items = unfinished.items;
    if let Some(there) = &there {
        not_live(work, &unfinished.run, there, &mut items).await?;
    }
    let pending = items.iter().filter(|item| item.step != Step::Live).map(|item| item.number);
    let pending = pending.collect();
    let (mut waiting, mut partial, mut missing) = (HashMap::new(), HashMap::new(), Vec::new());
    for item in items {
        let size = there.as_ref().and_then(|there| there.get(&item.number).copied());
        match (item.step, size) {
            (Step::Live, _) => {}
            (Step::Arrived, Some(size)) if size == item.size => {
                waiting.insert(item.path.clone(), item);
            }
            (Step::Planned, Some(size)) if size <= item.size => {
                partial.insert(item.path.clone(), item);
            }
            (Step::Arrived, None) => missing.push(item),
            _ => {}
        }
    }
    if there.is_some() {
        settle(work, &unfinished.run, missing).await?;
    }
    tracing::info!(run = %unfinished.run, waiting = waiting.len(), partial = partial.len(), "an interrupted run");
    let there = there.unwrap_or_default().into_keys().collect();
    Ok(Some(Left { run: unfinished.run, waiting, partial, there, pending, next_number }))
}

/// A file that was taken for live and lies in staging was never moved, whatever the server said.
async fn not_live(
    work: &Work,
    run: &RunId,
    there: &HashMap<u32, u64>,
    items: &mut [JournalItem],
) -> Result<(), Failure> {
    let unmoved = |item: &&mut JournalItem| item.step == Step::Live && there.contains_key(&item.number);
    let numbers: Vec<u32> = items
        .iter_mut()
        .filter(unmoved)
        .map(|item| {
            item.step = Step::Arrived;
            item.number
        })
        .collect();
    let run = run.clone();
    work.ledger(move |ledger, _| ledger.journal_not_live(&run, &numbers)).await
}

/// Files that had arrived and are not in staging any more went live in the moment of the interruption. Their size
/// and time in the new place confirm it: a rename keeps both.
async fn settle(work: &Work, run: &RunId, missing: Vec<JournalItem>) -> Result<(), Failure> {
    let found = seen(work, missing.iter().map(|item| item.path.clone()).collect()).await?;
    let went_live = |item: &&JournalItem| {
        let seen = found.get(&item.path).copied().flatten();
        seen.is_some_and(|seen| {
            let times = seen.modified.zip(item.server_modified);
            seen.size == item.size && times.is_none_or(|(now, then)| now == then)
        })
    };
    let live: Vec<u32> = missing.iter().filter(went_live).map(|item| item.number).collect();
    let run = run.clone();
    work.ledger(move |ledger, _| ledger.journal_live(&run, &live)).await
}
