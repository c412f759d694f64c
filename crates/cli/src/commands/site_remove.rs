//! `slipway site remove`: forgets a site.

use clap::Args;
use slipway_core::{Code, Failure};

use super::Context;
use super::password::can_ask;
use crate::args::Name;
use crate::words::quoted;

/// Forget a site: its settings, password and history.
///
/// What is online stays online.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  slipway site remove shop")]
pub(crate) struct Remove {
    #[command(flatten)]
    pub(super) site: Name,
    /// Don't ask.
    #[arg(long)]
    yes: bool,
}

impl Remove {
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let name = self.site.name;
        let shown = quoted(name.as_str());
        context.api.site(&name).await?;
        if !self.yes {
            if !can_ask() || context.out.is_json() {
                return Err(Failure::new(Code::ConfirmationNeeded, "--yes is missing"));
            }
            let question = format!(
                "Forget the site {shown}, its password and its history? What is online stays online."
            );
            context.insist(&question).await?;
        }
        context.api.remove_site(&name).await?;
        context.out.last(&serde_json::json!({ "event": "site_removed", "name": name }));
        context.out.say(&format!("The site {shown} was removed. What is online stays online."));
        Ok(())
    }
}
