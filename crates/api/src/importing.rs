//! Requests about sites of other programs.

use std::path::Path;

use slipway_core::Failure;
use slipway_store::import::{Import, read};

use crate::Slipway;

impl Slipway {
    /// The sites in another program's file or folder. Adds none of them.
    pub async fn read_import(&self, from: &Path) -> Result<Import, Failure> {
        let from = from.to_owned();
        self.blocking(move |this| {
            // Nothing could be added to a project file.
            this.list()?;
            let environment = |name: &str| std::env::var_os(name);
            read(&from, &environment).map_err(|error| Failure::new(error.code(), error).about(from.display()))
        })
        .await
    }
}
