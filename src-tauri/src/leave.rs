//! Closing and quitting. A window that is closed while something is published hides; the app ends when that has gone
//! well, and shows the window when it has not.

mod runs;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use slipway_api::core::{Code, ProofFinding, SiteName};
use slipway_api::desk::{Desk, HostEvent, RunEvent, Subscription};
use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind};
use tokio::sync::Notify;

use runs::Runs;

use crate::menu::Words;
use crate::practice::PracticeServer;
use crate::window;

/// How long runs that can be stopped are given to stop, and servers to be said good-bye to.
const PATIENCE: Duration = Duration::from_secs(10);

/// A key that is held down quits once, not twice.
const ONE_WISH: Duration = Duration::from_secs(1);

/// How far the app is on its way out.
#[derive(Default)]
pub(crate) struct Leaving {
    runs: Mutex<Runs>,
    asking: AtomicBool,
    begun: Mutex<Option<Instant>>,
    hurry: Notify,
    done: AtomicBool,
}

impl Leaving {
    /// Sets out, unless that was done before: then says when.
    fn begin(&self) -> Option<Instant> {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *begun;
        begun.get_or_insert_with(Instant::now);
        before
    }

    fn has_begun(&self) -> Option<Instant> {
        *self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn runs(&self) -> MutexGuard<'_, Runs> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The shell's own listener; it listens for as long as the app runs.
struct Watch {
    _subscription: Subscription,
}

/// Closes the window; the app goes on while something is published.
pub(crate) fn close(app: &AppHandle) {
    if is_busy(app) { window::hide(app) } else { end(app) }
}

/// Ends the app, after a question if something is published that can be stopped: what goes live goes on to its end, with
/// the window hidden. Whoever asks again meanwhile does not wait for that.
pub(crate) fn quit(app: &AppHandle) {
    let leaving = app.state::<Leaving>();
    if let Some(begun) = leaving.has_begun() {
        if begun.elapsed() > ONE_WISH {
            leaving.hurry.notify_one();
        }
        return;
    }
    if !is_busy(app) || leaving.runs().all_go_on() {
        return end(app);
    }
    if leaving.asking.swap(true, Ordering::AcqRel) {
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

/// Ends the app behind the scenes: runs are stopped that can be, the others go on to their end, and servers are said
/// good-bye to.
pub(crate) fn end(app: &AppHandle) {
    if app.state::<Leaving>().begin().is_some() {
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
    if app.state::<Leaving>().begin().is_none() {
        window::hide(app);
        tauri::async_runtime::block_on(say_good_bye(app));
    }
}

async fn say_good_bye(app: &AppHandle) {
    let leaving = app.state::<Leaving>();
    tokio::select! {
        () = put_in_order(app) => {}
        () = leaving.hurry.notified() => tracing::warn!("left in a hurry; the next publish carries on from there"),
    }
    leaving.done.store(true, Ordering::Release);
}

async fn put_in_order(app: &AppHandle) {
    if let Some(desk) = app.try_state::<Desk>() {
        let mut closing = std::pin::pin!(desk.close());
        // What goes live has time-outs of its own.
        while tokio::time::timeout(PATIENCE, &mut closing).await.is_err() {
            if !app.state::<Leaving>().runs().any_goes_on() {
                tracing::warn!("a run did not stop in time; the next publish carries on from there");
                break;
            }
        }
    }
    if let Some(server) = app.try_state::<PracticeServer>() {
        server.stop().await;
    }
}

fn is_busy(app: &AppHandle) -> bool {
    app.try_state::<Desk>().is_some_and(|desk| desk.is_busy())
}

/// From now on the end of a run decides what becomes of a hidden window.
pub(crate) fn watch_runs(app: &AppHandle, desk: &Desk) {
    let handle = app.clone();
    let sink = move |events| {
        for event in events {
            if let HostEvent::Run { site, event } = event {
                heard(&handle, site, &event);
            }
        }
    };
    let subscription = tauri::async_runtime::block_on(desk.subscribe(sink));
    app.manage(Watch { _subscription: subscription });
}

/// Whether nobody has to do anything about what visitors were found to see.
fn is_fine(finding: ProofFinding) -> bool {
    matches!(finding, ProofFinding::Live | ProofFinding::Program | ProofFinding::Cached)
}

/// Must not block: the window, which may, is looked at elsewhere.
fn heard(app: &AppHandle, site: SiteName, event: &RunEvent) {
    app.state::<Leaving>().runs().note(site, event);
    let to_be_seen = match event {
        RunEvent::Finished { summary, .. } => {
            summary.proof.as_ref().is_some_and(|proof| !is_fine(proof.finding))
        }
        RunEvent::Failed { failure, .. } => failure.code != Code::Cancelled,
        RunEvent::State { .. } | RunEvent::Planned(_) | RunEvent::Progress(_) => return,
    };
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || {
        if app.state::<Leaving>().has_begun().is_some() || window::is_visible(&app) {
            return;
        }
        if to_be_seen {
            window::show(&app);
        } else if !is_busy(&app) {
            end(&app);
        }
    });
}

/// Ends the app in an orderly way when the terminal or the system asks for it, and at once when it asks again.
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
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                match app.state::<Leaving>().has_begun() {
                    None => end(&app),
                    Some(_) => app.state::<Leaving>().hurry.notify_one(),
                }
            }
        });
    }
    #[cfg(not(unix))]
    let _ = app;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sets_out_once() {
        let leaving = Leaving::default();
        assert_eq!((leaving.has_begun(), leaving.begin()), (None, None));
        assert!(leaving.begin().is_some() && leaving.begin() == leaving.has_begun());
    }
}
