//! Sites.

use secrecy::SecretString;
use serde_json::{Map, Value};
use slipway_api::build_digest;
use slipway_api::core::{Failure, Site, SiteName};
use slipway_api::desk::{Desk, SiteView};
use tauri::{AppHandle, State};

use crate::allow;
use crate::granted::{self, Granted};
use crate::menu::Words;

#[tauri::command]
pub(super) async fn sites(desk: State<'_, Desk>) -> Result<Vec<SiteView>, Failure> {
    desk.sites().await
}

#[tauri::command]
pub(super) async fn add_site(
    desk: State<'_, Desk>,
    granted: State<'_, Granted>,
    site: Site,
    password: SecretString,
) -> Result<(), Failure> {
    granted.check_site(&site, &desk.slipway().sites().await?)?;
    desk.add_site(site, password).await
}

#[tauri::command]
pub(super) async fn change_site(
    desk: State<'_, Desk>,
    granted: State<'_, Granted>,
    name: SiteName,
    change: Map<String, Value>,
    password: Option<SecretString>,
) -> Result<SiteView, Failure> {
    may_change(&desk, &granted, &name, &change).await?;
    desk.change_site(&name, change, password).await
}

#[tauri::command]
pub(super) async fn change_site_checked(
    desk: State<'_, Desk>,
    granted: State<'_, Granted>,
    name: SiteName,
    change: Map<String, Value>,
    password: Option<SecretString>,
) -> Result<SiteView, Failure> {
    may_change(&desk, &granted, &name, &change).await?;
    desk.change_site_checked(&name, change, password).await
}

/// Refuses folders that no person has chosen.
async fn may_change(
    desk: &Desk,
    granted: &Granted,
    name: &SiteName,
    change: &Map<String, Value>,
) -> Result<(), Failure> {
    let sites = desk.slipway().sites().await?;
    let present = sites.iter().find(|site| site.name == *name);
    match present.and_then(|site| granted::changed(site, change)) {
        Some(changed) => granted.check_site(&changed, &sites),
        None => Ok(()),
    }
}

#[tauri::command]
pub(super) async fn remove_site(desk: State<'_, Desk>, name: SiteName) -> Result<(), Failure> {
    desk.remove_site(&name).await
}

#[tauri::command]
pub(super) async fn allow_build(
    app: AppHandle,
    desk: State<'_, Desk>,
    words: State<'_, Words>,
    name: SiteName,
) -> Result<bool, Failure> {
    let site = desk.slipway().site(&name).await?;
    let Some(digest) = build_digest(&site) else { return Ok(true) };
    let allowed = allow::ask(&app, &words, &site).await?;
    if allowed {
        desk.allow_build(&name, digest).await?;
    }
    Ok(allowed)
}

#[tauri::command]
pub(super) async fn trust_certificate(
    desk: State<'_, Desk>,
    name: SiteName,
    sha256: String,
) -> Result<(), Failure> {
    desk.trust_certificate(&name, &sha256).await
}
