//! A publish that waits in its middle, for as long as a test looks at it.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use slipway_testkit::{Action, ControlProxy};

/// A command that the server is not told of until this is let go or dropped.
pub(crate) struct Held {
    reached: Receiver<()>,
    let_go: Sender<()>,
}

impl Held {
    /// Holds the `n`-th upload from now on. With one connection nothing else goes on then.
    pub(crate) fn at_upload(proxy: &ControlProxy, n: u64) -> Self {
        Self::at(proxy, "STOR", n)
    }

    /// The same at the `n`-th command of this kind.
    pub(crate) fn at(proxy: &ControlProxy, verb: &'static str, n: u64) -> Self {
        let (reaches, reached) = channel();
        let (let_go, waits) = channel();
        let hold = move || {
            let _ = reaches.send(());
            let _ = waits.recv();
        };
        proxy.at_verb(verb, n, Action::Notify(Box::new(hold)));
        Self { reached, let_go }
    }

    /// Waits until the publish has got there.
    #[track_caller]
    pub(crate) fn is_reached(&self) {
        self.reached.recv_timeout(Duration::from_secs(120)).expect("the publish gets that far");
    }

    /// Lets the publish go on.
    pub(crate) fn let_go(self) {
        let _ = self.let_go.send(());
    }
}
