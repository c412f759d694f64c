//! Failures in words: what happened, how the website stands, and what to do. The sentences themselves are in
//! [`texts`]; this file fills them in, and shows them to a person or a program.

mod commands;
mod confirmation;
mod fill;
mod texts;

use std::path::PathBuf;

use serde::Serialize;
use slipway_core::{Certificate, Code, Failure, RunId, RunState, Site, SiteName, SiteState};

use crate::args::{Cli, Command};
use crate::output::{Output, inline, paragraph};
use crate::words::{day, quoted};

/// What a failure happened in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Setting {
    /// How `slipway` is to be called so that it finds the same data folder and the same sites.
    pub(crate) program: String,
    /// The site it is about.
    pub(crate) name: Option<SiteName>,
    /// Its settings, where there are some.
    pub(crate) site: Option<Box<Site>>,
    /// Where the log is.
    pub(crate) logs: Option<PathBuf>,
    /// The run, once there is one.
    pub(crate) run: Option<RunId>,
    /// What was to be done.
    doing: Doing,
    /// The project file that the sites come from.
    project: Option<PathBuf>,
}

/// What was to be done, as far as the words depend on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Doing {
    /// Something else.
    #[default]
    Other,
    /// A website was to be brought online; and all that others put there removed.
    Publish { purge: bool },
    /// A version was to be put back: this one, as it was typed, or the one before.
    Undo { to: String },
    /// A website was to be brought down.
    Pull,
    /// Several steps were to be taken: these, as they were typed, or all.
    Run { steps: String },
    /// A site was to be added.
    Add,
    /// A site was to be forgotten.
    Forget,
    /// A password was to be kept.
    Keep,
    /// A password was to be removed.
    Remove,
    /// Passwords were to be shown.
    Show,
    /// Sites of another program were to be added: those of this file, with these folders, as they were typed.
    Import { typed: String },
    /// A project file was to be begun.
    Begin,
    /// A project file was to be checked.
    Check,
}

impl Doing {
    fn of(command: &Command) -> Self {
        match command {
            Command::Publish(publish) => Self::Publish { purge: publish.purge },
            Command::Undo(undo) => Self::Undo { to: undo.to_as_typed() },
            Command::Pull(_) => Self::Pull,
            Command::Run(run) => Self::Run { steps: run.steps_as_typed() },
            Command::Site(site) if site.adds() => Self::Add,
            Command::Site(site) if site.forgets() => Self::Forget,
            Command::Credential(credential) if credential.keeps() => Self::Keep,
            Command::Credential(credential) if credential.removes() => Self::Remove,
            Command::Credential(credential) if credential.shows() => Self::Show,
            Command::Import(import) => Self::Import { typed: import.as_typed() },
            Command::Config(config) if config.begins() => Self::Begin,
            Command::Config(config) if config.checks() => Self::Check,
            _ => Self::Other,
        }
    }

    /// Whether a run was to be had.
    fn runs(&self) -> bool {
        matches!(self, Self::Publish { .. } | Self::Undo { .. } | Self::Pull | Self::Run { .. })
    }
}

impl Setting {
    pub(crate) fn new(cli: &Cli) -> Self {
        let named = |option: &str, path: &Option<PathBuf>| match path {
            Some(path) => format!(" {option} {}", quoted(&path.to_string_lossy())),
            None => String::new(),
        };
        let project = cli.command.project(cli.config.as_deref());
        let config = project.clone().or_else(|| cli.config.clone());
        let (data_dir, config) = (named("--data-dir", &cli.data_dir), named("--config", &config));
        Self {
            program: format!("slipway{data_dir}{config}"),
            name: cli.command.site().cloned(),
            site: None,
            logs: None,
            run: None,
            doing: Doing::of(&cli.command),
            project,
        }
    }

    /// While a site is published that nobody named.
    pub(crate) fn publishing(program: &str, site: &Site) -> Self {
        let steps = "--steps build,publish".to_owned();
        let doing = if site.build.is_some() { Doing::Run { steps } } else { Doing::Publish { purge: false } };
        let (program, name) = (program.to_owned(), Some(site.name.clone()));
        Self { program, name, site: Some(Box::new(site.clone())), doing, ..Self::default() }
    }
}

/// A failure in words.
#[derive(Debug, Default)]
pub(crate) struct Words {
    /// What happened, without a full stop.
    pub(crate) title: String,
    /// The same in sentences.
    pub(crate) explanation: String,
    /// What it is about, line by line: mistakes in a file, commands, what a program said.
    pub(crate) listing: Vec<String>,
    /// What to do: a sentence, and the command that does it.
    pub(crate) actions: Vec<(String, Option<String>)>,
}

/// Puts a failure into words.
pub(crate) fn words(failure: &Failure, setting: &Setting) -> Words {
    fill::Fill::new(failure, setting).words()
}

/// How the website stands, where that is worth a sentence.
fn state_of_site(failure: &Failure, setting: &Setting) -> Option<&'static str> {
    let about_settings = matches!(
        failure.code,
        Code::SiteNotFound
            | Code::SiteExists
            | Code::RunNotFound
            | Code::ConfigurationInvalid
            | Code::ImportFailed
            | Code::AnotherPublishRunning
    );
    if about_settings || !(setting.doing.runs() || failure.stage.is_some()) {
        return None;
    }
    // What Slipway never published may be online all the same.
    let nobody_looked = failure.stage.is_none_or(|stage| stage < RunState::Scanning);
    Some(match failure.site {
        SiteState::Untouched if failure.stage.is_none() => "Nothing was changed on the server.",
        SiteState::NothingOnline if nobody_looked => "Nothing was changed on the server.",
        SiteState::Untouched => "Your website is online, exactly as it was.",
        SiteState::NothingOnline => "Nothing is online yet.",
        SiteState::PartlySwitched => {
            "Your website is online. Every file is whole, but some are new and some are old. Publishing again \
             finishes the switch."
        }
        SiteState::Live => "Your new website is online.",
        SiteState::Unknown => "Slipway cannot look at your website right now.",
    })
}

/// Tells a failure: to the person, or with `--json` to the program.
pub(crate) fn report(out: &Output, failure: &Failure, setting: &Setting) {
    if out.is_json() {
        return out.last(&Failed::new(failure, setting));
    }
    if setting.run.is_some() && !out.is_quiet() {
        // Set apart from what the run has said before.
        out.error("");
    }
    for line in lines(failure, setting) {
        out.error(&line);
    }
    if out.verbose() > 0 {
        out.error(&format!("\nDetails: {}: {}", failure.code, inline(&failure.detail)));
    }
}

/// The last line of JSON.
#[derive(Serialize)]
pub(crate) struct Failed<'a> {
    event: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<&'a RunId>,
    #[serde(flatten)]
    failure: &'a Failure,
}

impl<'a> Failed<'a> {
    pub(crate) fn new(failure: &'a Failure, setting: &'a Setting) -> Self {
        let run = setting.run.as_ref();
        Self { event: "failed", message: message(failure, setting), run, failure }
    }
}

/// All of it as one text.
fn message(failure: &Failure, setting: &Setting) -> String {
    let words = words(failure, setting);
    let mut parts = vec![format!("{}.", words.title.trim_end_matches('?')), words.explanation];
    if words.title.ends_with('?') {
        parts[0] = words.title;
    }
    parts.extend(words.listing);
    parts.extend(state_of_site(failure, setting).map(str::to_owned));
    parts.extend(words.actions.into_iter().map(|(text, command)| match command {
        Some(command) => format!("{text} {command}"),
        None => text,
    }));
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}

fn lines(failure: &Failure, setting: &Setting) -> Vec<String> {
    let words = words(failure, setting);
    let mut lines = vec![words.title, String::new(), paragraph(&words.explanation)];
    if let Some(certificate) = &failure.certificate {
        lines.push(String::new());
        lines.extend(about(certificate));
        lines.push(String::new());
    }
    if !words.listing.is_empty() {
        lines.push(String::new());
        lines.extend(words.listing.iter().map(|line| format!("  {line}")));
        lines.push(String::new());
    }
    lines.extend(state_of_site(failure, setting).map(paragraph));
    if let Some(reply) = &failure.server_reply {
        lines.push(format!("The server said: {}", inline(reply)));
    }
    if !words.actions.is_empty() {
        lines.push(String::new());
    }
    for (text, command) in words.actions {
        lines.push(paragraph(&text));
        lines.extend(command.map(|command| format!("  {command}")));
    }
    lines.dedup_by(|b, a| a.is_empty() && b.is_empty());
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

fn about(certificate: &Certificate) -> Vec<String> {
    let names: Vec<String> = certificate.names.iter().map(|name| inline(name)).collect();
    crate::words::pairs([
        ("Made out to", inline(&certificate.subject)),
        ("Vouched for by", inline(&certificate.issuer)),
        ("Valid for", if names.is_empty() { "no names".to_owned() } else { names.join(", ") }),
        ("Valid from", format!("{} to {}", day(certificate.not_before), day(certificate.not_after))),
        ("SHA-256", certificate.sha256.to_string()),
    ])
}

#[cfg(test)]
#[path = "messages_tests.rs"]
mod tests;
