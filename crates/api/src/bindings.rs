//! The types of the window, in TypeScript, as the types of the desk say them. `SLIPWAY_REWRITE_BINDINGS=1 cargo test -p
//! slipway-api bindings` writes the file that the window is built with.

mod typescript;

use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use slipway_core::{Check, Code, Decision};
use ts_rs::{Config, TS, TypeVisitor};

use crate::desk::{
    About, Account, AppSettings, FolderReport, HostEvent, HostingText, PasswordStore, PlanView,
    PublishRequest, RunRecord, ServerFolders, SiteView,
};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/lib/backend/types.ts");

const HEAD: &str = "/**
 * What the host and the window say to each other, as JSON. Made from the host's own types, and checked by its tests:
 * `SLIPWAY_REWRITE_BINDINGS=1 cargo test -p slipway-api bindings` writes this file. Do not change it by hand.
 */
";

struct Declared {
    config: Config,
    seen: HashSet<TypeId>,
    all: BTreeMap<String, String>,
}

impl TypeVisitor for Declared {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
        if T::output_path().is_none() {
            return;
        }
        let (name, docs) = (T::ident(&self.config), T::docs());
        let declared = T::decl(&self.config);
        let (_, of) = declared.split_once('=').unwrap();
        let declared = match name.as_str() {
            "Code" => codes(&docs.unwrap()),
            _ => typescript::declaration(&name, docs.as_deref(), of),
        };
        self.all.insert(name, declared);
    }
}

/// The codes are a list too: the window has words for each.
fn codes(docs: &str) -> String {
    let list: String = Code::ALL.iter().map(|code| format!("  '{code}',\n")).collect();
    let comment = typescript::comment(docs);
    format!(
        "{comment}export type Code = (typeof CODES)[number];\n\nexport const CODES = [\n{list}] as const;\n"
    )
}

fn bindings() -> String {
    let config = Config::new().with_large_int("number");
    let mut declared = Declared { config, seen: HashSet::new(), all: BTreeMap::new() };
    macro_rules! visit {
        ($($name:ty),*) => { $(declared.visit::<$name>();)* };
    }
    visit!(SiteView, PlanView, PublishRequest, RunRecord, HostEvent, Decision, Check);
    visit!(Account, ServerFolders, FolderReport, HostingText, AppSettings, About, PasswordStore);
    let all: Vec<String> = declared.all.into_values().collect();
    format!("{HEAD}\n{}", all.join("\n"))
}

#[test]
fn the_window_is_built_with_these_types() {
    let (file, bindings) = (Path::new(FILE), bindings());
    if std::env::var_os("SLIPWAY_REWRITE_BINDINGS").is_some() {
        std::fs::write(file, &bindings).unwrap();
    }
    let there = std::fs::read_to_string(file).unwrap().replace("\r\n", "\n");
    assert!(
        there == bindings,
        "{} is not what the types say; run SLIPWAY_REWRITE_BINDINGS=1 cargo test -p slipway-api bindings",
        file.display()
    );
}
