//! The app itself: what it tells, its settings, its title and menus.

use std::collections::HashMap;

use slipway_api::core::{Code, Failure};
use slipway_api::desk::{About, AppSettings, Desk, HostEvent};
use tauri::ipc::Channel;
use tauri::{AppHandle, State};

use super::outside::{open, outside};
use crate::ear::Ear;
use crate::menu::{Bar, Labels, Words};
use crate::window;

/// The licences of everything that is in the app, as the build found them.
const LICENCES: &str = include_str!(concat!(env!("OUT_DIR"), "/licences.txt"));

#[tauri::command]
pub(super) async fn subscribe(
    desk: State<'_, Desk>,
    ear: State<'_, Ear>,
    channel: Channel<Vec<HostEvent>>,
) -> Result<(), Failure> {
    ear.listen(&desk, channel).await;
    Ok(())
}

#[tauri::command]
pub(super) async fn settings(desk: State<'_, Desk>) -> Result<AppSettings, Failure> {
    desk.settings().await
}

#[tauri::command]
pub(super) async fn save_settings(
    app: AppHandle,
    desk: State<'_, Desk>,
    settings: AppSettings,
) -> Result<(), Failure> {
    window::set_theme(&app, settings.theme);
    desk.save_settings(settings).await
}

#[tauri::command]
pub(super) async fn about(desk: State<'_, Desk>) -> Result<About, Failure> {
    desk.about().await
}

#[tauri::command]
pub(super) async fn licences() -> Result<&'static str, Failure> {
    Ok(LICENCES)
}

#[tauri::command]
pub(super) async fn open_data_folder(desk: State<'_, Desk>) -> Result<(), Failure> {
    let folder = desk.about().await?.data_folder;
    outside(move || open(&folder)).await
}

#[tauri::command]
pub(super) async fn open_logs(desk: State<'_, Desk>) -> Result<(), Failure> {
    let folder = desk.about().await?.logs_folder;
    outside(move || open(&folder)).await
}

#[tauri::command]
pub(super) async fn set_title(app: AppHandle, title: String, progress: Option<f64>) -> Result<(), Failure> {
    window::set_title(&app, &title, progress);
    Ok(())
}

#[tauri::command]
pub(super) async fn set_menu(
    app: AppHandle,
    words: State<'_, Words>,
    bar: State<'_, Bar>,
    labels: HashMap<String, String>,
) -> Result<(), Failure> {
    let labels = Labels::new(labels);
    if !words.set(labels.clone()) {
        return Ok(());
    }
    bar.speak(&app, &labels).map_err(|error| Failure::new(Code::Unexpected, error))
}
