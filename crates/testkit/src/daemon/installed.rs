//! Where the servers' programs are: unpacked in `target/daemons` by `cargo xtask setup`.

use std::fs;
use std::path::{Path, PathBuf};

/// The path of something below `target/daemons`.
///
/// # Panics
/// When it is not there.
pub(super) fn path(relative: &str) -> String {
    let path = folder().join(relative);
    assert!(path.exists(), "{} is missing: run `cargo xtask setup`", path.display());
    path.to_str().expect("a path in UTF-8").to_owned()
}

/// The folder of ProFTPD's modules, which lies elsewhere on systems with folders per architecture.
pub(super) fn proftpd_modules() -> PathBuf {
    let usr_lib = folder().join("root/usr/lib");
    let entries = fs::read_dir(&usr_lib).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut places = entries.flat_map(|path| [path.join("proftpd"), path]);
    let modules = places.find(|path| path.join("mod_tls.so").exists());
    modules.expect("ProFTPD's mod_tls.so is missing: run `cargo xtask setup`")
}

fn folder() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    workspace.canonicalize().unwrap().join(target).join("daemons")
}
