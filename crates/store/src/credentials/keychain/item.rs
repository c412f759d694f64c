//! The text of an item: all that is kept for a site as JSON, or, from earlier Slipways, the bare password.

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::super::values::Written;
use super::super::{CredentialError, SiteCredentials};

/// The version of the JSON that this Slipway writes and reads.
const VERSION: u32 = 1;

/// What every version of the JSON has.
#[derive(Deserialize)]
struct Mark {
    #[serde(rename = "slipway")]
    _slipway: u32,
}

pub(super) fn encode(values: &SiteCredentials) -> Result<SecretString, CredentialError> {
    let written = Written::new(Some(VERSION), values);
    // Long enough from the start: growing would leave copies behind.
    let mut json = Zeroizing::new(Vec::with_capacity(written.longest()));
    serde_json::to_writer(&mut *json, &written)
        .map_err(|error| CredentialError::Failed(error.to_string()))?;
    let text = std::str::from_utf8(&json).map_err(|error| CredentialError::Failed(error.to_string()))?;
    Ok(text.into())
}

/// # Errors
/// [`CredentialError::Failed`] where a newer Slipway wrote the item.
pub(super) fn decode(text: &SecretString) -> Result<SiteCredentials, CredentialError> {
    // Else a password such as `[1,null,null]` would do: JSON libraries take an array for an object's fields.
    let object = text.expose_secret().starts_with('{');
    match serde_json::from_str::<Written<SecretString>>(text.expose_secret()) {
        Ok(written) if object && written.slipway == Some(VERSION) => Ok(written.into()),
        _ if object && serde_json::from_str::<Mark>(text.expose_secret()).is_ok() => {
            let reason = "the item was written by a newer Slipway; update this one";
            Err(CredentialError::Failed(reason.to_owned()))
        }
        _ => Ok(SiteCredentials { username: None, password: Some(text.clone()) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> (Option<String>, Option<String>) {
        let values = decode(&text.into()).unwrap();
        (values.username, values.password.map(|password| password.expose_secret().to_owned()))
    }

    #[test]
    fn both_values_come_back() {
        let text = r#"{"slipway":1,"ftp_username":"anna","ftp_password":"s\"\u0001é"}"#;
        assert_eq!(decoded(text), (Some("anna".into()), Some("s\"\u{1}é".into())));
        assert_eq!(encode(&decode(&text.into()).unwrap()).unwrap().expose_secret(), text);
        assert_eq!(decoded(r#"{"slipway":1}"#), (None, None));
    }

    #[test]
    fn anything_else_is_a_bare_password() {
        for text in [
            "s3cret",
            "",
            "1",
            "null",
            "{}",
            "[1,\"a\",\"b\"]",
            "{\"slipway\":",
            r#"{"slipway":"1","ftp_password":"x"}"#,
            r#"{"ftp_password":"x"}"#,
            r#" {"slipway":1,"ftp_password":"x"}"#,
        ] {
            assert_eq!(decoded(text), (None, Some(text.to_owned())));
        }
    }

    #[test]
    fn a_newer_item_is_never_taken_for_a_password() {
        for text in [r#"{"slipway":2,"ftp_password":"x"}"#, r#"{"slipway":1,"ftp_password":"x","more":1}"#] {
            let error = decode(&text.into()).unwrap_err();
            assert!(matches!(&error, CredentialError::Failed(said) if said.contains("newer")), "{error}");
        }
    }
}
