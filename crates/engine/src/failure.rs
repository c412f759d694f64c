//! From the errors of the rooms below to [`Failure`].

use slipway_core::{Code, Failure};
use slipway_remote::RemoteError;
use slipway_store::StoreError;

/// What a server's error means for a run; `about` is the file or folder, where there is one.
pub(crate) fn remote(error: &RemoteError, about: Option<&str>) -> Failure {
    let mut failure = Failure::new(error.code(), error);
    failure.path = about.map(str::to_owned);
    failure.server_reply = error.reply().map(ToString::to_string);
    if let RemoteError::CertificateUnknown(certificate) | RemoteError::CertificateChanged(certificate) = error
    {
        failure.certificate = Some(certificate.clone());
    }
    failure
}

/// What an error of this computer's stores means for a run.
pub(crate) fn stored(error: StoreError) -> Failure {
    Failure::new(error.code(), error)
}

/// The user stopped the run.
pub(crate) fn cancelled() -> Failure {
    Failure::new(Code::Cancelled, "stopped by the user")
}
