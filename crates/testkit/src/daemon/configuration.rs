//! What each server has to be told, as files in the instance's folder and a command line.

use super::{Kind, Options, Tls, host, installed};
use std::fs;
use std::path::Path;

const PYFTPD: &str = include_str!("pyftpd.py");

/// # Panics
/// When this kind of server does not have an option.
pub(super) fn check(kind: Kind, options: &Options) {
    let case = !options.case_insensitive || kind == Kind::ProFtpd;
    assert!(case, "only ProFTPD has names that ignore case");
    let implicit = !options.implicit_tls || matches!(kind, Kind::Vsftpd | Kind::ProFtpd);
    assert!(implicit, "only vsftpd and ProFTPD have implicit TLS");
    assert!(!options.implicit_tls || options.tls != Tls::None, "implicit TLS without TLS");
}

/// Writes what the server reads into `folder`, and gives the command that runs it in the foreground.
pub(super) fn write(kind: Kind, options: &Options, folder: &Path, port: u16) -> Vec<String> {
    let folder = folder.to_str().expect("a path in UTF-8");
    match kind {
        Kind::Vsftpd => vsftpd(options, folder, port),
        Kind::ProFtpd => proftpd(options, folder, port),
        Kind::PureFtpd => pure_ftpd(options, folder, port),
        Kind::PyFtpdLib => pyftpdlib(options, folder, port),
    }
}

fn save(path: &str, text: &str) {
    // What an earlier attempt wrote may be root's by now.
    let _ = fs::remove_file(path);
    fs::write(path, text).unwrap();
}

/// Settings by OpenSSL's own configuration, for servers that cannot choose the TLS version.
fn openssl(options: &Options, folder: &str) -> [String; 2] {
    let path = format!("{folder}/etc/openssl.cnf");
    let newest = if options.tls == Tls::V12 { "TLSv1.2" } else { "TLSv1.3" };
    let head = "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\n";
    save(&path, &format!("{head}MinProtocol = TLSv1.2\nMaxProtocol = {newest}\n"));
    ["env".into(), format!("OPENSSL_CONF={path}")]
}

fn yes(value: bool) -> &'static str {
    if value { "YES" } else { "NO" }
}

fn vsftpd(options: &Options, folder: &str, port: u16) -> Vec<String> {
    let listen = if options.ipv6 { "listen_ipv6=YES\nlisten_address6" } else { "listen=YES\nlisten_address" };
    let mut text = format!(
        "{listen}={host}\n\
         listen_port={port}\n\
         background=NO\n\
         anonymous_enable=NO\n\
         local_enable=YES\n\
         write_enable={writable}\n\
         local_umask=022\n\
         local_root={folder}/root\n\
         chroot_local_user=YES\n\
         allow_writeable_chroot=YES\n\
         secure_chroot_dir={folder}/empty\n\
         pam_service_name=slipway-test\n\
         utf8_filesystem=YES\n\
         mdtm_write=YES\n\
         delay_failed_login=0\n\
         max_clients=500\n\
         max_per_ip={per_host}\n\
         isolate=NO\n\
         isolate_network=NO\n\
         seccomp_sandbox=NO\n\
         xferlog_enable=YES\n\
         vsftpd_log_file={folder}/log/vsftpd.log\n\
         log_ftp_protocol=YES\n",
        host = host(options),
        writable = yes(options.writable),
        per_host = options.max_clients_per_host.unwrap_or(500),
    );
    if options.tls != Tls::None {
        text += &format!(
            "ssl_enable=YES\n\
             implicit_ssl={implicit}\n\
             force_local_data_ssl=NO\n\
             force_local_logins_ssl=NO\n\
             ssl_tlsv1=YES\n\
             ssl_ciphers=HIGH\n\
             require_ssl_reuse=YES\n\
             rsa_cert_file={folder}/etc/server.pem\n",
            implicit = yes(options.implicit_tls),
        );
    }
    let path = format!("{folder}/etc/vsftpd.conf");
    save(&path, &text);
    let [env, openssl] = openssl(options, folder);
    vec![env, openssl, installed::path("root/usr/sbin/vsftpd"), path]
}

fn proftpd(options: &Options, folder: &str, port: u16) -> Vec<String> {
    let modules = installed::proftpd_modules();
    // Part of the program in Debian 12, files of their own in Debian 13.
    let basic = ["mod_ls", "mod_xfer"].into_iter().filter(|name| modules.join(format!("{name}.so")).exists());
    let basic: String = basic.map(|name| format!("LoadModule {name}.c\n")).collect();
    let mut text = format!(
        "ServerName slipway-test\n\
         ServerType standalone\n\
         DefaultServer on\n\
         UseIPv6 {ipv6}\n\
         DefaultAddress {host}\n\
         SocketBindTight on\n\
         Port {port}\n\
         ModulePath {modules}\n\
         {basic}\
         PidFile {folder}/run/proftpd.pid\n\
         ScoreboardFile {folder}/run/proftpd.score\n\
         SystemLog {folder}/log/proftpd.log\n\
         TransferLog none\n\
         WtmpLog off\n\
         <IfModule mod_delay.c>\n\
         DelayEngine off\n\
         </IfModule>\n\
         UseReverseDNS off\n\
         User slipway-test\n\
         Group slipway-test\n\
         Umask 022 022\n\
         MaxInstances 500\n\
         AuthOrder mod_auth_unix.c\n\
         RequireValidShell off\n\
         UseFtpUsers off\n\
         DefaultRoot {folder}/root\n\
         AllowOverwrite on\n\
         AllowStoreRestart on\n",
        ipv6 = if options.ipv6 { "on" } else { "off" },
        host = host(options),
        modules = modules.display(),
    );
    if let Some(clients) = options.max_clients_per_host {
        text += &format!("MaxClientsPerHost {clients}\n");
    }
    if !options.writable {
        text += "<Limit WRITE>\nDenyAll\n</Limit>\n";
    }
    if options.case_insensitive {
        text += "LoadModule mod_case.c\nCaseEngine on\nCaseIgnore on\n";
    }
    if options.tls != Tls::None {
        text += &format!(
            "LoadModule mod_tls.c\n\
             LoadModule mod_tls_shmcache.c\n\
             TLSEngine on\n\
             TLSProtocol {versions}\n\
             TLSRequired off\n\
             TLSECCertificateFile {folder}/etc/server.pem\n\
             TLSECCertificateKeyFile {folder}/etc/server.pem\n\
             TLSVerifyClient off\n\
             TLSLog {folder}/log/proftpd-tls.log\n\
             TLSSessionCache shm:/file={folder}/run/sessions\n",
            versions = if options.tls == Tls::V12 { "TLSv1.2" } else { "TLSv1.2 TLSv1.3" },
        );
    }
    if options.implicit_tls {
        text += "TLSOptions UseImplicitSSL\n";
    }
    let path = format!("{folder}/etc/proftpd.conf");
    save(&path, &text);
    vec![installed::path("root/usr/sbin/proftpd"), "--nodaemon".into(), "--config".into(), path]
}

fn pure_ftpd(options: &Options, folder: &str, port: u16) -> Vec<String> {
    let tls = if options.tls == Tls::None { 0 } else { 1 };
    let [env, openssl] = openssl(options, folder);
    let mut command = vec![env, openssl, installed::path("root/usr/sbin/pure-ftpd")];
    command.extend(["--bind".into(), format!("{},{port}", host(options))]);
    command.extend(["--login", "unix"].map(str::to_owned));
    command.extend(["--chrooteveryone", "--noanonymous", "--dontresolve"].map(str::to_owned));
    command.extend(["--umask", "022:022"].map(str::to_owned));
    command.extend(["--limitrecursion", "20000:20"].map(str::to_owned));
    command.extend([
        "--tls".into(),
        tls.to_string(),
        "--certfile".into(),
        format!("{folder}/etc/server.pem"),
    ]);
    command.extend(["--maxclientsnumber".into(), "500".into(), "--maxclientsperip".into()]);
    command.push(options.max_clients_per_host.unwrap_or(500).to_string());
    command.extend(["--altlog".into(), format!("clf:{folder}/log/pure-ftpd.log")]);
    command.extend(["--pidfile".into(), format!("{folder}/run/pure-ftpd.pid")]);
    command
}

fn pyftpdlib(options: &Options, folder: &str, port: u16) -> Vec<String> {
    let script = format!("{folder}/etc/pyftpd.py");
    save(&script, PYFTPD);
    // This server does not change its user by itself. As Python loads modules when they are first used, it
    // must still be able to read a Python that is in root's own folder.
    vec![
        "setpriv".into(),
        "--reuid=slipway-test".into(),
        "--regid=slipway-test".into(),
        "--clear-groups".into(),
        "--inh-caps=+dac_read_search".into(),
        "--ambient-caps=+dac_read_search".into(),
        installed::path("venv/bin/python"),
        script,
        port.to_string(),
        host(options).into(),
        format!("{folder}/root"),
        match options.tls {
            Tls::None => "none".into(),
            Tls::V12 => "1.2".into(),
            Tls::V13 => "1.3".into(),
        },
        format!("{folder}/etc/server.pem"),
        options.max_clients_per_host.unwrap_or(500).to_string(),
        if options.writable { "yes".into() } else { "no".into() },
    ]
}
