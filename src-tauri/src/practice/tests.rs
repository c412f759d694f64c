//! With the real server, in a data folder of its own.

use std::net::TcpListener;

use slipway_api::Slipway;

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
    assert!(!may_be_practice(&told), "without a certificate");
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

#[tokio::test(flavor = "multi_thread")]
async fn it_moves_to_other_ports_when_its_own_are_taken() {
    let data = tempfile::tempdir().unwrap();
    let first = app(data.path()).await;
    let name = add(&first, "Practice site").await.unwrap();
    let before = only_site(&first).await;
    first.stop().await;
    let _taken = TcpListener::bind((HOST, before.port.unwrap())).unwrap();

    let second = app(data.path()).await;
    let after = only_site(&second).await;
    assert_ne!(after.port, before.port);
    check(&second, &name).await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_server_is_started_for_nobody() {
    let data = tempfile::tempdir().unwrap();
    let server = app(data.path()).await;
    assert!(server.running.lock().await.is_none());
    assert!(!data.path().join("practice").exists());
}
