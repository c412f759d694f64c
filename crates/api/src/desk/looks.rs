//! Requests that look at a site, here or on its server, and change nothing there.

use std::path::PathBuf;

use slipway_core::{Check, Code, Failure, RemotePath, SiteName, Totals};
use tokio_util::sync::CancellationToken;

use super::wire::{PlanView, PublishRequest};
use super::{Desk, board, invalid, plans};
use crate::looking::local_file;
use crate::{Events, Preview, PublishOptions};

impl Desk {
    /// What publishing would do, as far as this computer knows. Asks no server, and needs no password. Goes on beside a
    /// publish; a new one of the same site stops the one before.
    pub async fn plan(&self, name: &SiteName, request: PublishRequest) -> Result<PlanView, Failure> {
        let (options, publishes) = (plans::options(&request)?, self.0.memory.of(name).publishes);
        let (cancel, _here) = (self.0.gates.of(name).plan(), self.0.looks.token());
        let preview = self.0.slipway.compare(name, options, cancel).await?;
        self.plan_view(name, &request, preview, publishes).await
    }

    /// What publishing would do, with what the server says.
    pub async fn preview(&self, name: &SiteName, request: PublishRequest) -> Result<PlanView, Failure> {
        let (options, publishes) = (plans::options(&request)?, self.0.memory.of(name).publishes);
        let preview =
            self.look(name, |cancel| self.0.slipway.preview(name, options, Events::none(), cancel)).await?;
        self.plan_view(name, &request, preview, publishes).await
    }

    /// What a purge would take off: what Slipway did not put there and the folder does not have.
    pub async fn preview_purge(&self, name: &SiteName) -> Result<Totals, Failure> {
        let options = PublishOptions { purge: true, ..PublishOptions::default() };
        let preview =
            self.look(name, |cancel| self.0.slipway.preview(name, options, Events::none(), cancel)).await?;
        let purge = preview.plan.purge;
        Ok(Totals { files: purge.len() as u64, bytes: purge.iter().map(|removal| removal.size).sum() })
    }

    /// Tries all that a publish needs at the site's server, and says each thing that went well.
    pub async fn check_server(
        &self,
        name: &SiteName,
        passed: impl Fn(Check) + Send + Sync + 'static,
    ) -> Result<(), Failure> {
        self.look(name, |cancel| self.0.slipway.check(name, passed, Events::none(), cancel)).await.map(drop)
    }

    /// Brings the server's copy of a file down, to be looked at. Says where it lies.
    pub async fn fetch(&self, name: &SiteName, path: &str) -> Result<PathBuf, Failure> {
        let path = RemotePath::new(path).map_err(invalid)?;
        self.look(name, |cancel| self.0.slipway.fetch(name, &path, cancel)).await
    }

    /// The file on this computer that is published at this path.
    ///
    /// # Errors
    /// [`Code::LocalFileUnreadable`] where it is not there any more.
    pub async fn local_file(&self, name: &SiteName, path: &str) -> Result<PathBuf, Failure> {
        let path = RemotePath::new(path).map_err(invalid)?;
        let site = self.0.slipway.site(name).await?;
        let find = move |_: &crate::Slipway| {
            let missing = || Failure::new(Code::LocalFileUnreadable, "it is not there").about(&path);
            local_file(&site, &path).ok_or_else(missing)
        };
        self.0.slipway.blocking(find).await
    }

    /// Does something that works on the site for a while, once it is its turn. A publish that begins stops it.
    pub(super) async fn look<T, F>(
        &self,
        name: &SiteName,
        what: impl FnOnce(CancellationToken) -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let (gate, _here) = (self.0.gates.of(name), self.0.looks.token());
        // Before it is asked whether a publish is under way: one that begins then stops this.
        let cancel = gate.looks();
        if self.0.board.run_of(name).is_some() {
            return Err(board::running());
        }
        let _turn = gate.turn(&cancel).await?;
        what(cancel).await.inspect_err(|failure| self.note_rejected(name, failure))
    }

    /// `publishes`: those that had ended when the plan was begun. One that ended since made it history.
    async fn plan_view(
        &self,
        name: &SiteName,
        request: &PublishRequest,
        preview: Preview,
        publishes: u64,
    ) -> Result<PlanView, Failure> {
        let site = self.0.slipway.site(name).await?;
        let view = self.0.slipway.blocking(move |_| Ok(plans::view(&site, &preview))).await?;
        if request.publishes_all() {
            self.0.memory.set_waiting_since(name, view.changes.len() as u64, publishes);
            self.forget_if_gone(name).await;
        }
        Ok(view)
    }

    /// Nothing is remembered of a site that was removed meanwhile: another may get its name.
    pub(super) async fn forget_if_gone(&self, name: &SiteName) {
        if self.0.slipway.site(name).await.is_err_and(|failure| failure.code == Code::SiteNotFound) {
            self.0.memory.forget(name);
        }
    }
}
