//! The window of a running app, found and used by what people see.

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use serde_json::{Value, json};

use super::driver::Driver;
use super::scene::{Scene, target};

/// Nothing that the app is waited for takes longer, even on a computer that is busy with other things.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);
/// The title of the window: the app's name, or the site's, with how far a publish is.
const TITLE: &str = "(Slipway|.* – .*)";
const FIND: &str = include_str!("find.js");
const AXE: &str = include_str!("axe.js");
const PAINTED: &str = "const done = arguments[arguments.length - 1]; setTimeout(done, 2000);
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50)))";

/// A window of the app. It is gone with its [`Scene`], or when it is closed.
pub(crate) struct Window<'a> {
    pub(super) driver: Driver,
    pub(super) scene: &'a Scene,
    axe: String,
    pictures: std::cell::Cell<u32>,
}

impl<'a> Window<'a> {
    pub(super) fn new(driver: Driver, scene: &'a Scene) -> Self {
        let axe = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/axe-core/axe.min.js");
        let axe = fs::read_to_string(&axe)
            .unwrap_or_else(|error| panic!("{}: {error}; run `npm ci` in ui", axe.display()));
        Self { driver, scene, axe, pictures: 0.into() }
    }

    /// Runs a script in the page.
    #[track_caller]
    pub(crate) fn execute(&self, script: &str) -> Value {
        self.driver.execute(script, vec![]).unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Runs a script in the page; nothing where that is not possible just now.
    pub(crate) fn try_execute(&self, script: &str) -> Value {
        self.driver.execute(script, vec![]).unwrap_or_default()
    }

    /// Runs a script in the page that calls its last argument when it is done.
    #[track_caller]
    pub(crate) fn execute_async(&self, script: &str) -> Value {
        self.driver.execute_async(script, vec![]).unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Everything that can be read now.
    pub(crate) fn text(&self) -> String {
        self.try_execute("return document.body.innerText").as_str().unwrap_or_default().to_owned()
    }

    /// Waits until something is so.
    #[track_caller]
    pub(crate) fn until(&self, what: &str, mut so: impl FnMut() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !so() {
            assert!(Instant::now() < deadline, "{what}: not within {PATIENCE:?}; there is:\n{}", self.text());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until this can be read.
    #[track_caller]
    pub(crate) fn sees(&self, text: &str) {
        self.until(&format!("to see {text:?}"), || self.text().contains(text));
    }

    /// What is there now of this role and name.
    #[track_caller]
    pub(crate) fn present(&self, role: &str, name: &str) -> Vec<Element> {
        let arguments = || vec![json!(role), json!(name)];
        let mut found = self.driver.execute(FIND, arguments());
        if found.as_ref().is_ok_and(Value::is_null) {
            self.driver.execute(&self.axe, vec![]).unwrap_or_else(|error| panic!("axe: {error}"));
            found = self.driver.execute(FIND, arguments());
        }
        // A page that is changing is looked at again.
        self.driver.elements(&found.unwrap_or_default())
    }

    /// Waits until the window shows a screen.
    #[track_caller]
    pub(crate) fn is_ready(&self) {
        let shows = "return document.querySelector('main h1') !== null";
        self.until("a screen", || self.try_execute(shows) == true);
    }

    /// Waits for something of this role and name.
    #[track_caller]
    pub(crate) fn find(&self, role: &str, name: &str) -> Element {
        let mut found = Vec::new();
        self.until(&format!("a {role} {name:?}"), || {
            found = self.present(role, name);
            !found.is_empty()
        });
        found.swap_remove(0)
    }

    /// Waits for a heading.
    #[track_caller]
    pub(crate) fn heading(&self, name: &str) {
        self.find("heading", name);
    }

    /// Clicks on something of this role and name, as soon as it is there and nothing lies over it.
    #[track_caller]
    pub(crate) fn click(&self, role: &str, name: &str) {
        let mut refused = String::new();
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            match self.driver.click(&self.find(role, name)) {
                Ok(()) => return,
                Err(error) => refused = error,
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("the {role} {name:?} takes no click: {refused}");
    }

    /// Presses a button.
    #[track_caller]
    pub(crate) fn press(&self, name: &str) {
        self.click("button", name);
    }

    /// Fills in a field in place of what it held.
    #[track_caller]
    pub(crate) fn fill(&self, label: &str, text: &str) {
        let field = self.find("field", label);
        self.driver.clear(&field).and_then(|()| self.driver.send_keys(&field, text)).unwrap();
    }

    /// What a field holds.
    #[track_caller]
    pub(crate) fn value(&self, label: &str) -> String {
        let field = self.find("field", label);
        let value =
            self.driver.execute("return arguments[0].value", vec![serde_json::to_value(field).unwrap()]);
        value.unwrap().as_str().unwrap().to_owned()
    }

    /// Checks with axe that everyone can use this screen, and takes a picture if that was asked for.
    #[track_caller]
    pub(crate) fn screen(&self, name: &str) {
        let run = || self.driver.execute_async(AXE, vec![]);
        let found = run().or_else(|_| self.driver.execute(&self.axe, vec![]).and_then(|_| run()));
        assert_eq!(found.unwrap(), json!([]), "axe, of the screen {name}");
        if std::env::var_os("SLIPWAY_WINDOW_SHOTS").is_some() {
            let number = self.pictures.get() + 1;
            self.pictures.set(number);
            self.keep_picture(&format!("{}-{number:02}-{name}", test_name()));
        }
    }

    /// Closes the window as people do, and waits until the app has ended.
    #[track_caller]
    pub(crate) fn close(self) {
        self.close_window();
        self.scene.is_gone();
    }

    /// Closes the window as people do.
    #[track_caller]
    pub(crate) fn close_window(&self) {
        self.scene.desktop.presses(TITLE, "alt+F4");
    }

    fn keep_picture(&self, name: &str) {
        // What was changed a moment ago may not have been painted yet; a window that is hidden never is.
        let _ = self.driver.execute_async(PAINTED, vec![]);
        let folder = target().join("window-shots");
        let _ = fs::create_dir_all(&folder);
        match self.driver.screenshot() {
            Ok(picture) => drop(fs::write(folder.join(format!("{name}.png")), picture)),
            Err(error) => eprintln!("no picture of the window: {error}"),
        }
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.keep_picture(&test_name());
        }
    }
}

/// The test that runs in this thread, as a name for files.
pub(super) fn test_name() -> String {
    thread::current().name().unwrap_or("test").replace("::", "-")
}
