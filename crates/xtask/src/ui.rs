//! The window's front end in `ui/`: its packages and its built files, made when they are missing or older than what
//! they are made of. The app embeds the built files, so it must never be compiled with old ones.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::run::{ask, run as start};

/// What the front end's tools ask for.
const NODE: (u32, u32) = (20, 19);

/// Names in `ui/` that the built files are not made of: made from the others, or for tests alone.
const NOT_BUILT_FROM: [&str; 7] =
    ["node_modules", "dist", "paraglide", "en-XA.json", "cache", "tests", "README.md"];

/// Fails with what to do unless Node.js and npm are there and new enough.
pub(crate) fn find_node() -> Result<(), String> {
    let wanted = format!("Node.js {}.{} or newer, with npm", NODE.0, NODE.1);
    let advice = "Install it from https://nodejs.org or with your system's packages, then go on.";
    let said = ask(Command::new("node").arg("--version"))
        .and_then(|said| ask(npm().arg("--version")).map(|_| said))
        .map_err(|_| format!("the window is built with {wanted}, which is not here. {advice}"))?;
    let version = said.trim();
    if version_of(version) >= Some(NODE) {
        return Ok(());
    }
    Err(format!("the window is built with {wanted}, and this is {version}. {advice}"))
}

/// Major and minor number of `v20.19.0`.
fn version_of(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.strip_prefix('v')?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// npm, which Windows has as a script.
fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// A script of `ui/package.json`; `root` is the workspace's folder.
pub(crate) fn script(root: &Path, name: &str) -> Command {
    let mut command = npm();
    command.current_dir(root.join("ui")).args(["run", "--silent", name]);
    command
}

/// Fetches the packages and builds the front end, each only if what is there is not newer than what it is made of.
pub(crate) fn ensure_built(root: &Path) -> Result<(), String> {
    let ui = root.join("ui");
    if is_old(&ui.join("node_modules/.package-lock.json"), &[ui.join("package-lock.json")])? {
        start(npm().current_dir(&ui).args(["ci", "--no-audit", "--no-fund"]))?;
    }
    let page = ui.join("dist/index.html");
    if is_old(&page, &sources(&ui)?)? {
        // What is changed while it builds must look newer than what was built.
        let began = SystemTime::now();
        start(&mut script(root, "build"))?;
        File::options()
            .append(true)
            .open(&page)
            .and_then(|file| file.set_modified(began))
            .map_err(failed(&page))?;
    }
    Ok(())
}

/// Everything below `ui` that the built files are made of. Folders count too: they change when a file is taken away.
fn sources(ui: &Path) -> Result<Vec<PathBuf>, String> {
    let (mut found, mut open) = (Vec::new(), vec![ui.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).map_err(failed(&folder))? {
            let entry = entry.map_err(failed(&folder))?;
            if NOT_BUILT_FROM.iter().any(|name| entry.file_name() == *name) {
                continue;
            }
            if entry.file_type().map_err(failed(&entry.path()))?.is_dir() {
                open.push(entry.path());
            }
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Whether `made` is missing, or one of `from` changed after it.
fn is_old(made: &Path, from: &[PathBuf]) -> Result<bool, String> {
    if !made.exists() {
        return Ok(true);
    }
    let made = changed(made)?;
    for path in from {
        if changed(path)? > made {
            return Ok(true);
        }
    }
    Ok(false)
}

fn changed(path: &Path) -> Result<SystemTime, String> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).map_err(failed(path))
}

fn failed(path: &Path) -> impl Fn(io::Error) -> String {
    let path = path.display().to_string();
    move |error| format!("{path} cannot be used: {error}.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(version_of("v20.19.0"), Some((20, 19)));
        assert!(version_of("v20.9.1") < Some(NODE) && version_of("v18.20.4") < Some(NODE));
        assert!(version_of("v20.20.2") >= Some(NODE) && version_of("v101.0.0") >= Some(NODE));
        assert_eq!(version_of("node"), None);
    }

    #[test]
    fn only_what_is_built_from_is_looked_at() {
        let ui = tempfile::tempdir().unwrap();
        for name in ["src/a/App.svelte", "src/messages/en.json", "src/messages/en-XA.json", "dist/index.html"]
        {
            let path = ui.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let mut found: Vec<String> = sources(ui.path())
            .unwrap()
            .iter()
            .map(|path| path.strip_prefix(ui.path()).unwrap().to_string_lossy().replace('\\', "/"))
            .collect();
        found.sort();
        assert_eq!(found, ["src", "src/a", "src/a/App.svelte", "src/messages", "src/messages/en.json"]);
    }

    #[test]
    fn old_is_what_is_missing_or_was_made_before_a_change() {
        let folder = tempfile::tempdir().unwrap();
        let [made, source] = ["made", "source"].map(|name| folder.path().join(name));
        fs::write(&source, "").unwrap();
        let from = [source];
        assert_eq!(is_old(&made, &from), Ok(true));

        let made_at = |time| File::create(&made).unwrap().set_modified(time).unwrap();
        made_at(changed(&from[0]).unwrap() - Duration::from_secs(1));
        assert_eq!(is_old(&made, &from), Ok(true));
        made_at(changed(&from[0]).unwrap() + Duration::from_secs(1));
        assert_eq!(is_old(&made, &from), Ok(false));
    }
}
