//! Who the practice server is: a self-signed certificate, its private key, and the password.
//!
//! Key and certificate share one PEM file, because the FTP library reads them from files, and one
//! file can be written whole or not at all.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rcgen::{CertificateParams, DnType, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use tempfile::{NamedTempFile, TempPath};

use crate::PracticeError;

const FILE_NAME: &str = "practice.pem";

#[derive(Debug)]
pub(crate) struct Identity {
    /// A PEM file with the private key and the certificate, readable by its owner only.
    pub(crate) file: PathBuf,
    pub(crate) sha256: [u8; 32],
    pub(crate) password: SecretString,
    /// Deletes a file that is not meant to be kept.
    _temporary: Option<TempPath>,
}

impl Identity {
    /// A new identity that is forgotten when it is dropped.
    pub(crate) fn fresh() -> Result<Self, PracticeError> {
        let file = write_new(&std::env::temp_dir())?.into_temp_path();
        let mut identity = Self::read(file.to_path_buf())?;
        identity._temporary = Some(file);
        Ok(identity)
    }

    /// The identity kept in the folder `keep`; made at the first call.
    pub(crate) fn kept(keep: &Path) -> Result<Self, PracticeError> {
        let failed = |source| PracticeError::Keep { file: keep.to_path_buf(), source };
        let file = std::path::absolute(keep).map_err(failed)?.join(FILE_NAME);
        if !file.try_exists().map_err(failed)? {
            std::fs::create_dir_all(keep).map_err(failed)?;
            match write_new(keep)?.persist_noclobber(&file) {
                Ok(_) => {}
                // Another start was quicker: both use what it wrote.
                Err(clash) if clash.error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(other) => return Err(failed(other.error)),
            }
        }
        Self::read(file)
    }

    fn read(file: PathBuf) -> Result<Self, PracticeError> {
        let pem =
            std::fs::read(&file).map_err(|source| PracticeError::Keep { file: file.clone(), source })?;
        let damaged = |reason: rustls::pki_types::pem::Error| PracticeError::Damaged {
            file: file.clone(),
            reason: reason.to_string(),
        };
        let certificate = CertificateDer::from_pem_slice(&pem).map_err(damaged)?;
        let key = PrivateKeyDer::from_pem_slice(&pem).map_err(damaged)?;
        Ok(Self {
            sha256: Sha256::digest(&certificate).into(),
            password: password(key.secret_der()),
            file,
            _temporary: None,
        })
    }
}

/// The password follows from the key, so that it is as random, and kept for as long, without a second
/// secret to look after.
fn password(key: &[u8]) -> SecretString {
    let digest = Sha256::new().chain_update("slipway practice password").chain_update(key).finalize();
    digest.iter().take(10).map(|byte| format!("{byte:02x}")).collect::<String>().into()
}

fn write_new(folder: &Path) -> Result<NamedTempFile, PracticeError> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    params.distinguished_name.push(DnType::CommonName, "Slipway practice server");
    // People are shown these dates, and the library's own (1975 to 4096) look like a mistake.
    params.not_before = rcgen::date_time_ymd(2025, 1, 1);
    params.not_after = rcgen::date_time_ymd(2049, 12, 31);
    let certificate = params.self_signed(&key)?;
    let write = || {
        // Created with mode 0600 on Unix.
        let mut file = NamedTempFile::new_in(folder)?;
        file.write_all(key.serialize_pem().as_bytes())?;
        file.write_all(certificate.pem().as_bytes())?;
        file.as_file().sync_all()?;
        Ok(file)
    };
    write().map_err(|source| PracticeError::Keep { file: folder.to_path_buf(), source })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_kept_identity_is_the_same_at_the_next_start() {
        let keep = tempfile::tempdir().unwrap();
        let first = Identity::kept(keep.path()).unwrap();
        let second = Identity::kept(keep.path()).unwrap();
        assert_eq!(first.sha256, second.sha256);
        assert_eq!(first.password.expose_secret(), second.password.expose_secret());
    }

    #[test]
    fn fresh_identities_differ_and_leave_no_file() {
        let (first, second) = (Identity::fresh().unwrap(), Identity::fresh().unwrap());
        assert_ne!(first.sha256, second.sha256);
        assert_ne!(first.password.expose_secret(), second.password.expose_secret());
        let file = first.file.clone();
        assert!(file.exists());
        drop(first);
        assert!(!file.exists());
    }

    #[test]
    fn a_damaged_file_is_reported_and_left_alone() {
        let keep = tempfile::tempdir().unwrap();
        let file = keep.path().join(FILE_NAME);
        std::fs::write(&file, "not a certificate").unwrap();
        assert!(matches!(Identity::kept(keep.path()), Err(PracticeError::Damaged { .. })));
        assert_eq!(std::fs::read(&file).unwrap(), b"not a certificate");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_the_key() {
        use std::os::unix::fs::PermissionsExt;
        let keep = tempfile::tempdir().unwrap();
        let file = Identity::kept(keep.path()).unwrap().file;
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
