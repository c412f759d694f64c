//! `slipway check`: whether the server can be published to.

use clap::Args;
use serde_json::json;
use slipway_core::{Failure, Features};

use super::Context;
use crate::args::Name;
use crate::output::inline;
use crate::progress::Display;

/// See whether the server can be reached and written to.
///
/// Connects, logs in, and writes, renames and removes a small file that nobody sees. Your website stays as it is.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  slipway check shop")]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) site: Name,
}

impl Check {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let display = Display::start(context);
        let report = context.api.check(&self.site.name, drop, display.events(), context.cancel.clone()).await;
        display.end();
        let report = report?;
        let out = &context.out;
        let steps = report.steps.iter();
        let steps: Vec<_> =
            steps.map(|s| json!({ "name": s.name, "ok": true, "detail": s.detail })).collect();
        out.last(&json!({
            "event": "check", "steps": steps, "features": report.features, "facts": report.facts,
        }));
        let width = report.steps.iter().map(|step| step.name.chars().count()).max().unwrap_or(0);
        for step in &report.steps {
            let name = inline(&step.name);
            out.line(format!("  ok  {name:width$}  {}", inline(&step.detail)).trim_end());
        }
        let can = abilities(&report.features);
        if !can.is_empty() {
            out.line(&format!("\nThe server understands {can}."));
        }
        out.line("\nEverything is ready to publish:");
        out.line(&format!("  {} publish {}", context.program, crate::words::quoted(self.site.name.as_str())));
        Ok(())
    }
}

fn abilities(features: &Features) -> String {
    let known = [
        (features.utf8, "names in UTF-8"),
        (features.mlsd, "exact listings (MLSD)"),
        (features.size, "sizes (SIZE)"),
        (features.mdtm, "times (MDTM)"),
        (features.mfmt, "setting times (MFMT)"),
        (features.rest, "carrying on within a file (REST)"),
    ];
    let can: Vec<&str> = known.into_iter().filter_map(|(has, what)| has.then_some(what)).collect();
    can.join(", ")
}
