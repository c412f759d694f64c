//! Paths on the server: `RemotePath` below the publish folder, `RemoteDir` for the publish folder itself.
//! What can't be sent safely over FTP can't be made into one.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use unicode_normalization::UnicodeNormalization;

/// The longest name of a single file or folder that common file systems hold, in bytes (ext4, XFS, ZFS, NTFS).
pub const LONGEST_NAME: usize = 255;

/// Where Slipway keeps what is its own, inside the publish folder.
pub const OWN_FOLDER: &str = ".slipway";

/// Why a name can't be sent to a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// CR, LF or NUL would end or split the FTP command (RFC 2640, section 3.1).
    #[error("holds a line break or another control character")]
    Control,
    /// A part is longer than [`LONGEST_NAME`] bytes.
    #[error("is longer than {LONGEST_NAME} bytes")]
    TooLong,
    /// A part is empty, `.` or `..`.
    #[error("has an empty part, or the part \".\" or \"..\"")]
    Dots,
    /// The name of a file or folder holds a slash.
    #[error("holds a slash")]
    Slash,
    /// Not valid Unicode.
    #[error("is not valid Unicode")]
    NotUnicode,
}

/// A path below the publish folder: parts joined by `/`, Unicode in NFC, no empty part, no `.` or `..`, no
/// control characters. The root (the publish folder itself) is the empty path. Cheap to clone: a plan, its journal
/// and the transfer share one text.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct RemotePath(Arc<str>);

impl RemotePath {
    /// Checks and normalises (NFC) a path with `/` between its parts.
    pub fn new(path: &str) -> Result<Self, PathError> {
        let path: String = path.nfc().collect();
        if !path.is_empty() {
            path.split('/').try_for_each(check_part)?;
        }
        Ok(Self(path.into()))
    }

    /// The publish folder itself.
    pub fn root() -> Self {
        Self("".into())
    }

    /// Slipway's own folder in the publish folder.
    pub fn own() -> Self {
        Self(OWN_FOLDER.into())
    }

    /// This path with one more part.
    pub fn join(&self, name: &str) -> Result<Self, PathError> {
        let name: String = name.nfc().collect();
        check_part(&name)?;
        Ok(if self.is_root() { Self(name.into()) } else { Self(format!("{}/{name}", self.0).into()) })
    }

    /// The text, with `/` between the parts.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the publish folder itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this is Slipway's own folder, or lies in it.
    pub fn is_own(&self) -> bool {
        self.0.split('/').next() == Some(OWN_FOLDER)
    }

    /// The last part; empty for the root.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The folder that holds this path; `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        Some(Self(self.0.rsplit_once('/').map_or("", |(parent, _)| parent).into()))
    }

    /// The folders above, nearest first, without the root.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> + use<> {
        std::iter::successors(self.parent(), Self::parent).take_while(|p| !p.is_root())
    }

    /// The number of parts; 0 for the root.
    pub fn depth(&self) -> usize {
        if self.is_root() { 0 } else { self.0.split('/').count() }
    }

    /// Whether this path lies below `folder` (the root holds all but itself).
    pub fn is_below(&self, folder: &Self) -> bool {
        if folder.is_root() {
            return !self.is_root();
        }
        self.0.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'))
    }
}

fn check_part(part: &str) -> Result<(), PathError> {
    match part {
        "" | "." | ".." => Err(PathError::Dots),
        _ if part.chars().any(char::is_control) => Err(PathError::Control),
        // Between parts it never gets here; a name with it would lead somewhere else.
        _ if part.contains('/') => Err(PathError::Slash),
        _ if part.len() > LONGEST_NAME => Err(PathError::TooLong),
        _ => Ok(()),
    }
}

impl fmt::Display for RemotePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RemotePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl TryFrom<String> for RemotePath {
    type Error = PathError;
    fn try_from(path: String) -> Result<Self, PathError> {
        Self::new(&path)
    }
}

impl From<RemotePath> for String {
    fn from(path: RemotePath) -> String {
        path.0.as_ref().into()
    }
}

/// The publish folder as the server names it: absolute (`/var/www`), or from the folder one is in after login
/// (`public_html`); empty for that folder itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct RemoteDir(String);

impl RemoteDir {
    /// Checks a folder's name as a person types it; spaces around it, slashes at the end and `.` parts fall away. What
    /// comes of it means the same when it is read again.
    pub fn new(dir: &str) -> Result<Self, PathError> {
        let mut dir: String = dir.nfc().collect();
        loop {
            let trimmed = dir.trim();
            let parts: Vec<&str> = trimmed.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
            parts.iter().copied().try_for_each(check_part)?;
            let slash = if trimmed.starts_with('/') { "/" } else { "" };
            let read = format!("{slash}{}", parts.join("/"));
            // A slash that fell away may have had spaces before it, which are at the end now.
            if read == dir {
                return Ok(Self(read));
            }
            dir = read;
        }
    }

    /// The text; empty for the login folder.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is sent to the server for `path`. A relative path that begins with a dash gets `./` before it, since
    /// some servers read dashes as options.
    pub fn wire(&self, path: &RemotePath) -> String {
        let joined = match (self.0.as_str(), path.as_str()) {
            ("", "") => ".".to_owned(),
            ("", path) => path.to_owned(),
            (dir, "") => dir.to_owned(),
            ("/", path) => format!("/{path}"),
            (dir, path) => format!("{dir}/{path}"),
        };
        if joined.starts_with(['-', ' ', '~']) { format!("./{joined}") } else { joined }
    }

    /// The folders from the first below the login folder (or the root) down to this one, as the server names them.
    pub fn levels(&self) -> Vec<String> {
        let ends = self.0.char_indices().filter(|&(i, c)| c == '/' && i > 0).map(|(i, _)| i);
        let mut levels: Vec<String> = ends.map(|end| self.0[..end].to_owned()).collect();
        if !matches!(self.0.as_str(), "" | "/") {
            levels.push(self.0.clone());
        }
        levels
    }
}

impl fmt::Display for RemoteDir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "." } else { &self.0 })
    }
}

impl TryFrom<String> for RemoteDir {
    type Error = PathError;
    fn try_from(dir: String) -> Result<Self, PathError> {
        Self::new(&dir)
    }
}

impl From<RemoteDir> for String {
    fn from(dir: RemoteDir) -> String {
        dir.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn refuses_what_ftp_cannot_carry() {
        for (path, error) in [
            ("a\rb", PathError::Control),
            ("a\nDELE x", PathError::Control),
            ("a\0", PathError::Control),
            ("a/../b", PathError::Dots),
            ("/a", PathError::Dots),
            ("a//b", PathError::Dots),
            ("./a", PathError::Dots),
        ] {
            assert_eq!(RemotePath::new(path), Err(error), "{path:?}");
        }
        assert_eq!(RemotePath::new(&"x".repeat(256)), Err(PathError::TooLong));
        assert!(RemotePath::new(&"x".repeat(255)).is_ok());
    }

    #[test]
    fn composes_accents() {
        assert_eq!(RemotePath::new("u\u{308}ber.html").unwrap().as_str(), "\u{fc}ber.html");
    }

    #[test]
    fn knows_its_parts() {
        let path = RemotePath::new("a/b/c.html").unwrap();
        assert_eq!(path.name(), "c.html");
        assert_eq!(path.depth(), 3);
        let above: Vec<String> = path.ancestors().map(String::from).collect();
        assert_eq!(above, ["a/b", "a"]);
        assert!(path.is_below(&RemotePath::new("a").unwrap()));
        assert!(!RemotePath::new("ab").unwrap().is_below(&RemotePath::new("a").unwrap()));
        assert!(RemotePath::new(".slipway/x").unwrap().is_own());
        assert!(!RemotePath::new(".slipwayer/x").unwrap().is_own());
    }

    #[test]
    fn says_paths_as_the_server_takes_them() {
        let path = RemotePath::new("-x/a b").unwrap();
        for (dir, wire) in [
            ("", "./-x/a b"),
            ("/", "/-x/a b"),
            ("public_html/", "public_html/-x/a b"),
            ("/var//www", "/var/www/-x/a b"),
        ] {
            assert_eq!(RemoteDir::new(dir).unwrap().wire(&path), wire);
        }
        assert_eq!(RemoteDir::new("").unwrap().wire(&RemotePath::root()), ".");
        assert_eq!(RemoteDir::new("/var/www").unwrap().levels(), ["/var", "/var/www"]);
        assert_eq!(RemoteDir::new("a/b").unwrap().levels(), ["a", "a/b"]);
        assert!(RemoteDir::new("a/../..").is_err());
    }

    proptest! {
        #[test]
        fn what_is_made_can_be_made_again(text in any::<String>()) {
            if let Ok(path) = RemotePath::new(&text) {
                prop_assert_eq!(RemotePath::new(path.as_str()), Ok(path.clone()));
                prop_assert!(!path.as_str().contains(['\r', '\n', '\0']));
                prop_assert!(!path.as_str().split('/').any(|part| part == ".."));
            }
        }
    }
}
