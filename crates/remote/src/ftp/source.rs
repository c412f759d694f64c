//! Where the bytes of an upload come from, while they are read.

use std::time::UNIX_EPOCH;

use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::data::PORTION;
use crate::error::RemoteError;
use crate::remote::Source;

/// A source that is being read.
pub(super) enum Opened<'a> {
    File { file: File, size: u64, modified: i64 },
    Bytes(&'a [u8]),
}

impl<'a> Opened<'a> {
    pub(super) async fn open(source: &'a Source) -> Result<Self, RemoteError> {
        match source {
            Source::Bytes(bytes) => Ok(Self::Bytes(bytes)),
            Source::File { path, size, modified } => {
                let mut file = File::open(path).await.map_err(|error| match error.kind() {
                    std::io::ErrorKind::NotFound => RemoteError::LocalGone,
                    _ => RemoteError::LocalUnreadable(error.to_string()),
                })?;
                file.set_max_buf_size(PORTION);
                let opened = Self::File { file, size: *size, modified: *modified };
                opened.unchanged().await?;
                Ok(opened)
            }
        }
    }

    /// Whether the file is still the one that was planned for.
    pub(super) async fn unchanged(&self) -> Result<(), RemoteError> {
        let Self::File { file, size, modified } = self else { return Ok(()) };
        let now = file.metadata().await.map_err(unreadable)?;
        let time = now.modified().map_err(unreadable)?;
        let nanos = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => after.as_nanos() as i64,
            Err(before) => -(before.duration().as_nanos() as i64),
        };
        if now.len() == *size && nanos == *modified { Ok(()) } else { Err(RemoteError::LocalChanged) }
    }

    pub(super) async fn skip(&mut self, bytes: u64) -> Result<(), RemoteError> {
        match self {
            Self::Bytes(rest) => {
                *rest = rest.get(bytes as usize..).unwrap_or_default();
                Ok(())
            }
            Self::File { file, .. } => {
                file.seek(std::io::SeekFrom::Start(bytes)).await.map(drop).map_err(unreadable)
            }
        }
    }

    pub(super) async fn read(&mut self, into: &mut [u8]) -> Result<usize, RemoteError> {
        match self {
            Self::Bytes(rest) => {
                let n = rest.len().min(into.len());
                into[..n].copy_from_slice(&rest[..n]);
                *rest = &rest[n..];
                Ok(n)
            }
            Self::File { file, .. } => file.read(into).await.map_err(unreadable),
        }
    }
}

fn unreadable(error: std::io::Error) -> RemoteError {
    RemoteError::LocalUnreadable(error.to_string())
}
