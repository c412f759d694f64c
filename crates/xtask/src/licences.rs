//! `cargo xtask licences`: what others wrote of all that ships in the app, and the terms they gave it under.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::run::{ask, cargo, run as start};
use crate::setup::{self, Need};
use crate::texts::{Package, find_texts, render};
use crate::workspace::Workspace;

/// The systems that Slipway is made for.
const TARGETS: [&str; 6] = [
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "x86_64-pc-windows-msvc",
    "aarch64-pc-windows-msvc",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
];

/// What the installed packages hold.
const SHIPPED: [&str; 2] = ["slipway-app", "slipway-cli"];

/// A tool whose output ships, so that no import names it.
const GENERATOR: &str = "@inlang/paraglide-js";

/// Writes `target/licences.txt` and says how many packages are in it.
pub(crate) fn run() -> Result<(), String> {
    let workspace = Workspace::find()?;
    setup::ensure(Need::Building, &workspace.root)?;
    let path = write(&workspace)?;
    println!("The licences of all that ships are in {}.", path.display());
    Ok(())
}

/// Collects packages and texts, and returns where the list is.
pub(crate) fn write(workspace: &Workspace) -> Result<PathBuf, String> {
    let mut packages = crates(workspace)?;
    packages.push(library(workspace)?);
    packages.extend(front_end(workspace)?);
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    let path = workspace.target.join("licences.txt");
    fs::write(&path, render(&packages))
        .map_err(|error| format!("{} cannot be written: {error}.", path.display()))?;
    Ok(path)
}

fn crates(workspace: &Workspace) -> Result<Vec<Package>, String> {
    let mut command = cargo();
    command.current_dir(&workspace.root).args(["metadata", "--locked", "--format-version", "1"]);
    command.args(TARGETS.iter().flat_map(|target| ["--filter-platform", target]));
    let metadata = json(&ask(&mut command)?, "`cargo metadata`")?;
    shipped(&metadata)
        .into_iter()
        .map(|package| {
            let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
            described(package, manifest.parent().unwrap_or(manifest))
        })
        .collect()
}

/// The crates of others that end up in what ships: neither built for tests nor run by the compiler alone.
fn shipped(metadata: &Value) -> Vec<&Value> {
    let list = |value: &'_ Value| value.as_array().cloned().unwrap_or_default();
    let packages: BTreeMap<&str, &Value> = metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|package| Some((package["id"].as_str()?, package)))
        .collect();
    let nodes: BTreeMap<&str, Vec<Value>> = metadata["resolve"]["nodes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|node| Some((node["id"].as_str()?, list(&node["deps"]))))
        .collect();
    let runs =
        |package: &Value| !list(&package["targets"]).iter().any(|target| target["kind"][0] == "proc-macro");

    let mut open: Vec<String> = packages
        .iter()
        .filter(|(_, package)| SHIPPED.iter().any(|name| package["name"] == *name))
        .map(|(id, _)| (*id).to_owned())
        .collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if !packages.get(id.as_str()).is_some_and(|package| runs(package)) || !seen.insert(id.clone()) {
            continue;
        }
        let linked = |edge: &&Value| list(&edge["dep_kinds"]).iter().any(|kind| kind["kind"].is_null());
        let edges = nodes.get(id.as_str()).into_iter().flatten().filter(linked);
        open.extend(edges.filter_map(|edge| edge["pkg"].as_str().map(String::from)));
    }
    let foreign = |package: &&Value| !package["source"].is_null();
    seen.iter().filter_map(|id| packages.get(id.as_str()).copied()).filter(foreign).collect()
}

/// Rust's own library is in every program that it compiles. Taken under the same licence as Slipway's own.
fn library(workspace: &Workspace) -> Result<Package, String> {
    let version = ask(Command::new("rustc").arg("--version"))?;
    let apache = workspace.root.join("LICENSE-APACHE");
    let text = fs::read_to_string(&apache)
        .map_err(|error| format!("{} cannot be read: {error}.", apache.display()))?;
    Ok(Package {
        name: "the Rust standard library".into(),
        version: version.split_whitespace().nth(1).unwrap_or_default().into(),
        licence: "MIT OR Apache-2.0".into(),
        home: "https://github.com/rust-lang/rust".into(),
        texts: vec![text],
    })
}

/// The npm packages that Vite finds in what it builds.
fn front_end(workspace: &Workspace) -> Result<Vec<Package>, String> {
    let ui = workspace.root.join("ui");
    let out = workspace.target.join("front-end");
    start(Command::new("node").current_dir(&ui).arg("scripts/bundled.js").arg(&out))?;
    let bundled = read_json(&out.join("packages.json"))?;
    let names = bundled.as_array().into_iter().flatten().filter_map(|package| package["name"].as_str());
    names
        .chain([GENERATOR])
        .map(|name| {
            let folder = ui.join("node_modules").join(name);
            described(&read_json(&folder.join("package.json"))?, &folder)
        })
        .collect()
}

/// What a manifest says of itself, `Cargo.toml` and `package.json` alike, with the texts beside it.
fn described(manifest: &Value, folder: &Path) -> Result<Package, String> {
    let text = |value: &Value| value.as_str().map(String::from);
    let home = &manifest["repository"];
    Ok(Package {
        name: text(&manifest["name"]).ok_or_else(|| format!("{} has no name.", folder.display()))?,
        version: text(&manifest["version"]).unwrap_or_default(),
        licence: text(&manifest["license"]).unwrap_or_else(|| "see its text".into()),
        home: text(home).or_else(|| text(&home["url"])).unwrap_or_default(),
        texts: find_texts(folder)?,
    })
}

fn read_json(path: &Path) -> Result<Value, String> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| format!("{name} cannot be read: {error}."))?;
    json(&text, &name)
}

fn json(text: &str, what: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("{what} is not JSON: {error}."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_is_linked_into_the_app_ships() {
        let package = |id: &str, kind: &str, source: Option<&str>| json!({"id": id, "name": id, "source": source, "targets": [{"kind": [kind]}]});
        let edge = |to: &str, kind: Option<&str>| json!({"pkg": to, "dep_kinds": [{"kind": kind}]});
        let other = Some("registry");
        let metadata = json!({
            "packages": [
                package("slipway-app", "bin", None), package("ours", "lib", None), package("linked", "lib", other),
                package("deep", "lib", other), package("derive", "proc-macro", other), package("syn", "lib", other),
                package("for-tests", "lib", other), package("for-building", "lib", other), package("alone", "lib", other),
            ],
            "resolve": {"nodes": [
                {"id": "slipway-app", "deps": [edge("ours", None), edge("for-building", Some("build"))]},
                {"id": "ours", "deps": [edge("linked", None), edge("for-tests", Some("dev")), edge("derive", None)]},
                {"id": "linked", "deps": [edge("deep", None)]},
                {"id": "deep", "deps": [edge("linked", None)]},
                {"id": "derive", "deps": [edge("syn", None)]},
            ]},
        });
        let names: Vec<&str> =
            shipped(&metadata).iter().filter_map(|package| package["name"].as_str()).collect();
        assert_eq!(names, ["deep", "linked"]);
    }

    #[test]
    fn both_kinds_of_manifest_are_understood() {
        let folder = tempfile::tempdir().unwrap();
        let crates =
            json!({"name": "a", "version": "1.0.0", "license": "MIT", "repository": "https://a.example"});
        let npm = json!({"name": "@b/c", "version": "2.0.0", "license": "ISC", "repository": {"url": "https://b.example"}});
        let homes = [crates, npm].map(|manifest| described(&manifest, folder.path()).unwrap().home);
        assert_eq!(homes, ["https://a.example", "https://b.example"]);
        assert_eq!(described(&json!({"name": "d"}), folder.path()).unwrap().licence, "see its text");
        assert!(described(&json!({}), folder.path()).is_err());
    }
}
