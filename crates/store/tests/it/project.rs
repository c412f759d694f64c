//! Project files as a user has them: the examples of the guide, and a file that is named from its own folder.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use secrecy::SecretString;
use slipway_core::{CredentialType, SiteName, StoreKind};
use slipway_store::{Project, References};

const GUIDE: &str = include_str!("../../../../docs/guide/project-file.md");

/// All that the guide refers to.
struct Everything;

impl References for Everything {
    fn environment(&self, name: &str) -> Option<OsString> {
        Some(format!("value of {name}").into())
    }

    fn credential(&self, _: &SiteName, _: CredentialType) -> Result<(SecretString, StoreKind), String> {
        Ok(("s3cret".into(), StoreKind::Keychain))
    }
}

fn name(name: &str) -> SiteName {
    SiteName::new(name).unwrap()
}

/// What the guide shows as files, each in its own folder.
fn examples() -> Vec<(tempfile::TempDir, Project)> {
    let blocks = GUIDE.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let load = |text: &str| {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("slipway.json"), text).unwrap();
        let project = Project::load(&folder.path().join("slipway.json"));
        (folder, project.unwrap_or_else(|problems| panic!("{problems:?}")))
    };
    blocks.map(load).collect()
}

#[test]
fn the_examples_of_the_guide_are_right() {
    let examples = examples();
    assert_eq!(examples.len(), 2);
    for (_, project) in &examples {
        assert_eq!(project.check(&Everything), []);
    }
    let (folder, project) = &examples[1];
    let blog = project.site(&name("blog"), &Everything).unwrap();
    assert_eq!(blog.folder, folder.path().join("sites/blog"));
    assert_eq!((blog.retry.attempts, blog.retry.first_wait_ms), (8, 2_000));
    assert_eq!(blog.exclude, ["*.psd"]);
    assert!(project.password(&name("blog"), &Everything).unwrap().is_some());
}

#[test]
fn the_guide_names_every_key() {
    let schema: serde_json::Value = serde_json::from_str(slipway_store::project::schema()).unwrap();
    let site = &schema["definitions"]["site"]["properties"];
    for key in site.as_object().unwrap().keys() {
        assert!(GUIDE.contains(&format!("| `{key}")), "{key}");
    }
    for object in ["retry", "build", "pull"] {
        for key in site[object]["properties"].as_object().unwrap().keys() {
            assert!(GUIDE.contains(&format!("`{object}.{key}`")), "{object}.{key}");
        }
    }
}

#[test]
fn folders_begin_at_the_file_wherever_it_is_named_from() {
    let test = "project::folders_begin_at_the_file_wherever_it_is_named_from";
    if let Some(expected) = std::env::var_os(super::FOLDER) {
        let project = Project::load(Path::new("slipway.json")).unwrap();
        assert_eq!(project.file(), Path::new("slipway.json"));
        let site = project.site(&name("shop"), &Everything).unwrap();
        // The system may name the temporary folder in more than one way.
        assert_eq!(site.folder, std::env::current_dir().unwrap().join("public"));
        assert!(Path::new(&expected).join("public").is_dir() && site.folder.is_dir());
        return;
    }
    let (folder, _) = examples().remove(0);
    fs::create_dir(folder.path().join("public")).unwrap();
    let output =
        super::again(test).current_dir(folder.path()).env(super::FOLDER, folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
