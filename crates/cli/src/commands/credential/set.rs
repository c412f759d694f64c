//! `slipway credential set`: keeps a password.

use clap::Args;
use secrecy::SecretString;
use serde_json::json;
use slipway_core::{Code, CredentialType, Failure, SiteName, StoreKind};

use super::super::Context;
use super::super::password::{self, can_ask};
use super::{place, what};
use crate::args::Name;
use crate::words::quoted;

/// Keep a password, a user name, or both.
///
/// Asks for the password at the terminal, and shows nothing while you type. Nothing is tried at the server; for that
/// there is 'slipway credential configure'.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway credential set shop
  slipway credential set shop --user anna
  slipway credential set shop --password-stdin < file")]
pub(crate) struct Set {
    #[command(flatten)]
    pub(crate) site: Name,
    /// Keep this user name too; it is used instead of the one in the site's settings.
    #[arg(long)]
    user: Option<String>,
    /// Read the password from the first line of standard input.
    #[arg(long)]
    password_stdin: bool,
}

impl Set {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let name = self.site.name;
        let site = context.api.site(&name).await?;
        let password = if self.password_stdin {
            Some(password::from_stdin(context).await?)
        } else if can_ask() {
            let user = self.user.as_deref().unwrap_or(&site.user);
            password::ask(context, user, &site.host).await?
        } else {
            None
        };
        if password.is_none() && self.user.is_none() {
            return Err(Failure::new(Code::PasswordMissing, "no password was given"));
        }
        keep(context, &name, self.user, password).await
    }
}

/// Keeps what was given, and says where.
pub(super) async fn keep(
    context: &Context,
    name: &SiteName,
    user: Option<String>,
    password: Option<SecretString>,
) -> Result<(), Failure> {
    let given = [
        user.is_some().then_some(CredentialType::FtpUsername),
        password.is_some().then_some(CredentialType::FtpPassword),
    ];
    let kinds: Vec<CredentialType> = given.into_iter().flatten().collect();
    let store = context.api.set_credentials(name, user, password).await?;
    context.out.last(&json!({ "event": "credential_set", "site": name, "store": store, "types": kinds }));
    context.out.say(&kept(name, &kinds, store));
    Ok(())
}

fn kept(name: &SiteName, kinds: &[CredentialType], store: StoreKind) -> String {
    let (whats, verb) = (whats(kinds), if kinds.len() == 1 { "is" } else { "are" });
    format!("The {whats} of {} {verb} kept in {} now.", quoted(name.as_str()), place(store))
}

/// `password`, `user name and password`.
pub(super) fn whats(kinds: &[CredentialType]) -> String {
    kinds.iter().map(|kind| what(*kind)).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_kept_where() {
        let name = SiteName::new("shop").unwrap();
        let text = kept(&name, &[CredentialType::FtpPassword], StoreKind::Keychain);
        assert_eq!(text, "The password of shop is kept in this computer's keychain now.");
        let text = kept(&name, &CredentialType::ALL, StoreKind::File);
        assert_eq!(text, "The user name and password of shop are kept in Slipway's encrypted file now.");
    }
}
