//! What the words of a code are filled in with: names, numbers, commands. What is not known is said another way.

use std::cell::Cell;

use slipway_core::{Distrust, Failure, Protocol, RunState};

use super::{Doing, Setting, Words};
use crate::commands::password;
use crate::output::inline;
use crate::words::grouped;

/// A failure and what it happened in.
pub(super) struct Fill<'a> {
    pub(super) failure: &'a Failure,
    pub(super) setting: &'a Setting,
    /// What was to be changed with a command is in the project file.
    pub(super) in_file: Cell<bool>,
}

impl<'a> Fill<'a> {
    pub(super) fn new(failure: &'a Failure, setting: &'a Setting) -> Self {
        Self { failure, setting, in_file: Cell::new(false) }
    }

    /// Puts the failure into words.
    pub(super) fn words(&self) -> Words {
        let words = self.of_code();
        match &self.setting.project {
            Some(file) if self.in_file.get() => words
                .and(format!("The settings of this website are in \"{}\".", inline(&file.to_string_lossy()))),
            _ => words,
        }
    }

    pub(super) fn host(&self) -> String {
        self.setting.site.as_ref().map_or_else(|| "the server".to_owned(), |site| inline(&site.host))
    }

    pub(super) fn host_first(&self) -> String {
        self.setting.site.as_ref().map_or_else(|| "The server".to_owned(), |site| inline(&site.host))
    }

    pub(super) fn user(&self) -> String {
        self.setting.site.as_ref().map_or_else(|| "this user".to_owned(), |site| inline(&site.user))
    }

    pub(super) fn user_first(&self) -> String {
        self.setting.site.as_ref().map_or_else(|| "This user".to_owned(), |site| inline(&site.user))
    }

    pub(super) fn at_port(&self) -> String {
        self.setting.site.as_ref().map_or_else(String::new, |site| format!(" at port {}", site.port()))
    }

    pub(super) fn patience(&self) -> String {
        match self.setting.site.as_ref().map(|site| site.timeout_seconds) {
            Some(1) => "1 second".to_owned(),
            Some(seconds) => format!("{seconds} seconds"),
            None => "in vain".to_owned(),
        }
    }

    pub(super) fn name(&self) -> String {
        match &self.setting.name {
            Some(name) => format!("\"{}\"", inline(name.as_str())),
            None => "like that".to_owned(),
        }
    }

    /// The local folder.
    pub(super) fn folder(&self) -> String {
        let site = self.setting.site.as_ref().map(|site| site.folder.to_string_lossy().into_owned());
        inline(self.failure.path.as_deref().or(site.as_deref()).unwrap_or("its folder"))
    }

    /// The file or folder it is about; the publish folder is the empty path.
    fn about(&self) -> Option<String> {
        let path = self.failure.path.as_deref().filter(|path| !path.is_empty());
        path.map(|path| format!("\"{}\"", inline(path)))
    }

    /// The publish folder, where a person has named one.
    fn remote_dir(&self) -> Option<String> {
        let dir = self.setting.site.as_ref().map(|site| site.remote_dir.as_str());
        dir.filter(|dir| !dir.is_empty()).map(|dir| format!("\"{}\"", inline(dir)))
    }

    /// The file or folder it is about, at the beginning of a sentence.
    pub(super) fn path(&self) -> String {
        self.about().or_else(|| self.remote_dir()).unwrap_or_else(|| "It".to_owned())
    }

    pub(super) fn path_within(&self) -> String {
        self.about().or_else(|| self.remote_dir()).unwrap_or_else(|| "the folder".to_owned())
    }

    pub(super) fn such_as(&self) -> String {
        self.about().map_or_else(String::new, |path| format!(", such as {path}"))
    }

    /// Names the file, or the first of several.
    pub(super) fn path_aside(&self) -> String {
        match self.about() {
            Some(path) if self.failure.count.unwrap_or(1) > 1 => format!(" (the first is {path})"),
            Some(path) => format!(" ({path})"),
            None => String::new(),
        }
    }

    pub(super) fn it(&self) -> &'static str {
        if self.failure.count.unwrap_or(1) > 1 { "them" } else { "it" }
    }

    pub(super) fn count(&self, one: &str, many: &str) -> String {
        match (self.failure.count, &self.failure.path) {
            (Some(1), _) | (None, Some(_)) => one.to_owned(),
            (Some(n), _) => format!("{} {many}", grouped(n)),
            (None, None) => format!("Some {many}"),
        }
    }

    pub(super) fn mistakes(&self) -> String {
        match self.failure.count {
            Some(n) if n != 1 => format!("are {} mistakes", grouped(n)),
            _ => "is a mistake".to_owned(),
        }
    }

    /// What has become of the files that were sent.
    pub(super) fn arrived(&self) -> &'static str {
        match self.failure.stage {
            Some(RunState::Pulling) => " What has come down is whole, and is not sent again.",
            Some(RunState::Uploading) => {
                " What has arrived waits out of sight. The next publish carries on from there."
            }
            Some(RunState::GoingLive | RunState::TidyingUp | RunState::Checking) => {
                " The next publish does what is left to do."
            }
            _ => " Nothing was sent.",
        }
    }

    /// Whether the site was being brought down.
    pub(super) fn pulling(&self) -> bool {
        match self.failure.stage {
            Some(stage) => stage == RunState::Pulling,
            None => self.setting.doing == Doing::Pull,
        }
    }

    /// What the user stopped.
    pub(super) fn undoing(&self) -> bool {
        matches!(self.setting.doing, Doing::Undo { .. })
    }

    pub(super) fn stopped(&self) -> &'static str {
        match self.failure.stage {
            Some(RunState::Pulling) => "You stopped bringing the website down",
            Some(RunState::Building) => "You stopped making the website",
            None if self.setting.doing == Doing::Pull => "You stopped bringing the website down",
            _ => "You stopped publishing",
        }
    }

    /// How a command that makes the site ended.
    pub(super) fn build_ended(&self) -> String {
        match &self.failure.path {
            Some(command) => format!("The program \"{}\" stopped with a problem.", inline(command)),
            None => "A program stopped with a problem.".to_owned(),
        }
    }

    /// The commands that make the site.
    pub(super) fn commands(&self) -> Vec<String> {
        let build = self.setting.site.as_ref().and_then(|site| site.build.as_ref());
        build.iter().flat_map(|build| &build.commands).map(|command| inline(command)).collect()
    }

    /// What the failure says of itself, line by line.
    pub(super) fn detail_lines(&self) -> Vec<String> {
        self.failure.detail.lines().map(inline).collect()
    }

    /// Whether the detail is a list of what is wrong in the project file.
    pub(super) fn lists_problems(&self) -> bool {
        let file = self.failure.path.as_deref().unwrap_or_default();
        self.setting.project.is_some()
            && !file.is_empty()
            && self.failure.detail.starts_with(&format!("{file}:"))
    }

    pub(super) fn nothing_sent(&self) -> &'static str {
        let before = self.failure.stage.is_none_or(|stage| stage < RunState::Uploading);
        if before { " Nothing has been sent." } else { "" }
    }

    pub(super) fn distrust(&self) -> &'static str {
        match self.failure.certificate.as_ref().map(|certificate| certificate.distrust) {
            Some(Distrust::WrongName) => {
                "the server's certificate is made out for other names than this one."
            }
            Some(Distrust::OutOfDate) => "the server's certificate has expired, or is not valid yet.",
            Some(Distrust::Revoked) => "the server's certificate was taken back by who had vouched for it.",
            Some(Distrust::Other) => "something about the server's certificate is wrong.",
            Some(Distrust::UnknownIssuer) | None => "no one vouches for who is at the other end.",
        }
    }

    pub(super) fn other_encryption(&self) -> &'static str {
        match self.setting.site.as_ref().map(|site| site.protocol) {
            Some(Protocol::FtpsImplicit) => "--protocol ftps --port 21",
            _ => "--protocol ftps-implicit --port 990",
        }
    }

    /// What the failure says of itself, as a sentence; only for codes whose details Slipway itself has written.
    pub(super) fn detail(&self) -> String {
        let detail = inline(self.failure.detail.trim_end_matches('.'));
        let about = self.failure.path.as_deref().map(inline).unwrap_or_default();
        let mut letters = detail.chars();
        match letters.next() {
            None => String::new(),
            // The name of a file is written as it is.
            Some(_) if !about.is_empty() && detail.starts_with(&about) => format!("{detail}."),
            Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        }
    }

    /// Whether it is the folder that the site's own commands should have made.
    pub(super) fn lacks_output(&self) -> bool {
        let own = self.setting.site.as_ref().map(|site| site.folder.to_string_lossy());
        self.failure.stage == Some(RunState::Building) && own.as_deref() != self.failure.path.as_deref()
    }

    pub(super) fn log(&self) -> String {
        match &self.setting.logs {
            Some(logs) => format!("They are in the newest file in {}", inline(&logs.to_string_lossy())),
            None => "Run the command again with -v to see them.".to_owned(),
        }
    }

    /// The environment variable, where it is known of which site.
    pub(super) fn by_variable(&self) -> Option<String> {
        let variable = password::variable(self.setting.name.as_ref()?);
        Some(format!("Or give it in the environment variable {variable}."))
    }

    pub(super) fn nothing_added(&self) -> &'static str {
        if self.setting.doing == Doing::Add { " Nothing was added." } else { "" }
    }
}
