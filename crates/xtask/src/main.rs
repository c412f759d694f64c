//! `cargo xtask`: every step of working on Slipway, the same on each computer and in CI.
//! It knows Slipway only as a command to build and start, never as a library.

mod bundle;
mod check;
mod compare;
mod daemons;
mod layers;
mod licences;
mod platforms;
mod run;
mod setup;
mod start;
mod test;
mod texts;
mod ui;
mod workspace;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  setup                  install what building and testing need; quick when all is there
  start [--once]         open the window, with data in target/start; without a display publish the sample
                         site to the practice server with the command, and show it until Ctrl-C
                         --once does the latter anywhere, and stops after comparing what came back
  test [--long] [ARGS…]  build everything, then run the tests; ARGS go to `cargo test`
                         --long runs the slow tests too
  check [--platforms]    format, layers, front end, lints, documentation, bindings, licences
                         --platforms instead type-checks what ships for Windows and macOS, on Linux
  licences               write target/licences.txt: the licences of all that ships in the app
  bundle [KIND…]         build the packages to install, all of this system's kinds unless some are named
  bundle --try           build the deb, install it in a new system below target/, and start the app there
  help                   this text
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match args.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", &[][..]),
    };
    let done = match (command, rest) {
        ("setup", []) => setup::run(),
        ("start", []) => start::run(),
        ("start", [once]) if once == "--once" => start::once(),
        ("test", rest) => test::run(rest),
        ("check", []) => check::run(),
        ("check", [platforms]) if platforms == "--platforms" => platforms::run(),
        ("licences", []) => licences::run(),
        ("bundle", [trial]) if trial == "--try" => bundle::try_out(),
        ("bundle", kinds) if kinds.iter().all(|kind| !kind.starts_with('-')) => bundle::run(kinds),
        ("help" | "--help" | "-h", _) => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(format!("`cargo xtask {}` is not a command.\n\n{HELP}", args.join(" "))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\nxtask: {}", message.trim_end());
            ExitCode::FAILURE
        }
    }
}
