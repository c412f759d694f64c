//! `slipway completions`: what makes Tab complete commands and options.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::args::Cli;
use crate::output::Output;

/// Make the Tab key complete Slipway's commands in your shell.
///
/// Writes a script for your shell to standard output.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway completions bash > ~/.local/share/bash-completion/completions/slipway
  slipway completions fish > ~/.config/fish/completions/slipway.fish
  slipway completions zsh > ~/.zfunc/_slipway")]
pub(crate) struct Completions {
    /// Your shell.
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self, out: &Output) {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "slipway", &mut script);
        out.write(&script);
    }
}
