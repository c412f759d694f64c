//! FTP and FTPS against real servers.

use slipway_core::{Protocol, RemoteDir, Sha256};
use slipway_practice::Practice;
use slipway_remote::EntryKind;
use slipway_remote::ftp::{self, FtpConnector};
use slipway_testkit::{Daemon, Kind, Options, Tls};

use crate::conformance::{Habits, conforms};
use crate::servers::{self, LogOfFailure, PUBLISH_FOLDER};

fn habits(kind: Kind) -> Habits {
    match kind {
        Kind::Vsftpd => Habits { sets_times: false, ..Habits::default() },
        Kind::ProFtpd => Habits { lost_folders: &["*", "a*b"], ..Habits::default() },
        Kind::PureFtpd => Habits {
            // It cuts spaces off the end of what it is told, and takes no backslash.
            lost_names: &["trailing ", "   ", "back\\slash"],
            lost_folders: &["trailing ", "   ", "back\\slash"],
            ..Habits::default()
        },
        Kind::PyFtpdLib => Habits::default(),
    }
}

async fn daemon_conforms(kind: Kind, protocol: Protocol, options: Options) {
    let daemon = Daemon::with(kind, options);
    let _log = LogOfFailure(&daemon);
    let connector = servers::connector(&daemon, protocol);
    let disk = Some(daemon.root().join(PUBLISH_FOLDER));
    conforms(&connector, Habits { disk, ..habits(kind) }).await;
}

macro_rules! conformance {
    ($($name:ident: $kind:ident, $protocol:ident, $options:expr;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                daemon_conforms(Kind::$kind, Protocol::$protocol, $options).await;
            }
        )*
    };
}

fn tls(tls: Tls) -> Options {
    Options { tls, ..Options::default() }
}

fn implicit() -> Options {
    Options { implicit_tls: true, ..Options::default() }
}

fn ipv6() -> Options {
    Options { ipv6: true, ..Options::default() }
}

conformance! {
    vsftpd_plain: Vsftpd, Ftp, tls(Tls::None);
    vsftpd_tls_1_2: Vsftpd, Ftps, tls(Tls::V12);
    vsftpd_tls_1_3: Vsftpd, Ftps, tls(Tls::V13);
    vsftpd_implicit: Vsftpd, FtpsImplicit, implicit();
    vsftpd_ipv6: Vsftpd, Ftp, ipv6();
    proftpd_plain: ProFtpd, Ftp, tls(Tls::None);
    proftpd_tls_1_2: ProFtpd, Ftps, tls(Tls::V12);
    proftpd_tls_1_3: ProFtpd, Ftps, tls(Tls::V13);
    proftpd_implicit: ProFtpd, FtpsImplicit, implicit();
    proftpd_ipv6: ProFtpd, Ftps, ipv6();
    proftpd_case_insensitive: ProFtpd, Ftp, Options { case_insensitive: true, ..tls(Tls::None) };
    pure_ftpd_plain: PureFtpd, Ftp, tls(Tls::None);
    pure_ftpd_tls_1_2: PureFtpd, Ftps, tls(Tls::V12);
    pure_ftpd_tls_1_3: PureFtpd, Ftps, tls(Tls::V13);
    pure_ftpd_ipv6: PureFtpd, Ftp, ipv6();
    pyftpdlib_plain: PyFtpdLib, Ftp, tls(Tls::None);
    pyftpdlib_tls_1_2: PyFtpdLib, Ftps, tls(Tls::V12);
    pyftpdlib_tls_1_3: PyFtpdLib, Ftps, tls(Tls::V13);
    pyftpdlib_ipv6: PyFtpdLib, Ftp, ipv6();
}

async fn practice_conforms(protocol: Protocol) {
    let folder = tempfile::tempdir().unwrap();
    let options = slipway_practice::Options { folder: folder.path().to_owned(), ..Default::default() };
    let practice = Practice::start(options).await.unwrap();
    let address = practice.ftp_address();
    let connector = FtpConnector::new(ftp::Options {
        host: address.ip().to_string(),
        port: address.port(),
        protocol,
        user: practice.user().to_owned(),
        password: practice.password().clone(),
        remote_dir: RemoteDir::new(PUBLISH_FOLDER).unwrap(),
        trusted: Some(Sha256(practice.certificate_sha256())),
        timeout: std::time::Duration::from_secs(10),
        throttle: Default::default(),
        facts: Default::default(),
        reached: Default::default(),
    });
    let disk = Some(folder.path().join(PUBLISH_FOLDER));
    conforms(
        &connector,
        Habits { disk, sets_times: false, link: (EntryKind::File, 10), ..Habits::default() },
    )
    .await;
    practice.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn practice_plain() {
    practice_conforms(Protocol::Ftp).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn practice_tls() {
    practice_conforms(Protocol::Ftps).await;
}
