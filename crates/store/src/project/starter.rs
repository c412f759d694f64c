//! What `config init` writes: a project file to start from, and the JSON Schema beside it that editors read.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use slipway_core::SiteName;

use super::reference::escape;
use crate::error::StoreError;

/// What the project file is called unless told otherwise.
pub const PROJECT_FILE: &str = "slipway.json";

/// What the JSON Schema beside it is called.
pub const SCHEMA_FILE: &str = "slipway.schema.json";

/// The JSON Schema of project files (draft 7, which most editors know).
pub fn schema() -> &'static str {
    include_str!("../../schema/slipway.schema.json")
}

/// A project file for one site, whose folder is relative to the file's. It is right once the environment variables
/// `FTP_USER` and `FTP_PASSWORD` are set.
pub fn starter(name: &SiteName, site_folder: &str) -> String {
    let quoted = |text: &str| Json::from(text).to_string();
    let (name, folder) = (quoted(name.as_str()), quoted(&escape(site_folder)));
    format!(
        r#"{{
  "$schema": "./{SCHEMA_FILE}",
  "version": 1,
  "defaults": {{
    "protocol": "ftps",
    "user": "${{env:FTP_USER}}",
    "password": "${{env:FTP_PASSWORD}}"
  }},
  "sites": {{
    {name}: {{
      "folder": {folder},
      "host": "ftp.example.com",
      "remote_dir": "public_html"
    }}
  }}
}}
"#
    )
}

/// Writes [`starter`] and [`schema`] into a folder, and returns where the project file is.
///
/// # Errors
/// [`StoreError::Io`] with `AlreadyExists` where there is a project file, which is left as it is. An older schema is
/// replaced.
pub fn write_starter(folder: &Path, name: &SiteName, site_folder: &str) -> Result<PathBuf, StoreError> {
    let file = folder.join(PROJECT_FILE);
    // Others are to read it, so it gets the mode that the system gives to new files.
    let mut new = File::create_new(&file).map_err(StoreError::io(&file))?;
    new.write_all(starter(name, site_folder).as_bytes()).map_err(StoreError::io(&file))?;
    let schema_file = folder.join(SCHEMA_FILE);
    fs::write(&schema_file, schema()).map_err(StoreError::io(&schema_file))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::super::Project;
    use super::super::testing::Known;
    use super::*;

    #[test]
    fn it_is_right_to_begin_with() {
        let folder = tempfile::tempdir().unwrap();
        let name = SiteName::new("my \"shop\"").unwrap();
        let file = write_starter(folder.path(), &name, "pub$lic").unwrap();
        let project = Project::load(&file).unwrap();
        assert_eq!(project.check(&Known), []);
        let site = project.site(&name, &Known).unwrap();
        assert_eq!(site.folder, folder.path().join("pub$lic"));
        assert_eq!(site.user, "carla");
        assert!(project.password(&name, &Known).unwrap().is_some());
        let schema: Json =
            serde_json::from_str(&fs::read_to_string(folder.path().join(SCHEMA_FILE)).unwrap()).unwrap();
        assert_eq!(schema["type"], "object");
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(PROJECT_FILE), "mine").unwrap();
        let error = write_starter(folder.path(), &SiteName::new("shop").unwrap(), "public").unwrap_err();
        assert!(matches!(error, StoreError::Io { source, .. } if source.kind() == ErrorKind::AlreadyExists));
        assert_eq!(fs::read_to_string(folder.path().join(PROJECT_FILE)).unwrap(), "mine");
        assert!(!folder.path().join(SCHEMA_FILE).exists());
    }
}
