//! Requests about versions: which one would be put back. Putting it back is a publish of that version.

use slipway_core::{Code, Failure, PublishedFile, Site, SiteName};
use slipway_store::RunRecord;

use crate::{Slipway, stored};

impl Slipway {
    /// The run whose version would be put back: the one whose id begins with `to`; without it the version before the one
    /// that is online, or the last whole one where a run was cut off while it went live.
    ///
    /// # Errors
    /// [`Code::VersionMissing`] where that version is not kept, or there is none before; [`Code::RunNotFound`].
    pub async fn version(&self, name: &SiteName, to: Option<&str>) -> Result<RunRecord, Failure> {
        let (name, to) = (name.clone(), to.map(str::to_owned));
        self.blocking(move |this| {
            let site = this.described(&name)?;
            let site = Site { user: this.user_without_password(&site)?, ..site };
            let place = this.ledger.place(&name, &slipway_engine::destination(&site)).map_err(stored)?;
            let kept = this.ledger.versions(place).map_err(stored)?;
            let chosen = match to {
                Some(to) => Some(this.ledger.run(&name, &to).map_err(stored)?.run),
                None => {
                    let online = this.ledger.published(place).map_err(stored)?.files;
                    let newest =
                        kept.first().map(|run| this.ledger.version(run)).transpose().map_err(stored)?;
                    let content = |file: &PublishedFile| (file.size, file.sha256);
                    let whole = newest.flatten().is_some_and(|files| {
                        let same = |(path, file)| files.get(path).map(content) == Some(content(file));
                        files.len() == online.len() && online.iter().all(same)
                    });
                    kept.get(usize::from(whole)).cloned()
                }
            };
            let missing = || Failure::new(Code::VersionMissing, "that version is not kept");
            let chosen = chosen.filter(|run| kept.contains(run)).ok_or_else(missing)?;
            this.ledger.run(&name, chosen.as_str()).map_err(stored)
        })
        .await
    }
}
