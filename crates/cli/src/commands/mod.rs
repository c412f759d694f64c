//! The commands, one a file. Each asks [`slipway_api`] and shows the answer.

pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod history;
pub(crate) mod password;
pub(crate) mod practice;
pub(crate) mod preview;
pub(crate) mod publish;
pub(crate) mod site;
mod site_options;
mod site_view;

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use slipway_api::{CancellationToken, Slipway};
use slipway_core::{Code, Event, Failure, RunId, RunState};

use crate::args::Command;
use crate::output::{Output, plain};

/// What every command works with. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) api: Slipway,
    pub(crate) out: Arc<Output>,
    pub(crate) cancel: CancellationToken,
    /// What the run has said of itself.
    pub(crate) watch: Arc<Watch>,
    /// How `slipway` is to be called so that it finds the same data folder.
    pub(crate) program: String,
}

impl Context {
    pub(crate) fn new(api: Slipway, out: Arc<Output>, program: String) -> Self {
        Self { api, out, cancel: CancellationToken::new(), watch: Arc::default(), program }
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
        let failed = |error: io::Error| Failure::new(Code::Unexpected, error);
        write!(io::stderr(), "{}", plain(question)).map_err(failed)?;
        let answer = self.blocking(move || {
            let mut answer = String::new();
            io::stdin().read_line(&mut answer).map_err(failed)?;
            Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
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
    /// Does it.
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Site(site) => site.run(context).await,
            Self::Check(check) => check.run(context).await,
            Self::Preview(preview) => preview.run(context).await,
            Self::Publish(publish) => publish.run(context).await,
            Self::History(history) => history.run(context).await,
            Self::Practice(practice) => practice.run(context).await,
            Self::Completions(completions) => {
                completions.run(&context.out);
                Ok(())
            }
        }
    }
}
