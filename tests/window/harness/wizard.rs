//! Adding a website, as people do it.

use std::time::{Duration, Instant};

use slipway_testkit::Daemon;

use super::page::Window;
use super::scene::PASSWORD;
use super::words::{say, say_with};

impl Window<'_> {
    /// The first step, the folder having been chosen: on to the second.
    #[track_caller]
    pub(crate) fn accept_folder(&self) {
        self.heading(&say("folder_title"));
        self.sees(&say("folder_good"));
        self.screen("add-folder");
        self.press(&say("action_continue"));
        self.heading(&say("hosting_title"));
    }

    /// Presses a button that opens the system's own dialog for folders, and chooses one there.
    #[track_caller]
    pub(crate) fn choose_folder(&self, button: &str, folder: &std::path::Path) {
        self.press(button);
        let (desktop, title) = (&self.scene.desktop, say("folder_dialog"));
        let is_open = || desktop.windows().contains(&title);
        // A slash opens a line to type in, which loses letters while it slides in. Delete takes away what the dialog
        // has added by itself. Where a letter was lost nevertheless, it is left and opened again.
        for _ in 0..5 {
            desktop.presses(&title, "slash");
            std::thread::sleep(Duration::from_millis(400));
            desktop.presses(&title, "ctrl+a");
            desktop.types(&title, folder.to_str().unwrap());
            desktop.presses(&title, "Delete");
            desktop.presses(&title, "Return");
            let deadline = Instant::now() + Duration::from_secs(5);
            while is_open() && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(50));
            }
            if !is_open() {
                return;
            }
            while is_open() {
                desktop.run(&["xdotool", "key", "Escape"]);
            }
            self.press(button);
        }
        panic!("the dialog takes no folder");
    }

    /// Copies a text outside of the app.
    #[track_caller]
    pub(crate) fn copy_elsewhere(&self, text: &str) {
        let file = self.scene.desktop.home().join("copied");
        std::fs::write(&file, text).unwrap();
        let ran = self.scene.desktop.run(&["xclip", "-selection", "clipboard", file.to_str().unwrap()]);
        assert!(ran.success, "{ran:?}");
    }

    /// The second step, typed: on to the third.
    #[track_caller]
    pub(crate) fn type_account(&self, port: u16, user: &str, password: &str) {
        self.fill(&say("server_address"), "127.0.0.1");
        self.fill(&say("user_name"), user);
        self.fill(&say("password"), password);
        self.click("summary", &say("more_options"));
        self.fill(&say("port"), &port.to_string());
        self.press(&say("action_continue"));
    }

    /// The question whether a server is the right one: what it shows is that server's, and it is trusted.
    #[track_caller]
    pub(crate) fn trust(&self, daemon: &Daemon) {
        self.heading(&say("code_certificate_unknown_title"));
        self.sees(&say("code_certificate_unknown_text"));
        let fingerprint: Vec<String> =
            daemon.certificate_sha256().iter().map(|byte| format!("{byte:02X}")).collect();
        self.sees(&fingerprint.join(":"));
        self.sees("Slipway test authority");
        self.screen("certificate-unknown");
        self.press(&say("action_trust"));
    }

    /// All four checks have passed: on to the fourth step.
    #[track_caller]
    pub(crate) fn all_is_well(&self) {
        for check in ["check_found", "check_secure", "check_signed_in", "check_may_save"] {
            self.sees(&say(check));
        }
        self.find("button", &say("action_continue"));
        self.screen("add-connect");
        self.press(&say("action_continue"));
        self.heading(&say("place_title"));
    }

    /// Adds a site at this server and publishes it, from the second step on, with all that is right.
    #[track_caller]
    pub(crate) fn add_at(&self, daemon: &Daemon) {
        self.type_account(daemon.port(), daemon.user(), PASSWORD);
        self.trust(daemon);
        self.all_is_well();
        self.press(&say("publish_now"));
    }

    /// The website is online: so many changes.
    #[track_caller]
    pub(crate) fn is_live(&self) {
        self.heading(&say("done_title"));
        self.screen("done");
    }

    /// The website is online: puts the version before back, by the history.
    #[track_caller]
    pub(crate) fn put_back(&self) {
        self.press(&say("tab_history"));
        self.press(&say("version_put_back"));
        self.sees(&say("version_folder"));
        self.screen("put-back");
        self.press(&say("version_put_back"));
        self.is_live();
    }

    /// Looks at the folder again: so many changes are waiting.
    #[track_caller]
    pub(crate) fn finds_changes(&self, count: &str) {
        self.heading(&say_with("changes_title", &[("count", count)]));
    }
}
