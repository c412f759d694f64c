//! What is to be done at which command.

use super::Action;

type Hook = Box<dyn FnMut(&str, u64) -> Action + Send>;

/// The verb of the moment before the greeting.
pub(super) const CONNECT: &str = "CONNECT";

#[derive(Default)]
pub(super) struct Rules {
    commands: u64,
    once: Vec<Once>,
    hook: Option<Hook>,
}

/// A rule that is used up when it is met.
struct Once {
    verb: Option<String>,
    /// How many commands it still lets pass, with the one it speaks of.
    left: u64,
    action: Action,
}

impl Rules {
    pub(super) fn at_command(&mut self, n: u64, action: Action) {
        let left = n.checked_sub(self.commands).filter(|left| *left > 0);
        let left = left.expect("the command is still to come");
        self.once.push(Once { verb: None, left, action });
    }

    pub(super) fn at_verb(&mut self, verb: &str, n: u64, action: Action) {
        assert!(n > 0, "commands are counted from 1");
        self.once.push(Once { verb: Some(verb.to_ascii_uppercase()), left: n, action });
    }

    pub(super) fn on(&mut self, hook: Hook) {
        self.hook = Some(hook);
    }

    pub(super) fn commands(&self) -> u64 {
        self.commands
    }

    /// Counts a command and says what is to be done with it.
    pub(super) fn decide(&mut self, command: &str) -> Action {
        let verb = verb(command);
        let counted = verb != CONNECT;
        self.commands += u64::from(counted);
        for rule in &mut self.once {
            let concerned = rule.verb.as_ref().map_or(counted, |wanted| *wanted == verb);
            rule.left -= u64::from(concerned);
        }
        if let Some(place) = self.once.iter().position(|rule| rule.left == 0) {
            return self.once.remove(place).action;
        }
        self.hook.as_mut().map_or(Action::Forward, |hook| hook(command, self.commands))
    }
}

/// The first word of a command, in capitals.
pub(super) fn verb(command: &str) -> String {
    command.split(' ').next().unwrap_or_default().to_ascii_uppercase()
}
