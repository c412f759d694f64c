//! WinSCP's configuration: a section `Sessions\NAME` for each site. The values are those of WinSCP's
//! `source/core/SessionData.h` (`TFSProtocol`, `TFtps`) and its page "Raw site settings"
//! (<https://winscp.net/eng/docs/rawsettings>); a setting that has its default is not in the file.

use slipway_core::Protocol;

use super::draft::{Draft, Found, Password, ProtocolNote};
use super::ini::{Section, sections};
use super::source::Source;
use super::winscp_password::{Refusal, unscrambled};
use super::{ImportError, ImportKind, Skipped};

pub(super) fn find(source: &Source) -> Result<Found, ImportError> {
    let sections =
        sections(source.text()?, "Sessions\\").map_err(|(place, reason)| source.syntax(place, reason))?;
    let mut found = Found::new(ImportKind::WinScp);
    for section in sections {
        // The first is what new sessions begin with, the second are windows that were open.
        let other = section.name == "Default Settings" || is(&section, "IsWorkspace");
        if !other {
            found.add(draft(&section));
        }
    }
    Ok(found)
}

fn draft(section: &Section<'_>) -> Result<Draft, Skipped> {
    let text = |key: &str| section.value(key);
    let (group, name) = match section.name.rsplit_once('/') {
        Some((group, name)) => (Some(group.to_owned()), name),
        None => (None, section.name.as_str()),
    };
    // WinSCP too takes the user from the host, and scrambles the password with both (`TSessionData::SetHostName`).
    let named = text("HostName").unwrap_or_default();
    let (user, host) = match named.rsplit_once('@') {
        Some((user, host)) => (user.to_owned(), host.to_owned()),
        None => (text("UserName").unwrap_or_default(), named),
    };
    let mut draft = Draft {
        name: name.to_owned(),
        group,
        password: password(section, &format!("{user}{host}")),
        host,
        port: text("PortNumber"),
        user,
        remote_dir: text("RemoteDirectory"),
        folder: text("LocalDirectory").map(Into::into),
        timeout: text("Timeout"),
        ..Draft::default()
    };
    // Without a value, SFTP (`FSProtocol = fsSFTP` among the defaults of `SessionData.cpp`).
    match text("FSProtocol").as_deref().unwrap_or("1") {
        "5" => {}
        other => return Err(draft.skipped(&unspoken(other))),
    }
    (draft.protocol, draft.protocol_note) = match text("Ftps").as_deref().unwrap_or("0") {
        "0" => (Protocol::Ftp, Some(ProtocolNote::StillNone)),
        "1" => (Protocol::FtpsImplicit, None),
        "2" | "3" => (Protocol::Ftps, None),
        _ => return Err(draft.skipped("its kind of encryption is one that Slipway does not know")),
    };
    // It is on unless the file says otherwise.
    if draft.remote_dir.is_some() && text("UpdateDirectories").is_none_or(|value| value != "0") {
        draft.notes.push(
            "WinSCP remembers the folders that it last showed: check that they are those of the site".into(),
        );
    }
    if text("FtpPasvMode").is_some_and(|value| value == "0") {
        draft.notes.push("it used active mode; Slipway always uses passive mode".into());
    }
    if text("ProxyMethod").is_some_and(|value| value != "0") || is(section, "Tunnel") {
        draft.notes.push("it went through a proxy or tunnel, which Slipway does not".into());
    }
    Ok(draft)
}

fn is(section: &Section<'_>, key: &str) -> bool {
    section.value(key).is_some_and(|value| value == "1")
}

fn password(section: &Section<'_>, key: &str) -> Password {
    if let Some(plain) = section.value("PasswordPlain") {
        return Password::Known(plain.into());
    }
    let Some(scrambled) = section.value("Password") else { return Password::Absent };
    match unscrambled(&scrambled, key) {
        Ok(password) => Password::Known(password),
        Err(Refusal::Empty) => Password::Absent,
        Err(Refusal::MasterPassword) => {
            Password::Elsewhere("WinSCP keeps its password behind a master password".into())
        }
        Err(Refusal::Damaged) => Password::Elsewhere("its password is damaged in the file".into()),
    }
}

fn unspoken(protocol: &str) -> String {
    let name = match protocol {
        "0" => "SCP",
        "1" | "2" => "SFTP",
        "6" => "WebDAV",
        "7" => "Amazon S3",
        _ => return format!("Slipway does not know WinSCP's protocol {}", protocol.escape_debug()),
    };
    format!("it uses {name}, which Slipway does not speak")
}
