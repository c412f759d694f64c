//! Builds, with real processes.
#![cfg(unix)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use slipway_core::{Build, Code, Event, Failure, Outcome, PipelineStep, RunState, SiteState};
use slipway_engine::{Environment, Order, PublishOptions, build_digest, run};
use slipway_remote::memory::MemoryOptions;

use crate::fixture::Fixture;

fn fixture(commands: &[&str]) -> Fixture {
    let mut fixture = Fixture::new(MemoryOptions::default());
    fixture.site.build = Some(Build::new(commands.iter().map(|&command| command.to_owned()).collect()));
    fixture
}

const SECRET: &str = "t0p-s3cret";

async fn build_with(fixture: &Fixture, environment: &[(&str, &str)]) -> Result<Outcome, Failure> {
    let work = fixture.work(Arc::new(fixture.server.clone()), &PublishOptions::default());
    let set = environment.iter().map(|&(name, value)| (name.to_owned(), value.into())).collect();
    let environment = Environment { set, secrets: vec![SECRET.into()], hide: vec!["HIDDEN".to_owned()] };
    let order = Order { steps: vec![PipelineStep::Build], environment, ..Order::default() };
    run(&work, &order).await.map(|(_, outcome)| outcome).map_err(|(_, failure)| failure)
}

async fn build(fixture: &Fixture) -> Result<Outcome, Failure> {
    build_with(fixture, &[]).await
}

/// What the commands wrote, standard error marked with `!`.
fn output(fixture: &Fixture) -> Vec<String> {
    let events = fixture.events.lock().unwrap();
    let line = |event: &Event| match event {
        Event::Command { command } => Some(format!("$ {command}")),
        Event::Output { line, error: true } => Some(format!("! {line}")),
        Event::Output { line, error: false } => Some(line.clone()),
        _ => None,
    };
    events.iter().filter_map(line).collect()
}

/// Until the test's time is up, which means that it failed.
async fn until(mut what: impl FnMut() -> bool) {
    while !what() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn process_in(file: &Path) -> Option<u32> {
    std::fs::read_to_string(file).ok()?.trim().parse().ok()
}

/// A process that nobody has asked for its end is a zombie, and as good as gone.
fn is_gone(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/stat"));
    status.is_ok_and(|status| status.contains(") Z")) || !Path::new(&format!("/proc/{process}")).exists()
}

#[tokio::test]
async fn commands_run_in_the_folder_one_after_the_other() {
    let fixture = fixture(&["echo one > made; echo \u{fc}nicode; printf 'no end'", "cat made; echo bad >&2"]);
    let outcome = build(&fixture).await.unwrap();
    let expected = [
        "$ echo one > made; echo \u{fc}nicode; printf 'no end'",
        "\u{fc}nicode",
        "no end",
        "$ cat made; echo bad >&2",
    ];
    let output = output(&fixture);
    assert_eq!(output[..4], expected);
    let mut rest = output[4..].to_vec();
    rest.sort();
    assert_eq!(rest, ["! bad", "one"]);
    assert_eq!(fixture.states(), [RunState::Building, RunState::Done]);
    let step = &outcome.steps[0];
    assert_eq!((step.step, step.files, step.failed, step.connections), (PipelineStep::Build, 2, 0, 0));
    assert!(fixture.server.log().is_empty(), "a build needs no server");
}

#[tokio::test]
async fn output_is_told_while_the_command_runs() {
    let fixture = fixture(&["echo begun; while ! test -e go; do sleep 0.01; done; echo ended"]);
    let go = fixture.folder.path().join("go");
    let told = async {
        until(|| output(&fixture).contains(&"begun".to_owned())).await;
        assert!(!output(&fixture).contains(&"ended".to_owned()));
        std::fs::write(&go, "").unwrap();
    };
    let (built, ()) = tokio::join!(build(&fixture), told);
    built.unwrap();
    assert_eq!(output(&fixture).last().unwrap(), "ended");
}

#[tokio::test]
async fn a_failing_command_ends_the_run() {
    let fixture = fixture(&["true", "seq 1 30; exit 3", "touch never"]);
    let failure = build(&fixture).await.unwrap_err();
    assert_eq!((failure.code, failure.path.as_deref()), (Code::BuildFailed, Some("seq 1 30; exit 3")));
    assert_eq!((failure.stage, failure.site), (Some(RunState::Building), SiteState::NothingOnline));
    let lines: Vec<&str> = failure.detail.lines().collect();
    assert_eq!((lines[0], lines[1], lines[20], lines.len()), ("exit status: 3", "11", "30", 21));
    assert!(!fixture.folder.path().join("never").exists());
    let record = fixture.ledger().runs(&fixture.site.name, 1).unwrap().remove(0);
    let step = &record.outcome.unwrap().steps[0];
    assert_eq!((step.files, step.failed), (2, 1));

    let killed = self::fixture(&["kill -9 $$"]);
    let failure = build(&killed).await.unwrap_err();
    assert!(failure.detail.starts_with("signal: 9"), "{}", failure.detail);
}

#[tokio::test]
async fn folders_that_are_not_there() {
    let mut fixture = fixture(&["mkdir -p other"]);
    let output = fixture.folder.path().join("dist");
    fixture.site.build.as_mut().unwrap().output = Some("dist".into());
    let failure = build(&fixture).await.unwrap_err();
    assert_eq!(failure.code, Code::LocalFolderMissing);
    assert_eq!((failure.path, failure.stage), (Some(output.display().to_string()), Some(RunState::Building)));
    std::fs::write(&output, "no folder").unwrap();
    assert_eq!(build(&fixture).await.unwrap_err().code, Code::LocalFolderMissing);
    std::fs::remove_file(&output).unwrap();
    std::fs::create_dir(&output).unwrap();
    build(&fixture).await.unwrap();
    fixture.site.folder = "/nowhere/at all".into();
    let failure = build(&fixture).await.unwrap_err();
    assert_eq!((failure.code, failure.path.as_deref()), (Code::LocalFolderMissing, Some("/nowhere/at all")));
}

const LIVES_ON: &str = "(trap '' TERM; while true; do sleep 0.05; done) & echo $! > child; wait";

#[tokio::test]
async fn the_time_limit_ends_all_that_was_started() {
    let mut fixture = fixture(&["echo first", LIVES_ON]);
    fixture.site.build.as_mut().unwrap().timeout_seconds = 2;
    let failure = build(&fixture).await.unwrap_err();
    assert_eq!((failure.code, failure.path.as_deref()), (Code::BuildFailed, Some(LIVES_ON)));
    assert!(failure.detail.contains("more than 2 s"), "{}", failure.detail);
    let child = process_in(&fixture.folder.path().join("child")).unwrap();
    until(|| is_gone(child)).await;
}

#[tokio::test]
async fn a_command_can_end_in_good_order_when_its_time_is_up() {
    let mut fixture = fixture(&["trap 'echo cleaned; exit 0' TERM; while true; do sleep 0.02; done"]);
    fixture.site.build.as_mut().unwrap().timeout_seconds = 2;
    let failure = build(&fixture).await.unwrap_err();
    assert_eq!(failure.code, Code::BuildFailed);
    assert!(output(&fixture).contains(&"cleaned".to_owned()));
}

#[tokio::test]
async fn a_cancelled_build_ends_all_that_was_started() {
    let fixture = fixture(&[LIVES_ON]);
    let file = fixture.folder.path().join("child");
    let cancel = async {
        until(|| process_in(&file).is_some()).await;
        fixture.cancel.cancel();
    };
    let (built, ()) = tokio::join!(build(&fixture), cancel);
    assert_eq!(built.unwrap_err().code, Code::Cancelled);
    let child = process_in(&file).unwrap();
    until(|| is_gone(child)).await;
    let record = fixture.ledger().runs(&fixture.site.name, 1).unwrap().remove(0);
    let step = &record.outcome.unwrap().steps[0];
    assert_eq!(step.files, 1);
    assert!(step.seconds > 0.0);
}

/// Of a session without a terminal: a command that asks there fails at once. Else it would stand still until the time
/// limit, since only the foreground may read.
#[tokio::test]
async fn commands_have_no_terminal() {
    let session = "read -r process name state parent group session terminal rest < /proc/$$/stat";
    let fixture = fixture(&[&format!("{session}; test $session = $$ && test $terminal = 0")]);
    build(&fixture).await.unwrap();
}

#[tokio::test]
async fn a_run_that_is_dropped_ends_all_that_was_started() {
    let fixture = fixture(&[LIVES_ON]);
    let file = fixture.folder.path().join("child");
    tokio::select! {
        built = build(&fixture) => panic!("it ended: {built:?}"),
        () = until(|| process_in(&file).is_some()) => {}
    }
    let child = process_in(&file).unwrap();
    until(|| is_gone(child)).await;
}

#[tokio::test]
async fn what_a_command_leaves_running_ends_with_it() {
    let fixture = fixture(&["(while true; do sleep 0.05; done) & echo $! > child; echo done", "echo next"]);
    let began = Instant::now();
    build(&fixture).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(20), "it holds the pipe, and is not waited for");
    assert_eq!(output(&fixture)[1..], ["done", "$ echo next", "next"]);
    let child = process_in(&fixture.folder.path().join("child")).unwrap();
    until(|| is_gone(child)).await;
}

#[tokio::test]
async fn secrets_are_blotted_out_and_only_what_is_referenced_is_passed() {
    let fixture = fixture(&["env; echo \"token $TOKEN\"; echo \"$TOKEN\" >&2; exit 1"]);
    let environment = [("TOKEN", SECRET), ("MODE", "production"), ("SLIPWAY_WANTED", "on purpose")];
    let failure = build_with(&fixture, &environment).await.unwrap_err();
    let output = output(&fixture);
    assert!(output.contains(&"token \u{2022}\u{2022}\u{2022}".to_owned()), "{output:?}");
    assert!(output.contains(&"MODE=production".to_owned()), "{output:?}");
    assert!(output.iter().any(|line| line.starts_with("PATH=")), "{output:?}");
    let own: Vec<&String> = output.iter().filter(|line| line.starts_with("SLIPWAY_")).collect();
    assert_eq!(own, ["SLIPWAY_WANTED=on purpose"]);
    assert!(!format!("{output:?} {failure:?}").contains(SECRET));
    assert!(failure.detail.contains("\u{2022}\u{2022}\u{2022}"), "{}", failure.detail);
}

/// Variables of the process can't be set here: the test runs itself again, with one.
#[tokio::test]
async fn variables_that_hold_secrets_are_not_passed() {
    if std::env::var_os("SLIPWAY_PASSWORD").is_none() {
        let test = std::env::current_exe().unwrap();
        let mut again = std::process::Command::new(test);
        again.arg("build::variables_that_hold_secrets_are_not_passed").arg("--exact");
        again.env("SLIPWAY_PASSWORD", "hunter2").env("slipway_x", "hunter2");
        again.env("HIDDEN", "hunter2").env("PASSED_ON", "yes");
        let ended = again.output().unwrap();
        let text = String::from_utf8_lossy(&ended.stdout).into_owned();
        assert!(ended.status.success() && text.contains("1 passed"), "{text}");
        return;
    }
    let fixture = fixture(&["env"]);
    build(&fixture).await.unwrap();
    let output = output(&fixture);
    assert!(output.contains(&"PASSED_ON=yes".to_owned()), "{output:?}");
    assert!(!output.iter().any(|line| line.contains("hunter2")), "{output:?}");
}

#[tokio::test]
async fn fifty_megabytes_of_output() {
    let many = "yes 'a line of forty-nine characters, more or less ...' | head -c 50000000";
    let long = "head -c 50000000 /dev/zero | tr '\\0' x; echo; echo end";
    let fixture = fixture(&[long]);
    build(&fixture).await.unwrap();
    let lines = output(&fixture);
    assert_eq!((lines.len(), lines[2].as_str()), (3, "end"));
    assert!(lines[1].len() < 5_000, "cut");

    let fixture = self::fixture(&[many]);
    build(&fixture).await.unwrap();
    assert_eq!(output(&fixture).len(), 1 + 50_000_000 / 50);
}

#[test]
fn the_digest_is_of_all_that_the_user_allows() {
    let digest = |change: fn(&mut Fixture)| {
        let mut fixture = fixture(&["make"]);
        fixture.site.folder = "/site".into();
        change(&mut fixture);
        build_digest(&fixture.site)
    };
    let first = digest(|_| {});
    assert!(first.is_some());
    assert_eq!(first, digest(|f| f.site.host = "elsewhere".into()));
    fn of(fixture: &mut Fixture) -> &mut Build {
        fixture.site.build.as_mut().unwrap()
    }
    let others = [
        digest(|f| of(f).commands[0].push(' ')),
        digest(|f| of(f).commands.push(String::new())),
        digest(|f| f.site.folder = "/other".into()),
        digest(|f| drop(of(f).environment.insert("A".into(), "${cred:a}".into()))),
        digest(|f| drop(of(f).environment.insert("A".into(), "${cred:b}".into()))),
        digest(|f| f.site.build = None),
    ];
    for (i, other) in others.iter().enumerate() {
        assert!(*other != first && !others[..i].contains(other), "{i}");
    }
}
