//! The FTP door: accepts connections and hands each to the FTP library.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use libunftp::{Server, ServerBuilder, ServerError};
use secrecy::{ExposeSecret, SecretString};
use tokio::net::{TcpListener, TcpStream};
use unftp_core::auth::{AuthenticationError, Authenticator, Credentials, DefaultUser, Principal};
use unftp_sbe_fs::Filesystem;

use crate::identity::Identity;
use crate::{PracticeError, USER};

use folder::Folder;

mod folder;

/// What every connection is served with.
#[derive(Debug)]
pub(crate) struct Site {
    folder: Arc<Folder>,
    login: Arc<Login>,
    identity: Identity,
}

impl Site {
    /// Opens the folder and tries the certificate, so that what can fail fails now.
    pub(crate) fn new(folder: &Path, identity: Identity) -> Result<Self, PracticeError> {
        let files = Filesystem::new(folder)
            .map_err(|source| PracticeError::Folder { folder: folder.to_path_buf(), source })?;
        let login = Arc::new(Login { password: identity.password.clone() });
        let site = Self { folder: Arc::new(Folder::new(files)), login, identity };
        site.server().map_err(|reason| PracticeError::Damaged {
            file: site.identity.file.clone(),
            reason: reason.to_string(),
        })?;
        Ok(site)
    }

    fn server(&self) -> Result<Server<Folder, DefaultUser>, ServerError> {
        let folder = Arc::clone(&self.folder);
        ServerBuilder::with_authenticator(Box::new(move || folder.share()), self.login.clone())
            .greeting("Slipway practice server")
            .ftps(&self.identity.file, &self.identity.file)
            // A "range" of 0 lets the system choose a free port for each data connection.
            .passive_ports(0..=0)
            .build()
    }
}

/// Serves until it is dropped.
pub(crate) async fn serve(listener: TcpListener, site: Site) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => serve_one(&site, stream),
            Err(error) => {
                // Out of file descriptors, most likely: a moment's rest instead of a busy loop.
                tracing::warn!(%error, "the practice server could not accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// The library's own `listen` cannot tell which port it got, so it is given accepted connections. It
/// wants a server for each.
fn serve_one(site: &Site, stream: TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "replies may wait for one another");
    }
    match site.server() {
        Ok(server) => {
            tokio::spawn(async move {
                if let Err(error) = server.service(stream).await {
                    tracing::debug!(%error, "a practice connection ended");
                }
            });
        }
        Err(error) => tracing::warn!(%error, "the practice server could not serve a connection"),
    }
}

#[derive(Debug)]
struct Login {
    password: SecretString,
}

#[async_trait]
impl Authenticator for Login {
    async fn authenticate(&self, user: &str, given: &Credentials) -> Result<Principal, AuthenticationError> {
        if user != USER {
            return Err(AuthenticationError::BadUser);
        }
        match &given.password {
            Some(password) if password == self.password.expose_secret() => {
                Ok(Principal { username: user.to_owned() })
            }
            _ => Err(AuthenticationError::BadPassword),
        }
    }
}
