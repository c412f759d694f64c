//! Looking at a file that someone else changed on the server: it is brought down, and shown beside yours where both are
//! text.

use std::path::Path;
use std::time::Duration;

use similar::TextDiff;
use slipway_core::{Conflict, Failure, RunId, SiteName};

use super::Context;
use crate::messages::{self, Setting};
use crate::words::grouped;

/// The largest file of which the lines are compared, in bytes.
const LARGEST: u64 = 1_000_000;
/// So much of a difference is shown; the rest is for a program of its own.
const LINES: usize = 200;
/// After so long a difference may be longer than it would have to be.
const PATIENCE: Duration = Duration::from_secs(2);

/// Brings the server's copy down and says where it lies, and how yours differs.
pub(super) async fn look(
    context: &Context,
    name: &SiteName,
    conflict: &Conflict,
    version: Option<&RunId>,
) -> Result<(), Failure> {
    let theirs = match context.api.fetch(name, &conflict.path, context.cancel.clone()).await {
        Ok(theirs) => theirs,
        Err(failure) => {
            tracing::warn!(%failure, "the server's copy could not be brought down");
            let why = messages::words(&failure, &Setting::default()).title;
            context.out.error(&format!("The server's copy could not be brought down. {why}."));
            return context.unless_stopped();
        }
    };
    let ours = context.api.ours(name, &conflict.path, version).await?;
    let place = theirs.display().to_string();
    let shown = context.blocking(move || Ok(Shown::of(&theirs, ours.as_deref()))).await?;
    let said = match shown {
        Shown::Same => "The server's copy is the same as yours.".to_owned(),
        Shown::Lines(lines) => {
            let more = lines.len().saturating_sub(LINES);
            lines.iter().take(LINES).for_each(|line| context.out.error(line));
            match more {
                0 => String::new(),
                more => format!("… and {} more lines.\n", grouped(more as u64)),
            }
        }
        Shown::NoText => "It is no text, or too long to be shown here.\n".to_owned(),
        Shown::NotHere => "There is no file of yours to compare it with.\n".to_owned(),
    };
    context.out.error(&format!("{said}The server's copy lies here: {place}"));
    Ok(())
}

/// How two files differ, as far as it can be shown.
#[derive(Debug, PartialEq, Eq)]
enum Shown {
    Same,
    Lines(Vec<String>),
    NoText,
    NotHere,
}

impl Shown {
    /// Blocks.
    fn of(theirs: &Path, ours: Option<&Path>) -> Self {
        let Some(ours) = ours else { return Self::NotHere };
        match (text(theirs), text(ours)) {
            (Some(theirs), Some(ours)) if theirs == ours => Self::Same,
            (Some(theirs), Some(ours)) => Self::Lines(difference(&theirs, &ours)),
            _ => Self::NoText,
        }
    }
}

/// Texts of other encodings than UTF-8 are read as well as can be.
fn text(file: &Path) -> Option<String> {
    let size = std::fs::metadata(file).ok()?.len();
    let bytes = if size > LARGEST { None } else { std::fs::read(file).ok() }?;
    (!bytes.contains(&0)).then(|| String::from_utf8_lossy(&bytes).into_owned())
}

fn difference(theirs: &str, ours: &str) -> Vec<String> {
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(theirs, ours);
    let unified = diff.unified_diff().context_radius(3).header("on the server", "yours").to_string();
    // A tab and the end of a line as Windows writes it are no danger to the terminal, and are often what differs.
    unified.lines().map(|line| line.replace('\t', "    ").replace('\r', "␍")).collect()
}
