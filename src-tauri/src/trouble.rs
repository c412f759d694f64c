//! What is said where there can be no window: the data folder can't be used.

use slipway_api::core::{Code, Failure};
use slipway_api::desk::Language;
use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};

use crate::spoken::Spoken;

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
