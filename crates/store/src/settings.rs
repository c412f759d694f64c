//! What holds for all sites: one JSON file.

use serde::{Deserialize, Serialize};
use slipway_core::StoreKind;

use crate::data_dir::DataDir;
use crate::error::StoreError;
use crate::json_file;

/// The version of the file that this Slipway writes, and the newest that it reads.
const VERSION: i64 = 1;

/// What holds for all sites. Holds no secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    version: i64,
    /// Where credentials are kept, if that was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_store: Option<StoreKind>,
}

impl Settings {
    /// The settings kept in this folder; the defaults where there are none.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] and [`StoreError::Newer`]; the file is left as it is.
    pub fn read(data: &DataDir) -> Result<Self, StoreError> {
        Ok(json_file::read(&data.settings_file(), VERSION)?.unwrap_or_default())
    }

    /// Changes them, on top of what other processes changed.
    pub fn change(data: &DataDir, change: impl FnOnce(&mut Self)) -> Result<(), StoreError> {
        let _lock = data.lock_briefly("settings")?;
        let mut settings = Self::read(data)?;
        change(&mut settings);
        settings.version = VERSION;
        json_file::write(&data.settings_file(), &settings)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn data() -> (tempfile::TempDir, DataDir) {
        let root = tempfile::tempdir().unwrap();
        let data = DataDir::open(Some(root.path())).unwrap();
        (root, data)
    }

    #[test]
    fn what_was_set_is_read() {
        let (_root, data) = data();
        assert_eq!(Settings::read(&data).unwrap().credential_store, None);
        Settings::change(&data, |settings| settings.credential_store = Some(StoreKind::File)).unwrap();
        assert_eq!(Settings::read(&data).unwrap().credential_store, Some(StoreKind::File));
        let text = fs::read_to_string(data.settings_file()).unwrap();
        assert_eq!(text, "{\n  \"version\": 1,\n  \"credential_store\": \"file\"\n}\n");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(data.settings_file()).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn damage_and_newer_files_are_told_apart_and_left_alone() {
        let (_root, data) = data();
        for (text, newer) in [
            ("", false),
            ("{\"version\":1,\"credential_store\":\"drawer\"}", false),
            ("{\"version\":1,\"colour\":1}", false),
            ("{\"version\":2,\"credential_store\":\"drawer\"}", true),
        ] {
            fs::write(data.settings_file(), text).unwrap();
            let errors = [
                Settings::read(&data).unwrap_err(),
                Settings::change(&data, |settings| settings.credential_store = None).unwrap_err(),
            ];
            for error in errors {
                assert_eq!(matches!(error, StoreError::Newer { .. }), newer, "{error}");
                assert_eq!(matches!(error, StoreError::Damaged { .. }), !newer, "{error}");
            }
            assert_eq!(fs::read_to_string(data.settings_file()).unwrap(), text);
        }
    }
}
