//! Folders on this computer for sites of another program, whose file often names none.

use std::ffi::OsString;
use std::path::Path;

use slipway_api::Imported;
use slipway_core::{Failure, Site, SiteName};

use super::site_options::local_folder;
use crate::words::quoted;

/// What has become of the folders that were given.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Folders {
    /// Those that are for no site here.
    pub(super) unused: Vec<String>,
    /// How many sites still lack one.
    lacking: usize,
}

impl Folders {
    /// Gives each folder to its site: `NAME=DIR` to the one of that name, any other to the one that lacks one.
    pub(super) fn give(given: &[OsString], sites: &mut [Imported]) -> Result<Self, Failure> {
        let (mut plain, mut unused) = (Vec::new(), Vec::new());
        for text in given {
            match named(text, sites) {
                Some((number, folder)) => sites[number].site.folder = local_folder(Path::new(&folder))?,
                None => plain.push(text),
            }
        }
        let mut lacking: Vec<&mut Imported> = sites.iter_mut().filter(|i| lacks_folder(&i.site)).collect();
        match (lacking.as_mut_slice(), plain.as_slice()) {
            ([one], [folder]) => {
                one.site.folder = local_folder(Path::new(folder))?;
                lacking.clear();
            }
            _ => unused.extend(plain.iter().map(|text| text.to_string_lossy().into_owned())),
        }
        Ok(Self { unused, lacking: lacking.len() })
    }

    /// Why this site can't be added, and what to type so that it can.
    pub(super) fn needed(&self, name: &SiteName) -> String {
        let option = match self.lacking {
            1 => "DIR".to_owned(),
            _ => quoted(&format!("{name}=DIR")),
        };
        format!("the file does not say where the website is on this computer; add it with --folder {option}")
    }
}

/// The site that the text names, by its number, and the folder behind the name. A name may hold a `=` itself, as a
/// folder may.
fn named(text: &OsString, sites: &[Imported]) -> Option<(usize, String)> {
    let text = text.to_str()?;
    sites.iter().enumerate().find_map(|(number, imported)| {
        let folder = text.strip_prefix(imported.site.name.as_str())?.strip_prefix('=')?;
        Some((number, folder.to_owned()))
    })
}

/// Whether the file did not say where the website is on this computer.
pub(super) fn lacks_folder(site: &Site) -> bool {
    site.folder.as_os_str().is_empty()
}

#[cfg(test)]
mod tests {
    use slipway_core::Code;

    use super::*;

    fn imported(name: &str, folder: &str) -> Imported {
        let site = Site::new(SiteName::new(name).unwrap(), folder.into(), "h", "u");
        Imported { site, password: None, notes: Vec::new() }
    }

    /// The folders of sites that had none or these, and what was not used.
    fn given(folders: &[&str], sites: &[(&str, &str)]) -> (Vec<String>, Folders) {
        let mut sites: Vec<Imported> = sites.iter().map(|(name, folder)| imported(name, folder)).collect();
        let folders: Vec<OsString> = folders.iter().map(OsString::from).collect();
        let given = Folders::give(&folders, &mut sites).unwrap();
        (sites.into_iter().map(|i| i.site.folder.to_string_lossy().into_owned()).collect(), given)
    }

    #[test]
    fn a_folder_goes_to_the_one_that_lacks_it() {
        let home = a_folder();
        assert_eq!(given(&[&home], &[("a", "/a"), ("b", "")]).0, ["/a", &home]);
        for sites in [&[("a", ""), ("b", "")][..], &[("a", "/a")]] {
            let (folders, given) = given(&[&home], sites);
            assert!(folders.iter().all(|folder| *folder != home), "{folders:?}");
            assert_eq!(given.unused, std::slice::from_ref(&home));
        }
    }

    #[test]
    fn several_folders_are_named() {
        let home = a_folder();
        let (a, b) = (format!("my shop={home}"), format!("a=b={home}"));
        let (folders, rest) = given(&[&a, &b, &home], &[("my shop", ""), ("a=b", ""), ("c", "")]);
        assert_eq!(folders, vec![home; 3]);
        assert_eq!(rest, Folders { unused: Vec::new(), lacking: 0 });
        let (_, rest) = given(&[&a], &[("my shop", ""), ("it's", ""), ("c", "")]);
        let name = SiteName::new("c d").unwrap();
        assert!(rest.needed(&name).ends_with(&format!("add it with --folder {}", quoted("c d=DIR"))));
        assert!(given(&[], &[("c", "")]).1.needed(&name).ends_with("add it with --folder DIR"));
        // One of a site that is not to be added.
        assert_eq!(given(&[&a], &[("b", ""), ("c", "")]).1.unused, [a]);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let mut sites = [imported("a", ""), imported("b", "")];
        let failure = Folders::give(&["a=/no/such/folder".into()], &mut sites).unwrap_err();
        assert_eq!(failure.code, Code::LocalFolderMissing);
    }

    fn a_folder() -> String {
        std::env::temp_dir().to_string_lossy().into_owned()
    }
}
