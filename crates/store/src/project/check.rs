//! Checks the file against the table of keys, without looking anything up.

use slipway_core::{SiteError, SiteName};

use super::keys::{FILE, Key, Kind, SITE, Shape, VERSION, size};
use super::problem::{ProblemKind, Report, nearest};
use super::reference::Template;
use super::tree::{Entry, Node, Text, Value};

/// Whether the file is of a version that this Slipway knows; if not, that is reported, and what else one would say
/// of the file may well be wrong.
pub(super) fn check_version(file: &Node, report: &mut Report<'_>) -> bool {
    let Some(node) = file.get("version") else { return true };
    let Value::Number(version) = &node.value else { return true };
    match version.parse::<u64>() {
        Ok(found) if found > VERSION => {
            report.add(node.place, ProblemKind::Newer { found, known: VERSION });
            false
        }
        _ => true,
    }
}

/// Reports all that is wrong with the file by itself, but for what a site lacks.
pub(super) fn check_file(file: &Node, report: &mut Report<'_>) {
    check("", file, &Shape::Object(FILE), report);
}

/// Reports what is needed and neither in the site nor in the defaults.
pub(super) fn check_site(name: &SiteName, node: &Node, workspaces: bool, report: &mut Report<'_>) {
    // The folders "." and ".." are never a site's own.
    let named = workspaces && !matches!(name.as_str(), "." | "..");
    check_needed("", node, SITE, &|key| key.needed || key.name == "folder" && !named, report);
}

fn check_needed(
    path: &str,
    node: &Node,
    keys: &'static [Key],
    needed: &dyn Fn(&Key) -> bool,
    report: &mut Report<'_>,
) {
    // Another type was reported.
    if !matches!(node.value, Value::Object(_)) {
        return;
    }
    for key in keys {
        let path = below(path, key.name);
        match (node.get(key.name), &key.shape) {
            (Some(node), Shape::Layered(keys)) => check_needed(&path, node, keys, &|key| key.needed, report),
            (None, _) if needed(key) => {
                report.add(node.place, ProblemKind::Missing { key: path, about: key.about });
            }
            _ => {}
        }
    }
}

fn check(path: &str, node: &Node, shape: &Shape, report: &mut Report<'_>) {
    match (shape, &node.value) {
        (Shape::Object(keys), Value::Object(entries)) => {
            check_entries(path, entries, keys, report);
            for key in keys.iter().filter(|key| key.needed && node.get(key.name).is_none()) {
                let (key, about) = (below(path, key.name), key.about);
                report.add(node.place, ProblemKind::Missing { key, about });
            }
        }
        (Shape::Layered(keys), Value::Object(entries)) => check_entries(path, entries, keys, report),
        (Shape::Site, Value::Object(entries)) => check_entries("", entries, SITE, report),
        (Shape::Sites, Value::Object(entries)) => check_sites(path, entries, report),
        (Shape::Variables, Value::Object(entries)) => {
            for entry in entries {
                if entry.key.is_empty() || entry.key.contains(['=', '\0']) {
                    let error = SiteError::Variable(entry.key.escape_debug().to_string());
                    report.invalid(entry.place, path, error);
                }
                check(&below(path, &entry.key), &entry.node, &Shape::Text(Kind::Variable), report);
            }
        }
        (Shape::List(shape), Value::List(items)) => {
            items
                .iter()
                .enumerate()
                .for_each(|(i, item)| check(&format!("{path}[{i}]"), item, shape, report));
        }
        (Shape::Number(least, most), Value::Number(number)) => {
            check_number(path, node, number, (*least, *most), report);
        }
        (Shape::Size, Value::Number(number)) => check_number(path, node, number, (1, u64::MAX), report),
        (Shape::Literal, Value::Text(_)) => {}
        (Shape::Word(words), Value::Text(text)) => {
            if let Err(what) = choose(path, &text.text, words) {
                report.add(node.place, what);
            }
        }
        (Shape::Choice(_) | Shape::Text(_) | Shape::Size, Value::Text(text)) => {
            check_text(path, node, text, shape, report);
        }
        _ => {
            let (expected, found) = (shape.expected(), node.value.kind());
            let key = if path.is_empty() { "the file" } else { path }.to_owned();
            report.add(node.place, ProblemKind::WrongType { key, expected, found });
        }
    }
}

fn check_entries(path: &str, entries: &[Entry], keys: &'static [Key], report: &mut Report<'_>) {
    for entry in entries {
        match keys.iter().find(|key| key.name == entry.key) {
            Some(key) => check(&below(path, key.name), &entry.node, &key.shape, report),
            None => {
                let nearest = nearest(&entry.key, keys.iter().map(|key| key.name));
                report.add(entry.place, ProblemKind::UnknownKey { key: entry.key.clone(), nearest });
            }
        }
    }
}

fn check_sites(path: &str, entries: &[Entry], report: &mut Report<'_>) {
    let mut seen: Vec<SiteName> = Vec::new();
    for entry in entries {
        match SiteName::new(&entry.key) {
            Ok(name) => {
                // The same name twice is a key twice, which was reported.
                if let Some(other) = seen.iter().find(|other| **other != name && alike(other, &name)) {
                    let (name, other) = (name.clone(), other.clone());
                    report.add(entry.place, ProblemKind::SiteNames { name, other });
                }
                seen.push(name);
            }
            Err(error) => report.add(entry.place, ProblemKind::SiteName(error)),
        }
        check(&below(path, &entry.key), &entry.node, &Shape::Site, report);
    }
}

fn alike(a: &SiteName, b: &SiteName) -> bool {
    a.as_str().to_lowercase() == b.as_str().to_lowercase()
}

fn check_number(path: &str, node: &Node, number: &str, (least, most): (u64, u64), report: &mut Report<'_>) {
    match number.parse::<u64>() {
        Ok(value) if (least..=most).contains(&value) => {}
        _ if most == u64::MAX => {
            report.invalid(node.place, path, format_args!("a whole number from {least}"))
        }
        _ => report.invalid(node.place, path, format_args!("a whole number from {least} to {most}")),
    }
}

fn check_text(path: &str, node: &Node, text: &Text, shape: &Shape, report: &mut Report<'_>) {
    let template = Template::parse(&text.text);
    if matches!(shape, Shape::Text(Kind::Password)) {
        let sole = template.as_ref().ok().and_then(Template::sole_reference);
        if !sole.is_some_and(|spot| spot.is_password() || !spot.is_credential()) {
            report.add(node.place, ProblemKind::LiteralPassword);
        }
        return;
    }
    let template = match template {
        Ok(template) => template,
        Err((at, error)) => return report.add(node.place_in(text, at), ProblemKind::Reference(error)),
    };
    if !matches!(shape, Shape::Text(Kind::Variable)) {
        for spot in template.references().filter(|spot| spot.is_password()) {
            let (key, reference) = (path.to_owned(), spot.written.clone());
            report.add(node.place_in(text, spot.at), ProblemKind::SecretNotAllowed { key, reference });
        }
    }
    if let Some(Err(what)) = template.literal().map(|text| check_value(path, text, shape)) {
        report.add(node.place, what);
    }
}

/// Whether a text, with its references looked up, is what belongs there.
pub(super) fn check_value(path: &str, text: &str, shape: &Shape) -> Result<(), ProblemKind> {
    let result = match shape {
        Shape::Choice(words) => return choose(path, text, words),
        Shape::Text(kind) => kind.check(text),
        Shape::Size => size(text).map(drop),
        _ => Ok(()),
    };
    result.map_err(|why| ProblemKind::Invalid { key: path.to_owned(), why })
}

fn choose(path: &str, word: &str, words: &'static [&'static str]) -> Result<(), ProblemKind> {
    if words.contains(&word) {
        return Ok(());
    }
    let nearest = nearest(word, words.iter().copied());
    Err(ProblemKind::UnknownChoice { key: path.to_owned(), found: word.to_owned(), choices: words, nearest })
}

/// The name of a key of the object of that name.
pub(super) fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
