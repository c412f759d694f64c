//! The sample site: something to publish for who has no site yet.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_bytes!(concat!("../sample/", $path)))),*]
    };
}

/// Paths, as they are published, with their content.
const FILES: &[(&str, &[u8])] = files![
    "index.html",
    "menu.html",
    "visit.html",
    "404.html",
    "style.css",
    "quay.js",
    "images/harbour.svg",
    "images/lantern.svg",
    "images/map.svg",
    "gäste buch/index.html",
];

/// Writes the sample site into the folder `into`, which is made if it is missing.
///
/// # Errors
/// Whatever the file system says; [`io::ErrorKind::AlreadyExists`] when one of the files is there
/// already. No file is ever overwritten.
pub fn write_sample_site(into: &Path) -> Result<(), io::Error> {
    for (path, content) in FILES {
        let file = into.join(path);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        File::create_new(file)?.write_all(content)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn files_below(folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
        }
        found
    }

    #[test]
    fn every_file_of_the_sample_is_written() {
        let into = tempfile::tempdir().unwrap();
        write_sample_site(into.path()).unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample");
        let sources = files_below(&source);
        assert_eq!(sources.len(), FILES.len());
        for file in sources {
            let written = into.path().join(file.strip_prefix(&source).unwrap());
            assert_eq!(fs::read(&written).unwrap(), fs::read(&file).unwrap(), "{}", written.display());
        }
    }

    #[test]
    fn a_file_that_is_there_is_not_overwritten() {
        let into = tempfile::tempdir().unwrap();
        fs::write(into.path().join("index.html"), "mine").unwrap();
        let error = write_sample_site(into.path()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(into.path().join("index.html")).unwrap(), b"mine");
    }

    #[test]
    fn the_sample_needs_nothing_from_elsewhere() {
        for (path, content) in FILES {
            let text = String::from_utf8_lossy(content).replace("http://www.w3.org/2000/svg", "");
            assert!(!text.contains("://"), "{path}");
        }
    }
}
