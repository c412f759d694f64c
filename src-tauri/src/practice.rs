//! The practice site: a sample website in the data folder, and a server inside the app to publish it to.

use std::path::{Path, PathBuf};

use slipway_api::core::{Code, Failure, Sha256, Site, SiteName};
use slipway_api::desk::Desk;
use slipway_practice::{Options, Practice, PracticeError};
use tokio::sync::Mutex;

use crate::places::web_address;

/// Where the server listens: on this computer alone.
const HOST: &str = "127.0.0.1";

/// The folder, beside the server's, that says who the server is.
const IDENTITY: &str = "identity";

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
    let candidates = match server.desk.slipway().sites().await {
        Ok(sites) => sites.into_iter().filter(may_be_practice).collect::<Vec<_>>(),
        Err(error) => return tracing::warn!(%error, "the sites cannot be read"),
    };
    if let Some(first) = candidates.first()
        && let Err(error) = resume_for(server, first, &candidates).await
    {
        tracing::warn!(%error, "the practice server cannot be started");
    }
}

async fn resume_for(server: &PracticeServer, first: &Site, candidates: &[Site]) -> Result<(), Failure> {
    if !folder(&server.desk).await?.join(IDENTITY).exists() {
        // Somebody's own server on this computer.
        return Ok(());
    }
    let mut running = server.running.lock().await;
    let practice = started(&server.desk, Ports::of(first)).await?;
    let identity = Sha256(practice.certificate_sha256());
    for site in candidates.iter().filter(|site| site.trusted_certificate == Some(identity)) {
        join(server, &practice, site).await?;
    }
    *running = Some(practice);
    Ok(())
}

/// Adds the practice site, with a name like the one given, and says its name. Where there is one already, that is it.
pub(crate) async fn add(server: &PracticeServer, name: &str) -> Result<SiteName, Failure> {
    let mut running = server.running.lock().await;
    let sites = server.desk.slipway().sites().await?;
    let practice = match running.take() {
        Some(practice) => practice,
        None => started(&server.desk, Ports::default()).await?,
    };
    let practice = running.insert(practice);
    let identity = Sha256(practice.certificate_sha256());
    let existing =
        sites.iter().find(|site| may_be_practice(site) && site.trusted_certificate == Some(identity));
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
        trusted_certificate: Some(identity),
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
    sign_in(server, practice, &site.name).await
}

/// The password is not kept anywhere: it comes from the server's own identity at every start.
async fn sign_in(server: &PracticeServer, practice: &Practice, name: &SiteName) -> Result<(), Failure> {
    let user = practice.user().to_owned();
    server.desk.set_password(name, user, practice.password().clone(), false).await
}

/// Whether it looks like a practice site; the certificate decides.
fn may_be_practice(site: &Site) -> bool {
    site.host == HOST && site.trusted_certificate.is_some() && Ports::of(site) != Ports::default()
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
}

async fn started(desk: &Desk, ports: Ports) -> Result<Practice, Failure> {
    let folder = folder(desk).await?;
    let options = |ports: Ports| Options {
        folder: folder.join("server"),
        ftp_port: ports.ftp,
        http_port: ports.web,
        keep: Some(folder.join(IDENTITY)),
    };
    let practice = match Practice::start(options(ports)).await {
        // Another program has them now.
        Err(PracticeError::Port { .. }) if ports != Ports::default() => {
            Practice::start(options(Ports::default())).await
        }
        started => started,
    };
    practice.map_err(|error| Failure::new(Code::DataUnusable, error).about(folder.display()))
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
