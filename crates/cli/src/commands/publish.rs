//! `slipway publish`: brings a site online.

use clap::Args;
use slipway_api::PublishOptions;
use slipway_core::{Code, Failure, SiteName};

use super::Context;
use super::conflicts;
use super::finished;
use super::password::can_ask;
use super::preview;
use super::publish_options::PublishArgs;
use crate::args::Name;
use crate::words::{files, quoted};

/// Bring a website online.
///
/// Sends what has changed, out of your visitors' sight, and switches over once everything has arrived. What your
/// folder no longer holds is taken off, if Slipway put it there. When a publish is cut off, the next one carries on
/// where it stopped.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway publish shop
  slipway publish shop --dry-run                  what would happen, as 'slipway preview shop'
  slipway publish shop --leave-out 'videos/**'    without the videos; those online stay as they are
  slipway publish shop --connections 1            gently, for servers that are easily overwhelmed
  slipway publish shop --purge --dry-run          which files on the server are not in your folder")]
pub(crate) struct Publish {
    #[command(flatten)]
    pub(crate) site: Name,
    /// Show what would happen, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Also remove what others put on the server: all that is not in your folder. Asks for the site's name.
    #[arg(long, conflicts_with = "keep_removed", help_heading = "What is published")]
    pub(crate) purge: bool,
    /// The site's name, so that --purge does not ask for it.
    #[arg(long, value_name = "NAME", requires = "purge", help_heading = "What is published")]
    confirm: Option<String>,
    #[command(flatten)]
    how: PublishArgs,
}

impl Publish {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let name = &self.site.name;
        let on_conflict = self.how.on_conflict;
        let mut options = PublishOptions { purge: self.purge, ..self.how.into() };
        if self.dry_run {
            return preview::preview(context, name, options).await;
        }
        if self.purge {
            options.confirmed = confirmed(context, name, self.confirm.as_deref(), &options).await?;
        }
        let asks = conflicts::asks(context, on_conflict);
        let published = conflicts::publish(context, name, asks, options).await?;
        finished::tell(context, name, published).await;
        Ok(())
    }
}

/// Whether the site's name was given, or is typed now that all that would be removed has been shown. Without a
/// terminal nothing is asked, and the publish itself says what is missing.
async fn confirmed(
    context: &Context,
    name: &SiteName,
    given: Option<&str>,
    options: &PublishOptions,
) -> Result<bool, Failure> {
    if let Some(given) = given {
        return same(name, given);
    }
    if !can_ask() || context.out.is_json() {
        return Ok(false);
    }
    let found = preview::find(context, name, options.clone()).await?;
    if found.plan.purge.is_empty() {
        return Ok(false);
    }
    preview::show(context, &found);
    let count = files(found.plan.purge.len() as u64);
    context.out.error(&format!(
        "{count} that Slipway did not put there would be removed. They cannot be brought back."
    ));
    same(name, &context.ask(&format!("If that is what you want, type {}: ", quoted(name.as_str()))).await?)
}

fn same(name: &SiteName, typed: &str) -> Result<bool, Failure> {
    if typed == name.as_str() {
        return Ok(true);
    }
    Err(Failure::new(Code::ConfirmationNeeded, format!("{typed:?} is not the name of the site")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_name_confirms() {
        let name = SiteName::new("my shop").unwrap();
        assert_eq!(same(&name, "my shop"), Ok(true));
        for typed in ["", "My shop", "shop", "y", "yes"] {
            assert_eq!(same(&name, typed).unwrap_err().code, Code::ConfirmationNeeded, "{typed}");
        }
    }
}
