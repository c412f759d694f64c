//! What is left out of a publish: by default, by the site's patterns, and for one publish only.

use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use slipway_core::path::OWN_FOLDER;
use slipway_core::site::ALWAYS_KEPT;
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
    "slipway.json",
    "slipway.schema.json",
];

/// Of them, those that hold secrets; what is meant to be copied and filled in holds none.
const SECRETS: &[&str] = &[
    ".env",
    ".env.*",
    "!.env.dist",
    "!.env.example",
    "!.env.sample",
    "!.env.template",
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

    /// Whether a local file or folder is left out; `path` is below the publish folder. Folders are asked about
    /// before what is in them.
    pub(crate) fn leaves_out(&self, path: &Path, is_folder: bool) -> bool {
        match self.left_out.matched(path, is_folder) {
            Match::Ignore(_) => true,
            _ => self.always.matched(path, is_folder).is_ignore(),
        }
    }

    /// Whether all is left out that goes to this folder below the publish folder.
    pub(crate) fn leave_out_place(&self, place: &RemotePath) -> bool {
        let folders = std::iter::successors(Some(place.clone()), RemotePath::parent);
        folders.filter(|folder| !folder.is_root()).any(|f| self.leaves_out(Path::new(f.as_str()), true))
    }

    /// Whether a file or folder of the server is left out of this one publish, so that it stays online.
    pub(crate) fn stays_online(&self, path: &RemotePath, is_folder: bool) -> bool {
        self.left_out.matched_path_or_any_parents(path.as_str(), is_folder).is_ignore()
    }
}

/// Knows files that hold secrets, by their names.
pub(crate) struct Secrets(Gitignore);

impl Secrets {
    pub(crate) fn new() -> Result<Self, Failure> {
        Ok(Self(matcher(SECRETS.iter().copied()).map_err(|error| Failure::new(Code::Unexpected, error))?))
    }

    pub(crate) fn holds(&self, file: &Path) -> bool {
        self.0.matched(file, false).is_ignore()
    }
}

/// What a purge leaves on the server, in the manner of `.gitignore`.
pub(crate) struct Keeps(Gitignore);

impl Keeps {
    pub(crate) fn new(site: &[String]) -> Result<Self, Failure> {
        // Last, so that nothing takes them out.
        let patterns = site.iter().map(String::as_str).chain(ALWAYS_KEPT);
        Ok(Self(matcher(patterns).map_err(|error| Failure::new(Code::ConfigurationInvalid, error))?))
    }

    pub(crate) fn keeps(&self, path: &RemotePath, is_folder: bool) -> bool {
        self.0.matched_path_or_any_parents(path.as_str(), is_folder).is_ignore()
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
        assert!(excludes.stays_online(&RemotePath::new("blog/a.html").unwrap(), false));
        assert!(!excludes.stays_online(&RemotePath::new("a.psd").unwrap(), false));
    }

    #[test]
    fn a_place_is_left_out_with_the_folders_above_it() {
        let excludes = Excludes::new(&["/drafts/".to_owned()], &[]).unwrap();
        for (place, out) in
            [("", false), ("blog", false), ("drafts", true), ("drafts/x", true), ("x/drafts", false)]
        {
            assert_eq!(excludes.leave_out_place(&RemotePath::new(place).unwrap()), out, "{place}");
        }
    }

    #[test]
    fn what_a_purge_keeps() {
        let site = ["/stats/", "*.log", "!.htaccess"].map(str::to_owned);
        let keeps = Keeps::new(&site).unwrap();
        for (path, folder, kept) in [
            (".htaccess", false, true),
            ("a/b/.htaccess", false, true),
            (".well-known/acme/x", false, true),
            ("a/.well-known", true, true),
            ("stats/2024/x.html", false, true),
            ("x/stats", true, false),
            ("x/error.log", false, true),
            ("well-known", true, false),
        ] {
            assert_eq!(keeps.keeps(&RemotePath::new(path).unwrap(), folder), kept, "{path}");
        }
    }

    #[test]
    fn whatever_holds_a_secret_is_left_out() {
        let patterns = SECRETS.iter().filter(|pattern| !pattern.starts_with('!'));
        assert!(
            patterns.clone().count() > 5
                && patterns.into_iter().all(|pattern| DEFAULT_EXCLUDES.contains(pattern))
        );
        let secrets = Secrets::new().unwrap();
        for (file, secret) in
            [(".env", true), ("a/.env.local", true), (".env.example", false), ("key.html", false)]
        {
            assert_eq!(secrets.holds(Path::new(file)), secret, "{file}");
        }
    }

    #[test]
    fn odd_patterns_are_refused() {
        assert_eq!(check_excludes(&["a{".to_owned()]), Err(SiteError::Exclude("a{".to_owned())));
        assert_eq!(check_excludes(&["*.html".to_owned()]), Ok(()));
    }
}
