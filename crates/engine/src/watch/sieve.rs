//! Which changes count: those of files that are published, or that a site is made from.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use ignore::{WalkBuilder, WalkState};
use sha2::{Digest, Sha256};
use slipway_core::{Build, Failure, RemotePath, Site};

use crate::excludes::Excludes;
use crate::scan::remote_path;

/// vim writes and removes it to see whether it may (its own source, `buf_write` in `bufwrite.c`).
const TRIED_BY_VIM: &str = "4913";

/// The folders of a site whose changes count.
pub(super) struct Sieve {
    /// What decides, to find out whether it has changed.
    made_from: MadeFrom,
    /// Each folder, as it was named and as the system names it, with the folder that it is published to.
    roots: Vec<(PathBuf, RemotePath)>,
    excludes: Excludes,
    /// What the build makes.
    made: Vec<PathBuf>,
    builds: bool,
}

/// The folders to be watched.
pub(super) fn folders(site: &Site) -> Vec<PathBuf> {
    let sources = site.source_folders().into_iter().map(|(folder, _)| folder);
    match &site.build {
        None => sources.collect(),
        Some(_) => {
            let outside = sources.filter(|folder| !folder.starts_with(&site.folder));
            std::iter::once(site.folder.clone()).chain(outside).collect()
        }
    }
}

impl Sieve {
    pub(super) fn new(site: &Site) -> Result<Self, Failure> {
        let builds = site.build.is_some();
        let places: BTreeMap<PathBuf, RemotePath> = site.source_folders().into_iter().collect();
        let place = |folder: &PathBuf| places.get(folder).cloned().unwrap_or_else(RemotePath::root);
        let mut roots = Vec::new();
        for folder in folders(site) {
            let place = place(&folder);
            // Some systems tell of changes by the names behind links.
            let real = folder.canonicalize().ok().filter(|real| *real != folder);
            roots.extend(real.map(|real| (real, place.clone())));
            roots.push((folder, place));
        }
        let output = site.build.as_ref().and_then(|build| build.output.as_ref());
        let output = output.map(|output| site.folder.join(output));
        let real = output.as_ref().and_then(|output| output.canonicalize().ok());
        // Patterns are of what is published; what it is made from has others.
        let patterns: &[String] = if builds { &[] } else { &site.exclude };
        Ok(Self {
            made_from: MadeFrom::of(site),
            roots,
            excludes: Excludes::new(patterns, &[])?,
            made: output.into_iter().chain(real).collect(),
            builds,
        })
    }

    pub(super) fn fits(&self, site: &Site) -> bool {
        self.made_from == MadeFrom::of(site)
    }

    /// Whether a change of this path counts.
    pub(super) fn counts(&self, path: &Path) -> bool {
        if self.made.iter().any(|made| path.starts_with(made))
            || path.file_name() == Some(OsStr::new(TRIED_BY_VIM))
        {
            return false;
        }
        self.roots.iter().any(|(root, place)| {
            path.strip_prefix(root).is_ok_and(|below| !self.left_out(&place_of(place, below)))
        })
    }

    /// The place that a file is published at, where files are published as they are.
    pub(super) fn published(&self, path: &Path) -> Option<RemotePath> {
        if self.builds {
            return None;
        }
        let found = self
            .roots
            .iter()
            .find_map(|(root, place)| path.strip_prefix(root).ok().map(|below| place_of(place, below)));
        found.filter(|below| !below.as_os_str().is_empty()).and_then(|below| remote_path(&below))
    }

    fn left_out(&self, below: &Path) -> bool {
        let mut above: Vec<&Path> = below.ancestors().filter(|path| !path.as_os_str().is_empty()).collect();
        above.reverse();
        let Some((file, folders)) = above.split_last() else { return false };
        folders.iter().any(|folder| self.excludes.leaves_out(folder, true))
            || self.excludes.leaves_out(file, false)
    }
}

/// The settings of a site that say which changes count.
#[derive(PartialEq, Eq)]
struct MadeFrom {
    sources: Vec<(PathBuf, RemotePath)>,
    exclude: Vec<String>,
    folder: PathBuf,
    build: Option<Build>,
}

impl MadeFrom {
    fn of(site: &Site) -> Self {
        let (sources, exclude) = (site.source_folders(), site.exclude.clone());
        Self { sources, exclude, folder: site.folder.clone(), build: site.build.clone() }
    }
}

fn place_of(place: &RemotePath, below: &Path) -> PathBuf {
    if place.is_root() { below.to_owned() } else { Path::new(place.as_str()).join(below) }
}

/// What the files look like that a site is made from, by name, size and time: it changes when one of them does. Blocks.
///
/// # Errors
/// [`slipway_core::Code::ConfigurationInvalid`] for patterns that can't be understood.
pub fn fingerprint(site: &Site) -> Result<[u8; 32], Failure> {
    let sieve = Sieve::new(site)?;
    let files = std::sync::Mutex::new(BTreeMap::new());
    for folder in folders(site) {
        let walk = WalkBuilder::new(&folder).standard_filters(false).follow_links(false).build_parallel();
        walk.run(|| {
            Box::new(|entry| {
                let Ok(entry) = entry else { return WalkState::Continue };
                if entry.depth() > 0 && !sieve.counts(entry.path()) {
                    return WalkState::Skip;
                }
                if let Some(metadata) = entry.metadata().ok().filter(std::fs::Metadata::is_file) {
                    let looks = (metadata.len(), metadata.modified().ok());
                    files
                        .lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner)
                        .insert(entry.into_path(), looks);
                }
                WalkState::Continue
            })
        });
    }
    let mut hash = Sha256::new();
    for (path, looks) in files.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        hash.update(format!("{}\n{looks:?}\n", path.display()));
    }
    Ok(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use slipway_core::SiteName;

    use super::*;

    fn site() -> Site {
        Site::new(SiteName::new("shop").unwrap(), "/home/anna/shop".into(), "ftp.example.org", "anna")
    }

    #[test]
    fn what_is_never_published_does_not_count() {
        let site = Site { exclude: vec!["/drafts/".into()], ..site() };
        let sieve = Sieve::new(&site).unwrap();
        for (path, counts) in [
            ("index.html", true),
            ("a/b/c.html", true),
            ("", true),
            (".git/index", false),
            ("a/.git/refs/heads/main", false),
            ("a/.index.html.swp", false),
            ("4913", false),
            ("a/4913", false),
            ("index.html~", false),
            ("~$letter.docx", false),
            (".#index.html", false),
            ("drafts/new.html", false),
            ("a/drafts/new.html", true),
        ] {
            assert_eq!(sieve.counts(&Path::new("/home/anna/shop").join(path)), counts, "{path}");
        }
        assert!(!sieve.counts(Path::new("/home/anna/other.html")));
    }

    #[test]
    fn what_the_build_makes_does_not_count() {
        let mut build = Build::new(vec!["hugo".into()]);
        build.output = Some("public".into());
        let site = Site { build: Some(build), exclude: vec!["*.md".into()], ..site() };
        let sieve = Sieve::new(&site).unwrap();
        assert!(sieve.counts(Path::new("/home/anna/shop/content/a.md")));
        assert!(!sieve.counts(Path::new("/home/anna/shop/public/a.html")));
        assert!(!sieve.counts(Path::new("/home/anna/shop/node_modules/x/a.js")));
        assert_eq!(folders(&site), [PathBuf::from("/home/anna/shop")]);
        assert_eq!(sieve.published(Path::new("/home/anna/shop/content/a.md")), None);
    }

    #[test]
    fn a_file_is_published_below_its_place() {
        let source = |folder: &str, at: Option<&str>| slipway_core::Source {
            folder: folder.into(),
            at: at.map(|at| RemotePath::new(at).unwrap()),
        };
        let site =
            Site { sources: vec![source("pages", None), source("/mnt/pictures", Some("img"))], ..site() };
        let sieve = Sieve::new(&site).unwrap();
        let published = |path: &str| sieve.published(Path::new(path)).map(|path| path.to_string());
        assert_eq!(published("/home/anna/shop/pages/a.html").as_deref(), Some("a.html"));
        assert_eq!(published("/mnt/pictures/spring/a.jpg").as_deref(), Some("img/spring/a.jpg"));
        assert_eq!(published("/mnt/pictures"), Some("img".to_owned()));
        assert_eq!(published("/home/anna/shop/notes.txt"), None);
    }

    #[test]
    fn the_fingerprint_changes_with_what_counts() {
        let folder = tempfile::tempdir().unwrap();
        let mut build = Build::new(vec!["hugo".into()]);
        build.output = Some("public".into());
        let site = Site { folder: folder.path().to_owned(), build: Some(build), ..site() };
        std::fs::write(folder.path().join("a.md"), "one").unwrap();
        let first = fingerprint(&site).unwrap();
        assert_eq!(fingerprint(&site).unwrap(), first);
        std::fs::create_dir(folder.path().join("public")).unwrap();
        std::fs::write(folder.path().join("public/a.html"), "one").unwrap();
        assert_eq!(fingerprint(&site).unwrap(), first);
        std::fs::write(folder.path().join("a.md"), "three").unwrap();
        assert_ne!(fingerprint(&site).unwrap(), first);
    }
}
