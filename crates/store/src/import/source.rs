//! A file of another program as text, and whose it is.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use super::{ImportError, ImportKind};

/// No such file is larger, in bytes; a site manager with thousands of sites has less than one of them.
const LARGEST: u64 = 16 * 1024 * 1024;

/// A file's text, which may hold passwords.
pub(super) struct Source {
    pub(super) file: PathBuf,
    text: SecretString,
    /// Where it is not valid Unicode.
    broken: Option<(usize, usize)>,
}

impl Source {
    pub(super) fn open(file: &Path) -> Result<Self, ImportError> {
        let bytes = read(file).map_err(|source| ImportError::Unreadable { file: file.to_owned(), source })?;
        let (text, broken) = decode(bytes);
        Ok(Self { file: file.to_owned(), text: text.into(), broken })
    }

    /// Which program it was written for, by its content.
    pub(super) fn kind(&self) -> Option<ImportKind> {
        kind(self.text.expose_secret())
    }

    /// The text, if all of it is Unicode.
    pub(super) fn text(&self) -> Result<&str, ImportError> {
        match self.broken {
            None => Ok(self.text.expose_secret()),
            Some(place) => Err(self.syntax(place, "this is neither UTF-8 nor UTF-16")),
        }
    }

    /// The error that the file is broken at this line and column.
    pub(super) fn syntax(&self, (line, column): (usize, usize), reason: &'static str) -> ImportError {
        ImportError::Syntax { file: self.file.clone(), line, column, reason }
    }
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    // Opening a pipe would wait for whoever writes to it.
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is not a file"));
    }
    let mut bytes = Vec::new();
    File::open(file)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::new(ErrorKind::FileTooLarge, "it is larger than 16 MB"));
    }
    Ok(bytes)
}

/// The text, and where it is not valid. A byte order mark says what it is encoded in; without one, UTF-8.
fn decode(bytes: Vec<u8>) -> (String, Option<(usize, usize)>) {
    let utf16 = |unit: fn([u8; 2]) -> u16| {
        let units = bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let text: Result<String, _> = char::decode_utf16(units).collect();
        text.map_or_else(|_| (String::new(), Some((1, 1))), |text| (text, None))
    };
    match bytes.as_slice() {
        [0xff, 0xfe, ..] => utf16(u16::from_le_bytes),
        [0xfe, 0xff, ..] => utf16(u16::from_be_bytes),
        _ => match String::from_utf8(bytes) {
            Ok(text) => (text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text), None),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                // The valid part is the same in both.
                let place = place(&text, valid);
                (text, Some(place))
            }
        },
    }
}

/// The line and the column, from 1, of this byte.
pub(super) fn place(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// What stands at the top level of the orchestrator's files.
const YAML_KEYS: [&str; 10] = [
    "website",
    "website_name",
    "website_configs",
    "ftp",
    "ftp_host",
    "ftp_user",
    "ftp_username",
    "paths",
    "defaults",
    "workspace",
];

fn kind(text: &str) -> Option<ImportKind> {
    if text.trim_start().starts_with('<') {
        let root = text.split('<').map(|tag| tag.split([' ', '>', '\t', '\r', '\n', '/']).next());
        return root.flatten().find_map(|tag| match tag {
            "FileZilla3" | "FileZilla" => Some(ImportKind::FileZilla),
            "plist" => Some(ImportKind::Cyberduck),
            _ => None,
        });
    }
    let session = |line: &str| line.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("[sessions\\"));
    if text.lines().any(session) {
        return Some(ImportKind::WinScp);
    }
    let known = |line: &str| {
        let key = line.split_once(':').map_or("", |(key, _)| key.trim_end().trim_matches(['"', '\'']));
        YAML_KEYS.contains(&key)
    };
    text.lines().any(known).then_some(ImportKind::Orchestrator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_kinds_by_content() {
        for (text, found) in [
            ("<?xml version=\"1.0\"?>\n<!-- x -->\n<FileZilla3 version=\"3\">", Some(ImportKind::FileZilla)),
            ("\n<!DOCTYPE plist PUBLIC \"\" \"\"><plist version=\"1.0\">", Some(ImportKind::Cyberduck)),
            ("<html>", None),
            ("[Configuration]\r\n[Sessions\\a]\r\n", Some(ImportKind::WinScp)),
            ("[Configuration]\r\n", None),
            ("---\n# x\n\"ftp\" : {}\n", Some(ImportKind::Orchestrator)),
            ("on:\n  ftp:\n", None),
            ("", None),
        ] {
            assert_eq!(kind(text), found, "{text}");
        }
    }

    #[test]
    fn reads_what_windows_writes() {
        let utf16: Vec<u8> = "\u{feff}a=é".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(utf16), ("a=é".into(), None));
        let utf16: Vec<u8> = "\u{feff}a=é".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(utf16), ("a=é".into(), None));
        assert_eq!(decode(b"\xef\xbb\xbfa".to_vec()), ("a".into(), None));
        assert_eq!(decode(b"\xff\xfe\x00\xd8".to_vec()).1, Some((1, 1)));
        assert_eq!(decode(b"a\n\xc3\xa9\xff".to_vec()).1, Some((2, 2)));
    }
}
