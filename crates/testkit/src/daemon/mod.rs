//! One real FTP server on a loopback port, with a folder, a log and a life of its own.

mod configuration;
mod installed;
mod port;
mod supervisor;

use crate::certificate::{Certificate, certificate};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};
use supervisor::Supervisor;
use tempfile::TempDir;

const USER: &str = "slipway-test";
/// Its hash is in `supervise.sh`.
const PASSWORD: &str = "correct-horse";
const START_WITHIN: Duration = Duration::from_secs(20);

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// vsftpd, which knows no MLSD and sets times with `MDTM`.
    Vsftpd,
    /// ProFTPD, which demands that data connections resume the TLS session.
    ProFtpd,
    /// Pure-FTPd.
    PureFtpd,
    /// pyftpdlib, which does not bear `EPSV, STOR` pairs written ahead.
    PyFtpdLib,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Vsftpd, Self::ProFtpd, Self::PureFtpd, Self::PyFtpdLib];
}

/// Which TLS versions are offered, always beside plain FTP on the same port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tls {
    /// Plain FTP only: AUTH is refused.
    None,
    /// TLS 1.2 only.
    V12,
    /// TLS 1.2 and 1.3.
    #[default]
    V13,
}

impl Tls {
    /// Every variant.
    pub const ALL: [Self; 3] = [Self::None, Self::V12, Self::V13];
}

/// How a server differs from the usual one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Which TLS versions are offered. With TLS, vsftpd and ProFTPD demand session reuse on data connections.
    pub tls: Tls,
    /// TLS from the first byte on instead of plain FTP and AUTH: vsftpd and ProFTPD only.
    pub implicit_tls: bool,
    /// How many connections one address may have. One too many gets 421 in place of the greeting from vsftpd,
    /// Pure-FTPd and pyftpdlib, and 530 in answer to PASS from ProFTPD.
    pub max_clients_per_host: Option<u32>,
    /// How many bytes the served folder can hold, rounded up to whole pages of 4,096; needs root's rights.
    /// When it is full, vsftpd says "451 Failure writing to local file.", Pure-FTPd "451-Error during write to
    /// file", ProFTPD "451 Transfer aborted. Input/output error" to the upload that fills it and "452 Transfer
    /// aborted. No space left on device" to the next, and pyftpdlib 2.2 never replies. All keep the part that
    /// found room.
    pub disk_bytes: Option<u64>,
    /// Listens on `::1` instead of `127.0.0.1`.
    pub ipv6: bool,
    /// Names that differ in case only are one file: ProFTPD only.
    pub case_insensitive: bool,
    /// Whether anything can be changed on the server; if not, its files are root's, and the test must be too.
    pub writable: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tls: Tls::default(),
            implicit_tls: false,
            max_clients_per_host: None,
            disk_bytes: None,
            ipv6: false,
            case_insensitive: false,
            writable: true,
        }
    }
}

/// A running FTP server. It ends, with all its sessions, when this is dropped or the test process dies.
pub struct Daemon {
    kind: Kind,
    options: Options,
    port: u16,
    root: PathBuf,
    // Declared, and so dropped, before the folder that it works in.
    supervisor: Supervisor,
    folder: TempDir,
}

impl Daemon {
    /// Starts a server with the default options.
    ///
    /// # Panics
    /// See [`Daemon::with`].
    pub fn start(kind: Kind) -> Self {
        Self::with(kind, Options::default())
    }

    /// Starts a server, and returns when it takes connections.
    ///
    /// # Panics
    /// When it is not installed or does not start (with its log), or when this kind of server lacks an option.
    pub fn with(kind: Kind, options: Options) -> Self {
        configuration::check(kind, &options);
        let folder = tempfile::Builder::new().prefix("slipway-daemon-").tempdir().unwrap();
        let path = folder.path();
        for name in ["root", "etc/pam.d", "log", "run", "empty"] {
            fs::create_dir_all(path.join(name)).unwrap();
        }
        let Certificate { authority, chain, key, .. } = certificate();
        fs::write(path.join("etc/ca.pem"), authority).unwrap();
        fs::write(path.join("etc/server.pem"), format!("{key}{chain}")).unwrap();

        // Another process may take the port between the choice and the server's own bind.
        let (port, supervisor) = loop {
            let port = port::free();
            let command = configuration::write(kind, &options, path, port);
            let supervisor = Supervisor::start(path, &options, &command);
            if run(&supervisor, path, port) {
                break (port, supervisor);
            }
            assert!(port::is_listening(port), "{kind:?} did not start:\n{}", read_log(&supervisor, path));
        };
        let root = match options.disk_bytes {
            // The file system is mounted where only the server's processes see it.
            Some(_) => supervisor.seen_from_outside(&path.join("root")),
            None => path.join("root"),
        };
        Self { kind, options, port, root, supervisor, folder }
    }

    /// Which server this is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The address to connect to: `127.0.0.1`, or `::1` with [`Options::ipv6`].
    pub fn host(&self) -> &'static str {
        host(&self.options)
    }

    /// The port to connect to; the same after [`Daemon::restart`].
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The user to log in as.
    pub fn user(&self) -> &'static str {
        USER
    }

    /// The user's password.
    pub fn password(&self) -> &'static str {
        PASSWORD
    }

    /// The folder that a login lands in, as this process sees it.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Writes files below the served folder as if the server's user had made them, so that clients can
    /// change them (unless [`Options::writable`] is off).
    ///
    /// # Panics
    /// When a file cannot be written.
    pub fn write_tree(&self, files: &[(&str, &[u8])]) {
        crate::write_tree(&self.root, files);
        self.own_tree();
    }

    /// Gives everything below the served folder the owner that [`Daemon::write_tree`] gives: for what a test
    /// put there by itself.
    ///
    /// # Panics
    /// When the supervisor is gone.
    pub fn own_tree(&self) {
        self.supervisor.order("own");
    }

    /// SHA-256 of the server's certificate as DER.
    pub fn certificate_sha256(&self) -> [u8; 32] {
        certificate().sha256
    }

    /// The authority that signed the server's certificate, as a PEM file: for `SSL_CERT_FILE`.
    pub fn ca_pem_path(&self) -> PathBuf {
        self.folder.path().join("etc/ca.pem")
    }

    /// Ends the server and all its sessions at once, without a goodbye. The files stay.
    ///
    /// # Panics
    /// When the supervisor is gone.
    pub fn stop(&self) {
        self.supervisor.order("stop");
    }

    /// Ends the server and all its sessions if it runs, and starts it on the same port.
    ///
    /// # Panics
    /// When it does not start, with its log.
    pub fn restart(&self) {
        self.stop();
        let up = run(&self.supervisor, self.folder.path(), self.port);
        assert!(up, "{:?} did not start again:\n{}", self.kind, self.log());
    }

    /// What the server has logged so far, of all its log files.
    ///
    /// # Panics
    /// When the supervisor is gone.
    pub fn log(&self) -> String {
        read_log(&self.supervisor, self.folder.path())
    }
}

/// A port of this computer that nothing listens on, and that this process has not given out before: for servers that
/// cannot be told to choose one.
pub fn free_port() -> u16 {
    port::free()
}

fn host(options: &Options) -> &'static str {
    if options.ipv6 { "::1" } else { "127.0.0.1" }
}

/// Starts the server, and says whether it came up. Its port is watched from outside, as a connection to try
/// would count against [`Options::max_clients_per_host`].
fn run(supervisor: &Supervisor, folder: &Path, port: u16) -> bool {
    if port::is_listening(port) {
        return false;
    }
    supervisor.order("start");
    let deadline = Instant::now() + START_WITHIN;
    let exited = folder.join("exited");
    while Instant::now() < deadline && !exited.exists() {
        if port::is_listening(port) {
            return true;
        }
        thread::sleep(Duration::from_millis(3));
    }
    false
}

fn read_log(supervisor: &Supervisor, folder: &Path) -> String {
    supervisor.order("show");
    let mut text = String::new();
    for entry in fs::read_dir(folder.join("log")).unwrap().flatten() {
        let content = fs::read(entry.path()).unwrap_or_default();
        text += &format!("== {}\n{}", entry.file_name().display(), String::from_utf8_lossy(&content));
    }
    text
}
