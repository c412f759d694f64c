//! Sites that are built before they are published.

use std::fs;

use slipway_api::build_digest;
use slipway_api::core::{Build, Code, PipelineStep, Pull, RunState, Sha256};
use slipway_api::desk::{PublishRequest, RunEvent};
use slipway_testkit::{Daemon, Kind};

use crate::computer::{Computer, publish, publish_badly, secret, shop};

#[tokio::test(flavor = "multi_thread")]
async fn a_build_runs_once_it_is_allowed_and_nothing_is_pulled() {
    let (daemon, computer) = (Daemon::start(Kind::Vsftpd), Computer::new());
    fs::create_dir(computer.folder().join("dist")).unwrap();
    daemon.write_tree(&[("theirs.html", b"not to be brought down")]);
    let build = Build::new(vec!["echo built > dist/index.html".into()]);
    let mut site = computer.site(&daemon);
    site.build = Some(Build { output: Some("dist".into()), ..build });
    site.pull = Some(Pull::default());
    let shown = build_digest(&site).unwrap();
    let desk = computer.unlocked_window().await;
    desk.add_site(site, secret(daemon.password())).await.unwrap();
    assert_eq!(publish_badly(&desk).await.code, Code::BuildNotAllowed);
    assert!(!computer.folder().join("dist/index.html").exists());
    let other = desk.allow_build(&shop(), Sha256([7; 32])).await.unwrap_err();
    assert_eq!(other.code, Code::BuildNotAllowed, "those are not what was shown");
    assert_eq!(publish_badly(&desk).await.code, Code::BuildNotAllowed);
    desk.allow_build(&shop(), shown).await.unwrap();
    let end = publish(&desk, PublishRequest::default()).await;
    let RunEvent::Finished { outcome: RunState::Live, summary, .. } = end else { panic!("{end:?}") };
    let steps: Vec<PipelineStep> = summary.steps.iter().map(|step| step.step).collect();
    assert_eq!(steps, [PipelineStep::Build, PipelineStep::Publish]);
    assert_eq!(fs::read_to_string(daemon.root().join("index.html")).unwrap().trim(), "built");
    assert!(!computer.folder().join("theirs.html").exists());
    let built = desk.local_file(&shop(), "index.html").await.unwrap();
    assert_eq!(built, computer.folder().join("dist/index.html"));
}
