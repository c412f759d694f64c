//! Names as people give them.

use slipway_core::RemotePath;
use slipway_remote::{EntryKind, Made, RemoteError, Rename};

use super::{Ground, bytes_to, call};

/// Each is a name of a file, and of a folder. Names of 255 bytes come with them.
const NAMES: &[&str] = &[
    "in side",
    "two  spaces",
    " leading",
    "trailing ",
    "   ",
    "\"quoted\"",
    "\"",
    "it's",
    "50%",
    "%41%0d%0a",
    "#1",
    "what?",
    "*",
    "a*b",
    "[a]",
    "{a,b}",
    "semi; colon;",
    "a -> b",
    "a=b&c|d<e>f",
    "$HOME",
    "`id`",
    "~",
    "~root",
    "-rf",
    "-a",
    "--",
    ".htaccess",
    "...",
    "..a",
    "back\\slash",
    "co:lon",
    "(1) copy",
    "\u{1f600}.png",
    "\u{41f}\u{440}\u{438}\u{432}\u{435}\u{442}.html",
    "\u{645}\u{631}\u{62d}\u{628}\u{627}",
    "\u{65e5}\u{672c}\u{8a9e}",
    "u\u{308}ber.html",
    "nbsp\u{a0}\u{2028}\u{feff}",
    "226 Transfer complete",
];

pub(crate) async fn bears_odd_names(ground: &mut Ground<'_>) {
    ground.make(&["names", "names/files", "names/folders"]).await;
    let long = ["x".repeat(255), "\u{e9}".repeat(127) + "y"];
    let all: Vec<&str> = NAMES.iter().copied().chain(long.iter().map(String::as_str)).collect();
    files(ground, &all).await;
    folders(ground, &all).await;
}

async fn files(ground: &mut Ground<'_>, all: &[&str]) {
    let at = |name: &str| RemotePath::new(&format!("names/files/{name}")).unwrap();
    let (lost, kept): (Vec<&str>, Vec<&str>) =
        all.iter().partition(|name| ground.habits.lost_names.contains(name));
    for name in lost {
        let stored = ground.upload(&[bytes_to(at(name).as_str(), b"lost")]).await;
        assert!(stored[0].is_err(), "{name:?} is not lost after all");
        let left: Vec<RemotePath> = ground.names("names/files").await.iter().map(|name| at(name)).collect();
        let removed = call!(ground, remove_files, left);
        assert!(removed.iter().all(Result::is_ok), "{name:?}: {removed:?}");
    }

    let uploads: Vec<_> = kept.iter().map(|name| bytes_to(at(name).as_str(), name.as_bytes())).collect();
    let stored = ground.upload(&uploads).await;
    for (name, outcome) in kept.iter().zip(stored) {
        let stored = outcome.unwrap_or_else(|error| panic!("{name:?}: {error:?}"));
        assert_eq!(stored.size, name.len() as u64, "{name:?}");
    }
    let mut expected: Vec<(String, u64)> =
        kept.iter().map(|name| (at(name).name().to_owned(), name.len() as u64)).collect();
    expected.sort();
    let listed = ground.list("names/files").await.into_values();
    let listed: Vec<(String, u64)> = listed.map(|entry| (entry.name, entry.size)).collect();
    assert_eq!(listed, expected);
    if let Some(disk) = &ground.habits.disk {
        let entries = std::fs::read_dir(disk.join("names/files")).unwrap();
        let mut there: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        there.sort();
        assert_eq!(there, expected.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>());
    }

    let files: Vec<RemotePath> = kept.iter().map(|name| at(name)).collect();
    let away: Vec<Rename> = files
        .iter()
        .enumerate()
        .map(|(i, file)| (file, at(&format!("{i}"))))
        .map(|(from, to)| Rename { from: from.clone(), to })
        .collect();
    let back: Vec<Rename> =
        away.iter().map(|Rename { from, to }| Rename { from: to.clone(), to: from.clone() }).collect();
    for renames in [away, back] {
        for (rename, outcome) in renames.iter().zip(call!(ground, rename, renames)) {
            assert_eq!(outcome, Ok(()), "{rename:?}");
        }
    }
    for (name, size) in kept.iter().zip(call!(ground, sizes, files)) {
        assert_eq!(size, Ok(name.len() as u64), "{name:?}");
        ground.has(at(name).as_str(), name.as_bytes()).await;
    }
    for (name, removed) in kept.iter().zip(call!(ground, remove_files, files)) {
        assert_eq!(removed, Ok(()), "{name:?}");
    }
    assert!(ground.names("names/files").await.is_empty());
    for (name, size) in kept.iter().zip(call!(ground, sizes, files)) {
        assert!(matches!(size, Err(RemoteError::NotFound(_))), "{name:?}: {size:?}");
    }
}

async fn folders(ground: &mut Ground<'_>, all: &[&str]) {
    let at = |name: &str| RemotePath::new(&format!("names/folders/{name}")).unwrap();
    let (lost, kept): (Vec<&str>, Vec<&str>) =
        all.iter().partition(|name| ground.habits.lost_folders.contains(name));
    for name in lost {
        let made = call!(ground, make_folders, [at(name)]);
        let found = ground.names("names/folders").await;
        assert!(made[0].is_err() || found != [name], "{name:?} is not lost after all");
        let left: Vec<RemotePath> = found.iter().map(|name| at(name)).collect();
        let removed = call!(ground, remove_folders, left);
        assert!(removed.iter().all(Result::is_ok), "{name:?}: {removed:?}");
    }

    let folders: Vec<RemotePath> = kept.iter().map(|name| at(name)).collect();
    for expected in [Made::New, Made::Existed] {
        for (name, made) in kept.iter().zip(call!(ground, make_folders, folders)) {
            assert_eq!(made, Ok(expected), "{name:?}");
        }
    }
    let mut expected: Vec<String> = folders.iter().map(|folder| folder.name().to_owned()).collect();
    expected.sort();
    let found = ground.list("names/folders").await;
    assert!(found.values().all(|entry| entry.kind == EntryKind::Folder), "{found:?}");
    assert_eq!(found.into_keys().collect::<Vec<_>>(), expected);

    let inside: Vec<RemotePath> = folders.iter().map(|folder| folder.join("in side").unwrap()).collect();
    let uploads: Vec<_> = inside.iter().map(|file| bytes_to(file.as_str(), b"inside")).collect();
    for (upload, stored) in uploads.iter().zip(ground.upload(&uploads).await) {
        assert!(stored.is_ok(), "{:?}: {stored:?}", upload.to);
    }
    for (name, listed) in kept.iter().zip(call!(ground, list, folders)) {
        let names: Vec<String> = listed.unwrap().into_iter().map(|entry| entry.name).collect();
        assert_eq!(names, ["in side"], "{name:?}");
    }
    for (file, removed) in inside.iter().zip(call!(ground, remove_files, inside)) {
        assert_eq!(removed, Ok(()), "{file:?}");
    }
    for (name, removed) in kept.iter().zip(call!(ground, remove_folders, folders)) {
        assert_eq!(removed, Ok(()), "{name:?}");
    }
    assert!(ground.names("names/folders").await.is_empty());
}
