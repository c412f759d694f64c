//! What happens without being asked for.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use slipway_core::{Event, Failure, Outcome, Progress, RunId, RunState, SiteName};
use ts_rs::TS;

/// What a run is going to do, as it says once it knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct Planned {
    /// Files that are not online yet.
    pub new: u64,
    /// Files that are online with other content.
    pub changed: u64,
    /// Files that will be taken off.
    pub removed: u64,
    /// Files that are online already.
    pub unchanged: u64,
    /// Bytes to send.
    pub bytes: u64,
    /// Of them, bytes that an interrupted run has sent already.
    pub bytes_waiting: u64,
}

/// One thing that a run says of itself; what only logs need is left out.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RunEvent {
    /// The run has come to another state.
    State {
        /// The run; `null` until it has a name.
        run: Option<RunId>,
        /// Its state now.
        state: RunState,
    },
    /// What it will do.
    Planned(Planned),
    /// How far it has got.
    Progress(Progress),
    /// The end of a run that went well.
    Finished {
        /// `live`, or `done` for a run that published nothing.
        #[ts(type = "'live' | 'done'")]
        outcome: RunState,
        /// The run.
        run: RunId,
        /// What it did.
        #[serde(flatten)]
        summary: Outcome,
    },
    /// The end of a run that did not.
    Failed {
        /// The run, if it got so far as to have a name.
        run: Option<RunId>,
        /// What went wrong.
        #[serde(flatten)]
        failure: Failure,
    },
}

impl RunEvent {
    /// What the window is told of an event while the run goes on, if anything. Of its end it is told once nothing of the
    /// run is under way any more.
    pub(crate) fn of(event: Event) -> Option<Self> {
        Some(match event {
            Event::State { run, state } => Self::State { run: Some(run), state },
            Event::Planned { new, changed, removed, unchanged, bytes, bytes_waiting } => {
                Self::Planned(Planned { new, changed, removed, unchanged, bytes, bytes_waiting })
            }
            Event::Progress(progress) => Self::Progress(progress),
            Event::Finished { .. }
            | Event::Failed { .. }
            | Event::File { .. }
            | Event::Command { .. }
            | Event::Output { .. }
            | Event::Note { .. }
            | Event::Retrying { .. } => return None,
        })
    }
}

/// What can be chosen in the menus and is done by the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MenuItem {
    /// Add a website.
    Add,
    /// Publish the site that is shown.
    Publish,
    /// Go to the filter of the changes.
    Find,
    /// The app's settings.
    Settings,
    /// Look at the folder again.
    LookAgain,
    /// Show the site of this place in the list.
    #[serde(rename = "site_1")]
    Site1,
    /// As above.
    #[serde(rename = "site_2")]
    Site2,
    /// As above.
    #[serde(rename = "site_3")]
    Site3,
    /// As above.
    #[serde(rename = "site_4")]
    Site4,
    /// As above.
    #[serde(rename = "site_5")]
    Site5,
    /// As above.
    #[serde(rename = "site_6")]
    Site6,
    /// As above.
    #[serde(rename = "site_7")]
    Site7,
    /// As above.
    #[serde(rename = "site_8")]
    Site8,
    /// As above.
    #[serde(rename = "site_9")]
    Site9,
    /// About Slipway.
    About,
    /// Visit the site that is shown.
    Visit,
    /// Open the folder of the site that is shown.
    OpenFolder,
}

/// Something that happened without being asked for.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum HostEvent {
    /// A run said something.
    Run {
        /// Whose run.
        site: SiteName,
        /// What it said.
        event: RunEvent,
    },
    /// Something is dragged over the window, or has left it.
    Dragging {
        /// Whether it is over the window.
        over: bool,
    },
    /// A folder was dropped on the window, or handed to the app.
    Dropped {
        /// The folder.
        folder: PathBuf,
    },
    /// Something was chosen in a menu.
    Menu {
        /// What.
        item: MenuItem,
    },
}
