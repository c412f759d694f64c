//! The words of menus and native dialogs.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::spoken::Spoken;

/// The words until the window sends those of the person's language.
const ENGLISH: &[(&str, &str)] = &[
    ("app_name", "Slipway"),
    ("menu_file", "File"),
    ("menu_edit", "Edit"),
    ("menu_site", "Website"),
    ("menu_view", "View"),
    ("menu_window", "Window"),
    ("menu_help", "Help"),
    ("add", "Add a website…"),
    ("settings", "Settings…"),
    ("close_window", "Close window"),
    ("quit", "Quit Slipway"),
    ("undo", "Undo"),
    ("redo", "Redo"),
    ("cut", "Cut"),
    ("copy", "Copy"),
    ("paste", "Paste"),
    ("select_all", "Select all"),
    ("publish", "Publish"),
    ("look_again", "Look at the folder again"),
    ("visit", "Visit your website"),
    ("open_folder", "Open folder"),
    ("find", "Find a file"),
    ("zoom_in", "Larger"),
    ("zoom_out", "Smaller"),
    ("zoom_reset", "Actual size"),
    ("about", "About Slipway"),
    ("hide_app", "Hide Slipway"),
    ("hide_others", "Hide others"),
    ("show_all", "Show all"),
    ("minimize", "Minimise"),
    ("choose_folder", "Choose the folder of your website"),
    ("allow_title", "Run these commands?"),
    (
        "allow_text",
        "Slipway would run these commands on this computer each time before it publishes this website. Allow only what \
         you know.",
    ),
    ("allow_yes", "Allow"),
    ("allow_no", "Do not allow"),
    ("quit_title", "Stop publishing and quit?"),
    ("quit_text", "A website is being published. If Slipway stops now, the website stays as it was."),
    ("quit_stop", "Stop and quit"),
    ("quit_stay", "Keep publishing"),
];

/// The titles of the menus, and their names among the window's messages.
const TITLES: [(&str, &str); 6] = [
    ("menu_file", "menu_file"),
    ("menu_edit", "menu_edit"),
    ("menu_site", "settings_website"),
    ("menu_view", "menu_view"),
    ("menu_window", "menu_window"),
    ("menu_help", "menu_help"),
];

/// The words, by their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Labels(HashMap<String, String>);

impl Labels {
    /// The words that the window sends.
    pub(crate) fn new(words: HashMap<String, String>) -> Self {
        Self(words)
    }

    /// The English words, with the titles of the menus in this language. They are the one thing that would have to be put
    /// up anew when the window has sent its words.
    pub(crate) fn titled(language: &Spoken) -> Self {
        let titles =
            TITLES.iter().filter_map(|(name, message)| Some(((*name).to_owned(), language.word(message)?)));
        Self(titles.collect())
    }

    /// The word of this name; empty for one that was never there.
    pub(crate) fn word(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    /// Whether there is such a word.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn find(&self, name: &str) -> Option<&str> {
        let english = || ENGLISH.iter().find(|(known, _)| *known == name).map(|(_, word)| *word);
        self.0.get(name).map(String::as_str).filter(|word| !word.is_empty()).or_else(english)
    }
}

/// The words that are in use.
#[derive(Default)]
pub(crate) struct Words(Mutex<Labels>);

impl Words {
    /// A copy of them.
    pub(crate) fn get(&self) -> Labels {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes others; says whether that changes anything.
    pub(crate) fn set(&self, labels: Labels) -> bool {
        let mut words = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = *words != labels;
        *words = labels;
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_were_sent_come_before_the_english_ones() {
        let sent = [("publish", "Veröffentlichen"), ("add", "")];
        let labels = Labels::new(sent.map(|(name, word)| (name.to_owned(), word.to_owned())).into());
        assert_eq!(labels.word("publish"), "Veröffentlichen");
        assert_eq!(labels.word("add"), "Add a website…");
        assert_eq!(labels.word("find"), "Find a file");
        assert!(!labels.has("site_1"));
        assert_eq!(labels.word("site_1"), "");
    }

    #[test]
    fn titles_are_in_the_language_from_the_start() {
        let german = Labels::titled(&Spoken::of("de"));
        let words = TITLES.map(|(name, _)| german.word(name).to_owned());
        assert_eq!(words[0], "Datei");
        assert!(words.iter().all(|word| !word.is_empty()));
        assert_eq!(german.0.len(), TITLES.len());
        assert_eq!(german.word("add"), "Add a website…");
    }

    #[test]
    fn the_same_words_change_nothing() {
        let words = Words::default();
        assert!(!words.set(Labels::default()));
        assert!(words.set(Labels::new([("add".to_owned(), "Neu".to_owned())].into())));
        assert_eq!(words.get().word("add"), "Neu");
    }
}
