//! The menu bar. Its words come from the window, which owns all words; until it has spoken all but the titles are English.

mod labels;
mod lines;

use std::sync::{Mutex, PoisonError};

use slipway_api::desk::{Desk, HostEvent, MenuItem as Told};
use tauri::menu::{Menu, MenuEvent, MenuItem, PredefinedMenuItem, Submenu};
use tauri::{AppHandle, Manager, Wry};

use lines::Line::{Item, Rule, System};
use lines::{MENUS, SITES, VIEW_MENU};

pub(crate) use labels::{Labels, Words};

use crate::{leave, window};

/// The menu bar that is up.
pub(crate) struct Bar(Mutex<Menus>);

struct Menus {
    titles: Vec<String>,
    /// What has words, with their names.
    pieces: Vec<(&'static str, Piece)>,
    /// The menu that lists the first sites.
    view: Submenu<Wry>,
    sites: Vec<MenuItem<Wry>>,
    /// Between the sites and what is above them.
    rule: PredefinedMenuItem<Wry>,
}

enum Piece {
    Item(MenuItem<Wry>),
    Native(PredefinedMenuItem<Wry>),
}

impl Bar {
    /// Puts the menu bar up.
    pub(crate) fn put_up(app: &AppHandle, labels: &Labels) -> tauri::Result<Self> {
        Ok(Self(Mutex::new(Menus::put_up(app, labels)?)))
    }

    /// Changes the words, and which sites are listed. Nothing else is touched: a menu may be open.
    pub(crate) fn speak(&self, app: &AppHandle, labels: &Labels) -> tauri::Result<()> {
        let mut menus = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if menus.titles != titles(labels) {
            // The toolkit cannot change them on Linux.
            *menus = Menus::put_up(app, labels)?;
            return Ok(());
        }
        for (name, piece) in &menus.pieces {
            let text = shown(labels.word(name));
            match piece {
                Piece::Item(item) => item.set_text(text)?,
                Piece::Native(item) => item.set_text(text)?,
            }
        }
        menus.list_sites(app, labels)
    }
}

fn titles(labels: &Labels) -> Vec<String> {
    MENUS.iter().map(|(title, _)| shown(labels.word(title))).collect()
}

impl Menus {
    fn put_up(app: &AppHandle, labels: &Labels) -> tauri::Result<Self> {
        let (menu, mut pieces) = (Menu::new(app)?, Vec::new());
        let view = Submenu::new(app, shown(labels.word(VIEW_MENU)), true)?;
        for (title, lines) in MENUS {
            let submenu = match *title {
                VIEW_MENU => view.clone(),
                title => Submenu::new(app, shown(labels.word(title)), true)?,
            };
            for line in *lines {
                match *line {
                    Item(name, keys) => {
                        let item = MenuItem::with_id(app, name, shown(labels.word(name)), true, keys)?;
                        submenu.append(&item)?;
                        pieces.push((name, Piece::Item(item)));
                    }
                    System(name, made) => {
                        let item = made(app, Some(labels.word(name)))?;
                        submenu.append(&item)?;
                        pieces.push((name, Piece::Native(item)));
                    }
                    Rule => submenu.append(&PredefinedMenuItem::separator(app)?)?,
                }
            }
            menu.append(&submenu)?;
        }
        let rule = PredefinedMenuItem::separator(app)?;
        let mut menus = Self { titles: titles(labels), pieces, view, sites: Vec::new(), rule };
        menus.list_sites(app, labels)?;
        app.set_menu(menu)?;
        Ok(menus)
    }

    fn list_sites(&mut self, app: &AppHandle, labels: &Labels) -> tauri::Result<()> {
        let names: Vec<_> = SITES.iter().take_while(|(name, _)| labels.has(name)).collect();
        for (item, (name, _)) in self.sites.iter().zip(&names) {
            item.set_text(shown(labels.word(name)))?;
        }
        if self.sites.is_empty() && !names.is_empty() {
            self.view.append(&self.rule)?;
        }
        for (name, keys) in names.iter().skip(self.sites.len()) {
            let item = MenuItem::with_id(app, *name, shown(labels.word(name)), true, Some(keys))?;
            self.view.append(&item)?;
            self.sites.push(item);
        }
        while self.sites.len() > names.len() {
            let Some(item) = self.sites.pop() else { break };
            self.view.remove(&item)?;
            if self.sites.is_empty() {
                self.view.remove(&self.rule)?;
            }
        }
        Ok(())
    }
}

/// A single `&` would underline the letter after it.
fn shown(label: &str) -> String {
    label.replace('&', "&&")
}

/// Does what was chosen, or tells the window to.
pub(crate) fn chosen(app: &AppHandle, event: &MenuEvent) {
    match event.id().as_ref() {
        "quit" => leave::quit(app),
        "close_window" => leave::close(app),
        "zoom_in" => window::zoom(app, window::Zoom::In),
        "zoom_out" => window::zoom(app, window::Zoom::Out),
        "zoom_reset" => window::zoom(app, window::Zoom::Reset),
        name => {
            let Some(item) = told(name) else { return };
            window::show(app);
            if let Some(desk) = app.try_state::<Desk>() {
                desk.tell(HostEvent::Menu { item });
            }
        }
    }
}

/// What the window is told of an item, if it is the window that does it.
fn told(name: &str) -> Option<Told> {
    Some(match name {
        "add" => Told::Add,
        "publish" => Told::Publish,
        "find" => Told::Find,
        "settings" => Told::Settings,
        "look_again" => Told::LookAgain,
        "visit" => Told::Visit,
        "open_folder" => Told::OpenFolder,
        "about" => Told::About,
        "site_1" => Told::Site1,
        "site_2" => Told::Site2,
        "site_3" => Told::Site3,
        "site_4" => Told::Site4,
        "site_5" => Told::Site5,
        "site_6" => Told::Site6,
        "site_7" => Told::Site7,
        "site_8" => Told::Site8,
        "site_9" => Told::Site9,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ampersand_is_shown() {
        assert_eq!(shown("Wildflower & Co."), "Wildflower && Co.");
    }
}
