//! What is said of the site as visitors see it, with a real web server over what was published.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use slipway_core::{Event, ProofFinding, RunState, Unreached};
use slipway_engine::PublishOptions;
use slipway_remote::memory::{MemoryOptions, MemoryServer};
use slipway_testkit::{WebReply, WebServer, refused_port};

use crate::fixture::Fixture;

/// What a web server says, given the server's files and what is asked for.
type Answer = fn(&BTreeMap<String, Vec<u8>>, &str) -> WebReply;

fn honest(files: &BTreeMap<String, Vec<u8>>, path: &str) -> WebReply {
    let path = path.split('?').next().unwrap_or_default();
    files.get(path).cloned().map_or(WebReply::NotFound, WebReply::Page)
}

fn web(server: &MemoryServer, answer: Answer) -> WebServer {
    let server = server.clone();
    WebServer::start(move |path| answer(&server.files(), path))
}

fn site() -> Fixture {
    let fixture = Fixture::new(MemoryOptions::default());
    fixture.write("index.html", "first");
    fixture.write("about/us.html", "us");
    fixture.write("style.css", "body {}");
    fixture
}

async fn proof(fixture: &Fixture) -> slipway_core::Proof {
    fixture.publish().await.unwrap().proof.unwrap()
}

/// The same after a first publish, of a changed page.
async fn second(fixture: &mut Fixture, web: &WebServer) -> slipway_core::Proof {
    fixture.publish().await.unwrap();
    fixture.site.web_url = Some(web.url());
    fixture.write("index.html", "second");
    proof(fixture).await
}

#[tokio::test]
async fn pages_that_visitors_see_are_proof() {
    let mut fixture = site();
    assert_eq!(fixture.publish().await.unwrap().proof, None, "no address");
    let web = web(&fixture.server, honest);
    fixture.site.web_url = Some(web.url());
    assert_eq!(fixture.publish().await.unwrap().proof, None, "nothing went online");
    for path in ["index.html", "about/us.html", "style.css"] {
        fixture.write(path, "new");
    }
    let found = proof(&fixture).await;
    assert_eq!((found.finding, found.compared, found.same), (ProofFinding::Live, 3, 3));
    let mut asked = web.asked();
    asked.sort();
    assert_eq!(asked, ["about/us.html", "index.html", "style.css"], "each once, and no sign was needed");
}

#[tokio::test]
async fn a_large_site_is_asked_for_little() {
    let mut fixture = site();
    for number in 0..100 {
        fixture.write(&format!("pages/{number}.html"), "page");
        fixture.write(&format!("pictures/{number}.png"), "picture");
    }
    let web = web(&fixture.server, honest);
    fixture.site.web_url = Some(web.url());
    let found = proof(&fixture).await;
    assert_eq!((found.finding, found.compared), (ProofFinding::Live, 12));
    assert!(web.asked().contains(&"index.html".to_owned()));
}

#[tokio::test]
async fn an_old_copy_on_the_way_is_told() {
    let mut fixture = site();
    let web = web(&fixture.server, |files, path| match path {
        "index.html" => WebReply::Page(b"first".to_vec()),
        path => honest(files, path),
    });
    let found = second(&mut fixture, &web).await;
    assert_eq!((found.finding, found.path.as_deref()), (ProofFinding::Cached, Some("index.html")));
    fixture.assert_tidy();
}

#[tokio::test]
async fn an_old_copy_that_can_not_be_got_past_is_told() {
    let mut fixture = site();
    let web = web(&fixture.server, |files, path| match path.split('?').next() {
        Some("index.html") => WebReply::Page(b"first".to_vec()),
        _ => honest(files, path),
    });
    assert_eq!(second(&mut fixture, &web).await.finding, ProofFinding::Cached);
    fixture.assert_tidy();
}

#[tokio::test]
async fn another_folder_is_told() {
    let mut fixture = site();
    // A copy of the site as it was, in another folder.
    let elsewhere = web(&fixture.server, |_, path| match path.split('?').next() {
        Some("index.html") => WebReply::Page(b"first".to_vec()),
        _ => WebReply::NotFound,
    });
    assert_eq!(second(&mut fixture, &elsewhere).await.finding, ProofFinding::OtherFolder);
    fixture.assert_tidy();
    // The page of a host, whatever is asked for.
    let parked = web(&fixture.server, |_, _| WebReply::Page(b"this address is for sale".to_vec()));
    fixture.site.web_url = Some(parked.url());
    fixture.write("index.html", "third");
    let found = proof(&fixture).await;
    assert_eq!((found.finding, found.path.as_deref()), (ProofFinding::OtherFolder, Some("index.html")));
    let states = fixture.states();
    assert_eq!(states.last(), Some(&RunState::Live), "never a failed publish");
    assert_eq!(fixture.online(), fixture.local(), "the sign is gone");
    fixture.assert_tidy();
    assert!(parked.asked().iter().any(|path| path.starts_with("slipway-") && path.len() == 44));
    // And the record of the publish holds: nothing is looked at again.
    fixture.events.lock().unwrap().clear();
    fixture.publish().await.unwrap();
    assert!(!fixture.states().contains(&RunState::TidyingUp), "{:?}", fixture.states());
}

#[tokio::test]
async fn pages_of_programs_are_not_compared() {
    let mut fixture = site();
    let changing = web(&fixture.server, |files, path| match honest(files, path) {
        WebReply::Page(page) if path.contains(".html") => WebReply::Page([&page[..], b"<script>"].concat()),
        reply => reply,
    });
    assert_eq!(second(&mut fixture, &changing).await.finding, ProofFinding::Program);
    fixture.assert_tidy();
    let before = changing.asked().len();
    fixture.write("index.php", "<?php ?>");
    let found = proof(&fixture).await;
    assert_eq!((found.finding, found.path.as_deref()), (ProofFinding::Program, Some("index.php")));
    assert_eq!(changing.asked().len(), before, "a program is not run");
    let packing = web(&fixture.server, |_, _| WebReply::Packed(b"?".to_vec()));
    fixture.site.web_url = Some(packing.url());
    fixture.write("index.html", "packed");
    assert_eq!(proof(&fixture).await.finding, ProofFinding::Program);
}

#[tokio::test]
async fn what_can_not_be_reached_is_told_with_its_reason() {
    let mut fixture = site();
    let said: [(Answer, Unreached); 5] = [
        (|_, _| WebReply::Status(401), Unreached::Locked),
        (|_, _| WebReply::Status(403), Unreached::Locked),
        (|_, _| WebReply::Status(500), Unreached::Failed),
        (|_, _| WebReply::Redirect("http://example.org/".to_owned()), Unreached::Redirected),
        (|_, _| WebReply::Redirect("/round/and/round".to_owned()), Unreached::Redirected),
    ];
    for (number, (answer, reason)) in said.into_iter().enumerate() {
        let web = web(&fixture.server, answer);
        fixture.site.web_url = Some(web.url());
        fixture.write("index.html", &format!("try {number}"));
        let found = proof(&fixture).await;
        assert_eq!((found.finding, found.reason), (ProofFinding::Unreachable, Some(reason)), "{number}");
        fixture.assert_tidy();
    }
    let refused = refused_port();
    fixture.site.web_url = Some(format!("http://127.0.0.1:{}/shop", refused.port()));
    fixture.write("index.html", "refused");
    assert_eq!(proof(&fixture).await.reason, Some(Unreached::Refused));
    let silent = slipway_testkit::hang_server();
    fixture.site.web_url = Some(format!("http://127.0.0.1:{}", silent.port()));
    fixture.write("index.html", "silent");
    assert_eq!(proof(&fixture).await.reason, Some(Unreached::TimedOut));
}

#[tokio::test]
async fn redirects_within_the_website_are_followed() {
    let mut fixture = site();
    let web = web(&fixture.server, |files, path| match path {
        "index.html" => WebReply::Redirect("/moved/index.html".to_owned()),
        path => honest(files, path.strip_prefix("moved/").unwrap_or(path)),
    });
    assert_eq!(second(&mut fixture, &web).await.finding, ProofFinding::Live);
}

#[tokio::test]
async fn nobody_has_to_wait_for_it() {
    let mut fixture = site();
    let cancel = Arc::new(Mutex::new(fixture.cancel.clone()));
    let web = WebServer::start(move |_| {
        cancel.lock().unwrap().cancel();
        WebReply::Hang
    });
    fixture.site.web_url = Some(web.url());
    assert_eq!(fixture.publish().await.unwrap().proof, None);
    assert_eq!(fixture.states().last(), Some(&RunState::Live));
    fixture.assert_tidy();
}

#[tokio::test]
async fn what_a_cut_off_look_left_is_removed_by_the_next_publish() {
    let mut fixture = site();
    let (sender, seen) = tokio::sync::oneshot::channel();
    let sender = Mutex::new(Some(sender));
    let web = WebServer::start(move |path| match path.starts_with("slipway-") {
        true => {
            sender.lock().unwrap().take().map(|sender| sender.send(()));
            WebReply::Hang
        }
        false => WebReply::NotFound,
    });
    fixture.site.web_url = Some(web.url());
    tokio::select! {
        ended = fixture.publish() => panic!("{ended:?}"),
        _ = seen => {}
    }
    assert!(
        fixture.server.files().keys().any(|path| path.starts_with("slipway-")),
        "killed with the sign there"
    );
    fixture.site.web_url = None;
    fixture.publish_with(&PublishOptions::default()).await.unwrap();
    assert_eq!(fixture.online(), fixture.local());
    fixture.assert_tidy();
    let events = fixture.events.lock().unwrap();
    assert!(!events.iter().any(|event| matches!(event, Event::Failed { .. })));
}

#[tokio::test]
async fn who_published_meanwhile_has_the_folder_for_itself() {
    let mut fixture = site();
    fixture.publish().await.unwrap();
    let theirs = format!(".slipway/last-{}", "7".repeat(32));
    let (server, marker) = (fixture.server.clone(), theirs.clone());
    let web = WebServer::start(move |_| {
        server.put(&marker, b"\n");
        WebReply::NotFound
    });
    fixture.site.web_url = Some(web.url());
    fixture.write("index.html", "second");
    proof(&fixture).await;
    assert!(!web.asked().iter().any(|path| path.starts_with("slipway-")), "no sign is put there");
    let files = fixture.server.files();
    assert!(files.contains_key(&theirs), "their marker stays");
    assert!(!files.keys().any(|path| path.contains("lock-")), "and no lock: {:?}", files.keys());
}
