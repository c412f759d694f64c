//! What is done outside of the window: the browser, the file manager, the clipboard.

use std::path::Path;

use slipway_api::core::{Code, Failure, RemotePath, SiteName};
use slipway_api::desk::Desk;
use tauri::{AppHandle, State, Url};
use tauri_plugin_clipboard_manager::ClipboardExt;
use tauri_plugin_opener::{open_path, open_url, reveal_item_in_dir};

use crate::places;

#[tauri::command]
pub(super) async fn visit(desk: State<'_, Desk>, name: SiteName) -> Result<(), Failure> {
    browse(places::web_address(&desk.slipway().site(&name).await?)).await
}

#[tauri::command]
pub(super) async fn visit_file(
    desk: State<'_, Desk>,
    name: SiteName,
    path: RemotePath,
) -> Result<(), Failure> {
    browse(places::web_address_of(&desk.slipway().site(&name).await?, &path)).await
}

#[tauri::command]
pub(super) async fn open_folder(desk: State<'_, Desk>, name: SiteName) -> Result<(), Failure> {
    let folder = desk.slipway().site(&name).await?.folder;
    outside(move || open(&folder)).await
}

#[tauri::command]
pub(super) async fn show_file(desk: State<'_, Desk>, name: SiteName, path: String) -> Result<(), Failure> {
    let folder = desk.slipway().site(&name).await?.folder;
    match desk.local_file(&name, &path).await {
        Ok(file) => outside(move || reveal(&file)).await,
        // It is gone from here, and will be from the web.
        Err(_) => outside(move || open(&folder)).await,
    }
}

#[tauri::command]
pub(super) async fn show_server_copy(
    desk: State<'_, Desk>,
    name: SiteName,
    path: String,
) -> Result<(), Failure> {
    let copy = desk.fetch(&name, &path).await?;
    outside(move || reveal(&copy)).await
}

#[tauri::command]
pub(super) async fn copy_text(app: AppHandle, text: String) -> Result<(), Failure> {
    outside(move || app.clipboard().write_text(text).map_err(failed)).await
}

/// An empty text where the clipboard holds something else.
#[tauri::command]
pub(super) async fn paste_text(app: AppHandle) -> Result<String, Failure> {
    outside(move || Ok(app.clipboard().read_text().unwrap_or_default())).await
}

async fn browse(url: Option<Url>) -> Result<(), Failure> {
    let none = || Failure::new(Code::ConfigurationInvalid, "the site has no web address");
    let url = url.ok_or_else(none)?;
    outside(move || open_url(url, None::<&str>).map_err(failed)).await
}

/// Opens a folder in the file manager.
pub(super) fn open(folder: &Path) -> Result<(), Failure> {
    if !folder.is_dir() {
        return Err(Failure::new(Code::LocalFolderMissing, "it is not there").about(folder.display()));
    }
    if may_be_a_program(folder) {
        return reveal_item_in_dir(folder).map_err(failed);
    }
    open_path(folder, None::<&str>).map_err(failed)
}

/// To open `X.app` on macOS is to start it, and other endings belong to programs of their own.
fn may_be_a_program(folder: &Path) -> bool {
    cfg!(target_os = "macos") && has_ending(folder)
}

fn has_ending(folder: &Path) -> bool {
    folder.extension().is_some()
}

/// Shows a file in its folder; where the file manager can't, the folder alone.
fn reveal(file: &Path) -> Result<(), Failure> {
    reveal_item_in_dir(file).or_else(|error| {
        tracing::debug!(%error, "the file manager shows no single file");
        file.parent().map_or_else(|| Err(failed(error)), open)
    })
}

/// Other programs may be slow to answer.
pub(super) async fn outside<T: Send + 'static>(
    what: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(what).await;
    done.unwrap_or_else(|error| Err(failed(error)))
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::new(Code::Unexpected, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_may_be_a_program_is_not_opened_on_macos() {
        assert!(has_ending(Path::new("/home/anna/Shop.app")));
        assert!(!has_ending(Path::new("/home/anna.b/shop")));
        let program = may_be_a_program(Path::new("/home/anna/Shop.app"));
        assert_eq!(program, cfg!(target_os = "macos"));
    }
}
