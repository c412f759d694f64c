//! Where on a server the website lies, and what its address is, guessed from names alone.

use std::net::IpAddr;

/// What hosts call the folder that visitors see, the surest first. The first few mean nothing else anywhere.
const NAMES: &[&str] =
    &["public_html", "httpdocs", "htdocs", "www", "web", "html", "webroot", "wwwroot", "webspace"];
const SURE: usize = 3;

/// In folders of these names lies what visitors do not see, whatever it is called.
const HIDDEN: &[&str] = &[
    "backup", "backups", "old", "tmp", "temp", "log", "logs", "mail", "etc", "cgi-bin", "stats", "trash",
    "test", "staging", "dev", "private", "ssl", "conf", "usr", "lib", "proc", "sys",
];

/// The domains of hosting companies that many customers' servers are named after: none of them is the customer's
/// own.
const HOSTS: &[&str] = &[
    "1and1.com",
    "alwaysdata.net",
    "aruba.it",
    "bluehost.com",
    "dreamhost.com",
    "free.fr",
    "gandi.net",
    "godaddy.com",
    "hetzner.com",
    "hosteurope.de",
    "hostinger.com",
    "infomaniak.com",
    "ionos.com",
    "ionos.de",
    "ispgateway.de",
    "kasserver.com",
    "loopia.se",
    "netcup.net",
    "one.com",
    "online.net",
    "ovh.com",
    "ovh.net",
    "siteground.com",
    "strato.com",
    "strato.de",
    "transip.nl",
    "webspace-data.io",
    "world4you.com",
    "your-server.de",
    "yourhosting.nl",
];

/// Names that look like the end of a domain and are that of a file, or of something that is put aside.
const NO_DOMAIN: &[&str] =
    &["bak", "backup", "old", "orig", "tmp", "zip", "tar", "gz", "git", "html", "htm", "php", "txt"];

/// What hosts put before a domain for their servers.
const SERVERS: &[&str] = &["ftp.", "ftps.", "sftp.", "www."];

/// Whether a folder of the server may well be one that visitors see, or a part of one.
pub fn is_promising(path: &str) -> bool {
    let known = |part: &str| NAMES.contains(&part) || is_domain(part);
    let parts: Vec<String> = parts(path).into_iter().map(str::to_lowercase).collect();
    parts.iter().any(|part| known(part)) && !parts.iter().any(|part| HIDDEN.contains(&part.as_str()))
}

/// The folder that visitors most likely see, of those on the server; `None` where no name tells, or two tell the same.
/// The best lies nearest to the top: what has such a name below it is a part of the website, as a rule.
pub fn likely(paths: &[String], host: &str, user: &str) -> Option<String> {
    let own = domain_of(host, user);
    let rank = |path: &String| {
        let parts = parts(path);
        let name = parts.last()?.to_lowercase();
        if parts.iter().any(|part| HIDDEN.contains(&part.to_lowercase().as_str())) {
            return None;
        }
        let is_own = |part: &&str| own.as_deref().is_some_and(|own| without_www(part) == own);
        let named = NAMES.iter().position(|known| *known == name);
        let named = named.or_else(|| is_own(parts.last()?).then_some(NAMES.len()));
        let named = named.or_else(|| is_domain(&name).then_some(NAMES.len() + 1))?;
        Some((parts.len(), !parts.iter().any(is_own), named))
    };
    let ranked = || paths.iter().filter_map(|path| Some((rank(path)?, path)));
    let (rank, mut best) = ranked().min()?;
    if ranked().filter(|(other, _)| *other == rank).count() > 1 {
        return None;
    }
    // Some hosts have the surely named one in one that may be named by chance: /example.com/public_html, /www/htdocs.
    if rank.2 >= SURE {
        let inner = |other: &&String| {
            other.strip_prefix(best.as_str()).is_some_and(|rest| {
                let name = rest.trim_start_matches('/').to_lowercase();
                NAMES[..SURE].contains(&name.as_str())
            })
        };
        best = paths.iter().find(inner).unwrap_or(best);
    }
    Some(best.clone())
}

/// The address under which visitors most likely see a folder of the server. `None` unless a domain is evident: from
/// the folder's name or one above it, from a user name such as `name@example.com`, or from the server's own name.
pub fn guess_web_url(host: &str, user: &str, path: &str) -> Option<String> {
    // What comes below the folder that visitors enter by; `None` where that can't be told.
    let (mut domain, mut below) = (domain_of(host, user), None);
    let parts = parts(path);
    for part in &parts {
        let name = part.to_lowercase();
        if is_domain(&name) {
            domain = Some(name);
            below = Some(String::new());
        } else if NAMES.contains(&name.as_str()) {
            below = Some(String::new());
        } else if let Some(below) = &mut below {
            below.push('/');
            below.push_str(part);
        }
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '~');
    let below = below.filter(|below| below.chars().all(plain)).unwrap_or_default();
    Some(format!("https://{}{below}", domain?))
}

fn parts(path: &str) -> Vec<&str> {
    path.split('/').filter(|part| !matches!(*part, "" | ".")).collect()
}

/// The domain that a server or a user is evidently named after.
fn domain_of(host: &str, user: &str) -> Option<String> {
    let of_user =
        user.rsplit_once('@').map(|(_, domain)| domain.to_lowercase()).filter(|name| is_domain(name));
    if of_user.as_deref().is_some_and(|domain| !is_of_a_host(domain)) {
        return of_user.map(|domain| without_www(&domain).to_owned());
    }
    let host = host.trim_end_matches('.').to_lowercase();
    if host.parse::<IpAddr>().is_ok() || !is_domain(&host) || is_of_a_host(&host) {
        return None;
    }
    let domain = SERVERS.iter().find_map(|server| host.strip_prefix(server)).unwrap_or(&host);
    // Of more parts, one names a server of somebody's; but for those of countries, such as example.co.uk.
    let labels: Vec<&str> = domain.split('.').collect();
    let own = match labels[..] {
        [_, _] => true,
        [_, second, country] => {
            country.len() == 2 && matches!(second, "co" | "com" | "org" | "net" | "ac" | "or")
        }
        _ => false,
    };
    own.then(|| domain.to_owned())
}

fn is_of_a_host(domain: &str) -> bool {
    HOSTS
        .iter()
        .any(|host| domain.strip_suffix(host).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

fn without_www(domain: &str) -> &str {
    domain.strip_prefix("www.").unwrap_or(domain)
}

/// Whether a name in lower case looks like a domain's.
fn is_domain(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let Some((_, last)) = name.rsplit_once('.') else { return false };
    let top =
        last.chars().count() >= 2 && (last.chars().all(char::is_alphabetic) || last.starts_with("xn--"));
    top && !NO_DOMAIN.contains(&last) && name.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_likely(host: &str, user: &str, paths: &str, expected: Option<&str>) {
        let paths: Vec<String> = paths.split_whitespace().map(str::to_owned).collect();
        assert_eq!(likely(&paths, host, user).as_deref(), expected, "{paths:?}");
        let reversed: Vec<String> = paths.into_iter().rev().collect();
        assert_eq!(likely(&reversed, host, user).as_deref(), expected, "{reversed:?}");
    }

    #[test]
    fn the_web_folder_by_its_name() {
        for (paths, expected) in [
            ("/ /etc /mail /public_html /public_html/www /public_ftp", Some("/public_html")),
            ("/ /httpdocs /httpdocs/html /logs", Some("/httpdocs")),
            ("/ /www /www/css /html", Some("/www")),
            ("/ /www /www/htdocs", Some("/www/htdocs")),
            ("/ /web /web/www", Some("/web")),
            ("/home/anna /home/anna/Public /home/anna/web", Some("/home/anna/web")),
            (" backup backup/public_html htdocs", Some("htdocs")),
            (
                "/ /domains /domains/example.com /domains/example.com/public_html",
                Some("/domains/example.com/public_html"),
            ),
            ("/ /domains /domains/other.org /domains/example.com", Some("/domains/example.com")),
            ("/ /example.com /www.other.org", Some("/example.com")),
            ("/ /one.org /two.org", None),
            ("/ /one.org /one.org/httpdocs", Some("/one.org/httpdocs")),
            ("/ /HTDOCS", Some("/HTDOCS")),
            ("/ /a/htdocs /b/htdocs", None),
            ("/ /site.old /v1.2 /css /js", None),
            ("/", None),
            ("", None),
        ] {
            check_likely("ftp.example.com", "anna", paths, expected);
        }
        check_likely(
            "192.0.2.7",
            "anna@shop.example.org",
            "/ /one.org /shop.example.org",
            Some("/shop.example.org"),
        );
    }

    #[test]
    fn what_to_look_at_first() {
        for (path, promising) in [
            ("/public_html", true),
            ("WWW/css", true),
            ("example.com", true),
            ("backup/www", false),
            ("css", false),
            ("", false),
        ] {
            assert_eq!(is_promising(path), promising, "{path}");
        }
    }

    #[test]
    fn an_address_only_where_a_domain_is_evident() {
        for (host, user, path, expected) in [
            ("ftp.example.com", "anna", "/public_html", Some("https://example.com")),
            ("example.com", "anna", "/", Some("https://example.com")),
            ("FTP.Example.COM.", "anna", "", Some("https://example.com")),
            ("www.example.co.uk", "anna", "/www", Some("https://example.co.uk")),
            ("192.0.2.7", "anna@example.com", "/", Some("https://example.com")),
            ("ftp.strato.de", "anna@example.com", "/", Some("https://example.com")),
            ("ftp.strato.de", "anna", "/", None),
            ("ftp.strato.de", "anna", "/example.org/httpdocs", Some("https://example.org")),
            ("ftp.example.com", "anna", "/domains/www.other.org/public_html", Some("https://www.other.org")),
            ("ftp.example.com", "anna", "/public_html/blog/2024", Some("https://example.com/blog/2024")),
            ("ftp.example.com", "anna", "/public_html/my blog", Some("https://example.com")),
            ("ftp.example.com", "anna", "/public_html/addon.net/x", Some("https://addon.net/x")),
            ("ftp.example.com", "anna", "/home/anna", Some("https://example.com")),
            ("w01234.kasserver.com", "w01234", "/", None),
            ("ftp.cluster023.hosting.example", "anna", "/www", None),
            ("server7.example.net", "anna", "/", None),
            ("[::1]", "anna", "/", None),
            ("192.0.2.7", "anna", "/", None),
            ("localhost", "anna", "/www", None),
        ] {
            assert_eq!(guess_web_url(host, user, path).as_deref(), expected, "{host} {user} {path}");
        }
    }
}
