//! A plain FTP server that says of its files whatever a test wants: names that lead out of a folder, sizes that
//! are not true, folders without end. Files exist in memory only.
//!
//! Every login is accepted, and nothing can be written: it is recorded and refused with 550.

mod entry;
mod session;

pub use entry::HostileEntry;

use crate::hostile::session::Session;
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, JoinHandle};

/// What the server can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostileOptions {
    /// `MLSD`; without it there is `LIST` alone, in the style of Unix.
    pub mlsd: bool,
    /// `REST`, to go on with a download.
    pub rest: bool,
}

impl Default for HostileOptions {
    /// Everything.
    fn default() -> Self {
        Self { mlsd: true, rest: true }
    }
}

/// A server with made-up files on a port of `127.0.0.1`; gone, with all its connections, when dropped.
///
/// A path of a command is looked up as it is, byte for byte: `RETR ../../evil.txt` fetches the file of that name, if
/// there is one, and `RETR a/b` either `b` in the folder `a` or a file with a slash in its name.
///
/// ```no_run
/// use slipway_testkit::{HostileEntry, HostileServer};
/// let server = HostileServer::start([
///     HostileEntry::file("../../evil.txt", "gotcha"),
///     HostileEntry::file("lies.html", vec![0; 1_000_000]).saying_size(10),
///     HostileEntry::file("large.zip", vec![1; 100_000]).cutting_after(40_000, 2),
///     HostileEntry::folder("css", [HostileEntry::file("a.css", "a {}").at("20240229123456")]),
///     HostileEntry::itself("deeper"),
///     HostileEntry::link("etc", "/etc"),
/// ]);
/// assert_eq!(server.count("RETR"), 0);
/// ```
pub struct HostileServer {
    shared: Arc<Shared>,
    port: u16,
    /// Ends last, with the port closed.
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    root: Vec<HostileEntry>,
    options: HostileOptions,
    record: Mutex<Vec<String>>,
    /// Every connection there is, to cut them from outside.
    sockets: Mutex<Vec<Weak<TcpStream>>>,
    closed: AtomicBool,
}

impl HostileServer {
    /// Starts a server that can do everything, with these entries in the folder one logs in to.
    ///
    /// # Panics
    /// When no port can be opened.
    pub fn start(entries: impl IntoIterator<Item = HostileEntry>) -> Self {
        Self::with(entries, HostileOptions::default())
    }

    /// Starts a server that can do what `options` say.
    ///
    /// # Panics
    /// When no port can be opened.
    pub fn with(entries: impl IntoIterator<Item = HostileEntry>, options: HostileOptions) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            root: entries.into_iter().collect(),
            options,
            record: Mutex::default(),
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
                    // An error is a client that went away, or the end of the server.
                    client.and_then(|client| Session::new(&shared, shared.keep(client)?).serve())
                });
            }
        });
        Self { shared, port, accepting: Some(accepting) }
    }

    /// The port on `127.0.0.1`.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// All commands so far, over all connections, in the order they came; what is not Unicode replaced.
    pub fn record(&self) -> Vec<String> {
        lock(&self.shared.record).clone()
    }

    /// How many commands with this verb have come.
    pub fn count(&self, verb: &str) -> usize {
        let is_it =
            |line: &&String| line.split(' ').next().is_some_and(|word| word.eq_ignore_ascii_case(verb));
        lock(&self.shared.record).iter().filter(is_it).count()
    }
}

impl Drop for HostileServer {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Release);
        // Wakes the listener, which sees that it is over.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        let _ = self.accepting.take().map(JoinHandle::join);
        for socket in lock(&self.shared.sockets).drain(..).filter_map(|socket| socket.upgrade()) {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    /// Notes a connection, so that it ends with the server.
    fn keep(&self, socket: TcpStream) -> std::io::Result<Arc<TcpStream>> {
        socket.set_nodelay(true)?;
        let socket = Arc::new(socket);
        let mut sockets = lock(&self.sockets);
        if self.closed.load(Ordering::Acquire) {
            return Err(std::io::ErrorKind::ConnectionAborted.into());
        }
        sockets.retain(|socket| socket.strong_count() > 0);
        sockets.push(Arc::downgrade(&socket));
        Ok(socket)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
