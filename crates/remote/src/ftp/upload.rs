//! Uploads: one file over one data connection, and the proof that it arrived whole.

use suppaftp::Status;
use tokio::io::AsyncWriteExt;

use super::connector::FtpConnector;
use super::data::{Data, PORTION, drain};
use super::session::Session;
use super::source::Opened;
use crate::error::RemoteError;
use crate::remote::{RESUME_FROM, Remote, Stored, Upload};

impl Session {
    /// Sends one file, and makes sure that it arrived whole.
    pub(super) async fn store(
        &mut self,
        file: &Upload,
        on_bytes: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Stored, RemoteError> {
        let size = file.from.size();
        let mut source = Opened::open(&file.from).await?;
        let there = if file.resume { self.there_already(file, size).await? } else { 0 };
        // A small file that is not there whole is quicker sent again than gone on with.
        let there = if there == size || size > RESUME_FROM { there } else { 0 };
        let mut sent = 0;
        if there < size || size == 0 {
            let begun = self.begin_store(file, there).await;
            let (mut data, from) = match begun {
                Err(error) if there > 0 && refuses_the_middle(&error) => {
                    (self.begin_store(file, 0).await?.0, 0)
                }
                other => other?,
            };
            let copied = match source.skip(from).await {
                Ok(()) => {
                    let (connector, left) = (&self.connector, size - from);
                    connector.copy_out(&mut self.buffer, &mut source, left, &mut data, on_bytes).await
                }
                Err(error) => Err(CopyError::Local(error)),
            };
            sent = self.end_store(copied, data).await?;
        }
        source.unchanged().await?;
        Ok(Stored { sent, ..self.arrived(file, size).await? })
    }

    /// Makes sure that what was sent is there.
    pub(super) async fn arrived(&mut self, file: &Upload, size: u64) -> Result<Stored, RemoteError> {
        let stored = match self.size(&file.to).await {
            // It said that it had stored the file.
            Err(RemoteError::NotFound(_)) => {
                return Err(RemoteError::SizeDisagrees { sent: size, stored: 0 });
            }
            told => told?,
        };
        if stored != size {
            return Err(RemoteError::SizeDisagrees { sent: size, stored });
        }
        let modified = self.time_if_known(&file.to).await?;
        Ok(Stored { size, modified, sent: size })
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
                    Err(error) if refuses_the_middle(&error) => {
                        // The offset may still be waiting for its command.
                        let cleared =
                            self.command("REST", "REST 0".to_owned(), &[Status::RequestFilePending]).await;
                        cleared
                            .map(drop)
                            .or_else(|error| if error.ends_connection() { Err(error) } else { Ok(()) })?;
                    }
                    Err(error) => return Err(error),
                },
                Err(error) if refuses_the_middle(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok((self.begin("APPE", format!("APPE {path}")).await?, from))
    }

    /// Ends a transfer, well or not: the final reply is always read, since it alone tells what happened, and the
    /// connection stays in step.
    pub(super) async fn end_store(
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
}

impl FtpConnector {
    /// Sends so many bytes of a file, in portions that `buffer` is made to hold.
    pub(super) async fn copy_out(
        &self,
        buffer: &mut Vec<u8>,
        source: &mut Opened<'_>,
        bytes: u64,
        data: &mut Box<dyn Data>,
        on_bytes: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, CopyError> {
        buffer.resize(PORTION, 0);
        let throttle = &self.options.throttle;
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
                let n = self.timed("sending", write).await.map_err(CopyError::Remote)?;
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
}

/// Whether a server that refused to go on in the middle of a file may take it from the start. ProFTPD without
/// `AllowStoreRestart` answers 451.
fn refuses_the_middle(error: &RemoteError) -> bool {
    match error {
        RemoteError::Unsupported(_) | RemoteError::Refused(_) => true,
        RemoteError::TryLater(reply) => {
            let words = reply.text.to_lowercase();
            words.contains("restart") || words.contains("append")
        }
        _ => false,
    }
}

/// Why the bytes of a file did not all go out.
pub(super) enum CopyError {
    /// Because of the local file; the connection is sound.
    Local(RemoteError),
    /// The server stopped taking them; its reply tells why.
    Broken(String),
    /// The connection can't be used any more.
    Remote(RemoteError),
}
