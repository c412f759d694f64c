//! The options that a site is described with, the same when it is added and when it is changed.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use slipway_core::site::MOST_CONNECTIONS;
use slipway_core::{Code, Failure, RemoteDir, Sha256, Site, StoreKind};

use crate::args::{CompareArg, ProtocolArg, rate, space};

/// What can be said of a site beyond its folder, host and user.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct SiteOptions {
    /// How to speak to the server [without this: ftps].
    #[arg(long, value_name = "HOW", help_heading = "The server")]
    protocol: Option<ProtocolArg>,
    /// The server's port [without this: 21; with ftps-implicit: 990].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), help_heading = "The server")]
    port: Option<u16>,
    /// The folder on the server that visitors see, such as public_html [without this: the one you are in after
    /// logging in].
    #[arg(long, value_name = "DIR", help_heading = "The server")]
    remote_dir: Option<String>,
    /// Trust the server's certificate with this SHA-256 fingerprint, although nobody vouches for it.
    #[arg(long, value_name = "SHA256", help_heading = "The server")]
    trust_cert: Option<Sha256>,
    /// Read the password from the first line of standard input.
    #[arg(long, help_heading = "The server")]
    pub(super) password_stdin: bool,
    /// Where its password is kept, and nowhere else [without this: any].
    #[arg(long, value_name = "STORE", help_heading = "The server")]
    credentials: Option<KeptArg>,
    /// Where visitors see the website; the address begins with https:// or http://.
    #[arg(long, value_name = "URL", help_heading = "The website")]
    web_url: Option<String>,
    /// Files to leave out, such as '*.psd' or drafts/, as in .gitignore; '!keep.psd' takes one back in. Can be given
    /// several times.
    #[arg(long, value_name = "GLOB", help_heading = "The website")]
    exclude: Vec<String>,
    /// Files on the server that 'publish --purge' leaves alone, such as 'stats/', as in .gitignore. Can be given
    /// several times.
    #[arg(long, value_name = "GLOB", help_heading = "The website")]
    keep: Vec<String>,
    /// How changed files are found [without this: modified].
    #[arg(long, value_name = "HOW", help_heading = "The website")]
    compare: Option<CompareArg>,
    /// Keep so many versions on this computer, with the one that is online, so that they can be put back [without this: 5].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "What is kept here")]
    keep_versions: Option<u32>,
    /// Keep no more than this of them, such as 500M or 2G; the version that is online is kept in any case [without this: 2G].
    #[arg(long, value_name = "SIZE", value_parser = space, help_heading = "What is kept here")]
    keep_versions_size: Option<u64>,
    /// Connections at once, 1 to 16 [without this: 8].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=i64::from(MOST_CONNECTIONS)),
        help_heading = "How it is sent")]
    connections: Option<u8>,
    /// Send no faster than this: 500k or 2M bytes a second [without this: as fast as it goes].
    #[arg(long, value_name = "RATE", value_parser = rate, help_heading = "How it is sent")]
    limit: Option<u64>,
    /// Wait at most so many seconds for an answer of the server [without this: 30].
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..),
        help_heading = "How it is sent")]
    timeout: Option<u32>,
    /// Try so many times when something passes wrong [without this: 5].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..),
        help_heading = "How it is sent")]
    attempts: Option<u32>,
}

impl SiteOptions {
    /// Puts what was given into the site; the rest stays.
    pub(super) fn apply(self, site: &mut Site) -> Result<(), Failure> {
        fn set<T>(place: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *place = value;
            }
        }
        if let Some(dir) = self.remote_dir {
            site.remote_dir = RemoteDir::new(&dir).map_err(|error| {
                let error = slipway_core::SiteError::RemoteDir(error);
                Failure::new(Code::ConfigurationInvalid, error)
            })?;
        }
        set(&mut site.protocol, self.protocol.map(Into::into));
        set(&mut site.compare, self.compare.map(Into::into));
        set(&mut site.connections, self.connections);
        set(&mut site.timeout_seconds, self.timeout);
        set(&mut site.retry.attempts, self.attempts);
        set(&mut site.versions.number, self.keep_versions);
        set(&mut site.versions.bytes, self.keep_versions_size);
        site.port = self.port.or(site.port);
        site.web_url = self.web_url.or(site.web_url.take());
        site.limit = self.limit.or(site.limit);
        site.trusted_certificate = self.trust_cert.or(site.trusted_certificate);
        if !self.exclude.is_empty() {
            site.exclude = self.exclude;
        }
        if !self.keep.is_empty() {
            site.keep = self.keep.into_iter().filter(|pattern| !pattern.is_empty()).collect();
        }
        if let Some(kept) = self.credentials {
            site.credentials = kept.into();
        }
        Ok(())
    }
}

/// Where a site's password is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KeptArg {
    /// Environment variables, then the place that was chosen for all sites.
    Any,
    /// This computer's keychain only.
    Keychain,
    /// The encrypted file only.
    File,
    /// Environment variables only.
    Env,
}

impl From<KeptArg> for Option<StoreKind> {
    fn from(kept: KeptArg) -> Self {
        match kept {
            KeptArg::Any => None,
            KeptArg::Keychain => Some(StoreKind::Keychain),
            KeptArg::File => Some(StoreKind::File),
            KeptArg::Env => Some(StoreKind::Environment),
        }
    }
}

/// The folder with all that leads to it, if it is there.
pub(super) fn local_folder(folder: &Path) -> Result<PathBuf, Failure> {
    let missing = |reason: &dyn std::fmt::Display| {
        Failure::new(Code::LocalFolderMissing, reason).about(folder.display())
    };
    let folder = std::path::absolute(folder).map_err(|error| missing(&error))?;
    match folder.metadata() {
        Ok(found) if found.is_dir() => Ok(folder),
        Ok(_) => Err(missing(&"not a folder").about(folder.display())),
        Err(error) => Err(missing(&error).about(folder.display())),
    }
}
