//! `slipway credential remove`: forgets a password.

use clap::{Args, ValueEnum};
use serde_json::json;
use slipway_core::{Code, CredentialType, Failure, StoreKind};

use super::super::Context;
use super::super::password::can_ask;
use super::place;
use super::set::whats;
use crate::args::Name;
use crate::words::quoted;

/// Forget a password, a user name, or both.
///
/// The site stays, and so does what is online. Environment variables are yours to remove.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway credential remove shop
  slipway credential remove shop --type ftp_password --yes")]
pub(crate) struct Remove {
    #[command(flatten)]
    pub(crate) site: Name,
    /// Only this [without this: all].
    #[arg(long = "type", value_name = "WHAT")]
    kind: Option<TypeArg>,
    /// Don't ask.
    #[arg(long)]
    yes: bool,
}

/// Something that is kept for a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum TypeArg {
    /// The user name.
    #[value(alias = "username")]
    FtpUsername,
    /// The password.
    #[value(alias = "password")]
    FtpPassword,
}

impl From<TypeArg> for CredentialType {
    fn from(kind: TypeArg) -> Self {
        match kind {
            TypeArg::FtpUsername => Self::FtpUsername,
            TypeArg::FtpPassword => Self::FtpPassword,
        }
    }
}

impl Remove {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let name = self.site.name;
        let kinds = self.kind.map_or_else(|| CredentialType::ALL.to_vec(), |kind| vec![kind.into()]);
        let (shown, whats) = (quoted(name.as_str()), whats(&kinds));
        if !self.yes {
            if !can_ask() || context.out.is_json() {
                return Err(Failure::new(Code::ConfirmationNeeded, "--yes is missing"));
            }
            context.insist(&format!("Forget the {whats} of {shown}?")).await?;
        }
        let store = context.api.remove_credentials(&name, &kinds).await?;
        context
            .out
            .last(&json!({ "event": "credential_removed", "site": name, "store": store, "types": kinds }));
        context.out.say(&removed(&shown, &kinds, store));
        Ok(())
    }
}

fn removed(name: &str, kinds: &[CredentialType], store: StoreKind) -> String {
    match kinds {
        [_] => format!("The {} of {name} was removed from {}.", whats(kinds), place(store)),
        _ => format!("Nothing is kept for {name} in {} any more.", place(store)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_was_removed() {
        let (one, all) = ([CredentialType::FtpPassword], CredentialType::ALL);
        let keychain = StoreKind::Keychain;
        assert_eq!(
            removed("shop", &one, keychain),
            "The password of shop was removed from this computer's keychain."
        );
        assert_eq!(
            removed("shop", &all, keychain),
            "Nothing is kept for shop in this computer's keychain any more."
        );
    }
}
