//! Files of other programs, as those write them, in `testdata`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use secrecy::ExposeSecret;
use slipway_core::{Code, Protocol};
use slipway_store::import::{Import, ImportError, ImportKind, Imported, read};

fn testdata(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(path)
}

/// Nothing is set but the home folder and the choir's user and password.
fn environment(name: &str) -> Option<OsString> {
    match name {
        "HOME" => Some(home().into()),
        "CHOIR_USER" => Some("sänger".into()),
        "CHOIR_PASSWORD" => Some("do re mi".into()),
        _ => None,
    }
}

fn home() -> PathBuf {
    std::env::temp_dir().join("anna")
}

fn imported(path: &str) -> Import {
    read(&testdata(path), &environment).unwrap()
}

fn password(imported: &Imported) -> Option<&str> {
    imported.password.as_ref().map(|secret| secret.expose_secret())
}

/// The folder that the file names, where it can be one of this computer.
fn here(folder: &str) -> PathBuf {
    Some(PathBuf::from(folder)).filter(|folder| folder.is_absolute()).unwrap_or_default()
}

fn says(imported: &Imported, words: &str) -> bool {
    imported.notes.iter().any(|note| note.contains(words))
}

/// Names with why they were left out.
fn left_out(import: &Import) -> Vec<(&str, &str)> {
    import.skipped.iter().map(|entry| (entry.name.as_str(), entry.why.as_str())).collect()
}

fn names(import: &Import) -> Vec<&str> {
    import.sites.iter().map(|imported| imported.site.name.as_str()).collect()
}

/// What holds whatever the file.
fn sound(import: &Import) {
    for imported in &import.sites {
        imported.site.validate().unwrap();
        assert_eq!(
            imported.site.folder.as_os_str().is_empty(),
            says(imported, "folder on this computer"),
            "{imported:?}"
        );
        assert_eq!(imported.password.is_none(), says(imported, "_FTP_PASSWORD"), "{imported:?}");
    }
}

/// No password is shown.
fn hidden(import: &Import) {
    let shown = format!("{import:?}");
    assert!(import.sites.iter().filter_map(password).all(|password| !shown.contains(password)), "{shown}");
}

#[test]
fn filezilla() {
    let import = imported("filezilla/sitemanager.xml");
    sound(&import);
    hidden(&import);
    assert_eq!(import.kind, ImportKind::FileZilla);
    assert_eq!(names(&import), ["Кафе «Уют»", "shop", "Shop 2", "mirror"]);
    let [cafe, shop, second, mirror] = import.sites.as_slice() else { panic!() };

    assert_eq!((cafe.site.host.as_str(), cafe.site.user.as_str()), ("ftp.cafe.example", "café"));
    assert_eq!((cafe.site.protocol, cafe.site.port), (Protocol::Ftps, None));
    assert_eq!(cafe.site.remote_dir.as_str(), "/public/html");
    assert_eq!((&cafe.site.folder, cafe.site.connections), (&here("/home/anna/cafe"), 2));
    assert_eq!(password(cafe), Some("ghéim! 🔑"));
    assert!(says(cafe, "active mode"));

    assert_eq!((shop.site.protocol, shop.site.port, password(shop)), (Protocol::Ftps, Some(2121), None));
    assert!(says(shop, "master password") && says(shop, "SLIPWAY_SHOP_FTP_PASSWORD"));
    assert!(says(shop, "slipway site edit shop --protocol ftp"));
    assert_eq!(shop.site.remote_dir.as_str(), "");

    assert_eq!((second.site.protocol, second.site.port), (Protocol::FtpsImplicit, None));
    assert!(says(second, "it was called \"Shop\"") && says(second, "credential set \"Shop 2\""));
    assert!(says(second, "asks for its password each time"));
    assert_eq!((second.site.folder.clone(), second.site.remote_dir.as_str()), (here("C:\\Sites\\shop"), "/"));

    assert_eq!((mirror.site.protocol, mirror.site.user.as_str()), (Protocol::Ftp, "anonymous"));
    assert!(says(mirror, "unencrypted") && mirror.password.is_some());

    let [backup, bucket, vax] = left_out(&import)[..] else { panic!() };
    assert!(backup.0 == "backup" && backup.1.contains("SFTP"));
    assert!(bucket.0 == "bucket" && bucket.1.contains("S3"));
    assert!(vax.0 == "vax" && vax.1.contains("folder on the server"));
    assert!(!format!("{import:?}").contains("secret-sftp"));
}

#[test]
fn filezilla_of_long_ago() {
    let import = imported("filezilla/old.xml");
    sound(&import);
    hidden(&import);
    assert_eq!(names(&import), ["old site"]);
    assert_eq!(password(&import.sites[0]), Some("plain <pass>"));
}

#[test]
fn winscp() {
    let import = imported("winscp/WinSCP.ini");
    sound(&import);
    hidden(&import);
    assert_eq!(import.kind, ImportKind::WinScp);
    assert_eq!(names(&import), ["Café Zürich", "shop", "shop 2"]);
    let [cafe, shop, second] = import.sites.as_slice() else { panic!() };

    assert_eq!((cafe.site.host.as_str(), cafe.site.user.as_str()), ("ftp.cafe.example", "café"));
    assert_eq!((cafe.site.protocol, cafe.site.port), (Protocol::Ftps, Some(2121)));
    assert_eq!((cafe.site.remote_dir.as_str(), cafe.site.timeout_seconds), ("/public html", 20));
    assert_eq!((password(cafe), &cafe.site.folder), (Some("pass wörd%=;"), &here("/home/anna/cafe")));
    assert!(cafe.notes.is_empty(), "{:?}", cafe.notes);

    assert_eq!((shop.site.host.as_str(), shop.site.user.as_str()), ("ftp.shop.example", "shop"));
    assert_eq!((shop.site.protocol, shop.site.port), (Protocol::FtpsImplicit, None));
    assert_eq!(password(shop), Some(format!("{}é$ %", "x".repeat(240)).as_str()));
    assert!(says(shop, "last showed") && shop.site.folder == here("C:\\Sites\\shop"));

    assert_eq!((second.site.protocol, password(second)), (Protocol::Ftp, None));
    assert!(says(second, "it was called \"shop\" in \"Privat\"") && says(second, "master password"));
    assert!(says(second, "active mode") && says(second, "proxy") && says(second, "unencrypted"));

    let left_out = left_out(&import);
    assert_eq!(left_out.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["server", "dav"]);
    assert!(left_out[0].1.contains("SFTP") && left_out[1].1.contains("WebDAV"));
}

#[test]
fn winscp_as_windows_writes_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("exported.txt");
    let text = fs::read_to_string(testdata("winscp/WinSCP.ini")).unwrap().replace('\n', "\r\n");
    fs::write(&file, text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()).unwrap();
    assert_eq!(names(&read(&file, &environment).unwrap()), ["Café Zürich", "shop", "shop 2"]);
}

#[test]
fn cyberduck() {
    let import = imported("cyberduck");
    sound(&import);
    hidden(&import);
    assert_eq!(import.kind, ImportKind::Cyberduck);
    assert_eq!(names(&import), ["日本のお店", "Verein & Freunde"]);
    let [shop, club] = import.sites.as_slice() else { panic!() };
    assert_eq!((shop.site.protocol, shop.site.port), (Protocol::Ftps, None));
    assert_eq!((shop.site.host.as_str(), shop.site.user.as_str()), ("ftp.mise.example", "mise"));
    assert_eq!(
        (shop.site.remote_dir.as_str(), shop.site.folder.clone()),
        ("/public_html", home().join("Sites/mise"))
    );
    assert_eq!(shop.site.web_url.as_deref(), Some("https://mise.example"));
    assert!(says(shop, "keychain"));
    assert_eq!((club.site.protocol, club.site.port), (Protocol::Ftp, Some(2121)));
    assert!(says(club, "--protocol ftps") && says(club, "active mode"));
    let [server, broken] = left_out(&import)[..] else { panic!() };
    assert!(server.0 == "root server" && server.1.contains("sftp"));
    assert!(broken.0 == "broken.duck" && broken.1.contains("broken.duck:6:1:"), "{broken:?}");

    let one = imported("cyberduck/1c9d4b52-8d3a-4f5b-8a0e-9f2b7f0aa002.duck");
    assert_eq!(names(&one), ["Verein & Freunde"]);
}

#[test]
fn orchestrator() {
    let import = imported("orchestrator");
    sound(&import);
    hidden(&import);
    assert_eq!(import.kind, ImportKind::Orchestrator);
    assert_eq!(names(&import), ["bakery", "Хор Choir", "museum", "school"]);
    let [bakery, choir, museum, school] = import.sites.as_slice() else { panic!() };
    let folder = testdata("orchestrator");

    assert_eq!((bakery.site.host.as_str(), bakery.site.port), ("ftp.bakery.example", Some(2121)));
    assert_eq!((bakery.site.protocol, bakery.site.remote_dir.as_str()), (Protocol::Ftps, "/public_html"));
    assert_eq!(password(bakery), Some("bread & butter: 'fresh' #1"));
    assert_eq!((bakery.site.connections, bakery.site.timeout_seconds), (6, 45));
    assert_eq!(bakery.site.folder, folder.join("sites").join("bakery"));
    assert_eq!(bakery.site.web_url.as_deref(), Some("https://www.bakery.example"));
    let build = bakery.site.build.as_ref().unwrap();
    assert_eq!(
        (build.commands.as_slice(), build.output.clone()),
        (&["npm ci".into(), "npm run build".into()][..], Some("dist".into()))
    );
    assert!(bakery.notes.is_empty(), "{:?}", bakery.notes);

    assert_eq!((choir.site.host.as_str(), choir.site.port), ("ftp.choir.example", None));
    assert_eq!((choir.site.user.as_str(), password(choir)), ("sänger", Some("do re mi")));
    assert_eq!((choir.site.protocol, choir.site.remote_dir.as_str()), (Protocol::FtpsImplicit, "htdocs"));
    assert!(says(choir, "it was called \"Хор/Choir\""));

    assert_eq!((museum.site.protocol, museum.site.connections), (Protocol::Ftp, 4));
    assert!(says(museum, "museum:ftp_password") && says(museum, "SLIPWAY_MUSEUM_FTP_PASSWORD"));
    assert!(says(museum, "active mode") && says(museum, "unencrypted"));
    assert_eq!(museum.site.build.as_ref().unwrap().commands, ["make site"]);
    assert_eq!(museum.site.folder, folder.join("workspaces").join("museum"));

    assert_eq!((password(school), school.site.folder.clone()), (Some("0123"), home().join("school")));
    assert_eq!(school.site.remote_dir.as_str(), "/");

    let [broken, notes, office, theatre] = left_out(&import)[..] else { panic!("{:?}", import.skipped) };
    assert!(broken.0 == "broken.yaml" && broken.1.contains("broken.yaml:"), "{broken:?}");
    assert!(notes.0 == "notes.yaml" && notes.1.contains("none of the files"));
    assert!(office.0 == "office" && office.1.contains("sftp"));
    assert!(theatre.0 == "theatre" && theatre.1.contains("THEATRE_USER"));
}

#[test]
fn one_website_of_the_orchestrator_knows_its_defaults() {
    for path in ["orchestrator/config.yaml", "orchestrator/website_configs"] {
        assert_eq!(names(&imported(path)), names(&imported("orchestrator")));
    }
    let import = imported("orchestrator/website_configs/museum.yaml");
    assert_eq!(import.sites[0].site, imported("orchestrator").sites[2].site);

    let folder = tempfile::tempdir().unwrap();
    let alone = folder.path().join("museum.yaml");
    fs::copy(testdata("orchestrator/website_configs/museum.yaml"), &alone).unwrap();
    let import = read(&alone, &environment).unwrap();
    sound(&import);
    hidden(&import);
    assert_eq!((import.sites[0].site.folder.clone(), import.sites[0].site.connections), (PathBuf::new(), 8));
}

#[test]
fn broken_files_are_pointed_at_and_not_quoted() {
    for (path, at) in [
        ("filezilla/broken.xml", (6, 13)),
        ("filezilla/entities.xml", (3, 3)),
        ("winscp/broken.ini", (3, 1)),
        ("orchestrator/website_configs/broken.yaml", (5, 13)),
        ("cyberduck/broken.duck", (6, 1)),
    ] {
        let error = read(&testdata(path), &environment).unwrap_err();
        assert_eq!(error.code(), Code::ImportFailed);
        let ImportError::Syntax { line, column, .. } = error else { panic!("{error}") };
        assert_eq!((line, column), at, "{path}: {error}");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("t0p") && !shown.contains("s3cret"), "{shown}");
    }
}

#[test]
fn what_is_none_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &[u8]| {
        let file = folder.path().join(name);
        fs::write(&file, content).unwrap();
        file
    };
    let not_known = [
        write("sitemanager.xml", b"<html></html>"),
        write("config.yaml", b"on: push\njobs: {}\n"),
        write("binary.duck", b"bplist00\xd4\x01\x02\x00"),
        write("empty", b""),
        write("other.plist", b"<plist version=\"1.0\"><dict><key>a</key><string>b</string></dict></plist>"),
        testdata("."),
    ];
    for file in not_known {
        assert!(matches!(read(&file, &environment), Err(ImportError::NotKnown { .. })), "{file:?}");
    }
    let empty = [
        write("WinSCP.ini", b"[Sessions\\Default%20Settings]\nPortNumber=21\n"),
        write("none.xml", b"<FileZilla3><Servers/></FileZilla3>"),
    ];
    for file in empty {
        assert!(matches!(read(&file, &environment), Err(ImportError::Empty { .. })), "{file:?}");
    }
    let broken = write("latin1.xml", b"<FileZilla3>\n\xe9</FileZilla3>");
    assert!(matches!(read(&broken, &environment), Err(ImportError::Syntax { line: 2, column: 1, .. })));
    let large = write("large", b"");
    fs::File::options().write(true).open(&large).unwrap().set_len(16 * 1024 * 1024 + 1).unwrap();
    for file in [large, folder.path().join("gone")] {
        assert!(matches!(read(&file, &environment), Err(ImportError::Unreadable { .. })), "{file:?}");
    }
}

#[test]
fn deep_and_wide_files_are_borne() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("deep");
    let folders = "<Folder>".repeat(200_000);
    let flow = "[".repeat(200_000);
    let aliases: String = (1..40).map(|i| format!("a{i}: &a{i} [*a{}, *a{}]\n", i - 1, i - 1)).collect();
    for text in [
        format!("<FileZilla3><Servers>{folders}"),
        format!("<FileZilla3><Servers>{folders}{}</Servers></FileZilla3>", "</Folder>".repeat(200_000)),
        format!("ftp: {flow}"),
        format!("a0: &a0 [x, x]\n{aliases}ftp: *a39\n"),
    ] {
        fs::write(&file, text).unwrap();
        assert!(read(&file, &environment).is_err());
    }
}

/// The files of `testdata`, to be damaged.
fn samples() -> Vec<Vec<u8>> {
    let paths = [
        "filezilla/sitemanager.xml",
        "winscp/WinSCP.ini",
        "cyberduck/0b2f1c1e-6f0e-4c52-9a49-0c7a31f6a001.duck",
        "orchestrator/website_configs/bakery.yaml",
        "orchestrator/website_configs/choir.yml",
    ];
    paths.map(|path| fs::read(testdata(path)).unwrap()).into()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_are_borne(bytes in prop::collection::vec(any::<u8>(), 0..400), start in 0..8_usize) {
        let starts = ["", "<FileZilla3><Servers><Server>", "<plist><dict>", "[Sessions\\", "ftp: ", "ftp_host: x\n", "\u{feff}", "<"];
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x");
        fs::write(&file, [starts[start].as_bytes(), &bytes].concat()).unwrap();
        if let Ok(import) = read(&file, &environment) {
            sound(&import);
        }
    }

    #[test]
    fn damaged_files_are_borne(sample in 0..5_usize, cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut bytes = samples().swap_remove(sample);
        for (at, byte) in cuts {
            let at = at.index(bytes.len());
            if byte.is_ascii_graphic() { bytes[at] = byte } else { bytes.truncate(at.max(1)) }
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x");
        fs::write(&file, bytes).unwrap();
        if let Ok(import) = read(&file, &environment) {
            sound(&import);
        }
    }
}
