//! Requests that only look: at a folder, at what changed since the last publish, at a file of the server.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use slipway_core::local_name::{self, Rules};
use slipway_core::{Code, Failure, RemotePath, RunId, Site, SiteName, StoreKind};
use slipway_engine::{Events, FolderReport, Preview, PublishOptions};
use slipway_remote::ftp::Reached;
use tokio_util::sync::CancellationToken;

use crate::publishing::work_on;
use crate::{Slipway, credential, stored};

impl Slipway {
    /// What a folder that may become a site holds. Reads no file.
    ///
    /// # Errors
    /// [`slipway_core::Code::LocalFolderMissing`] where it is not there.
    pub async fn look_at_folder(&self, folder: &Path) -> Result<FolderReport, Failure> {
        let (folder, cancel) = (folder.to_owned(), CancellationToken::new());
        // Whoever stops waiting stops the look.
        let _guard = cancel.clone().drop_guard();
        self.blocking(move |_| slipway_engine::look_at_folder(&folder, &cancel)).await
    }

    /// What a publish would do as far as this computer knows. Connects to nothing and looks no password up; goes on
    /// beside a publish of the same site.
    pub async fn compare(
        &self,
        name: &SiteName,
        options: PublishOptions,
        cancel: CancellationToken,
    ) -> Result<Preview, Failure> {
        let (name, wishes) = (name.clone(), options.clone());
        let work = self.blocking(move |this| {
            let site = this.described(&name)?;
            let site = Site { user: this.user_without_password(&site)?, ..site };
            let (ledger, password) = (this.ledger.clone(), SecretString::default());
            let work = work_on(site, password, ledger, &wishes, Reached::default(), Events::none(), cancel)?;
            Ok(work.with_versions(this.data.versions(&name)))
        });
        slipway_engine::compare(&work.await?, &options).await
    }

    /// The user name that a site is published as, as far as it can be told without unlocking anything: that of the last
    /// run there, which may have been kept with the password.
    pub(crate) fn user_without_password(&self, site: &Site) -> Result<String, Failure> {
        let location = slipway_engine::location(site);
        let last = self.ledger.last_place(&site.name, &location).map_err(stored)?;
        if let Some(user) = last.as_ref().and_then(|(_, destination)| destination.strip_suffix(&location)) {
            return Ok(user.to_owned());
        }
        let known = self.names()?;
        let store = if site.user.is_empty() { site.credentials } else { Some(StoreKind::Environment) };
        let kept = self.credentials.username(&site.name, store, &known).map_err(credential)?;
        Ok(kept.unwrap_or_else(|| site.user.clone()))
    }

    /// Brings one file of a site's server down, to be looked at, and says where it lies: in Slipway's own folder, where
    /// the first of a session takes away those of earlier ones. Goes on beside a publish of the same site.
    ///
    /// # Errors
    /// [`Code::FolderNotFound`] where the server does not have it; [`Code::NameNotAllowed`] where this computer can't
    /// hold its name.
    pub async fn fetch(
        &self,
        name: &SiteName,
        path: &RemotePath,
        cancel: CancellationToken,
    ) -> Result<PathBuf, Failure> {
        local_name::check(path, Rules::here())
            .map_err(|error| Failure::new(Code::NameNotAllowed, error).about(path))?;
        let into = self.data.server_copies(name).join(path.as_str().split('/').collect::<PathBuf>());
        let name = name.clone();
        let work = self.blocking(move |this| {
            this.forget_copies();
            this.data.make_server_copies(&name).map_err(stored)?;
            let (site, password, _) = this.log_in_as(this.described(&name)?, None)?;
            let (ledger, options) = (this.ledger.clone(), PublishOptions::default());
            work_on(site, password, ledger, &options, Reached::default(), Events::none(), cancel)
        });
        let work = work.await?;
        let result = slipway_engine::fetch(&work, path, &into).await;
        self.leave(work);
        result.map(|()| into)
    }

    /// Where what would be published at this path lies on this computer: in the site's folders or, where a version is put
    /// back, among what is kept of it. `None` where it is not there.
    pub async fn ours(
        &self,
        name: &SiteName,
        path: &RemotePath,
        version: Option<&RunId>,
    ) -> Result<Option<PathBuf>, Failure> {
        let (name, path, version) = (name.clone(), path.clone(), version.cloned());
        self.blocking(move |this| {
            let Some(version) = version else { return Ok(local_file(&this.described(&name)?, &path)) };
            let files = this.ledger.version(&version).map_err(stored)?.unwrap_or_default();
            Ok(files.get(&path).map(|file| this.data.versions(&name).file(file.sha256)))
        })
        .await
    }

    /// Takes away what earlier sessions left of servers' files; only the first call does anything. Blocks.
    pub(crate) fn forget_copies(&self) {
        self.copies.call_once(|| {
            if let Err(error) = std::fs::remove_dir_all(self.data.all_server_copies()) {
                tracing::debug!(%error, "no copies were removed");
            }
        });
    }
}

/// The file on this computer that is published there, if it is here. A path that would leave the folder here, as one with
/// a backslash does on Windows, stands for none. Blocks.
pub(crate) fn local_file(site: &Site, path: &RemotePath) -> Option<PathBuf> {
    local_name::check(path, Rules::here()).ok()?;
    let below = |folder: PathBuf, place: RemotePath| {
        let inside =
            if place.is_root() { Some(path.as_str()) } else { path.as_str().strip_prefix(place.as_str()) };
        let inside = inside.filter(|_| path.is_below(&place))?;
        Some(folder.join(inside.trim_start_matches('/')))
    };
    let places = site.source_folders().into_iter();
    places.filter_map(|(folder, place)| below(folder, place)).find(|file| file.is_file())
}
