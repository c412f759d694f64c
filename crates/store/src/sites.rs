//! The list of sites: one JSON file that people may read, copy and edit.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use slipway_core::{Site, SiteName};

use crate::data_dir::DataDir;
use crate::error::StoreError;
use crate::json_file;

/// The version of the file that this Slipway writes, and the newest that it reads. Version 2 has builds, sources,
/// pulls, what a purge keeps, and where credentials are; version 3 how many versions are kept.
const VERSION: i64 = 3;

/// The sites that Slipway knows. Each call reads the file anew, so that changes by other processes are seen.
#[derive(Debug, Clone)]
pub struct Sites {
    data: DataDir,
    file: PathBuf,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    version: i64,
    sites: Vec<Site>,
}

impl Sites {
    /// The sites kept in this folder. Fails where the file is there and can't be read.
    pub fn open(data: &DataDir) -> Result<Self, StoreError> {
        let sites = Self { data: data.clone(), file: data.sites_file() };
        sites.read()?;
        Ok(sites)
    }

    /// All sites, by name.
    pub fn list(&self) -> Result<Vec<Site>, StoreError> {
        self.read()
    }

    /// The site of that name.
    pub fn get(&self, name: &SiteName) -> Result<Site, StoreError> {
        let site = self.read()?.into_iter().find(|site| site.name == *name);
        site.ok_or_else(|| StoreError::NotFound(name.clone()))
    }

    /// Adds a site.
    ///
    /// # Errors
    /// [`StoreError::Exists`] where a site's name is the same or differs only in case; [`StoreError::Invalid`] where
    /// the settings are wrong.
    pub fn add(&self, site: Site) -> Result<(), StoreError> {
        check(&site)?;
        self.change(|sites| {
            if let Some(other) = sites.iter().find(|other| clash(&other.name, &site.name)) {
                return Err(StoreError::Exists { name: site.name, existing: other.name.clone() });
            }
            sites.push(site);
            Ok(())
        })
    }

    /// Puts a site's settings in the place of those of the site of the same name.
    pub fn replace(&self, site: Site) -> Result<(), StoreError> {
        check(&site)?;
        self.change(|sites| {
            let at = position(sites, &site.name)?;
            sites[at] = site;
            Ok(())
        })
    }

    /// Takes a site off the list, and gives it back.
    pub fn remove(&self, name: &SiteName) -> Result<Site, StoreError> {
        self.change(|sites| {
            let at = position(sites, name)?;
            Ok(sites.remove(at))
        })
    }

    fn read(&self) -> Result<Vec<Site>, StoreError> {
        let Some(mut content) = json_file::read::<Content>(&self.file, VERSION)? else {
            return Ok(Vec::new());
        };
        content.sites.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(content.sites)
    }

    fn change<T>(
        &self,
        change: impl FnOnce(&mut Vec<Site>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let _lock = self.data.lock_briefly("sites")?;
        let mut sites = self.read()?;
        let result = change(&mut sites)?;
        sites.sort_by(|a, b| a.name.cmp(&b.name));
        json_file::write(&self.file, &Content { version: VERSION, sites })?;
        Ok(result)
    }
}

fn position(sites: &[Site], name: &SiteName) -> Result<usize, StoreError> {
    let at = sites.iter().position(|site| site.name == *name);
    at.ok_or_else(|| StoreError::NotFound(name.clone()))
}

fn clash(a: &SiteName, b: &SiteName) -> bool {
    a.as_str().to_lowercase() == b.as_str().to_lowercase()
}

fn check(site: &Site) -> Result<(), StoreError> {
    if site.folder.to_str().is_none() {
        return Err(StoreError::FolderName(site.name.clone()));
    }
    site.validate().map_err(|source| StoreError::Invalid { name: site.name.clone(), source })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn site(name: &str) -> Site {
        Site::new(SiteName::new(name).unwrap(), "/home/a/shop".into(), "ftp.example.com", "anna")
    }

    fn sites() -> (tempfile::TempDir, Sites) {
        let root = tempfile::tempdir().unwrap();
        let sites = Sites::open(&DataDir::open(Some(root.path())).unwrap()).unwrap();
        (root, sites)
    }

    #[test]
    fn keeps_sites_by_name() {
        let (_root, sites) = sites();
        assert!(sites.list().unwrap().is_empty());
        sites.add(site("b")).unwrap();
        sites.add(site("a")).unwrap();
        let names: Vec<String> = sites.list().unwrap().into_iter().map(|site| site.name.into()).collect();
        assert_eq!(names, ["a", "b"]);
        let mut changed = site("b");
        changed.host = "other.example.com".into();
        sites.replace(changed.clone()).unwrap();
        assert_eq!(sites.get(&changed.name).unwrap(), changed);
        assert_eq!(sites.remove(&changed.name).unwrap(), changed);
        assert!(matches!(sites.get(&changed.name), Err(StoreError::NotFound(_))));
        assert!(matches!(sites.remove(&changed.name), Err(StoreError::NotFound(_))));
        assert!(matches!(sites.replace(changed), Err(StoreError::NotFound(_))));
        let text = fs::read_to_string(&sites.file).unwrap();
        assert!(text.starts_with("{\n  \"version\": 3,\n") && text.ends_with("}\n"), "{text}");
    }

    #[test]
    fn names_that_differ_only_in_case_clash() {
        let (_root, sites) = sites();
        for name in ["my-shop é", "店铺", "商店", "my_shop é"] {
            sites.add(site(name)).unwrap();
        }
        for name in ["my-shop é", "My-Shop É", "MY_shop é"] {
            assert!(matches!(sites.add(site(name)), Err(StoreError::Exists { .. })), "{name}");
        }
    }

    #[test]
    fn a_file_of_version_1_is_read_for_ever() {
        let (_root, sites) = sites();
        let text = r#"{"version":1,"sites":[{"name":"shop","folder":"/home/a/shop","host":"h","user":"u",
            "protocol":"ftp","remote_dir":"public_html","connections":3,"compare":"checksum","exclude":["*.psd"],
            "retry":{"attempts":2,"first_wait_ms":5,"longest_wait_ms":9},"timeout_seconds":7}]}"#;
        fs::write(&sites.file, text).unwrap();
        let shop = sites.get(&SiteName::new("shop").unwrap()).unwrap();
        assert_eq!((shop.connections, shop.timeout_seconds, shop.retry.attempts), (3, 7, 2));
        sites.add(site("b")).unwrap();
        assert!(fs::read_to_string(&sites.file).unwrap().contains("\"version\": 3"));
        assert_eq!(sites.get(&shop.name).unwrap(), shop);
    }

    #[test]
    fn wrong_settings_are_not_kept() {
        let (_root, sites) = sites();
        let mut wrong = site("a");
        wrong.connections = 0;
        assert!(matches!(sites.add(wrong.clone()), Err(StoreError::Invalid { .. })));
        sites.add(site("a")).unwrap();
        assert!(matches!(sites.replace(wrong), Err(StoreError::Invalid { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_json_cannot_hold_is_refused() {
        use std::os::unix::ffi::OsStringExt;
        let (_root, sites) = sites();
        let mut odd = site("a");
        odd.folder = std::ffi::OsString::from_vec(b"/home/a/\xff".to_vec()).into();
        assert!(matches!(sites.add(odd), Err(StoreError::FolderName(_))));
    }

    #[test]
    fn damage_is_pointed_at_and_left_alone() {
        let (_root, sites) = sites();
        for (text, place) in [
            ("{\"version\":1,\n\"sites\":[}", Some((2, 10))),
            ("", Some((1, 0))),
            ("{\"version\":1,\"sites\":[],\n\"x\":1}", Some((2, 3))),
            ("{\"version\":4,\"sites\":{}}", None),
        ] {
            fs::write(&sites.file, text).unwrap();
            let errors = [
                sites.list().unwrap_err(),
                sites.add(site("a")).unwrap_err(),
                Sites::open(&sites.data).unwrap_err(),
            ];
            for error in errors {
                match (&error, place) {
                    (StoreError::Damaged { file, line, column, .. }, Some(place)) => {
                        assert_eq!((*line, *column), place, "{error}");
                        assert_eq!(*file, sites.file);
                    }
                    (StoreError::Newer { found: 4, known: 3, .. }, None) => {
                        assert!(error.to_string().contains("update Slipway"));
                    }
                    _ => panic!("{text}: {error}"),
                }
            }
            assert_eq!(fs::read_to_string(&sites.file).unwrap(), text);
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let (_root, sites) = sites();
        sites.add(site("a")).unwrap();
        assert_eq!(fs::metadata(&sites.file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn changes_at_the_same_time_are_all_kept() {
        let (_root, sites) = sites();
        std::thread::scope(|scope| {
            for i in 0..16 {
                let sites = &sites;
                scope.spawn(move || sites.add(site(&format!("site {i}"))).unwrap());
            }
        });
        assert_eq!(sites.list().unwrap().len(), 16);
    }
}
