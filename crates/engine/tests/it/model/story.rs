//! What may happen to a site, as data that shrinks to a few readable lines.

use proptest::prelude::*;
use slipway_core::OnConflict;
use slipway_remote::faulty::Fault;
use slipway_remote::memory::MemoryOptions;
use slipway_remote::{RemoteError, Reply};

/// Few enough to meet again and again, simple ones first: several scripts, deep folders, each turn of the switch-over,
/// files that are folders of others, and twins in case.
const PATHS: [&str; 15] = [
    "index.html",
    "style.css",
    "a",
    "a/index.html",
    "a/b",
    "a/b/c/d/e/deep.html",
    "about.html",
    "photo.jpg",
    "Photo.JPG",
    "über/straße.html",
    "日本/頁.html",
    "сайт/файл.css",
    "صور/صفحة.html",
    ".htaccess",
    "e/f.xml",
];

/// Something that happens.
#[derive(Debug, Clone)]
pub(super) enum Happening {
    /// A file gets new content in the folder here; what stands in its way goes. `size` is what is added to a few bytes
    /// that no other version has; 0 makes it empty.
    Write { path: &'static str, size: usize },
    /// A file goes from the folder here.
    Remove { path: &'static str },
    /// Someone else writes a file on the server, of the size of what is there where that can be told all the same.
    ForeignWrite { path: &'static str, same_size: bool },
    /// Someone else takes a file off the server.
    ForeignRemove { path: &'static str },
    /// The folder is published.
    Publish(Publish),
    /// A version is put back: so many before the newest, as far as there are so many.
    Undo { back: usize, how: Publish },
    /// Something happens to content that is kept on this computer: to the n-th file of it.
    Harm { nth: usize, how: Harm },
}

/// What may happen to kept content: the first is also what a kill leaves while a version is being kept.
#[derive(Debug, Clone, Copy)]
pub(super) enum Harm {
    Lose,
    Shorten,
    Alter,
}

/// A publish, and what goes wrong during it.
#[derive(Debug, Clone)]
pub(super) struct Publish {
    pub(super) on_conflict: OnConflict,
    pub(super) full_check: bool,
    pub(super) keep_removed: bool,
    /// Faults, each at an operation counted from 0.
    pub(super) faults: Vec<(usize, Fault)>,
    /// The operation at which the process is killed.
    pub(super) killed_at: Option<usize>,
}

impl Publish {
    /// Nothing goes wrong, and the server is looked at.
    pub(super) fn undisturbed() -> Self {
        Self {
            on_conflict: OnConflict::Replace,
            full_check: true,
            keep_removed: false,
            faults: Vec::new(),
            killed_at: None,
        }
    }
}

/// A server, and what happens in turn.
pub(super) fn stories() -> impl Strategy<Value = (MemoryOptions, Vec<Happening>)> {
    (servers(), prop::collection::vec(happenings(), 1..24))
}

fn servers() -> impl Strategy<Value = MemoryOptions> {
    let able = || prop::bool::weighted(0.8);
    (able(), able(), able(), able()).prop_map(|(mlsd, mdtm, rename_over, case_sensitive)| MemoryOptions {
        mlsd,
        mdtm,
        rename_over,
        case_insensitive: !case_sensitive,
        ..MemoryOptions::default()
    })
}

fn happenings() -> impl Strategy<Value = Happening> {
    // Most happens to a few, so that different things happen to the same one.
    let path = || prop_oneof![3 => prop::sample::select(&PATHS[..4]), 1 => prop::sample::select(&PATHS[..])];
    prop_oneof![
        6 => (path(), 0..40usize).prop_map(|(path, size)| Happening::Write { path, size }),
        2 => path().prop_map(|path| Happening::Remove { path }),
        1 => (path(), any::<bool>())
            .prop_map(|(path, same_size)| Happening::ForeignWrite { path, same_size }),
        1 => path().prop_map(|path| Happening::ForeignRemove { path }),
        4 => publishes().prop_map(Happening::Publish),
        3 => (0..4usize, publishes()).prop_map(|(back, how)| Happening::Undo { back, how }),
        2 => (0..8usize, harms()).prop_map(|(nth, how)| Happening::Harm { nth, how }),
    ]
}

fn harms() -> impl Strategy<Value = Harm> {
    prop::sample::select(&[Harm::Lose, Harm::Shorten, Harm::Alter][..])
}

fn publishes() -> impl Strategy<Value = Publish> {
    let on_conflict = prop::sample::select(&[OnConflict::Abort, OnConflict::Keep, OnConflict::Replace][..]);
    let faults = prop::collection::vec((0..70usize, faults()), 0..3);
    let killed_at = prop::option::weighted(0.3, 0..45usize);
    let unusual = || prop::bool::weighted(0.2);
    (on_conflict, unusual(), unusual(), faults, killed_at).prop_map(
        |(on_conflict, full_check, keep_removed, faults, killed_at)| Publish {
            on_conflict,
            full_check,
            keep_removed,
            faults,
            killed_at,
        },
    )
}

fn faults() -> impl Strategy<Value = Fault> {
    let reply = |code, text| Reply::new(code, text);
    prop_oneof![
        Just(Fault::LostBefore),
        Just(Fault::LostAfter),
        (1..9u64).prop_map(Fault::Truncate),
        Just(Fault::Error(RemoteError::Denied(reply(550, "Permission denied")))),
        Just(Fault::Error(RemoteError::Full(reply(552, "Quota exceeded")))),
        Just(Fault::Error(RemoteError::TooManyConnections(reply(421, "Too many connections")))),
    ]
}
