//! Which runs can still be stopped.

use std::collections::BTreeMap;

use slipway_api::core::{RunState, SiteName};
use slipway_api::desk::RunEvent;

/// How far the runs under way are.
#[derive(Default)]
pub(super) struct Runs(BTreeMap<SiteName, RunState>);

impl Runs {
    /// Notes what the site's run said.
    pub(super) fn note(&mut self, site: SiteName, event: &RunEvent) {
        match event {
            RunEvent::State { state, .. } => drop(self.0.insert(site, *state)),
            RunEvent::Finished { .. } | RunEvent::Failed { .. } => drop(self.0.remove(&site)),
            RunEvent::Planned(_) | RunEvent::Progress(_) => {}
        }
    }

    /// Whether a run goes on to its end whatever is asked of it: visitors would see old and new side by side.
    pub(super) fn any_goes_on(&self) -> bool {
        self.0.values().any(|state| !state.may_be_stopped())
    }

    /// Whether all do. Nobody knows that of none.
    pub(super) fn all_go_on(&self) -> bool {
        !self.0.is_empty() && self.0.values().all(|state| !state.may_be_stopped())
    }
}

#[cfg(test)]
mod tests {
    use slipway_api::core::{Code, Failure, Progress};

    use super::*;

    fn runs(events: &[(&str, RunEvent)]) -> Runs {
        let mut runs = Runs::default();
        for (site, event) in events {
            runs.note(SiteName::new(site).unwrap(), event);
        }
        runs
    }

    fn state(state: RunState) -> RunEvent {
        RunEvent::State { run: None, state }
    }

    #[test]
    fn what_goes_live_goes_on() {
        for (phase, on) in [
            (RunState::Queued, false),
            (RunState::Building, false),
            (RunState::Uploading, false),
            (RunState::GoingLive, true),
            (RunState::TidyingUp, true),
            (RunState::Checking, true),
        ] {
            let runs = runs(&[("shop", state(phase)), ("shop", RunEvent::Progress(Progress::default()))]);
            assert_eq!((runs.any_goes_on(), runs.all_go_on()), (on, on), "{phase:?}");
        }
    }

    #[test]
    fn there_is_a_question_for_as_long_as_one_can_be_stopped() {
        let both = runs(&[("shop", state(RunState::GoingLive)), ("blog", state(RunState::Uploading))]);
        assert!(both.any_goes_on() && !both.all_go_on());
        let failed = RunEvent::Failed { run: None, failure: Failure::new(Code::ConnectionLost, "") };
        let gone = runs(&[("shop", state(RunState::GoingLive)), ("shop", failed)]);
        assert!(!gone.any_goes_on() && !gone.all_go_on());
    }
}
