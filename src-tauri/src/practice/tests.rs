//! With the real server, in a data folder of its own.

use std::net::TcpListener;

use slipway_api::Slipway;
use slipway_api::desk::{HostEvent, PublishRequest, RunEvent};

use super::*;

fn site(name: &str) -> Site {
    Site::new(SiteName::new(name).unwrap(), "/nowhere".into(), HOST, "practice")
}

/// The app as it starts in this data folder.
async fn app(data: &Path) -> PracticeServer {
    let slipway = Slipway::open(Some(data), None).unwrap();
    let server = PracticeServer::new(Desk::new(slipway));
    resume(&server).await;
    server
}

async fn only_site(server: &PracticeServer) -> Site {
    let sites = server.desk.slipway().sites().await.unwrap();
    assert_eq!(sites.len(), 1);
    sites.into_iter().next().unwrap()
}

/// Logs in as the desk does.
async fn check(server: &PracticeServer, name: &SiteName) {
    server.desk.check_server(name, |_| {}).await.unwrap();
}

#[test]
fn a_taken_name_gets_a_number() {
    let sites = [site("Practice site"), site("practice SITE 2")];
    assert_eq!(free_name("Practice site", &sites).unwrap().as_str(), "Practice site 3");
    assert_eq!(free_name("Übung", &sites).unwrap().as_str(), "Übung");
    assert_eq!(free_name("a/b", &sites).unwrap_err().code, Code::ConfigurationInvalid);
}

#[test]
fn ports_come_from_the_site() {
    let told = Site { port: Some(2121), web_url: Some("http://127.0.0.1:8080/".into()), ..site("a") };
    assert_eq!(Ports::of(&told), Ports { ftp: 2121, web: 8080 });
    let elsewhere = Site { web_url: Some("https://example.com:8080/".into()), ..told.clone() };
    assert_eq!(Ports::of(&elsewhere), Ports { ftp: 2121, web: 0 });
    assert_eq!(Ports::of(&site("a")), Ports::default());
    assert!(may_be_practice(&told));
    assert!(!may_be_practice(&Site { host: "localhost".into(), ..told }));
    let both = Ports { ftp: 2121, web: 8080 };
    assert_eq!(both.without(2121), Ports { ftp: 0, web: 8080 });
    assert_eq!(both.without(8080), Ports { ftp: 2121, web: 0 });
    assert_eq!(both.without(0), both);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_there_again_at_the_next_start() {
    let data = tempfile::tempdir().unwrap();
    let first = app(data.path()).await;
    let name = add(&first, "Practice site").await.unwrap();
    let site = only_site(&first).await;
    assert!(site.folder.join("index.html").is_file());
    check(&first, &name).await;
    first.stop().await;
    drop(first);

    let second = app(data.path()).await;
    assert_eq!(only_site(&second).await, site);
    check(&second, &name).await;
    assert_eq!(add(&second, "Another name").await.unwrap(), name);
    second.stop().await;
}

/// Publishes, and waits until it is live.
async fn publish(server: &PracticeServer, name: &SiteName) {
    let (ended, mut end) = tokio::sync::mpsc::unbounded_channel();
    let _subscription = server
        .desk
        .subscribe(move |events| {
            for event in events {
                if let HostEvent::Run { event: RunEvent::Finished { .. } | RunEvent::Failed { .. }, .. } =
                    event
                {
                    ended.send(event).unwrap();
                }
            }
        })
        .await;
    server.desk.publish(name, PublishRequest::default()).await.unwrap();
    let event = end.recv().await.unwrap();
    assert!(matches!(event, HostEvent::Run { event: RunEvent::Finished { .. }, .. }), "{event:?}");
}

/// The site as the window shows it.
async fn online(server: &PracticeServer) -> Option<u64> {
    server.desk.sites().await.unwrap()[0].online.as_ref().map(|online| online.files)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_moves_from_a_port_that_is_taken_and_takes_its_record_along() {
    let data = tempfile::tempdir().unwrap();
    let first = app(data.path()).await;
    let name = add(&first, "Practice site").await.unwrap();
    publish(&first, &name).await;
    let (before, files) = (only_site(&first).await, online(&first).await);
    assert!(files.is_some_and(|files| files > 0));
    first.stop().await;
    let _taken = TcpListener::bind((HOST, before.port.unwrap())).unwrap();

    let second = app(data.path()).await;
    let after = only_site(&second).await;
    assert_ne!(after.port, before.port);
    assert_eq!(after.web_url, before.web_url, "the other port stays");
    check(&second, &name).await;
    assert_eq!(online(&second).await, files);
    let plan = second.desk.preview(&name, PublishRequest::default()).await.unwrap();
    assert!(plan.changes.is_empty() && plan.conflicts.is_empty());
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_one_finds_an_empty_server() {
    let data = tempfile::tempdir().unwrap();
    let server = app(data.path()).await;
    let name = add(&server, "Practice site").await.unwrap();
    publish(&server, &name).await;
    let served = data.path().join("practice").join(SERVER);
    assert!(served.join("index.html").is_file());
    server.desk.remove_site(&name).await.unwrap();
    assert!(served.join("index.html").is_file(), "what is online stays online until then");

    let again = add(&server, "Practice site").await.unwrap();
    assert_eq!(std::fs::read_dir(&served).unwrap().count(), 0);
    check(&server, &again).await;
    publish(&server, &again).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_on_somebodys_own_server_starts_nothing() {
    let data = tempfile::tempdir().unwrap();
    let first = app(data.path()).await;
    let name = add(&first, "Practice site").await.unwrap();
    first.desk.remove_site(&name).await.unwrap();
    let own = Site { port: Some(2121), trusted_certificate: Some(Sha256([7; 32])), ..site("own") };
    first.desk.slipway().add_site(own.clone(), None).await.unwrap();
    first.stop().await;

    let second = app(data.path()).await;
    assert!(second.running.lock().await.is_none());
    assert_eq!(only_site(&second).await, own);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_server_is_started_for_nobody() {
    let data = tempfile::tempdir().unwrap();
    let server = app(data.path()).await;
    assert!(server.running.lock().await.is_none());
    assert!(!data.path().join("practice").exists());
}
