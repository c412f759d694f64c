//! What publishing would do, as the window shows it.

use std::cmp::Ordering;
use std::time::UNIX_EPOCH;

use slipway_core::site::MOST_CONNECTIONS;
use slipway_core::{Answer, Change, Conflict, Decision, Failure, RemotePath, Seen, Site, SiteError, Upload};

use super::invalid;
use super::wire::{ChangeKind, ChangeRow, ConflictAnswer, ConflictRow, PlanView, PublishRequest};
use crate::looking::local_file;
use crate::{Preview, PublishOptions};

impl PublishRequest {
    /// Whether nothing of the folder waits any more once it is done.
    pub(super) fn publishes_all(&self) -> bool {
        let all_replaced = self.conflicts.values().all(|answer| answer.decision == Decision::Replace);
        self.version.is_none() && !self.keep_removed && self.leave_out.is_empty() && all_replaced
    }
}

/// The request as the engine takes it.
pub(super) fn options(request: &PublishRequest) -> Result<PublishOptions, Failure> {
    if let Some(wrong) = request.connections.filter(|count| !(1..=MOST_CONNECTIONS).contains(count)) {
        return Err(invalid(SiteError::Connections(wrong)));
    }
    slipway_engine::check_excludes(&request.leave_out).map_err(invalid)?;
    Ok(PublishOptions {
        yes: request.yes,
        keep_removed: request.keep_removed,
        leave_out: request.leave_out.clone(),
        connections: request.connections,
        version: request.version.clone(),
        decided: request.conflicts.iter().map(|(path, answer)| (path.clone(), (*answer).into())).collect(),
        purge: request.purge_confirmed.is_some(),
        confirmed: request.purge_confirmed.is_some(),
        take_over: request.take_over,
        ..PublishOptions::default()
    })
}

impl From<ConflictAnswer> for Answer {
    fn from(answer: ConflictAnswer) -> Self {
        let ConflictAnswer { decision, server_size: size, server_modified_ms } = answer;
        let modified = server_modified_ms.map(|milliseconds| milliseconds.div_euclid(1_000));
        Self { decision, seen: Seen { size, modified } }
    }
}

/// The plan as rows, by path. A file that needs an answer is one of them: it waits too. Blocks.
pub(super) fn view(site: &Site, preview: &Preview) -> PlanView {
    let plan = &preview.plan;
    let conflicts: Vec<ConflictRow> =
        plan.conflicts.iter().map(|conflict| conflict_row(site, conflict)).collect();
    let removed = plan.taken_off().map(|removal| row(&removal.path, ChangeKind::Removed, removal.size, None));
    let sent = plan.uploads.iter().map(sent_row);
    let asked = conflicts.iter().map(asked_row);
    let mut changes: Vec<ChangeRow> = sent.chain(removed).chain(asked).collect();
    changes.sort_unstable_by(by_path);
    PlanView {
        changes,
        unchanged: plan.unchanged as u64,
        bytes: plan.bytes(),
        bytes_waiting: preview.bytes_waiting,
        after: plan.after,
        conflicts,
        removes_much: plan.removes_much(),
    }
}

fn by_path(a: &ChangeRow, b: &ChangeRow) -> Ordering {
    a.path.cmp(&b.path)
}

fn row(path: &RemotePath, kind: ChangeKind, size: u64, modified_ms: Option<i64>) -> ChangeRow {
    ChangeRow { path: path.clone(), kind, size, modified_ms }
}

fn sent_row(upload: &Upload) -> ChangeRow {
    let kind = match upload.change {
        Change::New => ChangeKind::New,
        Change::Changed => ChangeKind::Changed,
        Change::Missing => ChangeKind::Missing,
        Change::Foreign => ChangeKind::Foreign,
    };
    let milliseconds = upload.file.modified.div_euclid(1_000_000);
    row(&upload.path, kind, upload.file.size, Some(milliseconds))
}

fn asked_row(conflict: &ConflictRow) -> ChangeRow {
    match conflict.local_size {
        Some(size) if !conflict.removal => {
            row(&conflict.path, ChangeKind::Changed, size, conflict.local_modified_ms)
        }
        _ => row(&conflict.path, ChangeKind::Removed, conflict.server_size, None),
    }
}

fn conflict_row(site: &Site, conflict: &Conflict) -> ConflictRow {
    let server = conflict.server.shown();
    let here = local_file(site, &conflict.path).and_then(|file| file.metadata().ok());
    let saved = here.as_ref().and_then(|here| here.modified().ok()?.duration_since(UNIX_EPOCH).ok());
    ConflictRow {
        path: conflict.path.clone(),
        removal: conflict.removal,
        server_size: server.size,
        server_modified_ms: server.modified.map(|seconds| seconds.saturating_mul(1_000)),
        local_size: here.map(|here| here.len()),
        local_modified_ms: saved.and_then(|time| i64::try_from(time.as_millis()).ok()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use slipway_core::{LocalFile, Plan, Removal, Sha256, SiteName};

    use super::*;

    fn path(text: &str) -> RemotePath {
        RemotePath::new(text).unwrap()
    }

    fn upload(text: &str, change: Change) -> Upload {
        let file = LocalFile {
            size: 7,
            modified: 1_700_000_000_123_999_999,
            sha256: Sha256([0; 32]),
            spelled: None,
        };
        Upload { path: path(text), file, change }
    }

    fn shown(plan: Plan) -> PlanView {
        let site = Site::new(SiteName::new("shop").unwrap(), "/nowhere".into(), "h", "u");
        view(&site, &Preview { plan, findings: Vec::new(), bytes_waiting: 3 })
    }

    #[test]
    fn rows_are_in_the_order_of_their_paths() {
        let plan = Plan {
            uploads: vec![upload("b.html", Change::Foreign), upload("d.html", Change::Missing)],
            removals: vec![Removal { path: path("c.html"), size: 5, in_the_way: false }],
            purge: vec![Removal { path: path("a.html"), size: 6, in_the_way: false }],
            unchanged: 9,
            ..Plan::default()
        };
        let view = shown(plan);
        let expected = [
            ("a.html", ChangeKind::Removed, 6, None),
            ("b.html", ChangeKind::Foreign, 7, Some(1_700_000_000_123)),
            ("c.html", ChangeKind::Removed, 5, None),
            ("d.html", ChangeKind::Missing, 7, Some(1_700_000_000_123)),
        ];
        let expected = expected.map(|(text, kind, size, modified)| row(&path(text), kind, size, modified));
        assert_eq!(view.changes, expected);
        assert_eq!((view.unchanged, view.bytes, view.bytes_waiting), (9, 14, 3));
        let json = serde_json::to_value(&view.changes[0]).unwrap();
        assert_eq!(
            json,
            serde_json::json!({ "path": "a.html", "kind": "removed", "size": 6, "modified_ms": null })
        );
    }

    #[test]
    fn a_large_plan_is_shown_at_once() {
        let name = |n: usize| format!("pictures/album-{:03}/photo-{n:06}.jpg", n / 250);
        let uploads = (0..100_000).map(|n| upload(&name(n), Change::New)).collect();
        let plan = Plan { uploads, ..Plan::default() };
        let begun = Instant::now();
        let view = shown(plan);
        let made = begun.elapsed();
        let json = serde_json::to_string(&view).unwrap();
        println!("rows in {made:?}, {} bytes of JSON in {:?}", json.len(), begun.elapsed() - made);
        assert_eq!(view.changes.len(), 100_000);
        assert!(json.len() < 12_000_000 && begun.elapsed() < Duration::from_secs(10));
    }
}
