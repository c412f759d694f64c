//! From host name to a logged-in connection.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use slipway_core::{Check, Features, Protocol, RemoteDir, ServerFacts, Sha256};
use socket2::{SockRef, TcpKeepalive};
use suppaftp::{FtpError, Status};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::burst::{Control, Ladder, Outbox, Secured};
use super::reached::Reached;
use super::replies::{self, During};
use super::session::{Secure, Session};
use super::tls::{self, SystemTrust, Trust};
use crate::error::RemoteError;
use crate::remote::{Connector, Remote};
use crate::throttle::Throttle;

/// A server that has greeted us before greets again within this time; busy ones never greet some of many
/// connections that are opened at once.
const SECOND_GREETING: Duration = Duration::from_secs(5);

/// So many connections may be lost over commands that are written ahead, before the server is taken not to bear them.
const PROBES: usize = 2;

/// How to reach a server, and as whom.
#[derive(Debug, Clone)]
pub struct Options {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// FTP, or FTPS in one of its two forms. FTPS never becomes FTP.
    pub protocol: Protocol,
    /// User name.
    pub user: String,
    /// Password.
    pub password: SecretString,
    /// The publish folder.
    pub remote_dir: RemoteDir,
    /// A certificate that is trusted although the system does not know it.
    pub trusted: Option<Sha256>,
    /// The longest wait for any answer.
    pub timeout: Duration,
    /// The bandwidth limit.
    pub throttle: Throttle,
    /// What is known of the server.
    pub facts: ServerFacts,
    /// Is told how far connections have come, up to the login.
    pub reached: Reached,
}

/// Opens FTP and FTPS connections to one server.
pub struct FtpConnector {
    pub(super) options: Options,
    facts: Mutex<ServerFacts>,
    system: OnceCell<SystemTrust>,
    greeted: AtomicBool,
    ladder: Mutex<Ladder>,
}

impl FtpConnector {
    /// A connector; connects to nothing yet.
    pub fn new(mut options: Options) -> Arc<Self> {
        // An IPv6 address may come in brackets, as in web addresses; neither the resolver nor TLS wants them.
        options.host = options.host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let facts = Mutex::new(options.facts.clone());
        Arc::new(Self {
            options,
            facts,
            system: OnceCell::new(),
            greeted: AtomicBool::new(false),
            ladder: Mutex::default(),
        })
    }

    pub(super) fn known(&self) -> MutexGuard<'_, ServerFacts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn ladder(&self) -> MutexGuard<'_, Ladder> {
        self.ladder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a connection that is ready for all that is asked of it.
    pub(super) async fn open(self: &Arc<Self>) -> Result<Session, RemoteError> {
        for _ in 0..PROBES {
            let mut session = self.log_in().await?;
            match session.probe().await {
                Ok(()) => return Ok(session),
                Err(error) => tracing::info!(%error, "commands that were written ahead failed"),
            }
        }
        self.known().written_ahead = Some(false);
        self.log_in().await
    }

    /// Opens a connection, up to and including the login.
    async fn log_in(self: &Arc<Self>) -> Result<Session, RemoteError> {
        let (mut stream, secure) = match self.options.protocol {
            Protocol::Ftp => (self.greeting().await?, None),
            Protocol::Ftps => {
                let stream = self.greeting().await?;
                let (secure, connector) = self.secure().await?;
                let upgrade = stream.into_secure(connector, &self.options.host);
                let stream = self.secured(&secure, self.timed("TLS", upgrade).await)?;
                (stream, Some(secure))
            }
            Protocol::FtpsImplicit => {
                let (stream, secure) = self.implicit().await?;
                (stream, Some(secure))
            }
        };
        self.greeted.store(true, Ordering::Relaxed);
        if secure.is_some() {
            self.options.reached.tell(Check::Secure);
        }
        let login = stream.login(self.options.user.as_str(), self.options.password.expose_secret());
        self.timed("login", login).await?.map_err(|error| replies::error(error, During::Login))?;
        self.options.reached.tell(Check::SignedIn);
        let mut session = Session::new(self.clone(), stream, secure);
        session.prepare().await?;
        Ok(session)
    }

    /// A plain connection that was greeted.
    async fn greeting(&self) -> Result<Control, RemoteError> {
        let socket = self.connect_tcp().await?;
        let wait = if self.greeted.load(Ordering::Relaxed) {
            SECOND_GREETING.min(self.options.timeout)
        } else {
            self.options.timeout
        };
        match timeout(wait, Control::connect_with_stream(socket)).await {
            Ok(Ok(greeted)) => {
                self.options.reached.tell(Check::Found);
                Ok(greeted)
            }
            Ok(Err(error)) => Err(replies::error(error, During::Greeting)),
            Err(_) => Err(RemoteError::TimedOut { doing: "the greeting", seconds: wait.as_secs() }),
        }
    }

    async fn implicit(&self) -> Result<(Control, Secure), RemoteError> {
        let addresses = self.addresses().await?;
        let (secure, connector) = self.secure().await?;
        let host = &self.options.host;
        let connect = Control::connect_secure_implicit(&addresses[..], connector, host);
        let connected = self.timed("TLS", connect).await;
        // Whoever shows a certificate is there.
        if matches!(connected, Ok(Ok(_))) || secure.trust.refused().is_some() {
            self.options.reached.tell(Check::Found);
        }
        let mut stream = match connected {
            Ok(Err(FtpError::ConnectionError(error))) if error.kind() == ErrorKind::ConnectionRefused => {
                return Err(refused(&error));
            }
            Ok(Err(FtpError::UnexpectedResponse(response))) => {
                return Err(replies::error(FtpError::UnexpectedResponse(response), During::Greeting));
            }
            connected => self.secured(&secure, connected)?,
        };
        tune(&*stream.get_ref().await)?;
        for command in ["PBSZ 0", "PROT P"] {
            let sent = stream.custom_command(command, &[Status::CommandOk]);
            self.timed("TLS", sent).await?.map_err(|error| replies::error(error, During::Secure))?;
        }
        Ok((stream, secure))
    }

    /// TLS for one control connection.
    async fn secure(&self) -> Result<(Secure, Secured), RemoteError> {
        let load = || async { tokio::task::spawn_blocking(tls::system_trust).await.unwrap_or_default() };
        let system = self.system.get_or_init(load).await.clone();
        let trust = Arc::new(Trust::new(system, self.options.trusted));
        let tls12_only = self.known().tls12_only;
        let config = tls::client_config(trust.clone(), tls12_only)
            .map_err(|error| RemoteError::SecureFailed(error.to_string()))?;
        let connector = TlsConnector::from(Arc::new(config));
        let outbox = Outbox::default();
        let secured = Secured { connector: connector.clone(), outbox: outbox.clone() };
        Ok((Secure { connector, trust, tls12_only, outbox }, secured))
    }

    /// Tells a refused certificate from other failures of TLS.
    fn secured(
        &self,
        secure: &Secure,
        result: Result<Result<Control, FtpError>, RemoteError>,
    ) -> Result<Control, RemoteError> {
        result?.map_err(|error| match secure.trust.refused() {
            Some(certificate) if self.options.trusted.is_some() => {
                RemoteError::CertificateChanged(Box::new(certificate))
            }
            Some(certificate) => RemoteError::CertificateUnknown(Box::new(certificate)),
            None => replies::error(error, During::Secure),
        })
    }

    /// The host's addresses.
    async fn addresses(&self) -> Result<Vec<SocketAddr>, RemoteError> {
        let (host, port) = (self.options.host.as_str(), self.options.port);
        match timeout(self.options.timeout, tokio::net::lookup_host((host, port))).await {
            Ok(Ok(addresses)) => Ok(addresses.collect()),
            Ok(Err(error)) => Err(RemoteError::HostNotFound(error.to_string())),
            Err(_) => Err(RemoteError::HostNotFound("the name servers do not answer".to_owned())),
        }
    }

    /// The first of the host's addresses that answers.
    async fn connect_tcp(&self) -> Result<TcpStream, RemoteError> {
        let addresses = self.addresses().await?;
        let mut failure = RemoteError::HostNotFound("the name has no address".to_owned());
        for address in addresses {
            match self.timed("connecting", TcpStream::connect(address)).await {
                Ok(Ok(socket)) => {
                    tune(&socket)?;
                    return Ok(socket);
                }
                Ok(Err(error)) => failure = refused(&error),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    pub(super) async fn timed<T>(
        &self,
        doing: &'static str,
        what: impl Future<Output = T>,
    ) -> Result<T, RemoteError> {
        let limit = self.options.timeout;
        // suppaftp does not flush after a command. When tokio's budget for a task runs out in that moment,
        // tokio-rustls keeps the command to itself, and the reply never comes.
        let what = tokio::task::unconstrained(what);
        timeout(limit, what).await.map_err(|_| RemoteError::TimedOut { doing, seconds: limit.as_secs() })
    }

    pub(super) fn learn_features(&self, features: Features) {
        self.known().features = Some(features);
    }
}

#[async_trait]
impl Connector for Arc<FtpConnector> {
    async fn connect(&self) -> Result<Box<dyn Remote>, RemoteError> {
        Ok(Box::new(self.open().await?))
    }

    fn facts(&self) -> ServerFacts {
        self.known().clone()
    }
}

/// Commands are short and waited for: send them at once. And notice when the other side is gone.
pub(super) fn tune(socket: &TcpStream) -> Result<(), RemoteError> {
    let keepalive =
        TcpKeepalive::new().with_time(Duration::from_secs(30)).with_interval(Duration::from_secs(10));
    socket.set_nodelay(true).and_then(|()| SockRef::from(socket).set_tcp_keepalive(&keepalive)).map_err(lost)
}

pub(super) fn lost(error: std::io::Error) -> RemoteError {
    RemoteError::Lost(error.to_string())
}

fn refused(error: &std::io::Error) -> RemoteError {
    match error.kind() {
        ErrorKind::TimedOut => RemoteError::TimedOut { doing: "connecting", seconds: 0 },
        _ => RemoteError::ConnectionRefused(error.to_string()),
    }
}
