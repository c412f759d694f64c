//! A SHA-256 digest as a value: hexadecimal when shown or stored.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A SHA-256 digest (FIPS 180-4): of a file's content, or of a certificate in DER form.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct Sha256(pub [u8; 32]);

/// The text is not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 fingerprint has 64 hexadecimal digits")]
pub struct DigestError;

impl FromStr for Sha256 {
    type Err = DigestError;

    /// Takes upper and lower case, and the colons and spaces that other programs print between bytes.
    fn from_str(text: &str) -> Result<Self, DigestError> {
        let mut digits = Vec::with_capacity(64);
        for c in text.chars().filter(|c| !matches!(c, ':' | ' ')) {
            digits.push(c.to_digit(16).ok_or(DigestError)? as u8);
        }
        let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
        if digits.len() != 64 {
            return Err(DigestError);
        }
        bytes.try_into().map(Self).map_err(|_| DigestError)
    }
}

impl TryFrom<String> for Sha256 {
    type Error = DigestError;
    fn try_from(text: String) -> Result<Self, DigestError> {
        text.parse()
    }
}

impl From<Sha256> for String {
    fn from(digest: Sha256) -> String {
        digest.to_string()
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_prints_and_what_browsers_print() {
        let digest = Sha256(std::array::from_fn(|i| i as u8 * 7));
        assert_eq!(digest.to_string().parse(), Ok(digest));
        let coloned: Vec<String> = digest.0.iter().map(|b| format!("{b:02X}")).collect();
        assert_eq!(coloned.join(":").parse(), Ok(digest));
        assert_eq!("abc".parse::<Sha256>(), Err(DigestError));
        assert_eq!("zz".repeat(32).parse::<Sha256>(), Err(DigestError));
    }
}
