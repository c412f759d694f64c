//! `slipway preview`: what a publish would do.

use clap::Args;
use slipway_api::PublishOptions;
use slipway_core::{Failure, SiteName};

use super::Context;
use super::plan_view::{self, PlanLine};
use crate::args::{CompareArg, Name};
use crate::progress::Display;

/// See what a publish would do, without doing it.
///
/// Lists the files that would go online, and those that would be taken off. Changes nothing, here or on the server.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway preview shop
  slipway preview shop --full-check   asks the server about every file, as after changes by other means
  slipway preview shop --purge        also lists what is on the server and not in your folder")]
pub(crate) struct Preview {
    #[command(flatten)]
    pub(crate) site: Name,
    /// Ask the server about every file, instead of trusting the record of the last publish.
    #[arg(long, help_heading = "What is compared")]
    full_check: bool,
    /// How changed files are found, this once.
    #[arg(long, value_name = "HOW", help_heading = "What is compared")]
    compare: Option<CompareArg>,
    /// Show what 'publish --purge' would remove too: what others put on the server.
    #[arg(long, help_heading = "What is compared")]
    purge: bool,
}

impl Preview {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let options = PublishOptions {
            full_check: self.full_check,
            compare: self.compare.map(Into::into),
            purge: self.purge,
            ..PublishOptions::default()
        };
        preview(context, &self.site.name, options).await
    }
}

/// Shows what a publish with these options would do.
pub(super) async fn preview(
    context: &Context,
    name: &SiteName,
    options: PublishOptions,
) -> Result<(), Failure> {
    let purge = options.purge;
    let found = find(context, name, options).await?;
    context.out.last(&PlanLine::of("plan", &found));
    show(context, &found);
    plan_view::total(context, name, &found, purge);
    Ok(())
}

/// Finds out what a publish with these options would do.
pub(super) async fn find(
    context: &Context,
    name: &SiteName,
    options: PublishOptions,
) -> Result<slipway_api::Preview, Failure> {
    let display = Display::start(context);
    let found = context.api.preview(name, options, display.events(), context.cancel.clone()).await;
    display.end();
    found
}

/// Lists the files, and what was found about them.
pub(super) fn show(context: &Context, found: &slipway_api::Preview) {
    plan_view::files(context, &found.plan);
    plan_view::findings(context, found.findings.iter().map(|f| (f.path.as_str(), f.kind.text())));
}
