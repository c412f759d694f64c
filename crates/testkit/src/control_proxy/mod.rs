//! A control connection that breaks at a chosen moment: a loopback proxy that reads the FTP dialogue.
//!
//! For plain FTP only, as it must understand the commands. Data connections go to the server directly, save
//! those that are to be disturbed.

mod control;
mod data;
mod rules;

use rules::Rules;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;

/// What happens to a command.
pub enum Action {
    /// It goes to the server as usual.
    Forward,
    /// The server does not see it, and this is the answer. After a 421 the connection is closed, as servers do.
    Reply(String),
    /// The server carries it out, and this replaces its final reply (a 150 before it is passed on).
    ReplyAfterForward(String),
    /// The connection is closed on both sides; the server does not see the command.
    CutControl,
    /// The server carries it out, and the connection is closed instead of passing its final reply.
    CutBeforeReply,
    /// The server does not see it, nor what follows; nothing is answered until the client closes.
    Hang,
    /// This is called, then the command goes to the server.
    Notify(Box<dyn FnOnce() + Send>),
}

/// How a data connection is disturbed, after that many bytes in both directions together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataFault {
    /// Both sides see a connection reset.
    Reset(u64),
    /// Both sides see an orderly end: to the server it is a complete upload.
    Close(u64),
    /// Nothing moves any more, and nobody is told.
    Stall(u64),
}

/// One command and how it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Which connection, counted from 1.
    pub connection: u64,
    /// The command's line without its end; `CONNECT` for the greeting.
    pub command: String,
    /// The first line of the first reply that the client got; empty as long as there is none.
    pub reply: String,
}

/// A proxy for the control connections to a plain FTP server on `127.0.0.1`; all are cut when it is dropped.
pub struct ControlProxy {
    shared: Arc<Shared>,
    port: u16,
}

struct Shared {
    target: SocketAddr,
    rules: Mutex<Rules>,
    record: Mutex<Vec<Exchange>>,
    transfers: Mutex<Transfers>,
    /// Both ends of every connection, to cut them from outside.
    sockets: Mutex<Vec<Weak<TcpStream>>>,
    closed: AtomicBool,
    /// Ends stalled data connections.
    over: (Mutex<bool>, Condvar),
}

#[derive(Default)]
struct Transfers {
    announced: u64,
    faults: BTreeMap<u64, DataFault>,
}

impl ControlProxy {
    /// Starts a proxy to the server on `target_port` of `127.0.0.1`.
    ///
    /// # Panics
    /// When no port can be opened.
    pub fn start(target_port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            target: (Ipv4Addr::LOCALHOST, target_port).into(),
            rules: Mutex::default(),
            record: Mutex::default(),
            transfers: Mutex::default(),
            sockets: Mutex::default(),
            closed: AtomicBool::new(false),
            over: Default::default(),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for (number, client) in (1..).zip(listener.incoming()) {
                if accepting.closed.load(Ordering::Acquire) {
                    break;
                }
                let shared = Arc::clone(&accepting);
                thread::spawn(move || client.map(|client| control::serve(&shared, number, client)));
            }
        });
        Self { shared, port }
    }

    /// The port to connect to on `127.0.0.1`, in place of the server's.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Does this at the `n`-th command, counted from 1 over all connections since the start.
    pub fn at_command(&self, n: u64, action: Action) {
        lock(&self.shared.rules).at_command(n, action);
    }

    /// Does this at the `n`-th command with this verb from now on, counted from 1 over all connections.
    /// The verb `CONNECT` stands for the moment before the greeting.
    pub fn at_verb(&self, verb: &str, n: u64, action: Action) {
        lock(&self.shared.rules).at_verb(verb, n, action);
    }

    /// Asks `hook` about each command that no other rule speaks of: its line, and how many commands there
    /// have been with it, over all connections. `CONNECT` comes before each greeting and is not counted.
    /// The hook may do anything, such as end the server, but must not call this proxy.
    pub fn on(&self, hook: impl FnMut(&str, u64) -> Action + Send + 'static) {
        lock(&self.shared.rules).on(Box::new(hook));
    }

    /// Disturbs the `n`-th data connection that the server offers from the start (by EPSV or PASV), counted
    /// from 1.
    pub fn at_transfer(&self, n: u64, fault: DataFault) {
        lock(&self.shared.transfers).faults.insert(n, fault);
    }

    /// How many commands have come, over all connections.
    pub fn commands(&self) -> u64 {
        lock(&self.shared.rules).commands()
    }

    /// How many commands with this verb have come; `CONNECT` counts the connections.
    pub fn count(&self, verb: &str) -> usize {
        let record = lock(&self.shared.record);
        record.iter().filter(|exchange| rules::verb(&exchange.command) == verb).count()
    }

    /// Everything that was said so far, in the order of the commands.
    pub fn record(&self) -> Vec<Exchange> {
        lock(&self.shared.record).clone()
    }

    /// Closes all connections there are now, on both sides.
    pub fn cut_all(&self) {
        self.shared.cut_all();
    }
}

impl Drop for ControlProxy {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Release);
        *lock(&self.shared.over.0) = true;
        self.shared.over.1.notify_all();
        // Wakes the listener, which sees that it is over.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        self.shared.cut_all();
    }
}

impl Shared {
    fn cut_all(&self) {
        for socket in lock(&self.sockets).drain(..).filter_map(|socket| socket.upgrade()) {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    /// Notes a command and gives its place in the record.
    fn note(&self, connection: u64, command: &str) -> usize {
        let mut record = lock(&self.record);
        record.push(Exchange { connection, command: command.to_owned(), reply: String::new() });
        record.len() - 1
    }

    fn note_reply(&self, place: usize, reply: &[u8]) {
        let exchange = &mut lock(&self.record)[place];
        if exchange.reply.is_empty() {
            let text = String::from_utf8_lossy(reply);
            exchange.reply = text.lines().next().unwrap_or_default().to_owned();
        }
    }

    /// What is to happen to the data connection that is being announced.
    fn next_transfer(&self) -> Option<DataFault> {
        let mut transfers = lock(&self.transfers);
        transfers.announced += 1;
        let number = transfers.announced;
        transfers.faults.remove(&number)
    }
}

/// A hook that panicked has failed its test; the others' state is still good.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
