//! A site: a folder on this computer, and where on a server it is published.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::credential::StoreKind;
use crate::digest::Sha256;
use crate::path::{PathError, RemoteDir, RemotePath};
use crate::run::PipelineStep;

/// The most connections that a site may use at once.
pub const MOST_CONNECTIONS: u8 = 16;

/// How one speaks to the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// FTP with `AUTH TLS` before anything is said (explicit FTPS, RFC 4217). Never falls back to FTP.
    #[default]
    Ftps,
    /// TLS from the first byte, usually on port 990 (implicit FTPS).
    FtpsImplicit,
    /// Unencrypted FTP (RFC 959).
    Ftp,
}

impl Protocol {
    /// The port that servers use unless told otherwise.
    pub fn default_port(self) -> u16 {
        if self == Self::FtpsImplicit { 990 } else { 21 }
    }
}

/// How a local file is found to have changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Compare {
    /// By size and time of change; only files where one differs are read.
    #[default]
    Modified,
    /// By content: every file is read.
    Checksum,
}

/// How often, and after which pauses, what can pass is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct Retry {
    /// Tries in all, at least 1.
    pub attempts: u32,
    /// The first pause in milliseconds; each further one is twice as long.
    pub first_wait_ms: u64,
    /// No pause is longer than this, in milliseconds.
    pub longest_wait_ms: u64,
}

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: 5, first_wait_ms: 1_000, longest_wait_ms: 30_000 }
    }
}

/// How much of what was published is kept on this computer, so that it can be put back. The version that is online is kept,
/// however large it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct KeptVersions {
    /// Different versions, with the one that is online; at least 1.
    pub number: u32,
    /// Bytes of all of them together; at least 1.
    pub bytes: u64,
}

impl Default for KeptVersions {
    fn default() -> Self {
        Self { number: 5, bytes: 2_000_000_000 }
    }
}

/// A folder that is published, where a site has several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct Source {
    /// The folder on this computer; a relative one is below the site's folder.
    pub folder: PathBuf,
    /// The folder below the publish folder that its content goes to; without it, straight into the publish folder.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub at: Option<RemotePath>,
}

/// How a site is made before it is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct Build {
    /// Command lines for the system's shell, run one after the other in the site's folder.
    pub commands: Vec<String>,
    /// The folder that they make, which is published in the place of the site's folder; a relative one is below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<PathBuf>,
    /// The longest that all commands together may take, in seconds.
    #[serde(default = "default_build_timeout")]
    #[ts(as = "Option<_>")]
    pub timeout_seconds: u32,
    /// Further environment variables. Values may hold references (`${cred:…}`), which are looked up when the
    /// commands are run; here they are as they were written.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[ts(as = "Option<_>")]
    pub environment: BTreeMap<String, String>,
}

impl Build {
    /// These commands, with all that can be left to its default.
    pub fn new(commands: Vec<String>) -> Self {
        let timeout_seconds = default_build_timeout();
        Self { commands, output: None, timeout_seconds, environment: BTreeMap::new() }
    }
}

fn default_build_timeout() -> u32 {
    1_800
}

/// How a site is brought down from its server before it is built.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct Pull {
    /// The folder it is brought down into; a relative one is below the site's folder. Without it, the site's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<PathBuf>,
}

/// A site's name: what the command and the app call it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct SiteName(String);

impl SiteName {
    /// Checks a name: 1 to 64 characters, no control characters, no white space around it, no leading dash.
    pub fn new(name: &str) -> Result<Self, SiteError> {
        let odd = name.is_empty()
            || name.chars().count() > 64
            || name.trim() != name
            || name.starts_with('-')
            || name.chars().any(|c| c.is_control() || matches!(c, '/' | '\\'));
        if odd { Err(SiteError::Name(name.escape_debug().to_string())) } else { Ok(Self(name.to_owned())) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name in environment variables: upper case, `_` for all that is not a letter or digit of ASCII.
    pub fn in_environment(&self) -> String {
        self.0.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
    }
}

impl fmt::Display for SiteName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SiteName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl TryFrom<String> for SiteName {
    type Error = SiteError;
    fn try_from(name: String) -> Result<Self, SiteError> {
        Self::new(&name)
    }
}

impl From<SiteName> for String {
    fn from(name: SiteName) -> String {
        name.0
    }
}

/// What is wrong with a site's settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SiteError {
    /// The name can't be used.
    #[error("\"{0}\" can't be a site's name: 1 to 64 characters, no slash, no line break, no dash in front")]
    Name(String),
    /// The host is empty or holds what no host name holds.
    #[error("\"{0}\" is not the address of a server; give its name alone, such as ftp.example.com")]
    Host(String),
    /// The user name is empty or holds a line break.
    #[error("the user name is empty or holds a line break")]
    User,
    /// The folder on the server can't be used.
    #[error("the folder on the server {0}")]
    RemoteDir(PathError),
    /// Outside 1 to [`MOST_CONNECTIONS`].
    #[error("{0} connections: choose 1 to {MOST_CONNECTIONS}")]
    Connections(u8),
    /// A limit of 0 would never send anything.
    #[error("the bandwidth limit is 0; leave it out for no limit")]
    Limit,
    /// The version that is online is one, and has a byte at least.
    #[error("the number of versions to keep, and the space for them, must be at least 1")]
    KeptVersions,
    /// No tries, or no time.
    #[error("the number of attempts and the time-out must be at least 1")]
    Patience,
    /// Only `http://` and `https://` addresses can be looked at.
    #[error("\"{0}\" is not a web address; it begins with http:// or https://")]
    WebUrl(String),
    /// An exclude pattern that can't be understood.
    #[error("the pattern \"{0}\" can't be understood")]
    Exclude(String),
    /// A build without a command, or with one that holds a NUL.
    #[error("the build has no command, or one that is empty")]
    BuildCommand,
    /// The name of an environment variable is empty or holds `=` or a NUL.
    #[error("\"{0}\" can't be the name of an environment variable")]
    Variable(String),
    /// Both say what is published.
    #[error(
        "both the build's output folder and sources are given; name the output folder as one of the sources"
    )]
    OutputAndSources,
}

/// A folder on this computer, and where on a server it is published. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct Site {
    /// What it is called.
    pub name: SiteName,
    /// The folder on this computer.
    pub folder: PathBuf,
    /// The server's host name or address.
    pub host: String,
    /// The server's port; the protocol's own unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The user name at the server.
    pub user: String,
    /// How one speaks to the server.
    #[serde(default)]
    pub protocol: Protocol,
    /// The publish folder on the server.
    #[serde(default)]
    pub remote_dir: RemoteDir,
    /// Where visitors see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_url: Option<String>,
    /// Connections at once, 1 to [`MOST_CONNECTIONS`].
    #[serde(default = "default_connections")]
    pub connections: u8,
    /// Bytes a second over all connections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// How changed files are found.
    #[serde(default)]
    #[ts(as = "Option<_>")]
    pub compare: Compare,
    /// What is left out, as in `.gitignore`; `!pattern` takes something back in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<_>")]
    pub exclude: Vec<String>,
    /// The certificate that is trusted although the system does not know it: SHA-256 of its DER form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trusted_certificate: Option<Sha256>,
    /// How often what can pass is tried again.
    #[serde(default)]
    #[ts(as = "Option<_>")]
    pub retry: Retry,
    /// The longest wait for an answer of the server, in seconds.
    #[serde(default = "default_timeout")]
    #[ts(as = "Option<_>")]
    pub timeout_seconds: u32,
    /// The only place that its credentials are looked up in. Without it: environment variables, then the place
    /// that was chosen for all sites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<StoreKind>,
    /// The folders that are published, where it is not `folder` itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<_>")]
    pub sources: Vec<Source>,
    /// How it is brought down before it is built; without it that step is not one of its steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull: Option<Pull>,
    /// How it is made before it is published; without it that step is not one of its steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<Build>,
    /// What a purge leaves on the server, as in `.gitignore`, beyond [`ALWAYS_KEPT`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<_>")]
    pub keep: Vec<String>,
    /// How much of what was published is kept on this computer.
    #[serde(default)]
    #[ts(as = "Option<_>")]
    pub versions: KeptVersions,
}

/// What a purge never removes: what hosts put there and certificates need.
pub const ALWAYS_KEPT: [&str; 2] = [".well-known", ".htaccess"];

fn default_connections() -> u8 {
    8
}

fn default_timeout() -> u32 {
    30
}

impl Site {
    /// A site with all that can be left to its default.
    pub fn new(name: SiteName, folder: PathBuf, host: &str, user: &str) -> Self {
        Self {
            name,
            folder,
            host: host.to_owned(),
            port: None,
            user: user.to_owned(),
            protocol: Protocol::default(),
            remote_dir: RemoteDir::default(),
            web_url: None,
            connections: default_connections(),
            limit: None,
            compare: Compare::default(),
            exclude: Vec::new(),
            trusted_certificate: None,
            retry: Retry::default(),
            timeout_seconds: default_timeout(),
            credentials: None,
            sources: Vec::new(),
            pull: None,
            build: None,
            keep: Vec::new(),
            versions: KeptVersions::default(),
        }
    }

    /// The folders on this computer that are published, each with the folder below the publish folder that it goes
    /// to.
    pub fn source_folders(&self) -> Vec<(PathBuf, RemotePath)> {
        if self.sources.is_empty() {
            let output = self.build.as_ref().and_then(|build| build.output.as_ref());
            let folder = output.map_or_else(|| self.folder.clone(), |output| self.folder.join(output));
            return vec![(folder, RemotePath::root())];
        }
        let place = |source: &Source| source.at.clone().unwrap_or_else(RemotePath::root);
        self.sources.iter().map(|source| (self.folder.join(&source.folder), place(source))).collect()
    }

    /// The folder that a pull brings the site down into.
    pub fn pull_folder(&self) -> PathBuf {
        let into = self.pull.as_ref().and_then(|pull| pull.into.as_ref());
        into.map_or_else(|| self.folder.clone(), |into| self.folder.join(into))
    }

    /// The steps that the site defines, in their order.
    pub fn steps(&self) -> Vec<PipelineStep> {
        let pull = self.pull.is_some().then_some(PipelineStep::Pull);
        let build = self.build.is_some().then_some(PipelineStep::Build);
        pull.into_iter().chain(build).chain([PipelineStep::Publish]).collect()
    }

    /// The port that is connected to.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(self.protocol.default_port())
    }

    /// Checks all that can be checked without looking at a disk or a server.
    pub fn validate(&self) -> Result<(), SiteError> {
        let host_ok = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '/' | '@' | '\\');
        if self.host.is_empty() || !self.host.chars().all(host_ok) {
            return Err(SiteError::Host(self.host.escape_debug().to_string()));
        }
        if self.user.is_empty() || self.user.chars().any(char::is_control) {
            return Err(SiteError::User);
        }
        if !(1..=MOST_CONNECTIONS).contains(&self.connections) {
            return Err(SiteError::Connections(self.connections));
        }
        if self.limit == Some(0) {
            return Err(SiteError::Limit);
        }
        if self.retry.attempts == 0 || self.timeout_seconds == 0 {
            return Err(SiteError::Patience);
        }
        if self.versions.number == 0 || self.versions.bytes == 0 {
            return Err(SiteError::KeptVersions);
        }
        if let Some(build) = &self.build {
            check_build(build)?;
            if build.output.is_some() && !self.sources.is_empty() {
                return Err(SiteError::OutputAndSources);
            }
        }
        match &self.web_url {
            Some(url) if !is_web_address(url) => Err(SiteError::WebUrl(url.escape_debug().to_string())),
            _ => Ok(()),
        }
    }
}

fn check_build(build: &Build) -> Result<(), SiteError> {
    let empty = |command: &String| command.trim().is_empty() || command.contains('\0');
    if build.commands.is_empty() || build.commands.iter().any(empty) {
        return Err(SiteError::BuildCommand);
    }
    if build.timeout_seconds == 0 {
        return Err(SiteError::Patience);
    }
    let odd = |name: &&String| name.is_empty() || name.contains(['=', '\0']);
    match build.environment.keys().find(odd) {
        Some(name) => Err(SiteError::Variable(name.escape_debug().to_string())),
        None => Ok(()),
    }
}

fn is_web_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !rest.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        Site::new(SiteName::new("my shop").unwrap(), "/home/a/shop".into(), "ftp.example.com", "anna")
    }

    #[test]
    fn the_name_in_the_environment() {
        assert_eq!(SiteName::new("my-shop 2.é").unwrap().in_environment(), "MY_SHOP_2__");
    }

    #[test]
    fn odd_settings_are_named() {
        assert_eq!(site().validate(), Ok(()));
        for (change, error) in [
            ((|s: &mut Site| s.host = "ftp://x".into()) as fn(&mut Site), SiteError::Host("ftp://x".into())),
            (|s| s.user = "a\r\nDELE x".into(), SiteError::User),
            (|s| s.connections = 17, SiteError::Connections(17)),
            (|s| s.limit = Some(0), SiteError::Limit),
            (|s| s.timeout_seconds = 0, SiteError::Patience),
            (|s| s.versions.number = 0, SiteError::KeptVersions),
            (|s| s.versions.bytes = 0, SiteError::KeptVersions),
            (|s| s.build = Some(Build::new(vec![" ".into()])), SiteError::BuildCommand),
            (|s| s.web_url = Some("javascript:1".into()), SiteError::WebUrl("javascript:1".into())),
        ] {
            let mut site = site();
            change(&mut site);
            assert_eq!(site.validate(), Err(error));
        }
        assert!(SiteName::new("-x").is_err() && SiteName::new("").is_err() && SiteName::new("a\nb").is_err());
    }

    #[test]
    fn what_is_published_and_pulled() {
        let mut site = site();
        assert_eq!(site.source_folders(), [("/home/a/shop".into(), RemotePath::root())]);
        assert_eq!(site.pull_folder(), PathBuf::from("/home/a/shop"));
        assert_eq!(site.steps(), [PipelineStep::Publish]);
        site.build = Some(Build { output: Some("dist".into()), ..Build::new(vec!["make".into()]) });
        site.pull = Some(Pull { into: Some("content".into()) });
        assert_eq!(site.source_folders(), [("/home/a/shop/dist".into(), RemotePath::root())]);
        assert_eq!(site.pull_folder(), PathBuf::from("/home/a/shop/content"));
        assert_eq!(site.steps(), PipelineStep::ALL);
        let blog = RemotePath::new("blog").unwrap();
        site.sources = vec![
            Source { folder: "main".into(), at: None },
            Source { folder: "/srv/blog".into(), at: Some(blog.clone()) },
        ];
        assert_eq!(site.validate(), Err(SiteError::OutputAndSources));
        let folders = [("/home/a/shop/main".into(), RemotePath::root()), ("/srv/blog".into(), blog)];
        assert_eq!(site.source_folders(), folders);
        let json = serde_json::to_string(&site).unwrap();
        assert_eq!(serde_json::from_str::<Site>(&json).unwrap(), site);
    }

    #[test]
    fn comes_back_from_json_as_it_was() {
        let mut site = site();
        site.remote_dir = RemoteDir::new("/public_html").unwrap();
        site.trusted_certificate = Some(Sha256([7; 32]));
        let json = serde_json::to_string(&site).unwrap();
        assert_eq!(serde_json::from_str::<Site>(&json).unwrap(), site);
        let short = r#"{"name":"a","folder":"/a","host":"h","user":"u"}"#;
        assert_eq!(serde_json::from_str::<Site>(short).unwrap().connections, 8);
        assert!(
            serde_json::from_str::<Site>(r#"{"name":"a","folder":"/a","host":"h","user":"u","x":1}"#)
                .is_err()
        );
    }
}
