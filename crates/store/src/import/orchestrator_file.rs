//! What the orchestrator's YAML files may say. Every value is read as it is written, so that the number in
//! `password: 0123` stays the text that it is; keys that mean nothing here are passed over.

use secrecy::SecretString;
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor, value::SeqAccessDeserializer};

use super::ImportError;
use super::source::Source;

/// `config.yaml`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Config {
    pub(super) defaults: Option<Defaults>,
    pub(super) paths: Option<Paths>,
    /// The same, without `paths`.
    pub(super) workspaces: Option<String>,
    pub(super) website_configs: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Defaults {
    pub(super) ftp: Option<Ftp>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Paths {
    pub(super) workspaces: Option<String>,
    pub(super) website_configs: Option<String>,
}

/// A file of `website_configs`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WebsiteFile {
    pub(super) website: Option<Website>,
    #[serde(alias = "name")]
    pub(super) website_name: Option<String>,
    #[serde(alias = "website_domain")]
    pub(super) domain: Option<String>,
    #[serde(alias = "workspace_path")]
    pub(super) workspace: Option<String>,
    pub(super) ftp: Option<Ftp>,
    pub(super) build: Option<Build>,
    #[serde(alias = "ftp_hostname", alias = "host", alias = "hostname")]
    ftp_host: Option<String>,
    #[serde(alias = "port")]
    ftp_port: Option<String>,
    #[serde(alias = "ftp_username", alias = "user", alias = "username")]
    ftp_user: Option<String>,
    #[serde(alias = "password")]
    ftp_password: Option<SecretString>,
    #[serde(alias = "ftp_remote_path", alias = "remote_dir", alias = "remote_path")]
    ftp_remote_dir: Option<String>,
    #[serde(alias = "use_tls", alias = "ftp_tls")]
    ftp_use_tls: Option<String>,
    #[serde(alias = "protocol")]
    ftp_protocol: Option<String>,
    #[serde(alias = "passive")]
    ftp_passive: Option<String>,
    #[serde(alias = "max_connections")]
    ftp_max_connections: Option<String>,
    #[serde(alias = "timeout")]
    ftp_timeout: Option<String>,
}

impl WebsiteFile {
    /// All that is said of the server, in `ftp:` or at the top.
    pub(super) fn take_ftp(&mut self) -> Ftp {
        let top = Ftp {
            host: self.ftp_host.take(),
            port: self.ftp_port.take(),
            username: self.ftp_user.take(),
            password: self.ftp_password.take(),
            remote_dir: self.ftp_remote_dir.take(),
            use_tls: self.ftp_use_tls.take(),
            protocol: self.ftp_protocol.take(),
            passive: self.ftp_passive.take(),
            max_connections: self.ftp_max_connections.take(),
            timeout: self.ftp_timeout.take(),
        };
        match self.ftp.take() {
            Some(ftp) => ftp.or(&top),
            None => top,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Website {
    pub(super) name: Option<String>,
    pub(super) domain: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ftp {
    #[serde(alias = "hostname", alias = "server")]
    pub(super) host: Option<String>,
    pub(super) port: Option<String>,
    #[serde(alias = "user")]
    pub(super) username: Option<String>,
    #[serde(alias = "pass")]
    pub(super) password: Option<SecretString>,
    #[serde(alias = "remote_path")]
    pub(super) remote_dir: Option<String>,
    #[serde(alias = "tls")]
    pub(super) use_tls: Option<String>,
    pub(super) protocol: Option<String>,
    #[serde(alias = "passive_mode")]
    pub(super) passive: Option<String>,
    #[serde(alias = "connections")]
    pub(super) max_connections: Option<String>,
    pub(super) timeout: Option<String>,
}

impl Ftp {
    /// This, with what it leaves open taken from `other`. Protocol and encryption are taken together: they say the
    /// same thing in two ways.
    pub(super) fn or(self, other: &Self) -> Self {
        let (protocol, use_tls) = match (self.protocol, self.use_tls) {
            (None, None) => (other.protocol.clone(), other.use_tls.clone()),
            said => said,
        };
        Self {
            host: self.host.or_else(|| other.host.clone()),
            port: self.port.or_else(|| other.port.clone()),
            username: self.username.or_else(|| other.username.clone()),
            password: self.password.or_else(|| other.password.clone()),
            remote_dir: self.remote_dir.or_else(|| other.remote_dir.clone()),
            use_tls,
            protocol,
            passive: self.passive.or_else(|| other.passive.clone()),
            max_connections: self.max_connections.or_else(|| other.max_connections.clone()),
            timeout: self.timeout.or_else(|| other.timeout.clone()),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Build {
    #[serde(alias = "command")]
    pub(super) commands: OneOrMore,
    #[serde(alias = "output_dir")]
    pub(super) output: Option<String>,
    pub(super) timeout: Option<String>,
}

/// A text, or a list of them.
#[derive(Debug, Default)]
pub(super) struct OneOrMore(pub(super) Vec<String>);

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = OneOrMore;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text or a list of texts")
            }

            fn visit_str<E>(self, text: &str) -> Result<OneOrMore, E> {
                Ok(OneOrMore(vec![text.to_owned()]))
            }

            fn visit_unit<E>(self) -> Result<OneOrMore, E> {
                Ok(OneOrMore::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<OneOrMore, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(OneOrMore)
            }
        }
        deserializer.deserialize_any(Texts)
    }
}

/// Reads a file as one or the other. What is wrong is said in words of ours: the library's quote the file.
pub(super) fn parse<T: for<'de> Deserialize<'de>>(source: &Source) -> Result<T, ImportError> {
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::from_str_with_options(source.text()?, options).map_err(|error| {
        let place = error.location().map(|at| (at.line() as usize, at.column() as usize));
        source.syntax(place.unwrap_or((1, 1)), "this is not YAML, or not what belongs here")
    })
}
