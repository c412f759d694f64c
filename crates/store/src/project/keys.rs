//! The keys of the file, once: what is checked, what is shown and the JSON Schema are all made from this table.

use slipway_core::site::MOST_CONNECTIONS;
use slipway_core::units::parse_bytes;
use slipway_core::{RemoteDir, RemotePath, Sha256, Site, SiteError, SiteName};

/// A key of an object.
pub(super) struct Key {
    pub(super) name: &'static str,
    /// Whether the object is of no use without it.
    pub(super) needed: bool,
    pub(super) shape: Shape,
    /// For editors, through the schema, and for whoever forgot it.
    pub(super) about: &'static str,
}

/// What belongs under a key.
pub(super) enum Shape {
    /// A string that is left as it is.
    Literal,
    /// One of a few words, as they are.
    Word(&'static [&'static str]),
    /// One of a few words; may be given by a reference.
    Choice(&'static [&'static str]),
    /// A string that may hold references.
    Text(Kind),
    /// A whole number, from and to.
    Number(u64, u64),
    /// A number of bytes, or a string such as "500k".
    Size,
    List(&'static Shape),
    /// All in one place: what is needed has to be there.
    Object(&'static [Key]),
    /// May be given in part by a site and in part by the defaults.
    Layered(&'static [Key]),
    /// [`SITE`], by itself: keys below it are named from it.
    Site,
    /// Site by site.
    Sites,
    /// Environment variables by name, with references that are left as they are.
    Variables,
}

/// What a string has to be once its references are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Anything.
    Any,
    /// A reference alone.
    Password,
    /// Looked up later.
    Variable,
    Folder,
    Host,
    User,
    RemoteDir,
    RemotePath,
    WebUrl,
    Fingerprint,
    Command,
}

const fn key(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key { name, needed: false, shape, about }
}

const fn needed(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key { name, needed: true, shape, about }
}

const ANY: u64 = u32::MAX as u64;
const PATTERN: Shape = Shape::Text(Kind::Any);
const FOLDER: Shape = Shape::Text(Kind::Folder);

/// The newest version of the file that this Slipway knows.
pub(super) const VERSION: u64 = 1;

pub(super) static FILE: &[Key] = &[
    key("$schema", Shape::Literal, "Where editors find the description of this file."),
    key("version", Shape::Number(1, VERSION), "The version of this format."),
    key("defaults", Shape::Site, "What holds for every site that does not say otherwise."),
    needed("sites", Shape::Sites, "The sites, by name."),
    key("paths", Shape::Object(PATHS), "Folders."),
    key("logging", Shape::Object(LOGGING), "The logs of runs."),
];

static PATHS: &[Key] =
    &[key("workspaces", FOLDER, "The folder that holds a folder for each site; relative to this file's.")];

static LOGGING: &[Key] = &[
    key("level", Shape::Word(&["error", "warn", "info", "debug", "trace"]), "How much is written down."),
    key("keep", Shape::Number(1, ANY), "How many logs of runs are kept for each site."),
];

pub(super) static SITE: &[Key] = &[
    key(
        "folder",
        FOLDER,
        "The site's folder, relative to this file's. Without it: its name below paths.workspaces.",
    ),
    needed("host", Shape::Text(Kind::Host), "The server's host name or address."),
    key("port", Shape::Number(1, u16::MAX as u64), "The server's port. Without it: the protocol's own."),
    key(
        "user",
        Shape::Text(Kind::User),
        "The user name. Without it: the one that is kept with the password.",
    ),
    key("password", Shape::Text(Kind::Password), "Where the password is: one reference, never the password."),
    key(
        "protocol",
        Shape::Choice(&["ftps", "ftps-implicit", "ftp"]),
        "FTP with TLS, TLS from the start, or plain.",
    ),
    key("remote_dir", Shape::Text(Kind::RemoteDir), "The publish folder on the server."),
    key("web_url", Shape::Text(Kind::WebUrl), "Where visitors see the site."),
    key("connections", Shape::Number(1, MOST_CONNECTIONS as u64), "Connections at once."),
    key("limit", Shape::Size, "Bytes a second over all connections: a number, or a string such as \"500k\"."),
    key("compare", Shape::Choice(&["modified", "checksum"]), "How changed files are found."),
    key("exclude", Shape::List(&PATTERN), "What is left out, as in .gitignore."),
    key("keep", Shape::List(&PATTERN), "What a purge leaves on the server, as in .gitignore."),
    key("trusted_certificate", Shape::Text(Kind::Fingerprint), "SHA-256 of a certificate that is trusted."),
    key("retry", Shape::Layered(RETRY), "How often what can pass is tried again."),
    key("timeout_seconds", Shape::Number(1, ANY), "The longest wait for an answer of the server."),
    key(
        "credentials",
        Shape::Choice(&["keychain", "file", "env"]),
        "The only place credentials are looked up in.",
    ),
    key(
        "sources",
        Shape::List(&Shape::Object(SOURCE)),
        "The folders that are published, where there are several.",
    ),
    key("pull", Shape::Layered(PULL), "The site is brought down before it is built."),
    key("build", Shape::Layered(BUILD), "The site is made by commands before it is published."),
    key(
        "versions",
        Shape::Layered(VERSIONS),
        "How much of what was published is kept on this computer, so that it can be put back.",
    ),
];

static VERSIONS: &[Key] = &[
    key("number", Shape::Number(1, ANY), "Different versions, with the one that is online."),
    key("bytes", Shape::Size, "The space for all of them: a number of bytes, or a string such as \"2G\"."),
];

static RETRY: &[Key] = &[
    key("attempts", Shape::Number(1, ANY), "Tries in all."),
    key(
        "first_wait_ms",
        Shape::Number(0, ANY),
        "The first pause in milliseconds; each further one is twice as long.",
    ),
    key("longest_wait_ms", Shape::Number(0, ANY), "No pause is longer than this, in milliseconds."),
];

static SOURCE: &[Key] = &[
    needed("folder", FOLDER, "The folder, relative to the site's."),
    key("as", Shape::Text(Kind::RemotePath), "The folder below the publish folder that its content goes to."),
];

static PULL: &[Key] = &[key("into", FOLDER, "The folder it is brought down into, relative to the site's.")];

static BUILD: &[Key] = &[
    needed("commands", Shape::List(&Shape::Text(Kind::Command)), "Command lines, run in the site's folder."),
    key("output", FOLDER, "The folder they make, which is published; relative to the site's."),
    key("timeout_seconds", Shape::Number(1, ANY), "The longest that all commands together may take."),
    key(
        "environment",
        Shape::Variables,
        "Environment variables of the commands; values may refer to passwords.",
    ),
];

impl Shape {
    /// The keys of objects of this shape, where they are given.
    pub(super) fn keys(&self) -> Option<&'static [Key]> {
        match self {
            Self::Object(keys) | Self::Layered(keys) => Some(keys),
            Self::Site => Some(SITE),
            _ => None,
        }
    }

    /// What belongs there, in words.
    pub(super) fn expected(&self) -> &'static str {
        match self {
            Self::Literal | Self::Word(_) | Self::Choice(_) | Self::Text(_) => "a string",
            Self::Number(..) => "a whole number",
            Self::Size => "a whole number of bytes, or a string such as \"500k\"",
            Self::List(_) => "a list",
            Self::Object(_) | Self::Layered(_) | Self::Site | Self::Sites | Self::Variables => "an object",
        }
    }
}

impl Kind {
    /// Whether the text, with its references looked up, can be used; else why not.
    pub(super) fn check(self, text: &str) -> Result<(), String> {
        let with = |change: &dyn Fn(&mut Site)| -> Result<(), SiteError> {
            let mut site = Site::new(SiteName::new("site")?, "site".into(), "host", "user");
            change(&mut site);
            site.validate()
        };
        let result = match self {
            Self::Any | Self::Password | Self::Variable => return Ok(()),
            Self::Folder if text.is_empty() || text.contains('\0') => {
                return Err("the folder's name is empty, or holds a NUL".into());
            }
            Self::Folder => return Ok(()),
            Self::RemotePath => {
                return RemotePath::new(text).map(drop).map_err(|error| format!("the path {error}"));
            }
            Self::Fingerprint => return text.parse::<Sha256>().map(drop).map_err(|error| error.to_string()),
            Self::RemoteDir => RemoteDir::new(text).map(drop).map_err(SiteError::RemoteDir),
            Self::Host => with(&|site| site.host = text.to_owned()),
            Self::User => with(&|site| site.user = text.to_owned()),
            Self::WebUrl => with(&|site| site.web_url = Some(text.to_owned())),
            Self::Command => with(&|site| site.build = Some(slipway_core::Build::new(vec![text.to_owned()]))),
        };
        result.map_err(|error| error.to_string())
    }
}

/// Reads a size as it is written in a string.
pub(super) fn size(text: &str) -> Result<u64, String> {
    match parse_bytes(text) {
        Ok(0) => Err("0 bytes are nothing; leave the key out instead".to_owned()),
        Ok(bytes) => Ok(bytes),
        Err(error) => Err(error.to_string()),
    }
}
