//! What people type as a server: `ftp.example.com`, `ftp.example.com:2121`, `ftp://anna:secret@ftp.example.com/www`.

use percent_encoding::percent_decode_str;
use secrecy::SecretString;

/// The parts of an address.
#[derive(Debug, Default)]
pub(super) struct Address {
    /// In lower case, without `://`.
    pub(super) scheme: Option<String>,
    pub(super) user: Option<String>,
    pub(super) password: Option<SecretString>,
    /// A name or an IP address, without brackets.
    pub(super) host: String,
    /// As it is written.
    pub(super) port: Option<String>,
    /// What follows the host, if it is more than a slash.
    pub(super) path: Option<String>,
}

/// Takes an address apart. What no part is found in stays in the host.
pub(super) fn split(text: &str) -> Address {
    let mut address = Address::default();
    let mut rest = text.trim();
    let mut decode: fn(&str) -> String = str::to_owned;
    if let Some((scheme, after)) = rest.split_once("://") {
        address.scheme = Some(scheme.to_ascii_lowercase());
        rest = after;
        // Only in a URL does a percent sign mean something (RFC 3986, section 2.1).
        decode = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
    }
    // A password may hold a slash where people write URLs by hand: the last @ ends it.
    if let Some((login, after)) = rest.rsplit_once('@') {
        let (user, password) = login.split_once(':').map_or((login, None), |(user, pass)| (user, Some(pass)));
        address.user = Some(decode(user)).filter(|user| !user.is_empty());
        address.password = password.filter(|text| !text.is_empty()).map(|text| decode(text).into());
        rest = after;
    }
    if let Some((host, path)) = rest.split_once('/') {
        address.path = Some(decode(path.trim_end_matches('/'))).filter(|path| !path.is_empty());
        rest = host;
    }
    let (host, port) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, after)) => (host, after.strip_prefix(':')),
        None => match rest.split_once(':') {
            // More than one colon: an IPv6 address.
            Some((host, port)) if !port.contains(':') => (host, Some(port)),
            _ => (rest, None),
        },
    };
    address.host = host.to_owned();
    address.port = port.filter(|port| !port.is_empty()).map(str::to_owned);
    address
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        for (text, parts) in [
            ("ftp.example.com", ["", "", "", "ftp.example.com", "", ""]),
            (" ftp.example.com:2121/ ", ["", "", "", "ftp.example.com", "2121", ""]),
            ("FTP://an%40na:s%2Fx@h:21/www/a/", ["ftp", "an@na", "s/x", "h", "21", "www/a"]),
            ("ftp://anna:p/w@h", ["ftp", "anna", "p/w", "h", "", ""]),
            ("an%40na@h", ["", "an%40na", "", "h", "", ""]),
            ("[::1]:21", ["", "", "", "::1", "21", ""]),
            ("2001:db8::1", ["", "", "", "2001:db8::1", "", ""]),
            ("h:", ["", "", "", "h", "", ""]),
            ("", ["", "", "", "", "", ""]),
        ] {
            let found = split(text);
            let password = found.password.as_ref().map(|secret| secret.expose_secret());
            let shown = [
                found.scheme.as_deref().unwrap_or_default(),
                found.user.as_deref().unwrap_or_default(),
                password.unwrap_or_default(),
                &found.host,
                found.port.as_deref().unwrap_or_default(),
                found.path.as_deref().unwrap_or_default(),
            ];
            assert_eq!(shown, parts, "{text}");
        }
    }
}
