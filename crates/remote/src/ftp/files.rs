//! Files and folders, one at a time, over the control connection alone: sizes, times, renames, removals.

use slipway_core::RemotePath;
use suppaftp::Status;

use super::session::{Session, nonsense};
use super::time::time_value;
use crate::error::{RemoteError, Reply};
use crate::remote::{Entry, EntryKind, Made, Remote, Rename};

/// The replies to `MKD` that mean success: some servers answer 200 instead of 257.
pub(super) const MADE: &[Status] = &[Status::PathCreated, Status::CommandOk, Status::RequestedFileActionOk];

impl Session {
    /// A file's size (RFC 3659, section 4); from a listing where the server has no `SIZE`, or refuses it.
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
                Err(error @ (RemoteError::Refused(_) | RemoteError::Denied(_))) => {
                    return match (self.look_up(file).await?, error) {
                        (Some(entry), _) if entry.kind == EntryKind::File && !entry.respelled => {
                            Ok(entry.size)
                        }
                        (None, RemoteError::Refused(reply)) => Err(RemoteError::NotFound(reply)),
                        (_, error) => Err(error),
                    };
                }
                Err(error) => return Err(error),
            }
        }
        match self.look_up(file).await? {
            Some(entry) if entry.kind == EntryKind::File => Ok(entry.size),
            _ => Err(RemoteError::NotFound(Reply::new(550, "not in the listing"))),
        }
    }

    pub(super) async fn time(&mut self, file: &RemotePath) -> Result<i64, RemoteError> {
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

    pub(super) async fn make_folder(&mut self, wire: &str) -> Result<Made, RemoteError> {
        let refused = match self.command("MKD", format!("MKD {wire}"), MADE).await {
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

    pub(super) async fn rename_one(&mut self, rename: &Rename) -> Result<(), RemoteError> {
        match self.rename_plain(&rename.from, &rename.to).await {
            Err(error) => self.rename_refused(rename, error).await,
            Ok(()) => Ok(()),
        }
    }

    /// What to do about a rename that was refused.
    pub(super) async fn rename_refused(
        &mut self,
        rename: &Rename,
        error: RemoteError,
    ) -> Result<(), RemoteError> {
        let (RemoteError::Refused(reply) | RemoteError::Denied(reply)) = error else { return Err(error) };
        let error = RemoteError::Refused(reply);
        // Does an existing file stand in the way, or something else?
        for file in [&rename.to, &rename.from] {
            match self.size(file).await {
                Ok(_) => {}
                Err(ends) if ends.ends_connection() => return Err(ends),
                Err(_) => return Err(error),
            }
        }
        // It may have been refused for the moment. Visitors would miss the old file while it is moved.
        match self.rename_plain(&rename.from, &rename.to).await {
            Err(RemoteError::Refused(_) | RemoteError::Denied(_)) => self.rename_aside(rename).await,
            other => other,
        }
    }

    /// For servers that rename onto nothing: the old file is moved aside, and comes back if the new one can't take
    /// its place.
    pub(super) async fn rename_aside(&mut self, rename: &Rename) -> Result<(), RemoteError> {
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

    pub(super) async fn remove(
        &mut self,
        command: &'static str,
        path: &RemotePath,
    ) -> Result<(), RemoteError> {
        let line = format!("{command} {}", self.wire(path));
        match self.command(command, line, &[Status::RequestedFileActionOk, Status::CommandOk]).await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.confirmed(path, error).await?),
        }
    }
}
