//! From a server's replies to [`RemoteError`]. Codes come first; where servers use one code for many things, their
//! words decide, as seen on vsftpd, ProFTPD, Pure-FTPd, pyftpdlib, FileZilla Server and IIS.

use std::io::ErrorKind;

use suppaftp::FtpError;
use suppaftp::types::Response;

use crate::error::{RemoteError, Reply};

/// What was being done when a reply came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum During {
    /// Connecting, up to the greeting.
    Greeting,
    /// Setting up TLS.
    Secure,
    /// Logging in.
    Login,
    /// Anything after that.
    Command,
}

/// The reply in a form that is safe to show. suppaftp keeps the raw lines, code included.
pub(super) fn reply(response: &Response) -> Reply {
    let text = String::from_utf8_lossy(&response.body);
    let code = text.get(..3).and_then(|digits| digits.parse().ok()).unwrap_or(0);
    let words = |line: &str| {
        let coded = line.len() > 3 && line.bytes().take(3).all(|b| b.is_ascii_digit());
        let words = if coded { line.get(4..).unwrap_or_default() } else { line };
        words.trim().to_owned()
    };
    // Pure-FTPd says what went wrong in the first of several lines.
    let lines: Vec<String> = text.lines().map(words).filter(|line| !line.is_empty()).collect();
    Reply::new(code, &lines.join(" "))
}

/// What an error of suppaftp means.
pub(super) fn error(error: FtpError, during: During) -> RemoteError {
    error_about(error, during, "")
}

/// What an error of suppaftp means, where the reply may name `path`, as a command sent it.
pub(super) fn error_about(error: FtpError, during: During, path: &str) -> RemoteError {
    match error {
        FtpError::UnexpectedResponse(response) => refusal(reply(&response), during, path),
        // A reply without end, or one that is no text.
        FtpError::ConnectionError(error) if error.kind() == ErrorKind::InvalidData => {
            RemoteError::Misbehaves(error.to_string())
        }
        FtpError::ConnectionError(error) => RemoteError::Lost(error.to_string()),
        // A handshake that was cut off says nothing of the certificate or of TLS.
        FtpError::SecureError(text)
            if ["eof", "reset", "broken pipe"].iter().any(|cut| text.contains(cut)) =>
        {
            RemoteError::Lost(text)
        }
        FtpError::SecureError(text) => RemoteError::SecureFailed(text),
        FtpError::BadResponse => RemoteError::Misbehaves("not an FTP reply".to_owned()),
        other => RemoteError::Misbehaves(other.to_string()),
    }
}

/// What a reply that was not the hoped-for one means.
pub(super) fn refusal(reply: Reply, during: During, path: &str) -> RemoteError {
    let words = without_path(reply.text.to_lowercase(), &path.to_lowercase());
    let says = |any: &[&str]| any.iter().any(|part| words.contains(part));
    match (during, reply.code) {
        (During::Greeting | During::Login, 421) => return RemoteError::TooManyConnections(reply),
        (During::Greeting | During::Login, 530) if speaks_of_connections(&words) => {
            return RemoteError::TooManyConnections(reply);
        }
        (During::Greeting | During::Login, 400..) => {
            return if reply.code < 500 {
                RemoteError::TryLater(reply)
            } else {
                RemoteError::LoginRejected(reply)
            };
        }
        (During::Secure, 421) => return RemoteError::TooManyConnections(reply),
        (During::Secure, 500..) => return RemoteError::SecureNotOffered(reply),
        _ => {}
    }
    match reply.code {
        421 => RemoteError::Lost(reply.to_string()),
        452 | 552 => RemoteError::Full(reply),
        400..500 if says(FULL) => RemoteError::Full(reply),
        450 if says(NOT_FOUND) => RemoteError::NotFound(reply),
        400..500 => RemoteError::TryLater(reply),
        500..=504 => RemoteError::Unsupported(reply),
        530 | 532 => RemoteError::Denied(reply),
        501.. if says(NAME) => RemoteError::NameRefused(reply),
        505.. if says(NOT_FOUND) => RemoteError::NotFound(reply),
        505.. if says(DENIED) => RemoteError::Denied(reply),
        // After the others: these words may well be part of a file's name.
        505.. if says(FULL) => RemoteError::Full(reply),
        505.. => RemoteError::Refused(reply),
        _ => RemoteError::Misbehaves(reply.to_string()),
    }
}

/// The words of a reply without the path that they are about: a file may well be called "page not found.html".
fn without_path(words: String, path: &str) -> String {
    // Nothing shorter holds any of the words below.
    let long = |part: &&str| part.len() >= "quota".len();
    let name = path.rsplit('/').next().unwrap_or(path);
    [path, name].iter().filter(|part| long(part)).fold(words, |words, part| words.replace(*part, ""))
}

/// Words for "no space left". vsftpd says only "Failure writing to local file" when its disk is full.
/// And Pure-FTPd "Error during write to file".
const FULL: &[&str] = &[
    "no space",
    "disk full",
    "disk is full",
    "quota",
    "writing to local file",
    "write to file",
    "not enough space",
];
const NOT_FOUND: &[&str] = &["no such", "not found", "not exist", "cannot find", "can't find", "nonexist"];
const DENIED: &[&str] =
    &["denied", "not permitted", "permission", "read-only", "not allowed", "prohibited", "forbidden"];
const NAME: &[&str] = &[
    "invalid directory name",
    "invalid file name",
    "invalid filename",
    "prohibited directory name",
    "prohibited file name",
    "illegal",
    "name too long",
];

fn speaks_of_connections(words: &str) -> bool {
    ["connection", "too many", "maximum", "limit", "users", "sessions"]
        .iter()
        .any(|part| words.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: u16, text: &str, during: During) -> String {
        let debug = format!("{:?}", refusal(Reply::new(code, text), during, ""));
        debug.split(['(', ' ']).next().unwrap().to_owned()
    }

    #[test]
    fn replies_of_real_servers() {
        use During::{Command, Greeting, Login, Secure};
        for (code, text, during, kind) in [
            (
                421,
                "There are too many connections from your internet address.",
                Greeting,
                "TooManyConnections",
            ),
            (421, "Too many connections (2) from this IP", Greeting, "TooManyConnections"),
            (
                530,
                "Sorry, the maximum number of clients (2) for this user are already connected.",
                Login,
                "TooManyConnections",
            ),
            (530, "Login incorrect.", Login, "LoginRejected"),
            (530, "Login authentication failed", Login, "LoginRejected"),
            (530, "Please login with USER and PASS.", Secure, "SecureNotOffered"),
            (500, "AUTH not understood", Secure, "SecureNotOffered"),
            (550, "index.html: No such file or directory", Command, "NotFound"),
            (550, "Can't check for file existence", Command, "Refused"),
            (550, "Could not get file size.", Command, "Refused"),
            (550, "Permission denied.", Command, "Denied"),
            (553, "Could not create file.", Command, "Refused"),
            (553, "Prohibited file name", Command, "NameRefused"),
            (553, "Invalid file name", Command, "NameRefused"),
            (451, "Failure writing to local file.", Command, "Full"),
            (552, "Disk full - please upload later", Command, "Full"),
            (426, "No space left on device; transfer aborted.", Command, "Full"),
            (425, "Unable to build data connection", Command, "TryLater"),
            (502, "Command not implemented", Command, "Unsupported"),
            (421, "Timeout.", Command, "Lost"),
            (226, "Transfer complete", Command, "Misbehaves"),
        ] {
            assert_eq!(refused(code, text, during), kind, "{code} {text}");
        }
    }

    #[test]
    fn the_name_of_a_file_decides_nothing() {
        for (text, path, expected) in [
            ("page not found.html: Permission denied", "blog/page not found.html", "Denied"),
            ("Can't open blog/Quota.html: No such file", "blog/Quota.html", "NotFound"),
            ("permission: No such file or directory", "permission", "NotFound"),
            ("a: No such file or directory", "a", "NotFound"),
        ] {
            let debug = format!("{:?}", refusal(Reply::new(550, text), During::Command, path));
            assert!(debug.starts_with(expected), "{text}: {debug}");
        }
    }

    #[test]
    fn control_characters_never_reach_a_terminal() {
        let reply = Reply::new(550, "\u{1b}[31mred\u{7}\r\n");
        assert_eq!(reply.text, "[31mred");
        assert_eq!(Reply::new(550, "a\u{202e}gpj.exe\u{2066}").text, "a gpj.exe");
    }
}
