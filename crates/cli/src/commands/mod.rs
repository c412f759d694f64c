//! The commands, one a file. Each asks [`slipway_api`] and shows the answer.

pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod config;
mod conflict_look;
mod conflicts;
pub(crate) mod credential;
mod finished;
pub(crate) mod history;
mod history_run;
pub(crate) mod import;
mod import_folders;
mod import_view;
pub(crate) mod password;
mod plan_view;
pub(crate) mod practice;
pub(crate) mod preview;
mod proof_words;
pub(crate) mod publish;
mod publish_options;
pub(crate) mod pull;
pub(crate) mod run;
mod run_view;
pub(crate) mod site;
mod site_build;
mod site_options;
mod site_remove;
mod site_text;
mod site_view;
pub(crate) mod undo;
pub(crate) mod watch;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use slipway_api::{CancellationToken, Slipway};
use slipway_core::{Code, Event, Failure, RunId, RunState};

use crate::args::{Cli, Command};
use crate::output::{Output, plain};
use crate::screen::Screen;

/// What every command works with. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) api: Slipway,
    pub(crate) out: Arc<Output>,
    pub(crate) cancel: CancellationToken,
    /// What the run has said of itself.
    pub(crate) watch: Arc<Watch>,
    /// What is drawn on the terminal.
    pub(crate) screen: Arc<Screen>,
    /// How `slipway` is to be called so that it finds the same data folder and the same sites.
    pub(crate) program: String,
    /// The data folder that was named.
    pub(crate) data_dir: Option<PathBuf>,
    /// The project file that was named.
    pub(crate) config: Option<PathBuf>,
}

impl Context {
    pub(crate) fn new(api: Slipway, out: Arc<Output>, cli: &Cli, program: String) -> Self {
        let (data_dir, config) = (cli.data_dir.clone(), cli.config.clone());
        let (cancel, watch, screen) = (CancellationToken::new(), Arc::default(), Arc::default());
        Self { api, out, cancel, watch, screen, program, data_dir, config }
    }

    /// Fails once the user wants an end.
    pub(crate) fn unless_stopped(&self) -> Result<(), Failure> {
        match self.cancel.is_cancelled() {
            true => Err(Failure::new(Code::Cancelled, "stopped by the user")),
            false => Ok(()),
        }
    }

    /// Waits for what blocks (a person, a file), or for Ctrl-C.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        what: impl FnOnce() -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        tokio::select! {
            () = self.cancel.cancelled() => Err(Failure::new(Code::Cancelled, "stopped by the user")),
            joined = tokio::task::spawn_blocking(what) => match joined {
                Ok(result) => result,
                Err(error) => Err(Failure::new(Code::Unexpected, error)),
            },
        }
    }

    /// Asks a question at the terminal. Anything but a yes is a no.
    pub(crate) async fn confirm(&self, question: &str) -> Result<bool, Failure> {
        let answer = self.ask(&format!("{question} [y/N] ")).await?;
        Ok(matches!(answer.to_lowercase().as_str(), "y" | "yes"))
    }

    /// The same, where a no ends the command.
    pub(crate) async fn insist(&self, question: &str) -> Result<(), Failure> {
        match self.confirm(question).await? {
            true => Ok(()),
            false => Err(Failure::new(Code::Cancelled, "the answer was no")),
        }
    }

    /// Asks for a line at the terminal.
    pub(crate) async fn ask(&self, question: &str) -> Result<String, Failure> {
        let failed = |error: io::Error| Failure::new(Code::Unexpected, error);
        write!(io::stderr(), "{}", plain(question)).map_err(failed)?;
        let answer = self.blocking(move || {
            let mut answer = String::new();
            io::stdin().read_line(&mut answer).map_err(failed)?;
            Ok(answer.trim().to_owned())
        });
        // Ctrl-C leaves the cursor behind the question.
        answer.await.inspect_err(|_| self.out.talk(""))
    }
}

/// What a run has said of itself: which it is, and where it is.
#[derive(Debug, Default)]
pub(crate) struct Watch(Mutex<(Option<RunId>, Option<RunState>)>);

impl Watch {
    /// Takes note of an event.
    pub(crate) fn note(&self, event: &Event) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::State { run, state } => *known = (Some(run.clone()), Some(*state)),
            Event::Failed { run: Some(run), .. } => known.0 = Some(run.clone()),
            _ => {}
        }
    }

    /// The run, once there is one.
    pub(crate) fn run(&self) -> Option<RunId> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    /// Where it is.
    pub(crate) fn state(&self) -> Option<RunState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1
    }
}

impl Command {
    /// The project file that has to be understood before anything is done. A command that looks for what is wrong
    /// with it opens it by itself.
    pub(crate) fn project(&self, config: Option<&Path>) -> Option<PathBuf> {
        match self {
            Self::Config(command) => command.project(config),
            _ => config.map(Path::to_owned),
        }
    }

    /// Does it.
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Site(site) => site.run(context).await,
            Self::Check(check) => check.run(context).await,
            Self::Preview(preview) => preview.run(context).await,
            Self::Publish(publish) => publish.run(context).await,
            Self::Undo(undo) => undo.run(context).await,
            Self::Pull(pull) => pull.run(context).await,
            Self::Run(run) => run.run(context).await,
            Self::Watch(watch) => watch.run(context).await,
            Self::History(history) => history.run(context).await,
            Self::Credential(credential) => credential.run(context).await,
            Self::Config(config) => config.run(context).await,
            Self::Import(import) => import.run(context).await,
            Self::Practice(practice) => practice.run(context).await,
            Self::Completions(completions) => {
                completions.run(&context.out);
                Ok(())
            }
        }
    }
}
