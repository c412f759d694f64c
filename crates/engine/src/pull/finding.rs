//! What a pull leaves out or as it is, and why.

use serde::{Deserialize, Serialize};

/// Something that a pull did not bring down.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PullFinding {
    /// Why.
    pub kind: PullFindingKind,
    /// The path below the publish folder, fit to be shown.
    pub path: String,
}

/// Why a pull did not bring something down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PullFindingKind {
    /// On the server it is a link, a device or the like.
    NotAFile,
    /// The server does not let us look into this folder.
    Closed,
    /// Its name can't be read, or can't be said to a server, or the server does not know it by its name.
    NameUnreadable,
    /// This computer can't hold the name, or takes it for something else.
    NameNotAllowed,
    /// Another file or folder of the server has the same name, as this computer or the server sees it.
    SameName,
    /// It is of what publishes leave out.
    LeftOut,
    /// Here, a link, a folder or something else is in its place, or in that of a folder above it.
    InTheWay,
    /// What lies here in its place can't be read.
    Unreadable,
    /// It is a file of this computer that must not be replaced.
    Protected,
    /// It was removed from the server while the pull was under way.
    Gone,
}

impl PullFindingKind {
    /// In plain words.
    pub fn text(self) -> &'static str {
        match self {
            Self::NotAFile => "is a link or no regular file on the server and was left out",
            Self::Closed => "can't be looked into on the server and was left out",
            Self::NameUnreadable => {
                "has a name that can't be read, or not as the server spells it, and was left out"
            }
            Self::NameNotAllowed => "has a name that is not safe on this computer and was left out",
            Self::SameName => "has the same name as another file on the server and was left out",
            Self::LeftOut => "is left out of publishes, and was left out",
            Self::InTheWay => "was left out: something else is in its place on this computer",
            Self::Unreadable => "was left out: what is in its place on this computer can't be read",
            Self::Protected => "was left out: the file of this name on this computer is never replaced",
            Self::Gone => "was removed from the server meanwhile and was left out",
        }
    }

    /// A finding of this kind.
    pub(crate) fn at(self, path: impl ToString) -> PullFinding {
        let shown = |c: char| if c.is_control() { '\u{fffd}' } else { c };
        PullFinding { kind: self, path: path.to_string().chars().map(shown).collect() }
    }
}
