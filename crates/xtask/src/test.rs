//! `cargo xtask test`: set-up if something is missing, the app and the commands built, then `cargo test`, and the tests of
//! the front end in a browser.

use crate::run::{cargo, run as start};
use crate::setup::{self, Need};
use crate::ui;
use crate::workspace::Workspace;

/// Runs the tests; `args` are `--long` and what `cargo test` understands. The front end's run when no test is chosen.
pub(crate) fn run(args: &[String]) -> Result<(), String> {
    let workspace = Workspace::find()?;
    setup::ensure(Need::Testing, &workspace.root)?;
    let built = workspace.build_all()?;
    let mut tests = cargo();
    tests.current_dir(&workspace.root).args(cargo_arguments(args));
    start(tests.env("SLIPWAY_BIN", built.slipway).env("SLIPWAY_APP_BIN", built.app))?;
    if args.iter().all(|arg| arg == "--long") {
        start(&mut ui::script(&workspace.root, "test:built"))?;
    }
    Ok(())
}

/// What cargo is given: the whole workspace unless packages are named, the slow tests only with `--long`.
fn cargo_arguments(args: &[String]) -> Vec<String> {
    let split = args.iter().position(|arg| arg == "--").unwrap_or(args.len());
    let (for_cargo, for_tests) = args.split_at(split);
    let long = for_cargo.iter().any(|arg| arg == "--long");

    let mut all = vec!["test".to_owned()];
    if !for_cargo.iter().any(|arg| names_a_package(arg)) {
        all.push("--workspace".into());
    }
    all.extend(for_cargo.iter().filter(|arg| *arg != "--long").cloned());
    if long || !for_tests.is_empty() {
        all.push("--".into());
    }
    if long {
        all.push("--include-ignored".into());
    }
    all.extend(for_tests.iter().skip(1).cloned());
    all
}

/// With `--workspace` beside it, cargo would ignore the package silently.
fn names_a_package(arg: &str) -> bool {
    arg == "--package" || arg.starts_with("--package=") || (arg.starts_with("-p") && !arg.starts_with("--"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(line: &str) -> String {
        let args: Vec<String> = line.split_whitespace().map(String::from).collect();
        cargo_arguments(&args).join(" ")
    }

    #[test]
    fn everything_by_default() {
        assert_eq!(given(""), "test --workspace");
    }

    #[test]
    fn a_named_package_is_not_drowned_in_the_workspace() {
        assert_eq!(given("-p slipway-core plan"), "test -p slipway-core plan");
        assert_eq!(given("--package=xtask"), "test --package=xtask");
    }

    #[test]
    fn long_runs_the_ignored_tests_and_keeps_what_follows() {
        assert_eq!(given("--long"), "test --workspace -- --include-ignored");
        assert_eq!(
            given("--long undo -- --nocapture"),
            "test --workspace undo -- --include-ignored --nocapture"
        );
    }

    #[test]
    fn arguments_of_the_tests_stay_theirs() {
        assert_eq!(given("-- --long -p"), "test --workspace -- --long -p");
    }
}
