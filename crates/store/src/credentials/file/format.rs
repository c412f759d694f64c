//! The text of the encrypted file: a line of JSON that says how the key is made, a line of base64 with the nonce and
//! the sealed content, and a line with the SHA-256 of all before it. The sum tells damage from a wrong pass phrase.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::Digest;
use slipway_core::Sha256;

use super::cost::Cost;

/// The version of the file that this Slipway writes and reads.
const VERSION: i64 = 1;

const ALTERED: &str = "the file was altered; put a copy in its place";
const CUT_SHORT: &str = "the file was cut short; put a copy in its place";
const NEWER: &str = "the file was written by a newer Slipway; update this one";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    format: Format,
    version: i64,
    /// What the key is made from the pass phrase with, beside the salt.
    #[serde(rename = "argon2id")]
    pub(super) cost: Cost,
    pub(super) salt: Bytes<16>,
    cipher: Cipher,
    /// Tells a wrong pass phrase from damage.
    pub(super) check: Bytes<16>,
}

impl Header {
    pub(super) fn new(cost: Cost, salt: [u8; 16], check: [u8; 16]) -> Self {
        Self {
            format: Format::Slipway,
            version: VERSION,
            cost,
            salt: Bytes(salt),
            cipher: Cipher::XChaCha20Poly1305,
            check: Bytes(check),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Format {
    #[serde(rename = "slipway-credentials")]
    Slipway,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Cipher {
    #[serde(rename = "xchacha20poly1305")]
    XChaCha20Poly1305,
}

/// So many bytes, base64 in the file.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Bytes<const N: usize>(pub(super) [u8; N]);

impl<const N: usize> TryFrom<String> for Bytes<N> {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let bytes = STANDARD.decode(text).map_err(|error| error.to_string())?;
        bytes.try_into().map(Self).map_err(|_| format!("not {N} bytes"))
    }
}

impl<const N: usize> From<Bytes<N>> for String {
    fn from(bytes: Bytes<N>) -> String {
        STANDARD.encode(bytes.0)
    }
}

/// A file that was read whole, and not yet opened.
pub(super) struct Sealed {
    pub(super) header: Header,
    /// The header as it is written: what is sealed holds for these bytes alone.
    pub(super) line: Vec<u8>,
    pub(super) nonce: [u8; 24],
    pub(super) content: Vec<u8>,
}

impl Sealed {
    /// Says in words what is wrong with the file.
    pub(super) fn parse(file: &[u8]) -> Result<Self, String> {
        if file.iter().filter(|byte| **byte == b'\n').count() < 3 {
            return Err(CUT_SHORT.to_owned());
        }
        let mut lines = file.split_inclusive(|byte| *byte == b'\n');
        let (Some(line), Some(body), Some(sum), None) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(ALTERED.to_owned());
        };
        if sum != sum_line(&file[..line.len() + body.len()]).as_bytes() {
            return Err(ALTERED.to_owned());
        }
        let header = read_header(line)?;
        let body = STANDARD.decode(body.trim_ascii_end()).map_err(|_| ALTERED)?;
        let (nonce, content) = body.split_first_chunk().ok_or(ALTERED)?;
        Ok(Self { header, line: line.to_owned(), nonce: *nonce, content: content.to_owned() })
    }
}

/// The header's line, for [`compose`] and to be sealed with the content.
pub(super) fn header_line(header: &Header) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(header)?;
    line.push(b'\n');
    Ok(line)
}

/// The whole file.
pub(super) fn compose(line: &[u8], nonce: &[u8; 24], content: &[u8]) -> Vec<u8> {
    let mut file = line.to_owned();
    file.extend_from_slice(STANDARD.encode([nonce, content].concat()).as_bytes());
    file.push(b'\n');
    let sum = sum_line(&file);
    file.extend_from_slice(sum.as_bytes());
    file
}

fn sum_line(before: &[u8]) -> String {
    format!("sha256 {}\n", Sha256(sha2::Sha256::digest(before).into()))
}

fn read_header(line: &[u8]) -> Result<Header, String> {
    #[derive(Deserialize)]
    struct Head {
        version: i64,
    }
    // The version first: a newer header may well hold what this Slipway would call damage.
    let head: Head = serde_json::from_slice(line).map_err(|_| ALTERED)?;
    if head.version > VERSION {
        return Err(NEWER.to_owned());
    }
    let header: Header = serde_json::from_slice(line).map_err(|_| ALTERED)?;
    if header.version != VERSION {
        return Err(ALTERED.to_owned());
    }
    header.cost.check()?;
    Ok(header)
}
