//! The rules of who may depend on whom. Pure: it judges what cargo said, and asks nothing itself.

use crate::workspace::Member;

/// Each crate that is not for tests alone, and the crates of the workspace it may be built with.
const ALLOWED: &[(&str, &[&str])] = &[
    ("slipway-core", &[]),
    ("slipway-remote", &["slipway-core"]),
    ("slipway-store", &["slipway-core"]),
    ("slipway-engine", &["slipway-core", "slipway-remote", "slipway-store"]),
    ("slipway-api", &["slipway-core", "slipway-remote", "slipway-store", "slipway-engine"]),
    ("slipway-practice", &[]),
    ("slipway-cli", &["slipway-core", "slipway-api", "slipway-practice"]),
    ("slipway-app", &["slipway-core", "slipway-api", "slipway-practice"]),
    ("slipway-testkit", &[]),
    ("xtask", &[]),
];

/// What the domain must not reach, however deep: runtimes, files, sockets, and the doors to the system.
const IMPURE: &[&str] = &[
    "async-io",
    "dirs",
    "fs4",
    "ignore",
    "libc",
    "mio",
    "notify",
    "rusqlite",
    "rustix",
    "smol",
    "socket2",
    "suppaftp",
    "tempfile",
    "tokio",
    "walkdir",
    "windows-sys",
];

/// A sentence for each dependency between `members` that points the wrong way.
pub(crate) fn wrong_directions(members: &[&Member]) -> Vec<String> {
    let mut wrong = Vec::new();
    for member in members {
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == member.name) else {
            wrong.push(format!(
                "{} has no place among the layers yet: give it one in layers.rs.",
                member.name
            ));
            continue;
        };
        for dependency in &member.dependencies {
            let ours = ALLOWED.iter().any(|(name, _)| name == dependency);
            if ours && !allowed.contains(&dependency.as_str()) {
                wrong.push(format!("{} must not depend on {dependency}.", member.name));
            }
        }
    }
    wrong
}

/// The packages in the output of `cargo tree --prefix none` that would give the domain I/O.
pub(crate) fn impure(tree: &str) -> Vec<&str> {
    packages(tree, |name| IMPURE.contains(&name))
}

/// The packages in the output of `cargo tree --prefix none` that belong to the window.
pub(crate) fn of_the_window(tree: &str) -> Vec<&str> {
    packages(tree, |name| name == "tauri" || name.starts_with("tauri-"))
}

fn packages(tree: &str, wanted: impl Fn(&str) -> bool) -> Vec<&str> {
    let mut found: Vec<&str> =
        tree.lines().filter_map(|line| line.split_whitespace().next()).filter(|name| wanted(name)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, dependencies: &[&str]) -> Member {
        Member {
            name: name.into(),
            folder: Default::default(),
            dependencies: dependencies.iter().map(|name| (*name).into()).collect(),
        }
    }

    #[test]
    fn only_dependencies_against_the_direction_are_named() {
        let engine = member("slipway-engine", &["slipway-core", "slipway-store", "tokio"]);
        let store = member("slipway-store", &["slipway-core", "slipway-engine", "rusqlite"]);
        assert_eq!(
            wrong_directions(&[&engine, &store]),
            ["slipway-store must not depend on slipway-engine."]
        );
    }

    #[test]
    fn the_window_reaches_the_engine_through_the_api_alone() {
        let app = member("slipway-app", &["slipway-api", "slipway-engine", "tauri"]);
        let command = member("slipway-cli", &["slipway-app"]);
        assert_eq!(
            wrong_directions(&[&app, &command]),
            ["slipway-app must not depend on slipway-engine.", "slipway-cli must not depend on slipway-app."]
        );
    }

    #[test]
    fn a_new_crate_must_be_given_a_place() {
        let wrong = wrong_directions(&[&member("slipway-extra", &[])]);
        assert_eq!(wrong, ["slipway-extra has no place among the layers yet: give it one in layers.rs."]);
    }

    #[test]
    fn the_domain_reaches_no_runtime() {
        let tree =
            "slipway-core v0.1.0 (/w/crates/core)\nserde v1.0.0 (*)\ntokio v1.54.0\ntokio v1.54.0 (*)\n";
        assert_eq!(impure(tree), ["tokio"]);
        assert!(impure("slipway-core v0.1.0\ntokio-like v1.0.0\n").is_empty());
    }

    #[test]
    fn the_window_is_known_by_its_crates() {
        assert_eq!(
            of_the_window("tauri-utils v2.0.0\nserde v1.0.0\ntauri v2.12.0\n"),
            ["tauri", "tauri-utils"]
        );
        assert!(of_the_window("tauriel v1.0.0\n").is_empty());
    }
}
