//! What old pages refer to outlives them for a moment: whoever got such a page just before the switch-over is still
//! asking for its style sheets and pictures.

use std::time::Duration;

use slipway_core::{Plan, RemotePath, Turn};
use tokio_util::sync::CancellationToken;

use crate::work::Work;

/// So long assets stay once no old page is online any more. A browser asks for them within a round trip of having the
/// page; this is time enough for a slow line, and little to wait for.
pub(crate) const GRACE: Duration = Duration::from_secs(2);

/// Removals in the order in which they can be done: pages, and what they may refer to.
pub(crate) fn pages_first(plan: &Plan) -> (Vec<RemotePath>, Vec<RemotePath>) {
    let files = plan.taken_off().filter(|removal| !removal.in_the_way).map(|removal| removal.path.clone());
    files.partition(is_page)
}

/// Waits for browsers, if a page was replaced or taken off; or until the user has no patience.
pub(crate) async fn let_browsers_finish(work: &Work, plan: &Plan, hurried: &CancellationToken) {
    let uploads = plan.uploads.iter().map(|upload| &upload.path);
    let removals = plan.taken_off().map(|removal| &removal.path);
    if uploads.chain(removals).any(is_page) {
        tokio::select! {
            () = tokio::time::sleep(work.grace) => {}
            () = hurried.cancelled() => {}
        }
    }
}

fn is_page(path: &RemotePath) -> bool {
    Turn::of(path) != Turn::Asset
}
