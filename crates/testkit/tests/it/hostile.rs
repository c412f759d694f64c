//! The hostile server says and sends what a test told it to, byte for byte.

use crate::client::Client;
use slipway_testkit::{HostileEntry, HostileOptions, HostileServer};

fn log_in(server: &HostileServer) -> Client {
    let (mut client, greeting) = Client::connect("127.0.0.1", server.port());
    assert!(greeting.starts_with("220"), "{greeting}");
    client.expect("USER anybody", "331");
    client.expect("PASS whatever", "230");
    client
}

const NAMES: [&[u8]; 14] = [
    b"..",
    b"../../evil.txt",
    b"/etc/evil",
    b"C:\\evil.txt",
    b"a\\..\\..\\evil",
    b"NUL.txt",
    b"aux.html ",
    b"trailing.",
    b"bell\x07",
    b"",
    b"ok.txt",
    b"OK.TXT",
    b"\xff\xfe",
    "u\u{308}".as_bytes(),
];

#[test]
fn names_are_listed_and_found_as_they_are() {
    for mlsd in [true, false] {
        let files = NAMES.map(|name| HostileEntry::file(name, name));
        let server = HostileServer::with(files, HostileOptions { mlsd, ..HostileOptions::default() });
        let mut client = log_in(&server);
        let (command, before) = match mlsd {
            true => ("MLSD", "type=file;size={};modify=20240102030405; "),
            false => ("LIST -a", "-rw-r--r--    1 1000     1000            {} Jan  2  2024 "),
        };
        let line = |name: &&[u8]| {
            let size = format!("{:>width$}", name.len(), width = if mlsd { 1 } else { 2 });
            let before = before.replace(if mlsd { "{}" } else { " {}" }, &size);
            [before.as_bytes(), name, b"\r\n"].concat()
        };
        let expected: Vec<u8> = NAMES.iter().flat_map(line).collect();
        let (listing, _) = client.receive(command);
        assert_eq!(String::from_utf8_lossy(&listing), String::from_utf8_lossy(&expected));
        assert_eq!(listing, expected);
        for name in
            NAMES.iter().filter_map(|name| std::str::from_utf8(name).ok()).filter(|name| !name.is_empty())
        {
            assert_eq!(client.fetch(&format!("RETR {name}")), name);
        }
    }
}

#[test]
fn without_mlsd_there_is_list() {
    let entries = || {
        [
            HostileEntry::folder("css", [HostileEntry::file("a.css", "a {}").at("20240229123456")]),
            HostileEntry::link("etc", "/etc"),
        ]
    };
    let server = HostileServer::start(entries());
    let mut client = log_in(&server);
    assert!(client.expect("FEAT", "211-").contains(" MLST "));
    let expected = "type=dir;size=0;modify=20240102030405; css\r\n\
                    type=OS.unix=slink:/etc;size=0;modify=20240102030405; etc\r\n";
    assert_eq!(client.fetch("MLSD ."), expected);
    assert_eq!(client.fetch("MLSD css"), "type=file;size=4;modify=20240229123456; a.css\r\n");

    let server = HostileServer::with(entries(), HostileOptions { mlsd: false, ..HostileOptions::default() });
    let mut client = log_in(&server);
    assert!(!client.expect("FEAT", "211-").contains("MLS"));
    client.expect("MLSD", "502");
    client.expect("CWD css", "250");
    client.expect("PWD", "257 \"/css\"");
    let expected = "-rw-r--r--    1 1000     1000            4 Feb 29  2024 a.css\r\n";
    assert_eq!(client.fetch("LIST -a"), expected);
    client.expect("CWD ..", "250");
    let expected = "drwxr-xr-x    1 1000     1000            0 Jan  2  2024 css\r\n\
                    lrwxrwxrwx    1 1000     1000            0 Jan  2  2024 etc -> /etc\r\n";
    assert_eq!(client.fetch("LIST"), expected);
    client.expect("CWD etc", "550");
    client.expect("RETR etc", "550");
}

#[test]
fn a_file_can_lie() {
    let server = HostileServer::start([
        HostileEntry::file("less", vec![7; 1_000_000]).saying_size(10),
        HostileEntry::file("more", "0123456789").saying_size(u64::MAX).at("never"),
        HostileEntry::folder("..", []).saying_type("pdir"),
    ]);
    let mut client = log_in(&server);
    let listing = client.fetch("MLSD");
    assert!(listing.starts_with("type=file;size=10;modify=20240102030405; less\r\n"), "{listing}");
    assert!(listing.contains("type=file;size=18446744073709551615;modify=never; more\r\n"), "{listing}");
    assert!(listing.contains("type=pdir;"), "{listing}");
    client.expect("SIZE less", "213 10\r\n");
    client.expect("SIZE more", "213 18446744073709551615\r\n");
    client.expect("MDTM more", "213 never\r\n");
    assert_eq!(client.receive("RETR less").0, [7; 1_000_000]);
    assert_eq!(client.fetch("RETR more"), "0123456789");
}

#[test]
fn downloads_go_on_and_are_cut() {
    let file = || [HostileEntry::file("a", "0123456789").cutting_after(4, 2)];
    let server = HostileServer::start(file());
    let mut client = log_in(&server);
    let (bytes, reply) = client.receive("RETR a");
    assert_eq!((bytes.as_slice(), &reply[..3]), (&b"0123"[..], "426"));
    client.expect("REST 4", "350");
    let (bytes, reply) = client.receive("RETR a");
    assert_eq!((bytes.as_slice(), &reply[..3]), (&b"4567"[..], "426"));
    client.expect("REST 8", "350");
    assert_eq!(client.fetch("RETR a"), "89");
    assert_eq!(client.fetch("RETR a"), "0123456789");
    client.expect("REST 11", "350");
    assert_eq!(client.fetch("RETR a"), "");
    assert_eq!((server.count("RETR"), server.count("REST")), (5, 3));

    let server = HostileServer::with(file(), HostileOptions { rest: false, ..HostileOptions::default() });
    let mut client = log_in(&server);
    assert!(!client.expect("FEAT", "211-").contains("REST"));
    client.expect("REST 4", "502");
}

#[test]
fn a_folder_has_no_end() {
    let server =
        HostileServer::start([HostileEntry::itself("deeper"), HostileEntry::file("a", "at any depth")]);
    let mut client = log_in(&server);
    let path = vec!["deeper"; 5000].join("/");
    assert!(
        client.fetch(&format!("MLSD {path}")).contains("type=dir;size=0;modify=20240102030405; deeper\r\n")
    );
    assert_eq!(client.fetch(&format!("RETR {path}/a")), "at any depth");
}

#[test]
fn a_file_and_a_folder_share_a_name() {
    let twin = HostileEntry::folder("twin", [HostileEntry::file("inner", "i")]);
    let server =
        HostileServer::start([twin, HostileEntry::file("twin", "file"), HostileEntry::file("twin/x", "x")]);
    let mut client = log_in(&server);
    assert_eq!(client.fetch("RETR twin"), "file");
    assert_eq!(client.fetch("RETR twin/inner"), "i");
    assert_eq!(client.fetch("RETR /twin/x"), "x");
    assert!(client.fetch("MLSD twin").ends_with(" inner\r\n"));
}

#[test]
fn a_listing_is_as_long_as_one_likes() {
    let many = (0..200_000).map(|n| HostileEntry::file(format!("{n}.html"), ""));
    let server =
        HostileServer::start([HostileEntry::folder("many", many), HostileEntry::file("same", "").listed(3)]);
    let mut client = log_in(&server);
    assert_eq!(client.fetch("MLSD many").lines().count(), 200_000);
    assert_eq!(client.fetch("MLSD").matches(" same\r\n").count(), 3);
}

#[test]
fn nothing_can_be_changed_and_all_is_recorded() {
    let server = HostileServer::start([HostileEntry::file("a", "1")]);
    let mut client = log_in(&server);
    for command in
        ["STOR a", "APPE a", "DELE a", "MKD b", "RMD b", "RNFR a", "RNTO b", "MFMT 20240102030405 a"]
    {
        client.expect(command, "550");
    }
    client.expect("XYZZY", "502");
    client.expect("RETR a", "425");
    client.expect("SYST", "215");
    client.expect("NOOP", "200");
    assert!(client.expect("PASV", "227").contains("(127,0,0,1,"));
    client.expect("QUIT", "221");
    assert_eq!(client.reply(), "");
    let record = server.record();
    assert_eq!((record[0].as_str(), record[2].as_str()), ("USER anybody", "STOR a"));
    assert_eq!((record.len(), server.count("stor"), server.count("RETR")), (16, 1, 1));
}

#[test]
fn connections_end_with_the_server() {
    let server = HostileServer::start([HostileEntry::file("a", "").listed(u64::MAX)]);
    let port = server.port();
    let mut client = log_in(&server);
    let _unread = client.data();
    client.expect("MLSD", "150");
    drop(server);
    while !client.reply().is_empty() {}
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
}
