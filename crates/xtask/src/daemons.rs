//! Brings the FTP servers that the tests run against into `target/daemons/`, on Debian and Ubuntu, and the
//! manual of Python, whose pages serve as a real website.
//!
//! Their packages exclude one another and would start services, so they are only unpacked; just the shared
//! libraries they ask for are installed. Nothing here knows how a server is configured or started: that is
//! the testkit's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The packages that are unpacked, all into one tree (their files do not overlap).
const PACKAGES: [&str; 5] = ["vsftpd", "proftpd-core", "proftpd-mod-crypto", "proftpd-mod-case", "pure-ftpd"];

/// Depends on the package of the present version, such as `python3.11-doc`, which holds the pages.
const MANUAL: &str = "python3-doc";

/// What must be there afterwards, below `target/daemons/`. `*` stands for one folder of any name, as the
/// place of libraries differs between releases.
const EXPECTED: [&[&str]; 8] = [
    &["root/usr/sbin/vsftpd"],
    &["root/usr/sbin/proftpd"],
    &["root/usr/lib/proftpd/mod_tls.so", "root/usr/lib/*/proftpd/mod_tls.so"],
    &["root/usr/lib/proftpd/mod_case.so", "root/usr/lib/*/proftpd/mod_case.so"],
    &["root/usr/sbin/pure-ftpd"],
    &["venv/lib/*/site-packages/pyftpdlib"],
    &["venv/lib/*/site-packages/OpenSSL"],
    &["manual/usr/share/doc/*/html/_static"],
];

/// asyncore and asynchat, which pyftpdlib is built on, left Python's own library with 3.12.
const PYTHON_PACKAGES: [&str; 4] = [
    "pyftpdlib>=2,<3",
    "pyopenssl",
    "pyasyncore; python_version >= '3.12'",
    "pyasynchat; python_version >= '3.12'",
];

/// Fetches and unpacks what is missing; does nothing, in a few milliseconds, when nothing is.
///
/// `root` is the workspace's folder. Needs apt, and root's rights or `sudo`.
///
/// # Errors
/// The command that failed with what it said, or what is still missing afterwards.
pub(crate) fn set_up(root: &Path) -> Result<(), String> {
    if missing(root).is_empty() {
        return Ok(());
    }
    let daemons = folder(root);
    let debs = daemons.join("debs");
    fs::create_dir_all(&debs).map_err(|error| format!("cannot create {}: {error}", debs.display()))?;
    as_root("apt-get", &["update", "-q"])?;
    unpack(&debs, &daemons.join("root"))?;
    install_libraries(&debs)?;
    unpack_manual(&debs, &daemons.join("manual"))?;
    make_venv(&daemons.join("venv"))?;
    match missing(root).as_slice() {
        [] => Ok(()),
        left => Err(format!("still missing after set-up: {}", left.join(", "))),
    }
}

/// What is not there yet: files below `target/daemons/` and shared libraries of the system.
pub(crate) fn missing(root: &Path) -> Vec<String> {
    let daemons = folder(root);
    let mut missing = Vec::new();
    let mut binaries = Vec::new();
    for places in EXPECTED {
        match places.iter().find_map(|place| find(&daemons, place)) {
            Some(path) if path.is_file() => binaries.push(path),
            Some(_) => {}
            None => missing.push(places[0].to_owned()),
        }
    }
    // A virtual environment that came from another machine may point at a Python that is not here.
    if !daemons.join("venv/bin/python").exists() {
        missing.push("venv/bin/python".to_owned());
    }
    if !binaries.is_empty() {
        missing.extend(missing_libraries(&binaries));
    }
    missing
}

/// `target/daemons`, which survives between runs.
fn folder(root: &Path) -> PathBuf {
    root.join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into())).join("daemons")
}

fn find(folder: &Path, place: &str) -> Option<PathBuf> {
    let Some((before, after)) = place.split_once("/*/") else {
        return Some(folder.join(place)).filter(|path| path.exists());
    };
    let entries = fs::read_dir(folder.join(before)).ok()?;
    entries.flatten().map(|entry| entry.path().join(after)).find(|path| path.exists())
}

fn missing_libraries(binaries: &[PathBuf]) -> Vec<String> {
    let Ok(output) = Command::new("ldd").args(binaries).output() else {
        return vec!["the command ldd".to_owned()];
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let mut names: Vec<String> = text
        .lines()
        .filter(|line| line.ends_with("not found"))
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .collect();
    names.sort();
    names.dedup();
    names
}

fn unpack(debs: &Path, tree: &Path) -> Result<(), String> {
    clear(debs, "deb")?;
    download(debs, &PACKAGES)?;
    for deb in files(debs, "deb")? {
        run(Command::new("dpkg").arg("-x").arg(&deb).arg(tree))?;
    }
    Ok(())
}

/// Unpacks Python's manual. Nothing it depends on is needed to read its pages.
fn unpack_manual(debs: &Path, tree: &Path) -> Result<(), String> {
    clear(debs, "deb")?;
    download(debs, &[MANUAL])?;
    for deb in files(debs, "deb")? {
        let depends = run(Command::new("dpkg-deb").arg("-f").arg(&deb).arg("Depends"))?;
        let pages =
            depends.split([',', ' ']).find(|name| name.starts_with("python3") && name.ends_with("-doc"));
        download(debs, &[pages.ok_or_else(|| format!("{MANUAL} depends on no manual: {depends}"))?])?;
    }
    for deb in files(debs, "deb")? {
        run(Command::new("dpkg").arg("-x").arg(&deb).arg(tree))?;
    }
    clear(debs, "deb")
}

fn download(into: &Path, packages: &[&str]) -> Result<(), String> {
    let mut download = Command::new("apt-get");
    // Without this, root's apt warns that its own user cannot write here.
    download.args(["-q", "-o", "APT::Sandbox::User=root", "download"]).args(packages).current_dir(into);
    run(&mut download).map(drop)
}

/// Installs the libraries that the unpacked packages depend on. What else they ask for (service managers,
/// each other) serves only to have them installed.
fn install_libraries(debs: &Path) -> Result<(), String> {
    let mut libraries = Vec::new();
    for deb in files(debs, "deb")? {
        let depends = run(Command::new("dpkg-deb").arg("-f").arg(&deb).arg("Depends"))?;
        libraries.extend(library_names(&depends));
    }
    libraries.sort();
    libraries.dedup();
    apt_install(&libraries)
}

/// The libraries in a `Depends` field: of `a (>= 1) | b`, the first one counts, as apt itself would choose.
fn library_names(depends: &str) -> impl Iterator<Item = String> {
    depends
        .split(',')
        .filter_map(|choice| choice.split_whitespace().next())
        .map(|name| name.split_once(':').map_or(name, |(name, _architecture)| name))
        .filter(|name| name.starts_with("lib"))
        .map(str::to_owned)
}

fn make_venv(venv: &Path) -> Result<(), String> {
    let able = run(Command::new("python3").args(["-c", "import venv, ensurepip"])).is_ok();
    if !able {
        apt_install(&["python3-venv".to_owned()])?;
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(venv))?;
    run(Command::new(venv.join("bin/python"))
        .args(["-m", "pip", "--quiet", "--disable-pip-version-check", "install"])
        .args(PYTHON_PACKAGES))?;
    Ok(())
}

fn apt_install(packages: &[String]) -> Result<(), String> {
    let mut arguments = vec!["install", "-q", "-y", "--no-install-recommends", "--no-upgrade"];
    arguments.extend(packages.iter().map(String::as_str));
    as_root("apt-get", &arguments)
}

fn as_root(program: &str, arguments: &[&str]) -> Result<(), String> {
    let is_root = run(Command::new("id").arg("-u"))?.trim() == "0";
    let mut command = Command::new(if is_root { "env" } else { "sudo" });
    command.args(["DEBIAN_FRONTEND=noninteractive", program]).args(arguments);
    run(&mut command).map(drop)
}

fn clear(folder: &Path, extension: &str) -> Result<(), String> {
    for file in files(folder, extension)? {
        fs::remove_file(&file).map_err(|error| format!("cannot remove {}: {error}", file.display()))?;
    }
    Ok(())
}

fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, String> {
    let entries =
        fs::read_dir(folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    let paths = entries.flatten().map(|entry| entry.path());
    Ok(paths.filter(|path| path.extension().is_some_and(|found| found == extension)).collect())
}

/// Runs a command to its end and gives what it printed.
fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("cannot run {command:?}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(format!("{command:?} failed ({}): {}", output.status, stderr.trim()))
}

#[cfg(test)]
mod tests {
    use super::library_names;

    #[test]
    fn only_libraries_are_taken_from_depends() {
        let depends = "debconf (>= 0.5) | debconf-2.0, libc6 (>= 2.34), libssl3t64 (>= 3.0.0), \
                       openbsd-inetd | inet-superserver, libcap2:any, libwrap0 (>= 7.6-4~), netbase";
        let names: Vec<String> = library_names(depends).collect();
        assert_eq!(names, ["libc6", "libssl3t64", "libcap2", "libwrap0"]);
    }
}
