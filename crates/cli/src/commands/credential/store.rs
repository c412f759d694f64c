//! `slipway credential store`: the places that passwords are kept in.

use clap::{Args, Subcommand};
use serde_json::json;
use slipway_api::StoreStatus;
use slipway_core::{Failure, SiteName, StoreKind};

use super::super::Context;
use super::place;
use crate::args::StoreArg;
use crate::messages::{self, Setting};
use crate::output::inline;
use crate::words::{count, quoted, table};

/// See and choose where passwords are kept.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway credential store list
  slipway credential store use file             keep passwords in an encrypted file from now on
  slipway credential store move keychain file   bring those that are kept already there")]
pub(crate) struct Store {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    List(List),
    Use(Use),
    Move(Move),
}

/// List the places that passwords can be kept in.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  slipway credential store list")]
struct List {}

/// Keep passwords in this place from now on.
///
/// Those that are kept already stay where they are; 'slipway credential store move' brings them along.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  slipway credential store use file")]
struct Use {
    /// The place.
    #[arg(value_name = "STORE")]
    store: StoreArg,
}

/// Bring all passwords from one place to another.
///
/// Each is copied, read back, and removed from where it was only then.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  slipway credential store move keychain file")]
struct Move {
    /// Where they are.
    #[arg(value_name = "FROM")]
    from: StoreArg,
    /// Where they are to be kept.
    #[arg(value_name = "TO")]
    to: StoreArg,
}

impl Store {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self.what {
            What::List(_) => list(context).await,
            What::Use(Use { store }) => choose(context, store.into()).await,
            What::Move(Move { from, to }) => bring(context, from.into(), to.into()).await,
        }
    }
}

async fn list(context: &Context) -> Result<(), Failure> {
    let stores = context.api.credential_stores().await?;
    let line = |s: &StoreStatus| {
        json!({
            "store": s.kind, "description": s.description, "available": s.available.is_ok(),
            "problem": s.available.as_ref().err().map(ToString::to_string), "chosen": s.chosen,
            "writable": s.writable,
        })
    };
    let lines: Vec<_> = stores.iter().map(line).collect();
    context.out.last(&json!({ "event": "credential_stores", "stores": lines }));
    rows(&stores).iter().for_each(|line| context.out.line(line));
    for store in &stores {
        let Err(error) = &store.available else { continue };
        let failure = Failure::new(error.code(), error);
        let title = messages::words(&failure, &Setting::default()).title;
        context.out.line(&format!("\n{}: {title}.", store.kind.as_str()));
        if context.out.verbose() > 0 {
            context.out.line(&inline(&failure.detail));
        }
    }
    Ok(())
}

fn rows(stores: &[StoreStatus]) -> Vec<String> {
    let mut rows = vec![["Store", "", "Works here", "What it is"].map(str::to_owned).to_vec()];
    rows.extend(stores.iter().map(|store| {
        let works = match (&store.available, store.writable) {
            (Err(_), _) => "no",
            (Ok(()), false) => "to read",
            (Ok(()), true) => "yes",
        };
        let chosen = if store.chosen { "in use" } else { "" };
        vec![store.kind.as_str().to_owned(), chosen.to_owned(), works.to_owned(), inline(&store.description)]
    }));
    table(&rows, &[])
}

async fn choose(context: &Context, store: StoreKind) -> Result<(), Failure> {
    context.api.use_credential_store(store).await?;
    context.out.last(&json!({ "event": "credential_store", "store": store }));
    context.out.say(&format!("Passwords are kept in {} from now on.", place(store)));
    context.out.say(&format!(
        "Those that are kept elsewhere stay there. To bring them along:\n  {} credential store move FROM {}",
        context.program,
        store.as_str()
    ));
    Ok(())
}

async fn bring(context: &Context, from: StoreKind, to: StoreKind) -> Result<(), Failure> {
    let sites = context.api.move_credentials(from, to).await?;
    context.out.last(&json!({ "event": "credentials_moved", "from": from, "to": to, "sites": sites }));
    context.out.say(&moved(&sites, from, to));
    Ok(())
}

fn moved(sites: &[SiteName], from: StoreKind, to: StoreKind) -> String {
    let (from, to) = (place(from), place(to));
    if sites.is_empty() {
        return format!("Nothing was kept in {from}.");
    }
    let names: Vec<String> = sites.iter().map(|site| quoted(site.as_str())).collect();
    let of = count(sites.len() as u64, "site", "sites");
    format!("What was kept in {from} for {of} is in {to} now: {}.", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_in_a_table() {
        let status = |kind, chosen, writable| StoreStatus {
            kind,
            description: format!("the {} one", StoreKind::as_str(kind)),
            available: Ok(()),
            chosen,
            writable,
        };
        let stores = [status(StoreKind::Keychain, true, true), status(StoreKind::Environment, false, false)];
        let lines = [
            "Store             Works here  What it is",
            "keychain  in use  yes         the keychain one",
            "env               to read     the env one",
        ];
        assert_eq!(rows(&stores), lines);
    }

    #[test]
    fn says_what_was_moved() {
        let (from, to) = (StoreKind::Keychain, StoreKind::File);
        assert_eq!(moved(&[], from, to), "Nothing was kept in this computer's keychain.");
        let sites = [SiteName::new("my shop").unwrap()];
        let text = moved(&sites, from, to);
        assert!(text.ends_with("for 1 site is in Slipway's encrypted file now: 'my shop'."), "{text}");
    }
}
