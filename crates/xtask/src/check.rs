//! `cargo xtask check`: everything about the source that can be judged without running Slipway.
//! All checks run even when one fails, so that one round shows all there is to mend.

use std::process::Command;
use std::time::Instant;

use crate::layers::{impure, of_the_window, wrong_directions};
use crate::run::{ask, cargo, on_path, run as start, show};
use crate::setup::{self, Need};
use crate::ui;
use crate::workspace::{Member, Workspace};

enum Verdict {
    Passed,
    /// Not judged here, and why.
    Skipped(String),
}

type Check = fn(&Workspace) -> Result<Verdict, String>;

const CHECKS: &[(&str, Check)] = &[
    ("format", format),
    ("layers", layers),
    ("front end", front_end),
    ("lints", lints),
    ("documentation", documentation),
    ("bindings", bindings),
    ("licences", licences),
    ("advisories", advisories),
];

/// Runs every check and fails if one of them did.
pub(crate) fn run() -> Result<(), String> {
    let workspace = Workspace::find()?;
    setup::ensure(Need::Building, &workspace.root)?;

    let mut summary = String::new();
    let mut failed = Vec::new();
    for (name, check) in CHECKS {
        let began = Instant::now();
        let verdict = match check(&workspace) {
            Ok(Verdict::Passed) => "passed".to_owned(),
            Ok(Verdict::Skipped(why)) => format!("skipped: {why}"),
            Err(message) => {
                eprintln!("{message}");
                failed.push(*name);
                "FAILED".to_owned()
            }
        };
        summary += &format!("{name:>14} {:5.1} s  {verdict}\n", began.elapsed().as_secs_f32());
    }
    eprint!("\n{summary}");
    if failed.is_empty() { Ok(()) } else { Err(format!("not passed: {}.", failed.join(", "))) }
}

fn in_workspace(workspace: &Workspace, args: &[&str]) -> Command {
    let mut command = cargo();
    command.current_dir(&workspace.root).args(args);
    command
}

fn format(workspace: &Workspace) -> Result<Verdict, String> {
    start(&mut in_workspace(workspace, &["fmt", "--all", "--check"]))?;
    Ok(Verdict::Passed)
}

fn lints(workspace: &Workspace) -> Result<Verdict, String> {
    start(&mut in_workspace(workspace, &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    Ok(Verdict::Passed)
}

/// Naming examples, of which there are none, takes the features that tests ask of dependencies, as the lints do:
/// otherwise half of them would be checked a second time.
fn documentation(workspace: &Workspace) -> Result<Verdict, String> {
    let mut doc =
        in_workspace(workspace, &["doc", "--workspace", "--no-deps", "--lib", "--bins", "--examples"]);
    start(doc.env("RUSTDOCFLAGS", "-D warnings"))?;
    Ok(Verdict::Passed)
}

/// The types, the words and the style of what the window shows.
fn front_end(workspace: &Workspace) -> Result<Verdict, String> {
    start(&mut ui::script(&workspace.root, "check"))?;
    Ok(Verdict::Passed)
}

/// Whether the front end's types are still those of the api. One package alone would be built with other features
/// than in `cargo xtask test`, all it depends on a second time.
fn bindings(workspace: &Workspace) -> Result<Verdict, String> {
    start(&mut in_workspace(workspace, &["test", "--quiet", "--workspace", "--lib", "bindings"]))?;
    Ok(Verdict::Passed)
}

fn layers(workspace: &Workspace) -> Result<Verdict, String> {
    let [crates, app] = ["crates", "src-tauri"].map(|folder| workspace.root.join(folder));
    let (below, rest): (Vec<&Member>, Vec<&Member>) =
        workspace.members.iter().partition(|member| member.folder.starts_with(&crates));
    let mut wrong = wrong_directions(&below);
    wrong.extend(wrong_directions(
        &rest.into_iter().filter(|member| member.folder == app).collect::<Vec<_>>(),
    ));

    // What macros are made of runs in the compiler alone.
    let core = tree(workspace, "normal,no-proc-macro", &["slipway-core"])?;
    wrong.extend(impure(&core).iter().map(|name| format!("slipway-core must not reach {name}.")));

    let names: Vec<&str> = below.iter().map(|member| member.name.as_str()).collect();
    let all = tree(workspace, "all", &names)?;
    wrong.extend(of_the_window(&all).iter().map(|name| format!("no crate under crates/ may reach {name}.")));

    if wrong.is_empty() { Ok(Verdict::Passed) } else { Err(wrong.join("\n")) }
}

/// Everything that `packages` are built with, one a line, for all systems.
fn tree(workspace: &Workspace, edges: &str, packages: &[&str]) -> Result<String, String> {
    let mut command = in_workspace(workspace, &["tree", "--edges", edges, "--prefix", "none"]);
    command.args(["--target", "all"]).args(packages.iter().flat_map(|name| ["--package", name]));
    show(&command);
    ask(&mut command)
}

const NO_DENY: &str = "cargo-deny is not installed (cargo install cargo-deny --locked)";

fn licences(workspace: &Workspace) -> Result<Verdict, String> {
    if !on_path("cargo-deny") {
        return Ok(Verdict::Skipped(NO_DENY.into()));
    }
    start(&mut in_workspace(workspace, &["deny", "check", "licenses", "bans", "sources"]))?;
    Ok(Verdict::Passed)
}

fn advisories(workspace: &Workspace) -> Result<Verdict, String> {
    if !on_path("cargo-deny") {
        return Ok(Verdict::Skipped(NO_DENY.into()));
    }
    let mut command = in_workspace(workspace, &["deny", "check", "advisories"]);
    show(&command);
    match ask(&mut command) {
        Ok(_) => Ok(Verdict::Passed),
        Err(words) if words.contains("advisory database") => {
            Ok(Verdict::Skipped("the database of advisories cannot be fetched from here".into()))
        }
        Err(words) => Err(words),
    }
}
