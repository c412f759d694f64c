//! Where a site's pages are to be found on the web.

use slipway_api::core::{RemotePath, Site};
use tauri::Url;

/// The site's web address, if it has one that a browser may be sent to.
pub(crate) fn web_address(site: &Site) -> Option<Url> {
    let url = Url::parse(site.web_url.as_deref()?).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// The web address of one of its files.
pub(crate) fn web_address_of(site: &Site, path: &RemotePath) -> Option<Url> {
    let mut url = web_address(site)?;
    url.set_query(None);
    url.set_fragment(None);
    url.path_segments_mut().ok()?.pop_if_empty().extend(path.as_str().split('/'));
    Some(url)
}

#[cfg(test)]
mod tests {
    use slipway_api::core::SiteName;

    use super::*;

    fn site(web_url: &str) -> Site {
        let name = SiteName::new("shop").unwrap();
        Site { web_url: Some(web_url.to_owned()), ..Site::new(name, "/home/a/shop".into(), "h", "u") }
    }

    fn path(path: &str) -> RemotePath {
        RemotePath::new(path).unwrap()
    }

    #[test]
    fn only_web_addresses_are_opened() {
        let opened = |url: &str| web_address(&site(url)).map(String::from);
        assert_eq!(opened("https://example.com/shop").as_deref(), Some("https://example.com/shop"));
        assert_eq!(opened("http://127.0.0.1:8080/").as_deref(), Some("http://127.0.0.1:8080/"));
        for other in
            ["file:///etc/passwd", "javascript:alert(1)", "ftp://example.com/", "mailto:a@example.com", ""]
        {
            assert_eq!(opened(other), None, "{other}");
        }
        assert_eq!(web_address(&Site { web_url: None, ..site("") }), None);
    }

    #[test]
    fn a_files_address_is_below_the_sites() {
        let address = |url: &str, file: &str| web_address_of(&site(url), &path(file)).map(String::from);
        assert_eq!(address("https://a.de", "b/c.html").as_deref(), Some("https://a.de/b/c.html"));
        assert_eq!(address("https://a.de/shop/", "b.html").as_deref(), Some("https://a.de/shop/b.html"));
        assert_eq!(
            address("https://a.de/?x=1#y", "gäste buch/a?b#c%.html").as_deref(),
            Some("https://a.de/g%C3%A4ste%20buch/a%3Fb%23c%25.html")
        );
    }
}
