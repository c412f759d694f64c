//! What the window and the desk say to each other, as JSON. Plain data; the TypeScript types of the window are generated
//! from it.

mod app;
mod event;
mod plan;
mod server;
mod site;

pub use app::{About, PassPhrase, PasswordStore};
pub use event::{HostEvent, MenuItem, Planned, RunEvent};
pub use plan::{ChangeKind, ChangeRow, ConflictAnswer, ConflictRow, PlanView, PublishRequest};
pub use server::{Account, FolderReport, Generator, HostingText, RemoteFolder, ServerFolders};
pub use site::{LastRun, Online, RunKind, RunNow, RunRecord, SiteView};
pub use slipway_store::settings::{AppSettings, Language, Theme};
