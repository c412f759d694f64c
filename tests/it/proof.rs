//! What the command says of the site as visitors see it: a web server over the folder of a real FTP server.

use slipway_testkit::{Daemon, Kind, WebReply, WebServer, snapshot};

use crate::harness::start;
use crate::site::Site;

fn pages(daemon: &Daemon) -> WebServer {
    let root = daemon.root().to_owned();
    WebServer::start(move |path| WebReply::file(&root, path.split('?').next().unwrap_or_default()))
}

fn site(daemon: &Daemon) -> Site {
    let site = Site::plain(daemon);
    site.write(&[("index.html", b"home"), ("style.css", b"body {}")]);
    site
}

#[test]
fn a_publish_ends_with_what_visitors_see() {
    for kind in Kind::ALL {
        let daemon = Daemon::start(kind);
        let site = site(&daemon);
        let web = pages(&daemon);
        site.run("site edit", &["--web-url", &web.url()]).done();
        let last = site.publish(&[]).live_with(2, 0, 0);
        let proof = &last["proof"];
        assert_eq!((&proof["finding"], &proof["same"]), (&"live".into(), &2.into()), "{kind:?} {last}");
        // The host's own page, whatever is asked for.
        let parked = WebServer::start(|_| WebReply::Page(b"parked".to_vec()));
        site.run("site edit", &["--web-url", &parked.url()]).done();
        site.write(&[("index.html", b"changed")]);
        let last = site.publish(&[]).live_with(1, 0, 1);
        assert_eq!(last["proof"]["finding"], "other_folder", "{kind:?} {last}");
        assert!(parked.asked().iter().any(|path| path.starts_with("slipway-")), "{kind:?}");
        site.assert_online(daemon.root(), &last);
        assert!(!snapshot(daemon.root()).keys().any(|path| path.contains("slipway-")), "{kind:?}");
    }
}

#[test]
fn over_https_a_certificate_is_judged_as_browsers_judge_it() {
    let daemon = Daemon::start(Kind::ProFtpd);
    let site = site(&daemon);
    let root = daemon.root().to_owned();
    let web =
        WebServer::start_tls(move |path| WebReply::file(&root, path.split('?').next().unwrap_or_default()));
    let plain = pages(&daemon);
    let port = web.port();
    let look = |url: &str, trusted: bool, content: &str| {
        site.run("site edit", &["--web-url", url]).done();
        site.write(&[("index.html", content.as_bytes())]);
        let mut publish = site.command("publish", &[]);
        if trusted {
            publish.env("SSL_CERT_FILE", daemon.ca_pem_path());
        }
        let last = start(&mut publish).end().live();
        let proof = &last["proof"];
        site.assert_online(daemon.root(), &last);
        (proof["finding"].as_str().unwrap().to_owned(), proof["reason"].as_str().map(str::to_owned))
    };
    let no = |reason: &str| ("unreachable".to_owned(), Some(reason.to_owned()));
    assert_eq!(look(&format!("https://localhost:{port}"), true, "1"), ("live".to_owned(), None));
    assert_eq!(look(&format!("https://127.0.0.1:{port}/"), true, "2"), ("live".to_owned(), None));
    assert_eq!(
        look(&format!("https://localhost:{port}"), false, "3"),
        no("certificate"),
        "nobody vouches for it"
    );
    assert_eq!(
        look(&format!("https://127.0.0.2:{port}"), true, "4"),
        no("certificate"),
        "it is for another name"
    );
    assert_eq!(
        look(&plain.url().replace("http:", "https:"), true, "5"),
        no("failed"),
        "no TLS is spoken there"
    );
    // What is refused is not asked.
    assert_eq!(web.asked().iter().filter(|path| *path == "index.html").count(), 2, "{:?}", web.asked());
}
