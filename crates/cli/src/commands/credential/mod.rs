//! `slipway credential`: user names and passwords, and where they are kept.

mod configure;
mod list;
mod remove;
mod set;
mod store;
mod test;

use clap::{Args, Subcommand};
use slipway_core::{CredentialType, Failure, SiteName, StoreKind};

use super::Context;

/// Keep, show, test or remove passwords.
///
/// A password is kept in one place: this computer's keychain, an encrypted file where there is no keychain, or
/// environment variables for jobs without a person. 'slipway credential store list' shows which are to be had.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway credential configure shop   asks for everything, tries it, and keeps it
  slipway credential test shop        logs in with what is kept
  slipway credential list             what is kept where; passwords are not shown")]
pub(crate) struct Credential {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Set(set::Set),
    List(list::List),
    Remove(remove::Remove),
    Test(test::Test),
    Configure(configure::Configure),
    Store(store::Store),
}

impl Credential {
    /// The site it is about, if it is about one.
    pub(crate) fn name(&self) -> Option<&SiteName> {
        match &self.what {
            What::Set(set) => Some(&set.site.name),
            What::List(list) => list.site.as_ref(),
            What::Remove(remove) => Some(&remove.site.name),
            What::Test(test) => Some(&test.site.name),
            What::Configure(configure) => Some(&configure.site.name),
            What::Store(_) => None,
        }
    }

    /// Whether a password is to be kept.
    pub(crate) fn keeps(&self) -> bool {
        matches!(self.what, What::Set(_) | What::Configure(_))
    }

    /// Whether a password is to be removed.
    pub(crate) fn removes(&self) -> bool {
        matches!(self.what, What::Remove(_))
    }

    /// Whether passwords are to be shown.
    pub(crate) fn shows(&self) -> bool {
        matches!(&self.what, What::List(list) if list.show_values)
    }

    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self.what {
            What::Set(set) => set.run(context).await,
            What::List(list) => list.run(context).await,
            What::Remove(remove) => remove.run(context).await,
            What::Test(test) => test.run(context).await,
            What::Configure(configure) => configure.run(context).await,
            What::Store(store) => store.run(context).await,
        }
    }
}

/// A place, in words that fit behind "in" and "from".
pub(crate) fn place(store: StoreKind) -> &'static str {
    match store {
        StoreKind::Keychain => "this computer's keychain",
        StoreKind::File => "Slipway's encrypted file",
        StoreKind::Environment => "the environment",
    }
}

/// What is kept, in words.
fn what(kind: CredentialType) -> &'static str {
    match kind {
        CredentialType::FtpUsername => "user name",
        CredentialType::FtpPassword => "password",
    }
}
