//! How far ahead a server bears commands (RFC 959 promises nothing): tried with what can do no harm, and kept among
//! what is known of it. One rung of the ladder is a batch of uploads, the next a pair of commands, the last one
//! command at a time.

use std::time::Duration;

use slipway_core::UploadsAhead;
use suppaftp::Status;
use tokio::time::timeout;

use super::window::WINDOW;
use crate::error::RemoteError;
use crate::ftp::connector::FtpConnector;
use crate::ftp::session::Session;
use crate::remote::Upload;

/// At most so many files in a batch.
const FILES: usize = 16;
/// At most so many bytes of files in a batch.
const BYTES: u64 = 1_000_000;
/// Larger files gain nothing by it.
pub(super) const SMALL: u64 = 256 * 1024;
/// Questions of the probe, each followed by `NOOP`.
const QUESTIONS: usize = 4;
/// The longest wait for the answers to them.
const PROBE: Duration = Duration::from_secs(10);
/// So many failures in a row are taken for the server's doing. One is as well a line that was lost.
const FAILURES: u32 = 2;

/// Where on the ladder we are, as long as the program runs.
#[derive(Debug, Default)]
pub(in crate::ftp) struct Ladder {
    /// Lower than what the record says, if the server did not bear it any more.
    lower: Option<UploadsAhead>,
    /// Failures in a row.
    failed: u32,
}

/// A rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ftp) struct Rung {
    pub(super) uploads: UploadsAhead,
    /// The server has borne it.
    pub(super) proven: bool,
}

/// What to do about a batch that failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stumble {
    /// The connection was lost, as any may be.
    Lost,
    /// Another connection, and once more; maybe in smaller steps.
    GoOn,
}

impl FtpConnector {
    /// Whether commands may be written ahead of replies.
    pub(in crate::ftp) fn bears_commands_ahead(&self) -> bool {
        self.known().written_ahead == Some(true)
    }

    pub(super) fn rung(&self) -> Rung {
        let known = self.known().uploads_ahead;
        let uploads = self.ladder().lower.or(known).unwrap_or(UploadsAhead::Batch);
        Rung { uploads, proven: known.is_some_and(|known| known <= uploads) }
    }

    /// A batch, or a pair, went well. What the record says stays: a bad line may have had us go lower for today.
    pub(super) fn bore(&self, rung: Rung) {
        self.known().uploads_ahead.get_or_insert(rung.uploads);
        self.ladder().failed = 0;
    }

    /// A batch, or a pair, did not go well.
    pub(super) fn stumbled(&self, tried: Rung, error: &RemoteError) -> Stumble {
        tracing::info!(%error, ?tried, "uploads that were written ahead failed");
        if self.rung() != tried {
            // Another connection has found out more meanwhile.
            return Stumble::GoOn;
        }
        let mut ladder = self.ladder();
        ladder.failed += 1;
        if ladder.failed < FAILURES {
            return if tried.proven { Stumble::Lost } else { Stumble::GoOn };
        }
        let lower =
            if tried.uploads == UploadsAhead::Batch { UploadsAhead::Pair } else { UploadsAhead::OneByOne };
        *ladder = Ladder { lower: Some(lower), failed: 0 };
        if lower == UploadsAhead::OneByOne {
            // There is nothing below that could go wrong.
            self.known().uploads_ahead.get_or_insert(lower);
        }
        Stumble::GoOn
    }
}

impl Session {
    /// Finds out whether replies keep the order of commands. libunftp answers what needs its disk after what does
    /// not; it would store files under each other's names.
    ///
    /// # Errors
    /// Those of a connection that was lost over it.
    pub(in crate::ftp) async fn probe(&mut self) -> Result<(), RemoteError> {
        if self.connector.known().written_ahead.is_some() {
            return Ok(());
        }
        let late = |_| RemoteError::TimedOut { doing: "NOOP", seconds: PROBE.as_secs() };
        let in_order = timeout(PROBE, self.in_order()).await.map_err(late)??;
        tracing::debug!(in_order, "replies to commands written ahead");
        self.connector.known().written_ahead = Some(in_order);
        Ok(())
    }

    async fn in_order(&mut self) -> Result<bool, RemoteError> {
        self.nothing_unasked().await?;
        self.write_ahead("NOOP", &"MDTM .slipway-is-not-here\r\nNOOP\r\n".repeat(QUESTIONS)).await?;
        let mut in_order = true;
        for i in 0..2 * QUESTIONS {
            let is_noop = match self.answer("NOOP", "NOOP", &[Status::CommandOk]).await {
                Ok(_) => true,
                // A time: there is such a file.
                Err(RemoteError::Misbehaves(reply)) if reply.starts_with("213") => false,
                Err(error) if error.ends_connection() => return Err(error),
                Err(_) => false,
            };
            in_order &= is_noop == (i % 2 == 1);
        }
        if !in_order {
            self.keeps_count().await?;
        }
        self.nothing_unasked().await?;
        Ok(in_order)
    }

    /// Fails where one reply too many or too few has shifted the others: one by one, they do not fit their commands
    /// either. One that is still on its way would not be seen otherwise.
    async fn keeps_count(&mut self) -> Result<(), RemoteError> {
        self.write_ahead("NOOP", "NOOP\r\n").await?;
        self.answer("NOOP", "NOOP", &[Status::CommandOk]).await?;
        self.write_ahead("MDTM", "MDTM .slipway-is-not-here\r\n").await?;
        match self.answer("MDTM", "MDTM", &[Status::CommandOk]).await {
            Ok(_) => Err(RemoteError::Misbehaves("a reply too many".to_owned())),
            Err(error) if error.ends_connection() => Err(error),
            Err(_) => Ok(()),
        }
    }

    /// How many of the files go in the next batch; none if the first is to be sent the usual way.
    pub(super) fn next_batch(&self, files: &[(usize, &Upload)]) -> usize {
        let rung = self.connector.rung();
        let most = match (rung.uploads, rung.proven, files) {
            _ if !self.connector.bears_commands_ahead() => 0,
            // The line must be quick enough to tell what was not borne from what takes its time.
            (_, false, _) if self.connector.options.throttle.is_limited() => 0,
            (UploadsAhead::Batch, true, _) => FILES,
            // Their sizes tell which is which.
            (UploadsAhead::Batch, false, [(_, one), (_, two), ..]) if one.from.size() != two.from.size() => 2,
            (UploadsAhead::Pair, ..) => 1,
            _ => 0,
        };
        let asks_sizes =
            self.connector.known().features.as_ref().is_some_and(|features| features.size && features.mdtm);
        let (mut count, mut bytes, mut commands) = (0, 0, 0);
        for (_, file) in files.iter().take(most) {
            let size = file.from.size();
            bytes += size;
            commands += "EPSV\r\nSTOR \r\n".len() + self.wire(&file.to).len();
            if size > SMALL || bytes > BYTES || commands > WINDOW || (file.resume && !asks_sizes) {
                break;
            }
            count += 1;
        }
        let alone = rung.uploads == UploadsAhead::Batch && !rung.proven && count < 2;
        if alone { 0 } else { count }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use slipway_core::{Protocol, RemoteDir, ServerFacts};

    use super::*;
    use crate::ftp::connector::Options;

    fn connector(uploads_ahead: Option<UploadsAhead>) -> Arc<FtpConnector> {
        FtpConnector::new(Options {
            host: "localhost".to_owned(),
            port: 21,
            protocol: Protocol::Ftp,
            user: "anna".to_owned(),
            password: String::new().into(),
            remote_dir: RemoteDir::default(),
            trusted: None,
            timeout: Duration::from_secs(1),
            throttle: Default::default(),
            facts: ServerFacts { uploads_ahead, ..ServerFacts::default() },
            reached: Default::default(),
        })
    }

    fn lost() -> RemoteError {
        RemoteError::Lost("reset".to_owned())
    }

    fn rung(uploads: UploadsAhead, proven: bool) -> Rung {
        Rung { uploads, proven }
    }

    #[test]
    fn what_was_never_borne_is_tried_twice_and_never_an_error() {
        let connector = connector(None);
        for uploads in [UploadsAhead::Batch, UploadsAhead::Pair] {
            for _ in 0..2 {
                assert_eq!(connector.rung(), rung(uploads, false));
                assert_eq!(connector.stumbled(rung(uploads, false), &lost()), Stumble::GoOn);
            }
        }
        assert_eq!(connector.rung(), rung(UploadsAhead::OneByOne, true));
        assert_eq!(connector.known().uploads_ahead, Some(UploadsAhead::OneByOne));
    }

    #[test]
    fn what_is_borne_is_kept() {
        let connector = connector(None);
        assert_eq!(connector.stumbled(connector.rung(), &lost()), Stumble::GoOn);
        connector.bore(connector.rung());
        assert_eq!(connector.known().uploads_ahead, Some(UploadsAhead::Batch));
        // The failure before it counts no more.
        assert_eq!(connector.stumbled(connector.rung(), &lost()), Stumble::Lost);
        assert_eq!(connector.rung(), rung(UploadsAhead::Batch, true));
    }

    #[test]
    fn a_bad_line_changes_nothing_of_the_record() {
        let connector = connector(Some(UploadsAhead::Batch));
        let batch = connector.rung();
        assert_eq!(connector.stumbled(batch, &lost()), Stumble::Lost);
        assert_eq!(connector.stumbled(batch, &lost()), Stumble::GoOn);
        // Others were in the middle of a batch as well: they tell nothing of pairs.
        for _ in 0..6 {
            assert_eq!(connector.stumbled(batch, &lost()), Stumble::GoOn);
        }
        assert_eq!(connector.rung(), rung(UploadsAhead::Pair, true));
        connector.bore(connector.rung());
        assert_eq!(connector.known().uploads_ahead, Some(UploadsAhead::Batch));
    }
}
