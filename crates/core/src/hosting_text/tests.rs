use std::path::PathBuf;

use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::*;
use crate::site::{Site, SiteName};

/// What a text is expected to give: host, user, password, port, protocol, remote_dir, web_url; empty for nothing.
type Expected =
    (&'static str, &'static str, &'static str, Option<u16>, Option<Protocol>, &'static str, &'static str);

macro_rules! mails {
    ($($name:ident, $file:literal: $expected:expr;)*) => {$(
        #[test]
        fn $name() {
            check(include_str!(concat!("../../testdata/hosting/", $file)), $expected);
        }
    )*};
}

fn shown(found: &HostingText) -> [String; 7] {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    [
        text(&found.host),
        text(&found.user),
        found.password.as_ref().map(|password| password.expose_secret().to_owned()).unwrap_or_default(),
        format!("{:?}", found.port),
        format!("{:?}", found.protocol),
        found.remote_dir.as_ref().map(|dir| dir.as_str().to_owned()).unwrap_or_default(),
        text(&found.web_url),
    ]
}

fn check(text: &str, expected: Expected) {
    let (host, user, password, port, protocol, dir, url) = expected;
    let expected = [host, user, password, &format!("{port:?}"), &format!("{protocol:?}"), dir, url];
    let read = shown(&read(text));
    assert_eq!(read, expected, "{text}");
    let windows = text.replace('\n', "\r\n");
    assert_eq!(shown(&super::read(&windows)), expected, "with CRLF");
    let quoted: String = text.lines().map(|line| format!("> > {line}\n")).collect();
    assert_eq!(shown(&super::read(&quoted)), expected, "quoted");
}

use Protocol::{Ftp, Ftps, FtpsImplicit};

mails! {
    cpanel_account, "cpanel-account.txt":
        ("example.com", "exampleco", "Tr:0ub=4dor &3", None, None, "public_html", "https://example.com");
    cpanel_ftp_account, "cpanel-ftp-account.txt":
        ("ftp.example.com", "upload@example.com", "", Some(21), Some(Ftps), "", "");
    whmcs_welcome, "whmcs-welcome.txt":
        ("www.example.com", "exampl42", "q;W9{x_v:2", None, None, "public_html", "http://www.example.com");
    hostgator, "hostgator-style.txt":
        ("gator4242.hostexample.net", "exorg7", "pl4in\"quote", Some(21), None, "/public_html", "http://www.example.org");
    godaddy, "godaddy-table.txt":
        ("web07.hostexample.net", "k4xq1z", "9!Lm", None, None, "", "https://example.com");
    bluehost, "bluehost-steps.txt":
        ("ftp.example.net", "deploy@example.net", "8h#Jk|l0", Some(21), Some(Ftps), "public_html", "");
    plesk, "plesk-webspace.txt":
        ("plesk3.hostexample.net", "example_sys", "f7P$w.rt", None, None, "httpdocs", "");
    ionos, "ionos.txt":
        ("access-1234567.webspace-example.com", "u99887766", "Ab1-geheim", None, None, "", "");
    strato, "strato.txt":
        ("ftp.hostexample.de", "ftp_upload@example.de", "Grün&Blau 7", None, None, "/shop", "");
    all_inkl, "all-inkl.txt":
        ("w0a1b2c3.kasexample.com", "f0a1b2c3", "7uZ,;k!p", Some(21), Some(Ftps), "", "");
    hetzner, "hetzner-konsoleh.txt":
        ("www321.hosting-example.de", "exampx", "Zw3i=Vier", Some(21), Some(Ftps), "public_html", "https://example.de");
    one_com, "one-com.txt":
        ("ftp.example.org", "example.org", "h0-h0-h0", None, Some(Ftps), "", "");
    ovh, "ovh.txt":
        ("ftp.cluster099.hosting-example.net", "examplf", "s3cr3t'été", Some(21), None, "www", "");
    o2switch, "o2switch.txt":
        ("ftp.example.fr", "exam1234", "uN.mOt@dE:p4sse", None, None, "public_html", "https://example.fr");
    infomaniak, "infomaniak.txt":
        ("k1x2y3.ftp.hebergeur-example.com", "k1x2y3_web", "Abc def!9", None, None, "/sites/example.ch", "https://example.ch");
    spanish, "spanish.txt":
        ("ftp.example.es", "ejemplo", "ñandú:2030", Some(21), Some(Ftp), "/httpdocs", "");
    html_as_text, "html-as-text.txt":
        ("ftp.example.at", "web12p3", "König’s#7", Some(990), Some(FtpsImplicit), "/html", "https://www.example.at");
    markdown, "markdown.txt":
        ("ftp.example.dev", "deploy", "p*ss**w|rd", None, Some(Ftps), "/var/www/site", "https://example.dev/");
    table, "table.txt":
        ("srv.example.com", "web77", "pass=wo:rd", Some(21), None, "", "");
    chat, "chat.txt":
        ("ftp.example.com", "shop-upload", "Zz9)(x", Some(2121), None, "/shop/web", "");
    chat_german, "chat-german.txt":
        ("ftp.example.de", "web9", "a,b;c", None, None, "/htdocs", "");
    address_alone, "address.txt":
        ("ftp.example.com", "anna@example.com", "p@ss:w/rd", Some(2121), None, "www/shop", "");
    address_in_mail, "address-in-mail.txt":
        ("files.example.com", "web5", "x y", Some(990), Some(FtpsImplicit), "/srv/www", "https://www.example.com");
    sftp_address, "sftp-address.txt":
        ("example.com", "anna", "pw", None, None, "home", "");
    user_at_host, "user-at-host.txt":
        ("ftp.example.com", "anna", "", None, None, "", "");
    mail_only, "mail-only.txt": ("", "", "", None, None, "", "");
    paragraphs, "paragraphs.txt":
        ("ftp.example.com", "ftp-user", "ftp-kennwort", None, None, "", "https://example.com");
    mail_first, "mail-first.txt":
        ("server7.hostexample.net", "shop_ftp", "for-ftp", None, None, "/", "");
    french_prose, "french-prose.txt":
        ("ftp.example.fr", "web2024", "Xy77zz", None, None, "/www", "");
    confixx, "confixx.txt":
        ("web123.hostexample.de", "web123", "geheim2", None, None, "html", "");
    three_ports, "three-ports.txt":
        ("ftp.example.com", "u12345", "Pa55!", Some(21), Some(Ftps), "", "https://example.com");
    ftps_and_sftp, "ftps-and-sftp.txt":
        ("ftps.example.com", "anna", "pw2", Some(990), Some(FtpsImplicit), "", "");
    filezilla, "filezilla-german.txt":
        ("ftp.example.com", "anna", "pw", None, Some(Ftps), "", "");
    cpanel_further_account, "cpanel-further-account.txt":
        ("example.com", "dev@example.com", "aaa", None, None, "", "");
    without_headings, "without-headings.txt":
        ("ftp.example.com", "ex1", "geheim", None, None, "", "https://example.com");
    newsletter, "newsletter.txt": ("", "", "", None, None, "", "");
}

#[test]
fn every_mail_is_looked_at() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/hosting");
    let here = include_str!("tests.rs");
    for file in std::fs::read_dir(folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(here.contains(&format!("\"{name}\":")), "{name} is not looked at");
    }
}

#[test]
fn short_pieces() {
    for (text, expected) in [
        ("", ("", "", "", None, None, "", "")),
        ("ftp.example.com", ("ftp.example.com", "", "", None, None, "", "")),
        ("ftp.example.com:2121", ("ftp.example.com", "", "", Some(2121), None, "", "")),
        ("anna:s3cret@example.com/www", ("example.com", "anna", "s3cret", None, None, "www", "")),
        ("ftp://example.com", ("example.com", "", "", None, None, "", "")),
        ("ftpes://a:b@[2001:db8::1]/", ("2001:db8::1", "a", "b", None, Some(Ftps), "", "")),
        ("Host: [2001:db8::1]:2121", ("2001:db8::1", "", "", Some(2121), None, "", "")),
        ("Port: 22 (SFTP)", ("", "", "", None, None, "", "")),
        ("Port 21", ("", "", "", Some(21), None, "", "")),
        ("FTP port: 990", ("", "", "", Some(990), Some(FtpsImplicit), "", "")),
        ("FTP\nHost: mail.example.com", ("", "", "", None, None, "", "")),
        ("FTP-Host: mail.example.com", ("mail.example.com", "", "", None, None, "", "")),
        ("Host: ftp.example.com\nPassword:\nab=c:d", ("ftp.example.com", "", "ab=c:d", None, None, "", "")),
        ("Host: ftp.example.com\nPassword: - x -", ("ftp.example.com", "", "- x -", None, None, "", "")),
        ("FTP account\nHost: a.example.com (port 2121)", ("a.example.com", "", "", Some(2121), None, "", "")),
        (
            "Host  User  Password\na.example.com  anna  p q",
            ("a.example.com", "anna", "p q", None, None, "", ""),
        ),
    ] {
        let (host, user, password, port, protocol, dir, url) = expected;
        let expected = [host, user, password, &format!("{port:?}"), &format!("{protocol:?}"), dir, url];
        assert_eq!(shown(&read(text)), expected, "{text:?}");
    }
}

#[test]
fn a_password_of_another_user_is_left() {
    let found = read("FTP\nHost: ftp.example.com\nUser: web1\n\nControl panel\nUser: boss\nPassword: x1");
    assert_eq!(found.user.as_deref(), Some("web1"));
    assert!(found.password.is_none());
    let found =
        read("FTP\nUser: web1\nPassword: same as for the panel\n\nControl panel\nUser: web1\nPassword: x1");
    assert_eq!(found.password.unwrap().expose_secret(), "x1");
}

#[test]
fn the_password_is_not_shown() {
    assert!(!format!("{:?}", read("ftp://anna:s3cret@example.com")).contains("s3cret"));
}

#[test]
fn long_texts_are_read_in_part() {
    let end = "Host: ftp.example.com";
    let before = format!("{}\n", "x".repeat(127)).repeat(1 << 13);
    assert!(read(&format!("{before}{end}")).host.is_none());
    assert!(read(&format!("{}{end}", &before[128..])).host.is_some());
    for piece in
        [":", "a: ", "ftp://", "ftp: ", "|", "\t", "Host\n", "(", "**", "=@", "ü", "Host:Host: a.b\n"]
    {
        read(&piece.repeat(1 << 14));
    }
}

/// Pieces of mails in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => prop::sample::select(vec![
            "FTP", "Host", "Server", "User", "Passwort", "Mot de passe", "Port", "Verzeichnis", "URL", "Domain", "cPanel",
            "MySQL", "IMAP", ": ", " = ", "\t", " | ", "\n", "\n\n", "  ", "- ", "> ", "**", "`", "\"", "<", ">", "(", ")",
            "ftp://", "sftp://", "https://", "@", "/", "%", "%0a", "%41", "[::1]", ":", "21", "ftp.example.com",
            "anna", "/home/anna/www", "..", "mailto:", "\u{a0}", "\u{ad}", "\r", "\u{201c}",
        ]).prop_map(str::to_owned),
        1 => ".{0,6}",
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn is_sound(text: &str) -> Result<(), TestCaseError> {
    let found = read(text);
    let seen = clean::lines(text).join("\n");
    let unescaped = address::decode(&seen);
    let password = found.password.as_ref().map(|password| password.expose_secret().to_owned());
    for value in [&found.host, &found.user, &password].into_iter().flatten() {
        prop_assert!(seen.contains(value) || unescaped.contains(value), "{value:?}");
        prop_assert!(!value.is_empty() && !value.contains(['\r', '\n', '\0']), "{value:?}");
    }
    let (host, user) = (found.host.unwrap_or("h".into()), found.user.unwrap_or("u".into()));
    let mut site = Site::new(SiteName::new("a").unwrap(), "/a".into(), &host, &user);
    site.web_url = found.web_url;
    prop_assert_eq!(site.validate(), Ok(()));
    Ok(())
}

proptest! {
    #[test]
    fn arbitrary_text_gives_only_what_it_holds(text in any::<String>()) {
        is_sound(&text)?;
    }

    #[test]
    fn pieces_of_mails_give_only_what_they_hold(text in pieces()) {
        is_sound(&text)?;
    }

    #[test]
    fn a_form_is_read_as_it_was_filled_in(
        user in "[a-z][a-z0-9_.@-]{2,12}[a-z0-9]",
        password in "[!-~]([ -~]{0,14}[a-zA-Z0-9])",
        labels in prop::sample::select(vec![
            ["Host", "Username", "Password"],
            ["FTP-Server", "FTP-Benutzer", "FTP-Passwort"],
            ["Servername", "Benutzername", "Kennwort"],
            ["Serveur", "Identifiant", "Mot de passe"],
            ["Servidor", "Usuario", "Contraseña"],
        ]),
        between in prop::sample::select(vec![": ", " : ", ":\t", " = ", "\t"]),
    ) {
        // A remark in brackets, or words that begin a sentence, are no password.
        // `x user: y` looks like two fields.
        prop_assume!(!(password.contains(' ') && password.contains([':', '='])));
        prop_assume!(!password.contains("  ") && value::password(&password).as_deref() == Some(&password));
        let text = labels.iter().zip(["ftp.example.com", &user, &password])
            .map(|(label, value)| format!("{label}{between}{value}\n")).collect::<String>();
        let found = read(&text);
        prop_assert_eq!(found.host.as_deref(), Some("ftp.example.com"));
        prop_assert_eq!(found.user, Some(user));
        prop_assert_eq!(found.password.map(|p| p.expose_secret().to_owned()), Some(password));
    }
}
