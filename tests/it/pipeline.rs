//! A project file, and the way from the server through a build back to the server.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use slipway_testkit::{Daemon, Kind, snapshot, write_tree};

use crate::harness::{Ended, PASSWORD, start};
use crate::site::Site;

/// What the build makes: a page of the stage's name and of all texts that were brought down. `$$` is a dollar.
const BUILD: &str = "mkdir -p dist && { echo \"<h1>$$STAGE</h1>\"; cat content/*.txt; } > dist/index.html \
    && echo \"$${TEAM_PASSWORD:-none}\" > env.txt";

/// A team's project: two sites on one server, of which one is brought down, built and published.
struct Project {
    site: Site,
    daemon: Daemon,
}

impl Project {
    fn new() -> Self {
        let daemon = Daemon::start(Kind::ProFtpd);
        let site = Site::unknown();
        let project = json!({
            "defaults": {
                "host": "127.0.0.1",
                "port": daemon.port(),
                "protocol": "ftp",
                "user": "${TEAM_USER}",
                "password": "${env:TEAM_PASSWORD}",
                "connections": 3,
            },
            "paths": { "workspaces": "./work" },
            "sites": {
                "shop": {
                    "remote_dir": "shop",
                    "pull": { "into": "content" },
                    "build": {
                        "commands": [BUILD, "echo \"made with $$SECRET for $$MODE\""],
                        "output": "dist",
                        "environment": {
                            "STAGE": "${env:STAGE}",
                            "SECRET": "ftp://me:${cred:shop:ftp_password}@h",
                            "MODE": "production $$",
                        },
                    },
                },
                "blog": { "folder": "./blog", "remote_dir": "blog", "connections": 1 },
            },
        });
        fs::write(site.home().join("slipway.json"), serde_json::to_vec_pretty(&project).unwrap()).unwrap();
        write_tree(&site.home().join("blog"), &[("index.html", b"blog")]);
        daemon.write_tree(&[("shop/news.txt", b"news\n"), ("shop/more/picture.png", b"png")]);
        Self { site, daemon }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.site.slipway();
        let file = self.site.home().join("slipway.json");
        command
            .args(["--json", "--config"])
            .arg(file)
            .args(words)
            .env("TEAM_USER", "slipway-test")
            .env("TEAM_PASSWORD", PASSWORD)
            .env("STAGE", "live & well");
        command
    }

    fn run(&self, words: &[&str]) -> Ended {
        start(&mut self.command(words)).end()
    }

    fn workspace(&self) -> std::path::PathBuf {
        self.site.home().join("work/shop")
    }

    fn online(&self, path: &str) -> String {
        let file = self.daemon.root().join(path);
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    }
}

fn steps(last: &Value) -> Vec<&str> {
    last["steps"].as_array().unwrap().iter().map(|step| step["step"].as_str().unwrap()).collect()
}

fn texts(folder: &Path) -> Vec<String> {
    snapshot(folder).keys().map(ToString::to_string).collect()
}

#[test]
fn a_site_is_brought_down_built_and_published() {
    let project = Project::new();
    let last = project.run(&["run", "shop", "--allow-build"]).live();
    assert_eq!(steps(&last), ["pull", "build", "publish"]);
    assert_eq!(project.online("shop/index.html"), "<h1>live & well</h1>\nnews\n");
    assert_eq!(project.online("shop/news.txt"), "news\n", "what others put there stays");
    assert_eq!(fs::read_to_string(project.workspace().join("content/news.txt")).unwrap(), "news\n");
    assert_eq!(fs::read(project.workspace().join("content/more/picture.png")).unwrap(), b"png");

    let [pull, build, publish] = last["steps"].as_array().unwrap().as_slice() else { panic!("{last}") };
    assert_eq!((&pull["files"], &pull["skipped"]), (&json!(2), &json!(0)), "{last}");
    assert_eq!((&pull["bytes"], &publish["files"]), (&json!(8), &json!(1)), "{last}");
    assert_eq!((&build["files"], &build["failed"]), (&json!(2), &json!(0)), "{last}");
    assert!(pull["connections"].as_u64() >= Some(1) && publish["seconds"].as_f64() > Some(0.0), "{last}");

    // The variable that the password is taken from is not for commands.
    assert_eq!(fs::read_to_string(project.workspace().join("env.txt")).unwrap(), "none\n");

    // It is allowed now, and nothing has changed but what the build makes anew.
    let again = project.run(&["run", "shop"]).live();
    assert_eq!((&again["uploaded"], &again["unchanged"]), (&json!(0), &json!(1)), "{again}");
    // News that others write on the server arrive in the page.
    fs::write(project.daemon.root().join("shop/news.txt"), "fresh news\n").unwrap();
    let fresh = project.run(&["run", "shop"]).live();
    assert_eq!(fresh["downloaded"], 1, "{fresh}");
    assert_eq!(project.online("shop/index.html"), "<h1>live & well</h1>\nfresh news\n");

    let history = project.run(&["history", "shop"]).done();
    let runs = history["runs"].as_array().unwrap();
    assert!(runs.iter().all(|run| run["kind"] == "pipeline" && run["state"] == "live"), "{history}");
    assert_eq!(runs[2]["outcome"]["password_from"], "env");
    assert_eq!(steps(&runs[2]["outcome"]), ["pull", "build", "publish"]);
    assert!(!project.daemon.root().join("blog").exists(), "the other site was not asked for");
}

#[test]
fn what_the_build_says_is_told_without_its_secrets() {
    let project = Project::new();
    let ended = project.run(&["run", "shop", "--allow-build"]);
    let lines: Vec<Value> = ended.events_named("output").iter().map(|event| event["line"].clone()).collect();
    assert_eq!(
        lines,
        ["made with ftp://me:•••@h for production $"],
        "what is written in the file is no secret"
    );
    let run = ended.live()["run"].as_str().unwrap().to_owned();
    let log = project.run(&["history", "shop", "--run", &run, "--log"]).done();
    let lines = log["lines"].as_array().unwrap();
    let said = |text: &str| lines.iter().any(|line| line.as_str().unwrap().contains(text));
    assert!(
        said("made with ftp://me:•••@h for production $") && said("index.html") && said("news.txt"),
        "{log}"
    );
}

#[test]
fn steps_can_be_taken_one_by_one() {
    let project = Project::new();
    let pulled = project.run(&["run", "shop", "--steps", "pull"]).done();
    assert_eq!((&pulled["event"], &pulled["outcome"]), (&json!("finished"), &json!("done")), "{pulled}");
    assert_eq!(texts(&project.workspace()), ["content/more/picture.png", "content/news.txt"]);
    let built = project.run(&["run", "shop", "--steps", "build", "--allow-build"]).done();
    assert_eq!(built["password_from"], Value::Null, "a build needs no password: {built}");
    assert_eq!((&built["outcome"], steps(&built)), (&json!("done"), vec!["build"]), "{built}");
    assert!(project.workspace().join("dist/index.html").exists());
    assert!(!project.daemon.root().join("shop/index.html").exists());
    let live = project.run(&["run", "shop", "--steps", "publish"]).live();
    assert_eq!((&live["uploaded"], steps(&live)), (&json!(1), vec!["publish"]), "{live}");
    // In whatever order they are named.
    let both = project.run(&["run", "shop", "--steps", "publish,build"]).live();
    assert_eq!(steps(&both), ["build", "publish"]);

    project.run(&["publish", "blog"]).live();
    assert_eq!(project.online("blog/index.html"), "blog");
    project.run(&["run", "blog", "--steps", "build"]).failed("configuration_invalid", 3);
}

#[test]
fn a_dry_run_changes_nothing_here_or_there() {
    let project = Project::new();
    let pictures = || (snapshot(project.daemon.root()), snapshot(project.site.home()).len());
    let mut without_notes = pictures();
    let dry = project.run(&["run", "shop", "--dry-run"]).done();
    assert_eq!(dry["pull"]["downloads"], 2, "{dry}");
    assert_eq!(dry["build"]["commands"][0], BUILD.replace("$$", "$"), "{dry}");
    assert!(!project.workspace().exists());
    assert_eq!(pictures().0, without_notes.0);

    project.run(&["run", "shop", "--allow-build"]).live();
    without_notes = pictures();
    let dry = project.run(&["run", "shop", "--dry-run"]).done();
    assert_eq!((&dry["pull"]["downloads"], &dry["pull"]["unchanged"]), (&json!(1), &json!(2)), "{dry}");
    assert_eq!(dry["publish"]["unchanged"], 1, "{dry}");
    assert_eq!(pictures().0, without_notes.0);
}

#[test]
fn a_build_runs_only_once_it_is_allowed_and_only_as_it_was_shown() {
    let project = Project::new();
    project.run(&["run", "shop"]).failed("build_not_allowed", 6);
    assert!(!project.workspace().exists(), "nothing is done before it is allowed");
    project.run(&["run", "shop", "--allow-build"]).live();
    let file = project.site.home().join("slipway.json");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("mkdir -p dist", "mkdir -p dist other")).unwrap();
    project.run(&["run", "shop"]).failed("build_not_allowed", 6);
}

#[test]
fn a_failed_build_sends_nothing() {
    let project = Project::new();
    let file = project.site.home().join("slipway.json");
    let text = fs::read_to_string(&file).unwrap();
    let failing =
        text.replace("echo \\\"made with $$SECRET for $$MODE\\\"", "echo oh no $$SECRET >&2; exit 7");
    fs::write(&file, failing).unwrap();
    let before = snapshot(project.daemon.root());
    let ended = project.run(&["run", "shop", "--allow-build"]);
    let failed = ended.failed("build_failed", 1);
    assert_eq!(
        (&failed["stage"], &failed["site"]),
        (&json!("building"), &json!("nothing_online")),
        "{failed}"
    );
    assert!(failed["detail"].as_str().unwrap().contains("oh no ftp://me:•••@h"), "{failed}");
    assert_eq!(snapshot(project.daemon.root()), before);
    let runs = project.run(&["history", "shop"]).done();
    assert_eq!(steps(&runs["runs"][0]["outcome"]), ["pull", "build"], "{runs}");
    assert_eq!(runs["runs"][0]["outcome"]["steps"][1]["failed"], 1, "{runs}");
}

#[test]
fn a_missing_reference_is_named() {
    let project = Project::new();
    let ended = start(project.command(&["run", "shop", "--allow-build"]).env_remove("TEAM_PASSWORD")).end();
    let failed = ended.failed("configuration_invalid", 3);
    let detail = failed["detail"].as_str().unwrap();
    assert!(detail.contains("TEAM_PASSWORD") && detail.contains("slipway.json:"), "{failed}");
    project.run(&["publish", "shopp"]).failed("site_not_found", 3);
}
