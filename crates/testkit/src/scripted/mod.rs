//! A small FTP server of ours that does everything right, plain or over TLS, but for what a test orders at the n-th
//! command. Files exist in memory only, and can be looked at after every change.
//!
//! Real servers show what servers do; this one shows what they might, at any moment one likes.

mod data;
mod fault;
mod line;
mod session;
mod tree;

pub use fault::ScriptedFault;
pub use tree::ScriptedTree;

use crate::certificate::{certificate, tls_config};
use rustls::ServerConfig;
use session::Session;
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// Looks at what the server holds; what it says is a complaint.
pub type ScriptedWatch = Box<dyn Fn(&ScriptedTree) -> Result<(), String> + Send + Sync>;

/// When a scripted server does what wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScriptedOrder {
    /// At which command, counted from 1 over all connections; each greeting counts as one.
    pub at: usize,
    /// What it does.
    pub fault: ScriptedFault,
    /// Whether it does so from then on, at each command with the same verb.
    pub lasting: bool,
}

/// A scripted server on a port of `127.0.0.1`; gone, with all its connections, when dropped.
pub struct ScriptedServer {
    shared: Arc<Shared>,
    port: u16,
    /// Ends last, with the port closed.
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    tls: Option<Arc<ServerConfig>>,
    state: Mutex<State>,
    sockets: Mutex<Vec<TcpStream>>,
    closed: AtomicBool,
}

struct State {
    tree: ScriptedTree,
    order: Option<ScriptedOrder>,
    /// The verb that the order has come to concern.
    ordered: Option<String>,
    record: Vec<String>,
    watch: ScriptedWatch,
    complaints: Vec<String>,
}

impl ScriptedServer {
    /// Starts a server that holds `tree`, does as ordered, and has `watch` look at the tree after every change. With
    /// TLS it is explicit FTPS, with the certificate [`ScriptedServer::certificate_sha256`].
    ///
    /// # Panics
    /// When no port can be opened.
    pub fn start(tree: ScriptedTree, tls: bool, order: Option<ScriptedOrder>, watch: ScriptedWatch) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (ordered, record, complaints) = (None, Vec::new(), Vec::new());
        let state = State { tree, order, ordered, record, watch, complaints };
        let shared = Arc::new(Shared {
            tls: tls.then(tls_config),
            state: Mutex::new(state),
            sockets: Mutex::default(),
            closed: AtomicBool::new(false),
        });
        let served = Arc::clone(&shared);
        let accepting = thread::spawn(move || {
            for client in listener.incoming() {
                if served.closed.load(Ordering::Acquire) {
                    break;
                }
                let shared = Arc::clone(&served);
                thread::spawn(move || {
                    // An error is a client that went away, an ordered end, or the end of the server.
                    client.and_then(|client| {
                        shared.keep(&client)?;
                        Session::new(&shared, client).serve()
                    })
                });
            }
        });
        Self { shared, port, accepting: Some(accepting) }
    }

    /// The port on `127.0.0.1`.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The digest of its certificate.
    pub fn certificate_sha256() -> [u8; 32] {
        certificate().sha256
    }

    /// All commands so far, over all connections, in the order they came; `CONNECT` for a greeting.
    pub fn record(&self) -> Vec<String> {
        lock(&self.shared.state).record.clone()
    }

    /// What the server holds now.
    pub fn tree(&self) -> ScriptedTree {
        lock(&self.shared.state).tree.clone()
    }

    /// What the watch has complained of.
    pub fn complaints(&self) -> Vec<String> {
        lock(&self.shared.state).complaints.clone()
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Release);
        // Wakes the listener, which sees that it is over.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        let _ = self.accepting.take().map(JoinHandle::join);
        for socket in lock(&self.shared.sockets).drain(..) {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    /// Notes a connection, so that it ends with the server.
    fn keep(&self, socket: &TcpStream) -> std::io::Result<()> {
        socket.set_nodelay(true)?;
        let mut sockets = lock(&self.sockets);
        if self.closed.load(Ordering::Acquire) {
            return Err(std::io::ErrorKind::ConnectionAborted.into());
        }
        sockets.push(socket.try_clone()?);
        Ok(())
    }

    /// Notes a command and tells what is to go wrong with it.
    fn note(&self, verb: &str, command: &str) -> Option<ScriptedFault> {
        let mut state = lock(&self.state);
        state.record.push(command.to_owned());
        let order = state.order?;
        if state.record.len() == order.at {
            state.ordered = Some(verb.to_owned());
            return Some(order.fault);
        }
        let concerned = order.lasting && state.ordered.as_deref() == Some(verb);
        concerned.then_some(order.fault)
    }

    /// Changes the tree, or only seems to.
    fn change<T>(&self, pretend: bool, change: impl FnOnce(&mut ScriptedTree) -> T) -> T {
        let mut state = lock(&self.state);
        if pretend {
            return change(&mut state.tree.clone());
        }
        let result = change(&mut state.tree);
        if let Err(complaint) = (state.watch)(&state.tree) {
            let after = state.record.last().cloned().unwrap_or_default();
            state.complaints.push(format!("{complaint}, after {after}"));
        }
        result
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
