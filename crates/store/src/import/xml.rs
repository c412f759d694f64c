//! XML as all the programs write it: no entities of its own, and errors that quote nothing.

use roxmltree::{Document, Error, Node, ParsingOptions};

use super::ImportError;
use super::source::{Source, place};

/// A site manager of 16 MB has fewer elements and texts.
const MOST_NODES: u32 = 2_000_000;

/// The tree of the file. A document type may be named, as property lists do; entities may not be declared in it.
pub(super) fn parse(source: &Source) -> Result<Document<'_>, ImportError> {
    let text = source.text()?;
    if let Some(at) = text.find("<!ENTITY") {
        return Err(source.syntax(place(text, at), "entities of its own are not read"));
    }
    let options = ParsingOptions { allow_dtd: true, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| {
        let at = match error {
            Error::UnclosedRootNode | Error::UnexpectedEndOfStream => place(text, text.len()),
            _ => (error.pos().row as usize, error.pos().col as usize),
        };
        source.syntax(at, reason(&error))
    })
}

/// Not the error's own words: they quote names, and what looks like a name may be part of a password.
fn reason(error: &Error) -> &'static str {
    match error {
        Error::UnclosedRootNode | Error::UnexpectedEndOfStream => "the file ends too soon",
        Error::UnexpectedCloseTag(..) => "this end tag is not that of the element that is open",
        Error::UnknownEntityReference(..) | Error::MalformedEntityReference(_) => {
            "this \"&\" begins no known character"
        }
        Error::NodesLimitReached => "the file holds too many elements",
        _ => "this is not well-formed XML",
    }
}

/// The element of that name right below `node`.
pub(super) fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.tag_name().name() == name)
}

/// The text of the element of that name right below `node`; `None` where there is none but white space.
pub(super) fn child_text<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    child(node, name).and_then(|child| child.text()).filter(|text| !text.trim().is_empty())
}
