//! Folder trees: made, read and compared.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Writes files below `folder`, with the folders that they need. Paths are relative and use `/`.
///
/// # Panics
/// When a file cannot be written.
pub fn write_tree(folder: &Path, files: &[(&str, &[u8])]) {
    for (path, content) in files {
        let path = folder.join(path);
        let parent = path.parent().unwrap();
        fs::create_dir_all(parent).unwrap_or_else(|error| panic!("{}: {error}", parent.display()));
        fs::write(&path, content).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

/// Writes a small site of `files` files (at least its `index.html`) and gives their paths, sorted.
///
/// The same seed gives the same bytes. Pages, style sheets and pictures of 0 to 20,000 bytes are spread over
/// nested folders; some names have spaces, umlauts and a leading dot.
///
/// # Panics
/// When a file cannot be written.
pub fn sample_tree(folder: &Path, seed: u64, files: usize) -> Vec<String> {
    const FOLDERS: [&str; 6] = ["", "css/", "img/", "blog/", "blog/2024/05/", "größe und maß/"];
    const NAMES: [&str; 6] =
        ["page.html", "style.css", "picture.png", "two words.txt", "naïve.js", ".hidden"];
    let mut random = Random(seed);
    let mut paths = Vec::new();
    for number in 0..files.max(1) {
        let path = if number == 0 {
            "index.html".to_owned()
        } else {
            let place = FOLDERS[random.below(FOLDERS.len())];
            let name = NAMES[random.below(NAMES.len())];
            let (stem, extension) = name.rsplit_once('.').unwrap();
            format!("{place}{stem}.{number}.{extension}").replace("..", ".")
        };
        // Most files of a site are small; one in sixteen is empty.
        let length = random.below(20_000) * random.below(16) / 15;
        let content: Vec<u8> = (0..length).map(|_| random.next() as u8).collect();
        write_tree(folder, &[(&path, &content)]);
        paths.push(path);
    }
    paths.sort();
    paths
}

/// SplitMix64, written out because its numbers must stay the same for ever.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

/// Every file below `folder`: its path with `/`, and the SHA-256 of its content. Folders are not listed.
///
/// # Panics
/// When something cannot be read.
pub fn snapshot(folder: &Path) -> BTreeMap<String, [u8; 32]> {
    let mut files = BTreeMap::new();
    collect(folder, "", &mut files);
    files
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, [u8; 32]>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().to_str().expect("a name in UTF-8"));
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{path}/"), files);
        } else {
            let content = fs::read(entry.path()).unwrap_or_else(|error| panic!("{path}: {error}"));
            files.insert(path, Sha256::digest(content).into());
        }
    }
}

/// Checks that both folders hold the same files, byte for byte.
///
/// `.slipway` in the top folder is left out, and so is each path in `ignore` (relative, with `/`) with what
/// lies below it. Empty folders do not count.
///
/// # Panics
/// When they differ, naming every path that is missing, extra or different.
#[track_caller]
pub fn assert_same_tree(left: &Path, right: &Path, ignore: &[&str]) {
    let ignored = |path: &str| {
        ignore
            .iter()
            .chain(&[".slipway"])
            .any(|skip| path.strip_prefix(skip).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    };
    let read = |folder: &Path| {
        let mut files = snapshot(folder);
        files.retain(|path, _| !ignored(path));
        files
    };
    let (in_left, in_right) = (read(left), read(right));
    let mut differences = Vec::new();
    for (path, hash) in &in_left {
        match in_right.get(path) {
            None => differences.push(format!("only in the first: {path}")),
            Some(other) if other != hash => differences.push(format!("different: {path}")),
            Some(_) => {}
        }
    }
    let extra = in_right.keys().filter(|path| !in_left.contains_key(*path));
    differences.extend(extra.map(|path| format!("only in the second: {path}")));
    assert!(
        differences.is_empty(),
        "{} and {} differ:\n{}",
        left.display(),
        right.display(),
        differences.join("\n")
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::catch_unwind;

    #[test]
    fn a_sample_tree_depends_on_its_seed_alone() {
        let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
        let paths = sample_tree(folders[0].path(), 7, 60);
        assert_eq!(paths, sample_tree(folders[1].path(), 7, 60));
        sample_tree(folders[2].path(), 8, 60);
        assert_eq!(paths.len(), 60);
        assert_same_tree(folders[0].path(), folders[1].path(), &[]);
        assert_ne!(snapshot(folders[0].path()), snapshot(folders[2].path()));
    }

    #[test]
    fn every_kind_of_difference_is_named() {
        let (left, right) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        write_tree(left.path(), &[("same", b"1"), ("a/changed", b"1"), ("gone", b"1"), (".slipway/x", b"1")]);
        write_tree(right.path(), &[("same", b"1"), ("a/changed", b"2"), ("new", b"1"), (".htaccess", b"1")]);
        let (l, r) = (left.path().to_owned(), right.path().to_owned());
        let panic = catch_unwind(move || assert_same_tree(&l, &r, &[".htaccess"])).unwrap_err();
        let message = panic.downcast_ref::<String>().unwrap();
        let lines: Vec<&str> = message.lines().skip(1).collect();
        assert_eq!(lines, ["different: a/changed", "only in the first: gone", "only in the second: new"]);
        assert_same_tree(left.path(), right.path(), &["a", "gone", "new", ".htaccess"]);
    }
}
