//! The project file, `slipway.json`: sites, and what they have in common, in a file that teams and servers share.
//! It says where passwords are, and never holds one. Loading looks nothing up; references are looked up when a site
//! is asked for. Knows nothing of the sites that are kept in the data folder.

mod check;
mod keys;
mod problem;
mod reference;
mod resolve;
#[cfg(test)]
mod schema_tests;
mod show;
mod starter;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod tree;
#[cfg(test)]
mod wrong_tests;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf, absolute};

use secrecy::SecretString;
use slipway_core::{Site, SiteName, StoreKind};

pub use problem::{Problem, ProblemKind};
pub use reference::{ReferenceError, References, expand_secret};
pub use show::{Shown, Source};
pub use starter::{PROJECT_FILE, SCHEMA_FILE, schema, starter, write_starter};

use problem::{Place, Report, nearest};
use resolve::Resolver;
use tree::Node;

/// The largest file that is read, in bytes: one that is larger is something else, named by mistake.
const LARGEST: u64 = 1 << 20;

/// A project file that was read and found right as far as can be told without looking anything up.
#[derive(Debug)]
pub struct Project {
    file: PathBuf,
    folder: PathBuf,
    /// Of the object that holds the sites.
    place: Place,
    /// Each site's values over the defaults, by name.
    sites: Vec<(SiteName, Node)>,
    workspaces: Option<Node>,
    logging: Logging,
}

/// What the file says of logs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logging {
    /// How much is written down.
    pub level: Option<tracing::Level>,
    /// How many logs of runs are kept for each site.
    pub keep: Option<u32>,
}

impl Project {
    /// Reads a project file.
    ///
    /// # Errors
    /// All that is wrong with syntax, keys, types, values and what is missing, in the order of the file.
    pub fn load(file: &Path) -> Result<Self, Vec<Problem>> {
        let mut report = Report::new(file);
        let project = read(file, &mut report).and_then(|text| Self::parse(file, &text, &mut report));
        report.or(project)
    }

    fn parse(file: &Path, text: &str, report: &mut Report<'_>) -> Option<Self> {
        let tree = tree::parse(text, report)?;
        if !check::check_version(&tree, report) {
            return None;
        }
        check::check_file(&tree, report);
        let workspaces = tree.get("paths").and_then(|paths| paths.get("workspaces")).cloned();
        let mut sites = Vec::new();
        for entry in tree.get("sites").map(Node::entries).unwrap_or_default() {
            // What can't be a name was reported.
            let Ok(name) = SiteName::new(&entry.key) else { continue };
            let node = entry.node.over(tree.get("defaults"));
            check::check_site(&name, &node, workspaces.is_some(), report);
            sites.push((name, node));
        }
        sites.sort_by(|(a, _), (b, _)| a.cmp(b));
        let whole = absolute(file).unwrap_or_else(|_| file.to_owned());
        Some(Self {
            file: file.to_owned(),
            folder: whole.parent().unwrap_or(Path::new("")).to_owned(),
            place: tree.get("sites").unwrap_or(&tree).place,
            sites,
            workspaces,
            logging: Logging::read(tree.get("logging")),
        })
    }

    /// The file, as it was named.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The file's folder, from the root: relative folders in the file begin there.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The sites, by name.
    pub fn names(&self) -> Vec<SiteName> {
        self.sites.iter().map(|(name, _)| name.clone()).collect()
    }

    /// The environment variables that the file takes passwords from.
    pub fn password_variables(&self) -> Vec<String> {
        let passwords = self.sites.iter().filter_map(|(_, node)| node.get("password"));
        let spots = passwords.flat_map(resolve::references);
        let mut names: Vec<String> = spots.filter_map(|spot| spot.reference.into_variable()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// What the file says of logs.
    pub fn logging(&self) -> &Logging {
        &self.logging
    }

    /// A site, with what it refers to looked up; not its password, and the values of its build's environment stay
    /// as they are written ([`expand_secret`] looks them up). Its user name is empty where the file has none: it is
    /// then kept with the password.
    ///
    /// # Errors
    /// [`ProblemKind::NoSuchSite`], or all that can't be looked up or used.
    pub fn site(&self, name: &SiteName, refs: &dyn References) -> Result<Site, Vec<Problem>> {
        let node = self.node(name)?;
        let mut resolver = self.resolver(refs);
        let site = resolver.site(name, node, &self.folder, self.workspaces.as_ref());
        resolver.report.or(site)
    }

    /// The site's password and where it was found, where the file says where it is.
    ///
    /// # Errors
    /// As for [`Project::site`].
    pub fn password(
        &self,
        name: &SiteName,
        refs: &dyn References,
    ) -> Result<Option<(SecretString, StoreKind)>, Vec<Problem>> {
        let node = self.node(name)?;
        let mut resolver = self.resolver(refs);
        let password = resolver.password(node);
        resolver.report.or(Some(password))
    }

    /// The only store that the site names for its credentials. Nothing else of it is looked up, so that what it
    /// refers to can be kept there first.
    ///
    /// # Errors
    /// As for [`Project::site`].
    pub fn credentials(
        &self,
        name: &SiteName,
        refs: &dyn References,
    ) -> Result<Option<StoreKind>, Vec<Problem>> {
        let node = self.node(name)?;
        let mut resolver = self.resolver(refs);
        let store = resolver.credentials(node);
        resolver.report.or(Some(store))
    }

    /// All that can't be looked up or used, of all sites, in the order of the file; also in the environment of
    /// builds. Nothing, if all is well.
    pub fn check(&self, refs: &dyn References) -> Vec<Problem> {
        let mut report = Report::new(&self.file);
        for (name, node) in &self.sites {
            let mut resolver = self.resolver(refs);
            resolver.site(name, node, &self.folder, self.workspaces.as_ref());
            resolver.password(node);
            resolver.environment(node);
            report.take(resolver.report.into_problems());
        }
        report.into_problems()
    }

    /// Each setting of a site and where it comes from, in the order of the documentation. What refers to
    /// credentials is shown as it is written, and so is the environment of the build; the password is not looked up.
    ///
    /// # Errors
    /// As for [`Project::site`].
    pub fn show(&self, name: &SiteName, refs: &dyn References) -> Result<Vec<Shown>, Vec<Problem>> {
        let node = self.node(name)?;
        let mut resolver = self.resolver(refs);
        let site = resolver.site(name, node, &self.folder, self.workspaces.as_ref());
        resolver.report.or(site).map(|site| show::show(&site, node, self.workspaces.as_ref()))
    }

    fn node(&self, name: &SiteName) -> Result<&Node, Vec<Problem>> {
        let found = self.sites.iter().find(|(other, _)| other == name).map(|(_, node)| node);
        found.ok_or_else(|| {
            let nearest = nearest(name.as_str(), self.sites.iter().map(|(name, _)| name.as_str()));
            let mut report = Report::new(&self.file);
            report.add(self.place, ProblemKind::NoSuchSite { name: name.clone(), nearest });
            report.into_problems()
        })
    }

    fn resolver<'a>(&'a self, refs: &'a dyn References) -> Resolver<'a, 'a> {
        Resolver { refs, report: Report::new(&self.file) }
    }
}

impl Logging {
    fn read(node: Option<&Node>) -> Self {
        let get = |key| node.and_then(|node| node.get(key)).map(|node| &node.value);
        let level = match get("level") {
            Some(tree::Value::Text(level)) => level.text.parse().ok(),
            _ => None,
        };
        let keep = match get("keep") {
            Some(tree::Value::Number(keep)) => keep.parse().ok(),
            _ => None,
        };
        Self { level, keep }
    }
}

fn read(file: &Path, report: &mut Report<'_>) -> Option<String> {
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    let refuse = |report: &mut Report<'_>, why: String| {
        report.add(Place::WHOLE_FILE, ProblemKind::Unreadable(why));
        None
    };
    match read {
        Err(error) => refuse(report, error.to_string()),
        Ok(length) if length as u64 > LARGEST => refuse(report, format!("it is larger than {LARGEST} bytes")),
        Ok(_) => match String::from_utf8(bytes) {
            Ok(text) => Some(text),
            Err(_) => refuse(report, "it is not UTF-8 text".into()),
        },
    }
}
