//! Cyberduck's bookmarks: property lists. Their keys are in Cyberduck's source, `HostDictionary.java`; `ftps` is
//! "FTP-SSL (Explicit AUTH TLS)" there. Passwords are not in them, but in the system's keychain.

use roxmltree::Node;
use slipway_core::Protocol;

use super::draft::{Draft, Found, Password, ProtocolNote};
use super::source::Source;
use super::xml::parse;
use super::{ImportError, ImportKind, Skipped};

/// Reads a bookmark, or a list of several as older versions wrote it.
pub(super) fn find(source: &Source) -> Result<Found, ImportError> {
    let document = parse(source)?;
    let dictionaries = |node: Node<'_, '_>| node.children().any(|child| child.has_tag_name("dict"));
    let top = document.root_element();
    let holder =
        if dictionaries(top) { Some(top) } else { top.children().find(|node| node.has_tag_name("array")) };
    let mut found = Found::new(ImportKind::Cyberduck);
    let bookmarks =
        holder.into_iter().flat_map(|node| node.children().filter(|node| node.has_tag_name("dict")));
    for bookmark in
        bookmarks.filter(|dict| value(*dict, "Protocol").is_some() || text(*dict, "Hostname").is_some())
    {
        found.add(draft(bookmark));
    }
    if found.drafts.is_empty() && found.skipped.is_empty() {
        return Err(ImportError::NotKnown { file: source.file.clone() });
    }
    Ok(found)
}

fn draft(bookmark: Node<'_, '_>) -> Result<Draft, Skipped> {
    let text = |key| text(bookmark, key);
    let host = text("Hostname").unwrap_or_default();
    let dictionary = |key| value(bookmark, key).and_then(|dict| self::text(dict, "Path"));
    let folder = dictionary("Upload Folder Dictionary")
        .or_else(|| text("Upload Folder"))
        .or_else(|| dictionary("Local Dictionary"))
        .or_else(|| text("Local"));
    let mut draft = Draft {
        name: text("Nickname").unwrap_or_else(|| host.clone()),
        host,
        port: text("Port"),
        user: text("Username").unwrap_or_default(),
        password: Password::Elsewhere("Cyberduck keeps its password in the system's keychain".into()),
        remote_dir: text("Path"),
        folder: folder.map(Into::into),
        web_url: text("Web URL"),
        ..Draft::default()
    };
    if draft.user == "anonymous" {
        draft.password = Password::Absent;
    }
    (draft.protocol, draft.protocol_note) = match text("Protocol").as_deref() {
        Some("ftps") => (Protocol::Ftps, None),
        Some("ftp") => (Protocol::Ftp, Some(ProtocolNote::StillNone)),
        Some(other) => {
            let why = format!("it uses {}, which Slipway does not speak", other.escape_debug());
            return Err(draft.skipped(&why));
        }
        None => return Err(draft.skipped("it names no protocol")),
    };
    if text("FTP Connect Mode").is_some_and(|mode| mode.eq_ignore_ascii_case("active")) {
        draft.notes.push("it used active mode; Slipway always uses passive mode".into());
    }
    if text("Encoding").is_some_and(|name| !name.eq_ignore_ascii_case("utf-8")) {
        draft.notes.push("it wrote names in an encoding of its own; Slipway writes them in UTF-8".into());
    }
    Ok(draft)
}

/// What follows the key in a dictionary.
fn value<'a, 'i>(dict: Node<'a, 'i>, key: &str) -> Option<Node<'a, 'i>> {
    let is_key = |node: &Node<'_, '_>| node.has_tag_name("key") && node.text().map(str::trim) == Some(key);
    dict.children().find(is_key)?.next_sibling_element()
}

/// A string or number that follows the key, if it is not empty.
fn text(dict: Node<'_, '_>, key: &str) -> Option<String> {
    let text = value(dict, key).filter(|node| !node.has_tag_name("dict"))?.text()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
