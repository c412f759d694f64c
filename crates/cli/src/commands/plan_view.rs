//! What a publish would do, as it is shown.

use serde::Serialize;
use serde_json::{Value, json};
use slipway_api::Preview;
use slipway_core::{Change, ConflictReason, Plan, RemotePath, SiteName, units};

use super::Context;
use crate::output::inline;
use crate::words::{self, count, grouped, quoted};

/// How much of a list is shown without `-v`.
const LISTED: usize = 50;

/// A plan in a line of JSON.
#[derive(Serialize)]
pub(super) struct PlanLine<'a> {
    event: &'static str,
    new: usize,
    changed: usize,
    removed: usize,
    purged: usize,
    unchanged: usize,
    bytes: u64,
    bytes_waiting: u64,
    conflicts: Vec<ConflictLine<'a>>,
    uploads: Vec<UploadLine<'a>>,
    removals: Vec<&'a str>,
    purge: Vec<&'a str>,
    purge_folders: Vec<&'a str>,
    findings: Vec<Value>,
}

#[derive(Serialize)]
struct ConflictLine<'a> {
    path: &'a str,
    reason: ConflictReason,
    removal: bool,
}

#[derive(Serialize)]
struct UploadLine<'a> {
    path: &'a str,
    size: u64,
    change: Change,
}

/// What was found about a file, in JSON.
pub(super) fn finding(kind: impl Serialize, path: &str, text: &str) -> Value {
    json!({ "kind": kind, "path": path, "text": text })
}

impl<'a> PlanLine<'a> {
    pub(super) fn of(event: &'static str, found: &'a Preview) -> Self {
        let plan = &found.plan;
        let conflicts = plan.conflicts.iter();
        let uploads = plan.uploads.iter();
        Self {
            event,
            new: plan.count(Change::New) + plan.count(Change::Missing),
            changed: plan.count(Change::Changed) + plan.count(Change::Foreign),
            removed: plan.removals.len(),
            purged: plan.purge.len(),
            unchanged: plan.unchanged,
            bytes: plan.bytes(),
            bytes_waiting: found.bytes_waiting,
            conflicts: conflicts
                .map(|c| ConflictLine { path: c.path.as_str(), reason: c.reason, removal: c.removal })
                .collect(),
            uploads: uploads
                .map(|u| UploadLine { path: u.path.as_str(), size: u.file.size, change: u.change })
                .collect(),
            removals: plan.removals.iter().map(|removal| removal.path.as_str()).collect(),
            purge: plan.purge.iter().map(|removal| removal.path.as_str()).collect(),
            purge_folders: plan.purge_folders.iter().map(RemotePath::as_str).collect(),
            findings: found.findings.iter().map(|f| finding(f.kind, &f.path, f.kind.text())).collect(),
        }
    }
}

/// Lists the files, by what happens to them.
pub(super) fn files(context: &Context, plan: &Plan) {
    for (change, title) in [
        (Change::New, "New"),
        (Change::Changed, "Changed"),
        (Change::Missing, "Gone from the server, to be sent again"),
        (Change::Foreign, "On the server already, to be replaced"),
    ] {
        let uploads = plan.uploads.iter().filter(|upload| upload.change == change);
        sized(context, title, uploads.map(|upload| (upload.path.as_str(), upload.file.size)));
    }
    sized(context, "To be removed", plan.removals.iter().map(|r| (r.path.as_str(), r.size)));
    let purge = plan.purge.iter().map(|r| (r.path.as_str(), r.size));
    sized(context, "Put there by others, to be removed for good", purge);
    let folders = plan.purge_folders.iter().map(|folder| format!("  {}", inline(folder.as_str())));
    group(context, "Folders that are empty then, to be removed", folders.collect());
    let conflicts = plan.conflicts.iter().map(|c| format!("  {}", inline(c.path.as_str())));
    group(context, "Changed on the server by someone else", conflicts.collect());
}

/// Lists what was found about files: each one's path and what is to be said of it.
pub(super) fn findings<'a>(context: &Context, of: impl Iterator<Item = (&'a str, &'a str)>) {
    group(context, "Worth knowing", of.map(|(path, text)| format!("  {} {text}", inline(path))).collect());
}

/// Lists files with their sizes below a title.
pub(super) fn sized<'a>(context: &Context, title: &str, of: impl Iterator<Item = (&'a str, u64)>) {
    let of: Vec<_> = of.collect();
    let width = of.iter().map(|(path, _)| path.chars().count()).max().unwrap_or(0).min(60);
    let lines =
        of.iter().map(|(path, size)| format!("  {:width$}  {:>7}", inline(path), units::bytes(*size)));
    group(context, title, lines.collect());
}

/// Lists something below a title; nothing where there is nothing to list.
pub(super) fn group(context: &Context, title: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    context.out.line(&format!("{title} ({})", grouped(lines.len() as u64)));
    let listed = if context.out.verbose() > 0 { lines.len() } else { LISTED.min(lines.len()) };
    for line in &lines[..listed] {
        context.out.line(line);
    }
    if listed < lines.len() {
        let more = grouped((lines.len() - listed) as u64);
        context.out.line(&format!("  … and {more} more (-v lists them all)"));
    }
    context.out.line("");
}

/// Sums it up.
pub(super) fn sum(context: &Context, found: &Preview) {
    let (out, plan) = (&context.out, &found.plan);
    let unchanged = plan.unchanged as u64;
    if plan.is_empty() && plan.conflicts.is_empty() {
        return out.line(&format!("Everything is online already: {} unchanged.", words::files(unchanged)));
    }
    let (sent, removed) = (plan.uploads.len() as u64, (plan.removals.len() + plan.purge.len()) as u64);
    out.line(&format!("In all: {}.", words::plan(sent, plan.bytes(), removed, unchanged)));
    if found.bytes_waiting > 0 {
        let waiting = units::bytes(found.bytes_waiting);
        out.line(&format!("{waiting} of it has arrived already and waits out of sight."));
    }
}

/// Sums it up, and says what to do next.
pub(super) fn total(context: &Context, name: &SiteName, found: &Preview, purge: bool) {
    sum(context, found);
    let name = quoted(name.as_str());
    // It asks for the name, or says how to give it.
    let purge = if purge { " --purge" } else { "" };
    for (text, options) in next(&found.plan) {
        let publish = format!("{} publish {name}{options}{purge}", context.program);
        context.out.line(&format!("{text}\n  {publish}"));
    }
}

/// What to do next, with the options of `publish`.
fn next(plan: &Plan) -> Vec<(String, &'static str)> {
    let mut next = Vec::new();
    if !plan.conflicts.is_empty() {
        let conflicts = count(plan.conflicts.len() as u64, "file was", "files were");
        let text =
            format!("{conflicts} changed on the server by someone else. Leave the server's as they are:");
        next.push((text, " --full-check --on-conflict keep"));
        next.push(("Replace them with yours:".to_owned(), " --full-check --on-conflict replace"));
    } else if plan.is_empty() {
        return next;
    } else if plan.removes_much() {
        let text = "This removes more than half of what is online. Publish, but remove nothing:";
        next.push((text.to_owned(), " --keep-removed"));
        next.push(("Remove them:".to_owned(), " --yes"));
    } else {
        next.push(("To publish:".to_owned(), ""));
    }
    next
}

#[cfg(test)]
mod tests {
    use slipway_core::{Conflict, Removal, Seen};

    use super::*;

    #[test]
    fn names_the_publish_that_would_go_through() {
        let options = |plan: &Plan| next(plan).into_iter().map(|(_, options)| options).collect::<Vec<_>>();
        let mut plan = Plan { published: 20, ..Plan::default() };
        assert!(options(&plan).is_empty());
        let path = |n: u8| RemotePath::new(&n.to_string()).unwrap();
        let removal = |n| Removal { path: path(n), size: 1, in_the_way: false };
        plan.purge = vec![removal(40)];
        assert_eq!(options(&plan), [""]);
        plan.removals = (0..11).map(removal).collect();
        assert_eq!(options(&plan), [" --keep-removed", " --yes"]);
        let reason = ConflictReason::ChangedOnServer;
        plan.conflicts = vec![Conflict {
            path: path(12),
            reason,
            removal: false,
            server: Seen { size: 7, modified: None },
        }];
        assert_eq!(
            options(&plan),
            [" --full-check --on-conflict keep", " --full-check --on-conflict replace"]
        );
    }
}
