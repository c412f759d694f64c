//! Sites as they are shown.

use serde::Serialize;
use slipway_core::{Compare, Failure, Protocol, Site, units};

use super::Context;
use crate::output::inline;
use crate::words::{pairs, table};

/// A site in a line of JSON.
#[derive(Serialize)]
pub(super) struct SiteLine<'a> {
    event: &'static str,
    #[serde(flatten)]
    site: &'a Site,
}

impl<'a> SiteLine<'a> {
    pub(super) fn new(site: &'a Site) -> Self {
        Self { event: "site", site }
    }
}

/// Shows a site's settings.
pub(super) fn show(context: &Context, site: &Site) {
    context.out.last(&SiteLine::new(site));
    context.out.line(&inline(site.name.as_str()));
    settings(site).iter().for_each(|line| context.out.line(line));
}

/// Shows all sites.
pub(super) async fn list(context: &Context) -> Result<(), Failure> {
    let sites = context.api.sites().await?;
    context.out.last(&serde_json::json!({ "event": "sites", "sites": sites }));
    if sites.is_empty() {
        let program = &context.program;
        context.out.line("There are no sites yet. To add one:");
        context.out.line(&format!("  {program} site add NAME --folder DIR --host HOST --user USER"));
        context.out.line(&format!("To try everything without a hosting company: {program} practice"));
        return Ok(());
    }
    let mut rows = vec![["Site", "Folder", "Server", "Web address"].map(str::to_owned).to_vec()];
    rows.extend(sites.iter().map(|site| {
        let web = site.web_url.as_deref().map(inline).unwrap_or_default();
        vec![inline(site.name.as_str()), inline(&site.folder.to_string_lossy()), inline(&site.host), web]
    }));
    table(&rows, &[]).iter().for_each(|line| context.out.line(line));
    Ok(())
}

fn settings(site: &Site) -> Vec<String> {
    let protocol = match site.protocol {
        Protocol::Ftps => "encrypted (FTPS)",
        Protocol::FtpsImplicit => "encrypted (implicit FTPS)",
        Protocol::Ftp => "not encrypted (FTP)",
    };
    let remote_dir = match site.remote_dir.as_str() {
        "" => "the one you are in after logging in".to_owned(),
        dir => inline(dir),
    };
    let compare = match site.compare {
        Compare::Modified => "by size and time of change",
        Compare::Checksum => "by content",
    };
    let exclude: Vec<String> = site.exclude.iter().map(|pattern| inline(pattern)).collect();
    let none = || "none".to_owned();
    pairs([
        ("Folder", inline(&site.folder.to_string_lossy())),
        ("Web address", site.web_url.as_deref().map_or_else(none, inline)),
        ("Left out", if exclude.is_empty() { "only the usual".to_owned() } else { exclude.join("  ") }),
        ("Changes are found", compare.to_owned()),
        ("Server", format!("{}, port {}, {protocol}", inline(&site.host), site.port())),
        ("User name", inline(&site.user)),
        ("Folder there", remote_dir),
        ("Trusted certificate", site.trusted_certificate.map_or_else(none, |sha256| sha256.to_string())),
        ("Connections", site.connections.to_string()),
        ("Limit", site.limit.map_or_else(none, |limit| format!("{}/s", units::bytes(limit)))),
        ("Patience", format!("{} s for an answer, {} tries", site.timeout_seconds, site.retry.attempts)),
    ])
}
