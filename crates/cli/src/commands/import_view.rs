//! Sites of another program, as they are shown before they are added.

use slipway_api::{ImportKind, Imported, Skipped};
use slipway_core::{Protocol, Site};

use super::import_folders::lacks_folder;
use super::{Context, site_view};
use crate::output::inline;
use crate::words::{count, pairs, quoted};

/// Shows what will be added, and what not.
pub(super) fn show(context: &Context, kind: ImportKind, sites: &[Imported], skipped: &[Skipped]) {
    let program = program(kind);
    context.out.line(&match sites.len() as u64 {
        0 => format!("Nothing can be added from this file of {program}."),
        n => format!("{} of {program} can be added:", count(n, "site", "sites")),
    });
    for imported in sites {
        context.out.line("");
        lines(imported).iter().for_each(|line| context.out.line(line));
    }
    if !skipped.is_empty() {
        context.out.line(&format!("\nLeft out ({})", skipped.len()));
        for Skipped { name, why } in skipped {
            context.out.line(&format!("  {}: {}", inline(name), inline(why)));
        }
    }
    context.out.line("");
}

fn program(kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::Orchestrator => "your publishing program",
        ImportKind::FileZilla => "FileZilla",
        ImportKind::WinScp => "WinSCP",
        ImportKind::Cyberduck => "Cyberduck",
    }
}

fn lines(imported: &Imported) -> Vec<String> {
    let site = &imported.site;
    let protocol = match site.protocol {
        Protocol::Ftps => "encrypted",
        Protocol::FtpsImplicit => "encrypted (implicit FTPS)",
        Protocol::Ftp => "not encrypted",
    };
    let folder =
        if lacks_folder(site) { "not known".to_owned() } else { inline(&site.folder.to_string_lossy()) };
    let password = if imported.password.is_some() { "in the file, will be kept" } else { "not in the file" };
    let mut rows = vec![
        ("Server", format!("{}, port {}, {protocol}", inline(&site.host), site.port())),
        ("User name", inline(&site.user)),
        ("Password", password.to_owned()),
        ("Folder here", folder),
    ];
    let there = site.remote_dir.as_str();
    if !there.is_empty() {
        rows.push(("Folder there", inline(there)));
    }
    rows.extend(site_view::steps(site));
    rows.extend(imported.notes.iter().map(|note| ("Note", inline(note))));
    let mut lines = vec![inline(site.name.as_str())];
    lines.extend(pairs(rows));
    lines
}

/// Why a site can't be added beside these, if so.
pub(super) fn there_already(site: &Site, known: &[Site]) -> Option<String> {
    let form = site.name.in_environment();
    let there = known.iter().find(|there| there.name.in_environment() == form)?;
    Some(format!("there is a site {} already", quoted(there.name.as_str())))
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use slipway_core::SiteName;

    use super::*;

    fn site(name: &str, folder: &str) -> Site {
        Site::new(SiteName::new(name).unwrap(), folder.into(), "ftp.example.com", "anna")
    }

    #[test]
    fn a_password_is_never_shown() {
        let password = Some(SecretString::from("s3cret"));
        let imported = Imported { site: site("shop", "/shop"), password, notes: vec!["a note".into()] };
        let text = lines(&imported).join("\n");
        assert!(text.starts_with("shop\n  Server       ftp.example.com, port 21, encrypted\n"), "{text}");
        assert!(text.contains("in the file, will be kept") && text.contains("a note"), "{text}");
        assert!(!text.contains("s3cret"));
    }

    #[test]
    fn what_cannot_be_added_is_said() {
        let known = [site("my-shop", "/a")];
        assert_eq!(there_already(&site("My.Shop", "/b"), &known).unwrap(), "there is a site my-shop already");
        assert_eq!(there_already(&site("blog", ""), &known), None);
    }
}
