//! `cargo xtask setup`: what building and testing need from the system, and what checking for other systems needs.
//! With apt it is installed; on other Linux systems it is listed, with the command that installs it.

use std::path::Path;
use std::process::Command;

use crate::daemons;
use crate::run::{ask, on_path, run as start};
use crate::workspace::Workspace;

/// What a command is about to do; the others need all that building needs.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Need {
    Building,
    Testing,
    Platforms,
}

/// The compiler that checks the code for other systems, and the source of its library. Distributions keep them
/// there; the compiler of `rustup` is elsewhere.
pub(crate) const COMPILER: &str = "/usr/bin/rustc";
const LIBRARY: &str = "/usr/lib/rustlib/src/rust/library/Cargo.lock";

enum Sign {
    Program(&'static str),
    File(&'static str),
}

/// Something a Linux system must have, how it is recognised, and the packages that bring it.
struct Tool {
    need: Need,
    sign: Sign,
    apt: &'static str,
    dnf: &'static str,
}

const TOOLS: &[Tool] = &[
    tool(Need::Building, "cc", "build-essential", "gcc make"),
    tool(Need::Building, "pkg-config", "pkg-config", "pkgconf-pkg-config"),
    tool(Need::Testing, "openssl", "openssl", "openssl"),
    tool(Need::Testing, "python3", "python3", "python3"),
    tool(Need::Testing, "dbus-run-session", "dbus", "dbus-daemon"),
    tool(Need::Testing, "gnome-keyring-daemon", "gnome-keyring", "gnome-keyring"),
    tool(Need::Testing, "unshare", "util-linux", "util-linux"),
    file(Need::Testing, "/etc/ssl/certs", "ca-certificates", "ca-certificates"),
    file(Need::Platforms, COMPILER, "rustc-web", "rust"),
    file(Need::Platforms, LIBRARY, "rust-web-src", "rust-src"),
];

const fn tool(need: Need, program: &'static str, apt: &'static str, dnf: &'static str) -> Tool {
    Tool { need, sign: Sign::Program(program), apt, dnf }
}

const fn file(need: Need, path: &'static str, apt: &'static str, dnf: &'static str) -> Tool {
    Tool { need, sign: Sign::File(path), apt, dnf }
}

const ELSEWHERE: &str = "\
On this system set-up installs nothing. Building needs Rust and the C compiler that Rust asks for:
  macOS     xcode-select --install
  Windows   winget install Microsoft.VisualStudio.2022.BuildTools, with its C++ workload
The tests against real FTP servers and the Linux keychain run on Linux only.";

/// Installs or lists everything, and says so when all is there.
pub(crate) fn run() -> Result<(), String> {
    if !cfg!(target_os = "linux") {
        println!("{ELSEWHERE}");
        return Ok(());
    }
    ensure(Need::Testing, &Workspace::find()?.root)?;
    println!("All that building and testing need is there.");
    Ok(())
}

/// Makes sure that `need` can be met, silently when it is. `root` is the workspace's folder.
pub(crate) fn ensure(need: Need, root: &Path) -> Result<(), String> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let apt = on_path("apt-get");
    let absent = absent(need);
    if !absent.is_empty() {
        if !apt {
            return Err(list(&absent));
        }
        install(&absent)?;
    }
    if need == Need::Testing { ensure_daemons(root, apt) } else { Ok(()) }
}

/// Without apt this only warns: the tests that use no real server are worth running all the same.
fn ensure_daemons(root: &Path, apt: bool) -> Result<(), String> {
    let missing = daemons::missing(root);
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("The FTP servers that the tests run against are not complete: {}.", missing.join(", "));
    if !apt {
        eprintln!(
            "They are set up with apt only, which this system does not have: tests against them will fail."
        );
        return Ok(());
    }
    eprintln!("Fetching and unpacking them with apt and pip, into the build folder.");
    daemons::set_up(root)
}

fn absent(need: Need) -> Vec<&'static Tool> {
    let wanted = |tool: &&Tool| tool.need == need || tool.need == Need::Building;
    let there = |tool: &&Tool| match tool.sign {
        Sign::Program(program) => on_path(program),
        Sign::File(path) => Path::new(path).exists(),
    };
    TOOLS.iter().filter(wanted).filter(|tool| !there(tool)).collect()
}

fn list(absent: &[&Tool]) -> String {
    let mut text = String::from("something is missing. Install (or what these are called on your system):\n");
    for tool in absent {
        text += &format!("  sudo dnf install {}\n", tool.dnf);
    }
    text
}

fn install(absent: &[&Tool]) -> Result<(), String> {
    let packages: Vec<&str> = absent.iter().map(|tool| tool.apt).collect();
    eprintln!("Installing with apt-get, as something is missing: {}.", packages.join(", "));
    let mut install = vec!["install", "--yes", "--no-install-recommends"];
    install.extend(&packages);
    apt_get(&["update", "--quiet"]).and_then(|()| apt_get(&install)).map_err(|error| {
        format!("{error}\nInstall these packages yourself, then go on: {}", packages.join(" "))
    })
}

fn apt_get(args: &[&str]) -> Result<(), String> {
    let is_root = ask(Command::new("id").arg("-u"))?.trim() == "0";
    if !is_root && !on_path("sudo") {
        return Err("apt-get needs root's rights, and there is no sudo.".into());
    }
    let mut command = Command::new(if is_root { "env" } else { "sudo" });
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(args);
    start(&mut command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn building_asks_for_less_than_testing() {
        let count = |need| TOOLS.iter().filter(|tool| tool.need == need).count();
        assert!(count(Need::Building) > 0 && count(Need::Testing) > 0 && count(Need::Platforms) > 0);
        assert!(absent(Need::Building).iter().all(|tool| tool.need == Need::Building));
        assert!(absent(Need::Testing).iter().all(|tool| tool.need != Need::Platforms));
    }

    #[test]
    fn without_apt_each_missing_thing_is_listed() {
        let text = list(&TOOLS.iter().collect::<Vec<_>>());
        for tool in TOOLS {
            assert!(text.contains(&format!("dnf install {}\n", tool.dnf)), "{text}");
        }
    }
}
