//! The commands that the words name, so that they can be typed as they are. One that can't be known is not named.

use slipway_core::Certificate;

use super::Doing;
use super::fill::Fill;
use crate::words::quoted;

impl Fill<'_> {
    pub(super) fn command(&self, rest: &str) -> Option<String> {
        let program = if self.setting.program.is_empty() { "slipway" } else { &self.setting.program };
        Some(format!("{program} {rest}"))
    }

    /// The command on this site, where it is known which.
    pub(super) fn again(&self, command: &str, options: &str) -> Option<String> {
        let name = quoted(self.setting.name.as_ref()?.as_str());
        self.command(format!("{command} {name} {options}").trim_end())
    }

    /// The same once more, which carries on where it stopped; a publish where nothing of the kind was asked for.
    pub(super) fn go_on(&self, options: &str) -> Option<String> {
        match &self.setting.doing {
            Doing::Pull => self.again("pull", options),
            _ => self.publish(options),
        }
    }

    /// The publish, in the run that it is a step of if it is one.
    pub(super) fn publish(&self, options: &str) -> Option<String> {
        match &self.setting.doing {
            Doing::Undo { to } => self.again("undo", format!("{to} {options}").trim()),
            Doing::Run { steps } => self.again("run", format!("{steps} {options}").trim()),
            _ => self.again("publish", options),
        }
    }

    pub(super) fn allow(&self) -> Option<String> {
        match &self.setting.doing {
            Doing::Run { .. } => self.publish("--allow-build"),
            _ => self.again("run", "--allow-build"),
        }
    }

    pub(super) fn retry(&self) -> Option<String> {
        if self.setting.doing.runs() { self.go_on("") } else { self.again("check", "") }
    }

    /// Keeps another password.
    pub(super) fn password(&self) -> Option<String> {
        self.again("credential set", "")
    }

    /// Shows everything that the run wrote down.
    pub(super) fn log_of_run(&self) -> Option<String> {
        let run: String = self.setting.run.as_ref()?.as_str().chars().take(8).collect();
        self.again("history", &format!("--run {run} --log"))
    }

    pub(super) fn edit(&self, options: &str) -> Option<String> {
        // There must be something to change.
        self.setting.site.as_ref()?;
        if self.setting.project.is_some() {
            self.in_file.set(true);
            return None;
        }
        self.again("site edit", options)
    }

    pub(super) fn trust(&self) -> Option<String> {
        let certificate: &Certificate = self.failure.certificate.as_deref()?;
        self.edit(&format!("--trust-cert {}", certificate.sha256))
    }

    /// Makes the site, where it is made by commands.
    pub(super) fn make(&self) -> Option<String> {
        let made = self.setting.site.as_ref().is_some_and(|site| site.build.is_some());
        let step = matches!(self.setting.doing, Doing::Run { .. });
        if made && !step { self.again("run", "") } else { None }
    }

    /// Imports sites, with what was typed.
    pub(super) fn import(&self, typed: &str, options: &str) -> Option<String> {
        self.command(&format!("import {typed} {options}"))
    }

    /// Publishes without it; of what is brought down or put back nothing can be left out.
    pub(super) fn leave_out(&self) -> Option<String> {
        if self.pulling() || self.undoing() {
            return None;
        }
        // A character that can't be shown can't be typed either.
        let glob = self.failure.path.as_deref().map(|path| path.replace('\u{fffd}', "?"));
        let glob = glob.map_or_else(|| "GLOB".to_owned(), |glob| quoted(&glob));
        self.publish(&format!("--leave-out {glob}"))
    }
}
