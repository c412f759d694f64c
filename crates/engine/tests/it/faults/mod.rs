//! The fault matrix: a publish over real connections to a server that does one thing wrong, at every command, in every
//! way, once and from then on. Each run goes live or ends with the right code, visitors see whole files only, and the
//! next publish without faults ends equal to the folder, with nothing left over.

mod expected;
mod scene;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use slipway_core::SiteState;
use slipway_testkit::{ScriptedFault, ScriptedOrder, ScriptedTree};
use tempfile::TempDir;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use expected::expected;
use scene::{Ahead, Played, Scene, Version, Way, later_site, new_site, old_site, visible};

/// So many points are tried at once.
const AT_ONCE: usize = 6;

/// A command, and what goes wrong there.
#[derive(Clone, Debug)]
struct Point {
    order: ScriptedOrder,
    verb: String,
}

/// Every fault at every command of a publish that goes well.
async fn points(scene: &Scene, tls: bool, ahead: Ahead, lasting: bool) -> Vec<Point> {
    let data = TempDir::new().unwrap();
    let way = Way { tls, ahead, order: None };
    let clean = scene.play(Version::New, &scene.online, scene.ledger(data.path()), way).await;
    clean.result.unwrap();
    assert_eq!(is_ahead(&clean.record), ahead != Ahead::Never, "{:?}", clean.record);
    assert_eq!(clean.complaints, Vec::<String>::new());
    assert_eq!(visible(&clean.tree), new_site());
    assert_eq!(left_over(&clean.tree), None);
    let mut points = Vec::new();
    for (at, command) in (1..).zip(&clean.record) {
        let verb = command.split(' ').next().unwrap();
        let faults = ScriptedFault::all().into_iter().filter(|fault| fault.concerns(verb, tls));
        let point = |fault| Point { order: ScriptedOrder { at, fault, lasting }, verb: verb.to_owned() };
        points.extend(faults.map(point));
    }
    points
}

/// What is there and should not be, or the other way round, after a publish that went well.
fn left_over(tree: &ScriptedTree) -> Option<String> {
    let (own, folders): (Vec<&str>, Vec<&str>) = tree
        .files()
        .map(|(path, _)| path)
        .chain(tree.folders())
        .partition(|path| path.starts_with(".slipway/"));
    let folders: Vec<&str> =
        folders.into_iter().filter(|path| tree.folders().any(|folder| folder == *path)).collect();
    let expected = [".slipway", "becomes", "new", "new/deep", "shared", "theirs", "theirs/empty"];
    let tidy = own.len() == 2 && own[0] == ".slipway/.htaccess" && own[1].starts_with(".slipway/last-");
    (!tidy || folders != expected).then(|| format!("left over: {own:?}, {folders:?}"))
}

/// Whether uploads were written ahead: the next `EPSV` comes before the size of the last file is asked.
fn is_ahead(record: &[String]) -> bool {
    record.windows(2).any(|two| two[0].starts_with("STOR") && two[1] == "EPSV")
}

/// What is wrong with how a run ended.
fn judge(point: &Point, played: &Played) -> Vec<String> {
    let mut wrong = played.complaints.clone();
    wrong.truncate(1);
    let (online, expected) = (visible(&played.tree), expected(point.order, &point.verb));
    let (old, new) = (old_site(), new_site());
    match &played.result {
        Ok(_) if !expected.live => wrong.push("it must not go live".to_owned()),
        Ok(_) if online != new => wrong.push("it says that it is live, and it is not".to_owned()),
        Ok(_) => {}
        Err(failure) => {
            if !expected.codes.contains(&failure.code) {
                wrong.push(format!("ended with {failure}"));
            }
            let as_said = match failure.site {
                SiteState::Untouched => online == old,
                SiteState::Live => new.iter().all(|(path, content)| online.get(path) == Some(content)),
                _ => true,
            };
            if !as_said {
                wrong.push(format!("{:?} is not how the site stands", failure.site));
            }
        }
    }
    wrong
}

/// Publishes with the fault, and again without; what was wrong, and what to call the outcome.
async fn try_out(scene: &Scene, tls: bool, ahead: Ahead, point: &Point) -> (String, Vec<String>) {
    let data = TempDir::new().unwrap();
    let ledger = scene.ledger(data.path());
    let way = Way { tls, ahead, order: Some(point.order) };
    let played = scene.play(Version::New, &scene.online, ledger.clone(), way).await;
    let mut wrong = judge(point, &played);
    let way = Way { ahead: if ahead == Ahead::Untried { Ahead::Known } else { ahead }, order: None, ..way };
    let next = scene.play(Version::Later, &played.tree, ledger, way).await;
    wrong.extend(next.complaints.first().map(|complaint| format!("next: {complaint}")));
    match &next.result {
        Err(failure) => wrong.push(format!("next: {failure}")),
        Ok(_) if visible(&next.tree) != later_site() => wrong.push("next: not as the folder".to_owned()),
        Ok(_) => wrong.extend(left_over(&next.tree).map(|left| format!("next: {left}"))),
    }
    let outcome = played.result.map_or_else(|failure| failure.code.to_string(), |_| "live".to_owned());
    (outcome, wrong)
}

/// Tries all points, prints how many there were and how they ended, and fails with all that was wrong.
async fn try_all(tls: bool, ahead: Ahead, lasting: bool, wanted: fn(&Point, &[Point]) -> bool) {
    let (scene, started) = (Arc::new(Scene::new().await), Instant::now());
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut trying = JoinSet::new();
    let points = points(&scene, tls, ahead, lasting).await;
    for point in points.iter().filter(|point| wanted(point, &points)).cloned() {
        let (scene, permits) = (scene.clone(), permits.clone());
        trying.spawn(async move {
            let _permit = permits.acquire().await.unwrap();
            let (outcome, wrong) = try_out(&scene, tls, ahead, &point).await;
            (point, outcome, wrong)
        });
    }
    let (mut outcomes, mut failed) =
        (BTreeMap::<String, usize>::new(), BTreeMap::<String, Vec<String>>::new());
    while let Some(tried) = trying.join_next().await {
        let (Point { order, verb }, outcome, wrong) = tried.unwrap();
        *outcomes.entry(outcome).or_default() += 1;
        let place = format!("{verb} {}", order.at);
        for wrong in wrong {
            failed.entry(format!("{:?}: {wrong}", order.fault)).or_default().push(place.clone());
        }
    }
    let count: usize = outcomes.values().sum();
    println!(
        "fault matrix: {count} points (TLS: {tls}, ahead: {ahead:?}, lasting: {lasting}) in {:.0?}: {outcomes:?}",
        started.elapsed()
    );
    assert!(failed.is_empty(), "{failed:#?}");
}

/// What is tried each time: what was once got wrong at some command, and one fault of each other kind that needs no
/// time-out, at each verb's first and last command.
fn is_quick(point: &Point, points: &[Point]) -> bool {
    use ScriptedFault::{CutAfter, CutTls, Garbage, NothingDone, Refuse, RefuseSession, Truncate, Twice};
    let found_bugs = [NothingDone, Twice, Refuse(550)];
    let others = [CutAfter, Refuse(421), Refuse(452), Truncate, Garbage, CutTls, RefuseSession];
    let mut alike = points.iter().filter(|other| other.verb == point.verb).map(|other| other.order.at);
    let (first, last) = (alike.clone().min(), alike.by_ref().max());
    let at_an_end = [first, last].contains(&Some(point.order.at));
    found_bugs.contains(&point.order.fault) || (others.contains(&point.order.fault) && at_an_end)
}

/// What is tried each time where the server is not known yet: up to the first batch, and what comes of it.
fn is_quick_at_first(point: &Point, points: &[Point]) -> bool {
    let sent = points.iter().filter(|other| other.verb == "STOR").map(|other| other.order.at).nth(2);
    is_quick(point, points) && point.order.at <= sent.unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_worst_faults_at_any_command() {
    try_all(false, Ahead::Known, false, is_quick).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_worst_faults_at_any_command_with_nothing_written_ahead() {
    try_all(false, Ahead::Never, false, is_quick).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_worst_faults_while_it_is_tried_what_can_be_written_ahead() {
    try_all(false, Ahead::Untried, false, is_quick_at_first).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "takes minutes"]
async fn a_fault_at_any_command() {
    try_all(false, Ahead::Known, false, |_, _| true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "takes minutes"]
async fn a_fault_at_any_command_with_nothing_written_ahead() {
    try_all(false, Ahead::Never, false, |_, _| true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "takes minutes"]
async fn a_fault_at_any_command_while_it_is_tried() {
    try_all(false, Ahead::Untried, false, |_, _| true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "takes minutes"]
async fn a_fault_at_any_command_under_tls() {
    try_all(true, Ahead::Known, false, |_, _| true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "takes minutes"]
async fn a_fault_at_any_command_under_tls_with_nothing_written_ahead() {
    try_all(true, Ahead::Never, false, |_, _| true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "takes minutes"]
async fn a_fault_at_any_command_under_tls_while_it_is_tried() {
    try_all(true, Ahead::Untried, false, |_, _| true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "takes minutes"]
async fn a_fault_from_any_command_on() {
    try_all(false, Ahead::Known, true, |_, _| true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "takes minutes"]
async fn a_fault_from_any_command_on_with_nothing_written_ahead() {
    try_all(false, Ahead::Never, true, |_, _| true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "takes minutes"]
async fn a_fault_from_any_command_on_while_it_is_tried() {
    try_all(false, Ahead::Untried, true, |_, _| true).await;
}
