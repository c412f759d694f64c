//! Closing and quitting. A window that is closed while something is published hides; the app ends when that has gone
//! well, and shows the window when it has not.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use slipway_api::core::Code;
use slipway_api::desk::{Desk, HostEvent, RunEvent, Subscription};
use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind};

use crate::menu::Words;
use crate::practice::PracticeServer;
use crate::window;

/// How long runs are given to stop, and servers to be said good-bye to.
const PATIENCE: Duration = Duration::from_secs(10);

/// A run says its end a moment before it is gone.
const MOMENT: Duration = Duration::from_millis(50);

/// How far the app is on its way out.
#[derive(Default)]
pub(crate) struct Leaving {
    asking: AtomicBool,
    begun: AtomicBool,
    done: AtomicBool,
}

/// The shell's own listener; it listens for as long as the app runs.
struct Watch {
    _subscription: Subscription,
}

/// Closes the window; the app goes on while something is published.
pub(crate) fn close(app: &AppHandle) {
    if is_busy(app) { window::hide(app) } else { end(app) }
}

/// Ends the app, after a question if something is published.
pub(crate) fn quit(app: &AppHandle) {
    if !is_busy(app) {
        return end(app);
    }
    if app.state::<Leaving>().asking.swap(true, Ordering::AcqRel) {
        return;
    }
    window::show(app);
    let labels = app.state::<Words>().get();
    let buttons = MessageDialogButtons::OkCancelCustom(
        labels.word("quit_stop").to_owned(),
        labels.word("quit_stay").to_owned(),
    );
    let mut question = app.dialog().message(labels.word("quit_text")).title(labels.word("quit_title"));
    if let Some(window) = window::main(app) {
        question = question.parent(&window);
    }
    let handle = app.clone();
    question.kind(MessageDialogKind::Warning).buttons(buttons).show(move |stop| {
        handle.state::<Leaving>().asking.store(false, Ordering::Release);
        if stop {
            end(&handle);
        }
    });
}

/// Ends the app: runs are stopped and servers are said good-bye to, behind the scenes.
pub(crate) fn end(app: &AppHandle) {
    if app.state::<Leaving>().begun.swap(true, Ordering::AcqRel) {
        return;
    }
    window::hide(app);
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        say_good_bye(&app).await;
        app.exit(0);
    });
}

/// Whether everything has been put in order, and only the end is left.
pub(crate) fn has_left(app: &AppHandle) -> bool {
    app.state::<Leaving>().done.load(Ordering::Acquire)
}

/// The last moment, for ends that nobody asked this module for (the dock's "Quit", the end of the session).
pub(crate) fn at_the_end(app: &AppHandle) {
    if !has_left(app) {
        tauri::async_runtime::block_on(say_good_bye(app));
    }
}

async fn say_good_bye(app: &AppHandle) {
    if let Some(desk) = app.try_state::<Desk>()
        && tokio::time::timeout(PATIENCE, desk.close()).await.is_err()
    {
        tracing::warn!("a run did not stop in time; the next publish carries on from there");
    }
    if let Some(server) = app.try_state::<PracticeServer>() {
        server.stop().await;
    }
    app.state::<Leaving>().done.store(true, Ordering::Release);
}

fn is_busy(app: &AppHandle) -> bool {
    app.try_state::<Desk>().is_some_and(|desk| desk.is_busy())
}

/// From now on the end of a run decides what becomes of a hidden window.
pub(crate) fn watch_runs(app: &AppHandle, desk: &Desk) {
    let handle = app.clone();
    let sink = move |events| {
        for event in events {
            if let HostEvent::Run { event, .. } = event {
                heard(&handle, &event);
            }
        }
    };
    let subscription = tauri::async_runtime::block_on(desk.subscribe(sink));
    app.manage(Watch { _subscription: subscription });
}

fn heard(app: &AppHandle, event: &RunEvent) {
    if window::is_visible(app) || app.state::<Leaving>().begun.load(Ordering::Acquire) {
        return;
    }
    match event {
        RunEvent::Failed { failure, .. } if failure.code != Code::Cancelled => window::show(app),
        RunEvent::Finished { .. } | RunEvent::Failed { .. } => {
            let app = app.clone();
            tauri::async_runtime::spawn(async move {
                tokio::time::sleep(MOMENT).await;
                if !is_busy(&app) && !window::is_visible(&app) {
                    end(&app);
                }
            });
        }
        _ => {}
    }
}

/// Ends the app in an orderly way when the terminal or the system asks for it.
pub(crate) fn listen_for_signals(app: &AppHandle) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            let (Ok(mut interrupt), Ok(mut terminate)) =
                (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
            else {
                return;
            };
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            end(&app);
        });
    }
    #[cfg(not(unix))]
    let _ = app;
}
