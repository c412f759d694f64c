//! Whatever happens to the file, what is read from it is what was once written, or a typed error.

use std::ffi::OsString;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::*;

/// Made by other programs (Python's argon2-cffi and PyNaCl) after the description in the decision record.
const VERSION_1: &str = concat!(
    r#"{"format":"slipway-credentials","version":1,"argon2id":{"memory_kib":19456,"passes":2,"lanes":1},"salt":"AAECAwQFBgcICQoLDA0ODw==","cipher":"xchacha20poly1305","check":"xqPJSbGHVolpgtrIBvN8nQ=="}"#,
    "\n",
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXiaYjh1rxa7TpWLiakXFAA2VMoYY7diUAgP+lo9JR4KNiZHTB",
    "UmvkxhAm1wLrNE/B/s7K6H+evID65Z9ieeRnF/+OADp0o2eFIw8+",
    "\n",
    "sha256 8888d9584c1f31b21d4e9107bd8f4e03d5a7cdda75385967c8514882c85d2959\n",
);

fn folder() -> (tempfile::TempDir, DataDir) {
    let root = tempfile::tempdir().unwrap();
    let data = DataDir::open(Some(root.path())).unwrap();
    (root, data)
}

/// A new process, as far as this store can tell.
fn store(data: &DataDir, key: Option<&str>) -> FileStore {
    let key = key.map(OsString::from);
    let environment = Environment::new(move |name| key.clone().filter(|_| name == KEY_VARIABLE));
    FileStore::cheap(environment, data)
}

fn site(name: &str) -> SiteName {
    SiteName::new(name).unwrap()
}

fn password(text: &str) -> SiteCredentials {
    SiteCredentials::of(CredentialType::FtpPassword, &text.into())
}

/// User names and passwords in the open, by site.
type Plain = BTreeMap<String, (Option<String>, Option<String>)>;

fn content(store: &FileStore) -> Result<Plain, CredentialError> {
    let plain = |values: SiteCredentials| {
        (values.username, values.password.map(|password| password.expose_secret().to_owned()))
    };
    Ok(store.read()?.into_iter().map(|(site, values)| (site.into(), plain(values))).collect())
}

fn has_password(store: &FileStore, name: &str, expected: &str) {
    let kept = store.get(&site(name), &[]).unwrap();
    assert_eq!(kept.password.unwrap().expose_secret(), expected);
}

#[test]
fn a_file_of_version_1_is_read_for_ever() {
    let (_root, data) = folder();
    fs::write(data.credentials_file(), VERSION_1).unwrap();
    let store = store(&data, Some("correct horse \u{e9}"));
    let kept = store.get(&site("my shop"), &[]).unwrap();
    assert_eq!((kept.username.unwrap().as_str(), kept.password.unwrap().expose_secret()), ("anna", "s3cret"));
    store.set(&site("other"), &password("x")).unwrap();
    has_password(&store, "my shop", "s3cret");
}

#[test]
fn the_file_shows_nothing_and_no_two_are_alike() {
    let (_root, data) = folder();
    let store = store(&data, Some("phrase"));
    let mut files = Vec::new();
    for _ in 0..2 {
        store.set(&site("secret shop"), &password("s3cret")).unwrap();
        files.push(fs::read_to_string(data.credentials_file()).unwrap());
    }
    let (first, second) =
        (Sealed::parse(files[0].as_bytes()).unwrap(), Sealed::parse(files[1].as_bytes()).unwrap());
    assert_ne!(first.nonce, second.nonce);
    assert_ne!(first.header.salt, second.header.salt);
    assert!(!files[0].contains("secret") && !files[0].contains("s3cret"), "{}", files[0]);
    let shown = format!("{store:?}");
    assert!(!shown.contains("phrase\"") && !shown.contains("s3cret"), "{shown}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(data.credentials_file()).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

/// Each of these is an error of this kind, and leaves the file as it is.
fn refuses_all(store: &FileStore, data: &DataDir, expected: impl Fn(&CredentialError) -> bool) {
    let before = fs::read(data.credentials_file()).unwrap();
    let errors = [
        store.get(&site("a"), &[]).unwrap_err(),
        store.list(&[]).unwrap_err(),
        store.set(&site("a"), &password("new")).unwrap_err(),
        store.remove(&site("a"), &CredentialType::ALL).unwrap_err(),
    ];
    for error in errors {
        assert!(expected(&error), "{error}");
    }
    assert_eq!(fs::read(data.credentials_file()).unwrap(), before);
}

#[test]
fn a_wrong_key_is_told_and_writes_nothing() {
    let (_root, data) = folder();
    store(&data, Some("right")).set(&site("a"), &password("x")).unwrap();
    refuses_all(&store(&data, Some("wrong")), &data, |error| *error == CredentialError::KeyWrong);
    refuses_all(&store(&data, None), &data, |error| *error == CredentialError::KeyMissing);
    let empty = |error: &CredentialError| matches!(error, CredentialError::Invalid(said) if said.contains(KEY_VARIABLE));
    refuses_all(&store(&data, Some("")), &data, empty);
    assert_eq!(store(&data, None).available(), Err(CredentialError::KeyMissing));
    has_password(&store(&data, Some("right")), "a", "x");
}

#[test]
fn any_byte_altered_and_any_length_is_damage() {
    let (_root, data) = folder();
    let right = store(&data, Some("right"));
    right.set(&site("a"), &password("x")).unwrap();
    let file = data.credentials_file();
    let whole = fs::read(&file).unwrap();
    let damage = |bytes: &[u8]| match Sealed::parse(bytes).map(|_| ()).unwrap_err() {
        said if said.contains("cut short") => "cut short",
        said if said.contains("altered") => "altered",
        said => panic!("{said}"),
    };
    for at in 0..whole.len() {
        assert_eq!(damage(&whole[..at]), "cut short");
        for flip in 1..=255 {
            let mut altered = whole.clone();
            altered[at] ^= flip;
            // A line's end that is gone can't be told from a line that is.
            assert_eq!(damage(&altered), if whole[at] == b'\n' { "cut short" } else { "altered" });
        }
    }
    assert_eq!(damage(&[&whole[..], b"x"].concat()), "altered");
    for bytes in [&whole[..whole.len() - 1], b"", &[&whole[..9], b"~", &whole[10..]].concat()] {
        fs::write(&file, bytes).unwrap();
        for store in [&right, &store(&data, Some("right")), &store(&data, Some("wrong")), &store(&data, None)]
        {
            let damaged = |error: &CredentialError| matches!(error, CredentialError::Damaged { file: at, .. } if *at == file);
            refuses_all(store, &data, damaged);
            assert!(damaged(&store.available().unwrap_err()));
        }
    }
}

/// The file with another sum, as only someone who means to deceive makes it.
fn with_new_sum(file: &[u8]) -> Vec<u8> {
    use sha2::Digest;
    let sum = file.len() - 72;
    let digest = slipway_core::Sha256(sha2::Sha256::digest(&file[..sum]).into());
    [&file[..sum], format!("sha256 {digest}\n").as_bytes()].concat()
}

#[test]
fn what_was_altered_on_purpose_is_never_read() {
    let (_root, data) = folder();
    store(&data, Some("right")).set(&site("a"), &password("x")).unwrap();
    let file = data.credentials_file();
    let whole = fs::read(&file).unwrap();
    assert_eq!(with_new_sum(&whole), whole);
    let mut wrong_keys = 0;
    for at in 0..whole.len() - 72 {
        let mut altered = whole.clone();
        altered[at] ^= 1;
        fs::write(&file, with_new_sum(&altered)).unwrap();
        match content(&store(&data, Some("right"))) {
            Err(CredentialError::KeyWrong) => wrong_keys += 1,
            Err(CredentialError::Damaged { .. }) => {}
            other => panic!("byte {at}: {other:?}"),
        }
    }
    assert!(wrong_keys > 20, "{wrong_keys}");
    // A key that was right before is not taken for that of another file.
    let (_other_root, other) = folder();
    store(&other, Some("other")).set(&site("a"), &password("y")).unwrap();
    let used = store(&data, Some("right"));
    fs::write(&file, &whole).unwrap();
    has_password(&used, "a", "x");
    fs::copy(other.credentials_file(), &file).unwrap();
    refuses_all(&used, &data, |error| *error == CredentialError::KeyWrong);
}

#[test]
fn a_file_cannot_ask_for_all_memory_or_come_from_the_future() {
    let (_root, data) = folder();
    let store = store(&data, Some("right"));
    store.set(&site("a"), &password("x")).unwrap();
    let text = fs::read_to_string(data.credentials_file()).unwrap();
    for (from, to, said) in [
        ("\"memory_kib\":8", "\"memory_kib\":4294967295", "amount of work"),
        ("\"memory_kib\":8", "\"memory_kib\":7", "amount of work"),
        ("\"passes\":1", "\"passes\":0", "amount of work"),
        ("\"lanes\":1", "\"lanes\":0", "amount of work"),
        ("\"version\":1", "\"version\":2,\"more\":1", "newer Slipway"),
        ("\"version\":1", "\"version\":1,\"more\":1", "altered"),
        ("\"version\":1", "\"version\":0", "altered"),
    ] {
        assert!(text.contains(from));
        fs::write(data.credentials_file(), with_new_sum(text.replacen(from, to, 1).as_bytes())).unwrap();
        refuses_all(&store, &data, |error| error.to_string().contains(said));
    }
}

#[test]
fn a_person_is_asked_once_and_again_after_a_wrong_answer() {
    let (_root, data) = folder();
    let asked = Arc::new(AtomicUsize::new(0));
    let person = |answers: &'static [&'static str]| {
        let store = store(&data, None);
        let asked = Arc::clone(&asked);
        asked.store(0, Ordering::SeqCst);
        store.ask_key_with(Arc::new(move |purpose| {
            let answer = answers[asked.fetch_add(1, Ordering::SeqCst)];
            match (answer, purpose) {
                ("new", KeyFor::Create) | ("new" | "old" | "", KeyFor::Open) => Ok(answer.into()),
                _ => Err(CredentialError::Denied),
            }
        }));
        assert_eq!(store.available(), Ok(()));
        store
    };
    let store = person(&["no", "new"]);
    assert_eq!(store.list(&[]), Ok(Vec::new()));
    assert_eq!(store.get(&site("a"), &[]).unwrap_err(), CredentialError::NotFound);
    assert_eq!(store.remove(&site("a"), &CredentialType::ALL), Err(CredentialError::NotFound));
    assert_eq!(asked.load(Ordering::SeqCst), 0, "there is no file to be opened");
    assert_eq!(store.set(&site("a"), &password("x")), Err(CredentialError::Denied));
    store.set(&site("a"), &password("x")).unwrap();
    store.set(&site("a"), &password("y")).unwrap();
    has_password(&store, "a", "y");
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    let store = person(&["old", "", "new"]);
    assert_eq!(store.get(&site("a"), &[]).unwrap_err(), CredentialError::KeyWrong);
    assert!(matches!(store.get(&site("a"), &[]).unwrap_err(), CredentialError::Invalid(_)));
    has_password(&store, "a", "y");
    store.set(&site("b"), &password("z")).unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}

#[test]
fn a_pass_phrase_that_is_handed_in_is_tried_at_once_and_remembered() {
    let (_root, data) = folder();
    let window = store(&data, None);
    assert_eq!(window.needed_key(), Some(KeyFor::Create));
    assert!(matches!(window.unlock(&"".into()), Err(CredentialError::Invalid(_))));
    window.unlock(&"right".into()).unwrap();
    assert_eq!((window.needed_key(), content(&window).unwrap()), (None, Plain::new()));
    window.set(&site("a"), &password("secret")).unwrap();
    assert!(matches!(window.unlock(&"wrong".into()), Err(CredentialError::KeyWrong)));
    has_password(&window, "a", "secret");

    // What is in the environment does not come before what a person says.
    for key in [None, Some("wrong")] {
        let next_day = store(&data, key);
        assert_eq!(next_day.needed_key(), key.is_none().then_some(KeyFor::Open));
        assert!(matches!(next_day.unlock(&"wrong".into()), Err(CredentialError::KeyWrong)));
        content(&next_day).unwrap_err();
        next_day.unlock(&"right".into()).unwrap();
        has_password(&next_day, "a", "secret");
        assert_eq!(next_day.available(), Ok(()));
    }
    fs::write(data.credentials_file(), "damage").unwrap();
    assert!(matches!(window.unlock(&"right".into()), Err(CredentialError::Damaged { .. })));
}

#[test]
fn changes_at_the_same_time_are_all_kept() {
    let (_root, data) = folder();
    std::thread::scope(|scope| {
        for i in 0..8 {
            let data = &data;
            scope.spawn(move || {
                store(data, Some("k")).set(&site(&format!("site {i}")), &password("x")).unwrap();
            });
        }
    });
    assert_eq!(store(&data, Some("k")).list(&[]).unwrap().len(), 8);
}

#[derive(Debug, Clone)]
enum Change {
    Set(u8, Option<String>, Option<String>),
    Remove(u8, Vec<CredentialType>),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let text = || proptest::option::of("[^\\r\\n\\x00]{1,12}");
    let types = proptest::sample::subsequence(CredentialType::ALL.to_vec(), 0..=2);
    let change = prop_oneof![
        3 => (0..3u8, text(), text()).prop_map(|(site, user, password)| Change::Set(site, user, password)),
        1 => (0..3u8, types).prop_map(|(site, types)| Change::Remove(site, types)),
    ];
    proptest::collection::vec(change, 1..8)
}

/// What the change makes of the content; nothing where it is refused.
fn expected(model: &Plain, change: &Change) -> Option<Plain> {
    let mut after = model.clone();
    match change {
        Change::Set(_, None, None) => return None,
        Change::Set(at, username, password) => {
            let kept = after.entry(format!("s{at}")).or_default();
            kept.0 = username.clone().or(kept.0.take());
            kept.1 = password.clone().or(kept.1.take());
        }
        Change::Remove(at, types) => {
            let kept = after.get_mut(&format!("s{at}"))?;
            let user = types.contains(&CredentialType::FtpUsername) && kept.0.take().is_some();
            let password = types.contains(&CredentialType::FtpPassword) && kept.1.take().is_some();
            if !user && !password {
                return None;
            }
            if *kept == (None, None) {
                after.remove(&format!("s{at}"));
            }
        }
    }
    Some(after)
}

fn apply(store: &FileStore, change: &Change) -> Result<(), CredentialError> {
    match change {
        Change::Set(at, username, password) => {
            let password = password.as_deref().map(SecretString::from);
            store.set(&site(&format!("s{at}")), &SiteCredentials { username: username.clone(), password })
        }
        Change::Remove(at, types) => store.remove(&site(&format!("s{at}")), types),
    }
}

/// The system itself kills the writer at the very byte that goes beyond the limit on the size of files (`SIGXFSZ`,
/// setrlimit(2)).
#[cfg(target_os = "linux")]
#[test]
fn killed_at_any_byte_that_is_written() {
    use std::os::unix::process::ExitStatusExt;
    const INSIDE: &str = "SLIPWAY_TEST_INSIDE";
    const SIGXFSZ: i32 = 25;
    let test = "credentials::file::tests::killed_at_any_byte_that_is_written";
    let key = Some("key");
    if let Some(folder) = std::env::var_os(INSIDE) {
        let data = DataDir::open(Some(folder.as_ref())).unwrap();
        store(&data, key).set(&site("b"), &password(&"x".repeat(300))).unwrap();
        return;
    }
    let (_root, data) = folder();
    store(&data, key).set(&site("a"), &password("old")).unwrap();
    let old = fs::read(data.credentials_file()).unwrap();
    let mut kills = 0;
    for limit in (0..).step_by(19) {
        let ended = std::process::Command::new("prlimit")
            .arg(format!("--fsize={limit}"))
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", test])
            .env(INSIDE, data.path())
            .output()
            .unwrap();
        if ended.status.success() {
            assert!(String::from_utf8_lossy(&ended.stdout).contains("1 passed"), "{ended:?}");
            break;
        }
        assert_eq!(ended.status.signal(), Some(SIGXFSZ), "{ended:?}");
        assert_eq!(fs::read(data.credentials_file()).unwrap(), old, "killed at byte {limit}");
        has_password(&store(&data, key), "a", "old");
        kills += 1;
    }
    assert!(kills > 30, "{kills} kills");
    has_password(&store(&data, key), "b", &"x".repeat(300));
    has_password(&store(&data, key), "a", "old");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// After each change, the file is put into each state that a killed writer or a bad disk may leave.
    #[test]
    fn the_old_content_or_the_new_or_a_typed_error(
        changes in changes(),
        place in any::<proptest::sample::Index>(),
        flip in 1..=255u8,
        other_process in any::<bool>(),
    ) {
        let (root, data) = folder();
        let file = data.credentials_file();
        let read = || content(&store(&data, Some("k")));
        let mut current = store(&data, Some("k"));
        let mut model = Plain::new();
        for change in &changes {
            if other_process {
                current = store(&data, Some("k"));
            }
            let before = fs::read(&file).ok();
            let after = expected(&model, change);
            prop_assert_eq!(apply(&current, change).is_ok(), after.is_some());
            let Some(after) = after else {
                prop_assert_eq!(fs::read(&file).ok(), before, "a refused change writes nothing");
                continue;
            };
            let written = fs::read(&file).unwrap();
            prop_assert_eq!(&read().unwrap(), &after);
            prop_assert!(matches!(content(&store(&data, Some("other"))), Err(CredentialError::KeyWrong)));
            // Killed while it wrote beside the file, or before it moved that over the file.
            match &before {
                Some(before) => fs::write(&file, before).unwrap(),
                None => fs::remove_file(&file).unwrap(),
            }
            for left in [0, place.index(written.len()), written.len()] {
                fs::write(root.path().join(".tmpLEFT"), &written[..left]).unwrap();
                prop_assert_eq!(&read().unwrap(), &model);
            }
            let mut altered = written.clone();
            altered[place.index(written.len())] ^= flip;
            for bad in [&altered[..], &written[..place.index(written.len())]] {
                fs::write(&file, bad).unwrap();
                let is_damage = |error| matches!(error, CredentialError::Damaged { .. });
                prop_assert!(is_damage(read().unwrap_err()));
                prop_assert!(is_damage(apply(&current, change).unwrap_err()));
                prop_assert_eq!(&fs::read(&file).unwrap()[..], bad, "never written over");
            }
            fs::write(&file, &written).unwrap();
            model = after;
        }
    }
}
