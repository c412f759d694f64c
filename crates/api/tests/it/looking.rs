//! Requests that only look, without a window.

use std::fs;

use slipway_api::core::plan::Change;
use slipway_api::core::{Check, Code, Protocol, RemotePath, Sha256, Site, Totals};
use slipway_api::{Account, CancellationToken, Events, PublishOptions, Slipway};
use slipway_store::DataDir;
use slipway_testkit::{Daemon, Kind, Options, Tls, refused_port, snapshot};

use crate::computer::{Computer, passed, secret, shop};

fn account(daemon: &Daemon) -> Account {
    Account {
        host: daemon.host().to_owned(),
        user: daemon.user().to_owned(),
        password: secret(daemon.password()),
        protocol: Protocol::Ftps,
        port: Some(daemon.port()),
        connections: 4,
        trusted_certificate: Some(Sha256(daemon.certificate_sha256())),
    }
}

async fn check(slipway: &Slipway, account: Account) -> (Vec<Check>, Result<(), Code>) {
    let (ticks, tell) = passed();
    let result = slipway.check_account(account, tell, CancellationToken::new()).await;
    let ticks = ticks.lock().unwrap().clone();
    (ticks, result.map_err(|failure| failure.code))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_server_is_sent_no_password() {
    use Check::{Found, MaySave, Secure, SignedIn};
    let (daemon, computer) = (Daemon::start(Kind::Vsftpd), Computer::new());
    let slipway = computer.slipway();
    let unknown = Account { trusted_certificate: None, ..account(&daemon) };
    assert_eq!(check(&slipway, unknown).await, (vec![Found], Err(Code::CertificateUnknown)));
    let other = Account { trusted_certificate: Some(Sha256([7; 32])), ..account(&daemon) };
    assert_eq!(check(&slipway, other).await, (vec![Found], Err(Code::CertificateChanged)));
    let log = daemon.log();
    assert!(!log.contains("USER") && !log.contains("PASS "), "{log}");

    let wrong = Account { password: secret("wrong"), ..account(&daemon) };
    assert_eq!(check(&slipway, wrong).await, (vec![Found, Secure], Err(Code::LoginRejected)));
    assert_eq!(check(&slipway, account(&daemon)).await, (vec![Found, Secure, SignedIn, MaySave], Ok(())));
    assert!(daemon.log().contains("USER"), "the log would have told");
    assert!(snapshot(daemon.root()).is_empty());

    let plain = Daemon::with(Kind::PyFtpdLib, Options { tls: Tls::None, ..Options::default() });
    assert_eq!(check(&slipway, account(&plain)).await, (vec![Found], Err(Code::SecureNotOffered)));
    let unsafe_one = Account { protocol: Protocol::Ftp, ..account(&plain) };
    assert_eq!(check(&slipway, unsafe_one).await, (vec![Found, SignedIn, MaySave], Ok(())));
    let closed = Account { port: Some(refused_port().port()), ..account(&plain) };
    assert_eq!(check(&slipway, closed).await, (vec![], Err(Code::ConnectionRefused)));
    let odd = Account { host: "no host".to_owned(), ..account(&plain) };
    assert_eq!(check(&slipway, odd).await, (vec![], Err(Code::ConfigurationInvalid)));
    slipway.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_is_checked_step_by_step() {
    let (daemon, computer) = (Daemon::start(Kind::ProFtpd), Computer::new());
    let slipway = computer.slipway();
    slipway.add_site(computer.site(&daemon), None).await.unwrap();
    slipway.set_login(&shop(), daemon.user().to_owned(), secret(daemon.password()), false).await.unwrap();
    let (ticks, tell) = passed();
    slipway.check(&shop(), tell, Events::none(), CancellationToken::new()).await.unwrap();
    assert_eq!(*ticks.lock().unwrap(), [Check::Found, Check::Secure, Check::SignedIn, Check::MaySave]);
    assert!(snapshot(daemon.root()).is_empty());
    slipway.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn comparing_needs_neither_server_nor_password_nor_lock() {
    let (daemon, computer) = (Daemon::start(Kind::Vsftpd), Computer::new());
    computer.write(&[("index.html", b"welcome"), ("about.html", b"about")]);
    let slipway = computer.slipway();
    slipway.add_site(computer.site(&daemon), None).await.unwrap();
    let compare = async |slipway: &Slipway| {
        let compared = slipway.compare(&shop(), PublishOptions::default(), CancellationToken::new()).await;
        compared.unwrap().plan
    };
    let first = compare(&slipway).await;
    assert_eq!((first.count(Change::New), first.after), (2, Totals { files: 2, bytes: 12 }));
    assert!(!daemon.log().contains("CONNECT"), "{}", daemon.log());

    slipway.set_login(&shop(), daemon.user().to_owned(), secret(daemon.password()), false).await.unwrap();
    let (options, cancel) = (PublishOptions::default(), CancellationToken::new());
    slipway.publish(&shop(), options, Events::none(), cancel).await.unwrap();
    slipway.close().await;
    assert!(daemon.log().contains("CONNECT"), "the log would have told");
    daemon.stop();
    computer.write(&[("about.html", b"about us")]);
    let other = computer.slipway();
    // What a publish holds while it is under way.
    let data = DataDir::open(Some(&computer.folder().with_file_name("data"))).unwrap();
    let _lock = data.lock_site(&shop()).unwrap();
    let asked =
        other.preview(&shop(), PublishOptions::default(), Events::none(), CancellationToken::new()).await;
    assert_eq!(asked.unwrap_err().code, Code::AnotherPublishRunning);
    let compared = compare(&other).await;
    let changes: Vec<_> =
        compared.uploads.iter().map(|upload| (upload.path.as_str(), upload.change)).collect();
    assert_eq!((changes, compared.unchanged), (vec![("about.html", Change::Changed)], 1));
    assert!(compare(&other).await.removals.is_empty());
    fs::remove_dir_all(computer.folder()).unwrap();
    let missing = other.compare(&shop(), PublishOptions::default(), CancellationToken::new()).await;
    assert_eq!(missing.unwrap_err().code, Code::LocalFolderMissing);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_the_servers_file_lies_in_slipways_own_folder() {
    let (daemon, computer) = (Daemon::start(Kind::PureFtpd), Computer::new());
    daemon.write_tree(&[("web/index.html", b"theirs"), ("web/a b/ü.html", b"another")]);
    let slipway = computer.slipway();
    let site = Site { remote_dir: "web".to_owned().try_into().unwrap(), ..computer.site(&daemon) };
    slipway.add_site(site, None).await.unwrap();
    let user = daemon.user().to_owned();
    slipway.set_login(&shop(), user.clone(), secret(daemon.password()), false).await.unwrap();
    let fetch = async |slipway: &Slipway, path: &str| {
        let fetched = slipway.fetch(&shop(), &RemotePath::new(path).unwrap(), CancellationToken::new()).await;
        fetched.map_err(|failure| failure.code)
    };
    let first = fetch(&slipway, "index.html").await.unwrap();
    let second = fetch(&slipway, "a b/ü.html").await.unwrap();
    assert_eq!(
        (fs::read(&first).unwrap(), fs::read(&second).unwrap()),
        (b"theirs".into(), b"another".into())
    );
    assert!(first.ends_with("index.html") && second.ends_with("a b/ü.html"));
    assert_eq!(fetch(&slipway, "gone.html").await, Err(Code::FolderNotFound));
    assert_eq!(fetch(&slipway, ".git/config").await, Err(Code::NameNotAllowed));
    assert!(snapshot(&computer.folder()).is_empty(), "the website's folder is as it was");
    slipway.close().await;

    // The next session does not keep what this one left.
    let next = computer.slipway();
    next.set_login(&shop(), user, secret(daemon.password()), false).await.unwrap();
    assert_eq!(fetch(&next, "index.html").await.unwrap(), first);
    assert!(first.exists() && !second.exists());
    let copies = computer.folder().with_file_name("data").join("server-copies");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&copies).unwrap().permissions().mode() & 0o777, 0o700);
    }
    next.remove_site(&shop()).await.unwrap();
    assert!(!first.exists(), "another site of this name has nothing to do with it");
    next.close().await;
    assert!(copies.exists());
    drop(slipway_api::desk::Desk::new(computer.slipway()));
    assert!(!copies.exists());
}
