//! One control connection of a scripted server: the dialogue (RFC 959, 2228, 2428, 3659), and what goes wrong in it.

use super::fault::{CONNECT, ScriptedFault, is_transfer};
use super::line::Line;
use super::tree::{Refusal, ScriptedTree};
use super::{Shared, lock};
use socket2::SockRef;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::time::Duration;

/// How long a client may take to open the data connection that it asked for, and for each read of it.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);
/// The length of a reply that is larger than any sane one.
const HUGE: usize = 1_000_000;
/// It could steer a terminal, and be taken for a reply by who does not look closely.
const GARBAGE: &[u8] = b"\x00\xff\xfe\x1b[2J 2\x08\x0026\x9f\r\n\xc3\x28\n";
/// What a person in the middle would have us take for the server's replies under TLS (as in CVE-2011-0411).
const INJECTED: &str = "200 Injected\r\n200 Injected\r\n230 Injected\r\n";

pub(super) struct Session<'a> {
    pub(super) shared: &'a Shared,
    control: Line,
    /// What was read and is not a whole line yet.
    read: Vec<u8>,
    /// The present folder's path from the root.
    folder: String,
    pub(super) passive: Option<TcpListener>,
    /// Where the next transfer begins.
    pub(super) offset: usize,
    renaming: Option<String>,
    /// Data connections are under TLS.
    pub(super) protected: bool,
    /// What goes wrong with the present command.
    pub(super) fault: Option<ScriptedFault>,
    /// A reply that comes late.
    owed: Option<String>,
    over: bool,
}

impl<'a> Session<'a> {
    pub(super) fn new(shared: &'a Shared, control: TcpStream) -> Self {
        Self {
            shared,
            control: Line::Plain(control),
            read: Vec::new(),
            folder: String::new(),
            passive: None,
            offset: 0,
            renaming: None,
            protected: false,
            fault: None,
            owed: None,
            over: false,
        }
    }

    /// Serves the client until either side closes.
    pub(super) fn serve(&mut self) -> io::Result<()> {
        let served = self.converse();
        // The server keeps a second handle, with which the socket would stay open.
        let _ = self.control.socket().shutdown(Shutdown::Both);
        served
    }

    fn converse(&mut self) -> io::Result<()> {
        self.take(CONNECT, CONNECT, "")?;
        while !self.over {
            let Some(line) = self.next_line()? else { return Ok(()) };
            let (verb, argument) = line.split_once(' ').unwrap_or((&line, ""));
            self.take(&verb.to_ascii_uppercase(), &line, argument)?;
        }
        Ok(())
    }

    /// Does with a command what is ordered, or what is right.
    fn take(&mut self, verb: &str, line: &str, argument: &str) -> io::Result<()> {
        let ordered = self.shared.note(verb, line);
        self.fault = ordered.filter(|fault| fault.concerns(verb, self.shared.tls.is_some()));
        if let Some(late) = self.owed.take() {
            self.say(&late)?;
        }
        match self.fault {
            Some(ScriptedFault::CutBefore) => self.over = true,
            Some(ScriptedFault::Hang) => {
                self.over = true;
                // Nothing is heard, and nothing said.
                io::copy(&mut self.control, &mut io::sink())?;
            }
            Some(ScriptedFault::Refuse(code)) => {
                self.passive = None;
                self.over = code == 421;
                self.say(&refusal(code))?;
            }
            _ => self.answer(verb, argument)?,
        }
        Ok(())
    }

    fn answer(&mut self, verb: &str, argument: &str) -> io::Result<()> {
        let path = self.path(argument);
        match verb {
            CONNECT => self.finish("220 Welcome aboard"),
            "AUTH" if self.shared.tls.is_some() => self.secure(),
            "PBSZ" => self.finish("200 Done"),
            "PROT" => {
                self.protected = argument == "P";
                self.finish("200 Done")
            }
            "USER" => self.finish("331 And the password?"),
            "PASS" => self.finish("230 Logged in"),
            "FEAT" => self.finish(
                "211-Features:\r\n EPSV\r\n MDTM\r\n MLST type*;size*;modify*;\r\n REST STREAM\r\n SIZE\r\n UTF8\r\n211 End",
            ),
            "OPTS" | "TYPE" | "NOOP" => self.finish("200 Done"),
            "QUIT" => {
                self.over = true;
                self.say("221 Farewell")
            }
            "PWD" => self.finish(&format!("257 \"/{}\" is where you are", self.folder)),
            "CWD" if lock(&self.shared.state).tree.is_folder(&path) => {
                self.folder = path;
                self.finish("250 There you are")
            }
            "CWD" => self.finish("550 No such file or directory"),
            "EPSV" => {
                let port = self.listen()?;
                self.finish(&format!("229 Entering Extended Passive Mode (|||{port}|)"))
            }
            "PASV" => {
                let [high, low] = self.listen()?.to_be_bytes();
                self.finish(&format!("227 Entering Passive Mode (127,0,0,1,{high},{low})"))
            }
            "REST" => {
                self.offset = argument.parse().unwrap_or_default();
                self.finish("350 Going on from there")
            }
            "SIZE" => {
                let more = usize::from(self.fault == Some(ScriptedFault::WrongSize));
                self.tell(|tree| Some((tree.content(&path)?.len() + more).to_string()))
            }
            "MDTM" => self.tell(|tree| tree.modified(&path)),
            "MKD" => {
                let made = self.change(|tree| tree.make_folder(&path));
                self.finish_with(made, "257 Made")
            }
            "DELE" => {
                let removed = self.change(|tree| tree.remove_file(&path));
                self.finish_with(removed, "250 Removed")
            }
            "RMD" => {
                let removed = self.change(|tree| tree.remove_folder(&path));
                self.finish_with(removed, "250 Removed")
            }
            "RNFR" => {
                let tree = &lock(&self.shared.state).tree;
                let there = tree.content(&path).is_some() || tree.is_folder(&path);
                self.renaming = there.then_some(path);
                self.finish(if there { "350 And the new name?" } else { "550 No such file or directory" })
            }
            "RNTO" => match self.renaming.take() {
                Some(from) => {
                    let renamed = self.change(|tree| tree.rename(&from, &path));
                    self.finish_with(renamed, "250 Renamed")
                }
                None => self.finish("503 RNFR first"),
            },
            verb if is_transfer(verb) => self.transfer(verb, argument, path),
            _ => self.finish("502 Command not implemented"),
        }
    }

    fn secure(&mut self) -> io::Result<()> {
        self.finish("234 Go ahead")?;
        if self.over || self.owed.is_some() {
            return Ok(());
        }
        if let (Some(config), Line::Plain(socket)) = (&self.shared.tls, &self.control) {
            self.control = Line::secured(socket.try_clone()?, config)?;
        }
        self.read.clear();
        Ok(())
    }

    /// The path that an argument means, from the root.
    pub(super) fn path(&self, argument: &str) -> String {
        let mut parts: Vec<&str> = Vec::new();
        let folder = if argument.starts_with('/') { "" } else { &self.folder };
        for part in folder.split('/').chain(argument.split('/')) {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        parts.join("/")
    }

    /// Opens a port for the next data connection.
    fn listen(&mut self) -> io::Result<u16> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        SockRef::from(&listener).set_read_timeout(Some(PATIENCE))?;
        let port = listener.local_addr()?.port();
        self.passive = Some(listener);
        Ok(port)
    }

    pub(super) fn change<T>(&self, change: impl FnOnce(&mut ScriptedTree) -> T) -> T {
        self.shared.change(self.fault == Some(ScriptedFault::NothingDone), change)
    }

    fn tell(&mut self, what: impl FnOnce(&ScriptedTree) -> Option<String>) -> io::Result<()> {
        let told = what(&lock(&self.shared.state).tree);
        match told {
            Some(text) => self.finish(&format!("213 {text}")),
            None => self.finish("550 No such file or directory"),
        }
    }

    fn finish_with(&mut self, result: Result<(), Refusal>, reply: &str) -> io::Result<()> {
        match result {
            Ok(()) => self.finish(reply),
            Err(refusal) => self.finish(&format!("550 {refusal}")),
        }
    }

    /// Says the last word on a command, as ordered.
    pub(super) fn finish(&mut self, reply: &str) -> io::Result<()> {
        match self.fault {
            Some(ScriptedFault::CutAfter | ScriptedFault::CutTls) => {
                self.over = true;
                Ok(())
            }
            Some(ScriptedFault::Late) => {
                self.owed = Some(reply.to_owned());
                Ok(())
            }
            Some(ScriptedFault::DoneButRefused(code)) => self.say(&refusal(code)),
            Some(ScriptedFault::Twice) => self.say(&format!("{reply}\r\n{reply}")),
            Some(ScriptedFault::Huge) => {
                let code = reply.get(..3).unwrap_or_default();
                self.say(&format!("{code}-{}\r\n{reply}", "x".repeat(HUGE)))
            }
            Some(ScriptedFault::Garbage) => self.control.write_all(GARBAGE),
            Some(ScriptedFault::Inject) => self.say(format!("{reply}\r\n{INJECTED}").trim_end()),
            _ => self.say(reply),
        }
    }

    pub(super) fn say(&mut self, reply: &str) -> io::Result<()> {
        let line = format!("{reply}\r\n");
        if self.fault == Some(ScriptedFault::Pieces) {
            return line.as_bytes().chunks(1).try_for_each(|byte| self.write(byte));
        }
        self.write(line.as_bytes())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.control.write_all(bytes)?;
        self.control.flush()
    }

    fn next_line(&mut self) -> io::Result<Option<String>> {
        loop {
            if let Some(end) = self.read.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.read.drain(..=end).collect();
                let line = String::from_utf8_lossy(&line);
                return Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()));
            }
            let mut portion = [0; 4096];
            let length = self.control.read(&mut portion)?;
            if length == 0 {
                return Ok(None);
            }
            self.read.extend_from_slice(&portion[..length]);
        }
    }
}

/// A refusal whose words tell nothing.
pub(super) fn refusal(code: u16) -> String {
    format!("{code} Requested action not taken")
}
