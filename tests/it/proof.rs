//! What the command says of the site as visitors see it: a web server over the folder of a real FTP server.

use slipway_testkit::{Daemon, Kind, WebReply, WebServer, snapshot};

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
