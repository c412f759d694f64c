//! FileZilla's `sitemanager.xml`. What its fields mean is in FileZilla's source: `ServerProtocol` and `LogonType` in
//! `server.h`, and `GetServer` in `xmlfunctions.cpp`.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use roxmltree::Node;
use slipway_core::Protocol;

use super::draft::{Draft, Found, Password, ProtocolNote};
use super::source::Source;
use super::xml::{child, child_text, parse};
use super::{ImportError, ImportKind, Skipped, safe_path};

pub(super) fn find(source: &Source) -> Result<Found, ImportError> {
    let document = parse(source)?;
    let mut found = Found::new(ImportKind::FileZilla);
    // Servers stand elsewhere too: in the queue, and as the last ones used.
    if let Some(servers) = child(document.root_element(), "Servers") {
        let servers = servers.descendants().filter(|node| node.has_tag_name("Server"));
        servers.for_each(|server| found.add(draft(server)));
    }
    Ok(found)
}

fn draft(server: Node<'_, '_>) -> Result<Draft, Skipped> {
    let text = |name| child_text(server, name).map(|text: &str| text.trim().to_owned());
    let mut draft = Draft {
        // Older versions had no element for the name, but text right in the server's.
        name: text("Name").unwrap_or_else(|| own_text(server)),
        group: server.parent().filter(|node| node.has_tag_name("Folder")).map(own_text),
        host: text("Host").unwrap_or_default(),
        port: text("Port"),
        user: text("User").unwrap_or_default(),
        folder: child_text(server, "LocalDir").map(Into::into),
        connections: text("MaximumMultipleConnections"),
        ..Draft::default()
    };
    (draft.protocol, draft.protocol_note) = match text("Protocol").as_deref().unwrap_or("0") {
        "0" => (Protocol::Ftps, Some(ProtocolNote::NowAlways)),
        "3" => (Protocol::FtpsImplicit, None),
        "4" => (Protocol::Ftps, None),
        "6" => (Protocol::Ftp, Some(ProtocolNote::StillNone)),
        other => return Err(draft.skipped(&unspoken(other))),
    };
    match safe_path::read(child_text(server, "RemoteDir").unwrap_or_default().trim_start()) {
        Some(folder) => draft.remote_dir = Some(folder),
        None => {
            return Err(draft.skipped("its folder on the server is written in a way that Slipway can't read"));
        }
    }
    draft.password = match text("Logontype").as_deref() {
        Some("0") => {
            draft.user = "anonymous".into();
            Password::Absent
        }
        Some("2" | "3") if child(server, "Pass").is_none() => {
            Password::Elsewhere("FileZilla asks for its password each time".into())
        }
        Some("5" | "6") => Password::Elsewhere("it logs in without a password, which Slipway can't".into()),
        _ => password(server),
    };
    if text("Logontype").as_deref() == Some("4") {
        draft
            .notes
            .push("it logs in with an account besides the user name, which Slipway does not send".into());
    }
    if text("PasvMode").as_deref() == Some("MODE_ACTIVE") {
        draft.notes.push("it used active mode; Slipway always uses passive mode".into());
    }
    if text("EncodingType").as_deref() == Some("Custom") {
        draft.notes.push("it wrote names in an encoding of its own; Slipway writes them in UTF-8".into());
    }
    Ok(draft)
}

fn password(server: Node<'_, '_>) -> Password {
    let Some(pass) = child(server, "Pass") else { return Password::Absent };
    let text = pass.text().unwrap_or_default();
    match pass.attribute("encoding") {
        // Files of older versions hold it as it is.
        None if text.is_empty() => Password::Absent,
        None => Password::Known(text.into()),
        Some("base64") => {
            let decoded =
                BASE64_STANDARD.decode(text.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            match decoded {
                Some(text) if text.is_empty() => Password::Absent,
                Some(text) => Password::Known(text.into()),
                None => Password::Elsewhere("its password is damaged in the file".into()),
            }
        }
        Some("crypt") => Password::Elsewhere("FileZilla keeps its password behind a master password".into()),
        Some(_) => Password::Elsewhere("its password is kept in a way that Slipway can't read".into()),
    }
}

/// The text that stands right in an element, among others.
fn own_text(node: Node<'_, '_>) -> String {
    let texts = node.children().filter(Node::is_text).filter_map(|node| node.text());
    texts.collect::<String>().trim().to_owned()
}

fn unspoken(protocol: &str) -> String {
    let name = match protocol {
        "1" => "SFTP",
        "2" | "5" => "HTTP",
        "7" => "Amazon S3",
        "8" | "21" => "Storj",
        "9" | "19" => "WebDAV",
        "10" | "11" => "Microsoft Azure",
        "12" => "OpenStack Swift",
        "13" | "14" => "Google's storage",
        "15" => "Dropbox",
        "16" => "OneDrive",
        "17" => "Backblaze B2",
        "18" => "Box",
        "20" => "Rackspace",
        _ => return format!("Slipway does not know FileZilla's protocol {}", protocol.escape_debug()),
    };
    format!("it uses {name}, which Slipway does not speak")
}
