//! Which certificates are trusted, and how TLS is set up for one control connection and its data connections.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use sha2::Digest;
use slipway_core::{Certificate, Distrust, Sha256};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

/// The system's judgement of certificates; `None` where the system has no certificates at all.
pub(super) type SystemTrust = Option<Arc<dyn ServerCertVerifier>>;

/// Loads the system's trust store. Reads files; call it once.
pub(super) fn system_trust() -> SystemTrust {
    match rustls_platform_verifier::Verifier::new(provider()) {
        Ok(verifier) => Some(Arc::new(verifier)),
        Err(error) => {
            tracing::warn!(%error, "the system's certificates can't be read; only pinned ones are trusted");
            None
        }
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// TLS for one control connection and its data connections: they share one session store, and no other
/// connection does. vsftpd and ProFTPD want each data connection to resume *its* control connection's session.
pub(super) fn client_config(trust: Arc<Trust>, tls12_only: bool) -> Result<ClientConfig, Error> {
    let versions = if tls12_only { &[&rustls::version::TLS12][..] } else { rustls::ALL_VERSIONS };
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)?
        .dangerous()
        .with_custom_certificate_verifier(trust)
        .with_no_client_auth();
    config.resumption = Resumption::in_memory_sessions(64);
    Ok(config)
}

/// Trusts what the system trusts, and one pinned certificate. Remembers the certificate it refused, so that a
/// person can be shown it.
#[derive(Debug)]
pub(super) struct Trust {
    system: SystemTrust,
    pinned: Option<Sha256>,
    refused: Mutex<Option<Certificate>>,
}

impl Trust {
    pub(super) fn new(system: SystemTrust, pinned: Option<Sha256>) -> Self {
        Self { system, pinned, refused: Mutex::new(None) }
    }

    /// The certificate that was refused, if that is why the handshake failed.
    pub(super) fn refused(&self) -> Option<Certificate> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.pinned == Some(fingerprint(end_entity)) {
            return Ok(ServerCertVerified::assertion());
        }
        let unknown = || Error::InvalidCertificate(CertificateError::UnknownIssuer);
        let judged = match &self.system {
            Some(system) => {
                system.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
            None => Err(unknown()),
        };
        if let Err(error) = &judged {
            let certificate = describe(end_entity, distrust(error));
            *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(certificate);
        }
        judged
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &provider().signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &provider().signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}

fn fingerprint(certificate: &CertificateDer<'_>) -> Sha256 {
    Sha256(sha2::Sha256::digest(certificate).into())
}

fn distrust(error: &Error) -> Distrust {
    match error {
        Error::InvalidCertificate(error) => match error {
            CertificateError::UnknownIssuer => Distrust::UnknownIssuer,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Distrust::WrongName
            }
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => Distrust::OutOfDate,
            CertificateError::Revoked => Distrust::Revoked,
            // A self-signed certificate that calls itself an authority is reported like this by webpki.
            CertificateError::Other(_) => Distrust::UnknownIssuer,
            _ => Distrust::Other,
        },
        _ => Distrust::Other,
    }
}

fn describe(der: &CertificateDer<'_>, distrust: Distrust) -> Certificate {
    let mut certificate = Certificate {
        sha256: fingerprint(der),
        subject: String::new(),
        issuer: String::new(),
        names: Vec::new(),
        not_before: 0,
        not_after: 0,
        distrust,
    };
    let Ok((_, parsed)) = X509Certificate::from_der(der) else { return certificate };
    certificate.subject = shown(&parsed.subject().to_string());
    certificate.issuer = shown(&parsed.issuer().to_string());
    certificate.not_before = parsed.validity().not_before.timestamp();
    certificate.not_after = parsed.validity().not_after.timestamp();
    if let Ok(Some(names)) = parsed.subject_alternative_name() {
        certificate.names = names.value.general_names.iter().filter_map(name).collect();
    }
    certificate
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some(shown(name)),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes).ok().map(|b| std::net::Ipv4Addr::from(b).to_string()),
            16 => <[u8; 16]>::try_from(*bytes).ok().map(|b| std::net::Ipv6Addr::from(b).to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// Certificates hold what strangers wrote: no control characters, no endless names.
fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}
