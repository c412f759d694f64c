//! `slipway practice`: a server on this computer, to try everything with.

use std::path::{Path, PathBuf};

use clap::Args;
use secrecy::ExposeSecret;
use serde_json::json;
use slipway_core::{Code, Failure, Sha256, Site, SiteName};
use slipway_practice::{Options, PracticeError, write_sample_site};

use super::Context;
use crate::output::inline;
use crate::words::{pairs, quoted};

/// What the site is called in the commands that are shown.
const NAME: &str = "practice";
/// The ports that are tried first.
const PORT: u16 = 2121;
const HTTP_PORT: u16 = 8080;

/// Start a server on this computer, to try everything with.
///
/// Only this computer can reach it. It shows what you publish at a web address, and runs until you press Ctrl-C.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  slipway practice")]
pub(crate) struct Practice {
    /// The port to publish to [without this: 2121, or any free one].
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// The port to look at the result [without this: 8080, or any free one].
    #[arg(long, value_name = "N")]
    http_port: Option<u16>,
    /// The folder that the server keeps the published files in [without this: one in Slipway's data folder].
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Make no sample website to publish.
    #[arg(long)]
    no_sample: bool,
}

impl Practice {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let home = context.api.logs().with_file_name("practice");
        let folder = self.dir.clone().unwrap_or_else(|| home.join("server"));
        let folder = std::path::absolute(&folder).unwrap_or(folder);
        let sample = if self.no_sample { None } else { Some(sample(context, home.join("sample")).await?) };
        let server = self.start(folder.clone(), home).await.map_err(|error| failure(&error))?;
        let (ftp, web) = (server.ftp_address(), server.web_address());
        let certificate = Sha256(server.certificate_sha256());
        let password = server.password().expose_secret();
        context.out.event(&json!({
            "event": "practice", "ftp": ftp.to_string(), "web": web, "user": server.user(), "password": password,
            "certificate_sha256": certificate, "folder": folder, "sample": sample,
        }));
        let mut lines = vec!["The practice server is running. Only this computer can reach it.".to_owned()];
        lines.push(String::new());
        lines.extend(pairs([
            ("Address", ftp.ip().to_string()),
            ("Port", ftp.port().to_string()),
            ("User name", server.user().to_owned()),
            ("Password", password.to_owned()),
            ("Certificate", certificate.to_string()),
            ("See the result at", web.clone()),
            ("Files arrive in", inline(&folder.to_string_lossy())),
        ]));
        let site = Wanted { ftp, web, certificate, user: server.user().to_owned(), sample };
        lines.extend(site.commands(context).await);
        lines.push("\nPress Ctrl-C here to stop the server.".to_owned());
        lines.iter().for_each(|line| context.out.line(line));
        context.cancel.cancelled().await;
        server.stop().await;
        context.out.talk("The practice server has stopped.");
        Ok(())
    }

    /// Starts it. A port that nobody asked for gives way to a free one.
    async fn start(
        &self,
        folder: PathBuf,
        keep: PathBuf,
    ) -> Result<slipway_practice::Practice, PracticeError> {
        let (mut ftp_port, mut http_port) = (self.port.unwrap_or(PORT), self.http_port.unwrap_or(HTTP_PORT));
        loop {
            let options = Options { folder: folder.clone(), ftp_port, http_port, keep: Some(keep.clone()) };
            match slipway_practice::Practice::start(options).await {
                Err(PracticeError::Port { port, .. })
                    if port == PORT && self.port.is_none() && ftp_port != 0 =>
                {
                    ftp_port = 0;
                }
                Err(PracticeError::Port { port, .. })
                    if port == HTTP_PORT && self.http_port.is_none() && http_port != 0 =>
                {
                    http_port = 0;
                }
                ended => return ended,
            }
        }
    }
}

/// Makes the sample site unless it is there.
async fn sample(context: &Context, folder: PathBuf) -> Result<PathBuf, Failure> {
    context
        .blocking(move || {
            if !folder.exists() {
                write_sample_site(&folder).map_err(|error| {
                    let failure = Failure::new(Code::DataUnusable, format!("{}: {error}", folder.display()));
                    failure.about(folder.display())
                })?;
            }
            Ok(folder)
        })
        .await
}

fn failure(error: &PracticeError) -> Failure {
    let code = match error {
        PracticeError::Folder { .. } | PracticeError::Port { .. } => Code::ConfigurationInvalid,
        PracticeError::Keep { .. } | PracticeError::Damaged { .. } => Code::DataUnusable,
        PracticeError::Certificate(_) | PracticeError::Start(_) => Code::Unexpected,
    };
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    Failure::new(code, format!("{error}{cause}"))
}

/// The site that publishes to the practice server.
struct Wanted {
    ftp: std::net::SocketAddr,
    web: String,
    certificate: Sha256,
    user: String,
    sample: Option<PathBuf>,
}

impl Wanted {
    /// The commands that publish to it: a site that was added before is used again.
    async fn commands(&self, context: &Context) -> Vec<String> {
        let program = &context.program;
        let known = match SiteName::new(NAME) {
            Ok(name) => context.api.site(&name).await.ok(),
            Err(_) => None,
        };
        let mut lines = Vec::new();
        match &self.sample {
            Some(sample) if known.is_none() => {
                let sample = inline(&sample.to_string_lossy());
                lines.push(format!("\nA small website to try it with is in {sample}."));
                lines.push("To publish it, type this in another terminal:\n".to_owned());
            }
            _ => lines.push("\nTo publish to it, type this in another terminal:\n".to_owned()),
        }
        match known {
            Some(site) if self.is_for(&site) => {}
            Some(_) => lines.push(format!("  {program} site edit {NAME} {} --ask-password", self.options())),
            None => {
                let folder = self.sample.as_deref().map_or_else(|| "DIR".to_owned(), quoted_path);
                lines.push(format!("  {program} site add {NAME} --folder {folder} {}", self.options()));
            }
        }
        lines.push(format!("  {program} publish {NAME}"));
        lines
    }

    fn is_for(&self, site: &Site) -> bool {
        site.host == self.ftp.ip().to_string()
            && site.port() == self.ftp.port()
            && site.user == self.user
            && site.trusted_certificate == Some(self.certificate)
    }

    fn options(&self) -> String {
        let Self { ftp, web, certificate, user, .. } = self;
        let (host, port) = (ftp.ip(), ftp.port());
        format!("--host {host} --port {port} --user {user} --web-url {web} --trust-cert {certificate}")
    }
}

fn quoted_path(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}
