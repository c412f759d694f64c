//! Whether a site's build commands may run on this computer: asked outside of the page, which could be made to ask
//! nobody.

use slipway_api::core::{Code, Failure, Site};
use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind};

use crate::menu::Words;
use crate::window;

/// More than this is not read in a dialog, and may not even be on the screen.
const MOST_LINES: usize = 20;
const MOST_CHARACTERS: usize = 1_500;

/// Shows the person what would be run, and waits for the answer. Going away is a no.
///
/// # Errors
/// [`Code::BuildNotAllowed`] for commands that are too long to be shown whole.
pub(crate) async fn ask(app: &AppHandle, words: &Words, site: &Site) -> Result<bool, Failure> {
    let labels = words.get();
    let text = format!("{}\n\n{}", labels.word("allow_text"), shown(site)?);
    let buttons = MessageDialogButtons::OkCancelCustom(
        labels.word("allow_yes").to_owned(),
        labels.word("allow_no").to_owned(),
    );
    let mut question = app.dialog().message(text).title(labels.word("allow_title"));
    if let Some(window) = window::main(app) {
        question = question.parent(&window);
    }
    let (answer, answered) = tokio::sync::oneshot::channel();
    question.kind(MessageDialogKind::Warning).buttons(buttons).show(move |yes| {
        // Nobody waits for an answer any more when the window is gone.
        let _ = answer.send(yes);
    });
    Ok(answered.await.unwrap_or(false))
}

/// All that is allowed along with the commands: where they run, and their variables.
fn shown(site: &Site) -> Result<String, Failure> {
    let build = site.build.iter();
    let commands =
        build.clone().flat_map(|build| &build.commands).map(|command| format!("$ {}", plain(command)));
    let variables = build.flat_map(|build| &build.environment);
    let variables = variables.map(|(name, value)| format!("{}={}", plain(name), plain(value)));
    let folder = plain(&site.folder.to_string_lossy());
    let lines: Vec<String> = std::iter::once(folder).chain(variables).chain(commands).collect();
    let text = lines.join("\n");
    if lines.len() > MOST_LINES || text.chars().count() > MOST_CHARACTERS {
        let detail =
            "the commands are too long to be shown; `slipway run --allow-build` allows them in a terminal";
        return Err(Failure::new(Code::BuildNotAllowed, detail));
    }
    Ok(text)
}

/// The text with all that can't be seen, or changes how the rest is seen, written out.
fn plain(text: &str) -> String {
    let escaped = |c: char| !matches!(c, '\'' | '"' | '\\');
    text.chars().fold(String::with_capacity(text.len()), |mut plain, c| {
        if escaped(c) {
            plain.extend(c.escape_debug())
        } else {
            plain.push(c)
        }
        plain
    })
}

#[cfg(test)]
mod tests {
    use slipway_api::core::{SiteName, site::Build};

    use super::*;

    fn site(commands: &[&str]) -> Site {
        let build = Build::new(commands.iter().map(ToString::to_string).collect());
        let name = SiteName::new("shop").unwrap();
        Site { build: Some(build), ..Site::new(name, "/home/anna/shop".into(), "h", "u") }
    }

    #[test]
    fn everything_that_is_allowed_is_shown() {
        let mut site = site(&["npm ci", r#"hugo --baseURL "https://ä.example""#]);
        let build = site.build.as_mut().unwrap();
        build.environment.insert("NODE_OPTIONS".into(), "--require x".into());
        let expected =
            "/home/anna/shop\nNODE_OPTIONS=--require x\n$ npm ci\n$ hugo --baseURL \"https://ä.example\"";
        assert_eq!(shown(&site).unwrap(), expected);
    }

    #[test]
    fn nothing_hides() {
        let text = shown(&site(&["make\n\n\nrm -r x", "a\u{202e}b\u{200b}c\td"])).unwrap();
        assert_eq!(text.lines().count(), 3);
        assert!(text.ends_with("$ make\\n\\n\\nrm -r x\n$ a\\u{202e}b\\u{200b}c\\td"), "{text}");
    }

    #[test]
    fn what_is_too_long_to_be_read_is_refused() {
        let (long, many) = (format!("make {}; rm -r x", " ".repeat(2_000)), vec!["make"; 30]);
        for site in [site(&[&long]), site(&many)] {
            assert_eq!(shown(&site).unwrap_err().code, Code::BuildNotAllowed);
        }
    }
}
