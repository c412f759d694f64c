//! `slipway credential configure`: asks for all that is needed to log in, tries it, then keeps it.

use clap::Args;
use slipway_api::SignIn;
use slipway_core::{Code, Failure};

use super::super::Context;
use super::super::password::{self, can_ask};
use super::{set, test};
use crate::args::Name;
use crate::output::inline;

/// Ask for user name and password, try them at the server, then keep them.
///
/// Nothing is kept unless the server accepts them.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  slipway credential configure shop")]
pub(crate) struct Configure {
    #[command(flatten)]
    pub(crate) site: Name,
}

impl Configure {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let name = self.site.name;
        if !can_ask() || context.out.is_json() {
            return Err(Failure::new(Code::ConfirmationNeeded, "there is no terminal to ask at"));
        }
        let site = context.api.site(&name).await?;
        let host = inline(&site.host);
        let typed = context.ask(&format!("User name at {host} [{}]: ", inline(&site.user))).await?;
        let user = if typed.is_empty() { site.user.clone() } else { typed };
        let Some(password) = password::ask(context, &user, &site.host).await? else {
            return Err(Failure::new(Code::PasswordMissing, "no password was typed"));
        };
        context.out.talk(&format!("Trying them at {host} …"));
        let with = SignIn { user: user.clone(), password: password.clone() };
        let signed_in = test::sign_in(context, &name, Some(with)).await.inspect_err(|_| {
            context.out.talk("Nothing was kept: what you typed could not be tried, or was not accepted.\n");
        })?;
        context.out.say(&test::accepted(&signed_in));
        let user = Some(user).filter(|user| *user != site.user);
        set::keep(context, &name, user, Some(password)).await
    }
}
