//! Watching a site's folders. What the system tells of them only says that something changed; what it was is found out
//! as in any publish, by comparing the folder with the record. So nothing depends on events being complete, in order
//! or true: saving aside and renaming, a whole folder moved in and a checkout of another branch are all the same here.

mod backend;
mod network;
mod quiet;
mod sieve;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use file_id::FileId;
use slipway_core::{Code, Failure, RemotePath, Site};

use backend::Backend;
use quiet::Shared;
use sieve::Sieve;

pub use backend::{Polling, Way};
pub use sieve::fingerprint;

/// How long is waited for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Nothing must have changed for so long before the folder is looked at.
    pub quiet: Duration,
    /// The folder is looked at after so long although it keeps changing.
    pub longest: Duration,
    /// A file is left out of such a look that was written to within this time.
    pub still: Duration,
    /// How often it is made sure that the folders are still there, and the same.
    pub there: Duration,
    /// How often everything is looked at, whether or not anything was told.
    pub everything: Duration,
    /// How often folders are walked through that can't be watched.
    pub poll: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            quiet: Duration::from_millis(1_500),
            longest: Duration::from_secs(30),
            still: Duration::from_millis(500),
            there: Duration::from_secs(2),
            everything: Duration::from_mins(10),
            poll: Duration::from_secs(5),
        }
    }
}

/// The folder should be looked at now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// Files that are being written to, by the place that they are published at.
    pub unsettled: Vec<RemotePath>,
}

/// A wall clock that is so far ahead of what was waited for was not looked at meanwhile: the computer slept.
const SLEPT: Duration = Duration::from_secs(30);

/// Watches all folders of one site.
pub struct Watcher {
    site: Site,
    pace: Pace,
    shared: Arc<Shared>,
    watch: Watch,
    /// When everything was last looked at.
    looked: Instant,
    woken: SystemTime,
}

/// What is watched, from when it began.
struct Watch {
    sieve: Arc<Sieve>,
    backend: Backend,
    /// What each folder was; `None` for one that was not there.
    ids: Vec<Option<FileId>>,
}

impl Watch {
    /// Blocks.
    fn begin(site: &Site, shared: &Arc<Shared>, pace: Pace) -> Result<Self, Failure> {
        let folders = sieve::folders(site);
        // Before: a folder that is exchanged meanwhile is noticed.
        let ids = backend::identify(&folders);
        let sieve = Arc::new(Sieve::new(site)?);
        Ok(Self { backend: Backend::begin(&folders, &sieve, shared, pace.poll), sieve, ids })
    }
}

impl Watcher {
    /// Begins to watch. Folders that are not there are waited for.
    ///
    /// # Errors
    /// [`Code::ConfigurationInvalid`] for patterns of files to leave out that can't be understood.
    pub async fn start(site: &Site, pace: Pace) -> Result<Self, Failure> {
        let shared = Arc::new(Shared::default());
        let watch = begin(site, &shared, pace).await?;
        let (looked, woken) = (Instant::now(), SystemTime::now());
        Ok(Self { site: site.clone(), pace, shared, watch, looked, woken })
    }

    /// Whether it watches what the site is made of; its settings may have changed.
    pub fn fits(&self, site: &Site) -> bool {
        self.watch.sieve.fits(site)
    }

    /// How changes are learnt of.
    pub fn way(&self) -> Way {
        self.watch.backend.way()
    }

    /// Waits until something has changed and is quiet again, or it is time to look at everything. What happens until
    /// the next call is not missed.
    pub async fn next(&mut self) -> Look {
        loop {
            let now = Instant::now();
            if self.shared.is_lost() {
                self.again().await;
                return self.look(now);
            }
            let due = self.shared.due(&self.pace);
            if due.is_some_and(|due| due <= now) && !self.shared.postpone(now, &self.pace) {
                return self.look(now);
            }
            let routine = self.looked + self.pace.everything;
            if routine <= now {
                return self.look(now);
            }
            let wake = due.unwrap_or(routine).min(routine).min(now + self.pace.there);
            tokio::select! {
                // Once something has changed, what follows is seen when it is due.
                () = self.shared.changed(), if due.is_none() => continue,
                () = tokio::time::sleep_until(wake.into()) => {}
            }
            if self.slept() || self.moved().await {
                self.again().await;
                return self.look(Instant::now());
            }
        }
    }

    /// The files that were touched since the last look; `None` where they are too many to tell.
    pub fn touched(&self) -> Option<Vec<PathBuf>> {
        self.shared.touched()
    }

    /// What has changed until now is looked at now.
    pub fn look_now(&mut self) -> Look {
        self.look(Instant::now())
    }

    fn look(&mut self, now: Instant) -> Look {
        self.looked = now;
        let unsettled = self.shared.take(now, &self.pace);
        Look { unsettled: unsettled.iter().filter_map(|path| self.watch.sieve.published(path)).collect() }
    }

    /// Whether the computer slept since this was last asked.
    fn slept(&mut self) -> bool {
        let now = SystemTime::now();
        let slept = now.duration_since(self.woken).is_ok_and(|passed| passed > self.pace.there + SLEPT);
        self.woken = now;
        slept
    }

    /// Whether a folder has gone, come, or become another: a disk was taken out or put in, a link leads elsewhere.
    async fn moved(&mut self) -> bool {
        let folders = sieve::folders(&self.site);
        let ids = tokio::task::spawn_blocking(move || backend::identify(&folders)).await;
        ids.is_ok_and(|ids| ids != self.watch.ids)
    }

    /// Begins anew.
    async fn again(&mut self) {
        self.watch.backend = Backend::none();
        self.shared.found();
        match begin(&self.site, &self.shared, self.pace).await {
            Ok(watch) => self.watch = watch,
            // Everything is still looked at from time to time.
            Err(failure) => tracing::error!(%failure, "the folders could not be watched again"),
        }
    }
}

async fn begin(site: &Site, shared: &Arc<Shared>, pace: Pace) -> Result<Watch, Failure> {
    let (site, shared) = (site.clone(), shared.clone());
    let begun = tokio::task::spawn_blocking(move || Watch::begin(&site, &shared, pace)).await;
    begun.unwrap_or_else(|error| Err(Failure::new(Code::Unexpected, error)))
}
