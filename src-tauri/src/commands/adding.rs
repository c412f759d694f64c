//! What is asked while a site is added.

use std::path::PathBuf;

use slipway_api::core::server::Check;
use slipway_api::core::{Code, Failure, SiteName};
use slipway_api::desk::{Account, Desk, FolderReport, HostingText, ServerFolders};
use tauri::ipc::Channel;
use tauri::{AppHandle, Manager, State, WebviewWindow};
use tauri_plugin_dialog::DialogExt;

use super::outside::outside;
use crate::ear::telling;
use crate::granted::Granted;
use crate::menu::Words;
use crate::practice::{self, PracticeServer};

#[tauri::command]
pub(super) async fn choose_folder(
    app: AppHandle,
    window: WebviewWindow,
    words: State<'_, Words>,
) -> Result<Option<PathBuf>, Failure> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    let dialog = app.dialog().file().set_parent(&window).set_title(words.get().word("choose_folder"));
    dialog.pick_folder(move |folder| drop(answer.send(folder)));
    let Some(folder) = answered.await.ok().flatten() else { return Ok(None) };
    let folder = folder.into_path().map_err(|error| Failure::new(Code::LocalFolderMissing, error))?;
    outside(move || app.state::<Granted>().grant(folder).map(Some)).await
}

#[tauri::command]
pub(super) async fn look_at_folder(
    desk: State<'_, Desk>,
    granted: State<'_, Granted>,
    folder: PathBuf,
) -> Result<FolderReport, Failure> {
    granted.check(&folder, &desk.slipway().sites().await?)?;
    desk.look_at_folder(&folder).await
}

#[tauri::command]
pub(super) async fn read_text(desk: State<'_, Desk>, text: String) -> Result<HostingText, Failure> {
    desk.read_text(text).await
}

#[tauri::command]
pub(super) async fn check_account(
    desk: State<'_, Desk>,
    account: Account,
    channel: Channel<Check>,
) -> Result<(), Failure> {
    desk.check_account(account, telling(channel)).await
}

#[tauri::command]
pub(super) async fn folders_of(desk: State<'_, Desk>, name: SiteName) -> Result<ServerFolders, Failure> {
    desk.folders_of(&name).await
}

#[tauri::command]
pub(super) async fn folders(
    desk: State<'_, Desk>,
    granted: State<'_, Granted>,
    account: Account,
    folder: PathBuf,
) -> Result<ServerFolders, Failure> {
    granted.check(&folder, &desk.slipway().sites().await?)?;
    desk.folders(account, &folder).await
}

#[tauri::command]
pub(super) async fn add_practice_site(
    server: State<'_, PracticeServer>,
    name: String,
) -> Result<SiteName, Failure> {
    practice::add(&server, &name).await
}
