//! References in the orchestrator's files: a value that is `${NAME}`, `${env:NAME}` or `${cred:SITE:ftp_password}`
//! stands for something that is kept elsewhere.

use secrecy::SecretString;

use super::Lookup;

/// What a value stands for.
#[derive(Debug, PartialEq, Eq)]
enum Reference<'a> {
    Variable(&'a str),
    /// What was kept, as the file says it.
    Credential(&'a str),
}

fn reference(value: &str) -> Option<Reference<'_>> {
    let inner = value.trim().strip_prefix("${")?.strip_suffix('}')?;
    if inner.contains(['$', '{', '}']) || inner.chars().any(char::is_control) {
        return None;
    }
    let name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match inner.split_once(':') {
        Some(("env", variable)) if name(variable) => Some(Reference::Variable(variable)),
        Some(("cred", kept)) if !kept.is_empty() => Some(Reference::Credential(kept)),
        None if name(inner) => Some(Reference::Variable(inner)),
        _ => None,
    }
}

/// What a value comes to: itself, or what it refers to. Else where it was to come from, in words that follow
/// "it comes from".
pub(super) fn value(value: &str, environment: Lookup<'_>) -> Result<String, String> {
    let variable = match reference(value) {
        None => return Ok(value.to_owned()),
        Some(Reference::Credential(kept)) => {
            return Err(format!("the orchestrator's own store (\"{kept}\")"));
        }
        Some(Reference::Variable(variable)) => variable,
    };
    let why = match environment(variable).map(|value| value.into_string()) {
        Some(Ok(value)) if !value.is_empty() => return Ok(value),
        Some(Ok(_)) | None => "is not set",
        Some(Err(_)) => "is not valid Unicode",
    };
    Err(format!("the environment variable {variable}, which {why}"))
}

/// The same for a password.
pub(super) fn secret(text: &str, environment: Lookup<'_>) -> Result<SecretString, String> {
    value(text, environment).map(SecretString::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_refers_and_what_does_not() {
        for (value, refers) in [
            ("${FTP_PASSWORD}", Some(Reference::Variable("FTP_PASSWORD"))),
            (" ${env:A1} ", Some(Reference::Variable("A1"))),
            ("${cred:my shop:ftp_password}", Some(Reference::Credential("my shop:ftp_password"))),
            ("pa${X}ss", None),
            ("${X}${Y}", None),
            ("${env:}", None),
            ("${a-b}", None),
            ("${", None),
            ("", None),
        ] {
            assert_eq!(reference(value), refers, "{value}");
        }
    }

    #[test]
    fn values_are_looked_up() {
        let environment = |name: &str| (name == "SET").then(|| "s3cret".into());
        assert_eq!(value("${SET}", &environment).as_deref(), Ok("s3cret"));
        assert_eq!(value("$SET", &environment).as_deref(), Ok("$SET"));
        assert_eq!(
            value("${env:GONE}", &environment).unwrap_err(),
            "the environment variable GONE, which is not set"
        );
        assert!(value("${cred:a:ftp_password}", &environment).unwrap_err().contains("a:ftp_password"));
    }
}
