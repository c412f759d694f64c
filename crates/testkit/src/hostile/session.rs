//! One control connection to a hostile server: the dialogue (RFC 959, RFC 3659), and its data connections.

use super::entry::{HostileEntry, find_file, find_folder};
use super::{Shared, lock};
use socket2::SockRef;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// No honest command is longer; paths may be.
const LONGEST_COMMAND: u64 = 1 << 16;
/// How long a client may take to open the data connection that it asked for.
const PATIENCE: Duration = Duration::from_secs(10);

/// What would change something on an honest server.
const WRITING: [&str; 13] =
    ["ALLO", "APPE", "DELE", "MFCT", "MFMT", "MKD", "RMD", "RNFR", "RNTO", "SITE", "STOR", "STOU", "XMKD"];

pub(super) struct Session<'a> {
    shared: &'a Shared,
    control: Arc<TcpStream>,
    /// The present folder's path from the root, without a slash at either end.
    folder: Vec<u8>,
    passive: Option<TcpListener>,
    /// Where the next download begins.
    offset: u64,
}

/// How a transfer ended.
enum Sent {
    Whole,
    Cut,
}

impl<'a> Session<'a> {
    pub(super) fn new(shared: &'a Shared, control: Arc<TcpStream>) -> Self {
        Self { shared, control, folder: Vec::new(), passive: None, offset: 0 }
    }

    /// Serves the client until either side closes.
    pub(super) fn serve(&mut self) -> io::Result<()> {
        self.say("220 Welcome aboard")?;
        let control = Arc::clone(&self.control);
        let mut commands = BufReader::new(control.as_ref());
        loop {
            let mut line = Vec::new();
            (&mut commands).take(LONGEST_COMMAND).read_until(b'\n', &mut line)?;
            let Some(line) = line.strip_suffix(b"\n") else { return Ok(()) };
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            lock(&self.shared.record).push(String::from_utf8_lossy(line).into_owned());
            let mut words = line.splitn(2, |byte| *byte == b' ');
            let verb = String::from_utf8_lossy(words.next().unwrap_or_default()).to_ascii_uppercase();
            if verb == "QUIT" {
                return self.say("221 Farewell");
            }
            self.answer(&verb, words.next().unwrap_or_default())?;
        }
    }

    fn answer(&mut self, verb: &str, argument: &[u8]) -> io::Result<()> {
        match verb {
            "USER" => self.say("331 And the password?"),
            "PASS" => self.say("230 Logged in"),
            "FEAT" => self.say(&self.features()),
            "SYST" => self.say("215 UNIX Type: L8"),
            "OPTS" | "TYPE" | "NOOP" => self.say("200 Done"),
            "PWD" => {
                let folder = [b"/", self.folder.as_slice()].concat();
                self.say_bytes(&[&b"257 \""[..], &doubled_quotes(&folder), b"\" is where you are"].concat())
            }
            "CWD" => self.enter(argument),
            "EPSV" => {
                let port = self.listen()?;
                self.say(&format!("229 Entering Extended Passive Mode (|||{port}|)"))
            }
            "PASV" => {
                let [high, low] = self.listen()?.to_be_bytes();
                self.say(&format!("227 Entering Passive Mode (127,0,0,1,{high},{low})"))
            }
            "MLSD" if self.shared.options.mlsd => self.list(argument, HostileEntry::write_mlsd),
            "LIST" => self.list(without_options(argument), HostileEntry::write_list),
            "SIZE" => self.tell(argument, |file| file.size().to_string()),
            "MDTM" => self.tell(argument, |file| file.modified().to_owned()),
            "REST" if self.shared.options.rest => {
                self.offset = String::from_utf8_lossy(argument).parse().unwrap_or_default();
                self.say("350 Going on from there")
            }
            "RETR" => self.retrieve(argument),
            verb if WRITING.contains(&verb) => self.say("550 Nothing can be changed here"),
            _ => self.say("502 Command not implemented"),
        }
    }

    fn features(&self) -> String {
        let options = self.shared.options;
        let mlsd = if options.mlsd { " MLST type*;size*;modify*;\r\n" } else { "" };
        let rest = if options.rest { " REST STREAM\r\n" } else { "" };
        format!("211-Features:\r\n EPSV\r\n MDTM\r\n SIZE\r\n UTF8\r\n{mlsd}{rest}211 End")
    }

    fn enter(&mut self, path: &[u8]) -> io::Result<()> {
        let is_folder = |path: &Vec<u8>| find_folder(&self.shared.root, path).is_some();
        if let Some(folder) = self.meanings(path).into_iter().find(is_folder) {
            self.folder = folder;
        } else if path == b".." {
            let end = self.folder.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
            self.folder.truncate(end);
        } else {
            return self.say("550 No such directory");
        }
        self.say("250 There you are")
    }

    /// Opens a port for the next data connection.
    fn listen(&mut self) -> io::Result<u16> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        SockRef::from(&listener).set_read_timeout(Some(PATIENCE))?;
        let port = listener.local_addr()?.port();
        self.passive = Some(listener);
        Ok(port)
    }

    fn list(
        &mut self,
        path: &[u8],
        write: fn(&HostileEntry, &mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let Some(entries) = self.look_up(path, find_folder) else {
            return self.say("550 No such directory");
        };
        self.transfer(|data| {
            entries.iter().try_for_each(|entry| write(entry, data))?;
            Ok(Sent::Whole)
        })
    }

    fn tell(&self, path: &[u8], what: impl Fn(&HostileEntry) -> String) -> io::Result<()> {
        match self.look_up(path, find_file) {
            Some(file) => self.say(&format!("213 {}", what(file))),
            None => self.say("550 No such file"),
        }
    }

    fn retrieve(&mut self, path: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(std::mem::take(&mut self.offset)).unwrap_or(usize::MAX);
        let file = self.look_up(path, find_file);
        let Some((file, content)) = file.and_then(|file| Some((file, file.content()?))) else {
            return self.say("550 No such file");
        };
        let content = content.get(offset..).unwrap_or_default();
        self.transfer(|data| match file.next_cut() {
            Some(bytes) => data.write_all(content.get(..bytes).unwrap_or(content)).map(|()| Sent::Cut),
            None => data.write_all(content).map(|()| Sent::Whole),
        })
    }

    /// Sends what `write` writes over the data connection that was asked for.
    fn transfer(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<Sent>) -> io::Result<()> {
        let Some(listener) = self.passive.take() else { return self.say("425 Use EPSV or PASV first") };
        self.say("150 Here it comes")?;
        match self.send(&listener, write) {
            Ok(Sent::Whole) => self.say("226 That was all"),
            Ok(Sent::Cut) | Err(_) => self.say("426 Connection closed; transfer aborted"),
        }
    }

    fn send(
        &self,
        listener: &TcpListener,
        write: impl FnOnce(&mut dyn Write) -> io::Result<Sent>,
    ) -> io::Result<Sent> {
        let (data, _) = listener.accept()?;
        let data = self.shared.keep(data)?;
        let mut buffered = BufWriter::new(data.as_ref());
        let sent = write(&mut buffered)?;
        buffered.flush().map(|()| sent)
    }

    fn look_up<T>(&self, path: &[u8], find: fn(&'a [HostileEntry], &[u8]) -> Option<T>) -> Option<T> {
        self.meanings(path).iter().find_map(|path| find(&self.shared.root, path))
    }

    /// What a path of the client's may mean, counted from the root: what it would on an honest server, and a name
    /// that is like a path.
    fn meanings<'p>(&self, path: &'p [u8]) -> [Vec<u8>; 2] {
        let without_end = |path: &'p [u8]| path.strip_suffix(b"/").unwrap_or(path);
        let honest = match path.strip_prefix(b"/") {
            Some(path) => below(b"", without_end(path)),
            None => below(&self.folder, without_end(path.strip_prefix(b"./").unwrap_or(path))),
        };
        [honest, below(&self.folder, path)]
    }

    fn say(&self, reply: &str) -> io::Result<()> {
        self.say_bytes(reply.as_bytes())
    }

    fn say_bytes(&self, reply: &[u8]) -> io::Result<()> {
        self.control.as_ref().write_all(&[reply, b"\r\n"].concat())
    }
}

fn below(folder: &[u8], path: &[u8]) -> Vec<u8> {
    match (folder, path) {
        (folder, b"" | b".") => folder.to_vec(),
        (b"", path) => path.to_vec(),
        (folder, path) => [folder, b"/", path].concat(),
    }
}

/// `LIST -a folder` without what the options of `ls` would be.
fn without_options(argument: &[u8]) -> &[u8] {
    if !argument.starts_with(b"-") {
        return argument;
    }
    argument.iter().position(|byte| *byte == b' ').map_or(&[], |space| &argument[space + 1..])
}

/// A quote in a path is said twice (RFC 959, appendix II).
fn doubled_quotes(path: &[u8]) -> Vec<u8> {
    path.iter().flat_map(|byte| std::iter::repeat_n(*byte, if *byte == b'"' { 2 } else { 1 })).collect()
}
