//! One control connection: commands one way, replies the other, and which reply answers which command.

use super::rules::{CONNECT, verb};
use super::{Action, Shared, data, lock};
use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A command that is waiting for its final reply.
struct Pending {
    place: usize,
    verb: String,
    answer: Answer,
}

enum Answer {
    /// What the server says.
    Server,
    /// This, when the server has said its last word on the command.
    Instead(String),
    /// A cut connection, when the server has said its last word on the command.
    Cut,
    /// This, and the server knows nothing of the command.
    Invented(String),
}

/// The client's side. Replies keep the order of the commands, invented ones as well.
struct Replies {
    client: TcpStream,
    pending: VecDeque<Pending>,
}

/// Serves a client until either side closes.
pub(super) fn serve(shared: &Arc<Shared>, number: u64, client: TcpStream) -> io::Result<()> {
    let (client, server) = (Arc::new(client), Arc::new(TcpStream::connect(shared.target)?));
    for socket in [&client, &server] {
        socket.set_nodelay(true)?;
        lock(&shared.sockets).push(Arc::downgrade(socket));
    }
    let replies = Mutex::new(Replies { client: client.try_clone()?, pending: VecDeque::new() });
    let connection =
        Connection { shared, number, server: &server, replies: &replies, together: Mutex::default() };
    if connection.take(CONNECT, None)? {
        thread::scope(|scope| {
            scope.spawn(|| {
                let _ = connection.pass_replies();
                // Whatever was said after that is of no use to the client.
                let _ = client.shutdown(Shutdown::Both);
            });
            let _ = connection.pass_commands(&client);
            let _ = server.shutdown(Shutdown::Both);
        });
    }
    let _ = client.shutdown(Shutdown::Both);
    Ok(())
}

struct Connection<'a> {
    shared: &'a Arc<Shared>,
    number: u64,
    server: &'a TcpStream,
    replies: &'a Mutex<Replies>,
    /// Commands that came together.
    together: Mutex<Vec<u8>>,
}

impl Connection<'_> {
    fn pass_commands(&self, client: &TcpStream) -> io::Result<()> {
        let mut client = BufReader::new(client);
        let mut line = Vec::new();
        while client.read_until(b'\n', &mut line)? > 0 {
            let text = String::from_utf8_lossy(&line);
            let goes_on = self.take(text.trim_end_matches(['\r', '\n']), Some(&line))?;
            // What came together goes on together: servers tell the difference.
            if !goes_on || client.buffer().is_empty() {
                self.pass_on()?;
            }
            if !goes_on {
                break;
            }
            line.clear();
        }
        Ok(())
    }

    fn pass_on(&self) -> io::Result<()> {
        let lines = std::mem::take(&mut *lock(&self.together));
        let mut server = self.server;
        server.write_all(&lines)
    }

    /// Does with a command what the rules say; false ends the connection. The greeting counts as the answer
    /// to a command of which the server has no line.
    fn take(&self, command: &str, line: Option<&[u8]>) -> io::Result<bool> {
        let action = lock(&self.shared.rules).decide(command);
        let place = self.shared.note(self.number, command);
        let answer = match action {
            Action::Forward => Answer::Server,
            Action::Notify(call) => {
                call();
                Answer::Server
            }
            Action::ReplyAfterForward(text) => Answer::Instead(text),
            Action::CutBeforeReply => Answer::Cut,
            Action::Reply(text) => Answer::Invented(text),
            Action::CutControl => return Ok(false),
            Action::Hang => return self.hang().map(|()| false),
        };
        let forward = !matches!(answer, Answer::Invented(_));
        let is_last = matches!(&answer, Answer::Invented(text) if is_goodbye(text));
        // Noted before it is sent, as the reply may come at once.
        if !self.expect(Pending { place, verb: verb(command), answer })? {
            return Ok(false);
        }
        if is_last {
            // It is said when the replies to earlier commands have come.
            return self.hang().map(|()| false);
        }
        if let Some(line) = line.filter(|_| forward) {
            lock(&self.together).extend_from_slice(line);
        }
        // After an invented greeting the server's own would follow.
        Ok(forward || line.is_some())
    }

    fn expect(&self, pending: Pending) -> io::Result<bool> {
        let mut replies = lock(self.replies);
        replies.pending.push_back(pending);
        replies.send_invented(self.shared)
    }

    /// Swallows what the client says until it gives up.
    fn hang(&self) -> io::Result<()> {
        self.pass_on()?;
        let mut client = lock(self.replies).client.try_clone()?;
        io::copy(&mut client, &mut io::sink()).map(drop)
    }

    fn pass_replies(&self) -> io::Result<()> {
        let mut server = BufReader::new(self.server);
        while let Some(reply) = read_reply(&mut server)? {
            if !lock(self.replies).pass(self.shared, reply)? {
                break;
            }
        }
        Ok(())
    }
}

impl Replies {
    /// Passes a reply of the server on; false ends the connection.
    fn pass(&mut self, shared: &Arc<Shared>, reply: Vec<u8>) -> io::Result<bool> {
        let is_final = reply.first() != Some(&b'1');
        let Some(front) = self.pending.front() else {
            // Said without being asked, such as 421 after a time of silence.
            return self.client.write_all(&reply).map(|()| true);
        };
        let reply = match &front.answer {
            Answer::Instead(text) if is_final => format!("{text}\r\n").into_bytes(),
            Answer::Cut if is_final => return Ok(false),
            _ => data::announced(shared, &front.verb, reply)?,
        };
        shared.note_reply(front.place, &reply);
        self.client.write_all(&reply)?;
        if !is_final {
            return Ok(true);
        }
        self.pending.pop_front();
        self.send_invented(shared)
    }

    /// Says what is due now; false if that was a goodbye.
    fn send_invented(&mut self, shared: &Shared) -> io::Result<bool> {
        while let Some(Pending { place, answer: Answer::Invented(text), .. }) = self.pending.front() {
            shared.note_reply(*place, text.as_bytes());
            self.client.write_all(format!("{text}\r\n").as_bytes())?;
            if is_goodbye(text) {
                return Ok(false);
            }
            self.pending.pop_front();
        }
        Ok(true)
    }
}

fn is_goodbye(reply: &str) -> bool {
    reply.starts_with("421")
}

/// One whole reply (RFC 959, 4.2): `123-` opens one of several lines, which `123 ` ends.
fn read_reply(server: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut reply = Vec::new();
    if server.read_until(b'\n', &mut reply)? == 0 {
        return Ok(None);
    }
    if reply.get(3) == Some(&b'-') {
        let end = [&reply[..3], b" "].concat();
        loop {
            let start = reply.len();
            if server.read_until(b'\n', &mut reply)? == 0 || reply[start..].starts_with(&end) {
                break;
            }
        }
    }
    Ok(Some(reply))
}
