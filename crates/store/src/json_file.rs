//! JSON files with a version, which people may read, copy and edit.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::replace::replace;

#[derive(Deserialize)]
struct Head {
    version: i64,
}

/// The file's content; nothing where there is no file.
///
/// # Errors
/// [`StoreError::Newer`] where its `version` is above `known`, whatever else it holds; [`StoreError::Damaged`].
pub(crate) fn read<T: DeserializeOwned>(file: &Path, known: i64) -> Result<Option<T>, StoreError> {
    let text = match fs::read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreError::io(file)(error)),
    };
    let damaged = |error: serde_json::Error| StoreError::Damaged {
        file: file.to_owned(),
        line: error.line(),
        column: error.column(),
        reason: error.to_string(),
    };
    // The version first: a newer file may well hold what this Slipway would call damage.
    let head: Head = serde_json::from_slice(&text).map_err(damaged)?;
    if head.version > known {
        return Err(StoreError::Newer { file: file.to_owned(), found: head.version, known });
    }
    serde_json::from_slice(&text).map(Some).map_err(damaged)
}

/// Puts the content in the place of the file's.
pub(crate) fn write(file: &Path, content: &impl Serialize) -> Result<(), StoreError> {
    let mut json = serde_json::to_vec_pretty(content).map_err(|error| StoreError::io(file)(error.into()))?;
    json.push(b'\n');
    replace(file, &json)
}
