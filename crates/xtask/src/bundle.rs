//! `cargo xtask bundle`: the packages that people install, with the app, the command and the licences of all in it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::licences;
use crate::run::{ask, run as start};
use crate::setup::{self, Need};
use crate::workspace::Workspace;

/// What each system gets. An AppImage is not among them: it brings along the web engine of the system that built it,
/// and no one would mend that afterwards.
const KINDS: &[&str] = if cfg!(windows) {
    &["nsis", "msi"]
} else if cfg!(target_os = "macos") {
    &["app", "dmg"]
} else {
    &["deb", "rpm"]
};

/// Makes the packages of `kinds`, or all of this system's, and prints where they are.
pub(crate) fn run(kinds: &[String]) -> Result<(), String> {
    let workspace = Workspace::find()?;
    let kinds =
        if kinds.is_empty() { KINDS.iter().map(|kind| (*kind).to_owned()).collect() } else { kinds.to_vec() };
    for file in make(&workspace, &kinds)? {
        println!("{}", file.display());
    }
    Ok(())
}

/// Makes the deb, installs it, with all it depends on, in a system that has never seen Slipway, and starts the app
/// there. Leaves a picture of its window in `target/try`.
pub(crate) fn try_out() -> Result<(), String> {
    let workspace = Workspace::find()?;
    setup::ensure(Need::Trial, &workspace.root)?;
    let is_root = ask(Command::new("id").arg("-u"))?.trim() == "0";
    for deb in make(&workspace, &["deb".to_owned()])? {
        let mut trial = Command::new(if is_root { "env" } else { "sudo" });
        trial.arg(workspace.root.join("packaging").join("try-deb.sh")).arg(deb);
        start(trial.arg(workspace.target.join("try")))?;
    }
    println!("The installed app was started: see window.png in {}.", workspace.target.join("try").display());
    Ok(())
}

fn make(workspace: &Workspace, kinds: &[String]) -> Result<Vec<PathBuf>, String> {
    setup::ensure(Need::Building, &workspace.root)?;
    let licences = licences::write(workspace)?;
    let own = workspace.target.join("bundle");
    fs::create_dir_all(&own).map_err(|error| format!("{} cannot be made: {error}.", own.display()))?;

    // Both programs in one go: built one after the other, most of what they depend on would be built twice.
    let mut build = tauri(&workspace.root, "build");
    build.env("SLIPWAY_LICENCES", &licences);
    start(build.args([
        "--no-bundle",
        "--",
        "--locked",
        "--package",
        "slipway-app",
        "--package",
        "slipway-cli",
    ]))?;

    let config = own.join("tauri.conf.json");
    let command = beside(&workspace.target.join("release"), &own)?;
    let settings = settings(&command, &licences, signing());
    fs::write(&config, settings.to_string())
        .map_err(|error| format!("{} cannot be written: {error}.", config.display()))?;
    let release = workspace.target.join("release").join("bundle");
    for kind in kinds {
        empty(&release.join(kind))?;
    }
    start(
        tauri(&workspace.root, "bundle").arg("--config").arg(&config).arg("--bundles").arg(kinds.join(",")),
    )?;
    let mut made = Vec::new();
    for kind in kinds {
        made.extend(packages(&release.join(kind), kind)?);
    }
    Ok(made)
}

/// Tauri's tool as `ui/package.json` has it.
fn tauri(root: &Path, what: &str) -> Command {
    let mut command = Command::new("node");
    command.current_dir(root).arg("ui/node_modules/@tauri-apps/cli/tauri.js").arg(what);
    command.env("CI", "true");
    command
}

/// Puts the command where the bundler looks for programs that come along, by the name that it expects: with the
/// system it is for. Returns the path without that.
fn beside(release: &Path, own: &Path) -> Result<PathBuf, String> {
    let host = ask(Command::new("rustc").args(["--print", "host-tuple"]))?;
    let suffix = env::consts::EXE_SUFFIX;
    let built = release.join(format!("slipway{suffix}"));
    let wanted = own.join(format!("slipway-{}{suffix}", host.trim()));
    fs::copy(&built, wanted).map_err(|error| format!("{} cannot be copied: {error}.", built.display()))?;
    Ok(own.join("slipway"))
}

/// What is added to `src-tauri/tauri.conf.json` for packages only: a plain build must not ask for these files.
fn settings(command: &Path, licences: &Path, windows: Value) -> Value {
    json!({"bundle": {
        "externalBin": [command],
        "linux": {
            "deb": {"files": {"/usr/share/doc/slipway/copyright": licences}},
            "rpm": {"files": {"/usr/share/licenses/slipway/licences.txt": licences}},
        },
        "windows": windows,
    }})
}

/// Tauri takes what macOS needs from the environment itself.
fn signing() -> Value {
    match env::var("WINDOWS_CERTIFICATE_THUMBPRINT") {
        Ok(thumbprint) if !thumbprint.is_empty() => json!({
            "certificateThumbprint": thumbprint,
            "digestAlgorithm": "sha256",
            "timestampUrl": "http://timestamp.digicert.com",
        }),
        _ => json!({}),
    }
}

/// Takes away the packages of earlier versions, which would be taken for new ones.
fn empty(folder: &Path) -> Result<(), String> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{} cannot be emptied: {error}.", folder.display()))
        }
        _ => Ok(()),
    }
}

/// The finished packages in `folder`, not what they were made from.
fn packages(folder: &Path, kind: &str) -> Result<Vec<PathBuf>, String> {
    let ending = if kind == "nsis" { "exe" } else { kind };
    let entries = fs::read_dir(folder).map_err(|error| format!("no {kind} was made: {error}."))?;
    let found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .collect();
    if found.is_empty() { Err(format!("no {kind} was made in {}.", folder.display())) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_bring_the_command_and_the_licences_along() {
        let settings = settings(Path::new("/t/slipway"), Path::new("/t/licences.txt"), json!({}));
        assert_eq!(settings["bundle"]["externalBin"], json!(["/t/slipway"]));
        assert_eq!(
            settings["bundle"]["linux"]["deb"]["files"],
            json!({"/usr/share/doc/slipway/copyright": "/t/licences.txt"})
        );
    }

    #[test]
    fn only_finished_packages_count() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("Slipway_0.1.0_amd64")).unwrap();
        assert!(packages(folder.path(), "deb").is_err());
        fs::write(folder.path().join("Slipway_0.1.0_amd64.deb"), "").unwrap();
        assert_eq!(packages(folder.path(), "deb").unwrap().len(), 1);
        empty(folder.path()).unwrap();
        assert!(packages(folder.path(), "deb").is_err());
    }
}
