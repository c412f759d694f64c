//! What is in the menus. Their words are elsewhere.

use tauri::menu::PredefinedMenuItem;
use tauri::{AppHandle, Wry};

/// One line of a menu.
#[derive(Clone, Copy)]
pub(super) enum Line {
    /// Something to choose: its name in events and labels, and its keys.
    Item(&'static str, Option<&'static str>),
    /// What macOS does by itself. Its text fields know cut, copy and paste from the menu alone.
    System(&'static str, fn(&AppHandle, Option<&str>) -> tauri::Result<PredefinedMenuItem<Wry>>),
    Rule,
}

use Line::{Item, Rule, System};

const ADD: Line = Item("add", Some("CmdOrCtrl+N"));
const SETTINGS: Line = Item("settings", Some("CmdOrCtrl+Comma"));
const CLOSE: Line = Item("close_window", Some("CmdOrCtrl+W"));
const QUIT: Line = Item("quit", Some("CmdOrCtrl+Q"));
const ABOUT: Line = Item("about", None);

const SITE: &[Line] = &[
    Item("publish", Some("CmdOrCtrl+Enter")),
    Item("look_again", Some("CmdOrCtrl+R")),
    Rule,
    Item("visit", None),
    Item("open_folder", None),
];

const VIEW: &[Line] = &[
    Item("find", Some("CmdOrCtrl+F")),
    Rule,
    Item("zoom_in", Some("CmdOrCtrl+=")),
    Item("zoom_out", Some("CmdOrCtrl+Minus")),
    Item("zoom_reset", Some("CmdOrCtrl+0")),
];

/// The first sites, below the lines of [`VIEW`].
pub(super) const SITES: &[(&str, &str)] = &[
    ("site_1", "CmdOrCtrl+1"),
    ("site_2", "CmdOrCtrl+2"),
    ("site_3", "CmdOrCtrl+3"),
    ("site_4", "CmdOrCtrl+4"),
    ("site_5", "CmdOrCtrl+5"),
    ("site_6", "CmdOrCtrl+6"),
    ("site_7", "CmdOrCtrl+7"),
    ("site_8", "CmdOrCtrl+8"),
    ("site_9", "CmdOrCtrl+9"),
];

/// The menu that [`VIEW`] is.
pub(super) const VIEW_MENU: &str = "menu_view";

/// The menus with the names of their titles, as the system expects them.
pub(super) const MENUS: &[(&str, &[Line])] = if cfg!(target_os = "macos") { ON_MACOS } else { ELSEWHERE };

const ON_MACOS: &[(&str, &[Line])] = &[
    (
        "app_name",
        &[
            ABOUT,
            Rule,
            SETTINGS,
            Rule,
            System("hide_app", PredefinedMenuItem::hide),
            System("hide_others", PredefinedMenuItem::hide_others),
            System("show_all", PredefinedMenuItem::show_all),
            Rule,
            QUIT,
        ],
    ),
    ("menu_file", &[ADD, Rule, CLOSE]),
    (
        "menu_edit",
        &[
            System("undo", PredefinedMenuItem::undo),
            System("redo", PredefinedMenuItem::redo),
            Rule,
            System("cut", PredefinedMenuItem::cut),
            System("copy", PredefinedMenuItem::copy),
            System("paste", PredefinedMenuItem::paste),
            System("select_all", PredefinedMenuItem::select_all),
        ],
    ),
    ("menu_site", SITE),
    (VIEW_MENU, VIEW),
    ("menu_window", &[System("minimize", PredefinedMenuItem::minimize)]),
];

const ELSEWHERE: &[(&str, &[Line])] = &[
    ("menu_file", &[ADD, Rule, SETTINGS, Rule, CLOSE, QUIT]),
    ("menu_site", SITE),
    (VIEW_MENU, VIEW),
    ("menu_help", &[ABOUT]),
];

#[cfg(test)]
mod tests {
    use super::super::{Labels, told};
    use super::*;

    const BOTH: [&[(&str, &[Line])]; 2] = [ON_MACOS, ELSEWHERE];

    /// All names with their keys.
    fn items(menus: &[(&str, &[Line])]) -> Vec<(&'static str, Option<&'static str>)> {
        let lines = menus.iter().flat_map(|(_, lines)| lines.iter());
        let items = lines.filter_map(|line| match line {
            Item(name, keys) => Some((*name, *keys)),
            _ => None,
        });
        items.chain(SITES.iter().map(|(name, keys)| (*name, Some(*keys)))).collect()
    }

    #[test]
    fn every_shortcut_is_in_a_menu_once() {
        for key in ["N", "Enter", "F", "Comma", "R", "1", "2", "3", "4", "5", "6", "7", "8", "9"] {
            let wanted = format!("CmdOrCtrl+{key}");
            for menus in BOTH {
                let with_it = items(menus).into_iter().filter(|(_, keys)| *keys == Some(&wanted));
                assert_eq!(with_it.count(), 1, "{wanted}");
            }
        }
    }

    #[test]
    fn every_line_but_the_sites_has_a_word() {
        let labels = Labels::default();
        for (title, lines) in BOTH.into_iter().flatten() {
            assert!(labels.has(title), "{title}");
            for line in *lines {
                if let Item(name, _) | System(name, _) = line {
                    assert!(labels.has(name), "{name}");
                }
            }
        }
    }

    #[test]
    fn what_the_window_does_has_a_name_that_it_knows() {
        let own = ["quit", "close_window", "zoom_in", "zoom_out", "zoom_reset"];
        for (name, _) in BOTH.into_iter().flat_map(items) {
            match told(name) {
                Some(item) => assert_eq!(serde_json::to_value(item).unwrap(), name),
                None => assert!(own.contains(&name), "{name}"),
            }
        }
    }
}
