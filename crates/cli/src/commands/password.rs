//! Where a password comes from when a site is added or changed. It is never an argument: other users of the computer
//! can read those.

use std::io::{self, BufRead, IsTerminal};

use secrecy::SecretString;
use slipway_core::{Code, Failure, SiteName};

use super::Context;
use crate::output::inline;

/// The longest first line that is read as a password, in bytes.
const LONGEST: u64 = 64 * 1024;

/// Reads one line of standard input. Only the line break at its end is no part of the password.
pub(crate) async fn from_stdin(context: &Context) -> Result<SecretString, Failure> {
    context.blocking(|| read_line(io::stdin().lock())).await
}

fn read_line(input: impl BufRead) -> Result<SecretString, Failure> {
    let mut line = Vec::new();
    input
        .take(LONGEST)
        .read_until(b'\n', &mut line)
        .map_err(|error| Failure::new(Code::ConfigurationInvalid, format!("the password: {error}")))?;
    for end in [b'\n', b'\r'] {
        if line.last() == Some(&end) {
            line.pop();
        }
    }
    match String::from_utf8(line) {
        Ok(password) if !password.is_empty() => Ok(password.into()),
        Ok(_) => Err(Failure::new(Code::ConfigurationInvalid, "standard input holds no password")),
        Err(_) => Err(Failure::new(Code::ConfigurationInvalid, "the password is not valid Unicode")),
    }
}

/// Asks at the terminal, without showing what is typed. Nothing typed is no password.
pub(crate) async fn ask(context: &Context, user: &str, host: &str) -> Result<Option<SecretString>, Failure> {
    let prompt =
        format!("Password of {} at {} (nothing is shown while you type): ", inline(user), inline(host));
    let answer = context.blocking(move || match rpassword::prompt_password(prompt) {
        Ok(password) => Ok(password),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => {
            Err(Failure::new(Code::Cancelled, "stopped by the user"))
        }
        Err(error) => Err(Failure::new(Code::ConfigurationInvalid, format!("the password: {error}"))),
    });
    let password = answer.await?;
    Ok(if password.is_empty() { None } else { Some(password.into()) })
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
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn reads_one_line_and_keeps_its_spaces() {
        for (input, password) in
            [("s3cret\n", "s3cret"), ("s3cret\r\nmore", "s3cret"), (" a b ", " a b "), ("ü\n", "ü")]
        {
            assert_eq!(read_line(input.as_bytes()).unwrap().expose_secret(), password);
        }
        for input in [&b""[..], b"\n", b"\xff\n"] {
            assert_eq!(read_line(input).unwrap_err().code, Code::ConfigurationInvalid);
        }
    }
}
