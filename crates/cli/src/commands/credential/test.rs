//! `slipway credential test`: logs in, and nothing else.

use clap::Args;
use serde_json::json;
use slipway_api::{SignIn, SignedIn};
use slipway_core::{Failure, SiteName};

use super::super::Context;
use super::place;
use crate::args::Name;
use crate::output::inline;
use crate::progress::Display;

/// Log in at the server, to see whether the password is right.
///
/// Changes nothing there. Whether files can be saved too, 'slipway check' finds out.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  slipway credential test shop")]
pub(crate) struct Test {
    #[command(flatten)]
    pub(crate) site: Name,
}

impl Test {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let signed_in = sign_in(context, &self.site.name, None).await?;
        context.out.last(&json!({
            "event": "signed_in", "site": self.site.name, "user": signed_in.user, "host": signed_in.host,
            "store": signed_in.store, "features": signed_in.features,
        }));
        context.out.say(&accepted(&signed_in));
        Ok(())
    }
}

/// Logs in, with what is kept or with what is handed in.
pub(super) async fn sign_in(
    context: &Context,
    name: &SiteName,
    with: Option<SignIn>,
) -> Result<SignedIn, Failure> {
    let display = Display::start(context);
    let signed_in = context.api.test_sign_in(name, with, display.events(), context.cancel.clone()).await;
    display.end();
    signed_in
}

pub(super) fn accepted(signed_in: &SignedIn) -> String {
    let (host, user) = (inline(&signed_in.host), inline(&signed_in.user));
    let from = signed_in.store.map(|store| format!(" The password came from {}.", place(store)));
    format!("{host} accepted {user} and the password.{}", from.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use slipway_core::{Features, StoreKind};

    use super::*;

    #[test]
    fn says_where_the_password_came_from() {
        let (user, host) = ("anna".to_owned(), "ftp.example.com".to_owned());
        let mut signed_in = SignedIn { user, host, store: None, features: Features::default() };
        assert_eq!(accepted(&signed_in), "ftp.example.com accepted anna and the password.");
        signed_in.store = Some(StoreKind::Environment);
        assert!(accepted(&signed_in).ends_with("password. The password came from the environment."));
    }
}
