//! The `slipway` command: reads what was asked for, lets [`slipway_api`] do it, and turns what comes back into words
//! or JSON. Knows nothing of how a site is published.

mod args;
mod commands;
mod hidden;
mod logging;
mod messages;
mod output;
mod pass_phrase;
mod progress;
mod screen;
mod signals;
mod words;

use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use slipway_api::Slipway;
use slipway_core::{Code, Failure};

use args::{Cli, Command};
use commands::Context;
use messages::Setting;
use output::Output;

/// How long what blocks (a keychain that waits for a person, say) may hold up the end.
const LINGER: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let cli = Cli::parse();
    let out = Arc::new(Output::new(cli.json, cli.quiet, cli.verbose));
    logging::log_panics();
    let mut setting = Setting::new(&cli);
    let ended = panic::catch_unwind(AssertUnwindSafe(|| run(cli, &out)));
    let ended = ended.unwrap_or_else(|_| {
        let failure = Failure::new(Code::Unexpected, "Slipway panicked; the log says where");
        setting.logs = logging::folder();
        Err(Box::new(Ending { failure, setting }))
    });
    let code = match ended {
        Ok(()) => 0,
        Err(ending) => {
            messages::report(&out, &ending.failure, &ending.setting);
            ending.failure.code.exit() as u8
        }
    };
    if let Some(error) = out.trouble() {
        out.error(&format!("What Slipway had to say could not be written: {error}"));
        return ExitCode::from(code.max(1));
    }
    ExitCode::from(code)
}

/// A failure, with what is needed to put it into words.
struct Ending {
    failure: Failure,
    setting: Setting,
}

fn run(cli: Cli, out: &Arc<Output>) -> Result<(), Box<Ending>> {
    let setting = Setting::new(&cli);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| {
        let failure = Failure::new(Code::Unexpected, error);
        Box::new(Ending { failure, setting: setting.clone() })
    })?;
    let ended = runtime.block_on(perform(cli, setting, out));
    runtime.shutdown_timeout(LINGER);
    ended
}

async fn perform(cli: Cli, mut setting: Setting, out: &Arc<Output>) -> Result<(), Box<Ending>> {
    if let Command::Completions(completions) = &cli.command {
        completions.run(out);
        return Ok(());
    }
    let (data_dir, project) = (cli.data_dir.clone(), cli.command.project(cli.config.as_deref()));
    let open = move || Slipway::open(data_dir.as_deref(), project.as_deref());
    let opened = tokio::task::spawn_blocking(open).await;
    let api = match opened.unwrap_or_else(|error| Err(Failure::new(Code::Unexpected, error))) {
        Ok(api) => api,
        Err(failure) => return Err(Box::new(Ending { failure, setting })),
    };
    if let Err(error) = logging::start(cli.verbose, &api.logs(), api.log_level()) {
        out.talk(&format!("No log is kept: {error}"));
    }
    let context = Context::new(api, out.clone(), &cli, setting.program.clone());
    pass_phrase::ask_for(&context);
    signals::listen(&context);
    let ended = cli.command.run(&context).await;
    context.api.close().await;
    let Err(mut failure) = ended else { return Ok(()) };
    if failure.code == Code::CredentialsKeyMissing && context.cancel.is_cancelled() {
        // Ctrl-C was the answer to the question for the pass phrase.
        failure = Failure::new(Code::Cancelled, "stopped by the user");
    }
    tracing::error!(code = %failure.code, detail = failure.detail, path = failure.path, "failed");
    setting.logs = logging::folder();
    if let Some(name) = setting.name.clone() {
        setting.site = context.api.site(&name).await.ok().map(Box::new);
    }
    setting.run = context.watch.run();
    Err(Box::new(Ending { failure, setting }))
}
