//! What is said where something needs a yes that could not be had.

use super::fill::Fill;
use super::texts::say;
use super::{Doing, Words};
use crate::words::quoted;

impl Fill<'_> {
    /// What has to be confirmed, and how.
    pub(super) fn confirmation(&self) -> Words {
        let name = self.setting.name.as_ref().map(|name| quoted(name.as_str())).unwrap_or_default();
        let yes = "If that is what you want:";
        match &self.setting.doing {
            Doing::Publish { .. } => say("Removing what others put there needs the name of the site", self.purge())
                .then("See all of them:", self.again("publish", "--purge --dry-run"))
                .then(yes, self.again("publish", &format!("--purge --confirm {name}"))),
            Doing::Forget => say(
                "Forgetting a site needs a yes",
                "Slipway would forget its settings, its password and its history. What is online stays online.",
            )
            .then(yes, self.again("site remove", "--yes")),
            Doing::Remove => say(
                "Forgetting a password needs a yes",
                "Slipway would forget what it keeps for this website. The site stays, and so does what is online.",
            )
            .then(yes, self.again("credential remove", "--yes")),
            Doing::Keep => say(
                "There is nobody to ask here",
                "Slipway asks for user name and password, and there is no terminal here where it could ask.",
            )
            .then("Give the password on standard input:", self.again("credential set", "--password-stdin"))
            .then("Then see whether the server accepts it:", self.again("credential test", "")),
            Doing::Show => say(
                "Passwords are shown to people only",
                "Slipway asks before it shows them, and there is no terminal here where it could ask.",
            )
            .and("Type the command at a terminal, without --json."),
            Doing::Import { typed } => say(
                "Adding sites needs a yes",
                "Slipway shows what it would add, and asks. There is no terminal here where it could ask.",
            )
            .then("See what would be added:", self.import(typed, "--dry-run"))
            .then(yes, self.import(typed, "--yes")),
            _ => say("This needs a yes", "It cannot be undone, and was not confirmed."),
        }
    }

    fn purge(&self) -> String {
        if self.failure.count.is_none() && self.failure.path.is_none() {
            return "The name that was given is not that of this website. Nothing was done.".to_owned();
        }
        let files = self.count("1 file would be removed", "files would be removed");
        format!(
            "{files} that Slipway did not put there{}. What is removed cannot be brought back.",
            self.path_aside()
        )
    }
}
