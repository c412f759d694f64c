//! What stands behind a label, read as what the label asks for. `None` where it can't be that.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::words::{Topic, among, words};
use crate::path::RemoteDir;
use crate::site::Protocol;

/// Longer values are no account's.
const LONGEST: usize = 1024;

/// Ports of mail, web, SSH, databases and control panels.
const FOREIGN_PORTS: [u16; 20] = [
    22, 25, 80, 110, 143, 443, 465, 587, 993, 995, 2082, 2083, 2086, 2087, 2095, 2096, 3306, 5432, 8443, 8880,
];

const QUOTES: [(&str, &str); 10] = [
    ("**", "**"),
    ("__", "__"),
    ("`", "`"),
    ("\"", "\""),
    ("'", "'"),
    ("\u{201c}", "\u{201d}"),
    ("\u{201e}", "\u{201c}"),
    ("\u{2018}", "\u{2019}"),
    ("\u{ab}", "\u{bb}"),
    ("<", ">"),
];

/// Without the blanks and quotes around it, and without the address that mail programs add to what looks like a link.
pub(super) fn bare(value: &str) -> &str {
    let mut value = value.trim();
    if let Some((before, link)) = value.rsplit_once('<') {
        let link = link.to_ascii_lowercase();
        let added = ["mailto:", "http://", "https://", "tel:"].iter().any(|start| link.starts_with(start));
        if added && link.ends_with('>') && !before.is_empty() {
            value = before.trim();
        }
    }
    if let Some((text, _)) =
        value.strip_prefix('[').and_then(|link| link.split_once("](")).filter(|_| value.ends_with(')'))
    {
        value = text;
    }
    while let Some(inner) = QUOTES.iter().find_map(|(open, close)| {
        let inner = value.strip_prefix(open)?.strip_suffix(close)?;
        (!inner.is_empty()).then_some(inner)
    }) {
        value = inner.trim();
    }
    value.strip_prefix("mailto:").unwrap_or(value)
}

/// A text that can be sent to a server as a name or a password.
pub(super) fn sound(value: String) -> Option<String> {
    (!value.is_empty() && value.len() <= LONGEST && !value.chars().any(char::is_control)).then_some(value)
}

/// Stars and dots in the place of a value, or words for nothing.
fn masked(value: &str) -> bool {
    let first = value.chars().next();
    let same = value.chars().all(|c| Some(c) == first)
        && "*.-_xX\u{2022}\u{25cf}\u{2026}?/".contains(first.unwrap_or('-'));
    same || value.chars().all(|c| "*\u{2022}\u{25cf}.-_\u{2013}\u{2014}".contains(c))
        || ["n/a", "none", "[hidden]", "(hidden)", "[redacted]", "[geheim]"]
            .contains(&value.to_lowercase().as_str())
}

/// The first word, and what follows it.
fn first(value: &str) -> (&str, &str) {
    let value = value.trim();
    value.split_at(value.find(char::is_whitespace).unwrap_or(value.len()))
}

/// Whether what follows a value only explains it.
fn explains(rest: &str) -> bool {
    let rest = rest.trim();
    rest.is_empty() || rest.starts_with(['(', '[', ',', ';', '/', '-', '\u{2013}', '<', '|', '#', '\u{2190}'])
}

/// A server's name or address, and the port behind it.
pub(super) fn host(value: &str) -> Option<(String, Option<u16>)> {
    let token = bare(first(bare(value)).0).trim_matches(|c: char| ",;.()\"'*`<>!".contains(c));
    let (web, token) = match token.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase().starts_with("http"), rest),
        None => (false, token),
    };
    let token = token.split('/').next().unwrap_or_default();
    // The port of a web address says nothing of FTP's.
    host_and_port(token).map(|(host, port)| (host, port.filter(|_| !web)))
}

/// `host`, `host:port`, `[IPv6]:port` or an IPv6 address.
pub(super) fn host_and_port(text: &str) -> Option<(String, Option<u16>)> {
    if text.parse::<Ipv6Addr>().is_ok() {
        return Some((text.to_owned(), None));
    }
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, port)) if host.parse::<Ipv6Addr>().is_ok() => (host, port.strip_prefix(':')),
        Some(_) => return None,
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let port = match port {
        None | Some("") => None,
        Some(port) => Some(port.parse().ok().filter(|port| *port > 0)?),
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    let good =
        host == "localhost" || host.contains(':') || host.parse::<Ipv4Addr>().is_ok() || is_domain(host);
    good.then(|| (host.to_owned(), port))
}

/// Whether `name` has the form of a domain: two labels at least, the last one without digits (RFC 1123, section 2.1).
pub(super) fn is_domain(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
    };
    let top = name.rsplit('.').next().unwrap_or_default();
    let top = top.chars().count() > 1 && (top.starts_with("xn--") || top.chars().all(char::is_alphabetic));
    name.len() <= 253 && name.contains('.') && top && name.split('.').all(label)
}

/// What the first part of a server's name says it is for.
pub(super) fn host_topic(host: &str) -> Topic {
    let first = host.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let first = first.split('-').next().unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit());
    if among(first, "ftp ftps") {
        Topic::Ftp
    } else if among(
        first,
        "imap imaps pop pops smtp smtps mail mx webmail mailin mailout autodiscover autoconfig exchange pop3 imap4",
    ) {
        Topic::Mail
    } else if among(first, "mysql db sql database rdbms mariadb pgsql postgres phpmyadmin") {
        Topic::Database
    } else if among(first, "ns dns nameserver") {
        Topic::Other
    } else {
        Topic::Neutral
    }
}

/// A user name: one word.
pub(super) fn user(value: &str) -> Option<String> {
    let value = bare(value);
    let (token, rest) = first(value);
    let token = bare(token.trim_end_matches([',', ';', '.']));
    let odd = token.contains("://") || token.starts_with('(') || masked(token) || !explains(rest);
    sound(token.to_owned()).filter(|_| !odd)
}

/// A password: all of it, whatever it holds, unless it is a sentence in its place.
pub(super) fn password(value: &str) -> Option<String> {
    let value = without_remark(bare(value));
    let odd = masked(value)
        || value.to_ascii_lowercase().starts_with("http") && value.contains("://")
        || is_sentence(value);
    sound(value.to_owned()).filter(|_| !odd)
}

/// `s3cret (please change it)` without what is in brackets.
fn without_remark(value: &str) -> &str {
    let (token, rest) = first(value);
    let rest = rest.trim();
    let remark = rest.starts_with('(') && rest.ends_with(')') && rest.contains(' ');
    if remark && !token.starts_with('(') { bare(token) } else { value }
}

fn is_sentence(value: &str) -> bool {
    const OPENINGS: &str = "as the your our see same identical please use sent you not already chosen set if will wie siehe ihr ihre \
         das dein identisch wird wurde bitte sie nicht bereits haben le votre voir celui identique vous choisi comme su \
         la el ver igual use enviada enviado gleiches dasselbe selbst von per is has must ist muss les los las der die dieselben gleiche mismo misma";
    const SHORT: &str = "siehe see voir ver wie as identisch same per von";
    let words = words(value);
    let Some(opening) = words.first() else { return false };
    let count = value.split_whitespace().count();
    (count >= 3 && among(opening, OPENINGS))
        || (count == 2 && among(opening, SHORT))
        || (value.starts_with('(') && value.ends_with(')') && count > 1)
}

/// A port. Those of other services count only where `ftp` is what the label says.
pub(super) fn port(value: &str, ftp: bool) -> Option<u16> {
    let numbers = value.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse::<u16>().ok());
    numbers.into_iter().find(|port| *port > 0 && *port != 22 && (ftp || !FOREIGN_PORTS.contains(port)))
}

/// A folder on the server. What is above the folder that the user is in after login falls away, since a server that
/// shows nothing above it would not know it.
pub(super) fn dir(value: &str, user: Option<&str>) -> Option<RemoteDir> {
    let value = bare(value);
    let (token, rest) =
        if value.starts_with('/') && !value.contains(['(', ',']) { (value, "") } else { first(value) };
    let token = bare(token.trim_end_matches([',', ';', '.', '!']));
    let path = token.contains('/') || is_web_folder(token);
    let name = token.chars().all(|c| c.is_alphanumeric() || "/._-~@ ".contains(c));
    if !name
        || token.contains("//")
        || token.is_empty()
        || !(path || rest.trim().is_empty())
        || !explains(rest)
    {
        return None;
    }
    RemoteDir::new(below_login(token, user)).ok()
}

fn below_login<'a>(path: &'a str, user: Option<&str>) -> &'a str {
    let mut parts = path.trim_end_matches('/').splitn(4, '/');
    let parts = (parts.next(), parts.next(), parts.next(), parts.next());
    if let Some(rest) = path.strip_prefix("~/").or_else(|| (path == "~").then_some("")) {
        return rest;
    }
    if let (Some(""), Some(home), Some(name), rest) = parts
        && home.starts_with("home")
        && let Some(user) = user
    {
        // Users that are named after a domain begin in the folder that was made for them.
        match (name == user, user.contains('@')) {
            (true, _) => return rest.unwrap_or_default(),
            (false, true) => return "",
            (false, false) => {}
        }
    }
    // Where Plesk keeps the sites; one is in the domain's folder after login.
    path.strip_prefix("/var/www/vhosts/")
        .map_or(path, |rest| rest.split_once('/').map_or("", |(_, rest)| rest))
}

/// Folders that hosts keep sites in, and that nobody writes for another reason.
pub(super) fn is_web_folder(name: &str) -> bool {
    among(name.trim_matches('/'), "public_html httpdocs htdocs wwwroot")
}

/// A web address; `https://` before a domain alone.
pub(super) fn web_url(value: &str) -> Option<String> {
    const PANELS: [&str; 9] =
        [":2082", ":2083", ":2086", ":2087", ":2095", ":2096", ":8443", ":8880", "/cpanel"];
    let (token, rest) = first(bare(value));
    let token = bare(token).trim_end_matches(|c: char| ",;.)>\"'*`!".contains(c));
    let lower = token.to_ascii_lowercase();
    let (scheme, address) = match lower.find("://") {
        Some(at) if ["http", "https"].contains(&&lower[..at]) => (&token[..at + 3], &token[at + 3..]),
        Some(_) => return None,
        None => ("https://", token),
    };
    let host = address.split(['/', '?', '#']).next().unwrap_or_default();
    let (name, _) = host_and_port(host)?;
    let service = matches!(
        name.to_ascii_lowercase().split('.').next(),
        Some("webmail" | "cpanel" | "panel" | "admin" | "login" | "phpmyadmin")
    );
    let odd = service
        || PANELS.iter().any(|panel| address.contains(panel))
        || !(explains(rest) || scheme != "https://");
    (!odd).then(|| format!("{}{address}", scheme.to_ascii_lowercase()))
}

/// What `words` say of how one speaks to the server. `asked`: they answer the question for it.
pub(super) fn protocol(words: &[String], asked: bool) -> Option<Protocol> {
    let any = |list: &str| words.iter().any(|word| among(word, list));
    let tls = any("tls ssl starttls");
    let ftps = any("ftps ftpes");
    let ftp = ftps || any("ftp");
    let negated = any(
        "no not non nicht kein keine keiner none ohne without sans sin pas aucun aucune ninguno ninguna nein off",
    );
    let open = any("unencrypted unverschlusselt unverschlusseltes unverschluesselt plain insecure unsicher")
        || (asked || ftp && words.len() < 7)
            && negated
            && any(
                "chiffre chiffree cifrar cifrado verschlusselung verschlusselt encryption encrypted chiffrement",
            );
    if any("explicit explizit explizites explizite explicite explicito") && (ftp || tls) {
        Some(Protocol::Ftps)
    } else if any("implicit implizit implizites implizite implicite implicito") && (ftp || tls) {
        (!negated).then_some(Protocol::FtpsImplicit)
    } else if open && !ftps && (asked || words.len() < 7 && ftp) {
        Some(Protocol::Ftp)
    } else if (ftps || tls && (asked || ftp)) && !negated {
        Some(Protocol::Ftps)
    } else {
        (asked && negated && words.len() < 4).then_some(Protocol::Ftp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for (value, read) in [
            ("ftp.example.com", Some(("ftp.example.com", None))),
            ("`ftp.example.com:2121`.", Some(("ftp.example.com", Some(2121)))),
            ("ftp.example.com <http://ftp.example.com>", Some(("ftp.example.com", None))),
            ("[ftp.example.com](http://ftp.example.com)", Some(("ftp.example.com", None))),
            ("203.0.113.7 (shared)", Some(("203.0.113.7", None))),
            ("2001:db8::7", Some(("2001:db8::7", None))),
            ("müller.example", Some(("müller.example", None))),
            ("https://server.example.net:8443/", Some(("server.example.net", None))),
            ("anna@example.com", None),
            ("Linux", None),
            ("1.2", None),
            ("your domain", None),
        ] {
            assert_eq!(host(value), read.map(|(name, port)| (name.to_owned(), port)), "{value}");
        }
    }

    #[test]
    fn users_and_passwords() {
        for (value, read) in [
            ("web123", Some("web123")),
            ("\u{201e}web123\u{201c}", Some("web123")),
            ("anna@example.com<mailto:anna@example.com>", Some("anna@example.com")),
            ("web123 (Hauptbenutzer)", Some("web123")),
            ("The email address you are checking", None),
            ("********", None),
            ("", None),
        ] {
            assert_eq!(user(value).as_deref(), read, "{value}");
        }
        for (value, read) in [
            ("a:b=c d ", Some("a:b=c d")),
            ("s3cret.", Some("s3cret.")),
            ("`x\u{201c}y`", Some("x\u{201c}y")),
            ("<Xy9", Some("<Xy9")),
            ("s3cret (please change it)", Some("s3cret")),
            ("correct horse battery staple", Some("correct horse battery staple")),
            ("As specified in your control panel", None),
            ("siehe oben", None),
            ("(wie bei der Bestellung angegeben)", None),
            ("https://example.com/reset", None),
            ("••••••", None),
        ] {
            assert_eq!(password(value).as_deref(), read, "{value}");
        }
    }

    #[test]
    fn folders() {
        let dir = |value| dir(value, Some("anna")).map(|dir| dir.as_str().to_owned());
        for (value, read) in [
            ("/", Some("/")),
            ("/htdocs/", Some("/htdocs")),
            ("/ (Hauptverzeichnis)", Some("/")),
            ("public_html", Some("public_html")),
            ("/home/anna/public_html", Some("public_html")),
            ("/home/other/public_html", Some("/home/other/public_html")),
            ("/var/www/vhosts/example.com/httpdocs", Some("httpdocs")),
            ("~/www", Some("www")),
            ("your home directory", None),
            ("../..", None),
            ("https://example.com/", None),
        ] {
            assert_eq!(dir(value).as_deref(), read, "{value}");
        }
    }

    #[test]
    fn ports_and_web_addresses() {
        assert_eq!(port("21 (FTPS) or 22 (SFTP)", true), Some(21));
        assert_eq!(port("22", true), None);
        assert_eq!(port("993", false), None);
        assert_eq!(port("99999 0", true), None);
        for (value, read) in [
            ("example.com", Some("https://example.com")),
            ("HTTP://www.example.com/.", Some("http://www.example.com/")),
            ("www.example.com (active)", Some("https://www.example.com")),
            ("https://example.com:2083", None),
            ("ftp://example.com", None),
            ("none", None),
        ] {
            assert_eq!(web_url(value).as_deref(), read, "{value}");
        }
    }

    #[test]
    fn protocols() {
        use Protocol::*;
        for (text, asked, read) in [
            ("FTP", true, None),
            ("SFTP", true, None),
            ("FTPS", true, Some(Ftps)),
            ("FTP mit explizitem TLS/SSL", false, Some(Ftps)),
            ("Use explicit FTP over TLS if available", true, Some(Ftps)),
            ("FTP over TLS (implicit)", true, Some(FtpsImplicit)),
            ("explicit, not implicit TLS", true, Some(Ftps)),
            ("Only use plain FTP (insecure)", true, Some(Ftp)),
            ("keine", true, Some(Ftp)),
            ("FTP (unverschlüsselt)", false, Some(Ftp)),
            ("FTP non chiffré", true, Some(Ftp)),
            ("FTPS is not offered", false, None),
            ("We recommend that you never use unencrypted FTP on public networks", false, None),
            ("SSL/TLS", false, None),
        ] {
            assert_eq!(protocol(&words(text), asked), read, "{text}");
        }
    }
}
