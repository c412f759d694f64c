//! The one window: how it opens, shows and hides, and what it hears.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use slipway_api::desk::{Desk, HostEvent, Theme as Wish};
use tauri::utils::config::Color;
use tauri::webview::{NewWindowResponse, PageLoadEvent};
use tauri::window::{ProgressBarState, ProgressBarStatus};
use tauri::{
    AppHandle, DragDropEvent, Manager, Theme, Url, WebviewWindow, WebviewWindowBuilder, Window, WindowEvent,
};

use crate::granted::Granted;
use crate::leave;

/// The window's name.
const MAIN: &str = "main";

/// The window is hidden until its page has come, so that nothing flashes; but not for longer than this.
const LATEST: Duration = Duration::from_secs(2);

/// The page's background (`--window` in the front end's tokens), for the moment before the page is there.
const LIGHT: Color = Color(0xfa, 0xf9, 0xf6, 0xff);
const DARK: Color = Color(0x12, 0x16, 0x18, 0xff);

/// How large everything may be shown.
const ZOOMS: [f64; 8] = [0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0];

/// The zoom of 100 %.
const NORMAL: usize = 2;

/// How the zoom changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zoom {
    In,
    Out,
    Reset,
}

/// What the window remembers of itself.
#[derive(Default)]
struct Memory {
    shown: AtomicBool,
    zoom: Mutex<Option<usize>>,
}

/// Makes the window and shows it once its page is there.
pub(crate) fn open(app: &AppHandle, theme: Wish) -> tauri::Result<()> {
    app.manage(Memory::default());
    let config = app.config().app.windows.iter().find(|window| window.label == MAIN).cloned();
    let window = WebviewWindowBuilder::from_config(app, &config.unwrap_or_default())?
        .theme(native(theme))
        .general_autofill_enabled(false)
        .on_navigation(is_own)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_page_load(|window, page| {
            if page.event() == PageLoadEvent::Finished {
                show_first(window.app_handle());
            }
        })
        .build()?;
    if theme != Wish::System {
        // The builder's theme is not heard on Linux.
        noted(window.set_theme(native(theme)));
    }
    paint(&window, window.theme()?);
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(LATEST).await;
        show_first(&app);
    });
    Ok(())
}

/// Only the app's own pages are ever shown.
fn is_own(url: &Url) -> bool {
    let host = url.host_str();
    if cfg!(windows) {
        matches!(url.scheme(), "http" | "https") && host == Some("tauri.localhost")
    } else {
        url.scheme() == "tauri" && host == Some("localhost")
    }
}

/// Shows the window, unless that was done before: it may have been hidden since.
fn show_first(app: &AppHandle) {
    if app.try_state::<Memory>().is_some_and(|memory| !memory.shown.swap(true, Ordering::AcqRel)) {
        show(app);
    }
}

/// The window, while there is one.
pub(crate) fn main(app: &AppHandle) -> Option<WebviewWindow> {
    app.get_webview_window(MAIN)
}

/// Whether the window can be seen, if only in the task bar.
pub(crate) fn is_visible(app: &AppHandle) -> bool {
    main(app).is_some_and(|window| window.is_visible().unwrap_or(true))
}

/// Brings the window to the front.
pub(crate) fn show(app: &AppHandle) {
    let Some(window) = main(app) else { return };
    noted(window.show());
    noted(window.unminimize());
    noted(window.set_focus());
}

/// Hides the window; the app goes on.
pub(crate) fn hide(app: &AppHandle) {
    if let Some(window) = main(app) {
        noted(window.hide());
    }
}

/// Sets the theme of what the system draws: title bar, menus, dialogs.
pub(crate) fn set_theme(app: &AppHandle, theme: Wish) {
    let Some(window) = main(app) else { return };
    noted(window.set_theme(native(theme)));
    let Ok(present) = window.theme() else { return };
    if cfg!(target_os = "linux") && theme == Wish::System {
        // Without a wish, menus are light there, whatever the desktop says.
        noted(window.set_theme(Some(present)));
    }
    paint(&window, present);
}

/// Menus on Linux have no colour of their own, and take this one too.
fn paint(window: &WebviewWindow, theme: Theme) {
    noted(window.set_background_color(Some(if theme == Theme::Dark { DARK } else { LIGHT })));
}

fn native(theme: Wish) -> Option<Theme> {
    match theme {
        Wish::System => None,
        Wish::Light => Some(Theme::Light),
        Wish::Dark => Some(Theme::Dark),
    }
}

/// Sets the title, and how far the task bar or the dock shows a publish to be; 1.0 is all of it.
pub(crate) fn set_title(app: &AppHandle, title: &str, progress: Option<f64>) {
    let Some(window) = main(app) else { return };
    noted(window.set_title(title));
    noted(window.set_progress_bar(bar(progress)));
}

fn bar(progress: Option<f64>) -> ProgressBarState {
    let percent = progress.map(|part| (part.clamp(0.0, 1.0) * 100.0).round() as u64);
    let status = if percent.is_some() { ProgressBarStatus::Normal } else { ProgressBarStatus::None };
    ProgressBarState { status: Some(status), progress: percent }
}

/// Shows everything larger or smaller.
pub(crate) fn zoom(app: &AppHandle, zoom: Zoom) {
    let (Some(window), Some(memory)) = (main(app), app.try_state::<Memory>()) else { return };
    let Ok(mut present) = memory.zoom.lock() else { return };
    let next = zoomed(present.unwrap_or(NORMAL), zoom);
    *present = Some(next);
    noted(window.set_zoom(ZOOMS[next]));
}

fn zoomed(present: usize, zoom: Zoom) -> usize {
    match zoom {
        Zoom::In => (present + 1).min(ZOOMS.len() - 1),
        Zoom::Out => present.saturating_sub(1),
        Zoom::Reset => NORMAL,
    }
}

/// What the system tells of the window.
pub(crate) fn happened(window: &Window, event: &WindowEvent) {
    let app = window.app_handle();
    match event {
        WindowEvent::CloseRequested { api, .. } => {
            api.prevent_close();
            leave::close(app);
        }
        WindowEvent::ThemeChanged(theme) => {
            if let Some(window) = main(app) {
                paint(&window, *theme);
            }
        }
        WindowEvent::DragDrop(drag) => {
            if let Some(desk) = app.try_state::<Desk>() {
                dragged(app, &desk, drag);
            }
        }
        _ => {}
    }
}

fn dragged(app: &AppHandle, desk: &Desk, drag: &DragDropEvent) {
    match drag {
        DragDropEvent::Enter { paths, .. } if !paths.is_empty() => {
            desk.tell(HostEvent::Dragging { over: true });
        }
        DragDropEvent::Leave => desk.tell(HostEvent::Dragging { over: false }),
        DragDropEvent::Drop { paths, .. } => {
            desk.tell(HostEvent::Dragging { over: false });
            if let Some(path) = paths.first().cloned() {
                let (app, desk) = (app.clone(), desk.clone());
                tauri::async_runtime::spawn_blocking(move || {
                    if let Some(folder) = app.state::<Granted>().grant_or_note(path) {
                        desk.tell(HostEvent::Dropped { folder });
                    }
                });
            }
        }
        _ => {}
    }
}

/// What the system refuses about a window is no reason to stop.
fn noted(result: tauri::Result<()>) {
    if let Err(error) = result {
        tracing::debug!(%error, "the window did not do it");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_other_page_is_shown() {
        let own =
            if cfg!(windows) { "http://tauri.localhost/index.html" } else { "tauri://localhost/index.html" };
        let is_own = |url: &str| is_own(&Url::parse(url).unwrap());
        assert!(is_own(own));
        for other in [
            "https://example.com/",
            "tauri://example.com/",
            "file:///etc/passwd",
            "http://localhost/",
            "data:text/html,x",
        ] {
            assert!(!is_own(other), "{other}");
        }
    }

    #[test]
    fn progress_is_in_percent() {
        let percent = |part| bar(part).progress;
        assert_eq!((percent(Some(0.684)), percent(Some(1.5)), percent(None)), (Some(68), Some(100), None));
        assert_eq!(percent(Some(f64::NAN)), Some(0));
    }

    #[test]
    fn zoom_has_ends_and_a_middle() {
        assert_eq!(ZOOMS[NORMAL], 1.0);
        assert_eq!(zoomed(ZOOMS.len() - 1, Zoom::In), ZOOMS.len() - 1);
        assert_eq!(zoomed(0, Zoom::Out), 0);
        assert_eq!(zoomed(5, Zoom::Reset), NORMAL);
    }
}
