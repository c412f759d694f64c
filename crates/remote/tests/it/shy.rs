//! Servers that can do less than those at hand: a proxy refuses commands for them.

use std::sync::Arc;

use slipway_core::{Features, Protocol};
use slipway_remote::ftp::{FtpConnector, Options};
use slipway_remote::{Connector, Remote, RemoteError, Rename};
use slipway_testkit::{Action, ControlProxy, Daemon, Kind, Options as DaemonOptions, Tls};

use crate::conformance::{Habits, bytes_to, conforms, connect, path};
use crate::servers::{PUBLISH_FOLDER, options};

struct Shy {
    daemon: Daemon,
    proxy: ControlProxy,
    connector: Arc<FtpConnector>,
}

impl Shy {
    fn start(kind: Kind) -> Self {
        let daemon = Daemon::with(kind, DaemonOptions { tls: Tls::None, ..DaemonOptions::default() });
        let proxy = ControlProxy::start(daemon.port());
        let connector = FtpConnector::new(Options { port: proxy.port(), ..options(&daemon, Protocol::Ftp) });
        Self { daemon, proxy, connector }
    }

    /// A server that answers these commands as if it did not know them.
    fn without(kind: Kind, commands: &'static [&'static str]) -> Self {
        let shy = Self::start(kind);
        shy.proxy.on(|line, _| match line.split(' ').next() {
            Some(verb) if commands.contains(&verb) => Action::Reply("502 Command not implemented".into()),
            _ => Action::Forward,
        });
        shy
    }

    fn habits(&self) -> Habits {
        let disk = Some(self.daemon.root().join(PUBLISH_FOLDER));
        Habits { disk, sets_times: false, ..Habits::default() }
    }
}

#[tokio::test]
async fn without_any_extension() {
    let extensions = &["FEAT", "OPTS", "EPSV", "MLSD", "SIZE", "MDTM", "MFMT", "REST"];
    let shy = Shy::without(Kind::PyFtpdLib, extensions);
    conforms(&shy.connector, shy.habits()).await;
    assert!(shy.connector.facts().pasv_only);
    assert_eq!(shy.proxy.count("EPSV"), 1, "what is not there is not asked for again");
}

#[tokio::test]
async fn with_extensions_that_turn_out_not_to_work() {
    let shy = Shy::without(Kind::PyFtpdLib, &["MLSD", "SIZE", "MFMT"]);
    conforms(&shy.connector, shy.habits()).await;
    let features = shy.connector.facts().features.unwrap();
    assert_eq!((features.mlsd, features.size, features.mdtm), (false, false, true));
    assert_eq!((shy.proxy.count("MLSD"), shy.proxy.count("SIZE")), (1, 1));
}

#[tokio::test]
async fn what_was_learnt_is_not_asked_again() {
    let shy = Shy::start(Kind::ProFtpd);
    connect(&shy.connector).await.close().await;
    let facts = shy.connector.facts();
    let all = Features { utf8: true, mlsd: true, size: true, mdtm: true, mfmt: true, rest: true };
    assert_eq!(facts.features, Some(all));
    let again =
        Options { port: shy.proxy.port(), facts: facts.clone(), ..options(&shy.daemon, Protocol::Ftp) };
    let again = FtpConnector::new(again);
    connect(&again).await.close().await;
    assert_eq!((shy.proxy.count("FEAT"), again.facts()), (1, facts));
}

async fn outcomes_of_rename(remote: &mut Box<dyn Remote>) -> Vec<Result<(), RemoteError>> {
    let mut outcomes = Vec::new();
    let renames = [Rename { from: path("new"), to: path("live") }];
    remote.rename(&renames, &mut |_, outcome| outcomes.push(outcome)).await.unwrap();
    outcomes
}

async fn put(remote: &mut Box<dyn Remote>, files: [(&str, &[u8]); 2]) {
    let uploads = files.map(|(to, content)| bytes_to(to, content));
    remote.make_folders(&[path("")], &mut |_, made| assert!(made.is_ok())).await.unwrap();
    remote.upload(&uploads, &|_, _| (), &mut |_, stored| assert!(stored.is_ok())).await.unwrap();
}

/// Files in the publish folder.
fn files(shy: &Shy) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(shy.daemon.root().join(PUBLISH_FOLDER)).unwrap();
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let content = std::fs::read_to_string(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), content)
        })
        .collect();
    files.sort();
    files
}

fn refusal() -> Action {
    Action::Reply("553 File exists".into())
}

#[tokio::test]
async fn a_rename_onto_a_file_is_refused() {
    let shy = Shy::start(Kind::Vsftpd);
    let mut remote = connect(&shy.connector).await;
    put(&mut remote, [("live", b"old"), ("new", b"new")]).await;
    shy.proxy.at_verb("RNTO", 1, refusal());
    shy.proxy.at_verb("RNTO", 2, refusal());
    assert_eq!(outcomes_of_rename(&mut remote).await, [Ok(())]);
    assert_eq!(files(&shy), [("live".to_owned(), "new".to_owned())]);
    assert!(shy.connector.facts().no_rename_over);

    // The next time it is known: the refusal is not asked for again.
    put(&mut remote, [("new", b"newer"), ("other", b"other")]).await;
    let before = shy.proxy.count("RNTO");
    assert_eq!(outcomes_of_rename(&mut remote).await, [Ok(())]);
    assert_eq!(shy.proxy.count("RNTO") - before, 2);
    assert_eq!(files(&shy)[0], ("live".to_owned(), "newer".to_owned()));
}

#[tokio::test]
async fn a_rename_that_is_refused_once_moves_nothing_aside() {
    let shy = Shy::start(Kind::Vsftpd);
    let mut remote = connect(&shy.connector).await;
    put(&mut remote, [("live", b"old"), ("new", b"new")]).await;
    shy.proxy.at_verb("RNTO", 1, refusal());
    assert_eq!(outcomes_of_rename(&mut remote).await, [Ok(())]);
    assert_eq!((shy.proxy.count("RNTO"), shy.connector.facts().no_rename_over), (2, false));
    assert_eq!(files(&shy), [("live".to_owned(), "new".to_owned())]);
}

#[tokio::test]
async fn a_rename_that_fails_half_way_is_taken_back() {
    let shy = Shy::start(Kind::Vsftpd);
    let mut remote = connect(&shy.connector).await;
    put(&mut remote, [("live", b"old"), ("new", b"new")]).await;
    shy.proxy.at_verb("RNTO", 1, refusal());
    shy.proxy.at_verb("RNTO", 2, refusal());
    shy.proxy.at_verb("RNTO", 4, refusal());
    assert!(outcomes_of_rename(&mut remote).await[0].is_err());
    let expected = [("live", "old"), ("new", "new")].map(|(name, text)| (name.to_owned(), text.to_owned()));
    assert_eq!(files(&shy), expected);
    remote.ping().await.unwrap();
}
