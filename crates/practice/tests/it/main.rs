//! The practice server from outside: FTP and HTTP spoken over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests are tests")]

mod client;
mod tls;

use std::net::TcpListener;

use client::{Client, get};
use secrecy::{ExposeSecret, SecretString};
use slipway_practice::{Options, Practice, PracticeError, write_sample_site};
use tempfile::TempDir;

async fn start(folder: &TempDir) -> Practice {
    Practice::start(Options { folder: folder.path().to_path_buf(), ..Options::default() }).await.unwrap()
}

#[tokio::test]
async fn what_is_published_over_ftp_is_seen_over_http() {
    let folder = tempfile::tempdir().unwrap();
    let practice = start(&folder).await;
    let nothing_yet = get(&practice, "/").await;
    assert_eq!(nothing_yet.status, 404);
    assert!(nothing_yet.body.contains("Nothing is online here yet."));

    let mut ftp = Client::logged_in(&practice).await;
    ftp.upload("index.html", b"<h1>old</h1>").await;
    ftp.upload("next", b"<h1>new</h1>").await;
    assert_eq!(get(&practice, "/").await.body, "<h1>old</h1>");
    ftp.expect("RNFR next", "350").await;
    ftp.expect("RNTO index.html", "250").await;
    ftp.expect("SIZE next", "550").await;

    let page = get(&practice, "/index.html").await;
    assert_eq!((page.status, page.body.as_str()), (200, "<h1>new</h1>"));
    assert!(page.head.contains("content-type: text/html; charset=utf-8\r\n"), "{}", page.head);
    assert!(page.head.contains("cache-control: no-store\r\n"), "{}", page.head);
    practice.stop().await;
}

#[tokio::test]
async fn uploads_work_in_any_folder_by_pasv_and_from_the_middle() {
    let folder = tempfile::tempdir().unwrap();
    let practice = start(&folder).await;
    let mut ftp = Client::logged_in(&practice).await;
    ftp.expect("MKD größe 你", "257").await;
    ftp.upload_by("PASV", "STOR größe 你/a b.txt", b"hello ").await;
    ftp.upload_by("EPSV", "APPE größe 你/a b.txt", b"w").await;
    ftp.expect("REST 6", "350").await;
    ftp.upload_by("EPSV", "STOR größe 你/a b.txt", b"world").await;
    ftp.expect("SIZE größe 你/a b.txt", "213 11").await;
    assert_eq!(get(&practice, "/gr%C3%B6%C3%9Fe%20%E4%BD%A0/a%20b.txt").await.body, "hello world");
    ftp.expect("DELE größe 你/a b.txt", "250").await;
    ftp.expect("RMD größe 你", "250").await;
    practice.stop().await;
}

#[tokio::test]
async fn answers_come_in_the_order_of_the_commands() {
    let folder = tempfile::tempdir().unwrap();
    for size in 0..300 {
        std::fs::write(folder.path().join(size.to_string()), "x".repeat(size)).unwrap();
    }
    let practice = start(&folder).await;
    let mut ftp = Client::logged_in(&practice).await;
    // The listing is slow, so whatever did not wait for it would come first.
    let sizes: String = (0..20).map(|size| format!("SIZE {size}\r\n")).collect();
    ftp.send(&format!("STAT /\r\n{sizes}")).await;
    assert!(ftp.reply().await.starts_with("200-"));
    while !ftp.reply().await.starts_with("200 ") {}
    for size in 0..20 {
        assert_eq!(ftp.reply().await, format!("213 {size}"));
    }
    practice.stop().await;
}

#[tokio::test]
async fn staging_can_be_published_to_but_not_seen() {
    let folder = tempfile::tempdir().unwrap();
    let practice = start(&folder).await;
    let mut ftp = Client::logged_in(&practice).await;
    ftp.expect("MKD .slipway", "257").await;
    ftp.upload(".slipway/000001", b"not yet").await;
    ftp.expect("SIZE .slipway/000001", "213 7").await;
    for path in ["/.slipway/000001", "/%2eslipway/000001", "/.slipway/", "/x/../.slipway/000001"] {
        let page = get(&practice, path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(!page.body.contains("not yet"), "{path}");
    }
    practice.stop().await;
}

#[tokio::test]
async fn nothing_outside_the_folder_is_served() {
    let around = tempfile::tempdir().unwrap();
    std::fs::write(around.path().join("secret.txt"), "secret").unwrap();
    let folder = around.path().join("site");
    let practice = Practice::start(Options { folder, ..Options::default() }).await.unwrap();
    for path in ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt"] {
        let page = get(&practice, path).await;
        assert!(page.status >= 400 && !page.body.contains("secret"), "{path}: {}", page.status);
    }
    let mut ftp = Client::logged_in(&practice).await;
    ftp.expect("SIZE ../secret.txt", "550").await;
    practice.stop().await;
}

#[tokio::test]
async fn the_sample_site_is_shown_with_its_own_page_for_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    write_sample_site(folder.path()).unwrap();
    let practice = start(&folder).await;
    assert!(get(&practice, "/").await.body.contains("Lantern Quay"));
    assert_eq!(get(&practice, "/g%C3%A4ste%20buch/").await.status, 200);
    let style = get(&practice, "/style.css").await;
    assert!(style.head.contains("content-type: text/css; charset=utf-8\r\n"), "{}", style.head);
    let picture = get(&practice, "/images/map.svg").await;
    assert!(picture.head.contains("content-type: image/svg+xml\r\n"), "{}", picture.head);
    let missing = get(&practice, "/nowhere.html").await;
    assert_eq!(missing.status, 404);
    assert!(missing.body.contains("Lost at sea"));
    practice.stop().await;
}

#[tokio::test]
async fn only_the_right_name_and_password_may_log_in() {
    let folder = tempfile::tempdir().unwrap();
    let practice = start(&folder).await;
    let right = practice.password().clone();
    let wrong = SecretString::from("practice");
    for (user, password) in [(practice.user(), &wrong), ("root", &right), ("anonymous", &right)] {
        let mut ftp = Client::connect(&practice).await;
        ftp.expect(&format!("USER {user}"), "331").await;
        ftp.expect(&format!("PASS {}", password.expose_secret()), "530").await;
        ftp.expect("SIZE index.html", "530").await;
    }
    practice.stop().await;
}

#[tokio::test]
async fn two_run_at_once_and_one_keep_folder_gives_one_identity() {
    let (first, second, keep) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let options = |folder: &TempDir| Options {
        folder: folder.path().to_path_buf(),
        keep: Some(keep.path().to_path_buf()),
        ..Options::default()
    };
    let (one, two) = tokio::join!(Practice::start(options(&first)), Practice::start(options(&second)));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.certificate_sha256(), two.certificate_sha256());
    assert_eq!(one.password().expose_secret(), two.password().expose_secret());
    Client::logged_in(&one).await.upload("index.html", b"one").await;
    Client::logged_in(&two).await.upload("index.html", b"two").await;
    assert_eq!(get(&one, "/").await.body, "one");
    assert_eq!(get(&two, "/").await.body, "two");
    one.stop().await;
    assert_eq!(get(&two, "/").await.body, "two");
    two.stop().await;
}

#[tokio::test]
async fn stopping_closes_connections_and_frees_the_ports() {
    let folder = tempfile::tempdir().unwrap();
    let practice = start(&folder).await;
    let mut ftp = Client::logged_in(&practice).await;
    let _under_way = ftp.data_connection("EPSV").await;
    ftp.expect("STOR half.bin", "150").await;
    let ftp_address = practice.ftp_address();
    let web_address = practice.web_address().replace("http://", "").replace('/', "");
    practice.stop().await;
    assert!(ftp.is_closed().await);
    TcpListener::bind(ftp_address).unwrap();
    TcpListener::bind(web_address).unwrap();
}

#[tokio::test]
async fn a_port_that_is_taken_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let http_port = taken.local_addr().unwrap().port();
    let options = Options { folder: folder.path().to_path_buf(), http_port, ..Options::default() };
    let error = Practice::start(options).await.unwrap_err();
    assert!(matches!(error, PracticeError::Port { port, .. } if port == http_port), "{error}");
}

#[tokio::test]
async fn a_file_instead_of_a_folder_is_reported() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let options = Options { folder: file.path().to_path_buf(), ..Options::default() };
    let error = Practice::start(options).await.unwrap_err();
    assert!(matches!(error, PracticeError::Folder { .. }), "{error}");
}
