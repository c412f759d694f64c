//! The whole story of a website: added, published, changed, published again.

use slipway_testkit::{Daemon, Kind, Options};

use crate::harness::{PASSWORD, SITE, Scene, Website, say, say_with};

#[test]
fn a_website_is_added_published_changed_and_published_again() {
    let daemon = Daemon::start(Kind::Vsftpd);
    daemon.write_tree(&[("public_html/hello.html", b"the host's own page"), ("logs/today", b"")]);
    let online = Website::of(&daemon.root().join("public_html"));
    let scene = Scene::new();
    let window = scene.open();
    window.heading(&say("welcome_title"));
    window.screen("welcome");

    window.press(&say("welcome_add"));
    window.choose_folder(&say("folder_choose"), &scene.folder());
    window.sees(&say_with("files", &[("count", "3")]));
    window.accept_folder();

    // What the hosting company mailed fills the fields.
    let mail = format!(
        "Dear customer,\n\nyour web space is ready.\n\nFTP server: 127.0.0.1\nPort: {}\nUser name: {}\nPassword: {PASSWORD}\n\n\
         Kind regards\nBright Harbour Hosting\n",
        daemon.port(),
        daemon.user()
    );
    window.copy_elsewhere(&mail);
    window.press(&say("paste_action"));
    window.sees(&say("pasted_found"));
    assert_eq!(window.value(&say("server_address")), "127.0.0.1");
    assert_eq!(window.value(&say("user_name")), daemon.user());
    assert_eq!(window.value(&say("password")), PASSWORD);
    window.screen("add-hosting");
    window.press(&say("action_continue"));
    window.trust(&daemon);
    window.all_is_well();

    window.find("treeitem", &format!("public_html {} 1 file", say("tree_likely")));
    window.sees(&say_with("place_foreign", &[("count", "1")]));
    window.sees(&say_with("place_foreign_text", &[("count", "1")]));
    window.fill(&say("web_address"), online.address());
    window.screen("add-place");
    assert_eq!(window.value(&say("site_name")), SITE);
    window.press(&say("publish_now"));
    window.is_live();
    window.find("button", &say("visit_website"));
    assert_eq!(online.get("index.html").as_deref(), Some("<h1>Wildflower</h1>"));
    assert_eq!(online.get("css/style.css").as_deref(), Some("h1 { color: teal }"));
    assert_eq!(online.get("hello.html").as_deref(), Some("the host's own page"), "it was left alone");

    window.press(&say("back_to_overview"));
    window.heading(&say("nothing_title"));
    window.screen("up-to-date");
    scene.write(&[("index.html", b"<h1>Wildflower & Co.</h1>"), ("about.html", b"<h1>About us</h1>")]);
    window.press(&say("action_look_again"));
    window.finds_changes("2");
    window.sees("index.html");
    window.sees("about.html");
    window.screen("changes");
    window.press(&say_with("publish_changes", &[("count", "2")]));
    window.is_live();
    assert_eq!(online.get("index.html").as_deref(), Some("<h1>Wildflower & Co.</h1>"));
    assert_eq!(online.get("about.html").as_deref(), Some("<h1>About us</h1>"));

    // The version before comes back, and the folder stays as it is.
    window.put_back();
    assert_eq!(online.get("index.html").as_deref(), Some("<h1>Wildflower</h1>"));
    assert_eq!(online.get("about.html").as_deref(), Some("<h1>About</h1>"));
    window.press(&say("back_to_overview"));
    window.finds_changes("2");
    window.press(&say_with("publish_changes", &[("count", "2")]));
    window.is_live();
    assert_eq!(online.get("about.html").as_deref(), Some("<h1>About us</h1>"));

    // The password is in the key ring and nowhere else, so another start needs none.
    let kept = scene.desktop.run(&["secret-tool", "search", "--all", "service", "Slipway"]);
    assert!(kept.said.contains(PASSWORD), "{kept:?}");
    scene.nothing_holds(PASSWORD);
    window.close();
    let window = scene.open();
    window.heading(&say("nothing_title"));
    scene.write(&[("new.html", b"<h1>New</h1>")]);
    window.press(&say("action_look_again"));
    window.press(&say_with("publish_changes", &[("count", "1")]));
    window.is_live();
    assert_eq!(online.get("new.html").as_deref(), Some("<h1>New</h1>"));
}

#[test]
fn a_folder_named_at_the_start_is_added_by_typing() {
    let daemon = Daemon::with(Kind::ProFtpd, Options::default());
    let online = Website::of(daemon.root());
    let scene = Scene::new();
    let window = scene.open_with(&[scene.folder().to_str().unwrap()]);
    window.accept_folder();
    window.add_at(&daemon);
    window.is_live();
    assert_eq!(online.get("about.html").as_deref(), Some("<h1>About</h1>"));
}

#[test]
fn the_practice_site_is_published_changed_and_published_again() {
    let scene = Scene::new();
    let window = scene.open();
    window.press(&say("welcome_practice"));
    window.heading(&say("first_title"));
    window.screen("first");
    let shown: serde_json::Value = serde_json::from_str(&scene.command(&["site", "list"])).unwrap();
    let site = &shown["sites"][0];
    let (folder, web) = (site["folder"].as_str().unwrap(), site["web_url"].as_str().unwrap());
    let folder = std::path::Path::new(folder);
    let files = slipway_testkit::snapshot(folder).len();
    assert_eq!(crate::harness::get(web, "index.html"), None, "nothing is online yet");
    window.press(&say_with("publish_files", &[("count", &files.to_string())]));
    window.is_live();
    let page = || crate::harness::get(web, "index.html");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let first = read("index.html");
    assert_eq!(page(), Some(first.clone()));

    let changed = first.replace("</body>", "<p>Changed</p></body>");
    slipway_testkit::write_tree(
        folder,
        &[("index.html", changed.as_bytes()), ("more.html", b"<h1>More</h1>")],
    );
    window.press(&say("back_to_overview"));
    window.press(&say("action_look_again"));
    window.finds_changes("2");
    window.press(&say_with("publish_changes", &[("count", "2")]));
    window.is_live();
    assert_eq!(page(), Some(changed));
    assert_eq!(crate::harness::get(web, "more.html").as_deref(), Some("<h1>More</h1>"));
    window.put_back();
    assert_eq!(page(), Some(first));
    assert_eq!(crate::harness::get(web, "more.html"), None);

    // It is there again after another start, at the same address.
    window.close();
    let window = scene.open();
    window.finds_changes("2");
    assert!(page().is_some());
}
