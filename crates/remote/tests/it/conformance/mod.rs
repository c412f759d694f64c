//! What every `Remote` does, whatever stands behind it. What a server really can't do is said in [`Habits`], and
//! then it is checked that it can't.

mod content;
mod local;
mod names;
mod tree;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;

use slipway_core::RemotePath;
use slipway_remote::{Connector, Entry, EntryKind, Remote, RemoteError, Source, Stored, Upload};

/// How a server differs from what one would wish for.
#[derive(Debug, Clone)]
pub(crate) struct Habits {
    /// Where the publish folder is on this computer, to look behind the server's back.
    pub(crate) disk: Option<PathBuf>,
    /// It can go on with a file that is there in part.
    pub(crate) resumes: bool,
    /// It can set times.
    pub(crate) sets_times: bool,
    /// Names of files it refuses, or does not give back as they were.
    pub(crate) lost_names: &'static [&'static str],
    /// The same for folders.
    pub(crate) lost_folders: &'static [&'static str],
    /// What it says of a link to a file of 3 bytes, by a name of 10.
    pub(crate) link: (EntryKind, u64),
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            disk: None,
            resumes: true,
            sets_times: true,
            lost_names: &[],
            lost_folders: &[],
            link: (EntryKind::Other, 0),
        }
    }
}

/// Goes through everything that a `Remote` does. The publish folder must not exist yet.
pub(crate) async fn conforms(connector: &dyn Connector, habits: Habits) {
    let mut ground = Ground { connector, remote: connect(connector).await, habits, reconnected: 0 };
    tree::begins_without_a_publish_folder(&mut ground).await;
    tree::makes_and_removes_folders(&mut ground).await;
    content::stores_bytes_as_they_are(&mut ground).await;
    content::replaces(&mut ground).await;
    content::sends_many_in_one_call(&mut ground).await;
    content::resumes(&mut ground).await;
    content::downloads(&mut ground).await;
    content::sets_times(&mut ground).await;
    local::reports_files_that_are_gone_or_change(&mut ground).await;
    names::bears_odd_names(&mut ground).await;
    tree::lists_what_is_there(&mut ground).await;
    tree::says_what_is_missing(&mut ground).await;
    tree::renames(&mut ground).await;
    tree::two_connections_at_once(&mut ground).await;
    ground.remote.ping().await.expect("the connection is still good");
    ground.remote.close().await;
}

pub(crate) async fn connect(connector: &dyn Connector) -> Box<dyn Remote> {
    connector.connect().await.unwrap_or_else(|error| panic!("no connection: {error}"))
}

pub(crate) fn path(path: &str) -> RemotePath {
    RemotePath::new(path).unwrap()
}

pub(crate) fn paths(all: &[&str]) -> Vec<RemotePath> {
    all.iter().map(|one| path(one)).collect()
}

/// A connection to the server that is looked at, and what is known of it.
pub(crate) struct Ground<'a> {
    connector: &'a dyn Connector,
    remote: Box<dyn Remote>,
    habits: Habits,
    reconnected: u32,
}

/// Calls an operation, and gives the outcome of each item.
macro_rules! call {
    ($ground:expr, $method:ident, $items:expr) => {{
        let items = $items.to_vec();
        let mut outcomes: Vec<Option<Result<_, slipway_remote::RemoteError>>> =
            items.iter().map(|_| None).collect();
        loop {
            let left: Vec<usize> = (0..items.len()).filter(|&i| outcomes[i].is_none()).collect();
            let part: Vec<_> = left.iter().map(|&i| items[i].clone()).collect();
            let ended = $ground
                .remote
                .$method(&part, &mut |i, outcome| {
                    let earlier = outcomes[left[i]].replace(outcome);
                    assert!(earlier.is_none(), "{:?} was reported twice", part[i]);
                })
                .await;
            if $ground.is_over(ended).await {
                break;
            }
        }
        let reported = outcomes.into_iter().map(|outcome| outcome.expect("every item is reported"));
        reported.collect::<Vec<_>>()
    }};
}
pub(crate) use call;

impl Ground<'_> {
    /// Whether a call did all it could. A refused TLS session is no fault if a new connection helps.
    async fn is_over(&mut self, ended: Result<(), RemoteError>) -> bool {
        match ended {
            Ok(()) => true,
            Err(RemoteError::SessionRefused(_)) if self.reconnected < 3 => {
                self.reconnected += 1;
                self.remote = connect(self.connector).await;
                false
            }
            Err(error) => panic!("the connection ended: {error:?}"),
        }
    }

    /// Uploads, and checks that as many bytes were announced as were sent.
    async fn upload(&mut self, files: &[Upload]) -> Vec<Result<Stored, RemoteError>> {
        let mut outcomes: Vec<Option<Result<Stored, RemoteError>>> = files.iter().map(|_| None).collect();
        loop {
            let left: Vec<usize> = (0..files.len()).filter(|&i| outcomes[i].is_none()).collect();
            let part: Vec<Upload> = left.iter().map(|&i| files[i].clone()).collect();
            let announced = Mutex::new(vec![0; part.len()]);
            let on_bytes = |i: usize, bytes: u64| announced.lock().unwrap()[i] += bytes;
            let mut each = |i: usize, outcome: Result<Stored, RemoteError>| {
                if let Ok(stored) = &outcome {
                    assert_eq!(stored.sent, announced.lock().unwrap()[i], "bytes of {:?}", part[i].to);
                }
                assert!(outcomes[left[i]].replace(outcome).is_none(), "{:?} was reported twice", part[i].to);
            };
            let ended = self.remote.upload(&part, &on_bytes, &mut each).await;
            if self.is_over(ended).await {
                return outcomes
                    .into_iter()
                    .map(|outcome| outcome.expect("every item is reported"))
                    .collect();
            }
        }
    }

    /// Stores files that must all arrive.
    async fn put(&mut self, files: &[(&str, &[u8])]) -> Vec<Stored> {
        let uploads: Vec<Upload> = files.iter().map(|(to, bytes)| bytes_to(to, bytes)).collect();
        let outcomes = self.upload(&uploads).await;
        let stored = outcomes.into_iter().zip(files).map(|(outcome, (to, bytes))| {
            let stored = outcome.unwrap_or_else(|error| panic!("{to:?}: {error:?}"));
            assert_eq!(stored.size, bytes.len() as u64, "{to:?}");
            stored
        });
        stored.collect()
    }

    async fn get_from(&mut self, file: &str, offset: u64) -> Result<Vec<u8>, RemoteError> {
        loop {
            let mut bytes = Vec::new();
            let fetched = self.remote.download(&path(file), offset, &mut bytes).await;
            match fetched {
                Ok(count) => {
                    assert_eq!(count, bytes.len() as u64, "{file:?}");
                    return Ok(bytes);
                }
                Err(error) if error.ends_connection() => {
                    assert!(!self.is_over(Err(error)).await);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Checks a file's content by fetching it, and on the disk if that is at hand.
    async fn has(&mut self, file: &str, content: &[u8]) {
        let fetched = self.get_from(file, 0).await.unwrap_or_else(|error| panic!("{file:?}: {error:?}"));
        assert!(fetched == content, "{file:?} has other content ({} bytes)", fetched.len());
        if let Some(disk) = &self.habits.disk {
            let there = std::fs::read(disk.join(path(file).as_str())).unwrap();
            assert!(there == content, "{file:?} has other content on the disk ({} bytes)", there.len());
        }
    }

    async fn has_not(&mut self, file: &str) {
        let sizes = call!(self, sizes, [path(file)]);
        assert!(matches!(sizes[0], Err(RemoteError::NotFound(_))), "{file:?}: {sizes:?}");
    }

    async fn list(&mut self, folder: &str) -> BTreeMap<String, Entry> {
        let mut listed = call!(self, list, [path(folder)]);
        let entries = listed.remove(0).unwrap_or_else(|error| panic!("{folder:?}: {error:?}"));
        let count = entries.len();
        let entries: BTreeMap<String, Entry> =
            entries.into_iter().map(|entry| (entry.name.clone(), entry)).collect();
        assert_eq!(entries.len(), count, "{folder:?} has a name twice");
        entries
    }

    async fn names(&mut self, folder: &str) -> Vec<String> {
        self.list(folder).await.into_keys().collect()
    }

    /// Makes folders that must not have been there.
    async fn make(&mut self, folders: &[&str]) {
        let made = call!(self, make_folders, paths(folders));
        assert_eq!(made, vec![Ok(slipway_remote::Made::New); folders.len()], "{folders:?}");
    }
}

pub(crate) fn bytes_to(to: &str, bytes: &[u8]) -> Upload {
    Upload { to: path(to), from: Source::Bytes(bytes.to_vec()), resume: false }
}

/// Bytes without a pattern that a shift or a repetition would leave as it is.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = length as u32 ^ 0x9E37_79B9;
    let next = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as u8
    });
    next.take(length).collect()
}
