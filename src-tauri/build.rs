//! Embeds the window's files, icons and permissions, and the licences.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Where `cargo xtask licences` writes.
const LICENCES: &str = "../target/licences.txt";

/// What stands there in builds that are not given away.
const NONE: &str = "Slipway is licensed under MIT or Apache-2.0. This build holds no list of what it is made of; \
                    released ones do.\n";

fn main() -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let kept = Path::new(LICENCES).exists();
    // A file that is not there would have every build begin anew.
    if kept || env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed={LICENCES}");
    }
    let text = if kept { fs::read_to_string(LICENCES)? } else { NONE.to_owned() };
    fs::write(out.join("licences.txt"), text)?;
    tauri_build::build();
    Ok(())
}
