//! What cargo knows of this workspace: where it is, who depends on whom, and where a built command lies.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use crate::run::{ask, cannot_start, cargo, show};

/// The workspace as `cargo metadata` describes it.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    /// The build folder, wherever `CARGO_TARGET_DIR` or a configuration puts it.
    pub(crate) target: PathBuf,
    pub(crate) members: Vec<Member>,
}

/// One package of the workspace.
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    /// Names of the packages it is built with: no dev-dependencies.
    pub(crate) dependencies: Vec<String>,
}

impl Workspace {
    /// Asks cargo; reads no network and builds nothing.
    pub(crate) fn find() -> Result<Self, String> {
        let text = ask(cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
        let metadata: Value =
            serde_json::from_str(&text).map_err(|error| format!("`cargo metadata` is not JSON: {error}."))?;
        let path = |key: &str| metadata[key].as_str().map(PathBuf::from);
        match (path("workspace_root"), path("target_directory"), metadata["packages"].as_array()) {
            (Some(root), Some(target), Some(packages)) => {
                let members = packages.iter().filter_map(member).collect();
                Ok(Self { root, target, members })
            }
            _ => Err("`cargo metadata` does not say where the workspace is.".into()),
        }
    }

    /// Builds the `slipway` command alone, without what the window needs, and returns where it lies.
    pub(crate) fn build_command(&self) -> Result<PathBuf, String> {
        find(&self.build(&["--package", "slipway-cli"])?, COMMAND)
    }

    /// Builds the app and every command.
    ///
    /// xtask itself is left out: it is running, and Windows does not let a running program be replaced.
    /// Naming examples, of which there are none, takes the features that tests ask of dependencies, so that
    /// `cargo test` does not build half of them once more.
    pub(crate) fn build_all(&self) -> Result<Built, String> {
        let messages = self.build(&["--workspace", "--exclude", "xtask", "--bins", "--examples"])?;
        Ok(Built { slipway: find(&messages, COMMAND)?, app: find(&messages, APP)? })
    }

    /// What cargo says of each file that it made.
    fn build(&self, args: &[&str]) -> Result<String, String> {
        let mut command = cargo();
        command.current_dir(&self.root).arg("build").args(args);
        show(&command);
        command.arg("--message-format=json-render-diagnostics").stderr(Stdio::inherit());
        let output = command.output().map_err(|error| cannot_start(&command, &error))?;
        if !output.status.success() {
            return Err("Slipway does not build; see above.".into());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

const COMMAND: &str = "slipway";
const APP: &str = "slipway-app";

/// Where the programs lie that were built.
pub(crate) struct Built {
    pub(crate) slipway: PathBuf,
    pub(crate) app: PathBuf,
}

fn find(messages: &str, name: &str) -> Result<PathBuf, String> {
    messages
        .lines()
        .find_map(|line| executable(line, name))
        .ok_or_else(|| format!("the build made no `{name}` program."))
}

fn member(package: &Value) -> Option<Member> {
    let manifest = Path::new(package["manifest_path"].as_str()?);
    let dependencies = package["dependencies"]
        .as_array()?
        .iter()
        .filter(|dependency| dependency["kind"] != "dev")
        .filter_map(|dependency| dependency["name"].as_str().map(String::from))
        .collect();
    Some(Member { name: package["name"].as_str()?.into(), folder: manifest.parent()?.into(), dependencies })
}

/// The path in one of cargo's build messages, if it announces the command `name`.
fn executable(message: &str, name: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let is_it = message["reason"] == "compiler-artifact" && message["target"]["name"] == name;
    if is_it { message["executable"].as_str().map(PathBuf::from) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_describes_this_workspace() {
        let workspace = Workspace::find().unwrap();
        let xtask = workspace.members.iter().find(|member| member.name == "xtask").unwrap();
        assert_eq!(xtask.folder, workspace.root.join("crates").join("xtask"));
        assert_eq!(xtask.dependencies, ["serde_json"]);
    }

    #[test]
    fn only_a_command_of_that_name_is_taken() {
        let library = r#"{"reason":"compiler-artifact","target":{"name":"slipway"},"executable":null}"#;
        let other = r#"{"reason":"compiler-artifact","target":{"name":"other"},"executable":"/t/other"}"#;
        let command =
            r#"{"reason":"compiler-artifact","target":{"name":"slipway"},"executable":"/t/slipway"}"#;
        assert_eq!(executable(library, "slipway"), None);
        assert_eq!(executable(other, "slipway"), None);
        assert_eq!(executable("warning: not JSON", "slipway"), None);
        assert_eq!(executable(command, "slipway"), Some(PathBuf::from("/t/slipway")));
    }
}
