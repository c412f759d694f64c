//! What the tests of this folder share.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use secrecy::SecretString;
use slipway_core::{CredentialType, SiteName, StoreKind};

use super::reference::References;
use super::{PROJECT_FILE, Problem, Project};

/// A few environment variables, and credentials of the sites "shop" and "my: shop".
pub(super) struct Known;

/// What must never be shown.
pub(super) const SECRET: &str = "s3cr$et";

impl References for Known {
    fn environment(&self, name: &str) -> Option<OsString> {
        let value = match name {
            "HOST" => "ftp.example.com",
            "Program Files(x86)" => "odd name",
            "FTP_USER" => "carla",
            "FTP_PASSWORD" => SECRET,
            "TWO_LINES" => "s3cr$et\r\nDELE x",
            "EMPTY" => "",
            #[cfg(unix)]
            "NOT_UNICODE" => return Some(std::os::unix::ffi::OsStringExt::from_vec(vec![0xff])),
            _ => return None,
        };
        Some(value.into())
    }

    fn credential(&self, site: &SiteName, kind: CredentialType) -> Result<(SecretString, StoreKind), String> {
        match (site.as_str(), kind) {
            ("shop" | "my: shop", CredentialType::FtpPassword) => Ok((SECRET.into(), StoreKind::File)),
            ("shop", CredentialType::FtpUsername) => Ok(("anna".into(), StoreKind::File)),
            _ => Err("nothing is kept for it".into()),
        }
    }
}

/// A project file in a folder of its own.
pub(super) struct Fixture {
    pub(super) folder: tempfile::TempDir,
    pub(super) file: PathBuf,
}

impl Fixture {
    pub(super) fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(PROJECT_FILE);
        fs::write(&file, text).unwrap();
        Self { folder, file }
    }

    pub(super) fn load(&self) -> Project {
        Project::load(&self.file).unwrap_or_else(|problems| panic!("{problems:?}"))
    }

    /// All that is wrong, without the file's name.
    pub(super) fn problems(&self) -> Vec<String> {
        let problems = match Project::load(&self.file) {
            Ok(project) => project.check(&Known),
            Err(problems) => problems,
        };
        let file = self.file.display().to_string();
        let text =
            |problem: &Problem| problem.to_string().strip_prefix(&file).unwrap()[1..].trim().to_owned();
        problems.iter().map(text).collect()
    }
}

pub(super) fn name(name: &str) -> SiteName {
    SiteName::new(name).unwrap()
}

/// Problems of a file with one site that has these further settings.
pub(super) fn problems_with(settings: &str) -> Vec<String> {
    Fixture::new(&format!("{{\"sites\":{{\"shop\":{{\"folder\":\"a\",\"host\":\"h\",\n{settings}\n}}}}}}"))
        .problems()
}

/// A file with all that can be set.
pub(super) const FULL: &str = r#"// Comments are fine.
{
  "$schema": "./slipway.schema.json",
  "version": 1,
  "paths": { "workspaces": "sites/${HOST}" },
  "logging": { "level": "debug", "keep": 20 },
  "defaults": {
    "host": "${env:HOST}", /* so are these */
    "password": "${env:FTP_PASSWORD}",
    "limit": "1.5M",
    "exclude": ["*.map", "drafts"],
    "retry": { "attempts": 3, "first_wait_ms": 10 }, "versions": { "number": 2, "bytes": "1G" },
    "build": { "commands": ["make"], "environment": { "A": "1", "B": "$$2" } },
  },
  "sites": {
    "shop": {
      "folder": "../shop",
      "user": "${cred:shop:ftp_username}",
      "port": 2121,
      "protocol": "ftps-implicit",
      "remote_dir": "www/",
      "web_url": "https://${HOST}/",
      "connections": 4,
      "limit": 800,
      "compare": "checksum",
      "exclude": ["*.psd"],
      "keep": [],
      "trusted_certificate": "AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA",
      "retry": { "attempts": 7 }, "versions": { "number": 9 },
      "timeout_seconds": 9,
      "credentials": "file",
      "sources": [{ "folder": "out" }, { "folder": "img", "as": "assets/img" }],
      "pull": {},
      "build": { "timeout_seconds": 60, "environment": { "B": "${cred:shop:ftp_password}" } },
      "password": "${cred:shop:ftp_password}"
    },
    "blog": {}
  }
}"#;
