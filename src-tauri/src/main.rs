//! The desktop app: windows, menus and one-line adapters from the window's requests to [`slipway_api::desk`]. Knows
//! nothing of how a site is published.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod app;
mod arguments;
mod commands;
mod ear;
mod leave;
mod menu;
mod places;
mod practice;
mod spoken;
mod trouble;
mod window;

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use clap::Parser;

/// What the web view looks for to let a test drive it. A program that is not made for tests does not start then:
/// whoever can set it could read what is typed into the window.
const DRIVEN: &str = "TAURI_WEBVIEW_AUTOMATION";

fn main() -> ExitCode {
    if std::env::var_os(DRIVEN).is_some() && !cfg!(any(debug_assertions, feature = "automation")) {
        eprintln!("This Slipway was not built to be driven by another program ({DRIVEN} is set).");
        return ExitCode::FAILURE;
    }
    let arguments = arguments::Arguments::parse();
    // Without a display the window's toolkit panics, and the panic goes to the log alone.
    let ended = panic::catch_unwind(AssertUnwindSafe(|| app::run(arguments)));
    match ended.map_err(|panic| said(&*panic)).and_then(|ended| ended.map_err(|error| error.to_string())) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            tracing::error!(error, "the window cannot be opened, or was lost");
            eprintln!("Slipway's window cannot be opened, or was lost: {error}");
            ExitCode::FAILURE
        }
    }
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("the log says why").to_owned()
}
