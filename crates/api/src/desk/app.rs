//! Requests about the app itself.

use slipway_core::Failure;
use slipway_store::Settings;

use super::wire::{About, AppSettings};
use super::{Desk, invalid};
use crate::stored;

impl Desk {
    /// What was chosen for the app.
    pub async fn settings(&self) -> Result<AppSettings, Failure> {
        self.0.slipway.blocking(|slipway| Ok(Settings::read(&slipway.data).map_err(stored)?.app)).await
    }

    /// Keeps what is chosen for the app.
    ///
    /// # Errors
    /// [`ConfigurationInvalid`](slipway_core::Code::ConfigurationInvalid) for numbers that no site could have.
    pub async fn save_settings(&self, settings: AppSettings) -> Result<(), Failure> {
        settings.validate().map_err(invalid)?;
        let change = move |kept: &mut Settings| kept.app = settings;
        self.0.slipway.blocking(move |slipway| Settings::change(&slipway.data, change).map_err(stored)).await
    }

    /// What a person should know of the app.
    pub async fn about(&self) -> Result<About, Failure> {
        let slipway = &self.0.slipway;
        Ok(About {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            data_folder: slipway.data.path().to_owned(),
            logs_folder: slipway.logs(),
        })
    }

    /// Stops whoever looks and all runs that can be stopped, waits for the end of all, and for all servers to be said
    /// good-bye to. To be called before the app ends.
    pub async fn close(&self) {
        let inner = &self.0;
        inner.gates.send_all_away();
        for slot in [&inner.account, &inner.folders, &inner.folder] {
            slot.next();
        }
        self.stop_all().await;
        inner.looks.close();
        inner.looks.wait().await;
        inner.looks.reopen();
        self.0.slipway.close().await;
    }
}
