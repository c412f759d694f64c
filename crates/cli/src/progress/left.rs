//! How long it will take, as people say it: in steps, and never more than one step up at a time.

/// The time left of one phase.
#[derive(Debug, Default)]
pub(super) struct TimeLeft {
    step: Option<u32>,
}

impl TimeLeft {
    /// In words, given a new guess in seconds. `None` while nobody can tell.
    pub(super) fn say(&mut self, seconds: Option<u64>) -> Option<String> {
        let step = step(seconds?);
        let step = self.step.map_or(step, |last| step.min(last + 1));
        self.step = Some(step);
        Some(words(step))
    }
}

/// Steps 0 to 9 are seconds, 10 to 18 five seconds each, 19 to 63 minutes, 64 is under an hour, then hours.
fn step(seconds: u64) -> u32 {
    let step = match seconds {
        0..=10 => seconds.saturating_sub(1),
        11..=55 => 9 + (seconds - 10).div_ceil(5),
        56..=2_700 => 18 + seconds.div_ceil(60),
        2_701..=3_600 => 64,
        _ => 64 + seconds.div_ceil(3_600) - 1,
    };
    u32::try_from(step).unwrap_or(u32::MAX - 1)
}

fn words(step: u32) -> String {
    match step {
        0 => "about 1 second".to_owned(),
        1..=9 => format!("about {} seconds", step + 1),
        10..=18 => format!("about {} seconds", 10 + (step - 9) * 5),
        19 => "about 1 minute".to_owned(),
        20..=63 => format!("about {} minutes", step - 18),
        64 => "less than an hour".to_owned(),
        _ => format!("about {} hours", step - 63),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_it_as_people_do() {
        for (seconds, text) in [
            (0, "about 1 second"),
            (7, "about 7 seconds"),
            (10, "about 10 seconds"),
            (11, "about 15 seconds"),
            (52, "about 55 seconds"),
            (56, "about 1 minute"),
            (61, "about 2 minutes"),
            (2_700, "about 45 minutes"),
            (2_800, "less than an hour"),
            (3_601, "about 2 hours"),
            (36_000, "about 10 hours"),
        ] {
            assert_eq!(TimeLeft::default().say(Some(seconds)).unwrap(), text, "{seconds}");
        }
        assert!(TimeLeft::default().say(Some(u64::MAX)).is_some());
    }

    #[test]
    fn counts_up_by_one_step_at_most() {
        let mut left = TimeLeft::default();
        assert_eq!(left.say(None), None);
        assert_eq!(left.say(Some(5)).unwrap(), "about 5 seconds");
        assert_eq!(left.say(Some(3_000)).unwrap(), "about 6 seconds");
        assert_eq!(left.say(Some(2)).unwrap(), "about 2 seconds");
    }
}
