//! One logged-in control connection, and the operations that need no data connection.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use slipway_core::{Features, RemotePath};
use suppaftp::tokio::AsyncRustlsFtpStream;
use suppaftp::types::FileType;
use suppaftp::{FtpError, Status};
use tokio::io::AsyncWrite;
use tokio_rustls::TlsConnector;

use super::connector::FtpConnector;
use super::replies::{self, During};
use super::time::{time_text, time_value};
use super::tls::Trust;
use crate::error::{RemoteError, Reply};
use crate::remote::{Each, Entry, EntryKind, Made, OnBytes, Remote, Rename, Stored, Upload};

/// How long the answer to `QUIT` is waited for.
const GOOD_BYE: Duration = Duration::from_secs(2);

/// TLS of one control connection and its data connections.
pub(super) struct Secure {
    pub(super) connector: TlsConnector,
    pub(super) trust: Arc<Trust>,
    pub(super) tls12_only: bool,
}

/// A logged-in connection.
pub(super) struct Session {
    pub(super) connector: Arc<FtpConnector>,
    pub(super) stream: AsyncRustlsFtpStream,
    pub(super) secure: Option<Secure>,
    /// What files are read into before they are sent; made by the first transfer.
    pub(super) buffer: Vec<u8>,
    /// The folder one is in after login, once it was asked for.
    home: Option<String>,
}

impl Session {
    pub(super) fn new(
        connector: Arc<FtpConnector>,
        stream: AsyncRustlsFtpStream,
        secure: Option<Secure>,
    ) -> Self {
        Self { connector, stream, secure, buffer: Vec::new(), home: None }
    }

    /// What every connection needs before anything else: features (asked once a site), UTF-8, and binary
    /// transfers, without which sizes are wrong and line ends rewritten.
    pub(super) async fn prepare(&mut self) -> Result<(), RemoteError> {
        if self.connector.known().features.is_none() {
            let asked = self.connector.timed("FEAT", self.stream.feat()).await?;
            let features = match asked {
                Ok(list) => features(|name| list.keys().any(|key| key.eq_ignore_ascii_case(name)), &list),
                Err(FtpError::UnexpectedResponse(_) | FtpError::BadResponse) => {
                    // Servers that know no FEAT know these, as a rule; the first use tells.
                    Features { size: true, mdtm: true, ..Features::default() }
                }
                Err(other) => return Err(self.mapped(other)),
            };
            self.connector.learn_features(features);
        }
        if self.features().utf8 {
            // IIS wants to be told (RFC 2640 does not ask for it). A server that has nothing to switch may refuse.
            match self.command("OPTS", "OPTS UTF8 ON".to_owned(), &[Status::CommandOk]).await {
                Err(error) if error.ends_connection() => return Err(error),
                _ => {}
            }
        }
        let binary = self.connector.timed("TYPE", self.stream.transfer_type(FileType::Image)).await?;
        binary.map_err(|error| self.mapped(error))
    }

    /// Sends one command and reads its reply.
    pub(super) async fn command(
        &mut self,
        doing: &'static str,
        line: String,
        expected: &[Status],
    ) -> Result<Reply, RemoteError> {
        tracing::trace!(%line, "command");
        let sent = self.connector.timed(doing, self.stream.custom_command(&line, expected)).await?;
        match sent {
            Ok(response) => Ok(replies::reply(&response)),
            Err(error) => {
                let error = self.mapped(error);
                tracing::debug!(%line, %error, "refused");
                Err(error)
            }
        }
    }

    pub(super) fn mapped(&self, error: FtpError) -> RemoteError {
        replies::error(error, During::Command)
    }

    pub(super) fn wire(&self, path: &RemotePath) -> String {
        self.connector.options.remote_dir.wire(path)
    }

    /// A file's size (RFC 3659, section 4); from a listing where the server has no `SIZE`.
    pub(super) async fn size(&mut self, file: &RemotePath) -> Result<u64, RemoteError> {
        if self.features().size {
            let asked = self.command("SIZE", format!("SIZE {}", self.wire(file)), &[Status::File]).await;
            match asked {
                Ok(reply) => return reply.text.trim().parse().map_err(|_| nonsense(&reply)),
                Err(RemoteError::Unsupported(_)) => {
                    if let Some(features) = &mut self.connector.known().features {
                        features.size = false;
                    }
                }
                Err(error) => return Err(self.confirmed(file, error).await?),
            }
        }
        match self.look_up(file).await? {
            Some(entry) if entry.kind == EntryKind::File => Ok(entry.size),
            _ => Err(RemoteError::NotFound(Reply::new(550, "not in the listing"))),
        }
    }

    async fn time(&mut self, file: &RemotePath) -> Result<i64, RemoteError> {
        match self.command("MDTM", format!("MDTM {}", self.wire(file)), &[Status::File]).await {
            Ok(reply) => time_value(&reply.text).ok_or_else(|| nonsense(&reply)),
            Err(error @ RemoteError::Unsupported(_)) => {
                if let Some(features) = &mut self.connector.known().features {
                    features.mdtm = false;
                }
                Err(error)
            }
            Err(error) => Err(self.confirmed(file, error).await?),
        }
    }

    /// The time of a file, where the server can tell it.
    pub(super) async fn time_if_known(&mut self, file: &RemotePath) -> Result<Option<i64>, RemoteError> {
        if !self.features().mdtm {
            return Ok(None);
        }
        match self.time(file).await {
            Ok(time) => Ok(Some(time)),
            Err(error) if error.ends_connection() => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// Some servers refuse with the same words whether a file is missing or may not be looked at. Only a listing
    /// without it confirms that it is missing.
    pub(super) async fn confirmed(
        &mut self,
        path: &RemotePath,
        error: RemoteError,
    ) -> Result<RemoteError, RemoteError> {
        let RemoteError::Refused(reply) = error else { return Ok(error) };
        Ok(match self.look_up(path).await? {
            None => RemoteError::NotFound(reply),
            Some(_) => RemoteError::Refused(reply),
        })
    }

    /// A path's entry in its folder's listing.
    async fn look_up(&mut self, path: &RemotePath) -> Result<Option<Entry>, RemoteError> {
        let Some(folder) = path.parent() else { return Ok(None) };
        match self.list_folder(&folder).await {
            Ok(entries) => Ok(entries.into_iter().find(|entry| entry.name == path.name())),
            Err(RemoteError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The folder one is in after login.
    pub(super) async fn home(&mut self) -> Result<String, RemoteError> {
        if let Some(home) = &self.home {
            return Ok(home.clone());
        }
        let asked = self.connector.timed("PWD", self.stream.pwd()).await?;
        let home = asked.map_err(|error| self.mapped(error))?;
        self.home = Some(home.clone());
        Ok(home)
    }

    pub(super) async fn change_folder(&mut self, wire: &str) -> Result<(), RemoteError> {
        let expected = &[Status::RequestedFileActionOk, Status::CommandOk];
        self.command("CWD", format!("CWD {wire}"), expected).await.map(drop)
    }

    async fn make_folder(&mut self, wire: &str) -> Result<Made, RemoteError> {
        // Some servers answer 200 instead of 257.
        let expected = &[Status::PathCreated, Status::CommandOk, Status::RequestedFileActionOk];
        let refused = match self.command("MKD", format!("MKD {wire}"), expected).await {
            Ok(_) => return Ok(Made::New),
            Err(error) if error.ends_connection() => return Err(error),
            Err(error) => error,
        };
        // There already, or not allowed: going there tells.
        let home = self.home().await?;
        match self.change_folder(wire).await {
            Ok(()) => {
                self.change_folder(&home).await?;
                Ok(Made::Existed)
            }
            Err(error) if error.ends_connection() => Err(error),
            Err(_) => Err(refused),
        }
    }

    async fn rename_one(&mut self, rename: &Rename) -> Result<(), RemoteError> {
        if !self.connector.known().no_rename_over {
            let error = match self.rename_plain(&rename.from, &rename.to).await {
                Err(RemoteError::Refused(reply) | RemoteError::Denied(reply)) => RemoteError::Refused(reply),
                other => return other,
            };
            // Does an existing file stand in the way, or something else?
            if self.size(&rename.to).await.is_err() || self.size(&rename.from).await.is_err() {
                return Err(error);
            }
        }
        self.rename_aside(rename).await
    }

    /// For servers that rename onto nothing: the old file is moved aside, and comes back if the new one can't take
    /// its place.
    async fn rename_aside(&mut self, rename: &Rename) -> Result<(), RemoteError> {
        let aside = RemotePath::new(&format!("{}.old", rename.from))
            .map_err(|error| RemoteError::Misbehaves(error.to_string()))?;
        let moved = match self.rename_plain(&rename.to, &aside).await {
            Ok(()) => true,
            Err(RemoteError::NotFound(_)) => false,
            Err(RemoteError::Refused(_)) if self.look_up(&rename.to).await?.is_none() => false,
            Err(error) => return Err(error),
        };
        match self.rename_plain(&rename.from, &rename.to).await {
            Ok(()) => {
                if moved {
                    self.connector.known().no_rename_over = true;
                    self.remove("DELE", &aside).await?;
                }
                Ok(())
            }
            Err(error) => {
                if moved && !error.ends_connection() {
                    self.rename_plain(&aside, &rename.to).await?;
                }
                Err(error)
            }
        }
    }

    /// `RNFR`, `RNTO` (RFC 959, section 4.1.3).
    async fn rename_plain(&mut self, from: &RemotePath, to: &RemotePath) -> Result<(), RemoteError> {
        let from = self.wire(from);
        self.command("RNFR", format!("RNFR {from}"), &[Status::RequestFilePending]).await?;
        let expected = &[Status::RequestedFileActionOk, Status::CommandOk];
        self.command("RNTO", format!("RNTO {}", self.wire(to)), expected).await.map(drop)
    }

    async fn remove(&mut self, command: &'static str, path: &RemotePath) -> Result<(), RemoteError> {
        let line = format!("{command} {}", self.wire(path));
        match self.command(command, line, &[Status::RequestedFileActionOk, Status::CommandOk]).await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.confirmed(path, error).await?),
        }
    }
}

/// Reports an item's outcome, unless the connection ended with it.
pub(super) fn report<T>(
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

    async fn ping(&mut self) -> Result<(), RemoteError> {
        self.command("NOOP", "NOOP".to_owned(), &[Status::CommandOk]).await.map(drop)
    }

    async fn close(mut self: Box<Self>) {
        // Whether the server says good-bye too changes nothing.
        let _ = tokio::time::timeout(GOOD_BYE, self.stream.quit()).await;
    }
}

fn features(
    has: impl Fn(&str) -> bool,
    list: &std::collections::HashMap<String, Option<String>>,
) -> Features {
    let rest = list.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("REST")
            && value.as_deref().is_some_and(|v| v.to_ascii_uppercase().contains("STREAM"))
    });
    Features {
        utf8: has("UTF8"),
        mlsd: has("MLST") || has("MLSD"),
        size: has("SIZE"),
        mdtm: has("MDTM"),
        mfmt: has("MFMT"),
        rest,
    }
}

fn nonsense(reply: &Reply) -> RemoteError {
    RemoteError::Misbehaves(reply.to_string())
}
