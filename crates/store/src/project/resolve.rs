//! From a site's values over the defaults to a [`Site`]: references are looked up, relative folders made whole.

use std::path::{Path, absolute};

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value as Json};
use slipway_core::{Site, SiteError, SiteName, StoreKind};

use super::check::{below, check_value};
use super::keys::{Kind, SITE, Shape, size};
use super::problem::{ProblemKind, Report};
use super::reference::{Located, References, Spot, Template};
use super::tree::{Node, Value};

/// Looks up what one site refers to, and reports what can't be found or used.
pub(super) struct Resolver<'a, 'f> {
    pub(super) refs: &'a dyn References,
    pub(super) report: Report<'f>,
}

impl Resolver<'_, '_> {
    /// The site, without its password and with its build's environment as it is written. Where something is wrong
    /// it is reported.
    pub(super) fn site(
        &mut self,
        name: &SiteName,
        node: &Node,
        folder: &Path,
        workspaces: Option<&Node>,
    ) -> Option<Site> {
        let mut json = Map::new();
        for key in SITE.iter().filter(|key| key.name != "password") {
            if let Some(node) = node.get(key.name) {
                json.insert(key.name.into(), self.value(key.name, node, &key.shape));
            }
        }
        let place = match (json.remove("folder"), workspaces) {
            (Some(own), _) => own.as_str().map(|own| folder.join(own)),
            (None, Some(workspaces)) => {
                let workspaces = self.text("paths.workspaces", workspaces, &Shape::Text(Kind::Folder));
                workspaces.map(|workspaces| folder.join(workspaces).join(name.as_str()))
            }
            (None, None) => None,
        };
        if !self.report.is_empty() {
            return None;
        }
        json.insert("name".into(), name.as_str().into());
        // A path may be what JSON can't hold.
        json.insert("folder".into(), "".into());
        json.entry("user").or_insert_with(|| "".into());
        let site = serde_json::from_value::<Site>(Json::Object(json));
        match site {
            Ok(mut site) => {
                let place = place?;
                site.folder = absolute(&place).unwrap_or(place);
                self.validate(&site, node).then_some(site)
            }
            Err(error) => {
                self.report.invalid(node.place, name.as_str(), error);
                None
            }
        }
    }

    /// What the single settings don't show.
    fn validate(&mut self, site: &Site, node: &Node) -> bool {
        // The store of credentials may hold the user name.
        let user = if site.user.is_empty() { "user".to_owned() } else { site.user.clone() };
        let Err(error) = (Site { user, ..site.clone() }).validate() else { return true };
        let keys: &[&str] = match error {
            SiteError::OutputAndSources => &["sources"],
            SiteError::BuildCommand => &["build", "commands"],
            _ => &[],
        };
        let found = keys.iter().try_fold(node, |node, key| node.get(key)).unwrap_or(node);
        let key = if keys.is_empty() { site.name.to_string() } else { keys.join(".") };
        self.report.invalid(found.place, &key, error);
        false
    }

    /// The password and where it was found, where the site says where it is.
    pub(super) fn password(&mut self, node: &Node) -> Option<(SecretString, StoreKind)> {
        let node = node.get("password")?;
        let (password, from) = self.expand(node)?;
        if password.expose_secret().contains(['\r', '\n', '\0']) {
            self.report.invalid(node.place, "password", "what it refers to holds a line break or a NUL");
            return None;
        }
        // It is one reference, and nothing else.
        Some((password, *from.first()?))
    }

    /// The store that the site names for its credentials.
    pub(super) fn credentials(&mut self, node: &Node) -> Option<StoreKind> {
        let (name, _) = self.expand(node.get("credentials")?)?;
        StoreKind::parse(name.expose_secret())
    }

    /// Looks up what the build's environment refers to, only to report what is not there.
    pub(super) fn environment(&mut self, node: &Node) {
        let environment = node.get("build").and_then(|build| build.get("environment"));
        for entry in environment.map(Node::entries).unwrap_or_default() {
            self.expand(&entry.node);
        }
    }

    /// A value as `Site` reads it; null where something is wrong.
    fn value(&mut self, path: &str, node: &Node, shape: &Shape) -> Json {
        match &node.value {
            Value::Number(number) => number.parse::<u64>().map_or(Json::Null, Json::from),
            Value::List(items) => {
                let Shape::List(shape) = shape else { return Json::Null };
                let values = items.iter().enumerate();
                values.map(|(i, item)| self.value(&format!("{path}[{i}]"), item, shape)).collect()
            }
            Value::Object(entries) => {
                let shape_of = |name: &str| match shape.keys() {
                    Some(keys) => keys.iter().find(|key| key.name == name).map(|key| &key.shape),
                    None => Some(&Shape::Text(Kind::Variable)),
                };
                let mut object = Map::new();
                for entry in entries {
                    if let Some(shape) = shape_of(&entry.key) {
                        let value = self.value(&below(path, &entry.key), &entry.node, shape);
                        object.insert(entry.key.clone(), value);
                    }
                }
                Json::Object(object)
            }
            Value::Text(text) if matches!(shape, Shape::Text(Kind::Variable)) => text.text.clone().into(),
            Value::Text(_) => match (self.text(path, node, shape), shape) {
                (Some(text), Shape::Size) => size(&text).map_or(Json::Null, Json::from),
                (text, _) => text.map_or(Json::Null, Json::from),
            },
            Value::Null | Value::Flag => Json::Null,
        }
    }

    /// A text with its references looked up, if that is what belongs there.
    fn text(&mut self, path: &str, node: &Node, shape: &Shape) -> Option<String> {
        let text = self.expand(node)?.0.expose_secret().to_owned();
        let Err(what) = check_value(path, &text, shape) else { return Some(text) };
        match references(node).into_iter().find(|spot| spot.is_credential()) {
            // The text would be in the message.
            Some(spot) => {
                let why = format_args!("what {} stands for can't be used here", spot.written);
                self.report.invalid(node.place, path, why);
            }
            None => self.report.add(node.place, what),
        }
        None
    }

    fn expand(&mut self, node: &Node) -> Option<(SecretString, Vec<StoreKind>)> {
        let Value::Text(text) = &node.value else { return None };
        let expanded = match Template::parse(&text.text) {
            Ok(template) => template.expand(self.refs),
            Err(error) => Err(vec![error]),
        };
        let tell = |errors: Vec<Located>| {
            for (at, error) in errors {
                self.report.add(node.place_in(text, at), ProblemKind::Reference(error));
            }
        };
        expanded.map_err(tell).ok()
    }
}

/// The references in a node's text.
pub(super) fn references(node: &Node) -> Vec<Spot> {
    let Value::Text(text) = &node.value else { return Vec::new() };
    Template::parse(&text.text).map(Template::into_references).unwrap_or_default()
}
