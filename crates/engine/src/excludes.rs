//! What is left out of a publish: by default, by the site's patterns, and for one publish only.

use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use slipway_core::path::OWN_FOLDER;
use slipway_core::{Code, Failure, RemotePath, SiteError};

/// Left out unless a site's pattern takes it back in with `!`: what version control, systems and editors leave
/// lying about, and what must not be public.
pub const DEFAULT_EXCLUDES: &[&str] = &[
    ".git",
    ".svn",
    ".hg",
    "node_modules",
    ".env",
    ".env.*",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.ppk",
    "*.kdbx",
    ".DS_Store",
    "._*",
    ".Spotlight-V100",
    ".Trashes",
    "Thumbs.db",
    "desktop.ini",
    "~$*",
    "*~",
    ".#*",
    ".*.swp",
    ".*.swo",
    "*.tmp",
    "*.crdownload",
    "*.part",
];

/// Patterns in the manner of `.gitignore`, the last that fits decides.
pub(crate) struct Excludes {
    always: Gitignore,
    left_out: Gitignore,
}

impl Excludes {
    pub(crate) fn new(site: &[String], left_out: &[String]) -> Result<Self, Failure> {
        let defaults = DEFAULT_EXCLUDES.iter().copied();
        let own = [OWN_FOLDER];
        let always = matcher(defaults.chain(site.iter().map(String::as_str)).chain(own));
        let invalid = |error| Failure::new(Code::ConfigurationInvalid, error);
        Ok(Self {
            always: always.map_err(invalid)?,
            left_out: matcher(left_out.iter().map(String::as_str)).map_err(invalid)?,
        })
    }

    /// Whether a local file or folder is left out; `path` is below the site's folder. Folders are asked about
    /// before what is in them.
    pub(crate) fn leaves_out(&self, path: &Path, is_folder: bool) -> bool {
        match self.left_out.matched(path, is_folder) {
            Match::Ignore(_) => true,
            _ => self.always.matched(path, is_folder).is_ignore(),
        }
    }

    /// Whether a published file is left out of this one publish, so that its copy stays online.
    pub(crate) fn stays_online(&self, path: &RemotePath) -> bool {
        self.left_out.matched_path_or_any_parents(path.as_str(), false).is_ignore()
    }
}

/// Checks that patterns can be understood.
pub fn check_excludes(patterns: &[String]) -> Result<(), SiteError> {
    matcher(patterns.iter().map(String::as_str)).map(drop)
}

fn matcher<'a>(patterns: impl Iterator<Item = &'a str>) -> Result<Gitignore, SiteError> {
    let mut builder = GitignoreBuilder::new("");
    for pattern in patterns {
        builder.add_line(None, pattern).map_err(|_| SiteError::Exclude(pattern.to_owned()))?;
    }
    builder.build().map_err(|error| SiteError::Exclude(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_pattern_decides() {
        let site = ["*.psd", "!important.psd", "/drafts/", "!.env.example"].map(str::to_owned);
        let excludes = Excludes::new(&site, &["blog/*.html".to_owned()]).unwrap();
        for (path, folder, out) in [
            (".git", true, true),
            ("sub/.DS_Store", false, true),
            (".env", false, true),
            (".env.local", false, true),
            (".env.example", false, false),
            (".htaccess", false, false),
            (".well-known", true, false),
            (".slipway", true, true),
            ("a.psd", false, true),
            ("x/important.psd", false, false),
            ("drafts", true, true),
            ("sub/drafts", true, false),
            ("index.html~", false, true),
            ("blog/a.html", false, true),
            ("a.html", false, false),
        ] {
            assert_eq!(excludes.leaves_out(Path::new(path), folder), out, "{path}");
        }
        assert!(excludes.stays_online(&RemotePath::new("blog/a.html").unwrap()));
        assert!(!excludes.stays_online(&RemotePath::new("a.psd").unwrap()));
    }

    #[test]
    fn odd_patterns_are_refused() {
        assert_eq!(check_excludes(&["a{".to_owned()]), Err(SiteError::Exclude("a{".to_owned())));
        assert_eq!(check_excludes(&["*.html".to_owned()]), Ok(()));
    }
}
