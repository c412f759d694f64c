//! What a window needs beyond single requests: the runs that are under way, who is told of them, passwords that are
//! known until the app is closed, and what was chosen for the app. Every request of the window is a method of
//! [`Desk`]; every reply is plain data, which the window's own types are made from. Knows nothing of windows.

mod adding;
mod app;
mod board;
mod change;
mod gate;
mod looks;
mod mailbox;
mod memory;
mod passwords;
mod plans;
mod runs;
mod sites;
mod wire;

use std::sync::Arc;

use slipway_core::{Code, Failure};
use tokio_util::task::TaskTracker;

use crate::Slipway;
use board::Board;
use gate::{Gates, Slot};
use memory::Memory;

pub use mailbox::Subscription;
pub use wire::{
    About, Account, AppSettings, ChangeKind, ChangeRow, ConflictAnswer, ConflictRow, FolderReport, Generator,
    HostEvent, HostingText, Language, LastRun, MenuItem, Online, PassPhrase, PasswordStore, PlanView,
    Planned, PublishRequest, RemoteFolder, RunEvent, RunKind, RunNow, RunRecord, ServerFolders, SiteView,
    Theme,
};

/// Slipway as a window uses it. Cheap to clone; all clones are one desk. Its methods are called where a Tokio runtime is.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

struct Inner {
    slipway: Slipway,
    board: Board,
    gates: Gates,
    memory: Memory,
    /// Runs, until they have ended.
    tasks: TaskTracker,
    /// Those who look at something, until they are done.
    looks: TaskTracker,
    /// Checks of servers that no site names yet.
    account: Slot,
    /// Looks at the folders of such servers.
    folders: Slot,
    /// Looks at folders that may become sites.
    folder: Slot,
}

impl Desk {
    /// A desk with nothing under way. Takes away what earlier sessions left to be looked at. Blocks for a moment.
    pub fn new(slipway: Slipway) -> Self {
        slipway.forget_copies();
        Self(Arc::new(Inner {
            slipway,
            board: Board::default(),
            gates: Gates::default(),
            memory: Memory::default(),
            tasks: TaskTracker::new(),
            looks: TaskTracker::new(),
            account: Slot::default(),
            folders: Slot::default(),
            folder: Slot::default(),
        }))
    }

    /// The Slipway behind it.
    pub fn slipway(&self) -> &Slipway {
        &self.0.slipway
    }

    /// Tells all who listen of something that happened outside of runs.
    pub fn tell(&self, event: HostEvent) {
        self.0.board.tell(event);
    }

    /// Has `sink` told of all that happens from now on, until the subscription is dropped: first the present state of
    /// every run under way, then what happens, in its order. At most ten batches a second; of several progress events of
    /// one site in a batch only the newest is there. Nothing but such progress is ever left out. `sink` must not block.
    pub async fn subscribe(&self, sink: impl Fn(Vec<HostEvent>) + Send + 'static) -> Subscription {
        Subscription::begin(self.0.board.listen(), sink)
    }
}

fn invalid(detail: impl std::fmt::Display) -> Failure {
    Failure::new(Code::ConfigurationInvalid, detail)
}
