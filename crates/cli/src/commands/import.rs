//! `slipway import`: adds the sites that another program knows.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use serde_json::json;
use slipway_api::{Import as Found, ImportKind, Imported, Skipped};
use slipway_core::{Code, Failure, Site, SiteName};

use super::Context;
use super::import_folders::{Folders, lacks_folder};
use super::import_view::{show, there_already};
use super::password::can_ask;
use crate::words::{count, quoted};

/// Take over sites from another program.
///
/// Reads FileZilla's sitemanager.xml, WinSCP.ini, bookmarks of Cyberduck (.duck), or a config.yaml. Shows what it
/// would add, and asks. Where the file holds passwords, they are kept where Slipway keeps passwords; none is shown.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway import ~/.config/filezilla/sitemanager.xml --dry-run   what would be added
  slipway import WinSCP.ini
  slipway import shop.duck --folder ./website
  slipway import sitemanager.xml --folder shop=./shop --folder 'my blog=./blog'")]
pub(crate) struct Import {
    /// The file of the other program, or a folder of such files.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The folder on this computer that holds the website: of the site of that name, or of the one site that the
    /// file names no folder of. Can be given several times.
    #[arg(long, value_name = "[NAME=]DIR")]
    folder: Vec<OsString>,
    /// Show what would be added, and add nothing.
    #[arg(long)]
    dry_run: bool,
    /// Don't ask.
    #[arg(long)]
    yes: bool,
}

impl Import {
    /// The file and the folders, as they were typed.
    pub(crate) fn as_typed(&self) -> String {
        let folders =
            self.folder.iter().map(|folder| format!(" --folder {}", quoted(&folder.to_string_lossy())));
        format!("{}{}", quoted(&self.file.to_string_lossy()), folders.collect::<String>())
    }

    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let found = context.api.read_import(&self.file).await?;
        let kind = found.kind;
        let plan = plan(context, found, &self.folder).await?;
        show(context, kind, &plan.sites, &plan.skipped);
        if self.dry_run {
            context.out.last(&plan.line(kind));
            return Ok(());
        }
        if !plan.sites.is_empty() && !self.yes {
            if !can_ask() || context.out.is_json() {
                return Err(Failure::new(Code::ConfirmationNeeded, "--yes is missing"));
            }
            let sites = count(plan.sites.len() as u64, "site", "sites");
            context.insist(&format!("Add {sites}?")).await?;
        }
        let done = plan.done(kind);
        add(context, plan.sites).await?;
        context.out.last(&done);
        Ok(())
    }
}

/// What will be added, and what not.
struct Plan {
    sites: Vec<Imported>,
    skipped: Vec<Skipped>,
}

impl Plan {
    fn skip(&mut self, imported: &Imported, why: String) {
        self.skipped.push(Skipped { name: imported.site.name.to_string(), why });
    }

    /// What would be added, in JSON.
    fn line(&self, kind: ImportKind) -> PlanLine<'_> {
        let sites = self.sites.iter().map(|imported| NewSite {
            site: &imported.site,
            password: imported.password.is_some(),
            notes: &imported.notes,
        });
        let sites = sites.collect();
        PlanLine { event: "import_plan", kind: kind.as_str(), sites, skipped: self.skipped() }
    }

    /// What was added, in JSON.
    fn done(&self, kind: ImportKind) -> serde_json::Value {
        let added: Vec<&SiteName> = self.sites.iter().map(|imported| &imported.site.name).collect();
        json!({ "event": "imported", "kind": kind.as_str(), "added": added, "skipped": self.skipped() })
    }

    fn skipped(&self) -> Vec<serde_json::Value> {
        self.skipped.iter().map(|s| json!({ "name": s.name, "why": s.why })).collect()
    }
}

#[derive(Serialize)]
struct PlanLine<'a> {
    event: &'static str,
    kind: &'static str,
    sites: Vec<NewSite<'a>>,
    skipped: Vec<serde_json::Value>,
}

/// A site that would be added. Of its password, only whether there is one.
#[derive(Serialize)]
struct NewSite<'a> {
    #[serde(flatten)]
    site: &'a Site,
    password: bool,
    notes: &'a [String],
}

async fn plan(context: &Context, found: Found, folders: &[OsString]) -> Result<Plan, Failure> {
    let known = context.api.sites().await?;
    let mut plan = Plan { sites: Vec::new(), skipped: found.skipped };
    for imported in found.sites {
        match there_already(&imported.site, &known) {
            Some(why) => plan.skip(&imported, why),
            None => plan.sites.push(imported),
        }
    }
    let given = Folders::give(folders, &mut plan.sites)?;
    for folder in &given.unused {
        context.out.talk(&format!(
            "The folder {} was not used: it is not clear for which site it is.",
            quoted(folder)
        ));
    }
    for imported in std::mem::take(&mut plan.sites) {
        if lacks_folder(&imported.site) {
            plan.skip(&imported, given.needed(&imported.site.name));
        } else {
            plan.sites.push(imported);
        }
    }
    Ok(plan)
}

async fn add(context: &Context, sites: Vec<Imported>) -> Result<(), Failure> {
    let mut first = None;
    for Imported { site, password, .. } in sites {
        let name = quoted(site.name.as_str());
        let words = if password.is_some() { "was added, with its password" } else { "was added" };
        context.api.add_site(site, password).await?;
        context.out.say(&format!("The site {name} {words}."));
        first.get_or_insert(name);
    }
    if let Some(name) = first {
        let program = &context.program;
        context.out.say(&format!("See whether the server can be used:\n  {program} check {name}"));
    }
    Ok(())
}
