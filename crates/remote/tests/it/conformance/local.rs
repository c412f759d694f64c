//! Local files that are gone, or change while they are sent.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::UNIX_EPOCH;

use slipway_remote::{RemoteError, Source, Upload};

use super::{Ground, bytes_to, noise, path};

/// A local file as it is now.
pub(crate) fn file(at: &Path) -> Source {
    let metadata = fs::metadata(at).unwrap();
    let modified = metadata.modified().unwrap().duration_since(UNIX_EPOCH).unwrap().as_nanos() as i64;
    Source::File { path: at.to_owned(), size: metadata.len(), modified }
}

pub(crate) async fn reports_files_that_are_gone_or_change(ground: &mut Ground<'_>) {
    ground.make(&["local"]).await;
    let folder = tempfile::tempdir().unwrap();
    let source = |name: &str, content: &[u8]| {
        let at = folder.path().join(name);
        fs::write(&at, content).unwrap();
        file(&at)
    };
    let upload = |from: Source| Upload { to: path("local/file"), from, resume: false };

    let gone = source("gone", b"gone");
    fs::remove_file(folder.path().join("gone")).unwrap();
    let mut touched = source("touched", b"touched");
    if let Source::File { modified, .. } = &mut touched {
        *modified -= 1;
    }
    let grown = source("grown", b"grown");
    fs::write(folder.path().join("grown"), b"grown more").unwrap();
    let good = source("good", b"good");
    let outcomes = ground.upload(&[gone, touched, grown, good].map(upload)).await;
    assert_eq!(outcomes[0], Err(RemoteError::LocalGone));
    assert_eq!(outcomes[1], Err(RemoteError::LocalChanged));
    assert_eq!(outcomes[2], Err(RemoteError::LocalChanged));
    assert!(outcomes[3].is_ok(), "{outcomes:?}");
    ground.has("local/file", b"good").await;

    for change in [grows as fn(&Path), shrinks] {
        let content = noise(1_500_000);
        let changing = folder.path().join("changes");
        let mut outcomes = Vec::new();
        loop {
            fs::write(&changing, &content).unwrap();
            let uploads = [upload(file(&changing)), bytes_to("local/next", b"next")];
            outcomes.clear();
            let on_bytes = |i: usize, _| {
                if i == 0 {
                    change(&changing);
                }
            };
            let each = &mut |_, outcome| outcomes.push(outcome);
            let ended = ground.remote.upload(&uploads, &on_bytes, each).await;
            if ground.is_over(ended).await {
                break;
            }
        }
        assert_eq!(outcomes[0], Err(RemoteError::LocalChanged));
        assert!(outcomes[1].is_ok(), "{outcomes:?}");
        ground.has("local/next", b"next").await;
    }
}

fn grows(file: &Path) {
    OpenOptions::new().append(true).open(file).unwrap().write_all(b"more").unwrap();
}

fn shrinks(file: &Path) {
    OpenOptions::new().write(true).open(file).unwrap().set_len(300_000).unwrap();
}
