//! The window's messages, for the little that is said before there is a window, or where there can be none.

use std::collections::HashMap;

use serde_json::Value;
use slipway_api::desk::Language;

/// The messages, by language; the first is for all others.
const MESSAGES: [(&str, &str); 4] = [
    ("en", include_str!("../../ui/src/messages/en.json")),
    ("de", include_str!("../../ui/src/messages/de.json")),
    ("fr", include_str!("../../ui/src/messages/fr.json")),
    ("es", include_str!("../../ui/src/messages/es.json")),
];

/// The messages of one language.
pub(crate) struct Spoken(HashMap<String, Value>);

impl Spoken {
    /// The language that the person chose, or the system's.
    pub(crate) fn chosen(language: Language) -> Self {
        match language {
            Language::System => Self::of(&sys_locale::get_locale().unwrap_or_default()),
            Language::En => Self::of("en"),
            Language::De => Self::of("de"),
            Language::Fr => Self::of("fr"),
            Language::Es => Self::of("es"),
        }
    }

    /// The language of a locale such as `de-AT` or `fr_FR.UTF-8`.
    pub(crate) fn of(locale: &str) -> Self {
        let language = locale.split(['-', '_', '.']).next().unwrap_or_default().to_lowercase();
        let spoken = MESSAGES.iter().find(|(name, _)| *name == language).unwrap_or(&MESSAGES[0]);
        Self(serde_json::from_str(spoken.1).unwrap_or_default())
    }

    /// A message, if it is a plain one: those that depend on numbers or names are the window's own affair.
    pub(crate) fn word(&self, name: &str) -> Option<String> {
        self.0.get(name)?.as_str().filter(|text| !text.contains('{')).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_are_understood() {
        let word = |locale| Spoken::of(locale).word("menu_file").unwrap();
        assert_eq!(word("de_AT.UTF-8"), word("de"));
        assert_eq!(word("FR"), word("fr-CA"));
        assert_ne!(word("de"), word("en"));
        for other in ["pt-BR", "", "C"] {
            assert_eq!(word(other), word("en-GB"), "{other}");
        }
    }

    #[test]
    fn each_choice_is_its_language() {
        let word = |language| Spoken::chosen(language).word("menu_view").unwrap();
        let words = [Language::De, Language::Fr, Language::Es, Language::En].map(word);
        assert_eq!(
            words,
            ["de", "fr", "es", "en"].map(|locale| Spoken::of(locale).word("menu_view").unwrap())
        );
    }

    #[test]
    fn messages_with_gaps_are_not_plain() {
        assert_eq!(Spoken::of("en").word("no_such_message"), None);
        let gaps = Spoken(HashMap::from([("a".to_owned(), Value::from("{n} files"))]));
        assert_eq!(gaps.word("a"), None);
    }
}
