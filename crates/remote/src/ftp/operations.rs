//! The operations of [`Remote`]: in bursts, and item by item where one takes a closer look.

use std::time::Duration;

use async_trait::async_trait;
use slipway_core::{Features, RemotePath};
use suppaftp::Status;
use tokio::io::AsyncWrite;

use super::burst::Asked;
use super::files::MADE;
use super::session::{Session, nonsense};
use super::time::{time_text, time_value};
use crate::error::{RemoteError, Reply};
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

/// Where the refused ones are.
fn places(refused: Vec<(usize, RemoteError)>) -> Vec<usize> {
    refused.into_iter().map(|(i, _)| i).collect()
}

impl Session {
    /// The same command for each path.
    fn asked(&self, paths: &[RemotePath], verb: &str, expected: &'static [Status]) -> Vec<Asked> {
        paths.iter().map(|path| Asked::new(format!("{verb} {}", self.wire(path)), expected)).collect()
    }

    /// Asks all, reports what went well, and gives back what was refused: it takes a closer look.
    async fn burst_of<T>(
        &mut self,
        doing: &'static str,
        asked: &[Asked],
        each: &mut (dyn FnMut(usize, Result<T, RemoteError>) + Send),
        outcome: impl Fn(Reply) -> Result<T, RemoteError> + Sync,
    ) -> Result<Vec<(usize, RemoteError)>, RemoteError> {
        let mut refused = Vec::new();
        let mut told = |i, reply: Result<Reply, RemoteError>| {
            match reply {
                Ok(reply) => each(i, Ok(outcome(reply)?)),
                Err(error) => refused.push((i, error)),
            }
            Ok(())
        };
        self.burst(doing, asked, &mut told).await?;
        Ok(refused)
    }

    async fn remove_all(
        &mut self,
        verb: &'static str,
        paths: &[RemotePath],
        each: Each<'_, ()>,
    ) -> Result<(), RemoteError> {
        let asked = self.asked(paths, verb, &[Status::RequestedFileActionOk, Status::CommandOk]);
        for (i, error) in self.burst_of(verb, &asked, each, |_| Ok(())).await? {
            let error = self.confirmed(&paths[i], error).await?;
            report(each, i, Err(error))?;
        }
        Ok(())
    }

    /// Renames by `RNFR, RNTO` (RFC 959, section 4.1.3) in bursts, and gives back what was refused.
    async fn rename_burst(
        &mut self,
        files: &[Rename],
        each: Each<'_, ()>,
    ) -> Result<Vec<(usize, RemoteError)>, RemoteError> {
        let pair = |rename: &Rename| {
            let (from, to) = (self.wire(&rename.from), self.wire(&rename.to));
            let expected = &[Status::RequestedFileActionOk, Status::CommandOk];
            [
                Asked::opening(format!("RNFR {from}"), &[Status::RequestFilePending]),
                Asked::new(format!("RNTO {to}"), expected),
            ]
        };
        let asked: Vec<Asked> = files.iter().flat_map(pair).collect();
        let (mut refused, mut missing) = (Vec::new(), None);
        let mut told = |i: usize, reply: Result<Reply, RemoteError>| {
            match (i % 2, reply, missing.take()) {
                (0, reply, _) => missing = reply.err(),
                (_, Ok(_), None) => each(i / 2, Ok(())),
                // It took what an earlier pair had named: nothing it says can be relied on.
                (_, Ok(reply), Some(_)) => return Err(nonsense(&reply)),
                (_, Err(error), missing) => refused.push((i / 2, missing.unwrap_or(error))),
            }
            Ok(())
        };
        self.burst("RNTO", &asked, &mut told).await?;
        Ok(refused)
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
        // Above the publish folder, much may be there already.
        if folders.iter().any(RemotePath::is_root) {
            for (i, folder) in folders.iter().enumerate() {
                let levels = if folder.is_root() {
                    self.connector.options.remote_dir.levels()
                } else {
                    vec![self.wire(folder)]
                };
                let mut made = Ok(Made::Existed);
                for level in levels {
                    made = self.make_folder(&level).await;
                }
                report(each, i, made)?;
            }
            return Ok(());
        }
        let asked = self.asked(folders, "MKD", MADE);
        let refused = self.burst_of("MKD", &asked, each, |_| Ok(Made::New)).await?;
        for (i, _) in refused {
            let made = self.make_folder(&self.wire(&folders[i])).await;
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
        self.upload_all(files, on_bytes, each).await
    }

    async fn sizes(&mut self, files: &[RemotePath], each: Each<'_, u64>) -> Result<(), RemoteError> {
        let asked =
            if self.features().size { self.asked(files, "SIZE", &[Status::File]) } else { Vec::new() };
        let told = |reply: Reply| reply.text.trim().parse().map_err(|_| nonsense(&reply));
        let refused = self.burst_of("SIZE", &asked, each, told).await?;
        let left = if asked.is_empty() { (0..files.len()).collect() } else { places(refused) };
        for i in left {
            let size = self.size(&files[i]).await;
            report(each, i, size)?;
        }
        Ok(())
    }

    async fn times(&mut self, files: &[RemotePath], each: Each<'_, i64>) -> Result<(), RemoteError> {
        let asked = self.asked(files, "MDTM", &[Status::File]);
        let told = |reply: Reply| time_value(&reply.text).ok_or_else(|| nonsense(&reply));
        for i in places(self.burst_of("MDTM", &asked, each, told).await?) {
            let time = self.time(&files[i]).await;
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
        let line =
            |(file, time): &(RemotePath, i64)| format!("MFMT {} {}", time_text(*time), self.wire(file));
        let asked: Vec<Asked> = files.iter().map(|file| Asked::new(line(file), expected)).collect();
        for (i, error) in self.burst_of("MFMT", &asked, each, |_| Ok(())).await? {
            let error = self.confirmed(&files[i].0, error).await?;
            report(each, i, Err(error))?;
        }
        Ok(())
    }

    async fn rename(&mut self, files: &[Rename], each: Each<'_, ()>) -> Result<(), RemoteError> {
        let no_rename_over = self.connector.known().no_rename_over;
        if self.connector.bears_commands_ahead() && !no_rename_over {
            for (i, error) in self.rename_burst(files, each).await? {
                let renamed = self.rename_refused(&files[i], error).await;
                report(each, i, renamed)?;
            }
            return Ok(());
        }
        for (i, rename) in files.iter().enumerate() {
            let renamed = match no_rename_over {
                true => self.rename_aside(rename).await,
                false => self.rename_one(rename).await,
            };
            report(each, i, renamed)?;
        }
        Ok(())
    }

    async fn remove_files(&mut self, files: &[RemotePath], each: Each<'_, ()>) -> Result<(), RemoteError> {
        self.remove_all("DELE", files, each).await
    }

    async fn remove_folders(
        &mut self,
        folders: &[RemotePath],
        each: Each<'_, ()>,
    ) -> Result<(), RemoteError> {
        self.remove_all("RMD", folders, each).await
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
