//! Data connections of a scripted server, and what goes wrong with them.

use super::fault::ScriptedFault;
use super::line::Line;
use super::lock;
use super::session::{PATIENCE, Session, refusal};
use std::io::{self, Read, Write};

impl Session<'_> {
    pub(super) fn transfer(&mut self, verb: &str, argument: &str, path: String) -> io::Result<()> {
        let offset = std::mem::take(&mut self.offset);
        if self.passive.is_none() {
            return self.finish("425 EPSV or PASV first");
        }
        match verb {
            "STOR" => self.receive(&path, offset),
            "APPE" => {
                let length = lock(&self.shared.state).tree.content(&path).map_or(0, <[u8]>::len);
                self.receive(&path, length)
            }
            "RETR" => {
                let content = lock(&self.shared.state).tree.content(&path).map(<[u8]>::to_vec);
                self.send(content.map(|content| content.get(offset..).unwrap_or_default().to_vec()))
            }
            verb => {
                let folder = if argument.starts_with('-') { self.path("") } else { path };
                self.send(self.listing(verb, &folder))
            }
        }
    }

    fn listing(&self, verb: &str, folder: &str) -> Option<Vec<u8>> {
        let tree = &lock(&self.shared.state).tree;
        let more = usize::from(self.fault == Some(ScriptedFault::WrongSize));
        let line = |(name, size, modified): (String, Option<usize>, String)| match (verb, size) {
            ("MLSD", Some(size)) => format!("type=file;size={};modify={modified}; {name}\r\n", size + more),
            ("MLSD", None) => format!("type=dir;modify={modified}; {name}\r\n"),
            (_, Some(size)) => format!("-rw-r--r-- 1 web web {} Jan  1  2024 {name}\r\n", size + more),
            (_, None) => format!("drwxr-xr-x 1 web web 0 Jan  1  2024 {name}\r\n"),
        };
        let lines: String = tree.entries(folder).into_iter().map(line).collect();
        tree.is_folder(folder).then(|| lines.into_bytes())
    }

    fn receive(&mut self, path: &str, from: usize) -> io::Result<()> {
        if let Err(refusal) = self.change(|tree| tree.open(path, from)) {
            return self.finish(&format!("550 {refusal}"));
        }
        let Some(mut data) = self.connected()? else { return Ok(()) };
        let most = match self.fault {
            Some(ScriptedFault::CutData(bytes)) => bytes,
            _ => usize::MAX,
        };
        let (mut got, mut portion) = (0, [0; 4096]);
        while got < most {
            let length = match data.read(&mut portion) {
                Ok(length) => length.min(most - got),
                Err(_) => return self.finish("426 Connection closed; transfer aborted"),
            };
            if length == 0 {
                break;
            }
            self.change(|tree| tree.append(path, &portion[..length]));
            got += length;
        }
        if got == most {
            data.reset()?;
            return self.finish("426 Connection closed; transfer aborted");
        }
        if matches!(self.fault, Some(ScriptedFault::Truncate | ScriptedFault::RefuseAfterData(_))) {
            self.change(|tree| tree.truncate(path, from + got / 2));
        }
        self.end(data)
    }

    fn send(&mut self, content: Option<Vec<u8>>) -> io::Result<()> {
        let Some(content) = content else { return self.finish("550 No such file or directory") };
        let Some(mut data) = self.connected()? else { return Ok(()) };
        let most = match self.fault {
            Some(ScriptedFault::CutData(bytes)) => bytes.min(content.len()),
            Some(ScriptedFault::RefuseAfterData(_)) => 0,
            _ => content.len(),
        };
        let sent = data.write_all(&content[..most]).and_then(|()| data.flush());
        if sent.is_err() || matches!(self.fault, Some(ScriptedFault::CutData(_))) {
            // An orderly end: only the reply tells that something is missing.
            let _ = data.end();
            return self.finish("426 Connection closed; transfer aborted");
        }
        self.end(data)
    }

    /// Ends a transfer, as ordered.
    fn end(&mut self, data: Line) -> io::Result<()> {
        match self.fault {
            Some(ScriptedFault::CutTls) => {
                self.fault = None;
                data.cut()?;
                self.finish("226 That was all")
            }
            Some(ScriptedFault::RefuseAfterData(code)) => {
                data.end()?;
                self.finish(&refusal(code))
            }
            _ => {
                data.end()?;
                self.finish("226 That was all")
            }
        }
    }

    /// The data connection that was asked for; `None` when it was refused.
    fn connected(&mut self) -> io::Result<Option<Line>> {
        let Some(listener) = self.passive.take() else { return Ok(None) };
        self.say("150 Here it comes")?;
        let (socket, _) = listener.accept()?;
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        let data = match &self.shared.tls {
            Some(config) if self.protected => Line::secured(socket, config)?,
            _ => Line::Plain(socket),
        };
        let foreign = self.protected && !data.resumed();
        if foreign || self.fault == Some(ScriptedFault::RefuseSession) {
            data.cut()?;
            self.finish("522 SSL connection failed: session reuse required")?;
            return Ok(None);
        }
        Ok(Some(data))
    }
}
