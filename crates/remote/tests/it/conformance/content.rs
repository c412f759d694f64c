//! Bytes of files, up and down, and files' times.

use slipway_remote::{RESUME_FROM, RemoteError, Upload};

use super::{Ground, bytes_to, call, noise, path, paths};

pub(crate) async fn stores_bytes_as_they_are(ground: &mut Ground<'_>) {
    ground.make(&["bytes"]).await;
    let every_byte: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    let files: [(&str, &[u8]); 8] = [
        ("bytes/none", b""),
        ("bytes/one", b"\n"),
        ("bytes/unix.txt", b"a\nb\n\n"),
        ("bytes/windows.txt", b"a\r\nb\r\n\r\n"),
        ("bytes/mac.txt", b"a\rb\r"),
        ("bytes/telnet", b"\xff\xff\xf4\xff\xf2\x00\r\x00\r\n\x1a\xff"),
        ("bytes/every", &every_byte),
        ("bytes/large", &noise(400_000)),
    ];
    let stored = ground.put(&files).await;
    let asked = paths(&files.map(|(file, _)| file));
    let sizes = call!(ground, sizes, asked);
    let times = call!(ground, times, asked);
    for (i, (file, content)) in files.iter().enumerate() {
        assert_eq!(stored[i].sent, content.len() as u64, "{file}");
        assert_eq!(sizes[i], Ok(content.len() as u64), "{file}");
        assert_eq!(stored[i].modified, times[i].clone().ok(), "{file}");
        ground.has(file, content).await;
    }
}

pub(crate) async fn replaces(ground: &mut Ground<'_>) {
    ground.make(&["replace"]).await;
    for content in [noise(5_000), noise(200_000), b"short".to_vec(), Vec::new()] {
        ground.put(&[("replace/file", &content)]).await;
        ground.has("replace/file", &content).await;
    }
    let outcomes = ground
        .upload(&[
            bytes_to("replace/none/file", b"no such folder"),
            bytes_to("replace", b"a folder"),
            bytes_to("replace/file", b"fine"),
        ])
        .await;
    assert!(outcomes[0].is_err() && outcomes[1].is_err(), "{outcomes:?}");
    assert!(outcomes[2].is_ok(), "{outcomes:?}");
    ground.has("replace/file", b"fine").await;
}

pub(crate) async fn sends_many_in_one_call(ground: &mut Ground<'_>) {
    ground.make(&["many"]).await;
    let contents: Vec<(String, Vec<u8>)> =
        (0..20).map(|i| (format!("many/{i:02}"), noise(i * 1_500))).collect();
    let files: Vec<(&str, &[u8])> =
        contents.iter().map(|(file, bytes)| (file.as_str(), bytes.as_slice())).collect();
    ground.put(&files).await;
    let listed: Vec<(String, u64)> =
        ground.list("many").await.into_values().map(|entry| (entry.name, entry.size)).collect();
    let expected: Vec<(String, u64)> = (0..20).map(|i| (format!("{i:02}"), i * 1_500)).collect();
    assert_eq!(listed, expected);
    for (file, content) in files {
        ground.has(file, content).await;
    }
}

pub(crate) async fn resumes(ground: &mut Ground<'_>) {
    ground.make(&["resume"]).await;
    let content = noise(RESUME_FROM as usize + 123_457);
    let size = content.len() as u64;
    let half = 5_000_011;
    let folder = tempfile::tempdir().unwrap();
    let local = folder.path().join("large");
    std::fs::write(&local, &content).unwrap();
    let from = super::local::file(&local);
    let resume = |to: &str| Upload { to: path(to), from: from.clone(), resume: true };
    // What a broken connection left behind.
    ground.put(&[("resume/half", &content[..half]), ("resume/longer", &noise(content.len() + 9))]).await;

    let large = ["resume/half", "resume/fresh", "resume/longer"].map(resume);
    let stored = ground.upload(&large).await;
    let sent: Vec<u64> = stored.into_iter().map(|outcome| outcome.unwrap().sent).collect();
    let rest = if ground.habits.resumes { size - half as u64 } else { size };
    assert_eq!(sent, [rest, size, size]);
    for file in ["resume/half", "resume/fresh", "resume/longer"] {
        ground.has(file, &content).await;
    }

    // What is there whole is not sent again; a part of a small file is; and so is all that is not to be resumed.
    ground.put(&[("resume/small", b"other ")]).await;
    let small = Upload { resume: true, ..bytes_to("resume/small", b"small file") };
    let again = Upload { resume: false, ..resume("resume/fresh") };
    let stored = ground.upload(&[resume("resume/half"), small, again]).await;
    let sent: Vec<u64> = stored.into_iter().map(|outcome| outcome.unwrap().sent).collect();
    assert_eq!(sent, [0, 10, size]);
    ground.has("resume/half", &content).await;
    ground.has("resume/small", b"small file").await;
    ground.has("resume/fresh", &content).await;
}

pub(crate) async fn downloads(ground: &mut Ground<'_>) {
    ground.make(&["down"]).await;
    let content = noise(600_000);
    ground.put(&[("down/file", &content)]).await;
    assert!(ground.get_from("down/file", 0).await.unwrap() == content);
    for offset in [1, 300_000, 599_999] {
        match ground.get_from("down/file", offset).await {
            Ok(bytes) => assert!(bytes == content[offset as usize..], "from {offset}"),
            Err(error) => {
                assert!(!ground.remote.features().rest && matches!(error, RemoteError::Unsupported(_)));
            }
        }
    }
    assert!(ground.get_from("down/file", 0).await.unwrap() == content, "an offset does not last");
}

pub(crate) async fn sets_times(ground: &mut Ground<'_>) {
    ground.make(&["times"]).await;
    ground.put(&[("times/a", b"a"), ("times/b", b"b")]).await;
    let (first, second) = (1_000_000_001, 1_709_210_096);
    let wanted = [(path("times/a"), first), (path("times/none"), first), (path("times/b"), second)];
    let set = call!(ground, set_times, wanted);
    if !ground.habits.sets_times {
        assert!(matches!(set[0], Err(RemoteError::Unsupported(_))), "{set:?}");
        assert!(set.iter().all(Result::is_err), "{set:?}");
        return;
    }
    assert_eq!([&set[0], &set[2]], [&Ok(()), &Ok(())], "{set:?}");
    assert!(matches!(set[1], Err(RemoteError::NotFound(_))), "{set:?}");
    if ground.remote.features().mdtm {
        assert_eq!(call!(ground, times, paths(&["times/a", "times/b"])), [Ok(first), Ok(second)]);
    }
}
