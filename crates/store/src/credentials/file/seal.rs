//! Sealing and opening: a key from the pass phrase with Argon2id, the content with XChaCha20-Poly1305.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use super::cost::Cost;
use super::format::{Header, Sealed, compose, header_line};

/// Why a file could not be opened.
#[derive(Debug, PartialEq)]
pub(super) enum Refused {
    /// The key is another.
    WrongKey,
    /// The key is right, and the content is not what was sealed with it.
    Altered,
    /// The work could not be done here, or, for what is read, not by any Slipway.
    Failed(String),
}

/// The key of one file as it was written once: each writing takes a new salt.
pub(super) struct Key {
    header: Header,
    secret: Zeroizing<[u8; 32]>,
}

impl Key {
    /// The key for a file that is about to be written.
    pub(super) fn create(phrase: &SecretString, cost: Cost) -> Result<Self, Refused> {
        let salt = random()?;
        let (secret, check) = derive(phrase, cost, &salt)?;
        Ok(Self { header: Header::new(cost, salt, check), secret })
    }

    /// The key of a file that was read.
    pub(super) fn of(phrase: &SecretString, header: &Header) -> Result<Self, Refused> {
        let (secret, check) = derive(phrase, header.cost, &header.salt.0)?;
        if check != header.check.0 {
            return Err(Refused::WrongKey);
        }
        Ok(Self { header: header.clone(), secret })
    }

    pub(super) fn is_of(&self, header: &Header) -> bool {
        self.header == *header
    }

    /// The whole file. The key is used for no other after it.
    pub(super) fn seal(&self, content: &[u8]) -> Result<Vec<u8>, Refused> {
        let line = header_line(&self.header).map_err(failed)?;
        let nonce: [u8; 24] = random()?;
        let payload = Payload { msg: content, aad: &line };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload).map_err(failed)?;
        Ok(compose(&line, &nonce, &sealed))
    }

    pub(super) fn open(&self, file: &Sealed) -> Result<Zeroizing<Vec<u8>>, Refused> {
        let payload = Payload { msg: &file.content, aad: &file.line };
        let content = self.cipher().decrypt(&XNonce::from(file.nonce), payload);
        content.map(Zeroizing::new).map_err(|_| Refused::Altered)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&(*self.secret).into())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

/// The key, and what is written down to know it again: 48 bytes of one hash, of which the first 32 can't be found
/// from the other 16.
fn derive(
    phrase: &SecretString,
    cost: Cost,
    salt: &[u8],
) -> Result<(Zeroizing<[u8; 32]>, [u8; 16]), Refused> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(48)).map_err(failed)?;
    let mut hash = Zeroizing::new([0; 48]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(phrase.expose_secret().as_bytes(), salt, &mut *hash)
        .map_err(failed)?;
    let (mut secret, mut check) = (Zeroizing::new([0; 32]), [0; 16]);
    secret.copy_from_slice(&hash[..32]);
    check.copy_from_slice(&hash[32..]);
    Ok((secret, check))
}

fn random<const N: usize>() -> Result<[u8; N], Refused> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

fn failed(error: impl fmt::Display) -> Refused {
    Refused::Failed(error.to_string())
}
