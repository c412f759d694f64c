//! What holds for all sites: one JSON file.

use serde::{Deserialize, Serialize};
use slipway_core::site::MOST_CONNECTIONS;
use slipway_core::{SiteError, StoreKind};
use ts_rs::TS;

use crate::data_dir::DataDir;
use crate::error::StoreError;
use crate::json_file;

/// The version of the file that this Slipway writes, and the newest that it reads. Version 2 has what was chosen for the
/// app.
const VERSION: i64 = 2;

/// How the window looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system does.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// Which language the window speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// The system's, if it is one of the others.
    #[default]
    System,
    /// English.
    En,
    /// German.
    De,
    /// French.
    Fr,
    /// Spanish.
    Es,
}

/// What a person chose for the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(rename = "Settings")]
pub struct AppSettings {
    /// How the window looks.
    pub theme: Theme,
    /// Which language it speaks.
    pub language: Language,
    /// Connections at once, for sites that are added from now on.
    pub connections: u8,
    /// Bytes a second, for sites that are added from now on; `null` for as fast as it goes.
    pub limit: Option<u64>,
}

impl Default for AppSettings {
    fn default() -> Self {
        Self { theme: Theme::default(), language: Language::default(), connections: 8, limit: None }
    }
}

impl AppSettings {
    /// Whether a site could have these.
    ///
    /// # Errors
    /// [`SiteError::Connections`], [`SiteError::Limit`].
    pub fn validate(&self) -> Result<(), SiteError> {
        if !(1..=MOST_CONNECTIONS).contains(&self.connections) {
            return Err(SiteError::Connections(self.connections));
        }
        if self.limit == Some(0) { Err(SiteError::Limit) } else { Ok(()) }
    }
}

/// What holds for all sites. Holds no secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    version: i64,
    /// Where credentials are kept, if that was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_store: Option<StoreKind>,
    /// What was chosen for the app.
    #[serde(default, skip_serializing_if = "is_default")]
    pub app: AppSettings,
}

fn is_default(settings: &AppSettings) -> bool {
    *settings == AppSettings::default()
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
        assert_eq!(text, "{\n  \"version\": 2,\n  \"credential_store\": \"file\"\n}\n");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(data.settings_file()).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_file_of_version_1_is_read_for_ever() {
        let (_root, data) = data();
        fs::write(data.settings_file(), r#"{"version":1,"credential_store":"keychain"}"#).unwrap();
        let settings = Settings::read(&data).unwrap();
        assert_eq!(settings.credential_store, Some(StoreKind::Keychain));
        assert_eq!(settings.app, AppSettings::default());
        let chosen =
            AppSettings { theme: Theme::Dark, language: Language::De, connections: 3, limit: Some(9) };
        Settings::change(&data, |settings| settings.app = chosen.clone()).unwrap();
        let settings = Settings::read(&data).unwrap();
        assert_eq!((settings.app, settings.credential_store), (chosen, Some(StoreKind::Keychain)));
    }

    #[test]
    fn only_what_a_site_could_have_is_chosen() {
        let with =
            |connections, limit| AppSettings { connections, limit, ..AppSettings::default() }.validate();
        assert_eq!((with(1, None), with(MOST_CONNECTIONS, Some(1))), (Ok(()), Ok(())));
        assert_eq!(with(0, None), Err(SiteError::Connections(0)));
        assert_eq!(with(MOST_CONNECTIONS + 1, None), Err(SiteError::Connections(MOST_CONNECTIONS + 1)));
        assert_eq!(with(1, Some(0)), Err(SiteError::Limit));
    }

    #[test]
    fn damage_and_newer_files_are_told_apart_and_left_alone() {
        let (_root, data) = data();
        for (text, newer) in [
            ("", false),
            ("{\"version\":1,\"credential_store\":\"drawer\"}", false),
            ("{\"version\":1,\"colour\":1}", false),
            ("{\"version\":2,\"app\":{\"theme\":\"pink\"}}", false),
            ("{\"version\":3,\"credential_store\":\"drawer\"}", true),
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
