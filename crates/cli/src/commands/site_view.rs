//! Sites as they are shown.

use serde::Serialize;
use slipway_core::{Compare, Failure, Protocol, Site, Source, units};

use super::Context;
use super::credential::place;
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
    let exclude = patterns(&site.exclude);
    let none = || "none".to_owned();
    let mut rows = vec![
        ("Folder", inline(&site.folder.to_string_lossy())),
        ("Web address", site.web_url.as_deref().map_or_else(none, inline)),
        ("Left out", if exclude.is_empty() { "only the usual".to_owned() } else { exclude }),
        ("Changes are found", compare.to_owned()),
        ("Server", format!("{}, port {}, {protocol}", inline(&site.host), site.port())),
        ("User name", inline(&site.user)),
        ("Folder there", remote_dir),
        ("Trusted certificate", site.trusted_certificate.map_or_else(none, |sha256| sha256.to_string())),
        ("Connections", site.connections.to_string()),
        ("Limit", site.limit.map_or_else(none, |limit| format!("{}/s", units::bytes(limit)))),
        ("Patience", format!("{} s for an answer, {} tries", site.timeout_seconds, site.retry.attempts)),
        (
            "Kept here",
            format!("{} versions, up to {}", site.versions.number, units::bytes(site.versions.bytes)),
        ),
    ];
    rows.extend(steps(site));
    pairs(rows)
}

/// What was chosen beyond the usual: what happens before a publish, and in a purge.
pub(super) fn steps(site: &Site) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    rows.extend(site.credentials.map(|store| ("Password from", format!("{} only", place(store)))));
    rows.extend(site.sources.iter().map(|source| ("Published folder", published(source))));
    if !site.keep.is_empty() {
        rows.push(("Kept by a purge", patterns(&site.keep)));
    }
    if site.pull.is_some() {
        rows.push(("Brought down into", inline(&site.pull_folder().to_string_lossy())));
    }
    if let Some(build) = &site.build {
        rows.extend(build.commands.iter().map(|command| ("Made with", inline(command))));
        rows.extend(build.output.iter().map(|output| ("What they make", inline(&output.to_string_lossy()))));
        rows.push(("Time for making it", units::duration(f64::from(build.timeout_seconds))));
    }
    rows
}

fn patterns(patterns: &[String]) -> String {
    patterns.iter().map(|pattern| inline(pattern)).collect::<Vec<_>>().join("  ")
}

fn published(source: &Source) -> String {
    let folder = inline(&source.folder.to_string_lossy());
    source.at.as_ref().map_or(folder.clone(), |at| format!("{folder}, as {}", inline(at.as_str())))
}

#[cfg(test)]
mod tests {
    use slipway_core::{Build, Pull, RemotePath, SiteName, StoreKind};

    use super::*;

    #[test]
    fn shows_what_was_chosen_and_nothing_else() {
        let mut site = Site::new(SiteName::new("shop").unwrap(), "/shop".into(), "h", "u");
        let plain = settings(&site).join("\n");
        for label in ["Made with", "Brought down", "Kept by", "Password from", "Published folder"] {
            assert!(!plain.contains(label), "{label} in\n{plain}");
        }
        site.build =
            Some(Build { output: Some("dist".into()), ..Build::new(vec!["npm ci".into(), "make".into()]) });
        site.pull = Some(Pull { into: Some("content".into()) });
        site.keep = vec!["stats/".into(), "*.log".into()];
        site.credentials = Some(StoreKind::File);
        site.sources = vec![Source { folder: "blog".into(), at: Some(RemotePath::new("news").unwrap()) }];
        let text = settings(&site).join("\n");
        for part in [
            "Made with            npm ci\n",
            "Made with            make\n",
            "What they make       dist\n",
            "Time for making it   30 min 0 s",
            "Brought down into    /shop/content\n",
            "Kept by a purge      stats/  *.log\n",
            "Password from        Slipway's encrypted file only\n",
            "Published folder     blog, as news\n",
        ] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
    }
}
