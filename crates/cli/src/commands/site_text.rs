//! `slipway site read-text`: the fields of a hosting account in a mail.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use slipway_core::{Code, Failure, HostingText};

use super::Context;

/// More is not read: no mail is as long.
const LONGEST: u64 = 1024 * 1024;

/// Find the server, user name and password in a mail from a hosting company.
///
/// Reads a text, or an address such as ftp://user:password@host/folder, and prints what it found as JSON. The password
/// is printed too.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway site read-text mail.txt
  slipway site read-text -          reads what is piped in")]
pub(super) struct ReadText {
    /// The file with the text; '-' for standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl ReadText {
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let file = self.file;
        let text = context.blocking(move || {
            read(&file).map_err(|error| Failure::new(Code::ImportFailed, error).about(file.display()))
        });
        let found = fields(&slipway_core::hosting_text::read(&text.await?));
        context.out.last(&found);
        context.out.line(&found.to_string());
        Ok(())
    }
}

fn read(file: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    match file.to_str() {
        Some("-") => io::stdin().lock().take(LONGEST).read_to_end(&mut bytes)?,
        _ => File::open(file)?.take(LONGEST).read_to_end(&mut bytes)?,
    };
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn fields(found: &HostingText) -> Value {
    json!({
        "event": "hosting_text",
        "host": found.host,
        "user": found.user,
        "password": found.password.as_ref().map(ExposeSecret::expose_secret),
        "port": found.port,
        "protocol": found.protocol,
        "remote_dir": found.remote_dir,
        "web_url": found.web_url,
    })
}
