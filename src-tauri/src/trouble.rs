//! What is said where there can be no window: the data folder can't be used, or the start was not meant so.

use std::process::ExitCode;

use slipway_api::core::{Code, Failure};
use slipway_api::desk::Language;
use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};

use crate::app;
use crate::spoken::Spoken;

/// Whether whoever starts the app can read what it prints. A release build for Windows has no terminal.
pub(crate) const HAS_TERMINAL: bool = cfg!(any(not(windows), debug_assertions));

/// Says why the app does not start, before there is one: in the terminal, or else in a dialog. Gives `code` back, which
/// the process should end with.
pub(crate) fn tell_at_the_door(text: &str, code: i32) -> ExitCode {
    eprintln!("{text}");
    if !HAS_TERMINAL && let Err(error) = show_alone(text) {
        eprintln!("{error}");
    }
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

/// A dialog, in an app that is nothing else.
fn show_alone(text: &str) -> tauri::Result<()> {
    let text = text.to_owned();
    let app = tauri::Builder::default().plugin(tauri_plugin_dialog::init()).setup(move |app| {
        let handle = app.handle().clone();
        app.dialog().message(text).title("Slipway").show(move |_| handle.exit(0));
        Ok(())
    });
    app.build(app::context())?.run_return(|_, _| {});
    Ok(())
}

/// Says what happened and what to do, and ends the app with 1 once that was read.
pub(crate) fn tell(app: &AppHandle, failure: &Failure) {
    tracing::error!(code = %failure.code, detail = failure.detail, path = failure.path, "the app cannot start");
    eprintln!("Slipway cannot start: {failure}");
    let (title, text) = words(failure, &Spoken::chosen(Language::System));
    let handle = app.clone();
    let dialog = app.dialog().message(text).title(title).kind(MessageDialogKind::Error);
    dialog.show(move |_| handle.exit(1));
}

/// Title and text. The detail names the file, and says what to do about it where one can.
fn words(failure: &Failure, spoken: &Spoken) -> (String, String) {
    let part = |part: &str| {
        let of = |code: Code| spoken.word(&format!("code_{code}_{part}"));
        of(failure.code).or_else(|| of(Code::Unexpected)).unwrap_or_default()
    };
    (part("title"), format!("{}\n\n{}", part("text"), failure.detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_words_for_what_can_happen_at_the_start() {
        let mut titles = Vec::new();
        for language in ["en", "de", "fr", "es"] {
            for code in [Code::DataUnusable, Code::ThisComputerFull, Code::Unexpected] {
                let failure = Failure::new(code, "/data/ledger.db: why");
                let (title, text) = words(&failure, &Spoken::of(language));
                assert!(!title.is_empty() && text.ends_with("\n\n/data/ledger.db: why"), "{language} {code}");
                titles.push(title);
            }
        }
        titles.sort();
        titles.dedup();
        assert_eq!(titles.len(), 12);
    }
}
