//! The driver of the web view, and one app that it has started.

use std::future::Future;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use slipway_testkit::{Desktop, free_port};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

/// Nothing that the driver is asked takes longer, unless the app hangs.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);

/// The driver, with what blocks until it has answered.
pub(super) struct Driver {
    runtime: Runtime,
    client: Client,
}

impl Driver {
    /// Starts a driver on this desktop, and the program with these arguments through it.
    #[track_caller]
    pub(super) fn start(desktop: &Desktop, program: &str, arguments: &[&str]) -> Self {
        let port = free_port();
        let option = format!("--port={port}");
        // Without the variable the app cannot be driven, and nobody says so.
        desktop.launch(&["env", "TAURI_WEBVIEW_AUTOMATION=true", "WebKitWebDriver", &option]);
        let deadline = Instant::now() + ANSWER_WITHIN;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "WebKitWebDriver does not start");
            std::thread::sleep(Duration::from_millis(10));
        }
        let wanted = json!({ "webkitgtk:browserOptions": { "binary": program, "args": arguments } });
        let Value::Object(wanted) = wanted else { unreachable!("it is an object") };
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let client = runtime.block_on(async {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            let connecting = builder.capabilities(wanted);
            let address = format!("http://127.0.0.1:{port}");
            timeout(ANSWER_WITHIN, connecting.connect(&address)).await
        });
        let client = client.expect("a window in time").expect("a window");
        Self { runtime, client }
    }

    /// Waits for an answer.
    #[track_caller]
    fn ask<T>(
        &self,
        what: impl Future<Output = Result<T, fantoccini::error::CmdError>>,
    ) -> Result<T, String> {
        let answer = self.runtime.block_on(async { timeout(ANSWER_WITHIN, what).await });
        answer.map_err(|_| "the app does not answer".to_owned())?.map_err(|error| error.to_string())
    }

    /// Runs a script in the page.
    pub(super) fn execute(&self, script: &str, arguments: Vec<Value>) -> Result<Value, String> {
        self.ask(self.client.execute(script, arguments))
    }

    /// Runs a script in the page that calls its last argument when it is done.
    pub(super) fn execute_async(&self, script: &str, arguments: Vec<Value>) -> Result<Value, String> {
        self.ask(self.client.execute_async(script, arguments))
    }

    /// The elements that a script returned.
    pub(super) fn elements(&self, returned: &Value) -> Vec<Element> {
        let ids =
            returned.as_array().into_iter().flatten().filter_map(|one| one.as_object()?.values().next());
        ids.filter_map(Value::as_str)
            .map(|id| Element::from_element_id(self.client.clone(), id.to_owned().into()))
            .collect()
    }

    pub(super) fn click(&self, element: &Element) -> Result<(), String> {
        self.ask(element.click())
    }

    pub(super) fn clear(&self, element: &Element) -> Result<(), String> {
        self.ask(element.clear())
    }

    pub(super) fn send_keys(&self, element: &Element, keys: &str) -> Result<(), String> {
        self.ask(element.send_keys(keys))
    }

    /// What the window shows, as a PNG file.
    pub(super) fn screenshot(&self) -> Result<Vec<u8>, String> {
        self.ask(self.client.screenshot())
    }
}
