//! A site with some of its settings changed, as JSON.

use serde_json::{Map, Value};
use slipway_core::{Failure, Site};

use super::invalid;

/// Changes these settings (JSON merge patch, RFC 7396): `null` takes one away.
///
/// # Errors
/// [`Code::ConfigurationInvalid`](slipway_core::Code::ConfigurationInvalid) for a setting that there is not, a value that
/// it can't have, a needed setting that is taken away, and another name; the site stays as it is.
pub(super) fn change(site: &mut Site, change: Map<String, Value>) -> Result<(), Failure> {
    if change.get("name").is_some_and(|name| name != site.name.as_str()) {
        return Err(invalid("a site keeps its name"));
    }
    let mut settings = serde_json::to_value(&*site).map_err(invalid)?;
    merge(&mut settings, Value::Object(change));
    *site = serde_json::from_value(settings).map_err(invalid)?;
    Ok(())
}

fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(settings) = target else { return };
    for (key, value) in patch {
        if value.is_null() {
            settings.remove(&key);
        } else {
            merge(settings.entry(key).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use slipway_core::{Code, Protocol};

    use super::*;

    fn site() -> Site {
        let site = json!({
            "name": "shop", "folder": "/shop", "host": "ftp.example.com", "user": "anna", "port": 2121,
            "limit": 5, "build": { "commands": ["make"], "output": "dist" },
        });
        serde_json::from_value(site).unwrap()
    }

    fn changed(patch: Value) -> Result<Site, Failure> {
        let Value::Object(patch) = patch else { panic!("{patch}") };
        let mut site = site();
        change(&mut site, patch).map(|()| site)
    }

    #[test]
    fn settings_are_set_and_taken_away() {
        let before = site();
        assert_eq!(changed(json!({})).unwrap(), before);
        let site = changed(json!({
            "name": "shop", "port": null, "protocol": "ftp", "exclude": ["*.psd"],
            "build": { "output": null, "commands": ["make", "more"] },
        }));
        let mut expected =
            Site { port: None, protocol: Protocol::Ftp, exclude: vec!["*.psd".into()], ..before };
        let build = expected.build.as_mut().unwrap();
        (build.output, build.commands) = (None, vec!["make".into(), "more".into()]);
        assert_eq!(site.unwrap(), expected);
        assert_eq!(changed(json!({ "build": null })).unwrap().build, None);
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_the_reason() {
        for (patch, reason) in [
            (json!({ "colour": 1 }), "colour"),
            (json!({ "build": { "command": "make" } }), "command"),
            (json!({ "connections": "many" }), "many"),
            (json!({ "port": 70_000 }), "70000"),
            (json!({ "protocol": "sftp" }), "sftp"),
            (json!({ "host": null }), "host"),
            (json!({ "remote_dir": "../up" }), ".."),
            (json!({ "name": "blog" }), "name"),
            (json!({ "name": null }), "name"),
        ] {
            let failure = changed(patch.clone()).unwrap_err();
            assert_eq!(failure.code, Code::ConfigurationInvalid, "{patch}");
            assert!(failure.detail.contains(reason), "{patch}: {failure}");
        }
    }
}
