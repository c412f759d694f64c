//! `slipway config check`: what is wrong with a project file.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use slipway_api::{ProjectProblem, Slipway, check_project};
use slipway_core::{Code, Failure};

use super::super::Context;
use crate::output::inline;
use crate::words::count;

/// Say what is wrong with a project file.
///
/// Names every mistake with its line and column, and what was probably meant. Once the file itself is right, all
/// that it refers to, such as environment variables and passwords, is looked up too.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway config check
  slipway config check deploy/slipway.json")]
pub(super) struct Check {
    /// The file [without this: that of --config, else slipway.json, here].
    #[arg(value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
}

pub(super) async fn run(context: &Context, file: PathBuf) -> Result<(), Failure> {
    let looked_at = file.clone();
    let mut problems = context.blocking(move || Ok(check_project(&looked_at))).await?;
    if problems.is_empty() {
        problems = references(context, &file).await?;
    }
    let out = &context.out;
    let shown = inline(&file.to_string_lossy());
    if problems.is_empty() {
        out.last(&json!({ "event": "config_checked", "file": file.to_string_lossy() }));
        out.say(&format!("{shown} is all right."));
        return Ok(());
    }
    for problem in &problems {
        out.event(&json!({
            "event": "problem", "file": problem.file.to_string_lossy(), "line": problem.line, "column": problem.column,
            "text": problem.to_string(),
        }));
        out.line(&inline(&problem.to_string()));
    }
    Err(failure(&file, &problems))
}

/// What the file refers to and can't be looked up.
async fn references(context: &Context, file: &Path) -> Result<Vec<ProjectProblem>, Failure> {
    let (data_dir, file) = (context.data_dir.clone(), file.to_owned());
    let open = move || Slipway::open(data_dir.as_deref(), Some(&file));
    let api = context.blocking(open).await?;
    crate::pass_phrase::ask_for(&Context { api: api.clone(), ..context.clone() });
    let problems = api.check_project_references().await;
    api.close().await;
    context.unless_stopped()?;
    problems
}

fn failure(file: &Path, problems: &[ProjectProblem]) -> Failure {
    let found = count(problems.len() as u64, "mistake", "mistakes");
    let mut failure = Failure::new(Code::ConfigurationInvalid, format!("{found} in {}", file.display()));
    failure.count = Some(problems.len() as u64);
    failure.about(file.display())
}
