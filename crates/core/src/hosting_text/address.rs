//! Addresses that begin with `ftp://` and its kin (RFC 1738, section 3.2), wherever they stand in a line.

use super::value;
use crate::site::Protocol;

/// An address, taken apart.
pub(super) struct Address {
    pub(super) host: String,
    pub(super) port: Option<u16>,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    /// As it is sent after login: relative, unless the address says `%2F` or a second slash.
    pub(super) path: String,
    pub(super) protocol: Option<Protocol>,
    /// SFTP, which is another protocol altogether: its port is none of ours.
    pub(super) sftp: bool,
}

/// The addresses in a line.
pub(super) fn all(line: &str) -> Vec<Address> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find("://") {
        let (before, after) = (&rest[..at], &rest[at + 3..]);
        let start = before
            .rfind(|c: char| !c.is_ascii_alphanumeric())
            .map_or(0, |i| i + before[i..].chars().next().map_or(1, char::len_utf8));
        let end = after
            .find(|c: char| c.is_whitespace() || "<>\"`\u{201c}\u{201d}\u{201e}\u{ab}\u{bb}".contains(c));
        let end = end.unwrap_or(after.len());
        found.extend(parse(&before[start..], &after[..end]));
        rest = &after[end..];
    }
    found
}

fn parse(scheme: &str, rest: &str) -> Option<Address> {
    let scheme = scheme.to_ascii_lowercase();
    if !matches!(scheme.as_str(), "ftp" | "ftps" | "ftpes" | "sftp") {
        return None;
    }
    let rest = rest.trim_end_matches(|c: char| {
        ".,;:!?)]}'*|\u{2019}".contains(c) && !(c == ']' && rest.starts_with('['))
    });
    let (userinfo, rest) = split_userinfo(rest);
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = value::host_and_port(authority)?;
    let (user, password) = match userinfo.map(|info| info.split_once(':').unwrap_or((info, ""))) {
        Some((user, password)) => (value::sound(decode(user)), value::sound(decode(password))),
        None => (None, None),
    };
    let sftp = scheme == "sftp";
    let protocol = match (scheme.as_str(), port) {
        ("ftps", Some(990)) => Some(Protocol::FtpsImplicit),
        ("ftps" | "ftpes", _) => Some(Protocol::Ftps),
        _ => None,
    };
    let path = path.split(";type=").next().unwrap_or_default();
    let path = decode(path);
    Some(Address { host, port: port.filter(|_| !sftp), user, password, path, protocol, sftp })
}

/// What is before the last `@` of the authority. A `/` in a password should be written `%2F`; where people pasted it as
/// it is, the last `@` of all is the one.
fn split_userinfo(rest: &str) -> (Option<&str>, &str) {
    let authority = rest.split('/').next().unwrap_or_default();
    let before_host = |at: &usize| value::host_and_port(&authority[at + 1..]).is_some();
    let whole = value::host_and_port(authority).is_some();
    match authority.rfind('@').filter(before_host).or_else(|| rest.rfind('@').filter(|_| !whole)) {
        Some(at) => (Some(&rest[..at]), &rest[at + 1..]),
        None => (None, rest),
    }
}

/// Percent-decoding (RFC 3986, section 2.1). What does not give UTF-8 is left as it is.
pub(super) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| first == b'%').and_then(|hex| {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            u8::try_from(digit(hex[0])? * 16 + digit(hex[1])?).ok()
        });
        bytes.push(code.unwrap_or(first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        for (line, host, port, user, password, path) in [
            ("ftp://ftp.example.com", "ftp.example.com", None, None, None, ""),
            ("(ftp://a:b@ftp.example.com/www/).", "ftp.example.com", None, Some("a"), Some("b"), "www/"),
            (
                "x <FTPS://a%40b.org:p%3Aq%2Fr@example.com:2121//srv>",
                "example.com",
                Some(2121),
                Some("a@b.org"),
                Some("p:q/r"),
                "/srv",
            ),
            (
                "ftp://a:p@ss:w/rd@example.com/%2Fvar",
                "example.com",
                None,
                Some("a"),
                Some("p@ss:w/rd"),
                "/var",
            ),
            ("ftp://a@[2001:db8::1]:21/", "2001:db8::1", Some(21), Some("a"), None, ""),
            ("ftp://[2001:db8::1]", "2001:db8::1", None, None, None, ""),
            ("sftp://a@example.com:22/x;type=i", "example.com", None, Some("a"), None, "x"),
        ] {
            let read = &all(line)[0];
            assert_eq!((read.host.as_str(), read.port), (host, port), "{line}");
            assert_eq!((read.user.as_deref(), read.password.as_deref()), (user, password), "{line}");
            assert_eq!(read.path, path, "{line}");
        }
        assert!(all("https://example.com ://x ftp:// ftp://@ xftp://example.com").is_empty());
        assert_eq!(all("ftp://a.example ftps://b.example").len(), 2);
    }

    #[test]
    fn an_odd_escape_stays() {
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz%41"), "%zzA");
        assert_eq!(decode("%ff"), "%ff");
    }
}
