//! What a text offers for each field, and which of it is taken.

use secrecy::SecretString;

use super::HostingText;
use super::address::Address;
use super::value;
use super::words::Topic;
use crate::path::RemoteDir;
use crate::site::Protocol;

/// A value that may be the one. Holds passwords, so it can't be printed.
pub(super) struct Candidate<T> {
    value: T,
    score: i32,
    /// The part of the text that it stands in: what belongs to one account has one number.
    block: usize,
}

/// A folder as it was written.
pub(super) struct Dir {
    text: String,
    /// From an address, where it can have no other meaning.
    exact: bool,
}

/// All values that may be the one.
#[derive(Default)]
pub(super) struct Candidates {
    pub(super) hosts: Vec<Candidate<String>>,
    pub(super) users: Vec<Candidate<String>>,
    pub(super) passwords: Vec<Candidate<String>>,
    pub(super) ports: Vec<Candidate<u16>>,
    pub(super) protocols: Vec<Candidate<Protocol>>,
    pub(super) dirs: Vec<Candidate<Dir>>,
    pub(super) web_urls: Vec<Candidate<String>>,
    pub(super) domains: Vec<Candidate<String>>,
    /// The account is one of cPanel's, whose login is FTP's too.
    pub(super) cpanel: bool,
}

/// How sure a value is by what its surroundings are about; `None` where it can't be FTP's.
pub(super) fn score(topic: Topic, in_label: bool) -> Option<i32> {
    match topic {
        Topic::Ftp if in_label => Some(40),
        Topic::Ftp => Some(30),
        Topic::Neutral => Some(20),
        Topic::Panel => Some(12),
        Topic::Ssh => Some(8),
        Topic::Mail | Topic::Database | Topic::Other => None,
    }
}

pub(super) fn push<T>(list: &mut Vec<Candidate<T>>, value: T, score: i32, block: usize) {
    list.push(Candidate { value, score, block });
}

impl Candidates {
    /// Adds a folder as it was written.
    pub(super) fn push_dir(&mut self, text: &str, score: i32, block: usize) {
        push(&mut self.dirs, Dir { text: text.to_owned(), exact: false }, score, block);
    }

    /// Adds all that an address holds. One with a user name is surer than anything else.
    pub(super) fn push_address(&mut self, address: Address, block: usize) {
        let score = match (address.sftp, address.user.is_some()) {
            (false, true) => 60,
            (false, false) => 39,
            (true, true) => 9,
            (true, false) => 7,
        };
        push(&mut self.hosts, address.host, score, block);
        self.users.extend(address.user.map(|value| Candidate { value, score, block }));
        self.passwords.extend(address.password.map(|value| Candidate { value, score, block }));
        self.ports.extend(address.port.map(|value| Candidate { value, score, block }));
        self.protocols.extend(address.protocol.map(|value| Candidate { value, score, block }));
        if !address.path.is_empty() {
            push(&mut self.dirs, Dir { text: address.path, exact: true }, score, block);
        }
    }

    /// The best of each.
    pub(super) fn choose(mut self) -> HostingText {
        let user = best(&self.users);
        let password = self.password(user).map(|password| SecretString::from(password.value.clone()));
        let user = user.map(|user| user.value.clone());
        if self.cpanel {
            // The certificates of cPanel's FTP are for the domain, not for `ftp.` before it; surer than a bare
            // address in numbers.
            let domains = std::mem::take(&mut self.domains);
            self.hosts.extend(domains.into_iter().map(|domain| Candidate { score: 18, ..domain }));
        }
        let stated = best(&self.protocols).map(|protocol| protocol.value);
        let port = self.port(stated);
        // "FTPS" may mean either; at port 990 only the implicit one is spoken.
        let implicit = port == Some(990) && stated != Some(Protocol::Ftp);
        let protocol = if implicit { Some(Protocol::FtpsImplicit) } else { stated };
        HostingText {
            host: best(&self.hosts).map(|host| host.value.clone()),
            password,
            port,
            protocol,
            remote_dir: self.remote_dir(user.as_deref()),
            web_url: best(&self.web_urls).map(|url| url.value.clone()),
            user,
        }
    }

    /// The best password that is not another user's.
    fn password(&self, user: Option<&Candidate<String>>) -> Option<&Candidate<String>> {
        let fits = |password: &&Candidate<String>| {
            let Some(user) = user else { return true };
            let mut there = self.users.iter().filter(|other| other.block == password.block).peekable();
            there.peek().is_none() || there.any(|other| other.value == user.value)
        };
        first_best(self.passwords.iter().filter(fits))
    }

    /// The best port, of those that go with the protocol if there are such.
    fn port(&self, protocol: Option<Protocol>) -> Option<u16> {
        let implicit = protocol == Some(Protocol::FtpsImplicit);
        let fitting = self.ports.iter().filter(|port| protocol.is_none() || (port.value == 990) == implicit);
        first_best(fitting).or(best(&self.ports)).map(|port| port.value)
    }

    fn remote_dir(&self, user: Option<&str>) -> Option<RemoteDir> {
        let read =
            |dir: &Dir| if dir.exact { RemoteDir::new(&dir.text).ok() } else { value::dir(&dir.text, user) };
        let read = self.dirs.iter().filter_map(|dir| {
            let value = read(&dir.value).filter(|dir| !dir.as_str().is_empty())?;
            Some(Candidate { value, score: dir.score, block: dir.block })
        });
        let read: Vec<Candidate<RemoteDir>> = read.collect();
        // Further FTP accounts of cPanel are named after a domain, and begin in a folder of their own.
        let main = self.cpanel && user.is_some_and(|user| !user.contains('@'));
        let usual = || main.then(|| RemoteDir::new("public_html").ok()).flatten();
        best(&read).map(|dir| dir.value.clone()).or_else(usual)
    }
}

fn best<T>(list: &[Candidate<T>]) -> Option<&Candidate<T>> {
    first_best(list.iter())
}

/// The surest one; of equals, the first.
fn first_best<'a, T>(candidates: impl Iterator<Item = &'a Candidate<T>>) -> Option<&'a Candidate<T>> {
    candidates.reduce(|best, next| if next.score > best.score { next } else { best })
}
