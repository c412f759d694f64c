//! `cargo xtask setup`: what building and testing need from the system, and what checking for other systems needs.
//! With apt it is installed; on other Linux systems it is listed, with the command that installs it. Node.js is never
//! installed: distributions have versions that are too old, and people have their own way to keep several.

use std::path::Path;
use std::process::Command;

use crate::run::{ask, on_path, run as start};
use crate::workspace::Workspace;
use crate::{daemons, ui};

/// What a command is about to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Need {
    /// Building the `slipway` command alone.
    Command,
    /// Building everything: the window too.
    Building,
    Testing,
    Platforms,
    /// Trying a package in a system of its own.
    Trial,
}

impl Need {
    /// Itself, and what it cannot do without.
    fn all(self) -> &'static [Need] {
        match self {
            Self::Command => &[Self::Command],
            Self::Building => &[Self::Command, Self::Building],
            Self::Testing => &[Self::Command, Self::Building, Self::Testing],
            Self::Platforms => &[Self::Command, Self::Platforms],
            Self::Trial => &[Self::Command, Self::Building, Self::Trial],
        }
    }
}

/// The compiler that checks the code for other systems, and the source of its library. Distributions keep them
/// there; the compiler of `rustup` is elsewhere.
pub(crate) const COMPILER: &str = "/usr/bin/rustc";
const LIBRARY: &str = "/usr/lib/rustlib/src/rust/library/Cargo.lock";

enum Sign {
    Program(&'static str),
    File(&'static str),
    /// A library as `pkg-config` calls it, with what is needed to compile against it.
    Library(&'static str),
    /// A program, or another one that a variable of the environment names.
    Chosen(&'static str, &'static str),
}

/// Something a Linux system must have, how it is recognised, and the packages that bring it.
struct Tool {
    need: Need,
    sign: Sign,
    apt: &'static str,
    dnf: &'static str,
}

const TOOLS: &[Tool] = &[
    tool(Need::Command, "cc", "build-essential", "gcc make"),
    tool(Need::Building, "pkg-config", "pkg-config", "pkgconf-pkg-config"),
    library(Need::Building, "webkit2gtk-4.1", "libwebkit2gtk-4.1-dev", "webkit2gtk4.1-devel"),
    library(Need::Building, "dbus-1", "libdbus-1-dev", "dbus-devel"),
    tool(Need::Testing, "openssl", "openssl", "openssl"),
    tool(Need::Testing, "python3", "python3", "python3"),
    tool(Need::Testing, "dbus-run-session", "dbus", "dbus-daemon"),
    tool(Need::Testing, "gnome-keyring-daemon", "gnome-keyring", "gnome-keyring"),
    tool(Need::Testing, "unshare", "util-linux", "util-linux"),
    tool(Need::Testing, "strace", "strace", "strace"),
    file(Need::Testing, "/usr/share/dbus-1/services/org.gnome.keyring.SystemPrompter.service", "gcr", "gcr3"),
    tool(Need::Testing, "secret-tool", "libsecret-tools", "libsecret"),
    tool(Need::Testing, "Xvfb", "xvfb", "xorg-x11-server-Xvfb"),
    tool(Need::Testing, "jwm", "jwm", "jwm"),
    tool(Need::Testing, "xdotool", "xdotool", "xdotool"),
    tool(Need::Testing, "xclip", "xclip", "xclip"),
    tool(Need::Testing, "import", "imagemagick", "ImageMagick"),
    tool(Need::Testing, "WebKitWebDriver", "webkit2gtk-driver", "webkit2gtk-driver"),
    Tool {
        need: Need::Testing,
        sign: Sign::Chosen("chromium", "CHROMIUM"),
        apt: "chromium",
        dnf: "chromium",
    },
    file(Need::Testing, "/etc/ssl/certs", "ca-certificates", "ca-certificates"),
    file(Need::Platforms, COMPILER, "rustc-web", "rust"),
    file(Need::Platforms, LIBRARY, "rust-web-src", "rust-src"),
    tool(Need::Trial, "debootstrap", "debootstrap", "debootstrap"),
    tool(Need::Trial, "dbus-run-session", "dbus", "dbus-daemon"),
    tool(Need::Trial, "Xvfb", "xvfb", "xorg-x11-server-Xvfb"),
    tool(Need::Trial, "xdotool", "xdotool", "xdotool"),
    tool(Need::Trial, "import", "imagemagick", "ImageMagick"),
];

const fn tool(need: Need, program: &'static str, apt: &'static str, dnf: &'static str) -> Tool {
    Tool { need, sign: Sign::Program(program), apt, dnf }
}

const fn file(need: Need, path: &'static str, apt: &'static str, dnf: &'static str) -> Tool {
    Tool { need, sign: Sign::File(path), apt, dnf }
}

const fn library(need: Need, name: &'static str, apt: &'static str, dnf: &'static str) -> Tool {
    Tool { need, sign: Sign::Library(name), apt, dnf }
}

const ELSEWHERE: &str = "\
On this system set-up installs no programs. Building needs Rust, Node.js and the C compiler that Rust asks for:
  macOS     xcode-select --install
  Windows   winget install Microsoft.VisualStudio.2022.BuildTools, with its C++ workload
The tests against real FTP servers, a real keychain and the real window run on Linux only.";

/// Installs or lists everything, and says so when all is there.
pub(crate) fn run() -> Result<(), String> {
    let workspace = Workspace::find()?;
    if !cfg!(target_os = "linux") {
        println!("{ELSEWHERE}");
    }
    ensure(Need::Testing, &workspace.root)?;
    println!("All that building and testing need is there.");
    Ok(())
}

/// Makes sure that `need` can be met, silently when it is: programs, libraries, and for all but the command alone the
/// built front end. `root` is the workspace's folder.
///
/// # Errors
/// What is missing and how to get it, or what failed while it was installed or built.
pub(crate) fn ensure(need: Need, root: &Path) -> Result<(), String> {
    if need != Need::Command {
        ui::find_node()?;
    }
    if cfg!(target_os = "linux") {
        ensure_system(need, root)?;
    }
    if need == Need::Command { Ok(()) } else { ui::ensure_built(root) }
}

fn ensure_system(need: Need, root: &Path) -> Result<(), String> {
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
    TOOLS.iter().filter(|tool| need.all().contains(&tool.need)).filter(|tool| !is_there(&tool.sign)).collect()
}

fn is_there(sign: &Sign) -> bool {
    match sign {
        Sign::Program(program) => on_path(program),
        Sign::File(path) => Path::new(path).exists(),
        Sign::Library(name) => ask(Command::new("pkg-config").args(["--exists", name])).is_ok(),
        Sign::Chosen(program, variable) => on_path(program) || std::env::var_os(variable).is_some(),
    }
}

fn list(absent: &[&Tool]) -> String {
    let mut text = String::from("something is missing. Install (or what these are called on your system):\n");
    for tool in absent {
        text += &format!("  sudo dnf install {}\n", tool.dnf);
    }
    text
}

fn install(absent: &[&Tool]) -> Result<(), String> {
    let packages: Vec<&str> = absent.iter().flat_map(|tool| tool.apt.split_whitespace()).collect();
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

    const NEEDS: [Need; 5] = [Need::Command, Need::Building, Need::Testing, Need::Platforms, Need::Trial];

    #[test]
    fn each_need_has_something_of_its_own_and_all_that_the_command_needs() {
        for need in NEEDS {
            assert!(need.all().contains(&need) && need.all().contains(&Need::Command), "{need:?}");
            assert!(TOOLS.iter().any(|tool| tool.need == need), "{need:?}");
            assert!(absent(need).iter().all(|tool| need.all().contains(&tool.need)), "{need:?}");
        }
    }

    #[test]
    fn the_command_needs_nothing_of_the_window() {
        assert!(
            TOOLS
                .iter()
                .filter(|tool| Need::Command.all().contains(&tool.need))
                .all(|tool| !tool.apt.contains("webkit"))
        );
    }

    #[test]
    fn signs_tell_what_is_there_from_what_is_not() {
        assert!(!is_there(&Sign::Library("slipway-no-such-library")));
        assert!(!is_there(&Sign::File("/slipway/no/such/file")));
        assert!(is_there(&Sign::Chosen("slipway-no-such-program", "PATH")));
        assert!(!is_there(&Sign::Chosen("slipway-no-such-program", "SLIPWAY_NO_SUCH_VARIABLE")));
    }

    #[test]
    fn without_apt_each_missing_thing_is_listed() {
        let text = list(&TOOLS.iter().collect::<Vec<_>>());
        for tool in TOOLS {
            assert!(text.contains(&format!("dnf install {}\n", tool.dnf)), "{text}");
        }
    }
}
