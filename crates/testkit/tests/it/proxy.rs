//! The proxy disturbs exactly what it is told to.

use crate::client::Client;
use slipway_testkit::{Action, ControlProxy, Daemon, DataFault, Exchange, Kind, Options, Tls};
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

fn daemon() -> Daemon {
    Daemon::with(Kind::ProFtpd, Options { tls: Tls::None, ..Options::default() })
}

#[test]
fn it_passes_everything_and_records_it() {
    let daemon = daemon();
    let proxy = ControlProxy::start(daemon.port());
    let mut client = Client::log_in_at(&daemon, proxy.port());
    client.expect("FEAT", "211");
    assert!(client.store("page.html", b"hello").starts_with("226"));
    assert_eq!(client.fetch("RETR page.html"), "hello");
    let record = proxy.record();
    let commands: Vec<&str> = record.iter().map(|exchange| exchange.command.as_str()).collect();
    let expected = ["CONNECT", "USER slipway-test", "PASS correct-horse", "TYPE I", "FEAT", "EPSV"];
    assert_eq!(commands[..6], expected);
    assert_eq!(commands[6..], ["STOR page.html", "EPSV", "RETR page.html"]);
    let code = |place: usize| record[place].reply[..3].to_owned();
    assert_eq!([code(0), code(2), code(4), code(6)], ["220", "230", "211", "150"]);
    assert_eq!((proxy.commands(), proxy.count("EPSV"), proxy.count("CONNECT")), (8, 2, 1));

    let _second = Client::log_in_at(&daemon, proxy.port());
    let last = proxy.record().pop().unwrap();
    assert_eq!(last, Exchange { connection: 2, command: "TYPE I".into(), reply: last.reply.clone() });
}

#[test]
fn written_ahead_commands_keep_their_order() {
    let daemon = daemon();
    let proxy = ControlProxy::start(daemon.port());
    let mut client = Client::log_in_at(&daemon, proxy.port());
    proxy.at_verb("MKD", 2, Action::Reply("552 Full".into()));
    proxy.at_verb("RMD", 1, Action::Reply("550 No".into()));
    client.write("MKD a\r\nMKD b\r\nSIZE a\r\nRMD a\r\nMKD c\r\n");
    let replies: Vec<String> = (0..5).map(|_| client.reply()[..3].to_owned()).collect();
    assert_eq!(replies, ["257", "552", "550", "550", "257"]);
    assert!(daemon.root().join("a").exists() && daemon.root().join("c").exists());
    assert!(!daemon.root().join("b").exists());
    assert_eq!(proxy.record().last().unwrap().reply[..3], *"257");
}

#[test]
fn replies_are_replaced_with_and_without_the_server() {
    let daemon = daemon();
    let proxy = ControlProxy::start(daemon.port());
    let mut client = Client::log_in_at(&daemon, proxy.port());
    proxy.at_command(4, Action::Reply("452 Not now".into()));
    client.expect("MKD refused", "452 Not now");
    assert!(!daemon.root().join("refused").exists());
    proxy.at_verb("STOR", 1, Action::ReplyAfterForward("426 Lost".into()));
    assert_eq!(client.store("kept", b"1"), "426 Lost\r\n");
    assert_eq!(fs::read(daemon.root().join("kept")).unwrap(), b"1");
    client.expect("SIZE kept", "213 1");
}

#[test]
fn a_421_ends_the_connection() {
    let daemon = daemon();
    let proxy = ControlProxy::start(daemon.port());
    let mut client = Client::log_in_at(&daemon, proxy.port());
    proxy.at_verb("NOOP", 2, Action::Reply("421 Too many".into()));
    client.write("NOOP\r\nNOOP\r\nMKD never\r\n");
    assert_eq!(client.reply()[..3], *"200");
    assert_eq!(client.reply(), "421 Too many\r\n");
    assert_eq!(client.reply(), "");
    assert!(!daemon.root().join("never").exists());

    proxy.at_verb("CONNECT", 1, Action::Reply("421 Closed".into()));
    let (mut refused, greeting) = Client::connect("127.0.0.1", proxy.port());
    assert_eq!(greeting, "421 Closed\r\n");
    assert_eq!(refused.reply(), "");
    Client::log_in_at(&daemon, proxy.port());
}

#[test]
fn connections_are_cut_before_or_after_the_command() {
    let daemon = daemon();
    let proxy = ControlProxy::start(daemon.port());
    let mut client = Client::log_in_at(&daemon, proxy.port());
    proxy.at_verb("MKD", 1, Action::CutControl);
    assert_eq!(client.say("MKD unseen"), "");
    assert!(!daemon.root().join("unseen").exists());

    let mut client = Client::log_in_at(&daemon, proxy.port());
    proxy.at_verb("MKD", 1, Action::CutBeforeReply);
    assert_eq!(client.say("MKD done"), "");
    assert!(daemon.root().join("done").exists());

    let mut client = Client::log_in_at(&daemon, proxy.port());
    proxy.cut_all();
    assert_eq!(client.reply(), "");
}

#[test]
fn a_hanging_command_is_never_answered() {
    let daemon = daemon();
    let proxy = ControlProxy::start(daemon.port());
    let mut client = Client::log_in_at(&daemon, proxy.port());
    proxy.at_verb("MKD", 1, Action::Hang);
    client.set_patience(Duration::from_millis(100));
    assert_eq!(client.say("MKD unseen"), "");
    assert_eq!(client.say("NOOP"), "");
    assert!(!daemon.root().join("unseen").exists());
    drop(proxy);
    client.set_patience(crate::client::PATIENCE);
    assert_eq!(client.reply(), "");
}

#[test]
fn hooks_and_notices_are_called() {
    let daemon = Arc::new(daemon());
    let proxy = ControlProxy::start(daemon.port());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    proxy.on(move |command, number| {
        noted.lock().unwrap().push((command.to_owned(), number));
        if command.starts_with("SITE") { Action::Reply("200 Hook".into()) } else { Action::Forward }
    });
    let mut client = Client::log_in_at(&daemon, proxy.port());
    client.expect("SITE anything", "200 Hook");
    let seen = seen.lock().unwrap().clone();
    let last = seen.last().unwrap();
    assert_eq!((seen[0].0.as_str(), seen[0].1), ("CONNECT", 0));
    assert_eq!((last.0.as_str(), last.1), ("SITE anything", 4));

    let (sender, receiver) = mpsc::channel();
    let ended = Arc::clone(&daemon);
    let notice = move || {
        ended.stop();
        sender.send(()).unwrap();
    };
    proxy.at_verb("NOOP", 1, Action::Notify(Box::new(notice)));
    assert_eq!(client.say("NOOP"), "");
    receiver.recv_timeout(crate::client::PATIENCE).unwrap();
    daemon.restart();
    Client::log_in_at(&daemon, proxy.port());
}

/// Uploads through the given kind of passive mode; gives what the data connection saw, and the final reply.
fn upload(client: &mut Client, passive: &str, content: &[u8]) -> (std::io::Result<usize>, String) {
    let reply = client.say(passive);
    let port = if passive == "EPSV" {
        reply.split('|').nth(3).unwrap().parse::<u16>().unwrap()
    } else {
        let numbers: Vec<u16> = reply
            .split(|c: char| !c.is_ascii_digit())
            .filter(|number| !number.is_empty())
            .map(|number| number.parse().unwrap())
            .collect();
        numbers[5] * 256 + numbers[6]
    };
    let mut data = TcpStream::connect(("127.0.0.1", port)).unwrap();
    data.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    client.expect("STOR page", "150");
    let _ = data.write_all(content);
    // Nothing is sent this way: it only shows how the connection ends.
    let end = data.read(&mut [0]);
    drop(data);
    (end, client.reply())
}

#[test]
fn data_connections_break_after_so_many_bytes() {
    let daemon = daemon();
    let proxy = ControlProxy::start(daemon.port());
    let content = vec![7; 400_000];
    for passive in ["EPSV", "PASV"] {
        let mut client = Client::log_in_at(&daemon, proxy.port());
        let done = proxy.count("EPSV") + proxy.count("PASV");
        let next = done as u64 + 1;
        proxy.at_transfer(next, DataFault::Close(100_000));
        let (_, reply) = upload(&mut client, passive, &content);
        assert!(reply.starts_with("226"), "{reply}");
        assert_eq!(fs::read(daemon.root().join("page")).unwrap(), content[..100_000]);

        proxy.at_transfer(next + 1, DataFault::Reset(50_000));
        let (end, reply) = upload(&mut client, passive, &content);
        assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
        assert!(reply.starts_with('4'), "{reply}");
        assert!(fs::metadata(daemon.root().join("page")).unwrap().len() <= 50_000);

        assert!(client.store("page", &content).starts_with("226"), "the next one is undisturbed");
        assert_eq!(fs::read(daemon.root().join("page")).unwrap(), content);
    }
}

#[test]
fn a_stalled_data_connection_stays_open_until_the_proxy_ends() {
    let daemon = daemon();
    let proxy = ControlProxy::start(daemon.port());
    let mut client = Client::log_in_at(&daemon, proxy.port());
    proxy.at_transfer(1, DataFault::Stall(1000));
    let mut data = client.data();
    client.expect("STOR page", "150");
    data.write_all(&[1; 2000]).unwrap();
    data.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let error = data.read(&mut [0]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
    drop(proxy);
    data.set_read_timeout(Some(crate::client::PATIENCE)).unwrap();
    assert!(matches!(data.read(&mut [0]), Ok(0) | Err(_)));
}

#[test]
fn nothing_listens_behind_a_dropped_proxy() {
    let daemon = daemon();
    let proxy = ControlProxy::start(daemon.port());
    let mut client = Client::log_in_at(&daemon, proxy.port());
    let port = proxy.port();
    drop(proxy);
    assert_eq!(client.reply(), "");
    // The listener's thread may take a moment to let go.
    let gone = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(5));
        TcpStream::connect(("127.0.0.1", port)).is_err()
    });
    assert!(gone);
}
