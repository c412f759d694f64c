//! Finds the fields of a hosting account in text that a person pasted: a mail of the hosting company, a table, an
//! `ftp://` address. Knows the words of such mails, and nothing of where the text came from.

mod address;
mod candidates;
mod clean;
mod pairs;
mod scan;
mod take;
mod value;
mod words;

use secrecy::SecretString;

use crate::path::RemoteDir;
use crate::site::Protocol;

/// What was found in a text. Every field may be missing.
#[derive(Debug, Clone, Default)]
pub struct HostingText {
    /// The FTP server's name or address; an IPv6 address without brackets.
    pub host: Option<String>,
    /// The user name at the server.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<SecretString>,
    /// The FTP server's port, where the text names one. That of SFTP (22) is not one.
    pub port: Option<u16>,
    /// How one speaks to the server, where the text says more than "FTP".
    pub protocol: Option<Protocol>,
    /// The publish folder.
    pub remote_dir: Option<RemoteDir>,
    /// Where visitors see the site, with `http://` or `https://`.
    pub web_url: Option<String>,
}

/// Reads pasted text: all that is surely, or most likely, one FTP account's. Of texts over 1 MB only the first 1 MB is
/// read, of lines over 4 kB only the first 4 kB.
pub fn read(text: &str) -> HostingText {
    scan::scan(&clean::lines(text)).choose()
}

#[cfg(test)]
mod tests;
