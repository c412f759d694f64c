//! Failures in words: what happened, how the website stands, and what to do. The sentences themselves are in
//! [`texts`]; this file fills them in, and shows them to a person or a program.

mod fill;
mod texts;

use std::path::PathBuf;

use serde::Serialize;
use slipway_core::{Certificate, Code, Failure, RunId, Site, SiteName, SiteState};

use crate::args::{Cli, Command};
use crate::output::{Output, inline, paragraph};
use crate::words::{day, quoted};

/// What a failure happened in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Setting {
    /// How `slipway` is to be called so that it finds the same data folder.
    pub(crate) program: String,
    /// The site it is about.
    pub(crate) name: Option<SiteName>,
    /// Its settings, where there are some.
    pub(crate) site: Option<Box<Site>>,
    /// Where the log is.
    pub(crate) logs: Option<PathBuf>,
    /// A website was to be brought online.
    publishing: bool,
    /// A site was to be added.
    adding: bool,
    /// A site was to be forgotten.
    forgetting: bool,
}

impl Setting {
    pub(crate) fn new(cli: &Cli) -> Self {
        let data_dir = cli.data_dir.as_ref().map(|dir| quoted(&dir.to_string_lossy()));
        Self {
            program: data_dir.map_or_else(|| "slipway".to_owned(), |dir| format!("slipway --data-dir {dir}")),
            name: cli.command.site().cloned(),
            site: None,
            logs: None,
            publishing: matches!(cli.command, Command::Publish(_)),
            adding: matches!(&cli.command, Command::Site(site) if site.adds()),
            forgetting: matches!(&cli.command, Command::Site(site) if site.forgets()),
        }
    }
}

/// A failure in words.
#[derive(Debug, Default)]
pub(crate) struct Words {
    /// What happened, without a full stop.
    pub(crate) title: String,
    /// The same in sentences.
    pub(crate) explanation: String,
    /// What to do: a sentence, and the command that does it.
    pub(crate) actions: Vec<(String, Option<String>)>,
}

/// Puts a failure into words.
pub(crate) fn words(failure: &Failure, setting: &Setting) -> Words {
    fill::Fill { failure, setting }.words()
}

/// How the website stands, where that is worth a sentence.
fn state_of_site(failure: &Failure, setting: &Setting) -> Option<&'static str> {
    let about_settings = matches!(
        failure.code,
        Code::SiteNotFound
            | Code::SiteExists
            | Code::RunNotFound
            | Code::ConfigurationInvalid
            | Code::AnotherPublishRunning
    );
    if about_settings || !(setting.publishing || failure.stage.is_some()) {
        return None;
    }
    Some(match failure.site {
        // Before a run has begun nobody has looked whether the site was ever published.
        SiteState::Untouched if failure.stage.is_none() => "Nothing was changed on the server.",
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
pub(crate) fn report(out: &Output, failure: &Failure, setting: &Setting, run: Option<&RunId>) {
    if out.is_json() {
        return out.last(&Failed::new(failure, setting, run));
    }
    if run.is_some() && !out.is_quiet() {
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
    pub(crate) fn new(failure: &'a Failure, setting: &Setting, run: Option<&'a RunId>) -> Self {
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
