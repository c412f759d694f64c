//! Explicit FTPS: the certificate, and sessions that data connections resume.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, HandshakeKind, RootCertStore};
use sha2::{Digest, Sha256};
use slipway_practice::{Options, Practice};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::client::{Client, get};

#[tokio::test]
async fn files_are_published_over_tls_with_the_announced_certificate() {
    let (folder, keep) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let options = Options {
        folder: folder.path().to_path_buf(),
        keep: Some(keep.path().to_path_buf()),
        ..Options::default()
    };
    let practice = Practice::start(options).await.unwrap();
    let connector = trusting(CertificateDer::from_pem_file(keep.path().join("practice.pem")).unwrap());

    let mut plain = Client::connect(&practice).await;
    plain.expect("AUTH TLS", "234").await;
    let control = secure(&connector, plain.into_stream()).await;
    let shown = &control.get_ref().1.peer_certificates().unwrap()[0];
    assert_eq!(<[u8; 32]>::from(Sha256::digest(shown)), practice.certificate_sha256());

    let mut ftp = Client::over(control);
    ftp.log_in(&practice).await;
    ftp.expect("PBSZ 0", "200").await;
    ftp.expect("PROT P", "200").await;
    for name in ["first.txt", "second.txt"] {
        let data = ftp.data_connection("EPSV").await;
        ftp.expect(&format!("STOR {name}"), "150").await;
        let mut data = secure(&connector, data).await;
        assert_eq!(data.get_ref().1.handshake_kind(), Some(HandshakeKind::Resumed));
        data.write_all(name.as_bytes()).await.unwrap();
        data.shutdown().await.unwrap();
        drop(data);
        assert!(ftp.reply().await.starts_with("226"));
        assert_eq!(get(&practice, &format!("/{name}")).await.body, name);
    }
    practice.stop().await;
}

fn trusting(certificate: CertificateDer<'static>) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

async fn secure(connector: &TlsConnector, stream: TcpStream) -> TlsStream<TcpStream> {
    connector.connect(ServerName::try_from("localhost").unwrap(), stream).await.unwrap()
}
