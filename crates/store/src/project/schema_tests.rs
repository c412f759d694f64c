//! The JSON Schema as the table of keys says it. `SLIPWAY_REWRITE_SCHEMA=1 cargo test -p slipway-store schema`
//! writes the file that is shipped.

use std::path::Path;

use serde_json::{Map, Value as Json, json};
use slipway_core::site::MOST_CONNECTIONS;
use slipway_core::{Build, Compare, Protocol, Pull, Site, SiteName, Source, StoreKind};

use super::keys::{FILE, Key, Kind, SITE, Shape};
use super::starter::schema;

fn whole() -> Json {
    let mut schema = object(FILE, true);
    schema["$schema"] = "http://json-schema.org/draft-07/schema#".into();
    schema["title"] = "Slipway's project file".into();
    schema["definitions"] = json!({ "site": object(SITE, false) });
    // Understood by editors; others pass over them.
    schema["allowComments"] = true.into();
    schema["allowTrailingCommas"] = true.into();
    schema
}

fn object(keys: &[Key], whole: bool) -> Json {
    let described = |key: &Key| {
        let mut schema = of(&key.shape);
        // In draft 7 nothing beside a "$ref" is read.
        if schema.get("$ref").is_some() {
            schema = json!({ "allOf": [schema] });
        }
        schema["description"] = key.about.into();
        (key.name.to_owned(), schema)
    };
    let properties: Map<String, Json> = keys.iter().map(described).collect();
    let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    let needed: Vec<&str> = keys.iter().filter(|key| key.needed).map(|key| key.name).collect();
    if whole && !needed.is_empty() {
        schema["required"] = needed.into();
    }
    schema
}

fn of(shape: &Shape) -> Json {
    match shape {
        Shape::Literal => json!({ "type": "string" }),
        Shape::Word(words) => json!({ "enum": words }),
        Shape::Choice(words) => {
            json!({ "anyOf": [{ "enum": words }, { "type": "string", "pattern": "\\$\\{" }] })
        }
        Shape::Text(kind) => match pattern(*kind) {
            Some(pattern) => json!({ "type": "string", "pattern": pattern }),
            None => json!({ "type": "string" }),
        },
        Shape::Number(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Shape::Size => json!({ "type": ["integer", "string"], "minimum": 1 }),
        Shape::List(shape) => json!({ "type": "array", "items": of(shape) }),
        Shape::Object(keys) => object(keys, true),
        Shape::Layered(keys) => object(keys, false),
        Shape::Site => json!({ "$ref": "#/definitions/site" }),
        Shape::Sites => json!({
            "type": "object",
            "additionalProperties": of(&Shape::Site),
            "propertyNames": { "pattern": "^(?![-\\s])[^/\\\\]+(?<!\\s)$" }
        }),
        Shape::Variables => json!({
            "type": "object",
            "additionalProperties": of(&Shape::Text(Kind::Variable)),
            "propertyNames": { "pattern": "^[^=]+$" }
        }),
    }
}

/// Never stricter than what is checked: a reference may stand for any of it.
fn pattern(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Any | Kind::Variable | Kind::RemoteDir | Kind::RemotePath => None,
        Kind::Folder | Kind::User => Some("."),
        Kind::Host => Some("^[^\\s/@\\\\]+$|\\$"),
        Kind::Password => Some("^\\$\\{[^}]+\\}$"),
        Kind::WebUrl => Some("^https?://[^\\s/]|\\$"),
        Kind::Fingerprint => Some("^([ :]*[0-9A-Fa-f]){64}[ :]*$|\\$"),
        Kind::Command => Some("\\S"),
    }
}

#[test]
fn the_shipped_schema_is_that_of_the_table() {
    if std::env::var_os("SLIPWAY_REWRITE_SCHEMA").is_some() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/slipway.schema.json");
        std::fs::write(file, format!("{:#}\n", whole())).unwrap();
        return;
    }
    let shipped: Json = serde_json::from_str(schema()).unwrap();
    assert!(
        shipped == whole(),
        "run the test again with SLIPWAY_REWRITE_SCHEMA=1, and look at the difference"
    );
}

fn names(keys: &[Key]) -> Vec<&str> {
    let mut names: Vec<&str> = keys.iter().map(|key| key.name).collect();
    names.sort_unstable();
    names
}

/// A site with all that can be set.
fn full() -> Site {
    let mut site = Site::new(SiteName::new("shop").unwrap(), "shop".into(), "host", "user");
    site.port = Some(1);
    site.web_url = Some("https://example.com".into());
    site.limit = Some(1);
    site.exclude = vec!["x".into()];
    site.keep = vec!["x".into()];
    site.trusted_certificate = Some(slipway_core::Sha256([0; 32]));
    site.credentials = Some(StoreKind::File);
    site.sources = vec![Source { folder: "a".into(), at: Some(slipway_core::RemotePath::root()) }];
    site.pull = Some(Pull { into: Some("a".into()) });
    let mut build = Build::new(vec!["make".into()]);
    build.output = Some("a".into());
    build.environment.insert("A".into(), "b".into());
    site.build = Some(build);
    site
}

#[test]
fn the_table_has_the_keys_of_a_site() {
    fn compare(path: &str, keys: &[Key], json: &Json) {
        let mut found: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
        if path.is_empty() {
            // It is the key of the site itself, and a site holds no secret.
            found.retain(|name| *name != "name");
            found.push("password");
        }
        found.sort_unstable();
        assert_eq!(names(keys), found, "{path}");
        for key in keys {
            let inner = match &key.shape {
                Shape::List(shape) => shape.keys().zip(json[key.name].get(0)),
                shape => shape.keys().zip(json.get(key.name)),
            };
            if let Some((keys, json)) = inner {
                compare(key.name, keys, json);
            }
        }
    }
    compare("", SITE, &serde_json::to_value(full()).unwrap());
}

#[test]
fn the_table_has_the_words_that_can_be_chosen() {
    let words = |name: &str| match SITE.iter().find(|key| key.name == name).map(|key| &key.shape) {
        Some(Shape::Choice(words)) => *words,
        _ => panic!("{name}"),
    };
    for word in words("protocol") {
        // One that is added does not compile here.
        match serde_json::from_value(Json::from(*word)).unwrap() {
            Protocol::Ftps | Protocol::FtpsImplicit | Protocol::Ftp => {}
        }
    }
    for word in words("compare") {
        match serde_json::from_value(Json::from(*word)).unwrap() {
            Compare::Modified | Compare::Checksum => {}
        }
    }
    assert_eq!(words("protocol").len(), 3);
    assert_eq!(words("compare").len(), 2);
    assert_eq!(words("credentials"), StoreKind::ALL.map(StoreKind::as_str));
    assert!(
        SITE.iter().any(|key| matches!(key.shape, Shape::Number(1, most) if most == MOST_CONNECTIONS as u64))
    );
}
