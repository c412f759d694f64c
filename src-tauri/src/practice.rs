//! The practice site: a sample website in the data folder, and a server inside the app to publish it to.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use sha2::Digest;
use slipway_api::core::{Code, Failure, Sha256, Site, SiteName};
use slipway_api::desk::Desk;
use slipway_practice::{Options, Practice, PracticeError};
use tokio::sync::Mutex;

use crate::places::web_address;

/// Where the server listens: on this computer alone.
const HOST: &str = "127.0.0.1";

/// The folder, beside the server's, that says who the server is.
const IDENTITY: &str = "identity";

/// The file in it that holds the certificate, as the server writes it.
const IDENTITY_FILE: &str = "practice.pem";

/// The folder that the server serves.
const SERVER: &str = "server";

/// The practice server, once there is one.
pub(crate) struct PracticeServer {
    desk: Desk,
    running: Mutex<Option<Practice>>,
}

impl PracticeServer {
    pub(crate) fn new(desk: Desk) -> Self {
        Self { desk, running: Mutex::new(None) }
    }

    /// Closes all connections and frees the ports.
    pub(crate) async fn stop(&self) {
        if let Some(practice) = self.running.lock().await.take() {
            practice.stop().await;
        }
    }
}

/// Starts the server again that practice sites were made for, if there are any, on the ports that they know. What goes
/// wrong is found out when such a site is published; the other sites are not held up.
pub(crate) async fn resume(server: &PracticeServer) {
    if let Err(error) = resumed(server).await {
        tracing::warn!(%error, "the practice server cannot be started");
    }
}

async fn resumed(server: &PracticeServer) -> Result<(), Failure> {
    let Some(identity) = kept_identity(&server.desk).await? else { return Ok(()) };
    let mut sites = server.desk.slipway().sites().await?;
    sites.retain(|site| may_be_practice(site) && site.trusted_certificate == Some(identity));
    // Without any, a site on this computer is published to somebody's own server.
    let Some(first) = sites.first() else { return Ok(()) };
    let mut running = server.running.lock().await;
    let practice = running.insert(started(&server.desk, Ports::of(first)).await?);
    for site in &sites {
        join(server, practice, site).await?;
    }
    Ok(())
}

/// Adds the practice site, with a name like the one given, and says its name. Where there is one already, that is it.
pub(crate) async fn add(server: &PracticeServer, name: &str) -> Result<SiteName, Failure> {
    let mut running = server.running.lock().await;
    let sites = server.desk.slipway().sites().await?;
    let known = kept_identity(&server.desk).await?;
    let own: Vec<&Site> =
        sites.iter().filter(|site| known.is_some() && site.trusted_certificate == known).collect();
    if own.is_empty() {
        if let Some(practice) = running.take() {
            practice.stop().await;
        }
        clear(&server.desk).await?;
    }
    let existing = own.into_iter().find(|site| may_be_practice(site));
    let practice = match running.take() {
        Some(practice) => practice,
        None => started(&server.desk, existing.map(Ports::of).unwrap_or_default()).await?,
    };
    let practice = running.insert(practice);
    if let Some(site) = existing {
        join(server, practice, site).await?;
        return Ok(site.name.clone());
    }
    let website = folder(&server.desk).await?.join("website");
    let sample = website.clone();
    blocking(move || write_sample(&sample)).await?;
    let name = free_name(name, &sites)?;
    let site = Site {
        port: Some(practice.ftp_address().port()),
        web_url: Some(practice.web_address()),
        trusted_certificate: Some(Sha256(practice.certificate_sha256())),
        ..Site::new(name.clone(), website, HOST, practice.user())
    };
    server.desk.slipway().add_site(site, None).await?;
    sign_in(server, practice, &name).await?;
    Ok(name)
}

/// Points the site to where the server is now, and gives it the password.
async fn join(server: &PracticeServer, practice: &Practice, site: &Site) -> Result<(), Failure> {
    let (port, web_url) = (Some(practice.ftp_address().port()), Some(practice.web_address()));
    if site.port != port || site.web_url != web_url {
        let change = move |site: &mut Site| {
            (site.port, site.web_url) = (port, web_url);
            Ok(())
        };
        server.desk.slipway().edit_site(&site.name, Box::new(change), None).await?;
    }
    if site.port != port {
        // It is the same server: what it holds is still there.
        server.desk.slipway().move_place(&site.name, site.port).await?;
    }
    sign_in(server, practice, &site.name).await
}

/// The password is not kept anywhere: it comes from the server's own identity at every start.
async fn sign_in(server: &PracticeServer, practice: &Practice, name: &SiteName) -> Result<(), Failure> {
    let user = practice.user().to_owned();
    server.desk.set_password(name, user, practice.password().clone(), false).await
}

/// Whether it is published as a practice site is; the certificate decides.
fn may_be_practice(site: &Site) -> bool {
    site.host == HOST && Ports::of(site) != Ports::default()
}

/// The certificate of the server's identity, if there was ever a server here.
async fn kept_identity(desk: &Desk) -> Result<Option<Sha256>, Failure> {
    let file = folder(desk).await?.join(IDENTITY).join(IDENTITY_FILE);
    blocking(move || {
        let unusable =
            |error: &dyn std::fmt::Display| Failure::new(Code::DataUnusable, error).about(file.display());
        let pem = match std::fs::read(&file) {
            Ok(pem) => pem,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unusable(&error)),
        };
        let certificate = CertificateDer::from_pem_slice(&pem).map_err(|error| unusable(&error))?;
        Ok(Some(Sha256(sha2::Sha256::digest(&certificate).into())))
    })
    .await
}

/// Empties the server of what a practice site put there that is no more: a new one would find it in its way.
async fn clear(desk: &Desk) -> Result<(), Failure> {
    let server = folder(desk).await?.join(SERVER);
    blocking(move || match std::fs::remove_dir_all(&server) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(Failure::new(Code::DataUnusable, error).about(server.display()))
        }
        _ => Ok(()),
    })
    .await
}

/// The ports of the server; 0 for any.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Ports {
    ftp: u16,
    web: u16,
}

impl Ports {
    /// Those that the site was told; any where it was given another web address.
    fn of(site: &Site) -> Self {
        let web = web_address(site).filter(|url| url.host_str() == Some(HOST));
        match (site.port, web.and_then(|url| url.port())) {
            (Some(ftp), web) => Self { ftp, web: web.unwrap_or_default() },
            (None, _) => Self::default(),
        }
    }

    /// The same with any other port for the one that another program has.
    fn without(self, taken: u16) -> Self {
        let other = |port: u16| if port == taken { 0 } else { port };
        Self { ftp: other(self.ftp), web: other(self.web) }
    }
}

async fn started(desk: &Desk, mut ports: Ports) -> Result<Practice, Failure> {
    let folder = folder(desk).await?;
    loop {
        let options = Options {
            folder: folder.join(SERVER),
            ftp_port: ports.ftp,
            http_port: ports.web,
            keep: Some(folder.join(IDENTITY)),
        };
        match Practice::start(options).await {
            Err(PracticeError::Port { port, .. }) if ports.without(port) != ports => {
                ports = ports.without(port)
            }
            started => {
                return started
                    .map_err(|error| Failure::new(Code::DataUnusable, error).about(folder.display()));
            }
        }
    }
}

async fn folder(desk: &Desk) -> Result<PathBuf, Failure> {
    Ok(desk.about().await?.data_folder.join("practice"))
}

/// What is there already stays as it is: it may hold a person's first tries.
fn write_sample(website: &Path) -> Result<(), Failure> {
    if website.exists() {
        return Ok(());
    }
    slipway_practice::write_sample_site(website)
        .map_err(|error| Failure::new(Code::DataUnusable, error).about(website.display()))
}

async fn blocking<T: Send + 'static>(
    what: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(what).await;
    done.unwrap_or_else(|error| Err(Failure::new(Code::Unexpected, error)))
}

/// The name, with a number behind it if another site has it.
fn free_name(name: &str, sites: &[Site]) -> Result<SiteName, Failure> {
    let taken: Vec<String> = sites.iter().map(|site| site.name.as_str().to_lowercase()).collect();
    let numbered = (2..).map(|number| format!("{name} {number}"));
    let free =
        std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken.contains(&name.to_lowercase()));
    SiteName::new(&free.unwrap_or_default()).map_err(|error| Failure::new(Code::ConfigurationInvalid, error))
}

#[cfg(test)]
mod tests;
