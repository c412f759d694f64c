//! The desktop app: windows, menus and one-line adapters from the window's requests to [`slipway_api::desk`]. Knows
//! nothing of how a site is published.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod allow;
mod app;
mod arguments;
mod commands;
mod driven;
mod ear;
mod granted;
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

fn main() -> ExitCode {
    let for_tests = cfg!(any(debug_assertions, feature = "automation"));
    if !for_tests && let Some(variable) = driven::by(|name| std::env::var_os(name)) {
        let text = format!("This Slipway was not built to be driven by another program ({variable} is set).");
        return trouble::tell_at_the_door(&text, 1);
    }
    let arguments = match arguments::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if trouble::HAS_TERMINAL => error.exit(),
        Err(error) => return trouble::tell_at_the_door(&error.to_string(), error.exit_code()),
    };
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
