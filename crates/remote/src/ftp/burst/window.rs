//! Commands without data (RFC 959, section 4.1) in windows: so many bytes of them are on their way unanswered, and
//! no more. Replies come in the order of the commands (RFC 959, section 4.2); `NOOP` after them tells whether there
//! were as many.

use std::collections::VecDeque;

use suppaftp::Status;

use crate::error::{RemoteError, Reply};
use crate::ftp::connector::lost;
use crate::ftp::session::Session;

/// The most bytes of commands that are on their way unanswered. ProFTPD and Pure-FTPd stall under TLS at 4,095 and
/// about 5,000.
pub(super) const WINDOW: usize = 2048;

/// Closes what is written at once: its reply comes in its place only if each command before it has had one reply.
const FENCE: &str = "NOOP";

/// A command, and the replies that mean success.
pub(in crate::ftp) struct Asked {
    line: String,
    expected: &'static [Status],
    /// Nothing may come between it and the next.
    opens: bool,
}

impl Asked {
    pub(in crate::ftp) fn new(line: String, expected: &'static [Status]) -> Self {
        Self { line, expected, opens: false }
    }

    /// The first of two commands that make one, such as `RNFR`.
    pub(in crate::ftp) fn opening(line: String, expected: &'static [Status]) -> Self {
        Self { line, expected, opens: true }
    }

    /// `SIZE` and `MDTM` (RFC 3659, sections 4 and 3) of one path.
    pub(super) fn size_and_time(wire: &str) -> [Self; 2] {
        [format!("SIZE {wire}"), format!("MDTM {wire}")].map(|line| Self::new(line, &[Status::File]))
    }

    /// Bytes on the wire.
    fn length(&self) -> usize {
        self.line.len() + "\r\n".len()
    }
}

/// Commands that are written at once.
struct Portion<'a> {
    commands: &'a [Asked],
    /// Bytes on the wire.
    length: usize,
    fenced: bool,
}

impl<'a> Portion<'a> {
    /// The first of what is asked: as many as have so many bytes, but one at least.
    fn first_of(asked: &'a [Asked], most: usize) -> Self {
        let (mut count, mut length) = (0, 0);
        for command in asked {
            let opened = count > 0 && asked[count - 1].opens;
            if count > 0 && !opened && length + command.length() > most {
                break;
            }
            length += command.length();
            count += 1;
        }
        let fenced = count > 1 && most > 0;
        let fence = if fenced { FENCE.len() + "\r\n".len() } else { 0 };
        Self { commands: &asked[..count], length: length + fence, fenced }
    }

    fn lines(&self) -> String {
        let mut lines = String::with_capacity(self.length);
        self.commands.iter().for_each(|command| add(&mut lines, &command.line));
        if self.fenced {
            add(&mut lines, FENCE);
        }
        lines
    }
}

impl Session {
    /// Asks all, and gives the reply to each. One by one at a server that does not bear more. An error that is
    /// returned ends the connection.
    ///
    /// # Errors
    /// Among others [`RemoteError::Misbehaves`] where there were more replies than commands, or fewer: which of them
    /// answers which is not known then, and none is given.
    pub(in crate::ftp) async fn burst(
        &mut self,
        doing: &'static str,
        asked: &[Asked],
        told: &mut (dyn FnMut(usize, Result<Reply, RemoteError>) -> Result<(), RemoteError> + Send),
    ) -> Result<(), RemoteError> {
        // Half a window at a time: few writes, and the line is never idle.
        let ahead = self.connector.bears_commands_ahead();
        let (window, half) = if ahead { (WINDOW, WINDOW / 2) } else { (0, 0) };
        let mut under_way: VecDeque<Portion<'_>> = VecDeque::new();
        let (mut rest, mut next) = (asked, 0);
        loop {
            while !rest.is_empty() {
                let portion = Portion::first_of(rest, half);
                let unanswered: usize = under_way.iter().map(|portion| portion.length).sum();
                if unanswered > 0 && unanswered + portion.length > window {
                    break;
                }
                if unanswered == 0 {
                    self.nothing_unasked().await?;
                }
                self.write_ahead(doing, &portion.lines()).await?;
                rest = &rest[portion.commands.len()..];
                under_way.push_back(portion);
            }
            let Some(portion) = under_way.pop_front() else { return Ok(()) };
            for reply in self.replies(doing, &portion).await? {
                told(next, reply)?;
                next += 1;
            }
        }
    }

    /// The replies to what was written at once, if each command had one.
    async fn replies(
        &mut self,
        doing: &'static str,
        portion: &Portion<'_>,
    ) -> Result<Vec<Result<Reply, RemoteError>>, RemoteError> {
        let mut replies = Vec::with_capacity(portion.commands.len());
        for command in portion.commands {
            match self.answer(doing, &command.line, command.expected).await {
                Err(error) if error.ends_connection() => return Err(error),
                reply => replies.push(reply),
            }
        }
        if portion.fenced {
            match self.answer(doing, FENCE, &[Status::CommandOk]).await {
                Err(error) if !error.ends_connection() => {
                    return Err(RemoteError::Misbehaves(format!("said without being asked: {error}")));
                }
                fence => fence?,
            };
        }
        Ok(replies)
    }

    /// Writes whole lines, and reads nothing.
    pub(in crate::ftp) async fn write_ahead(
        &mut self,
        doing: &'static str,
        lines: &str,
    ) -> Result<(), RemoteError> {
        if lines.is_empty() {
            return Ok(());
        }
        lines.lines().for_each(|line| tracing::trace!(%line, "command"));
        if let Some(secure) = &self.secure {
            secure.outbox.push(lines);
            return Ok(());
        }
        let writing = async {
            let socket = self.stream.get_ref().await;
            let mut rest = lines.as_bytes();
            while !rest.is_empty() {
                socket.writable().await?;
                match socket.try_write(rest) {
                    Ok(written) => rest = &rest[written..],
                    Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        };
        self.connector.timed(doing, writing).await?.map_err(lost)
    }
}

/// Adds a command to those that are written together.
pub(super) fn add(lines: &mut String, line: &str) {
    lines.push_str(line);
    lines.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(lengths: &[usize]) -> Vec<Asked> {
        lengths.iter().map(|length| Asked::new("x".repeat(length - 2), &[])).collect()
    }

    #[test]
    fn portions_keep_to_their_size_and_end_with_a_fence() {
        let asked = asked(&[40, 40, 40, 2_000, 2]);
        let first = Portion::first_of(&asked, 100);
        assert_eq!((first.commands.len(), first.length, first.fenced), (2, 86, true));
        assert_eq!((first.lines().len(), first.lines().ends_with("x\r\nNOOP\r\n")), (86, true));
        // One that is too long goes alone, and needs no fence: nothing can be shifted.
        let alone = Portion::first_of(&asked[3..], 100);
        assert_eq!((alone.commands.len(), alone.length, alone.fenced), (1, 2_000, false));
        let one_by_one = Portion::first_of(&asked, 0);
        assert_eq!((one_by_one.commands.len(), one_by_one.fenced), (1, false));
    }

    #[test]
    fn nothing_comes_between_two_commands_that_make_one() {
        let pair = |name: &str| {
            [Asked::opening(format!("RNFR {name}"), &[]), Asked::new(format!("RNTO {name}"), &[])]
        };
        let asked: Vec<Asked> = ["a", "b"].iter().flat_map(|name| pair(name)).collect();
        for most in 0..40 {
            assert_eq!(Portion::first_of(&asked, most).commands.len() % 2, 0, "{most}");
        }
    }
}
