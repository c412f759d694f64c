//! The files of the publishing program that Slipway replaces: `config.yaml` with defaults and paths, and a file for
//! each website.

use std::path::{Path, PathBuf, absolute};

use secrecy::ExposeSecret;
use slipway_core::{Build, Protocol};

use super::draft::{Draft, Found, Password, ProtocolNote};
use super::orchestrator_file::{self as file, Config, Ftp, WebsiteFile, parse};
use super::source::Source;
use super::{ImportError, ImportKind, Lookup, Skipped, files, files_in, reference};

/// Where the program looks unless `config.yaml` says otherwise.
const WORKSPACES: &str = "workspaces";
const WEBSITE_CONFIGS: &str = "website_configs";

/// Reads all websites that a `config.yaml` stands for, or one website from its own file.
pub(super) fn find(source: &Source, environment: Lookup<'_>) -> Result<Found, ImportError> {
    let config: Config = parse(source)?;
    let says_config = config.paths.is_some() || config.website_configs.is_some() || config.defaults.is_some();
    if !says_config {
        let program = Program::around(&source.file, environment)?;
        let mut found = Found::new(ImportKind::Orchestrator);
        found.add(program.website(source)?);
        return Ok(found);
    }
    let program = Program::new(&source.file, config, environment);
    let websites = files_in(&program.website_configs, &["yaml", "yml"])?;
    Ok(files(ImportKind::Orchestrator, &websites, &|path| {
        let mut found = Found::new(ImportKind::Orchestrator);
        let source = Source::open(path)?;
        if source.kind() != Some(ImportKind::Orchestrator) {
            return Err(ImportError::NotKnown { file: path.to_owned() });
        }
        found.add(program.website(&source)?);
        Ok(found)
    }))
}

/// What holds for all websites.
struct Program<'a> {
    /// What relative paths begin at.
    folder: PathBuf,
    workspaces: Option<PathBuf>,
    website_configs: PathBuf,
    defaults: Ftp,
    environment: Lookup<'a>,
}

impl<'a> Program<'a> {
    fn new(config_file: &Path, config: Config, environment: Lookup<'a>) -> Self {
        let folder = folder_of(config_file);
        let paths = config.paths.unwrap_or_default();
        let place = |said: Option<String>, usual: &str| {
            let said = said.and_then(|text| reference::value(&text, environment).ok());
            whole(&folder, said.as_deref().unwrap_or(usual))
        };
        Self {
            workspaces: Some(place(paths.workspaces.or(config.workspaces), WORKSPACES)),
            website_configs: place(paths.website_configs.or(config.website_configs), WEBSITE_CONFIGS),
            defaults: config.defaults.and_then(|defaults| defaults.ftp).unwrap_or_default(),
            folder,
            environment,
        }
    }

    /// For a website's file by itself: the `config.yaml` that it belongs to, if there is one.
    fn around(website: &Path, environment: Lookup<'a>) -> Result<Self, ImportError> {
        let own = folder_of(website);
        let above = own.parent().unwrap_or(&own).to_owned();
        for folder in [&above, &own] {
            for config_file in ["config.yaml", "config.yml"].map(|name| folder.join(name)) {
                if !config_file.is_file() {
                    continue;
                }
                let source = Source::open(&config_file)?;
                if source.kind() == Some(ImportKind::Orchestrator) {
                    let program = Self::new(&config_file, parse(&source)?, environment);
                    // It may be another program's, or that of other websites.
                    if program.website_configs == own {
                        return Ok(program);
                    }
                }
            }
        }
        let defaults = Ftp::default();
        Ok(Self { folder: own.clone(), workspaces: None, website_configs: own, defaults, environment })
    }

    fn website(&self, source: &Source) -> Result<Result<Draft, Skipped>, ImportError> {
        let mut file: WebsiteFile = parse(source)?;
        let ftp = file.take_ftp().or(&self.defaults);
        let website = file.website.unwrap_or_default();
        let named = website.name.or(file.website_name).filter(|name| !name.trim().is_empty());
        let name = named
            .unwrap_or_else(|| source.file.file_stem().unwrap_or_default().to_string_lossy().into_owned());
        let mut draft = Draft {
            folder: self.workspaces.as_ref().map(|workspaces| workspaces.join(&name)),
            name,
            port: ftp.port,
            connections: ftp.max_connections,
            timeout: ftp.timeout,
            web_url: website.domain.or(file.domain),
            ..Draft::default()
        };
        let mut missing = None;
        let mut look_up = |what: &str, text: Option<String>| {
            let value = reference::value(&text.unwrap_or_default(), self.environment);
            value.unwrap_or_else(|place| {
                missing.get_or_insert(format!("its {what} comes from {place}"));
                String::new()
            })
        };
        draft.host = look_up("server", ftp.host);
        draft.user = look_up("user name", ftp.username);
        draft.remote_dir = Some(look_up("folder on the server", ftp.remote_dir));
        if let Some(workspace) = file.workspace {
            draft.folder = Some(self.workspace(&look_up("workspace", Some(workspace))));
        }
        if let Some(why) = missing {
            return Ok(Err(draft.skipped(&why)));
        }
        if let Some(password) = ftp.password.filter(|password| !password.expose_secret().is_empty()) {
            draft.password = match reference::secret(password.expose_secret(), self.environment) {
                Ok(password) => Password::Known(password),
                Err(place) => Password::Elsewhere(format!("its password comes from {place}")),
            };
        }
        if ftp.passive.is_some_and(|text| flag(&text) == Some(false)) {
            draft.notes.push("it used active mode; Slipway always uses passive mode".into());
        }
        if let Some(build) = file.build {
            set_build(&mut draft, build);
        }
        match protocol(ftp.protocol.as_deref(), ftp.use_tls.as_deref()) {
            Ok(found) => (draft.protocol, draft.protocol_note) = found,
            Err(why) => return Ok(Err(draft.skipped(&why))),
        }
        Ok(Ok(draft))
    }

    /// One that begins at the home folder is made whole later.
    fn workspace(&self, said: &str) -> PathBuf {
        if said.starts_with('~') { said.into() } else { whole(&self.folder, said) }
    }
}

fn set_build(draft: &mut Draft, build: file::Build) {
    let commands: Vec<String> = build.commands.0.into_iter().filter(|line| !line.trim().is_empty()).collect();
    if commands.is_empty() {
        if build.output.is_some() {
            draft.notes.push("its build has no command, and was left out".into());
        }
        return;
    }
    let mut made = Build::new(commands);
    made.output = build.output.map(PathBuf::from);
    if let Some(seconds) =
        build.timeout.and_then(|text| text.trim().parse().ok()).filter(|&seconds| seconds > 0)
    {
        made.timeout_seconds = seconds;
    }
    draft.build = Some(made);
}

/// How one speaks to the server: `protocol` decides, but for plain FTP that `use_tls` encrypts.
fn protocol(
    protocol: Option<&str>,
    use_tls: Option<&str>,
) -> Result<(Protocol, Option<ProtocolNote>), String> {
    let unencrypted = (Protocol::Ftp, Some(ProtocolNote::StillNone));
    let tls = match use_tls {
        Some(text) => Some(flag(text).ok_or("its \"use_tls\" is neither true nor false")?),
        None => None,
    };
    match protocol.map(|text| text.trim().to_ascii_lowercase()).as_deref() {
        None | Some("") => Ok(if tls == Some(false) { unencrypted } else { (Protocol::Ftps, None) }),
        Some("ftp") => Ok(if tls == Some(true) { (Protocol::Ftps, None) } else { unencrypted }),
        Some("ftps" | "ftpes" | "ftp_tls" | "ftp-tls" | "ftps-explicit" | "ftps_explicit" | "explicit") => {
            Ok((Protocol::Ftps, None))
        }
        Some("ftps-implicit" | "ftps_implicit" | "implicit") => Ok((Protocol::FtpsImplicit, None)),
        Some(other) => Err(format!("it uses {}, which Slipway does not speak", other.escape_debug())),
    }
}

/// The words that YAML 1.1 has for it, which Python's reader knows.
fn flag(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

fn folder_of(file: &Path) -> PathBuf {
    let whole = absolute(file).unwrap_or_else(|_| file.to_owned());
    whole.parent().unwrap_or(&whole).to_owned()
}

/// A path, beginning at `folder` where it is relative, without `.` in it.
fn whole(folder: &Path, path: &str) -> PathBuf {
    folder.join(path.trim()).components().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encryption_is_never_lost() {
        let unencrypted = Ok((Protocol::Ftp, Some(ProtocolNote::StillNone)));
        for (said, use_tls, found) in [
            (None, None, Ok((Protocol::Ftps, None))),
            (None, Some("yes"), Ok((Protocol::Ftps, None))),
            (None, Some("False"), unencrypted.clone()),
            (Some("ftp"), None, unencrypted.clone()),
            (Some("FTP"), Some("true"), Ok((Protocol::Ftps, None))),
            (Some("ftps"), Some("false"), Ok((Protocol::Ftps, None))),
            (Some("ftps-implicit"), None, Ok((Protocol::FtpsImplicit, None))),
        ] {
            assert_eq!(protocol(said, use_tls), found, "{said:?} {use_tls:?}");
        }
        assert!(protocol(Some("sftp"), None).is_err() && protocol(None, Some("maybe")).is_err());
    }
}
