//! The process that owns a server and everything it starts: `supervise.sh`, in namespaces of its own.

use super::Options;
use crate::owner::Owner;
use std::path::{Path, PathBuf};

const SCRIPT: &str = include_str!("supervise.sh");

pub(super) struct Supervisor(Owner);

impl Supervisor {
    /// Starts the supervisor of an instance in `folder`; the server itself waits for the order `start`.
    pub(super) fn start(folder: &Path, options: &Options, server: &[String]) -> Self {
        let owner = if options.writable { "slipway-test" } else { "root" };
        let mut arguments = vec![options.disk_bytes.unwrap_or(0).to_string(), owner.to_owned()];
        arguments.extend_from_slice(server);
        Self(Owner::start(SCRIPT, folder, &[], &arguments))
    }

    /// Gives an order and waits until it is carried out.
    pub(super) fn order(&self, order: &str) {
        assert_eq!(self.0.order(order), "done", "the supervisor failed at {order}");
    }

    /// The path by which this process reaches what `path` is for the server.
    pub(super) fn seen_from_outside(&self, path: &Path) -> PathBuf {
        let inside = path.strip_prefix("/").expect("temporary folders have absolute paths");
        // It greets with its process number outside of its namespace.
        Path::new("/proc").join(self.0.greeting()).join("root").join(inside)
    }
}
