//! A website that is published with two changes, and held in the middle.

use std::sync::Arc;

use slipway_testkit::{ControlProxy, Daemon, Kind, Options, Tls};

use super::{Held, PASSWORD, SITE, Scene, Website, Window, say, say_with};

/// A website that is online, of which two files have changed.
pub(crate) struct Changed {
    pub(crate) daemon: Arc<Daemon>,
    pub(crate) proxy: ControlProxy,
    pub(crate) online: Website,
    pub(crate) scene: Scene,
}

pub(crate) fn changed() -> Changed {
    let daemon = Daemon::with(Kind::Vsftpd, Options { tls: Tls::None, ..Options::default() });
    let proxy = ControlProxy::start(daemon.port());
    let online = Website::of(daemon.root());
    let scene = Scene::new();
    scene.add(proxy.port(), PASSWORD, &["--connections", "1", "--attempts", "1", "--timeout", "300"]);
    scene.command(&["publish", SITE]);
    scene.write(&[("index.html", b"<h1>New</h1>"), ("about.html", b"<h1>About us</h1>")]);
    Changed { daemon: Arc::new(daemon), proxy, online, scene }
}

impl Changed {
    /// Opens the app and publishes, up to the second upload.
    #[track_caller]
    pub(crate) fn publish(&self) -> (Window<'_>, Held) {
        let window = self.scene.open();
        let held = Held::at_upload(&self.proxy, 2);
        window.press(&say_with("publish_changes", &[("count", "2")]));
        held.is_reached();
        window.heading(&say("phase_sending"));
        (window, held)
    }

    /// Opens the app and publishes, up to the second file that goes live: one file is new then, and one is old.
    #[track_caller]
    pub(crate) fn go_live(&self) -> (Window<'_>, Held) {
        let window = self.scene.open();
        let held = Held::at(&self.proxy, "RNTO", 2);
        window.press(&say_with("publish_changes", &[("count", "2")]));
        held.is_reached();
        window.heading(&say("phase_going_live"));
        (window, held)
    }

    #[track_caller]
    pub(crate) fn is_old(&self) {
        assert_eq!(self.online.get("index.html").as_deref(), Some("<h1>Wildflower</h1>"));
        assert_eq!(self.online.get("about.html").as_deref(), Some("<h1>About</h1>"));
    }

    #[track_caller]
    pub(crate) fn is_new(&self) {
        assert_eq!(self.online.get("index.html").as_deref(), Some("<h1>New</h1>"));
        assert_eq!(self.online.get("about.html").as_deref(), Some("<h1>About us</h1>"));
    }

    /// Whether the window of the app can be seen.
    pub(crate) fn shows(&self) -> bool {
        self.scene.desktop.windows().iter().any(|title| title.contains(SITE))
    }
}
