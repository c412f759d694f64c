//! Starting other programs: shown before they run, their failure told in a sentence.

use std::env;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

/// Shows `command`, runs it with this terminal, and fails unless it succeeds.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    show(command);
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status}).", line(command))) }
}

/// Runs `command` without showing it and returns what it printed; for questions that change nothing.
pub(crate) fn ask(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| cannot_start(command, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{}` failed ({}): {}", line(command), output.status, words.trim()))
}

/// Prints the command line, as one could type it.
pub(crate) fn show(command: &Command) {
    eprintln!("$ {}", line(command));
}

/// The sentence for a program that could not be started at all.
pub(crate) fn cannot_start(command: &Command, error: &std::io::Error) -> String {
    format!("`{}` could not be started: {error}.", line(command))
}

/// The cargo that runs this xtask.
///
/// What `cargo run` told xtask about itself is taken out of the environment: ring's build script watches
/// `CARGO_PKG_*` and would rebuild, with all that stands on it, whenever cargo is started in the other way.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Whether `program` can be started by its name alone.
pub(crate) fn on_path(program: &str) -> bool {
    let file = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(&file).is_file()))
}

/// The environment is left out on purpose: it carries the practice password.
fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or(command.get_program());
    std::iter::once(program).chain(command.get_args()).map(quoted).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_alphanumeric() || "-_=./:,+@%\\".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.into_owned() } else { format!("'{word}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command_and_its_end() {
        let mut command = cargo();
        command.args(["no-such-command", "two words"]).stderr(std::process::Stdio::null());
        let error = run(&mut command).unwrap_err();
        assert!(error.starts_with("`cargo no-such-command 'two words'` failed ("), "{error}");
    }

    #[test]
    fn a_program_that_is_not_there_is_told_from_one_that_failed() {
        assert!(!on_path("slipway-no-such-program"));
        let error = ask(&mut Command::new("slipway-no-such-program")).unwrap_err();
        assert!(error.contains("could not be started"), "{error}");
    }

    #[test]
    fn the_environment_is_never_shown() {
        let mut command = Command::new("slipway");
        command.arg("publish").env("SLIPWAY_PRACTICE_FTP_PASSWORD", "secret");
        assert_eq!(line(&command), "slipway publish");
    }
}
