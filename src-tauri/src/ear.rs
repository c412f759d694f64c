//! Who hears what happens: the window, once it listens.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use slipway_api::desk::{Desk, HostEvent, Subscription};
use tauri::ipc::{Channel, IpcResponse};

/// The window's ear. There is one at a time: a window that is loaded again listens anew.
#[derive(Default)]
pub(crate) struct Ear(Mutex<Hearing>);

#[derive(Default)]
struct Hearing {
    subscription: Option<Subscription>,
    /// A folder to add that nobody has heard of yet.
    folder: Option<PathBuf>,
}

impl Ear {
    /// An ear that will first hear of this folder, if there is one.
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        Self(Mutex::new(Hearing { subscription: None, folder }))
    }

    /// Tells the window what happens from now on, and nobody else any more.
    pub(crate) async fn listen(&self, desk: &Desk, channel: Channel<Vec<HostEvent>>) {
        let subscription = desk.subscribe(telling_all(channel)).await;
        let mut hearing = self.hearing();
        hearing.subscription = Some(subscription);
        if let Some(folder) = hearing.folder.take() {
            desk.tell(HostEvent::Dropped { folder });
        }
    }

    /// Begins adding a folder in the window, as soon as it listens.
    pub(crate) fn add_folder(&self, desk: &Desk, folder: PathBuf) {
        let mut hearing = self.hearing();
        if hearing.subscription.is_some() {
            desk.tell(HostEvent::Dropped { folder });
        } else {
            hearing.folder = Some(folder);
        }
    }

    fn hearing(&self) -> MutexGuard<'_, Hearing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the window what happened, for as long as it listens. What can't be put into words takes nothing else along.
fn telling_all(channel: Channel<Vec<HostEvent>>) -> impl Fn(Vec<HostEvent>) + Send + Sync + 'static {
    let tell = telling(channel.clone());
    move |events: Vec<HostEvent>| {
        if channel.send(events.clone()).is_err() {
            events.into_iter().for_each(|event| tell(vec![event]));
        }
    }
}

/// Tells the window through a channel for as long as it listens.
pub(crate) fn telling<T: IpcResponse + Send + Sync + 'static>(
    channel: Channel<T>,
) -> impl Fn(T) + Send + Sync + 'static {
    move |what| {
        if let Err(error) = channel.send(what) {
            tracing::debug!(%error, "the window was not told");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use slipway_api::desk::HostEvent;

    use super::*;

    #[cfg(unix)]
    #[test]
    fn what_cannot_be_said_takes_nothing_else_along() {
        use std::os::unix::ffi::OsStringExt;
        let heard = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&heard);
        let channel = Channel::new(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok(())
        });
        let tell = telling_all(channel);
        let folder = PathBuf::from(std::ffi::OsString::from_vec(b"/caf\xe9".to_vec()));
        let dragging = HostEvent::Dragging { over: true };
        tell(vec![dragging.clone(), HostEvent::Dropped { folder }, dragging.clone()]);
        assert_eq!(heard.load(Ordering::Relaxed), 2, "each alone, but for the one");
        tell(vec![dragging.clone(), dragging]);
        assert_eq!(heard.load(Ordering::Relaxed), 3, "together");
    }
}
