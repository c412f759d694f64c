//! Whether another program would look into the window. A program that is not made for tests does not start then: whoever
//! can set these variables could read what is typed into the window.

use std::ffi::OsString;

/// What WebView2 adds to its own arguments; some of them are harmless.
/// <https://learn.microsoft.com/en-us/microsoft-edge/webview2/reference/win32/webview2-idl>
const WEBVIEW2_ARGUMENTS: &str = "WEBVIEW2_ADDITIONAL_BROWSER_ARGUMENTS";

/// What lets another program in: Tauri looks for the first, and WebView2 for the others.
const DRIVEN: [&str; 3] =
    ["TAURI_WEBVIEW_AUTOMATION", "WEBVIEW2_PIPE_FOR_SCRIPT_DEBUGGER", WEBVIEW2_ARGUMENTS];

/// The environment variable that lets another program in, if one does.
pub(crate) fn by(variable: impl Fn(&str) -> Option<OsString>) -> Option<&'static str> {
    DRIVEN
        .into_iter()
        .find(|name| variable(name).is_some_and(|value| *name != WEBVIEW2_ARGUMENTS || opens(&value)))
}

/// Chromium does not mind the case of its arguments on Windows.
fn opens(arguments: &OsString) -> bool {
    arguments.to_string_lossy().to_ascii_lowercase().contains("remote-debugging")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_looks_into_the_window_is_found() {
        let with = |name: &str, value: &str| by(|asked| (asked == name).then(|| value.into()));
        assert_eq!(with("TAURI_WEBVIEW_AUTOMATION", "true"), Some("TAURI_WEBVIEW_AUTOMATION"));
        assert_eq!(
            with(WEBVIEW2_ARGUMENTS, "--disable-gpu --Remote-Debugging-Port=9222"),
            Some(WEBVIEW2_ARGUMENTS)
        );
        assert_eq!(with(WEBVIEW2_ARGUMENTS, "--remote-debugging-pipe"), Some(WEBVIEW2_ARGUMENTS));
        assert_eq!(with(WEBVIEW2_ARGUMENTS, "--disable-gpu"), None);
        assert_eq!(with("PATH", "/usr/bin"), None);
    }
}
