//! Sites.

use secrecy::SecretString;
use serde_json::{Map, Value};
use slipway_api::core::{Failure, Site, SiteName};
use slipway_api::desk::{Desk, SiteView};
use tauri::State;

#[tauri::command]
pub(super) async fn sites(desk: State<'_, Desk>) -> Result<Vec<SiteView>, Failure> {
    desk.sites().await
}

#[tauri::command]
pub(super) async fn add_site(
    desk: State<'_, Desk>,
    site: Site,
    password: SecretString,
) -> Result<(), Failure> {
    desk.add_site(site, password).await
}

#[tauri::command]
pub(super) async fn change_site(
    desk: State<'_, Desk>,
    name: SiteName,
    change: Map<String, Value>,
) -> Result<SiteView, Failure> {
    desk.change_site(&name, change).await
}

#[tauri::command]
pub(super) async fn remove_site(desk: State<'_, Desk>, name: SiteName) -> Result<(), Failure> {
    desk.remove_site(&name).await
}

#[tauri::command]
pub(super) async fn allow_build(desk: State<'_, Desk>, name: SiteName) -> Result<(), Failure> {
    desk.allow_build(&name).await
}

#[tauri::command]
pub(super) async fn trust_certificate(
    desk: State<'_, Desk>,
    name: SiteName,
    sha256: String,
) -> Result<(), Failure> {
    desk.trust_certificate(&name, &sha256).await
}
