//! Where the sites come from: the list in the data folder, or a project file.

use std::ffi::OsString;
use std::path::Path;

use secrecy::SecretString;
use slipway_core::{Code, CredentialType, Failure, Site, SiteName, StoreKind};
use slipway_store::project::{Problem, Project, References, Shown};
use slipway_store::{Sites, StoreError};

use crate::run_log::KEPT;
use crate::{Slipway, stored};

pub use slipway_store::project::Problem as ProjectProblem;

/// Where the sites come from.
pub(crate) enum Catalog {
    /// The list in the data folder, which Slipway changes.
    Sites(Sites),
    /// A project file, which people change.
    Project(Box<Project>),
}

impl Catalog {
    pub(crate) fn project(file: &Path) -> Result<Self, Failure> {
        Project::load(file).map(|project| Self::Project(Box::new(project))).map_err(problems)
    }
}

impl Slipway {
    /// The project file that describes the sites, if one does.
    pub fn project_file(&self) -> Option<&Path> {
        match &*self.catalog {
            Catalog::Sites(_) => None,
            Catalog::Project(project) => Some(project.file()),
        }
    }

    /// How much the project file wants written to the log, if it says so.
    pub fn log_level(&self) -> Option<tracing::Level> {
        match &*self.catalog {
            Catalog::Sites(_) => None,
            Catalog::Project(project) => project.logging().level,
        }
    }

    /// The environment variables that passwords are taken from, besides Slipway's own.
    pub(crate) fn password_variables(&self) -> Vec<String> {
        match &*self.catalog {
            Catalog::Sites(_) => Vec::new(),
            Catalog::Project(project) => project.password_variables(),
        }
    }

    /// How many logs of runs are kept for each site.
    pub(crate) fn kept_logs(&self) -> usize {
        let keep = match &*self.catalog {
            Catalog::Sites(_) => None,
            Catalog::Project(project) => project.logging().keep,
        };
        keep.and_then(|keep| keep.try_into().ok()).unwrap_or(KEPT)
    }

    /// Each setting of a site in the project file, with its value and where that comes from. No secret is shown.
    pub async fn show_project_site(&self, name: &SiteName) -> Result<Vec<Shown>, Failure> {
        let name = name.clone();
        self.blocking(move |this| match &*this.catalog {
            Catalog::Sites(_) => Err(Failure::new(
                Code::ConfigurationInvalid,
                "no project file is in use; name one with --config",
            )),
            Catalog::Project(project) => project.show(&name, &Lookup(this)).map_err(problems),
        })
        .await
    }

    /// All that is wrong with the project file in use, references included.
    pub async fn check_project_references(&self) -> Result<Vec<Problem>, Failure> {
        self.blocking(|this| match &*this.catalog {
            Catalog::Sites(_) => Ok(Vec::new()),
            Catalog::Project(project) => Ok(project.check(&Lookup(this))),
        })
        .await
    }

    /// The list of sites, to be changed.
    pub(crate) fn list(&self) -> Result<&Sites, Failure> {
        match &*self.catalog {
            Catalog::Sites(sites) => Ok(sites),
            Catalog::Project(project) => {
                let detail = "the sites of a project file are changed in the file";
                Err(Failure::new(Code::ConfigurationInvalid, detail).about(project.file().display()))
            }
        }
    }

    /// The names of all sites.
    pub(crate) fn names(&self) -> Result<Vec<SiteName>, Failure> {
        match &*self.catalog {
            Catalog::Sites(sites) => {
                Ok(sites.list().map_err(stored)?.into_iter().map(|site| site.name).collect())
            }
            Catalog::Project(project) => Ok(project.names()),
        }
    }

    /// Fails where there is no site of that name.
    pub(crate) fn must_exist(&self, name: &SiteName) -> Result<(), Failure> {
        if self.names()?.contains(name) { Ok(()) } else { Err(stored(StoreError::NotFound(name.clone()))) }
    }

    /// The only place that the site names for its credentials. Looks no password up.
    pub(crate) fn named_store(&self, name: &SiteName) -> Result<Option<StoreKind>, Failure> {
        match &*self.catalog {
            Catalog::Sites(sites) => Ok(sites.get(name).map_err(stored)?.credentials),
            Catalog::Project(project) => project.credentials(name, &Lookup(self)).map_err(problems),
        }
    }

    /// A site with what it refers to looked up, but for its password.
    pub(crate) fn described(&self, name: &SiteName) -> Result<Site, Failure> {
        match &*self.catalog {
            Catalog::Sites(sites) => sites.get(name).map_err(stored),
            Catalog::Project(project) => project.site(name, &Lookup(self)).map_err(problems),
        }
    }

    /// The password that the site's description refers to, and where it was found.
    pub(crate) fn described_password(
        &self,
        name: &SiteName,
    ) -> Result<Option<(SecretString, StoreKind)>, Failure> {
        match &*self.catalog {
            Catalog::Sites(_) => Ok(None),
            Catalog::Project(project) => project.password(name, &Lookup(self)).map_err(problems),
        }
    }
}

/// Looks references up in the environment and in the credential stores. Blocks.
pub(crate) struct Lookup<'a>(pub(crate) &'a Slipway);

impl References for Lookup<'_> {
    fn environment(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name)
    }

    fn credential(&self, site: &SiteName, kind: CredentialType) -> Result<(SecretString, StoreKind), String> {
        let this = self.0;
        let known = this.names().map_err(|failure| failure.detail)?;
        this.credentials.find_one(site, kind, None, &known).map_err(|error| error.to_string())
    }
}

/// All that is wrong with a project file by itself; what its references name is not looked up. Blocks.
pub fn check_project(file: &Path) -> Vec<Problem> {
    Project::load(file).err().unwrap_or_default()
}

fn problems(problems: Vec<Problem>) -> Failure {
    let detail: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let code = problems.first().map_or(Code::ConfigurationInvalid, Problem::code);
    let mut failure = Failure::new(code, detail.join("\n"));
    failure.count = Some(problems.len() as u64).filter(|&count| count > 1);
    failure.path = problems.first().map(|problem| problem.file.display().to_string());
    failure
}
