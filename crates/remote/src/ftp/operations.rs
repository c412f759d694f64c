//! The operations of [`Remote`], item by item.

use std::time::Duration;

use async_trait::async_trait;
use slipway_core::{Features, RemotePath};
use suppaftp::Status;
use tokio::io::AsyncWrite;

use super::session::Session;
use super::time::time_text;
use crate::error::RemoteError;
use crate::remote::{Each, Entry, Made, OnBytes, Remote, Rename, Stored, Upload};

/// How long the answer to `QUIT` is waited for.
const GOOD_BYE: Duration = Duration::from_secs(2);

/// Reports an item's outcome, unless the connection ended with it.
fn report<T>(
    each: &mut (dyn FnMut(usize, Result<T, RemoteError>) + Send),
    item: usize,
    result: Result<T, RemoteError>,
) -> Result<(), RemoteError> {
    match result {
        Err(error) if error.ends_connection() => Err(error),
        outcome => {
            each(item, outcome);
            Ok(())
        }
    }
}

#[async_trait]
impl Remote for Session {
    fn features(&self) -> Features {
        self.connector.known().features.clone().unwrap_or_default()
    }

    async fn list(&mut self, folders: &[RemotePath], each: Each<'_, Vec<Entry>>) -> Result<(), RemoteError> {
        for (i, folder) in folders.iter().enumerate() {
            let listed = self.list_folder(folder).await;
            report(each, i, listed)?;
        }
        Ok(())
    }

    async fn make_folders(
        &mut self,
        folders: &[RemotePath],
        each: Each<'_, Made>,
    ) -> Result<(), RemoteError> {
        for (i, folder) in folders.iter().enumerate() {
            let mut made = Ok(Made::Existed);
            if folder.is_root() {
                for level in self.connector.options.remote_dir.levels() {
                    made = self.make_folder(&level).await;
                }
            } else {
                made = self.make_folder(&self.wire(folder)).await;
            }
            report(each, i, made)?;
        }
        Ok(())
    }

    async fn upload(
        &mut self,
        files: &[Upload],
        on_bytes: OnBytes<'_>,
        each: Each<'_, Stored>,
    ) -> Result<(), RemoteError> {
        for (i, file) in files.iter().enumerate() {
            let stored = self.store(file, &|bytes| on_bytes(i, bytes)).await;
            report(each, i, stored)?;
        }
        Ok(())
    }

    async fn sizes(&mut self, files: &[RemotePath], each: Each<'_, u64>) -> Result<(), RemoteError> {
        for (i, file) in files.iter().enumerate() {
            let size = self.size(file).await;
            report(each, i, size)?;
        }
        Ok(())
    }

    async fn times(&mut self, files: &[RemotePath], each: Each<'_, i64>) -> Result<(), RemoteError> {
        for (i, file) in files.iter().enumerate() {
            let time = self.time(file).await;
            report(each, i, time)?;
        }
        Ok(())
    }

    async fn set_times(
        &mut self,
        files: &[(RemotePath, i64)],
        each: Each<'_, ()>,
    ) -> Result<(), RemoteError> {
        let expected = &[Status::File, Status::CommandOk, Status::RequestedFileActionOk];
        for (i, (file, time)) in files.iter().enumerate() {
            let line = format!("MFMT {} {}", time_text(*time), self.wire(file));
            let set = match self.command("MFMT", line, expected).await {
                Ok(_) => Ok(()),
                Err(error) => Err(self.confirmed(file, error).await?),
            };
            report(each, i, set)?;
        }
        Ok(())
    }

    async fn rename(&mut self, files: &[Rename], each: Each<'_, ()>) -> Result<(), RemoteError> {
        for (i, rename) in files.iter().enumerate() {
            let renamed = self.rename_one(rename).await;
            report(each, i, renamed)?;
        }
        Ok(())
    }

    async fn remove_files(&mut self, files: &[RemotePath], each: Each<'_, ()>) -> Result<(), RemoteError> {
        for (i, file) in files.iter().enumerate() {
            let removed = self.remove("DELE", file).await;
            report(each, i, removed)?;
        }
        Ok(())
    }

    async fn remove_folders(
        &mut self,
        folders: &[RemotePath],
        each: Each<'_, ()>,
    ) -> Result<(), RemoteError> {
        for (i, folder) in folders.iter().enumerate() {
            let removed = self.remove("RMD", folder).await;
            report(each, i, removed)?;
        }
        Ok(())
    }

    async fn download(
        &mut self,
        file: &RemotePath,
        offset: u64,
        into: &mut (dyn AsyncWrite + Unpin + Send),
    ) -> Result<u64, RemoteError> {
        self.fetch(file, offset, into).await
    }

    async fn login_folder(&mut self) -> Result<String, RemoteError> {
        self.home().await
    }

    async fn ping(&mut self) -> Result<(), RemoteError> {
        self.command("NOOP", "NOOP".to_owned(), &[Status::CommandOk]).await.map(drop)
    }

    async fn close(mut self: Box<Self>) {
        // Whether the server says good-bye too changes nothing.
        let _ = tokio::time::timeout(GOOD_BYE, self.stream.quit()).await;
    }
}
