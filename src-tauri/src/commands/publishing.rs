//! Publishing, and what is asked before and after.

use slipway_api::core::plan::Totals;
use slipway_api::core::server::Check;
use slipway_api::core::{Failure, RunId, SiteName};
use slipway_api::desk::{Desk, PlanView, PublishRequest, RunRecord};
use tauri::State;
use tauri::ipc::Channel;

use crate::ear::telling;

#[tauri::command]
pub(super) async fn plan(
    desk: State<'_, Desk>,
    name: SiteName,
    options: PublishRequest,
) -> Result<PlanView, Failure> {
    desk.plan(&name, options).await
}

#[tauri::command]
pub(super) async fn preview(
    desk: State<'_, Desk>,
    name: SiteName,
    options: PublishRequest,
) -> Result<PlanView, Failure> {
    desk.preview(&name, options).await
}

#[tauri::command]
pub(super) async fn preview_purge(desk: State<'_, Desk>, name: SiteName) -> Result<Totals, Failure> {
    desk.preview_purge(&name).await
}

#[tauri::command]
pub(super) async fn publish(
    desk: State<'_, Desk>,
    name: SiteName,
    options: PublishRequest,
) -> Result<(), Failure> {
    desk.publish(&name, options).await
}

#[tauri::command]
pub(super) async fn stop(desk: State<'_, Desk>, name: SiteName) -> Result<(), Failure> {
    desk.stop(&name).await
}

#[tauri::command]
pub(super) async fn check_server(
    desk: State<'_, Desk>,
    name: SiteName,
    channel: Channel<Check>,
) -> Result<(), Failure> {
    desk.check_server(&name, telling(channel)).await
}

#[tauri::command]
pub(super) async fn history(desk: State<'_, Desk>, name: SiteName) -> Result<Vec<RunRecord>, Failure> {
    desk.history(&name).await
}

#[tauri::command]
pub(super) async fn run_log(
    desk: State<'_, Desk>,
    name: SiteName,
    run: RunId,
) -> Result<Option<String>, Failure> {
    desk.run_log(&name, &run).await
}
