//! Making a site with its own commands.

use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

use sha2::Digest;
use slipway_core::{Build, Code, Event, Failure, RunState, Sha256, Site, StepStatistics};
use tokio::time::Instant;

use crate::blot::{Blotter, Lines};
use crate::command::{Ended, Environment, run_command};
use crate::run::Run;
use crate::work::Events;

/// So many of the last lines are kept for the failure.
const LAST_LINES: usize = 20;

/// What the user allows when they allow a site's build commands: the commands, the folder that they are run in, and
/// the variables as they were written. `None` for a site without a build.
pub fn build_digest(site: &Site) -> Option<Sha256> {
    let Build { commands, environment, .. } = site.build.as_ref()?;
    let mut hasher = sha2::Sha256::new();
    // Each with its length, so that no two different builds are told by the same bytes.
    let mut add = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    add(site.folder.as_os_str().as_encoded_bytes());
    add(&(commands.len() as u64).to_be_bytes());
    for command in commands {
        add(command.as_bytes());
    }
    for (name, value) in environment {
        add(name.as_bytes());
        add(value.as_bytes());
    }
    Some(Sha256(hasher.finalize().into()))
}

/// The step of a run that makes the site: its commands, one after the other.
///
/// # Errors
/// [`Code::LocalFolderMissing`] where the site's folder is not there before, or the output folder after the commands;
/// [`Code::BuildFailed`] where a command can't be started, fails or takes too long.
pub(crate) async fn build_step(
    run: &Run<'_>,
    environment: &Environment,
    statistics: &mut StepStatistics,
) -> Result<(), Failure> {
    run.enter(RunState::Building).await?;
    let site = &run.work.site;
    let Some(build) = &site.build else {
        return Err(Failure::new(Code::ConfigurationInvalid, "the site has no build"));
    };
    must_be_there(&site.folder).await?;
    let blotter = Blotter::new(&environment.secrets);
    let deadline = Instant::now() + Duration::from_secs(build.timeout_seconds.into());
    for command in &build.commands {
        run.work.events.send(Event::Command { command: command.clone() });
        tracing::info!(command, "build");
        statistics.files += 1;
        let mut listener = Listener::new(&run.work.events, &blotter);
        let take = |bytes: &[u8], error| listener.take(bytes, error);
        let ended = run_command(command, &site.folder, environment, deadline, take).await;
        listener.finish();
        let reason = match ended {
            Ok(Ended::Exited(status)) if status.success() => continue,
            Ok(Ended::Exited(status)) => status.to_string(),
            Ok(Ended::TimedOut) => format!("stopped: the build took more than {} s", build.timeout_seconds),
            Err(error) => format!("not started: {error}"),
        };
        statistics.failed += 1;
        return Err(Failure::new(Code::BuildFailed, listener.detail(&reason)).about(command));
    }
    match &build.output {
        Some(output) => must_be_there(&site.folder.join(output)).await,
        None => Ok(()),
    }
}

async fn must_be_there(folder: &Path) -> Result<(), Failure> {
    let there = tokio::fs::metadata(folder).await.is_ok_and(|metadata| metadata.is_dir());
    if there {
        return Ok(());
    }
    Err(Failure::new(Code::LocalFolderMissing, "not a folder").about(folder.display()))
}

/// Hands on what a command writes, line by line.
struct Listener<'a> {
    events: &'a Events,
    blotter: &'a Blotter,
    output: Lines,
    errors: Lines,
    last: VecDeque<String>,
}

impl<'a> Listener<'a> {
    fn new(events: &'a Events, blotter: &'a Blotter) -> Self {
        let (output, errors) = (Lines::default(), Lines::default());
        Self { events, blotter, output, errors, last: VecDeque::with_capacity(LAST_LINES) }
    }

    fn take(&mut self, bytes: &[u8], error: bool) {
        let lines = if error { &mut self.errors } else { &mut self.output };
        let (events, last) = (self.events, &mut self.last);
        lines.take(bytes, self.blotter, |line| say(events, last, line, error));
    }

    /// Nothing comes any more.
    fn finish(&mut self) {
        for (lines, error) in [(&mut self.output, false), (&mut self.errors, true)] {
            if let Some(line) = lines.rest(self.blotter) {
                say(self.events, &mut self.last, line, error);
            }
        }
    }

    fn detail(&self, reason: &str) -> String {
        let lines = self.last.iter().map(String::as_str);
        std::iter::once(reason).chain(lines).collect::<Vec<_>>().join("\n")
    }
}

fn say(events: &Events, last: &mut VecDeque<String>, line: String, error: bool) {
    tracing::debug!(error, "{line}");
    if last.len() == LAST_LINES {
        last.pop_front();
    }
    last.push_back(line.clone());
    events.send(Event::Output { line, error });
}
