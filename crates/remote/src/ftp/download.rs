//! What comes over data connections: files, and listings of folders.

use slipway_core::RemotePath;
use suppaftp::Status;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

use super::connector::lost;
use super::data::{Data, PORTION};
use super::listing::{parse_list, parse_mlsd};
use super::session::Session;
use crate::error::RemoteError;
use crate::remote::{Entry, Remote};

/// A folder's listing may have so many bytes; one that goes on for ever must not fill the memory.
const LONGEST_LISTING: usize = 64 * 1024 * 1024;
/// And so many entries: short lines take more memory than they have bytes.
const MOST_ENTRIES: usize = 500_000;
/// No honest line of a listing is longer.
const LONGEST_LINE: u64 = 16 * 1024;

impl Session {
    /// Fetches a file from byte `offset` on.
    pub(super) async fn fetch(
        &mut self,
        file: &RemotePath,
        offset: u64,
        into: &mut (dyn AsyncWrite + Unpin + Send),
    ) -> Result<u64, RemoteError> {
        if offset > 0 {
            self.command("REST", format!("REST {offset}"), &[Status::RequestFilePending]).await?;
        }
        let mut data = match self.begin("RETR", format!("RETR {}", self.wire(file))).await {
            Ok(data) => data,
            Err(error) => return Err(self.confirmed(file, error).await?),
        };
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(PORTION, 0);
        let copied = self.copy_in(&mut buffer, &mut data, into).await;
        self.buffer = buffer;
        let (fetched, end) = copied?;
        drop(data);
        self.completion().await?;
        if end == End::Cut {
            let size = self.size(file).await?;
            if offset + fetched != size {
                return Err(RemoteError::Lost(format!("{fetched} bytes came, from {offset} to {size}")));
            }
        }
        Ok(fetched)
    }

    async fn copy_in(
        &self,
        buffer: &mut [u8],
        data: &mut Box<dyn Data>,
        into: &mut (dyn AsyncWrite + Unpin + Send),
    ) -> Result<(u64, End), RemoteError> {
        let throttle = &self.connector.options.throttle;
        let portion = throttle.portion(buffer.len());
        let mut fetched = 0;
        loop {
            let got = self.connector.timed("receiving", data.read(&mut buffer[..portion])).await?;
            let got = match end_or(got)? {
                Ok(got) => got,
                Err(end) => return Ok((fetched, end)),
            };
            throttle.take(got as u64).await;
            // The connection is left in the middle of a transfer: it can't be used again.
            into.write_all(&buffer[..got]).await.map_err(|error| RemoteError::Lost(error.to_string()))?;
            fetched += got as u64;
        }
    }

    /// Lists one folder: `MLSD`, and `LIST -a` from inside the folder where there is none, so that no name is
    /// taken for an option or a pattern and a missing folder is told from an empty one.
    pub(super) async fn list_folder(&mut self, folder: &RemotePath) -> Result<Vec<Entry>, RemoteError> {
        let wire = self.wire(folder);
        if self.features().mlsd {
            match self.lines(format!("MLSD {wire}"), parse_mlsd).await {
                Err(RemoteError::Unsupported(_)) => {
                    if let Some(features) = &mut self.connector.known().features {
                        features.mlsd = false;
                    }
                }
                Err(RemoteError::Refused(reply)) => {
                    return Err(match self.enter_and_leave(&wire).await {
                        Err(error) if error.ends_connection() => error,
                        Err(_) => RemoteError::NotFound(reply),
                        Ok(()) => RemoteError::Refused(reply),
                    });
                }
                listed => return listed,
            }
        }
        let home = self.home().await?;
        match self.change_folder(&wire).await {
            Err(RemoteError::Refused(reply)) => return Err(RemoteError::NotFound(reply)),
            other => other?,
        }
        let listed = match self.lines("LIST -a".to_owned(), parse_list).await {
            // A server that takes "-a" for a name finds nothing.
            Ok(entries) if entries.is_empty() => self.lines("LIST".to_owned(), parse_list).await,
            Err(error) if !error.ends_connection() => self.lines("LIST".to_owned(), parse_list).await,
            listed => listed,
        };
        if !matches!(&listed, Err(error) if error.ends_connection()) {
            self.change_folder(&home).await?;
        }
        listed
    }

    async fn enter_and_leave(&mut self, wire: &str) -> Result<(), RemoteError> {
        let home = self.home().await?;
        self.change_folder(wire).await?;
        self.change_folder(&home).await
    }

    async fn lines(
        &mut self,
        command: String,
        parse: fn(&str) -> Option<Entry>,
    ) -> Result<Vec<Entry>, RemoteError> {
        let data = self.begin("a listing", command).await?;
        let mut data = BufReader::new(data);
        let (mut entries, mut read, mut line) = (Vec::new(), 0, Vec::new());
        loop {
            line.clear();
            let mut next = (&mut data).take(LONGEST_LINE);
            let got = self.connector.timed("a listing", next.read_until(b'\n', &mut line)).await?;
            let Ok(got) = end_or(got)? else { break };
            read += got;
            if read > LONGEST_LISTING || (got as u64 == LONGEST_LINE && line.last() != Some(&b'\n')) {
                return Err(RemoteError::Misbehaves("a listing without end".to_owned()));
            }
            let text = String::from_utf8_lossy(&line);
            entries.extend(parse(text.trim_end_matches(['\r', '\n'])));
            if entries.len() > MOST_ENTRIES {
                return Err(RemoteError::Misbehaves(format!(
                    "a folder with more than {MOST_ENTRIES} entries"
                )));
            }
        }
        drop(data);
        self.completion().await?;
        Ok(entries)
    }
}

/// How a data connection ended.
#[derive(PartialEq, Eq)]
enum End {
    Whole,
    /// Without TLS's good-bye (`close_notify`), which libunftp and others leave out. Whether all came is then said
    /// by the final reply, and by a file's size.
    Cut,
}

/// What was read: some bytes, or the end.
fn end_or(read: std::io::Result<usize>) -> Result<Result<usize, End>, RemoteError> {
    match read {
        Ok(0) => Ok(Err(End::Whole)),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(Err(End::Cut)),
        read => read.map(Ok).map_err(lost),
    }
}
