//! `slipway preview`: what a publish would do.

use clap::Args;
use serde::Serialize;
use serde_json::json;
use slipway_api::PublishOptions;
use slipway_core::{Change, ConflictReason, Failure, Plan, units};

use super::Context;
use crate::args::{CompareArg, Name};
use crate::output::inline;
use crate::progress::Display;
use crate::words::{self, count, files, grouped, quoted};

/// How many files of a group are listed without `-v`.
const LISTED: usize = 50;

/// See what a publish would do, without doing it.
///
/// Lists the files that would go online, and those that would be taken off. Changes nothing, here or on the server.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway preview shop
  slipway preview shop --full-check   asks the server about every file, as after changes by other means")]
pub(crate) struct Preview {
    #[command(flatten)]
    pub(crate) site: Name,
    /// Ask the server about every file, instead of trusting the record of the last publish.
    #[arg(long, help_heading = "What is compared")]
    pub(crate) full_check: bool,
    /// How changed files are found, this once.
    #[arg(long, value_name = "HOW", help_heading = "What is compared")]
    pub(crate) compare: Option<CompareArg>,
}

impl Preview {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let options = PublishOptions {
            full_check: self.full_check,
            compare: self.compare.map(Into::into),
            ..PublishOptions::default()
        };
        preview(context, &self.site, options).await
    }
}

/// Shows what a publish with these options would do.
pub(crate) async fn preview(context: &Context, site: &Name, options: PublishOptions) -> Result<(), Failure> {
    let display = Display::start(context);
    let preview = context.api.preview(&site.name, options, display.events(), context.cancel.clone()).await;
    display.end();
    let slipway_api::Preview { plan, findings, bytes_waiting } = preview?;
    if context.out.is_json() {
        let findings: Vec<_> = findings
            .iter()
            .map(|f| json!({ "kind": f.kind, "path": f.path, "text": f.kind.text() }))
            .collect();
        context.out.last(&PlanLine { findings, bytes_waiting, ..PlanLine::of(&plan) });
        return Ok(());
    }
    show(context, &plan);
    if !findings.is_empty() {
        context.out.line(&format!("Worth knowing ({})", grouped(findings.len() as u64)));
        let lines = findings.iter().map(|f| format!("  {} {}", inline(&f.path), f.kind.text()));
        list(context, lines.collect());
    }
    total(context, site, &plan, bytes_waiting);
    Ok(())
}

#[derive(Serialize)]
struct PlanLine<'a> {
    event: &'static str,
    new: usize,
    changed: usize,
    removed: usize,
    unchanged: usize,
    bytes: u64,
    bytes_waiting: u64,
    conflicts: Vec<ConflictLine<'a>>,
    uploads: Vec<UploadLine<'a>>,
    removals: Vec<&'a str>,
    findings: Vec<serde_json::Value>,
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

impl<'a> PlanLine<'a> {
    fn of(plan: &'a Plan) -> Self {
        let conflicts = plan.conflicts.iter();
        let uploads = plan.uploads.iter();
        Self {
            event: "plan",
            new: plan.count(Change::New) + plan.count(Change::Missing),
            changed: plan.count(Change::Changed) + plan.count(Change::Foreign),
            removed: plan.removals.len(),
            unchanged: plan.unchanged,
            bytes: plan.bytes(),
            bytes_waiting: 0,
            conflicts: conflicts
                .map(|c| ConflictLine { path: c.path.as_str(), reason: c.reason, removal: c.removal })
                .collect(),
            uploads: uploads
                .map(|u| UploadLine { path: u.path.as_str(), size: u.file.size, change: u.change })
                .collect(),
            removals: plan.removals.iter().map(|removal| removal.path.as_str()).collect(),
            findings: Vec::new(),
        }
    }
}

fn show(context: &Context, plan: &Plan) {
    for (change, title) in [
        (Change::New, "New"),
        (Change::Changed, "Changed"),
        (Change::Missing, "Gone from the server, to be sent again"),
        (Change::Foreign, "On the server already, to be replaced"),
    ] {
        let uploads = plan.uploads.iter().filter(|upload| upload.change == change);
        group(context, title, uploads.map(|upload| (upload.path.as_str(), upload.file.size)).collect());
    }
    let removals = plan.removals.iter();
    group(context, "To be removed", removals.map(|r| (r.path.as_str(), r.size)).collect());
    if !plan.conflicts.is_empty() {
        context.out.line(&format!("Changed on the server by someone else ({})", plan.conflicts.len()));
        list(context, plan.conflicts.iter().map(|c| format!("  {}", inline(c.path.as_str()))).collect());
    }
}

fn group(context: &Context, title: &str, of: Vec<(&str, u64)>) {
    if of.is_empty() {
        return;
    }
    context.out.line(&format!("{title} ({})", grouped(of.len() as u64)));
    let width = of.iter().map(|(path, _)| path.chars().count()).max().unwrap_or(0).min(60);
    let lines =
        of.iter().map(|(path, size)| format!("  {:width$}  {:>7}", inline(path), units::bytes(*size)));
    list(context, lines.collect());
}

fn list(context: &Context, lines: Vec<String>) {
    let listed = if context.out.verbose() > 0 { lines.len() } else { LISTED.min(lines.len()) };
    for line in &lines[..listed] {
        context.out.line(line);
    }
    if listed < lines.len() {
        context
            .out
            .line(&format!("  … and {} more (-v lists them all)", grouped((lines.len() - listed) as u64)));
    }
    context.out.line("");
}

fn total(context: &Context, site: &Name, plan: &Plan, bytes_waiting: u64) {
    let (out, unchanged) = (&context.out, plan.unchanged as u64);
    if plan.is_empty() && plan.conflicts.is_empty() {
        return out.line(&format!("Everything is online already: {} unchanged.", files(unchanged)));
    }
    let (sent, removed) = (plan.uploads.len() as u64, plan.removals.len() as u64);
    out.line(&format!("In all: {}.", words::plan(sent, plan.bytes(), removed, unchanged)));
    if bytes_waiting > 0 {
        let waiting = units::bytes(bytes_waiting);
        out.line(&format!("{waiting} of it has arrived already and waits out of sight."));
    }
    for (text, options) in next(plan) {
        let publish = format!("{} publish {}{options}", context.program, quoted(site.name.as_str()));
        out.line(&format!("{text}\n  {publish}"));
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
    use slipway_core::{Conflict, RemotePath, Removal};

    use super::*;

    #[test]
    fn names_the_publish_that_would_go_through() {
        let options = |plan: &Plan| next(plan).into_iter().map(|(_, options)| options).collect::<Vec<_>>();
        let mut plan = Plan { published: 20, ..Plan::default() };
        assert_eq!(options(&plan), [""]);
        let path = |n: u8| RemotePath::new(&n.to_string()).unwrap();
        plan.removals = (0..11).map(|n| Removal { path: path(n), size: 1, in_the_way: false }).collect();
        assert_eq!(options(&plan), [" --keep-removed", " --yes"]);
        let reason = ConflictReason::ChangedOnServer;
        plan.conflicts = vec![Conflict { path: path(12), reason, removal: false }];
        assert_eq!(
            options(&plan),
            [" --full-check --on-conflict keep", " --full-check --on-conflict replace"]
        );
    }
}
