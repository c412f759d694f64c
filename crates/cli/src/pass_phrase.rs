//! How a person is asked for the pass phrase of the encrypted file that passwords are kept in.

use std::io;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use slipway_api::{CancellationToken, KeyFor};
use tokio::runtime::Handle;

use crate::commands::Context;
use crate::commands::password::can_ask;
use crate::hidden;
use crate::output::Output;

/// How often two pass phrases may differ.
const TRIES: usize = 3;

/// From now on the pass phrase is asked for at the terminal. Nothing is asked where there is none.
pub(crate) fn ask_for(context: &Context) {
    let (person, screen) = (Person::at(context), context.screen.clone());
    context
        .api
        .ask_key_with(move |key| if can_ask() { screen.cleared(|| person.pass_phrase(key)) } else { None });
}

/// Who sits at the terminal.
struct Person {
    out: Arc<Output>,
    runtime: Handle,
    cancel: CancellationToken,
}

enum Chosen {
    Same(SecretString),
    Different,
}

impl Person {
    fn at(context: &Context) -> Self {
        Self { out: context.out.clone(), runtime: Handle::current(), cancel: context.cancel.clone() }
    }

    fn pass_phrase(&self, key: KeyFor) -> Option<SecretString> {
        if key == KeyFor::Open {
            return self.types(
                "Pass phrase of the file that your passwords are kept in (nothing is shown while you type): ",
            );
        }
        self.out.error(
            "Your passwords are kept in an encrypted file, which opens with a pass phrase of your choice.",
        );
        self.out.error(
            "Write it down where you keep such things: without it nobody can open the file, Slipway neither.",
        );
        for _ in 0..TRIES {
            match self.chooses()? {
                Chosen::Same(phrase) => return Some(phrase),
                Chosen::Different => self.out.error("The two are not the same."),
            }
        }
        None
    }

    fn chooses(&self) -> Option<Chosen> {
        let phrase = self.types("New pass phrase (nothing is shown while you type): ")?;
        let again = self.types("The same once more: ")?;
        let same = phrase.expose_secret() == again.expose_secret();
        Some(if same { Chosen::Same(phrase) } else { Chosen::Different })
    }

    /// Nothing typed is no pass phrase. Ctrl-C is more: it stops everything.
    fn types(&self, prompt: &str) -> Option<SecretString> {
        // The asker is called where it may block.
        match self.runtime.block_on(hidden::ask(prompt.to_owned(), &self.cancel)) {
            Ok(typed) => typed,
            Err(error) => {
                tracing::info!(%error, "no pass phrase was typed");
                if error.kind() == io::ErrorKind::Interrupted {
                    self.cancel.cancel();
                }
                None
            }
        }
    }
}
