//! What visitors were found to see, in words: what it is, and what can be done.

use slipway_core::{Proof, ProofFinding, Unreached};

use crate::output::inline;

/// What was found, in a line.
pub(super) fn found(proof: &Proof) -> String {
    let seen = proof.path.as_deref().map(|path| format!(" (seen at {})", inline(path))).unwrap_or_default();
    match proof.finding {
        ProofFinding::Live => "Checked: visitors see the new pages.".to_owned(),
        ProofFinding::Cached => format!("Some visitors may see the old pages for a while{seen}."),
        ProofFinding::OtherFolder => format!("Your web address shows a different folder{seen}."),
        ProofFinding::Program => {
            format!("These pages are made or changed by a program, so they could not be compared{seen}.")
        }
        ProofFinding::Unreachable => {
            let why = proof.reason.map(|reason| format!(": {}", why(reason))).unwrap_or_default();
            format!("Your website could not be opened from here{why}.")
        }
    }
}

/// What can be done about it.
pub(super) fn advice(proof: &Proof) -> Option<&'static str> {
    match (proof.finding, proof.reason) {
        (ProofFinding::Live | ProofFinding::Program, _) => None,
        (ProofFinding::Cached, _) => Some(
            "A store on the way, or your browser, still hands out an older copy. It goes by itself; your hosting \
             company may have a button to empty it.",
        ),
        (ProofFinding::OtherFolder, _) => Some(
            "The files are on the server, but not where visitors look. Compare the folder on the server and the web \
             address with what your hosting company says: slipway site edit --help.",
        ),
        (ProofFinding::Unreachable, Some(Unreached::Locked)) => {
            Some("If visitors need a password there, all is well. Slipway cannot look behind it.")
        }
        (ProofFinding::Unreachable, Some(Unreached::Certificate)) => {
            Some("Browsers will warn visitors. Ask your hosting company to set up the certificate.")
        }
        (ProofFinding::Unreachable, Some(Unreached::HostNotFound | Unreached::Redirected)) => {
            Some("Is the web address right? Change it with: slipway site edit NAME --web-url URL")
        }
        (ProofFinding::Unreachable, _) => {
            Some("The publish itself went well. Open your web address in a browser to see for yourself.")
        }
    }
}

fn why(reason: Unreached) -> &'static str {
    match reason {
        Unreached::HostNotFound => "no server has this web address",
        Unreached::Refused => "no web server answers there",
        Unreached::TimedOut => "the web server took too long",
        Unreached::Certificate => "its certificate is not accepted",
        Unreached::Locked => "it is locked for visitors",
        Unreached::Redirected => "it sends visitors to another website",
        Unreached::Failed => "the web server answered with an error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_was_found_and_what_can_be_done() {
        let proof = |finding, path: Option<&str>, reason| {
            let path = path.map(str::to_owned);
            Proof { finding, compared: 2, same: 0, path, reason }
        };
        let live = proof(ProofFinding::Live, None, None);
        assert_eq!((found(&live), advice(&live)), ("Checked: visitors see the new pages.".to_owned(), None));
        let other = proof(ProofFinding::OtherFolder, Some("a\u{1b}[2J.html"), None);
        assert!(!found(&other).contains('\u{1b}') && advice(&other).is_some());
        let closed = proof(ProofFinding::Unreachable, None, Some(Unreached::Locked));
        assert_eq!(found(&closed), "Your website could not be opened from here: it is locked for visitors.");
    }
}
