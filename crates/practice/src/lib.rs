//! The practice server: somewhere to publish to without a host.
//!
//! One folder, two doors: FTP (with explicit FTPS) to publish into it, HTTP to look at the result.
//! Both listen on 127.0.0.1 only. It must not know anything of publishing: to the engine it is
//! one more FTP server.

mod error;
mod ftp;
mod identity;
mod sample;
mod web;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::oneshot;

pub use error::PracticeError;
pub use sample::write_sample_site;

use identity::Identity;

/// The one user that may log in.
const USER: &str = "practice";

/// How long `stop` lets file operations that are under way end.
const LINGER: Duration = Duration::from_secs(2);

/// What to serve, and where.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The folder to publish into and to show; made if it is missing.
    pub folder: PathBuf,
    /// The FTP control port; 0 takes any free one.
    pub ftp_port: u16,
    /// The HTTP port; 0 takes any free one.
    pub http_port: u16,
    /// A folder that keeps the certificate, its private key and thereby the password from one start
    /// to the next, so that a practice site that was trusted yesterday still works. Without it
    /// every start has new ones. Must not be the published folder.
    pub keep: Option<PathBuf>,
}

/// A running practice server. It stops when it is dropped; [`Practice::stop`] also waits until the
/// ports are free.
#[derive(Debug)]
pub struct Practice {
    ftp: SocketAddr,
    web: SocketAddr,
    password: SecretString,
    certificate_sha256: [u8; 32],
    /// Never sent to: the server runs for as long as this end is held.
    running: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Practice {
    /// Starts the server; when this returns, both doors are open.
    ///
    /// # Errors
    /// [`PracticeError`], when the folder cannot be used, a port is taken, or the kept certificate
    /// cannot be read.
    pub async fn start(options: Options) -> Result<Self, PracticeError> {
        tokio::task::spawn_blocking(move || Self::open(&options))
            .await
            .map_err(|_| PracticeError::Start(std::io::ErrorKind::Interrupted.into()))?
    }

    /// Where to publish to. Explicit FTPS (`AUTH TLS`) and plain FTP are both accepted.
    pub fn ftp_address(&self) -> SocketAddr {
        self.ftp
    }

    /// Where to look at the published site, as in `http://127.0.0.1:8080/`.
    pub fn web_address(&self) -> String {
        format!("http://{}/", self.web)
    }

    /// The name to log in with.
    pub fn user(&self) -> &str {
        USER
    }

    /// The password to log in with. Random, although only this computer can connect: a web page open
    /// in a browser here can send blind commands to a port of 127.0.0.1, and a password that is known
    /// would let it delete what was published.
    pub fn password(&self) -> &SecretString {
        &self.password
    }

    /// The SHA-256 of the certificate (its DER form), as a client pins it.
    pub fn certificate_sha256(&self) -> [u8; 32] {
        self.certificate_sha256
    }

    /// Closes every connection and frees the ports.
    pub async fn stop(self) {
        let Self { running, server, .. } = self;
        drop(running);
        let ended = tokio::task::spawn_blocking(move || server.join()).await;
        if !matches!(ended, Ok(Ok(()))) {
            tracing::warn!("the practice server did not end cleanly");
        }
    }

    fn open(options: &Options) -> Result<Self, PracticeError> {
        let identity = match &options.keep {
            Some(keep) => Identity::kept(keep)?,
            None => Identity::fresh()?,
        };
        let (password, certificate_sha256) = (identity.password.clone(), identity.sha256);
        let folder = std::path::absolute(&options.folder)
            .and_then(|folder| std::fs::create_dir_all(&folder).map(|()| folder))
            .map_err(|source| PracticeError::Folder { folder: options.folder.clone(), source })?;
        let site = ftp::Site::new(&folder, identity)?;
        let (ftp_listener, ftp) = listen(options.ftp_port)?;
        let (web_listener, web) = listen(options.http_port)?;

        // The FTP library starts tasks that nothing can stop one by one. A runtime of their own ends
        // them all, transfers under way included, when it is shut down.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(PracticeError::Start)?;
        let (ftp_listener, web_listener) = {
            let _inside = runtime.enter();
            let listeners = tokio::net::TcpListener::from_std(ftp_listener)
                .and_then(|ftp| Ok((ftp, tokio::net::TcpListener::from_std(web_listener)?)));
            listeners.map_err(PracticeError::Start)?
        };
        let (running, stopped) = oneshot::channel::<()>();
        let server = std::thread::Builder::new()
            .name("slipway-practice".to_owned())
            .spawn(move || {
                runtime.block_on(async move {
                    tokio::select! {
                        () = ftp::serve(ftp_listener, site) => {}
                        () = web::serve(web_listener, folder) => {}
                        _ = stopped => {}
                    }
                });
                runtime.shutdown_timeout(LINGER);
            })
            .map_err(PracticeError::Start)?;
        Ok(Self { ftp, web, password, certificate_sha256, running, server })
    }
}

/// A bound and listening socket: from here on clients can connect, so no one has to wait for a
/// server to come up, and no one else can take the port.
fn listen(port: u16) -> Result<(TcpListener, SocketAddr), PracticeError> {
    let bind = || {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    bind().map_err(|source| PracticeError::Port { port, source })
}
