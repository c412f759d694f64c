//! Which of the published files are looked at: pages first, and some of the rest.

use std::collections::HashMap;

use slipway_core::{PublishedFile, RemotePath, Sha256, Turn};
use url::Url;

use crate::transfer::Parcel;

/// So many pages are asked for, those that visitors enter by first.
const PAGES: usize = 8;
/// So many other files are asked for.
const OTHERS: usize = 4;
/// Larger files are not asked for: the answer would take too long.
const LARGEST: u64 = 4_000_000;

/// A file that is asked for, as it was published and as it was before.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub(super) path: RemotePath,
    pub(super) size: u64,
    pub(super) sha256: Sha256,
    pub(super) before: Option<PublishedFile>,
}

impl Sample {
    /// The most bytes that an answer worth knowing has.
    pub(super) fn most(&self) -> u64 {
        self.before.map_or(self.size, |before| before.size.max(self.size)).min(LARGEST)
    }
}

/// What there is to look at.
pub(super) enum Chosen {
    Samples(Vec<Sample>),
    /// Only what a server runs instead of showing it, such as this one.
    Programs(RemotePath),
    Nothing,
}

/// Chooses what is looked at.
pub(super) fn choose(parcels: &[Parcel], before: &HashMap<RemotePath, PublishedFile>) -> Chosen {
    let shown = parcels.iter().map(|parcel| &parcel.upload).filter(|upload| !is_hidden(&upload.path));
    let (programs, files): (Vec<_>, Vec<_>) = shown.partition(|upload| is_program(&upload.path));
    let fit = files.into_iter().filter(|upload| (1..=LARGEST).contains(&upload.file.size));
    let (mut pages, mut others): (Vec<_>, Vec<_>) =
        fit.partition(|upload| Turn::of(&upload.path) != Turn::Asset);
    pages.sort_by_key(|upload| {
        (std::cmp::Reverse(Turn::of(&upload.path)), upload.path.depth(), upload.path.clone())
    });
    others.sort_by(|one, other| one.path.cmp(&other.path));
    let step = others.len().div_ceil(OTHERS).max(1);
    let chosen = pages.into_iter().take(PAGES).chain(others.into_iter().step_by(step));
    let samples: Vec<Sample> = chosen
        .map(|upload| Sample {
            path: upload.path.clone(),
            size: upload.file.size,
            sha256: upload.file.sha256,
            before: before.get(&upload.path).copied(),
        })
        .collect();
    match (samples.is_empty(), programs.first()) {
        (false, _) => Chosen::Samples(samples),
        (true, Some(program)) => Chosen::Programs(program.path.clone()),
        (true, None) => Chosen::Nothing,
    }
}

/// What web servers do not show.
fn is_hidden(path: &RemotePath) -> bool {
    path.as_str().split('/').any(|name| name.starts_with('.') && name != ".well-known")
}

/// What a server runs, and shows the result of. It is not asked for: what it does is not known.
fn is_program(path: &RemotePath) -> bool {
    let name = path.name().to_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(
        extension,
        "php" | "phtml" | "asp" | "aspx" | "jsp" | "cgi" | "cfm" | "pl" | "py" | "rb" | "shtml"
    )
}

/// Where visitors find a file.
pub(super) fn address(home: &Url, path: &RemotePath) -> Url {
    let mut url = home.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path.as_str().split('/'));
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hold_what_names_hold() {
        let of = |home: &str, path: &str| {
            address(&Url::parse(home).unwrap(), &RemotePath::new(path).unwrap()).to_string()
        };
        assert_eq!(of("https://example.com/", "index.html"), "https://example.com/index.html");
        assert_eq!(
            of("https://example.com/shop/", "a b/ü?#%.html"),
            "https://example.com/shop/a%20b/%C3%BC%3F%23%25.html"
        );
    }

    #[test]
    fn knows_what_is_not_shown_as_it_is() {
        let path = |text: &str| RemotePath::new(text).unwrap();
        assert!(is_hidden(&path(".htaccess")) && is_hidden(&path("a/.b/c")));
        assert!(!is_hidden(&path(".well-known/x")) && !is_hidden(&path("a.html")));
        assert!(
            is_program(&path("a/Index.PHP")) && !is_program(&path("php.html")) && !is_program(&path("php"))
        );
    }
}
