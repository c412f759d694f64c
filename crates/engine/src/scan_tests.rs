//! What a scan finds, on a real folder.

use std::fs::File;
use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::sources::scan_sources;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (path, content) in files {
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, content).unwrap();
    }
    folder
}

fn age(folder: &TempDir, path: &str, seconds: u64) {
    let file = File::options().write(true).open(folder.path().join(path)).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(seconds)).unwrap();
}

fn scan_with(folder: &TempDir, cache: &HashMap<Box<str>, CachedHash>, compare: Compare) -> Scanned {
    let excludes = Excludes::new(&["*.psd".to_owned()], &[]).unwrap();
    let name = slipway_core::SiteName::new("test").unwrap();
    let site = slipway_core::Site::new(name, folder.path().to_owned(), "host", "anna");
    scan_sources(&site, &excludes, cache, compare, &CancellationToken::new()).unwrap()
}

fn scan_new(folder: &TempDir) -> Scanned {
    scan_with(folder, &HashMap::new(), Compare::Modified)
}

fn paths(scanned: &Scanned) -> Vec<&str> {
    scanned.manifest.keys().map(RemotePath::as_str).collect()
}

#[test]
fn finds_files_with_their_digests_and_leaves_out_what_should_be() {
    let folder = folder(&[
        ("index.html", "abc"),
        (".htaccess", ""),
        (".well-known/security.txt", "x"),
        (".git/config", "x"),
        ("sub/.env", "SECRET=1"),
        ("sub/draft.psd", "x"),
        ("node_modules/a/b.js", "x"),
        (".slipway/old", "x"),
    ]);
    let scanned = scan_new(&folder);
    assert_eq!(paths(&scanned), [".htaccess", ".well-known/security.txt", "index.html"]);
    let index = &scanned.manifest[&RemotePath::new("index.html").unwrap()];
    // FIPS 180-4, the digest of "abc".
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!((index.size, index.sha256.to_string().as_str()), (3, expected));
    assert!(scanned.judge().is_ok());
}

#[test]
fn reads_only_what_looks_changed_unless_told_otherwise() {
    let folder = folder(&[("old.css", "one"), ("young.css", "two"), ("gone.css", "three")]);
    age(&folder, "old.css", 60);
    age(&folder, "gone.css", 60);
    let first = scan_new(&folder);
    let fresh: Vec<&str> = first.fresh.iter().map(|(path, _)| &**path).collect();
    assert!(!fresh.contains(&"young.css"), "it could change again within the same tick");
    let mut cache: HashMap<Box<str>, CachedHash> = first.fresh.iter().cloned().collect();
    assert_eq!(cache.len(), 2);
    // A wrong digest in the cache shows whether the file was read.
    cache.get_mut("old.css").unwrap().sha256 = slipway_core::Sha256([9; 32]);
    std::fs::remove_file(folder.path().join("gone.css")).unwrap();

    let old = RemotePath::new("old.css").unwrap();
    let trusting = scan_with(&folder, &cache, Compare::Modified);
    assert_eq!(trusting.manifest[&old].sha256, slipway_core::Sha256([9; 32]));
    assert_eq!(trusting.gone, ["gone.css".into()]);
    let reading = scan_with(&folder, &cache, Compare::Checksum);
    assert_eq!(reading.manifest[&old].sha256, first.manifest[&old].sha256);
    age(&folder, "old.css", 30);
    let touched = scan_with(&folder, &cache, Compare::Modified);
    assert_eq!(touched.manifest[&old].sha256, first.manifest[&old].sha256);
}

#[cfg(unix)]
#[test]
fn links_and_devices_are_reported_and_not_followed() {
    let folder = folder(&[("index.html", "x"), ("real/page.html", "x")]);
    std::os::unix::fs::symlink("index.html", folder.path().join("link.html")).unwrap();
    std::os::unix::fs::symlink("real", folder.path().join("folder-link")).unwrap();
    std::os::unix::fs::symlink(".", folder.path().join("loop")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
    let scanned = scan_new(&folder);
    assert_eq!(paths(&scanned), ["index.html", "real/page.html"]);
    let found: Vec<(FindingKind, &str)> =
        scanned.findings.iter().map(|f| (f.kind, f.path.as_str())).collect();
    let link = FindingKind::Link;
    let expected =
        [(link, "folder-link"), (link, "link.html"), (link, "loop"), (FindingKind::Special, "socket")];
    assert_eq!(found, expected);
    assert!(scanned.judge().is_ok(), "they stop nothing");
}

#[cfg(unix)]
#[test]
fn names_that_cannot_be_sent_stop_the_publish() {
    use std::os::unix::ffi::OsStrExt;
    let folder = folder(&[("fine.html", "x"), ("a\nb.html", "x")]);
    let invalid = std::ffi::OsStr::from_bytes(b"latin\xe9.html");
    std::fs::write(folder.path().join(invalid), "x").unwrap();
    let failure = scan_new(&folder).judge().unwrap_err();
    assert_eq!((failure.code, failure.count), (Code::NameNotAllowed, Some(2)));
    assert!(!failure.path.unwrap().contains('\n'));
}

#[cfg(target_os = "linux")]
#[test]
fn accents_are_composed_and_two_spellings_of_one_name_told() {
    let folder = folder(&[("u\u{308}ber.html", "decomposed")]);
    let scanned = scan_new(&folder);
    let path = RemotePath::new("\u{fc}ber.html").unwrap();
    assert_eq!(paths(&scanned), [path.as_str()]);
    let file = &scanned.manifest[&path];
    assert!(folder.path().join(local_path(&path, file)).exists(), "found again under its own spelling");
    std::fs::write(folder.path().join("\u{fc}ber.html"), "composed").unwrap();
    let failure = scan_new(&folder).judge().unwrap_err();
    assert_eq!(failure.code, Code::NameNotAllowed);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_and_a_folder_of_one_name_in_two_spellings_are_told() {
    let folder = folder(&[("u\u{308}/page.html", "x"), ("\u{fc}", "x")]);
    assert_eq!(scan_new(&folder).judge().unwrap_err().code, Code::NameNotAllowed);
}

#[test]
fn an_empty_folder_is_refused() {
    assert_eq!(scan_new(&folder(&[])).judge().unwrap_err().code, Code::LocalFolderEmpty);
}
