//! Uploads in batches: `EPSV, STOR` for each of several files (RFC 2428, section 3; RFC 959, section 4.1.3) in one
//! write, so that a file costs two round trips. Nothing else is written before the last of them has ended.

use std::time::Duration;

use tokio::time::timeout;

use super::ladder::{SMALL, Stumble};
use super::window::{Asked, add};
use crate::error::{RemoteError, Reply};
use crate::ftp::session::{Session, nonsense};
use crate::ftp::source::Opened;
use crate::ftp::time::time_value;
use crate::remote::{Each, OnBytes, Remote, Stored, Upload};

/// The longest wait for a batch at a server that has not borne one yet; it is of two small files.
const PROBE: Duration = Duration::from_secs(10);

type Outcomes = Vec<Result<Stored, RemoteError>>;
/// A size, and a time where the server tells it.
type Told = Option<(u64, Option<i64>)>;

impl Session {
    /// Sends files by as few round trips as the server bears. What was under way when a connection was lost and lies
    /// there whole is not sent again.
    pub(in crate::ftp) async fn upload_all(
        &mut self,
        files: &[Upload],
        on_bytes: OnBytes<'_>,
        each: Each<'_, Stored>,
    ) -> Result<(), RemoteError> {
        let whole = self.whole_already(files).await?;
        let mut left: Vec<(usize, &Upload)> = Vec::with_capacity(files.len());
        for ((i, file), whole) in files.iter().enumerate().zip(whole) {
            match whole {
                Some(stored) => each(i, Ok(stored)),
                None => left.push((i, file)),
            }
        }
        let mut left = left.as_slice();
        while let [(first, file), ..] = left {
            let batch: Vec<&Upload> =
                left.iter().map(|(_, file)| *file).take(self.next_batch(left)).collect();
            if batch.is_empty() {
                match self.store(file, &|bytes| on_bytes(*first, bytes)).await {
                    Err(error) if error.ends_connection() => return Err(error),
                    outcome => each(*first, outcome),
                }
                left = &left[1..];
                continue;
            }
            let tried = self.connector.rung();
            match self.try_batch(&batch, tried.proven).await {
                Ok(outcomes) => {
                    self.connector.bore(tried);
                    let (sent, rest) = left.split_at(outcomes.len());
                    for ((i, _), outcome) in sent.iter().zip(outcomes) {
                        if let Ok(stored) = &outcome {
                            on_bytes(*i, stored.sent);
                        }
                        each(*i, outcome);
                    }
                    left = rest;
                }
                Err(error @ RemoteError::SessionRefused(_)) => return Err(error),
                Err(error) => match self.connector.stumbled(tried, &error) {
                    Stumble::Lost => return Err(error),
                    // What was under way has an unknown outcome: it is sent again, whole.
                    Stumble::GoOn => self.reconnect(error).await?,
                },
            }
        }
        Ok(())
    }

    /// A server that does not bear a batch may well say nothing at all.
    async fn try_batch(&mut self, files: &[&Upload], proven: bool) -> Result<Outcomes, RemoteError> {
        if proven {
            return self.send_batch(files).await;
        }
        let late = |_| RemoteError::TimedOut { doing: "the first batch", seconds: PROBE.as_secs() };
        timeout(PROBE, self.send_batch(files)).await.map_err(late)?
    }

    /// Sends a batch, and makes sure of each file.
    async fn send_batch(&mut self, files: &[&Upload]) -> Result<Outcomes, RemoteError> {
        self.nothing_unasked().await?;
        let port = if self.connector.known().pasv_only { "PASV" } else { "EPSV" };
        let stores: Vec<String> = files.iter().map(|file| format!("STOR {}", self.wire(&file.to))).collect();
        let mut lines = String::new();
        for store in &stores {
            add(&mut lines, port);
            add(&mut lines, store);
        }
        self.write_ahead("STOR", &lines).await?;
        let mut ended = Vec::with_capacity(files.len());
        for (file, store) in files.iter().zip(&stores) {
            let (mut source, size, local) = match Opened::open(&file.from).await {
                Ok(source) => (source, file.from.size(), Ok(())),
                // Its commands are written: something must be sent.
                Err(error) => (Opened::Bytes(&[]), 0, Err(error)),
            };
            let sent = self.send_ahead(store, &mut source, size).await?;
            ended.push(match (local, sent) {
                (Ok(()), Ok(())) => source.unchanged().await,
                (Err(error), _) | (Ok(()), Err(error)) => Err(error),
            });
        }
        self.make_sure(files, ended).await
    }

    /// Asks for size and time of what was sent: only what has its size counts as stored.
    async fn make_sure(
        &mut self,
        files: &[&Upload],
        ended: Vec<Result<(), RemoteError>>,
    ) -> Result<Outcomes, RemoteError> {
        let sent: Vec<&Upload> =
            files.iter().zip(&ended).filter(|(_, ended)| ended.is_ok()).map(|(file, _)| *file).collect();
        let mut told = self.sizes_and_times(&sent).await?.into_iter();
        let mut outcomes: Outcomes = Vec::with_capacity(files.len());
        for (file, ended) in files.iter().zip(ended) {
            let size = file.from.size();
            outcomes.push(match ended.map(|()| told.next().flatten()) {
                Err(error) => Err(error),
                Ok(Some((stored, modified))) if stored == size => Ok(Stored { size, modified, sent: size }),
                Ok(Some((stored, _))) => Err(RemoteError::SizeDisagrees { sent: size, stored }),
                // It takes more than two questions.
                Ok(None) => match self.arrived(file, size).await {
                    Err(error) if error.ends_connection() => return Err(error),
                    outcome => outcome,
                },
            });
        }
        Ok(outcomes)
    }

    /// Which of the files that may have been sent already are there whole: up to 16 of them were under way on each
    /// connection that was lost. Larger ones are looked at when it is their turn.
    async fn whole_already(&mut self, files: &[Upload]) -> Result<Vec<Option<Stored>>, RemoteError> {
        let mut whole = vec![None; files.len()];
        if !self.connector.bears_commands_ahead() {
            return Ok(whole);
        }
        let begun = |(_, file): &(usize, &Upload)| file.resume && file.from.size() <= SMALL;
        let (places, begun): (Vec<usize>, Vec<&Upload>) = files.iter().enumerate().filter(begun).unzip();
        let told = self.sizes_and_times(&begun).await?;
        for ((i, file), told) in places.into_iter().zip(begun).zip(told) {
            let size = file.from.size();
            // A file that changed here is read again first.
            if let (Some((stored, modified)), Ok(_)) = (told, Opened::open(&file.from).await)
                && stored == size
            {
                whole[i] = Some(Stored { size, modified, sent: 0 });
            }
        }
        Ok(whole)
    }

    /// `SIZE` and `MDTM` (RFC 3659, sections 4 and 3) of each; `None` where that was not enough.
    async fn sizes_and_times(&mut self, files: &[&Upload]) -> Result<Vec<Told>, RemoteError> {
        let features = self.features();
        if !features.size || !features.mdtm {
            return Ok(vec![None; files.len()]);
        }
        let asked: Vec<Asked> =
            files.iter().flat_map(|file| Asked::size_and_time(&self.wire(&file.to))).collect();
        let mut told: Vec<Told> = Vec::with_capacity(files.len());
        let mut size = None;
        let mut keep = |i: usize, reply: Result<Reply, RemoteError>| {
            if i.is_multiple_of(2) {
                let number = |reply: Reply| reply.text.trim().parse().map_err(|_| nonsense(&reply));
                size = reply.ok().map(number).transpose()?;
            } else {
                let time = reply.ok().and_then(|reply| time_value(&reply.text));
                told.push(size.take().map(|size| (size, time)));
            }
            Ok(())
        };
        self.burst("SIZE", &asked, &mut keep).await?;
        Ok(told)
    }
}
