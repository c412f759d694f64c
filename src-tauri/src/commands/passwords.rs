//! Passwords. They go in and never come back out.

use secrecy::SecretString;
use slipway_api::core::{Failure, SiteName, StoreKind};
use slipway_api::desk::{Desk, PasswordStore};
use tauri::State;

#[tauri::command]
pub(super) async fn set_password(
    desk: State<'_, Desk>,
    name: SiteName,
    user: String,
    password: SecretString,
    keep: bool,
) -> Result<(), Failure> {
    desk.set_password(&name, user, password, keep).await
}

#[tauri::command]
pub(super) async fn unlock_passwords(desk: State<'_, Desk>, passphrase: SecretString) -> Result<(), Failure> {
    desk.unlock_passwords(passphrase).await
}

#[tauri::command]
pub(super) async fn password_stores(desk: State<'_, Desk>) -> Result<Vec<PasswordStore>, Failure> {
    desk.password_stores().await
}

#[tauri::command]
pub(super) async fn use_password_store(
    desk: State<'_, Desk>,
    kind: StoreKind,
    passphrase: Option<SecretString>,
) -> Result<(), Failure> {
    desk.use_password_store(kind, passphrase).await
}
