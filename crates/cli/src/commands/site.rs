//! `slipway site`: the list of sites.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use slipway_core::{Code, Failure, Site as Settings, SiteName, StoreKind};

use super::Context;
use super::password::{self, can_ask};
use super::site_build::BuildOptions;
use super::site_options::{SiteOptions, local_folder};
use super::site_remove::Remove;
use super::site_text::ReadText;
use super::site_view::{self, SiteLine};
use crate::args::Name;
use crate::words::quoted;

/// Add, show, change or remove a site.
///
/// A site is a folder on this computer, and where on a server it is published.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway site add shop --folder ./website --host ftp.example.com --user anna
  slipway site list
  slipway site edit shop --host ftp2.example.com")]
pub(crate) struct Site {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Add(Box<Add>),
    List(List),
    Show(Show),
    Edit(Box<Edit>),
    Remove(Remove),
    ReadText(ReadText),
}

/// Add a site.
///
/// What to fill in is in the mail from your hosting company. Slipway asks for the password, and keeps it where
/// 'slipway credential store list' says; press Enter to keep none.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway site add shop --folder ./website --host ftp.example.com --user anna
  slipway site add shop --folder ./website --host ftp.example.com --user anna \\
    --remote-dir public_html --web-url https://example.com --exclude '*.psd'
  slipway site add blog --folder ./blog --host ftp.example.com --user anna \\
    --build 'npm run build' --build-output dist")]
pub(crate) struct Add {
    #[command(flatten)]
    site: Name,
    /// The folder on this computer that holds the website.
    #[arg(long, value_name = "DIR", help_heading = "The website")]
    folder: PathBuf,
    /// The server's address, such as ftp.example.com.
    #[arg(long, help_heading = "The server")]
    host: String,
    /// The user name at the server.
    #[arg(long, help_heading = "The server")]
    user: String,
    #[command(flatten)]
    options: SiteOptions,
    #[command(flatten)]
    build: BuildOptions,
}

/// List all sites.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  slipway site list")]
pub(crate) struct List {}

/// Show a site's settings.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  slipway site show shop")]
pub(crate) struct Show {
    #[command(flatten)]
    site: Name,
}

/// Change a site's settings.
///
/// What isn't given stays as it is.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway site edit shop --limit 2M
  slipway site edit shop --build 'npm ci' --build 'npm run build' --build-output dist
  slipway site edit shop --build ''        it is not made by commands any more
  slipway site edit shop --pull-into .     'slipway run' brings it down first")]
pub(crate) struct Edit {
    #[command(flatten)]
    site: Name,
    /// The folder on this computer that holds the website.
    #[arg(long, value_name = "DIR", help_heading = "The website")]
    folder: Option<PathBuf>,
    /// The server's address, such as ftp.example.com.
    #[arg(long, help_heading = "The server")]
    host: Option<String>,
    /// The user name at the server.
    #[arg(long, help_heading = "The server")]
    user: Option<String>,
    #[command(flatten)]
    options: SiteOptions,
    #[command(flatten)]
    build: BuildOptions,
    /// Ask for the password, and keep it where passwords are kept.
    #[arg(long, conflicts_with = "password_stdin", help_heading = "The server")]
    ask_password: bool,
    /// Send as fast as it goes.
    #[arg(long, conflicts_with = "limit", help_heading = "How it is sent")]
    no_limit: bool,
    /// Forget where visitors see the website.
    #[arg(long, conflicts_with = "web_url", help_heading = "The website")]
    no_web_url: bool,
    /// Leave out nothing but what is always left out.
    #[arg(long, conflicts_with = "exclude", help_heading = "The website")]
    no_exclude: bool,
    /// Trust no certificate but those that this computer trusts.
    #[arg(long, conflicts_with = "trust_cert", help_heading = "The server")]
    no_trust_cert: bool,
}

impl Site {
    /// The site it is about, if it is about one.
    pub(crate) fn name(&self) -> Option<&SiteName> {
        match &self.what {
            What::Add(add) => Some(&add.site.name),
            What::List(_) | What::ReadText(_) => None,
            What::Show(show) => Some(&show.site.name),
            What::Edit(edit) => Some(&edit.site.name),
            What::Remove(remove) => Some(&remove.site.name),
        }
    }

    /// Whether the site is to be added.
    pub(crate) fn adds(&self) -> bool {
        matches!(self.what, What::Add(_))
    }

    /// Whether the site is to be forgotten.
    pub(crate) fn forgets(&self) -> bool {
        matches!(self.what, What::Remove(_))
    }

    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self.what {
            What::Add(add) => add.run(context).await,
            What::List(_) => site_view::list(context).await,
            What::Show(show) => {
                let site = context.api.site(&show.site.name).await?;
                site_view::show(context, &site);
                Ok(())
            }
            What::Edit(edit) => edit.run(context).await,
            What::Remove(remove) => remove.run(context).await,
            What::ReadText(read) => read.run(context).await,
        }
    }
}

impl Add {
    async fn run(self, context: &Context) -> Result<(), Failure> {
        let folder = local_folder(&self.folder)?;
        let mut site = Settings::new(self.site.name, folder, &self.host, &self.user);
        let password_stdin = self.options.password_stdin;
        self.options.apply(&mut site)?;
        self.build.apply(&mut site)?;
        site.validate().map_err(|error| Failure::new(Code::ConfigurationInvalid, error))?;
        let variable = password::variable(&site.name);
        let password = if password_stdin {
            Some(password::from_stdin(context).await?)
        } else if asks(&site, &variable) {
            password::ask(context, &site.user, &site.host).await?
        } else {
            None
        };
        let kept = password.is_some();
        context.api.add_site(site.clone(), password).await?;
        context.out.last(&SiteLine::new(&site));
        let (name, program) = (quoted(site.name.as_str()), &context.program);
        context.out.say(&format!("The site {name} was added."));
        if !kept && std::env::var_os(&variable).is_none() {
            context.out.say("No password is kept for it. To keep one:");
            context.out.say(&format!("  {program} credential set {name}"));
            context.out.say(&format!("Or set the environment variable {variable}."));
        }
        context.out.say(&format!("See whether the server can be used:\n  {program} check {name}"));
        Ok(())
    }
}

impl Edit {
    async fn run(self, context: &Context) -> Result<(), Failure> {
        let name = self.site.name;
        let folder = self.folder.as_deref().map(local_folder).transpose()?;
        let password = if self.options.password_stdin {
            Some(password::from_stdin(context).await?)
        } else if self.ask_password {
            let site = context.api.site(&name).await?;
            let user = self.user.as_deref().unwrap_or(&site.user);
            password::ask(context, user, self.host.as_deref().unwrap_or(&site.host)).await?
        } else {
            None
        };
        let (host, user, options, build) = (self.host, self.user, self.options, self.build);
        let change = move |site: &mut Settings| {
            site.folder = folder.unwrap_or(std::mem::take(&mut site.folder));
            site.host = host.unwrap_or(std::mem::take(&mut site.host));
            site.user = user.unwrap_or(std::mem::take(&mut site.user));
            options.apply(site)?;
            build.apply(site)?;
            if self.no_limit {
                site.limit = None;
            }
            if self.no_web_url {
                site.web_url = None;
            }
            if self.no_exclude {
                site.exclude.clear();
            }
            if self.no_trust_cert {
                site.trusted_certificate = None;
            }
            Ok(())
        };
        let site = context.api.edit_site(&name, Box::new(change), password).await?;
        context.out.last(&SiteLine::new(&site));
        context.out.say(&format!("The site {} was changed.", quoted(name.as_str())));
        Ok(())
    }
}

/// Whether there is somebody to ask for the password, and reason to.
fn asks(site: &Settings, variable: &str) -> bool {
    can_ask() && std::env::var_os(variable).is_none() && site.credentials != Some(StoreKind::Environment)
}
