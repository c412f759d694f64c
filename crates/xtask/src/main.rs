//! `cargo xtask`: every step of working on Slipway, the same on each computer and in CI.
//! It knows Slipway only as a command to build and start, never as a library.

mod check;
mod compare;
mod daemons;
mod layers;
mod platforms;
mod run;
mod setup;
mod start;
mod test;
mod workspace;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  setup                  install what building and testing need; quick when all is there
  start [--once]         publish the sample site to the practice server, and show it in a browser
                         until Ctrl-C; --once stops after comparing what came back
  test [--long] [ARGS…]  build everything, then run the tests; ARGS go to `cargo test`
                         --long runs the slow tests too
  check [--platforms]    format, layers, lints, documentation, licences
                         --platforms instead type-checks what ships for Windows and macOS, on Linux
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
        ("start", []) => start::run(start::Then::StayUp),
        ("start", [once]) if once == "--once" => start::run(start::Then::Stop),
        ("test", rest) => test::run(rest),
        ("check", []) => check::run(),
        ("check", [platforms]) if platforms == "--platforms" => platforms::run(),
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
