//! How WinSCP hides a password that no master password protects. It is no encryption: the key is in the file
//! (`DecryptPassword` in WinSCP's `source/core/Security.cpp`).

use std::iter::from_fn;

use secrecy::SecretString;

/// Why there is no password to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is empty.
    Empty,
    /// It is encrypted with a password that only the user knows.
    MasterPassword,
    /// It was cut short, or belongs to another user or host.
    Damaged,
}

/// `PWALG_SIMPLE_MAGIC`.
const MAGIC: u8 = 0xa3;
/// `PWALG_SIMPLE_FLAG`: the form with a version and the key before the password.
const FLAG: u8 = 0xff;
/// `PWALG_SIMPLE_INTERNAL`, `_EXTERNAL` and `_INTERNAL2`.
const SHORT: u8 = 0;
const MASTER: u8 = 1;
const LONG: u8 = 2;

/// The password; `key` is the user name and the host, one after the other.
pub(super) fn unscrambled(text: &str, key: &str) -> Result<SecretString, Refusal> {
    let mut digits = text.chars();
    let mut bytes = from_fn(|| {
        let high = digits.next()?.to_digit(16)?;
        let low = digits.next()?.to_digit(16)?;
        Some(!((high * 16 + low) as u8 ^ MAGIC))
    });
    let mut next = || bytes.next().ok_or(Refusal::Damaged);
    let first = next()?;
    let length = if first == FLAG {
        match next()? {
            SHORT => usize::from(next()?),
            LONG => usize::from(next()?) * 256 + usize::from(next()?),
            MASTER => return Err(Refusal::MasterPassword),
            _ => return Err(Refusal::Damaged),
        }
    } else {
        usize::from(first)
    };
    for _ in 0..next()? {
        next()?;
    }
    let hidden = (0..length).map(|_| next()).collect::<Result<Vec<u8>, _>>()?;
    let mut password = String::from_utf8(hidden).map_err(|_| Refusal::Damaged)?;
    if first == FLAG {
        if !password.starts_with(key) {
            return Err(Refusal::Damaged);
        }
        password.drain(..key.len());
    }
    if password.is_empty() { Err(Refusal::Empty) } else { Ok(password.into()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;

    fn byte(plain: u8) -> String {
        format!("{:02X}", !plain ^ MAGIC)
    }

    /// As `EncryptPassword` does it.
    fn scrambled(password: &str, key: &str, shift: u8) -> String {
        let hidden = format!("{key}{password}").into_bytes();
        let mut bytes = vec![FLAG];
        match u8::try_from(hidden.len()) {
            Ok(length) => bytes.extend([SHORT, length]),
            Err(_) => bytes.extend([LONG, (hidden.len() >> 8) as u8, hidden.len() as u8]),
        }
        bytes.push(shift);
        bytes.extend((0..shift).map(|i| i.wrapping_mul(37)));
        bytes.extend(hidden);
        while bytes.len() < 50 {
            bytes.push(bytes.len() as u8);
        }
        bytes.into_iter().map(byte).collect()
    }

    fn plain(text: &str, key: &str) -> Result<String, Refusal> {
        unscrambled(text, key).map(|secret| secret.expose_secret().to_owned())
    }

    #[test]
    fn begins_as_winscp_writes_it() {
        assert!(scrambled("x", "userhost", 3).starts_with("A35C"));
    }

    #[test]
    fn what_gives_no_password() {
        let whole = scrambled("geheim", "annahost", 5);
        assert_eq!(plain(&whole, "bertahost"), Err(Refusal::Damaged));
        assert_eq!(plain(&whole[..20], "annahost"), Err(Refusal::Damaged));
        assert_eq!(plain("", "annahost"), Err(Refusal::Damaged));
        assert_eq!(plain("zz", "annahost"), Err(Refusal::Damaged));
        assert_eq!(plain(&scrambled("", "annahost", 5), "annahost"), Err(Refusal::Empty));
        assert_eq!(
            plain(&[byte(FLAG), byte(MASTER), "00FF".into()].concat(), "k"),
            Err(Refusal::MasterPassword)
        );
    }

    #[test]
    fn the_oldest_form_has_no_key() {
        let bytes = [3, 1, 9, b'a', b'b', b'c'];
        assert_eq!(plain(&bytes.map(byte).concat(), "annahost").as_deref(), Ok("abc"));
    }

    proptest! {
        #[test]
        fn any_password_comes_back(password in ".{1,300}", key in ".{0,40}", shift in any::<u8>()) {
            prop_assert_eq!(plain(&scrambled(&password, &key, shift), &key), Ok(password));
        }

        #[test]
        fn any_text_is_borne(text in ".*") {
            let _ = unscrambled(&text, "annahost");
        }
    }
}
