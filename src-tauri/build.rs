//! Embeds the window's files, icons and permissions, and the licences.

use std::path::PathBuf;
use std::{env, fs, io};

/// Names the list that `cargo xtask bundle` has made of what ships.
const LICENCES: &str = "SLIPWAY_LICENCES";

/// What stands there in builds that are not given away.
const NONE: &str = "Slipway is licensed under MIT or Apache-2.0. This build holds no list of what it is made of; \
                    released ones do.\n";

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-env-changed={LICENCES}");
    let text = match env::var_os(LICENCES).map(PathBuf::from) {
        Some(path) => {
            println!("cargo:rerun-if-changed={}", path.display());
            fs::read_to_string(path)?
        }
        None => NONE.to_owned(),
    };
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("licences.txt"), text)?;
    tauri_build::build();
    Ok(())
}
