//! Names of other programs made into names of sites.

use slipway_core::SiteName;

use super::Imported;

/// The most characters that a site's name has.
const LONGEST: usize = 64;

/// A site's name as near to `name` as can be, that can't be mixed up with one of `others`.
pub(super) fn fit(name: &str, others: &[Imported]) -> Option<SiteName> {
    let taken = |name: &SiteName| others.iter().any(|other| clash(name, &other.site.name));
    let plain: String =
        name.chars().map(|c| if c.is_control() || matches!(c, '/' | '\\') { ' ' } else { c }).collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = plain.trim_start_matches(|c: char| c == '-' || c.is_whitespace());
    let first = SiteName::new(shortened(plain, LONGEST)).ok()?;
    if !taken(&first) {
        return Some(first);
    }
    let numbered = (2..=others.len() + 2).filter_map(|number| {
        let end = format!(" {number}");
        SiteName::new(&format!("{}{end}", shortened(plain, LONGEST - end.len()))).ok()
    });
    numbered.into_iter().find(|name| !taken(name))
}

fn shortened(name: &str, most: usize) -> &str {
    name.char_indices().nth(most).map_or(name, |(end, _)| &name[..end]).trim_end()
}

/// As [`Sites::add`](crate::Sites::add) sees it.
fn clash(a: &SiteName, b: &SiteName) -> bool {
    a.in_environment() == b.in_environment() || a.as_str().to_lowercase() == b.as_str().to_lowercase()
}

/// The name as an argument of a command that a person may copy.
pub(super) fn argument(name: &SiteName) -> String {
    let plain = name.as_str().chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if plain { name.to_string() } else { format!("{:?}", name.as_str()) }
}

#[cfg(test)]
mod tests {
    use slipway_core::Site;

    use super::*;

    fn imported(name: &str) -> Imported {
        let site = Site::new(SiteName::new(name).unwrap(), "/a".into(), "h", "u");
        Imported { site, password: None, notes: Vec::new() }
    }

    #[test]
    fn names_are_made_fit() {
        for (name, fitted) in [
            ("shop", Some("shop")),
            (" - a/b\\c\r\nd ", Some("a b c d")),
            ("магазин", Some("магазин")),
            ("--", None),
            ("", None),
        ] {
            assert_eq!(fit(name, &[]).as_ref().map(SiteName::as_str), fitted, "{name:?}");
        }
        assert_eq!(fit(&"é".repeat(70), &[]).unwrap().as_str(), "é".repeat(64));
    }

    #[test]
    fn names_that_could_be_mixed_up_are_numbered() {
        let long = "x".repeat(64);
        let others = ["shop", "Shop 2", "магазин", &long].map(imported);
        for (name, fitted) in [("SHOP", "SHOP 3"), ("sh-op", "sh-op"), ("корзина", "корзина 2")]
        {
            assert_eq!(fit(name, &others).unwrap().as_str(), fitted);
        }
        assert_eq!(fit(&long, &others).unwrap().as_str(), format!("{} 2", "x".repeat(62)));
    }

    #[test]
    fn names_in_commands_are_quoted() {
        assert_eq!(argument(&SiteName::new("my-shop").unwrap()), "my-shop");
        assert_eq!(argument(&SiteName::new("my shop").unwrap()), "\"my shop\"");
    }
}
