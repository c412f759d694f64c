//! Which folders the window may name. Its page could be made to name any; so only those count that the person has shown
//! to the app, and those of sites that there are.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};
use slipway_api::core::{Code, Failure, Site};

/// The folders that were shown to the app since it was started: in the system's dialog, by dropping, as an argument.
#[derive(Default)]
pub(crate) struct Granted(Mutex<BTreeSet<PathBuf>>);

impl Granted {
    /// Takes a folder that the person showed, or that of a file, and says how the window is to name it. Blocks.
    ///
    /// # Errors
    /// [`Code::ConfigurationInvalid`] for one whose name is not Unicode: the window could not be told of it.
    pub(crate) fn grant(&self, shown: PathBuf) -> Result<PathBuf, Failure> {
        let folder = direct(folder_of(shown));
        if folder.to_str().is_none() {
            return Err(refused("its name is not Unicode; rename it first", &folder));
        }
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.clone());
        Ok(folder)
    }

    /// The same for what can't be answered: a folder that can't be taken is passed over.
    pub(crate) fn grant_or_note(&self, shown: PathBuf) -> Option<PathBuf> {
        self.grant(shown).inspect_err(|error| tracing::warn!(%error, "the folder is passed over")).ok()
    }

    /// Lets a folder through that was shown, or that one of these sites has, or that is below such a one.
    ///
    /// # Errors
    /// [`Code::ConfigurationInvalid`] for any other.
    pub(crate) fn check(&self, folder: &Path, sites: &[Site]) -> Result<(), Failure> {
        let granted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let within = |root: &Path| folder.starts_with(root);
        let known = granted.iter().any(|root| within(root))
            || sites.iter().flat_map(local_folders).any(|root| within(&root));
        if known && !climbs(folder) {
            Ok(())
        } else {
            Err(refused("this folder was not chosen in Slipway; choose it first", folder))
        }
    }

    /// The same for all folders on this computer that a site names.
    pub(crate) fn check_site(&self, site: &Site, sites: &[Site]) -> Result<(), Failure> {
        local_folders(site).iter().try_for_each(|folder| self.check(folder, sites))
    }
}

/// The site with these settings changed (JSON merge patch, RFC 7396), to see which folders it names then. `None` for
/// what is no site any more: that is refused where it is changed.
pub(crate) fn changed(site: &Site, change: &Map<String, Value>) -> Option<Site> {
    let mut settings = serde_json::to_value(site).ok()?;
    merge(settings.as_object_mut()?, change);
    serde_json::from_value(settings).ok()
}

fn merge(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (key, value) in patch {
        match value {
            Value::Null => drop(target.remove(key)),
            Value::Object(patch) => {
                let inner = target.entry(key).or_insert(Value::Null);
                if !inner.is_object() {
                    *inner = Value::Object(Map::new());
                }
                if let Value::Object(inner) = inner {
                    merge(inner, patch);
                }
            }
            value => drop(target.insert(key.clone(), value.clone())),
        }
    }
}

fn local_folders(site: &Site) -> Vec<PathBuf> {
    let sources = site.source_folders().into_iter().map(|(folder, _)| folder);
    [site.folder.clone(), site.pull_folder()].into_iter().chain(sources).collect()
}

/// A file that is shown stands for its folder.
fn folder_of(path: PathBuf) -> PathBuf {
    match path.parent() {
        Some(parent) if path.is_file() => parent.to_owned(),
        _ => path,
    }
}

/// What is above a folder depends on the links in its path; so a path with `..` is looked up.
fn direct(folder: PathBuf) -> PathBuf {
    if climbs(&folder) { folder.canonicalize().unwrap_or(folder) } else { folder }
}

fn climbs(folder: &Path) -> bool {
    folder.components().any(|part| part == Component::ParentDir)
}

fn refused(why: &str, folder: &Path) -> Failure {
    Failure::new(Code::ConfigurationInvalid, why).about(folder.display())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use slipway_api::core::SiteName;

    use super::*;

    fn site(folder: &str) -> Site {
        Site::new(SiteName::new("shop").unwrap(), folder.into(), "h", "u")
    }

    fn after(before: &Site, change: Value) -> Site {
        changed(before, change.as_object().unwrap()).unwrap()
    }

    #[test]
    fn only_what_was_shown_and_what_is_below_it_is_let_through() {
        let granted = Granted::default();
        assert_eq!(granted.grant("/home/anna/site".into()).unwrap(), Path::new("/home/anna/site"));
        let let_through = |folder: &str| granted.check(Path::new(folder), &[site("/srv/shop")]).is_ok();
        for folder in ["/home/anna/site", "/home/anna/site/dist", "/srv/shop", "/srv/shop/public/"] {
            assert!(let_through(folder), "{folder}");
        }
        for folder in ["/home/anna", "/home/anna/sites", "/home/anna/site/../.ssh", "/srv", "/", "site", ""] {
            assert!(!let_through(folder), "{folder}");
        }
        let refused = granted.check(Path::new("/etc"), &[]).unwrap_err();
        assert_eq!((refused.code, refused.path.as_deref()), (Code::ConfigurationInvalid, Some("/etc")));
    }

    #[test]
    fn a_site_can_name_no_other_folder() {
        let (granted, known) = (Granted::default(), [site("/srv/shop")]);
        let allowed = |change| granted.check_site(&after(&known[0], change), &known).is_ok();
        assert!(allowed(json!({ "host": "other", "exclude": ["*.psd"] })));
        assert!(allowed(json!({ "sources": [{ "folder": "dist" }], "pull": { "into": "online" } })));
        assert!(allowed(json!({ "build": { "commands": ["make"], "output": "dist" } })));
        for change in [
            json!({ "folder": "/home/anna/.ssh" }),
            json!({ "sources": [{ "folder": "dist" }, { "folder": "/etc" }] }),
            json!({ "sources": [{ "folder": "../other" }] }),
            json!({ "build": { "commands": ["make"], "output": "../.." } }),
            json!({ "pull": { "into": "/home/anna" } }),
        ] {
            assert!(!allowed(change.clone()), "{change}");
        }
        _ = granted.grant("/home/anna/new".into()).unwrap();
        assert!(granted.check_site(&site("/home/anna/new"), &[]).is_ok());
    }

    #[test]
    fn settings_are_merged_as_they_will_be() {
        let built = after(&site("/s"), json!({ "build": { "commands": ["make"], "output": "dist" } }));
        let bare = after(&built, json!({ "build": { "output": null }, "port": 2121 }));
        assert_eq!((bare.source_folders()[0].0.as_path(), bare.port), (Path::new("/s"), Some(2121)));
        assert_eq!(after(&built, json!({ "build": null })), site("/s"));
        assert_eq!(changed(&built, json!({ "host": null }).as_object().unwrap()), None);
    }

    #[test]
    fn a_file_that_is_shown_is_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let (folder, granted) = (folder.path().canonicalize().unwrap(), Granted::default());
        let file = folder.join("index.html");
        std::fs::write(&file, "").unwrap();
        std::fs::create_dir(folder.join("below")).unwrap();
        assert_eq!(granted.grant(file).unwrap(), folder);
        assert_eq!(granted.grant(folder.join("below/..")).unwrap(), folder);
        assert_eq!(granted.grant(folder.join("gone")).unwrap(), folder.join("gone"));
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_the_window_cannot_be_told_of_is_refused() {
        use std::os::unix::ffi::OsStringExt;
        let odd = PathBuf::from(std::ffi::OsString::from_vec(b"/home/anna/caf\xe9".to_vec()));
        let granted = Granted::default();
        assert_eq!(granted.grant(odd.clone()).unwrap_err().code, Code::ConfigurationInvalid);
        assert!(granted.check(&odd, &[]).is_err());
        assert_eq!(granted.grant_or_note(odd), None);
    }
}
