//! `slipway credential list`: what is kept where.

use clap::Args;
use secrecy::ExposeSecret;
use serde_json::json;
use slipway_api::{CredentialList, KeptCredential};
use slipway_core::{Code, Failure, SiteName};

use super::super::Context;
use super::super::password::{at_terminal, variable};
use super::{place, what};
use crate::messages::{self, Setting};
use crate::output::inline;
use crate::words::{quoted, table};

/// List what is kept where. Passwords are not shown.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway credential list
  slipway credential list shop
  slipway credential list shop --show-values   asks, then shows them on the screen")]
pub(crate) struct List {
    /// Only this site.
    #[arg(value_name = "NAME", value_parser = SiteName::new)]
    pub(super) site: Option<SiteName>,
    /// Show passwords and user names on the screen. Asks first; works at a terminal only.
    #[arg(long)]
    pub(super) show_values: bool,
}

impl List {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        if self.show_values && (!at_terminal() || context.out.is_json()) {
            return Err(Failure::new(Code::ConfirmationNeeded, "values are shown at a terminal only"));
        }
        let list = context.api.credentials(self.site.as_ref()).await?;
        context.unless_stopped()?;
        if let Some(failure) = unknown(&list) {
            return Err(failure.clone());
        }
        context.out.last(&line(&list));
        let mut values = None;
        if self.show_values && !list.kept.is_empty() {
            context.insist("Show passwords on this screen?").await?;
            let mut found = Vec::new();
            for kept in &list.kept {
                found.push(inline(context.api.credential_value(kept).await?.expose_secret()));
            }
            values = Some(found);
        }
        if list.kept.is_empty() {
            nothing(context, self.site.as_ref());
        } else {
            rows(&list.kept, values).iter().for_each(|line| context.out.line(line));
        }
        for (store, failure) in &list.unreadable {
            let words = messages::words(failure, &Setting::default());
            context.out.talk(&format!(
                "\n{} could not be looked into. {}.",
                capital(place(*store)),
                words.title
            ));
        }
        Ok(())
    }
}

/// Why nobody can tell whether something is kept, if so. Where there is no keychain, nothing is kept in it.
fn unknown(list: &CredentialList) -> Option<&Failure> {
    let failures = list.unreadable.iter().map(|(_, failure)| failure);
    failures.filter(|_| list.kept.is_empty()).find(|failure| failure.code != Code::KeychainUnavailable)
}

fn line(list: &CredentialList) -> serde_json::Value {
    let kept =
        list.kept.iter().map(|kept| json!({ "site": kept.site, "type": kept.kind, "store": kept.store }));
    let unreadable =
        list.unreadable.iter().map(|(store, failure)| json!({ "store": store, "code": failure.code }));
    json!({
        "event": "credentials",
        "credentials": kept.collect::<Vec<_>>(),
        "unreadable": unreadable.collect::<Vec<_>>(),
    })
}

fn nothing(context: &Context, site: Option<&SiteName>) {
    let program = &context.program;
    let Some(name) = site else {
        context.out.line("No password is kept yet. To keep one:");
        return context.out.line(&format!("  {program} credential configure NAME"));
    };
    let shown = quoted(name.as_str());
    context.out.line(&format!("No password is kept for {shown}. To keep one:"));
    context.out.line(&format!("  {program} credential configure {shown}"));
    context.out.line(&format!("Or set the environment variable {}.", variable(name)));
}

fn rows(kept: &[KeptCredential], values: Option<Vec<String>>) -> Vec<String> {
    let mut rows = vec![["Site", "Kind", "Store"].map(str::to_owned).to_vec()];
    for kept in kept {
        rows.push(vec![
            inline(kept.site.as_str()),
            what(kept.kind).to_owned(),
            kept.store.as_str().to_owned(),
        ]);
    }
    for (row, value) in
        rows.iter_mut().zip(values.into_iter().flat_map(|v| ["Value".to_owned()].into_iter().chain(v)))
    {
        row.push(value);
    }
    table(&rows, &[])
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), letters.as_str()))
}

#[cfg(test)]
mod tests {
    use slipway_core::{CredentialType, StoreKind};

    use super::*;

    #[test]
    fn values_stay_hidden_unless_asked_for() {
        let kept =
            |site: &str, kind, store| KeptCredential { site: SiteName::new(site).unwrap(), kind, store };
        let list = [
            kept("blog", CredentialType::FtpUsername, StoreKind::File),
            kept("shop", CredentialType::FtpPassword, StoreKind::Keychain),
        ];
        let text = ["Site  Kind       Store", "blog  user name  file", "shop  password   keychain"];
        assert_eq!(rows(&list, None), text);
        let shown = rows(&list, Some(vec!["anna".into(), "pw".into()]));
        assert_eq!(shown[0], "Site  Kind       Store     Value");
        assert_eq!(shown[2], "shop  password   keychain  pw");
        let mut list = CredentialList {
            kept: list.to_vec(),
            unreadable: vec![(StoreKind::File, Failure::new(Code::CredentialsKeyMissing, "x"))],
        };
        let json = line(&list);
        assert_eq!(
            json["credentials"][1],
            json!({ "site": "shop", "type": "ftp_password", "store": "keychain" })
        );
        assert_eq!(json["unreadable"][0], json!({ "store": "file", "code": "credentials_key_missing" }));
        assert!(unknown(&list).is_none());
        list.kept.clear();
        assert_eq!(unknown(&list).unwrap().code, Code::CredentialsKeyMissing);
        list.unreadable[0].1.code = Code::KeychainUnavailable;
        assert!(unknown(&list).is_none());
    }
}
