//! Files that someone else changed on the server: whoever sits at the terminal is asked what is to become of each, and may
//! look at it first.

use slipway_api::{Finished, PublishOptions};
use slipway_core::{Answer, Code, Conflict, Decision, Failure, RemotePath, SiteName, units};

use super::Context;
use super::conflict_look::look;
use super::password::can_ask;
use super::preview;
use crate::args::OnConflictArg;
use crate::output::inline;
use crate::progress::Display;
use crate::words::{grouped, moment};

/// Whether conflicts are asked about. `chosen` is what was typed, if anything: at a terminal a question is what one gets
/// without it, and where nobody can answer the publish fails instead.
pub(super) fn asks(context: &Context, chosen: Option<OnConflictArg>) -> bool {
    let wanted = chosen.is_none_or(|chosen| chosen == OnConflictArg::Ask);
    wanted && can_ask() && !context.out.is_json()
}

/// Publishes with the progress shown, and asks where it has to.
pub(super) async fn publish(
    context: &Context,
    name: &SiteName,
    asks: bool,
    options: PublishOptions,
) -> Result<Finished, Failure> {
    settled(context, name, asks, options, async |options| {
        let display = Display::start(context);
        let published = context.api.publish(name, options, display.events(), context.cancel.clone()).await;
        display.end();
        published
    })
    .await
}

/// Publishes; where the server's files were changed meanwhile, asks about them and publishes again.
///
/// # Errors
/// Those of the publish: also [`Code::Conflict`], where nothing was decided.
pub(super) async fn settled<T>(
    context: &Context,
    name: &SiteName,
    asks: bool,
    mut options: PublishOptions,
    publish: impl AsyncFn(PublishOptions) -> Result<T, Failure>,
) -> Result<T, Failure> {
    loop {
        let failure = match publish(options.clone()).await {
            Err(failure) if asks && can_be_decided(&failure) => failure,
            result => return result,
        };
        let found = preview::find(context, name, options.clone()).await?;
        let decided = decide(context, name, &options, &found.plan.conflicts).await?;
        if decided.is_empty() {
            return Err(failure);
        }
        options.decided.extend(decided);
    }
}

/// What stays online and is in the way of something new is no matter of whose file it is.
fn can_be_decided(failure: &Failure) -> bool {
    failure.code == Code::Conflict && failure.count.is_some()
}

type Decided = Vec<(RemotePath, Answer)>;

/// Asks about one after the other. Nothing where the answer was to stop.
async fn decide(
    context: &Context,
    name: &SiteName,
    options: &PublishOptions,
    conflicts: &[Conflict],
) -> Result<Decided, Failure> {
    let mut decided = Vec::new();
    let mut for_all = None;
    for (number, conflict) in conflicts.iter().enumerate() {
        if for_all.is_none() {
            describe(context, conflict);
        }
        let decision = loop {
            if let Some(decision) = for_all {
                break decision;
            }
            match Choice::of(&context.ask(&question(conflicts.len() - number)).await?) {
                Some(Choice::One(decision)) => break decision,
                Some(Choice::All(decision)) => for_all = Some(decision),
                Some(Choice::Look) => look(context, name, conflict, options.version.as_ref()).await?,
                Some(Choice::Stop) => return Ok(Vec::new()),
                None => context.out.error("Type one of the letters, or nothing to stop."),
            }
        };
        decided.push((conflict.path.clone(), Answer { decision, seen: conflict.server }));
    }
    Ok(decided)
}

fn describe(context: &Context, conflict: &Conflict) {
    let seen = conflict.server.shown();
    let changed = seen.modified.and_then(|seconds| seconds.checked_mul(1_000)).map(moment);
    let changed = changed.map(|time| format!(", of {time} by its clock")).unwrap_or_default();
    let here = if conflict.removal { " Yours does not have it any more." } else { "" };
    context.out.error(&format!(
        "\n{} was changed on the server by someone else: {}{changed}.{here}",
        inline(conflict.path.as_str()),
        units::bytes(seen.size),
    ));
}

fn question(left: usize) -> String {
    let rest = match left {
        1 => String::new(),
        left => format!("; ka or ra: so with all {}", grouped(left as u64)),
    };
    format!("k: keep the server's, r: replace it, l: look at it, a: abort{rest} [k/r/l/A] ")
}

/// What was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    One(Decision),
    /// And so with all that follow.
    All(Decision),
    Look,
    Stop,
}

impl Choice {
    /// Nothing typed, as at the end of the input, is to stop.
    fn of(typed: &str) -> Option<Self> {
        Some(match typed.trim().to_lowercase().as_str() {
            "k" | "keep" => Self::One(Decision::Keep),
            "r" | "replace" => Self::One(Decision::Replace),
            "ka" | "keep all" => Self::All(Decision::Keep),
            "ra" | "replace all" => Self::All(Decision::Replace),
            "l" | "look" => Self::Look,
            "" | "a" | "abort" => Self::Stop,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_asked_for_is_understood() {
        assert_eq!(Choice::of("K "), Some(Choice::One(Decision::Keep)));
        assert_eq!(Choice::of("replace"), Some(Choice::One(Decision::Replace)));
        assert_eq!(Choice::of("RA"), Some(Choice::All(Decision::Replace)));
        assert_eq!(Choice::of("keep all"), Some(Choice::All(Decision::Keep)));
        assert_eq!(Choice::of("l"), Some(Choice::Look));
        for stop in ["", "a", "Abort"] {
            assert_eq!(Choice::of(stop), Some(Choice::Stop));
        }
        for other in ["y", "yes", "all", "kr", "r all", "replace-all"] {
            assert_eq!(Choice::of(other), None, "{other}");
        }
    }

    #[test]
    fn what_stays_in_the_way_is_not_asked_about() {
        let mut failure = Failure::new(Code::Conflict, "what stays online is in its place");
        assert!(!can_be_decided(&failure));
        failure.count = Some(1);
        assert!(can_be_decided(&failure));
        failure.code = Code::ManyRemovals;
        assert!(!can_be_decided(&failure));
    }

    #[test]
    fn all_are_offered_where_there_are_several() {
        assert!(!question(1).contains("ka"));
        assert!(question(12).contains("ka or ra: so with all 12"), "{}", question(12));
    }
}
