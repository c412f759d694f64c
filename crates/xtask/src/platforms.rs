//! `cargo xtask check --platforms`: type-checks the code for Windows and macOS from Linux.
//!
//! A second compiler with its library's source does it, as the first one has the libraries of its own system only.
//! Nothing is linked, so empty files do for what would be compiled from C.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{ask, cargo, run as start};
use crate::setup::{self, COMPILER, Need};
use crate::workspace::Workspace;

const TARGETS: [&str; 2] = ["x86_64-pc-windows-msvc", "aarch64-apple-darwin"];

/// Only these run nowhere but on developers' computers.
const NOT_SHIPPED: [&str; 3] = ["slipway-testkit", "slipway-tests", "xtask"];

/// Stands in for C compilers, archivers and Windows' compiler of icons and versions, as which it must know itself. What
/// is there is never touched: ring hands over objects from its package.
const STAND_IN: &str = "\
#!/bin/sh
# Makes an empty file of each object or library that is named and not there.
[ \"$*\" != '-V /?' ] || echo 'Resource Converter, no-preprocess'
for word in \"$@\"; do
    case $word in
        -Fo*) : >> \"${word#-Fo}\" ;;
        -out:*) : >> \"${word#-out:}\" ;;
        *.o | *.a | *.lib) : >> \"$word\" ;;
    esac
done
";

/// Checks every crate that ships, and fails on warnings as on errors.
pub(crate) fn run() -> Result<(), String> {
    if !cfg!(target_os = "linux") {
        println!(
            "This is for Linux: on Windows and macOS, `cargo xtask check` compiles for the system itself."
        );
        return Ok(());
    }
    let workspace = Workspace::find()?;
    setup::ensure(Need::Platforms, &workspace.root)?;
    let own = workspace.target.join("platforms");
    let stand_in = write_stand_in(&own)?;
    start(&mut check(&workspace.root, &own, &stand_in)).map_err(|error| {
        format!(
            "{error}\nSlipway would not compile for Windows or macOS, or not without warnings; see above."
        )
    })?;
    println!("What ships type-checks for {}.", TARGETS.join(" and "));
    Ok(())
}

fn write_stand_in(folder: &Path) -> Result<PathBuf, String> {
    let path = folder.join("stand-in");
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(&path, STAND_IN))
        .map_err(|error| format!("{} cannot be written: {error}.", path.display()))?;
    ask(Command::new("chmod").arg("+x").arg(&path))?;
    Ok(path)
}

fn check(root: &Path, own: &Path, stand_in: &Path) -> Command {
    let mut command = cargo();
    command.current_dir(root).args(["check", "--keep-going", "-Zbuild-std", "--workspace"]);
    command.args(NOT_SHIPPED.iter().flat_map(|name| ["--exclude", name]));
    for target in TARGETS {
        let variable = target.replace('-', "_");
        command.args(["--target", target]);
        for tool in ["CC", "AR", "RC"] {
            command.env(format!("{tool}_{variable}"), stand_in);
        }
    }
    command
        .env("CARGO_TARGET_DIR", own)
        .env("RUSTC", COMPILER)
        // What this compiler calls unstable is building its own library; Slipway uses nothing of that kind.
        .env("RUSTC_BOOTSTRAP", "1")
        // Reaches our crates only: cargo silences the lints of all others.
        .env("RUSTFLAGS", "-D warnings")
        // Keeps build scripts from asking Apple's tools where the system's headers are.
        .env("SDKROOT", "");
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_shipped_is_in_this_workspace() {
        let workspace = Workspace::find().unwrap();
        for name in NOT_SHIPPED {
            assert!(workspace.members.iter().any(|member| member.name == name), "{name}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_stand_in_makes_what_is_missing_and_touches_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let stand_in = write_stand_in(&path("platforms")).unwrap();
        fs::write(path("there.o"), "kept").unwrap();
        let said = |prefix: &str, name: &str| format!("{prefix}{}", path(name).display());
        for words in [
            ["-c".to_owned(), "-o".to_owned(), said("", "a.o"), said("", "a.c")],
            ["-nologo".to_owned(), "-c".to_owned(), said("-Fo", "b.o"), said("", "b.c")],
            ["cq".to_owned(), said("", "libc.a"), said("", "a.o"), said("", "there.o")],
            ["-nologo".to_owned(), said("-out:", "c.lib"), said("", "a.o"), said("", "there.o")],
            ["/fo".to_owned(), said("", "d.lib"), "--".to_owned(), said("", "d.rc")],
        ] {
            ask(Command::new(&stand_in).args(words)).unwrap();
        }
        let size = |name| fs::metadata(path(name)).map(|metadata| metadata.len()).ok();
        assert_eq!(["a.o", "b.o", "libc.a", "c.lib", "d.lib"].map(size), [Some(0); 5]);
        assert_eq!(["there.o", "a.c", "b.c", "d.rc"].map(size), [Some(4), None, None, None]);
        assert!(ask(Command::new(&stand_in).args(["-V", "/?"])).unwrap().contains("Resource Converter"));
    }
}
