//! What goes over data connections: files up and down, and listings.

use std::time::UNIX_EPOCH;

use slipway_core::RemotePath;
use suppaftp::Status;
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncSeekExt, AsyncWrite, AsyncWriteExt, BufReader};

use super::connector::lost;
use super::data::{Data, drain};
use super::listing::{parse_list, parse_mlsd};
use super::session::Session;
use crate::error::RemoteError;
use crate::remote::{Entry, RESUME_FROM, Remote, Source, Stored, Upload};

/// Files are read, and sockets written, in portions of this many bytes.
const PORTION: usize = 256 * 1024;
/// A folder's listing may have so many bytes; one that goes on for ever must not fill the memory.
const LONGEST_LISTING: usize = 64 * 1024 * 1024;
/// No honest line of a listing is longer.
const LONGEST_LINE: u64 = 16 * 1024;

impl Session {
    /// Sends one file, and makes sure that it arrived whole.
    pub(super) async fn store(
        &mut self,
        file: &Upload,
        on_bytes: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Stored, RemoteError> {
        let size = file.from.size();
        let mut source = Opened::open(&file.from).await?;
        let there = if file.resume && size > RESUME_FROM { self.there_already(file, size).await? } else { 0 };
        let mut sent = 0;
        if there < size || size == 0 {
            let begun = self.begin_store(file, there).await;
            let (mut data, from) = match begun {
                Err(error) if there > 0 && !error.ends_connection() => {
                    // Not from the middle, then.
                    (self.begin_store(file, 0).await?.0, 0)
                }
                other => other?,
            };
            let copied = match source.skip(from).await {
                Ok(()) => self.copy_out(&mut source, size - from, &mut data, on_bytes).await,
                Err(error) => Err(CopyError::Local(error)),
            };
            sent = self.end_store(copied, data).await?;
        }
        source.unchanged().await?;
        let stored = self.size(&file.to).await?;
        if stored != size {
            return Err(RemoteError::SizeDisagrees { sent: size, stored });
        }
        let modified = self.time_if_known(&file.to).await?;
        Ok(Stored { size, modified, sent })
    }

    /// Bytes of this content that an earlier try left.
    async fn there_already(&mut self, file: &Upload, size: u64) -> Result<u64, RemoteError> {
        match self.size(&file.to).await {
            Ok(there) if there <= size => Ok(there),
            Ok(_) => Ok(0),
            Err(error) if error.ends_connection() => Err(error),
            Err(_) => Ok(0),
        }
    }

    /// `STOR`; from byte `from` on with `REST` before it, or `APPE` where there is no `REST`.
    async fn begin_store(&mut self, file: &Upload, from: u64) -> Result<(Box<dyn Data>, u64), RemoteError> {
        let path = self.wire(&file.to);
        if from == 0 {
            return Ok((self.begin("STOR", format!("STOR {path}")).await?, 0));
        }
        if self.features().rest {
            let rest = self.command("REST", format!("REST {from}"), &[Status::RequestFilePending]).await;
            match rest {
                Ok(_) => match self.begin("STOR", format!("STOR {path}")).await {
                    Ok(data) => return Ok((data, from)),
                    Err(error) if error.ends_connection() => return Err(error),
                    Err(_) => {}
                },
                Err(error) if error.ends_connection() => return Err(error),
                Err(_) => {}
            }
        }
        Ok((self.begin("APPE", format!("APPE {path}")).await?, from))
    }

    async fn copy_out(
        &mut self,
        source: &mut Opened<'_>,
        bytes: u64,
        data: &mut Box<dyn Data>,
        on_bytes: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, CopyError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(PORTION, 0);
        let result = self.copy_with(&mut buffer, source, bytes, data, on_bytes).await;
        self.buffer = buffer;
        result
    }

    async fn copy_with(
        &self,
        buffer: &mut [u8],
        source: &mut Opened<'_>,
        bytes: u64,
        data: &mut Box<dyn Data>,
        on_bytes: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, CopyError> {
        let throttle = &self.connector.options.throttle;
        let portion = throttle.portion(buffer.len()) as u64;
        let mut left = bytes;
        while left > 0 {
            let want = left.min(portion) as usize;
            let got = source.read(&mut buffer[..want]).await.map_err(CopyError::Local)?;
            if got == 0 {
                return Err(CopyError::Local(RemoteError::LocalChanged));
            }
            throttle.take(got as u64).await;
            let mut written = 0;
            while written < got {
                let write = data.write(&buffer[written..got]);
                let n = self.connector.timed("sending", write).await.map_err(CopyError::Remote)?;
                match n {
                    Ok(0) => return Err(CopyError::Broken("nothing was taken".to_owned())),
                    Ok(n) => written += n,
                    Err(error) => return Err(CopyError::Broken(error.to_string())),
                }
            }
            on_bytes(got as u64);
            left -= got as u64;
        }
        Ok(bytes)
    }

    /// Ends a transfer, well or not: the final reply is always read, since it alone tells what happened, and the
    /// connection stays in step.
    async fn end_store(
        &mut self,
        copied: Result<u64, CopyError>,
        mut data: Box<dyn Data>,
    ) -> Result<u64, RemoteError> {
        if let Err(CopyError::Remote(error)) = copied {
            return Err(error);
        }
        // A TLS session whose connection ends without a good-bye can't be resumed for the next one.
        let shut = self.connector.timed("closing", data.shutdown()).await?;
        let copied = match (copied, shut) {
            (Ok(_), Err(error)) => Err(CopyError::Broken(error.to_string())),
            (copied, _) => copied,
        };
        let ((), completion) = tokio::join!(drain(data), self.completion());
        match (copied, completion) {
            (Ok(sent), Ok(())) => Ok(sent),
            (Ok(_), Err(error)) => Err(error),
            (Err(CopyError::Local(error)), Err(ends)) if ends.ends_connection() => {
                tracing::debug!(%error, "the local file failed, and then the connection");
                Err(ends)
            }
            (Err(CopyError::Local(error)), _) => Err(error),
            (Err(_), Err(error)) => Err(error),
            // It says that all is well after it cut us off; the size will tell, on another connection.
            (Err(CopyError::Broken(text)), Ok(())) => Err(RemoteError::Lost(text)),
            (Err(CopyError::Remote(error)), Ok(())) => Err(error),
        }
    }

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

/// Why the bytes of a file did not all go out.
enum CopyError {
    /// Because of the local file; the connection is sound.
    Local(RemoteError),
    /// The server stopped taking them; its reply tells why.
    Broken(String),
    /// The connection can't be used any more.
    Remote(RemoteError),
}

/// A source that is being read.
enum Opened<'a> {
    File { file: File, size: u64, modified: i64 },
    Bytes(&'a [u8]),
}

impl<'a> Opened<'a> {
    async fn open(source: &'a Source) -> Result<Self, RemoteError> {
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
    async fn unchanged(&self) -> Result<(), RemoteError> {
        let Self::File { file, size, modified } = self else { return Ok(()) };
        let now = file.metadata().await.map_err(unreadable)?;
        let time = now.modified().map_err(unreadable)?;
        let nanos = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => after.as_nanos() as i64,
            Err(before) => -(before.duration().as_nanos() as i64),
        };
        if now.len() == *size && nanos == *modified { Ok(()) } else { Err(RemoteError::LocalChanged) }
    }

    async fn skip(&mut self, bytes: u64) -> Result<(), RemoteError> {
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

    async fn read(&mut self, into: &mut [u8]) -> Result<usize, RemoteError> {
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
