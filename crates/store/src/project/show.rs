//! A site's settings as `config show` lists them, each with its source. Credentials stay references.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value as Json};
use slipway_core::Site;

use super::check::below;
use super::keys::{Kind, SITE, Shape};
use super::resolve::references;
use super::tree::{Layer, Node, Value};

/// A setting of a site, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// The key, such as `build.commands[0]`.
    pub key: String,
    /// What it is. Where credentials come into it, the text with its references as it is written.
    pub value: Json,
    /// Where it comes from.
    pub source: Source,
    /// The line of the file, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column in that line, counted from 1 in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// The references in it, as they are written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
}

/// Where a setting comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The site's own part of the file.
    Site,
    /// `defaults`.
    Defaults,
    /// `paths.workspaces` and the site's name.
    Workspaces,
    /// Slipway itself: the file says nothing.
    BuiltIn,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Site => "site",
            Self::Defaults => "defaults",
            Self::Workspaces => "paths.workspaces",
            Self::BuiltIn => "built in",
        })
    }
}

/// The settings of `site`, which was made from `node`.
pub(super) fn show(site: &Site, node: &Node, workspaces: Option<&Node>) -> Vec<Shown> {
    let mut json = match serde_json::to_value(site) {
        Ok(Json::Object(json)) => json,
        _ => Map::new(),
    };
    // A path may be what JSON can't hold.
    json.insert("folder".into(), site.folder.to_string_lossy().into());
    json.insert("port".into(), site.port().into());
    if node.get("user").is_none() {
        json.remove("user");
    }
    let mut list = Vec::new();
    for key in SITE {
        match (node.get(key.name), json.get(key.name), key.name) {
            (None, Some(value), "folder") => {
                list.push(shown(key.name.into(), value.clone(), Source::Workspaces, workspaces));
            }
            (node, value, _) => add(key.name.into(), &key.shape, node, value, &mut list),
        }
    }
    list
}

fn add(path: String, shape: &Shape, node: Option<&Node>, value: Option<&Json>, list: &mut Vec<Shown>) {
    if let Some(keys) = shape.keys() {
        for key in keys {
            let node = node.and_then(|node| node.get(key.name));
            let value = value.and_then(|value| value.get(key.name));
            add(below(&path, key.name), &key.shape, node, value, list);
        }
        let empty = value.filter(|value| value.as_object().is_some_and(Map::is_empty));
        if let (Some(node), Some(value)) = (node, empty) {
            list.push(shown(path, value.clone(), node.layer.into(), Some(node)));
        }
        return;
    }
    let Some(node) = node else {
        return list.extend(value.map(|value| shown(path, value.clone(), Source::BuiltIn, None)));
    };
    match (&node.value, shape) {
        (Value::List(items), Shape::List(shape)) if !items.is_empty() => {
            for (i, item) in items.iter().enumerate() {
                add(format!("{path}[{i}]"), shape, Some(item), value.and_then(|value| value.get(i)), list);
            }
        }
        (Value::Object(entries), _) => {
            for entry in entries {
                let path = below(&path, &entry.key);
                add(path, &Shape::Text(Kind::Variable), Some(&entry.node), None, list);
            }
        }
        (Value::Text(text), _)
            if value.is_none() || references(node).iter().any(|spot| spot.is_credential()) =>
        {
            list.push(shown(path, text.text.clone().into(), node.layer.into(), Some(node)));
        }
        _ => {
            let value = value.cloned().unwrap_or_else(|| Json::Array(Vec::new()));
            list.push(shown(path, value, node.layer.into(), Some(node)));
        }
    }
}

fn shown(key: String, value: Json, source: Source, node: Option<&Node>) -> Shown {
    let place = node.map(|node| node.place);
    Shown {
        key,
        value,
        source,
        line: place.map(|place| place.line),
        column: place.map(|place| place.column),
        references: node.map(references).unwrap_or_default().into_iter().map(|spot| spot.written).collect(),
    }
}

impl From<Layer> for Source {
    fn from(layer: Layer) -> Self {
        match layer {
            Layer::Site => Self::Site,
            Layer::Defaults => Self::Defaults,
        }
    }
}
