//! Where a password comes from when a site is added or changed. It is never an argument: other users of the computer
//! can read those.

use std::io::{self, BufRead, IsTerminal};

use secrecy::{ExposeSecret, SecretString};
use slipway_core::{Code, Failure, SiteName};

use super::Context;
use crate::hidden;
use crate::output::inline;

/// The longest that a password can be, in bytes.
const LONGEST: usize = 1024;
/// The longest line break, in bytes.
const LINE_BREAK: usize = 2;

/// Reads one line of standard input. Only the line break at its end is no part of the password.
pub(crate) async fn from_stdin(context: &Context) -> Result<SecretString, Failure> {
    context.blocking(|| read_line(io::stdin().lock())).await
}

fn read_line(input: impl BufRead) -> Result<SecretString, Failure> {
    let mut line = Vec::new();
    input
        .take((LONGEST + LINE_BREAK + 1) as u64)
        .read_until(b'\n', &mut line)
        .map_err(|error| Failure::new(Code::ConfigurationInvalid, format!("the password: {error}")))?;
    for end in [b'\n', b'\r'] {
        if line.last() == Some(&end) {
            line.pop();
        }
    }
    must_fit(&line)?;
    match String::from_utf8(line) {
        Ok(password) if !password.is_empty() => Ok(password.into()),
        Ok(_) => Err(Failure::new(Code::ConfigurationInvalid, "standard input holds no password")),
        Err(_) => Err(Failure::new(Code::ConfigurationInvalid, "the password is not valid Unicode")),
    }
}

fn must_fit(password: &[u8]) -> Result<(), Failure> {
    if password.len() <= LONGEST {
        return Ok(());
    }
    let detail = format!("this is longer than a password can be ({LONGEST} bytes)");
    Err(Failure::new(Code::ConfigurationInvalid, detail))
}

/// Asks at the terminal, without showing what is typed. Nothing typed is no password.
pub(crate) async fn ask(context: &Context, user: &str, host: &str) -> Result<Option<SecretString>, Failure> {
    let prompt =
        format!("Password of {} at {} (nothing is shown while you type): ", inline(user), inline(host));
    let typed = hidden::ask(prompt, &context.cancel).await.map_err(|error| match error.kind() {
        io::ErrorKind::Interrupted => Failure::new(Code::Cancelled, "stopped by the user"),
        _ => Failure::new(Code::ConfigurationInvalid, format!("the password: {error}")),
    })?;
    typed.iter().try_for_each(|typed| must_fit(typed.expose_secret().as_bytes()))?;
    Ok(typed)
}

/// Whether somebody can be asked.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Whether what is written goes to a screen that somebody sits at.
pub(crate) fn at_terminal() -> bool {
    can_ask() && io::stdout().is_terminal()
}

/// The environment variable that holds the site's password.
pub(crate) fn variable(site: &SiteName) -> String {
    format!("SLIPWAY_{}_FTP_PASSWORD", site.in_environment())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_one_line_and_keeps_its_spaces() {
        for (input, password) in
            [("s3cret\n", "s3cret"), ("s3cret\r\nmore", "s3cret"), (" a b ", " a b "), ("ü\n", "ü")]
        {
            assert_eq!(read_line(input.as_bytes()).unwrap().expose_secret(), password);
        }
        let longest = "ü".repeat(LONGEST / 2);
        for end in ["", "\n", "\r\n", "\nmore"] {
            let read = read_line(format!("{longest}{end}").as_bytes()).unwrap();
            assert_eq!(read.expose_secret(), longest);
            let failure = read_line(format!("{longest}x{end}").as_bytes()).unwrap_err();
            assert_eq!(failure.code, Code::ConfigurationInvalid);
            assert!(failure.detail.contains("longer than a password can be"), "{}", failure.detail);
        }
        let failure = read_line("ü".repeat(50_000).as_bytes()).unwrap_err();
        assert!(failure.detail.contains("longer than a password can be"), "{}", failure.detail);
        for input in [&b""[..], b"\n", b"\xff\n"] {
            assert_eq!(read_line(input).unwrap_err().code, Code::ConfigurationInvalid);
        }
    }
}
