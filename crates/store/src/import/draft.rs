//! An entry as its program has it, and how it becomes a site: what all kinds of files have in common.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use slipway_core::site::MOST_CONNECTIONS;
use slipway_core::{Build, Protocol, RemoteDir, Site, SiteError};

use super::address::{Address, split};
use super::names::{argument, fit};
use super::{ImportKind, Imported, Lookup, Skipped};
use crate::credentials::password_variable;

/// What is in a file.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) kind: ImportKind,
    pub(super) drafts: Vec<Draft>,
    pub(super) skipped: Vec<Skipped>,
}

impl Found {
    pub(super) fn new(kind: ImportKind) -> Self {
        Self { kind, drafts: Vec::new(), skipped: Vec::new() }
    }

    pub(super) fn add(&mut self, entry: Result<Draft, Skipped>) {
        match entry {
            Ok(draft) => self.drafts.push(draft),
            Err(skipped) => self.skipped.push(skipped),
        }
    }
}

/// What a file says of a password.
#[derive(Debug, Default)]
pub(super) enum Password {
    #[default]
    Absent,
    Known(SecretString),
    /// There is one, and it can't be had: why.
    Elsewhere(String),
}

/// An entry of a file. Texts are as the file has them; empty where it says nothing.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) name: String,
    /// The folder that the program showed it in.
    pub(super) group: Option<String>,
    pub(super) host: String,
    pub(super) port: Option<String>,
    pub(super) user: String,
    pub(super) password: Password,
    pub(super) protocol: Protocol,
    pub(super) remote_dir: Option<String>,
    pub(super) folder: Option<PathBuf>,
    pub(super) web_url: Option<String>,
    pub(super) connections: Option<String>,
    pub(super) timeout: Option<String>,
    pub(super) build: Option<Build>,
    /// What the program does and Slipway does not.
    pub(super) notes: Vec<String>,
    pub(super) protocol_note: Option<ProtocolNote>,
}

/// How encryption is not what it was, or might be more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ProtocolNote {
    /// It was used where the server has it; now it always is.
    NowAlways,
    /// There was none, and there still is none.
    StillNone,
}

/// What servers without accounts expect (RFC 1635): any password will do, by custom an address.
const ANONYMOUS: (&str, &str) = ("anonymous", "anonymous@example.com");

impl Draft {
    /// The site, if the entry can become one. Its name differs from those of `others`.
    pub(super) fn finish(
        mut self,
        others: &[Imported],
        environment: Lookup<'_>,
    ) -> Result<Imported, Skipped> {
        self.take_address_apart()?;
        if self.host.is_empty() {
            return Err(self.skipped("it names no server"));
        }
        if self.user.is_empty() {
            return Err(self.skipped("it names no user"));
        }
        let Some(name) = fit(&self.name, others).or_else(|| fit(&self.host, others)) else {
            return Err(self.skipped("its name can't be made one of Slipway's"));
        };
        let remote_dir = match RemoteDir::new(self.remote_dir.as_deref().unwrap_or_default()) {
            Ok(dir) => dir,
            Err(error) => return Err(self.skipped(&format!("its folder on the server {error}"))),
        };
        let mut site = Site::new(name, PathBuf::new(), &self.host, &self.user);
        site.protocol = self.protocol;
        site.remote_dir = remote_dir;
        site.build = self.build.take();
        let mut notes = self.name_notes(&site);
        self.set_numbers(&mut site, &mut notes);
        notes.extend(self.protocol_words(&site));
        self.set_folder(&mut site, environment, &mut notes);
        self.set_web_url(&mut site, &mut notes);
        let password = self.take_password(&site, &mut notes);
        notes.append(&mut self.notes);
        site.validate().map_err(|error| self.skipped(&error.to_string()))?;
        Ok(Imported { site, password, notes })
    }

    /// The entry as one that is left out.
    pub(super) fn skipped(&self, why: &str) -> Skipped {
        let name = if self.name.trim().is_empty() { &self.host } else { &self.name };
        Skipped { name: name.trim().to_owned(), why: why.to_owned() }
    }

    fn take_address_apart(&mut self) -> Result<(), Skipped> {
        let Address { scheme, user, password, host, port, path } = split(&self.host);
        self.host = host;
        match scheme.as_deref() {
            None | Some("ftp" | "ftps" | "ftpes") => {}
            Some(scheme) => {
                return Err(self
                    .skipped(&format!("its server is given as {scheme}://, which Slipway does not speak")));
            }
        }
        if self.user.trim().is_empty() {
            self.user = user.unwrap_or_default();
        }
        if let (Password::Absent, Some(password)) = (&self.password, password) {
            self.password = Password::Known(password);
        }
        let empty = |text: &Option<String>| text.as_ref().is_none_or(|text| text.trim().is_empty());
        if port.is_some() {
            self.port = port;
        }
        if empty(&self.remote_dir) {
            self.remote_dir = path;
        }
        Ok(())
    }

    fn name_notes(&self, site: &Site) -> Vec<String> {
        if self.name.trim() == site.name.as_str() {
            return Vec::new();
        }
        let group = self.group.as_ref().map(|group| format!(" in \"{}\"", plain(group))).unwrap_or_default();
        vec![format!("it was called \"{}\"{group}", plain(&self.name))]
    }

    fn set_numbers(&self, site: &mut Site, notes: &mut Vec<String>) {
        if let Some(text) = given(&self.port) {
            match text.parse::<u16>() {
                // How WinSCP and others say "the usual one".
                Ok(0) => {}
                Ok(port) => site.port = (port != site.protocol.default_port()).then_some(port),
                Err(_) => {
                    notes.push(format!("its port \"{}\" is no port; the usual one is used", plain(text)))
                }
            }
        }
        if let Some(text) = given(&self.connections) {
            match text.parse::<u32>() {
                Ok(0) => {}
                Ok(number) if number <= u32::from(MOST_CONNECTIONS) => site.connections = number as u8,
                Ok(number) => {
                    site.connections = MOST_CONNECTIONS;
                    notes.push(format!(
                        "it used {number} connections; Slipway uses {MOST_CONNECTIONS} at most"
                    ));
                }
                Err(_) => notes.push(format!("its number of connections \"{}\" is no number", plain(text))),
            }
        }
        if let Some(text) = given(&self.timeout) {
            match text.parse::<f64>() {
                Ok(seconds) if (0.1..=86_400.0).contains(&seconds) => {
                    site.timeout_seconds = seconds.ceil() as u32
                }
                _ => notes.push(format!("its time-out \"{}\" is no number of seconds", plain(text))),
            }
        }
    }

    fn protocol_words(&self, site: &Site) -> Vec<String> {
        let edit = format!("slipway site edit {} --protocol", argument(&site.name));
        let mut notes = Vec::new();
        match self.protocol_note {
            Some(ProtocolNote::NowAlways) => notes.push(format!(
                "it was encrypted where the server allows it, and now always is; for a server without: {edit} ftp"
            )),
            Some(ProtocolNote::StillNone) => notes.push(format!(
                "password and files travel unencrypted, as they did; if the server has encryption: {edit} ftps"
            )),
            None => {}
        }
        if site.protocol == Protocol::Ftps && site.port == Some(Protocol::FtpsImplicit.default_port()) {
            notes.push(format!(
                "servers at port 990 mostly encrypt from the start; if so: {edit} ftps-implicit"
            ));
        }
        notes
    }

    fn set_folder(&self, site: &mut Site, environment: Lookup<'_>, notes: &mut Vec<String>) {
        let Some(folder) = self.folder.as_ref().filter(|folder| !folder.as_os_str().is_empty()) else {
            notes.push("the file names no folder on this computer".into());
            return;
        };
        let whole = below_home(folder, environment).unwrap_or_else(|| folder.clone());
        if whole.is_absolute() {
            site.folder = whole;
        } else {
            let shown = plain(&folder.to_string_lossy());
            notes.push(format!("\"{shown}\" can be no folder on this computer"));
        }
    }

    fn set_web_url(&self, site: &mut Site, notes: &mut Vec<String>) {
        let Some(url) = given(&self.web_url) else { return };
        let url = if url.contains("://") { url.to_owned() } else { format!("https://{url}") };
        let before = site.web_url.replace(url);
        if let Err(SiteError::WebUrl(odd)) = site.validate() {
            site.web_url = before;
            notes.push(format!("its web address \"{odd}\" is none, and was left out"));
        }
    }

    fn take_password(&mut self, site: &Site, notes: &mut Vec<String>) -> Option<SecretString> {
        let why = match std::mem::take(&mut self.password) {
            Password::Known(password) => return Some(password),
            Password::Absent if site.user == ANONYMOUS.0 => return Some(ANONYMOUS.1.into()),
            Password::Absent => "the file holds no password".to_owned(),
            Password::Elsewhere(why) => why,
        };
        let (name, variable) = (argument(&site.name), password_variable(&site.name));
        notes.push(format!("{why}; give it with: slipway credential set {name}, or in {variable}"));
        None
    }
}

/// A text of the file that says something, without white space around it.
fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

/// A text of the file as it can be shown: it may hold what a terminal would act on.
fn plain(text: &str) -> String {
    text.trim().escape_debug().to_string()
}

/// The folder, if it is written as below the home folder.
fn below_home(folder: &Path, environment: Lookup<'_>) -> Option<PathBuf> {
    let text = folder.to_str()?;
    let below =
        text.strip_prefix("~/").or_else(|| text.strip_prefix("~\\")).or((text == "~").then_some(""))?;
    let home = environment("HOME").or_else(|| environment("USERPROFILE"))?;
    Some(if below.is_empty() { home.into() } else { PathBuf::from(home).join(below) })
}
