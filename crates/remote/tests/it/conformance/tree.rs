//! Folders, listings, renames, removals.

use slipway_core::RemotePath;
use slipway_remote::{EntryKind, Made, RemoteError, Rename};

use super::{Ground, bytes_to, call, connect, path, paths};

pub(crate) async fn begins_without_a_publish_folder(ground: &mut Ground<'_>) {
    let root = [RemotePath::root()];
    let listed = call!(ground, list, root);
    assert!(matches!(listed[0], Err(RemoteError::NotFound(_))), "{listed:?}");
    let stored = ground.upload(&[bytes_to("early.txt", b"too early")]).await;
    assert!(stored[0].is_err(), "{stored:?}");

    let wanted = [RemotePath::root(), path("shared"), path("shared/deep")];
    let mut remotes = Vec::new();
    for _ in 0..4 {
        remotes.push(connect(ground.connector).await);
    }
    let [a, b, c, d] = <[_; 4]>::try_from(remotes).ok().unwrap();
    let make = async |mut remote: Box<dyn slipway_remote::Remote>| {
        let mut made = Vec::new();
        remote.make_folders(&wanted, &mut |_, outcome| made.push(outcome)).await.unwrap();
        remote.close().await;
        made
    };
    let (a, b, c, d) = tokio::join!(make(a), make(b), make(c), make(d));
    for (i, folder) in wanted.iter().enumerate() {
        let made: Vec<_> = [&a, &b, &c, &d].iter().map(|made| made[i].clone().unwrap()).collect();
        assert_eq!(made.iter().filter(|made| **made == Made::New).count(), 1, "{folder:?}: {made:?}");
    }
    assert_eq!(call!(ground, make_folders, root), [Ok(Made::Existed)]);
    assert_eq!(ground.names("").await, ["shared"]);
    assert_eq!(ground.names("shared").await, ["deep"]);
    assert!(ground.names("shared/deep").await.is_empty());
}

pub(crate) async fn makes_and_removes_folders(ground: &mut Ground<'_>) {
    ground.make(&["folders", "folders/a", "folders/a/b"]).await;
    let again = call!(ground, make_folders, paths(&["folders", "folders/a", "folders/c", "folders/a/b"]));
    assert_eq!(again, [Ok(Made::Existed), Ok(Made::Existed), Ok(Made::New), Ok(Made::Existed)]);

    ground.put(&[("folders/file", b"x")]).await;
    let made = call!(ground, make_folders, paths(&["folders/none/x", "folders/file", "folders/file/x"]));
    assert!(made.iter().all(Result::is_err), "{made:?}");
    assert_eq!(ground.names("folders").await, ["a", "c", "file"]);

    let doomed = paths(&["folders/a", "folders/none", "folders/file", "folders/a/b", "folders/a"]);
    let removed = call!(ground, remove_folders, doomed);
    assert!(removed[0].is_err(), "a folder with something in it: {removed:?}");
    assert!(matches!(removed[1], Err(RemoteError::NotFound(_))), "{removed:?}");
    assert!(removed[2].is_err(), "a file: {removed:?}");
    assert_eq!(removed[3..], [Ok(()), Ok(())]);
    assert_eq!(ground.names("folders").await, ["c", "file"]);
}

pub(crate) async fn lists_what_is_there(ground: &mut Ground<'_>) {
    ground.make(&["list", "list/folder", "list/empty"]).await;
    let files: [(&str, &[u8]); 4] = [
        ("list/index.html", b"<p>"),
        ("list/.htaccess", b"Deny from all\n"),
        ("list/empty.txt", b""),
        ("list/folder/inner", b"1234567"),
    ];
    let stored = ground.put(&files).await;
    let mut expected = vec![
        (".htaccess", EntryKind::File, 14, stored[1].modified),
        ("empty", EntryKind::Folder, 0, None),
        ("empty.txt", EntryKind::File, 0, stored[2].modified),
        ("folder", EntryKind::Folder, 0, None),
        ("index.html", EntryKind::File, 3, stored[0].modified),
    ];
    #[cfg(unix)]
    if let Some(disk) = &ground.habits.disk {
        std::os::unix::fs::symlink("index.html", disk.join("list/link")).unwrap();
        let (kind, size) = ground.habits.link;
        expected.push(("link", kind, size, None));
    }
    let folders = paths(&["list", "list/none", "list/folder", "list/empty"]);
    let listed = call!(ground, list, folders);
    assert!(matches!(listed[1], Err(RemoteError::NotFound(_))), "{:?}", listed[1]);
    let mut found: Vec<_> = listed[0].as_ref().unwrap().iter().collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    let mlsd = ground.remote.features().mlsd;
    for (entry, (name, kind, size, modified)) in found.iter().zip(&expected) {
        assert_eq!((entry.name.as_str(), entry.kind, entry.size), (*name, *kind, *size));
        if entry.kind == EntryKind::File && entry.name != "link" {
            // All servers that can list for programs can also tell a file's time.
            assert_eq!(entry.modified, modified.filter(|_| mlsd), "{name}");
        }
    }
    assert_eq!(found.len(), expected.len(), "{found:?}");
    assert_eq!(listed[2].as_ref().unwrap().len(), 1);
    assert!(listed[3].as_ref().unwrap().is_empty());
}

pub(crate) async fn says_what_is_missing(ground: &mut Ground<'_>) {
    ground.make(&["missing"]).await;
    ground.put(&[("missing/here", b"x")]).await;
    let files = paths(&["missing/none", "missing/here", "nowhere/none"]);
    let sizes = call!(ground, sizes, files);
    assert_eq!(sizes[1], Ok(1));
    assert!(not_found(&sizes[0]) && not_found(&sizes[2]), "{sizes:?}");
    let times = call!(ground, times, files);
    if ground.remote.features().mdtm {
        assert!(times[1].is_ok() && not_found(&times[0]) && not_found(&times[2]), "{times:?}");
    } else {
        assert!(times.iter().all(|time| matches!(time, Err(RemoteError::Unsupported(_)))), "{times:?}");
    }
    let fetched = [ground.get_from("missing/none", 0).await, ground.get_from("nowhere/none", 0).await];
    assert!(fetched.iter().all(not_found), "{fetched:?}");
    let removed = call!(ground, remove_files, files);
    assert!(removed[1].is_ok() && not_found(&removed[0]) && not_found(&removed[2]), "{removed:?}");
    ground.has_not("missing/here").await;
    // Some servers say that there is no file of this name, which is true of a folder.
    let removed = call!(ground, remove_files, [path("missing")]);
    assert!(removed[0].is_err(), "a folder: {removed:?}");
    assert_eq!(call!(ground, remove_folders, [path("missing")]), [Ok(())]);
}

fn not_found<T>(outcome: &Result<T, RemoteError>) -> bool {
    matches!(outcome, Err(RemoteError::NotFound(_)))
}

pub(crate) async fn renames(ground: &mut Ground<'_>) {
    ground.make(&["rename", "rename/sub"]).await;
    let files: [(&str, &[u8]); 4] = [
        ("rename/new", b"new content"),
        ("rename/old", b"old"),
        ("rename/moves", b"moves"),
        ("rename/stays", b"stays"),
    ];
    ground.put(&files).await;
    let to = |from: &str, to: &str| Rename { from: path(from), to: path(to) };
    let renamed = call!(
        ground,
        rename,
        [
            to("rename/new", "rename/old"),
            to("rename/stays", "nowhere/x"),
            to("rename/none", "rename/old"),
            to("rename/moves", "rename/sub/first"),
            to("rename/sub/first", "rename/sub/second"),
            to("rename/stays", "rename/sub/none/x"),
        ]
    );
    assert!(renamed[1].is_err() && renamed[2].is_err() && renamed[5].is_err(), "{renamed:?}");
    assert_eq!([&renamed[0], &renamed[3], &renamed[4]], [&Ok(()); 3], "{renamed:?}");
    assert_eq!(ground.names("rename").await, ["old", "stays", "sub"]);
    assert_eq!(ground.names("rename/sub").await, ["second"]);
    ground.has("rename/old", b"new content").await;
    ground.has("rename/stays", b"stays").await;
    ground.has("rename/sub/second", b"moves").await;

    let onto_folder = call!(ground, rename, [to("rename/stays", "rename/sub")]);
    assert!(onto_folder[0].is_err(), "{onto_folder:?}");
    ground.has("rename/stays", b"stays").await;
    ground.has("rename/sub/second", b"moves").await;
}

pub(crate) async fn two_connections_at_once(ground: &mut Ground<'_>) {
    ground.make(&["two"]).await;
    let mut other = Ground {
        connector: ground.connector,
        remote: connect(ground.connector).await,
        habits: ground.habits.clone(),
        reconnected: 0,
    };
    let big = super::noise(700_000);
    let here: [(&str, &[u8]); 3] = [("two/a", &big), ("two/b", b"b"), ("two/c", &big)];
    let there: [(&str, &[u8]); 3] = [("two/x", &big), ("two/y", b"y"), ("two/z", &big)];
    tokio::join!(ground.put(&here), other.put(&there));
    assert_eq!(ground.names("two").await, ["a", "b", "c", "x", "y", "z"]);
    tokio::join!(ground.has("two/z", &big), other.has("two/a", &big));
    other.remote.close().await;
    ground.has("two/y", b"y").await;
}
