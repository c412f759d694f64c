//! Runs of several steps, what each step says of itself, and what such a run would do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sha2::Digest;
use slipway_core::{
    Build, Code, Event, Outcome, PipelineStep, PublishedFile, Pull, RemotePath, RunState, Sha256,
    StepStatistics,
};
use slipway_engine::{Order, PublishOptions, destination, preview_run, run};
use slipway_remote::faulty::{Fault, Faulty, Operation};
use slipway_remote::memory::MemoryOptions;
use slipway_remote::{Connector, RemoteError, Reply};

use crate::fixture::Fixture;

fn order(steps: &[PipelineStep]) -> Order {
    Order { steps: steps.to_vec(), ..Order::default() }
}

async fn run_over(
    fixture: &Fixture,
    connector: Arc<dyn Connector>,
    order: &Order,
) -> Result<Outcome, slipway_core::Failure> {
    let work = fixture.work(connector, &order.publish);
    run(&work, order).await.map(|(_, outcome)| outcome).map_err(|(_, failure)| failure)
}

fn last_step(fixture: &Fixture) -> StepStatistics {
    let record = fixture.ledger().runs(&fixture.site.name, 1).unwrap().remove(0);
    record.outcome.unwrap().steps.pop().unwrap()
}

fn with_build(command: &str) -> Fixture {
    let mut fixture = Fixture::new(MemoryOptions::default());
    fixture.site.build = Some(Build { output: Some("dist".into()), ..Build::new(vec![command.into()]) });
    fixture
}

#[cfg(unix)]
#[tokio::test]
async fn down_made_and_online() {
    let mut fixture =
        with_build("mkdir -p dist; for f in content/*; do sed s/at.home/made/ < $f > dist/${f##*/}; done");
    fixture.site.pull = Some(Pull { into: Some("content".into()) });
    fixture.server.put("index.html", b"at home");
    fixture.server.put("about.html", b"about, at home");
    let server: Arc<dyn Connector> = Arc::new(fixture.server.clone());
    let outcome = run_over(&fixture, server.clone(), &order(&PipelineStep::ALL)).await.unwrap();
    let online: Vec<(String, Vec<u8>)> = fixture.online().into_iter().collect();
    assert_eq!(
        online,
        [("about.html".into(), b"about, made".to_vec()), ("index.html".into(), b"made".to_vec())]
    );
    let through = [
        RunState::Pulling,
        RunState::Building,
        RunState::Scanning,
        RunState::Planning,
        RunState::Uploading,
        RunState::GoingLive,
        RunState::TidyingUp,
        RunState::Checking,
        RunState::Live,
    ];
    assert_eq!(fixture.states(), through);
    let steps: Vec<_> = outcome.steps.iter().map(|step| (step.step, step.files, step.bytes)).collect();
    let expected = [(PipelineStep::Pull, 2, 21), (PipelineStep::Build, 1, 0), (PipelineStep::Publish, 2, 15)];
    assert_eq!(steps, expected);
    assert!(outcome.steps.iter().all(|step| step.failed == 0 && step.retries == 0 && step.seconds > 0.0));
    assert!(outcome.steps[0].connections > 0 && outcome.steps[2].connections > 0);
    assert_eq!((outcome.downloaded, outcome.uploaded), (2, 2));

    let again = run_over(&fixture, server, &order(&PipelineStep::ALL)).await.unwrap();
    assert_eq!((again.uploaded, again.steps[2].skipped), (0, 2));
}

#[cfg(unix)]
#[tokio::test]
async fn a_failed_build_publishes_nothing() {
    let fixture = with_build("mkdir -p dist; echo x > dist/index.html; false");
    let steps = order(&[PipelineStep::Build, PipelineStep::Publish]);
    let failure = run_over(&fixture, Arc::new(fixture.server.clone()), &steps).await.unwrap_err();
    assert_eq!((failure.code, failure.stage), (Code::BuildFailed, Some(RunState::Building)));
    assert!(fixture.server.log().is_empty());
    assert_eq!(last_step(&fixture).step, PipelineStep::Build);
}

#[tokio::test]
async fn steps_that_the_site_does_not_define_are_refused() {
    let fixture = Fixture::new(MemoryOptions::default());
    fixture.write("index.html", "home");
    for steps in [
        &[][..],
        &[PipelineStep::Build],
        &[PipelineStep::Build, PipelineStep::Publish],
        &[PipelineStep::Pull, PipelineStep::Publish],
    ] {
        let server: Arc<dyn Connector> = Arc::new(fixture.server.clone());
        let refused = run_over(&fixture, server.clone(), &order(steps)).await.unwrap_err();
        assert_eq!(refused.code, Code::ConfigurationInvalid, "{steps:?}");
        let work = fixture.work(server, &PublishOptions::default());
        let refused = preview_run(&work, &order(steps)).await.unwrap_err();
        assert_eq!(refused.code, Code::ConfigurationInvalid, "{steps:?}");
    }
    assert!(fixture.server.log().is_empty() && fixture.states().is_empty());
    assert!(fixture.ledger().runs(&fixture.site.name, 9).unwrap().is_empty());
}

#[tokio::test]
async fn a_preview_of_a_run_changes_nothing() {
    let mut fixture = with_build("touch never");
    fixture.site.pull = Some(Pull { into: Some("content".into()) });
    fixture.server.put("theirs.html", b"theirs");
    fixture.write("source.md", "source");
    let (local, online) = (fixture.local(), fixture.server.files());
    let work = fixture.work(Arc::new(fixture.server.clone()), &PublishOptions::default());
    let unknown = preview_run(&work, &order(&PipelineStep::ALL)).await.unwrap();
    assert_eq!(unknown.pull.unwrap().downloads.len(), 1);
    assert_eq!(unknown.build, fixture.site.build);
    assert!(unknown.publish.is_none());
    let why = unknown.publish_unknown.unwrap();
    let dist = fixture.folder.path().join("dist");
    assert_eq!((why.code, why.path), (Code::LocalFolderMissing, Some(dist.display().to_string())));
    assert_eq!((fixture.local(), fixture.server.files()), (local, online));
    let alone = preview_run(&work, &order(&[PipelineStep::Publish])).await.unwrap_err();
    assert_eq!(alone.code, Code::LocalFolderMissing);

    fixture.write("dist/index.html", "made");
    let known = preview_run(&work, &order(&PipelineStep::ALL)).await.unwrap();
    assert_eq!(known.publish.unwrap().plan.uploads.len(), 1);
    assert!(known.publish_unknown.is_none() && !fixture.folder.path().join("never").exists());
}

#[tokio::test]
async fn what_a_publish_says_of_itself() {
    let fixture = Fixture::new(MemoryOptions::default());
    fixture.write("a.html", "four");
    fixture.write("b.html", "five!");
    let steps = order(&[PipelineStep::Publish]);
    let once = AtomicBool::new(false);
    let faulty = Faulty::new(fixture.server.clone(), move |operation: &Operation, _| {
        let first = matches!(operation, Operation::Rename(..)) && !once.swap(true, Ordering::SeqCst);
        first.then_some(Fault::LostBefore)
    });
    let outcome = run_over(&fixture, Arc::new(faulty), &steps).await.unwrap();
    let step = &outcome.steps[0];
    assert_eq!((step.files, step.bytes, step.skipped, step.failed), (2, 9, 0, 0));
    assert_eq!(step.retries, outcome.retries);
    assert_eq!(step.connections, outcome.connections);
    let said = fixture.events.lock().unwrap().iter().any(|event| matches!(event, Event::Retrying { .. }));
    assert!(said && step.retries > 0, "{step:?}");
    let nothing = run_over(&fixture, Arc::new(fixture.server.clone()), &steps).await.unwrap();
    let step = &nothing.steps[0];
    assert_eq!((step.files, step.bytes, step.skipped), (0, 0, 2));
}

#[tokio::test]
async fn what_a_failed_publish_says_of_itself() {
    let fixture = Fixture::new(MemoryOptions::default());
    fixture.write("a.css", "four");
    fixture.write("index.html", "twelve bytes");
    fixture.publish().await.unwrap();
    fixture.write("a.css", "fourteen bytes");
    fixture.write("index.html", "twenty-one bytes long");
    let faulty = Faulty::new(fixture.server.clone(), |operation: &Operation, _| match operation {
        Operation::Rename(_, to) if to.as_str() == "index.html" => {
            Some(Fault::Error(RemoteError::Denied(Reply::new(550, "Permission denied"))))
        }
        _ => None,
    });
    let failure = run_over(&fixture, Arc::new(faulty), &order(&[PipelineStep::Publish])).await.unwrap_err();
    assert_eq!((failure.code, failure.path.as_deref()), (Code::PermissionDenied, Some("index.html")));
    let step = last_step(&fixture);
    assert_eq!((step.files, step.bytes, step.failed), (1, 35, 1));
    assert!(step.connections > 0 && step.seconds > 0.0);
}

#[tokio::test]
async fn what_a_cancelled_publish_says_of_itself() {
    let fixture = Fixture::new(MemoryOptions::default());
    fixture.write("css/a.css", "four");
    fixture.write("index.html", "x");
    let cancel = fixture.cancel.clone();
    let faulty = Faulty::new(fixture.server.clone(), move |operation: &Operation, _| {
        // The last thing before the site goes live.
        matches!(operation, Operation::MakeFolder(folder) if folder.as_str() == "css").then(|| {
            cancel.cancel();
            Fault::Hang
        })
    });
    let failure = run_over(&fixture, Arc::new(faulty), &order(&[PipelineStep::Publish])).await.unwrap_err();
    assert_eq!(failure.code, Code::Cancelled);
    let step = last_step(&fixture);
    assert_eq!((step.files, step.bytes), (0, 5));
    assert!(step.connections > 0 && step.seconds > 0.0);
}

#[tokio::test]
async fn once_it_goes_live_a_publish_is_not_stopped() {
    let fixture = Fixture::new(MemoryOptions::default());
    for number in 0..40 {
        fixture.write(&format!("page-{number}.html"), "x");
    }
    let cancel = fixture.cancel.clone();
    let goes_live = |operation: &Operation| matches!(operation, Operation::Rename(_, to) if !to.is_own());
    let faulty = Faulty::new(fixture.server.clone(), move |operation: &Operation, _| {
        if goes_live(operation) {
            cancel.cancel();
        }
        None
    });
    let outcome = run_over(&fixture, Arc::new(faulty), &order(&[PipelineStep::Publish])).await.unwrap();
    assert!(fixture.cancel.is_cancelled());
    assert_eq!(outcome.uploaded, 40);
    assert_eq!(fixture.online(), fixture.local());
    fixture.assert_tidy();
}

/// What was brought down is Slipway's once it was published: from then on it is removed with the rest.
#[tokio::test]
async fn what_was_brought_down_is_adopted() {
    let fixture = Fixture::new(MemoryOptions::default());
    fixture.server.put("index.html", b"home");
    fixture.server.put("old.html", b"old");
    fixture.write("index.html", "home");
    fixture.write("old.html", "old");
    let ledger = fixture.ledger();
    let place = ledger.place(&fixture.site.name, &destination(&fixture.site)).unwrap();
    let pulled = ["index.html", "old.html"].map(|path| {
        let content = std::fs::read(fixture.folder.path().join(path)).unwrap();
        let sha256 = Sha256(sha2::Sha256::digest(&content).into());
        let file = PublishedFile { size: content.len() as u64, sha256, server_modified: None };
        (RemotePath::new(path).unwrap(), file)
    });
    ledger.files_pulled(place, &pulled).unwrap();

    let outcome = fixture.publish().await.unwrap();
    assert_eq!((outcome.uploaded, outcome.unchanged), (0, 2));
    assert_eq!(ledger.published(place).unwrap().files.len(), 2, "although there was nothing to do");
    fixture.assert_tidy();
    fixture.remove("old.html");
    assert_eq!(fixture.publish().await.unwrap().removed, 1);
    assert_eq!(fixture.online(), fixture.local());
}

#[tokio::test]
async fn a_run_that_was_killed_is_marked_by_the_next_of_whatever_kind() {
    let fixture = Fixture::new(MemoryOptions::default());
    fixture.server.put("index.html", b"1");
    let ledger = fixture.ledger();
    let place = ledger.place(&fixture.site.name, &destination(&fixture.site)).unwrap();
    let killed = slipway_core::RunId::from_random([7; 16]);
    ledger.begin_run(&killed, place, slipway_store::RunKind::Pull, 1).unwrap();
    ledger.set_state(&killed, RunState::Pulling).unwrap();
    let server = Arc::new(fixture.server.clone());
    run_over(&fixture, server, &order(&[PipelineStep::Pull])).await.unwrap();
    let states = ledger.runs(&fixture.site.name, 9).unwrap().into_iter().map(|record| record.state);
    assert_eq!(states.collect::<Vec<_>>(), [RunState::Done, RunState::Interrupted]);
    // What comes late from the killed one changes nothing.
    assert!(ledger.set_state(&killed, RunState::Pulling).is_err());
}

#[tokio::test]
async fn digests_of_another_folder_are_not_believed() {
    let mut fixture = Fixture::new(MemoryOptions::default());
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
    for (folder, content) in [("v1", "one"), ("v2", "two")] {
        fixture.write(&format!("{folder}/index.html"), content);
        let file = fixture.folder.path().join(folder).join("index.html");
        std::fs::File::options().write(true).open(file).unwrap().set_modified(time).unwrap();
    }
    for (folder, content) in [("v1", "one"), ("v2", "two"), ("v1", "one")] {
        fixture.site.folder = fixture.folder.path().join(folder);
        fixture.publish().await.unwrap();
        assert_eq!(fixture.online()["index.html"], content.as_bytes());
    }
}
