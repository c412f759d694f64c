//! One file, asked of a web server as a browser asks it: over HTTP or HTTPS, redirects followed within the same website.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::header;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use sha2::Digest;
use slipway_core::{Sha256, Unreached};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::Url;

/// So many redirects are followed, as browsers follow them.
const MOST_REDIRECTS: usize = 5;
/// One file must have come by then, redirects and all.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a web server answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reply {
    /// A page, with the digest of its content: of no more than one byte above what was asked for.
    Page {
        sha256: Sha256,
        /// It came compressed, although that was not asked for.
        packed: bool,
    },
    /// It has no such page.
    NotFound,
    /// Nothing that could be compared.
    Unreached(Unreached),
}

/// Asks web servers. Holds no connection: the few files that are asked for are asked for at once.
#[derive(Clone)]
pub(super) struct Web {
    tls: Option<Arc<rustls::ClientConfig>>,
}

impl Web {
    /// Loads the system's trust store. Blocks.
    pub(super) fn new() -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls_platform_verifier::Verifier::new(provider.clone()).and_then(|verifier| {
            let config = rustls::ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()?
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(verifier))
                .with_no_client_auth();
            Ok(Arc::new(config))
        });
        let tls =
            tls.inspect_err(|error| tracing::warn!(%error, "no HTTPS without the system's certificates"));
        Self { tls: tls.ok() }
    }

    /// Asks for a file, of which no more than `size` bytes and one are read.
    pub(super) async fn get(&self, url: &Url, size: u64) -> Reply {
        match tokio::time::timeout(PATIENCE, self.follow(url.clone(), size)).await {
            Ok(Ok(reply)) => reply,
            Ok(Err(reason)) => Reply::Unreached(reason),
            Err(_) => Reply::Unreached(Unreached::TimedOut),
        }
    }

    async fn follow(&self, mut url: Url, size: u64) -> Result<Reply, Unreached> {
        for _ in 0..=MOST_REDIRECTS {
            let response = self.ask(&url).await?;
            let status = response.status();
            if !status.is_redirection() {
                return read(response, size).await;
            }
            let to = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
            let to = to.and_then(|to| url.join(to).ok()).ok_or(Unreached::Failed)?;
            if !same_website(&url, &to) {
                return Err(Unreached::Redirected);
            }
            url = to;
        }
        Err(Unreached::Redirected)
    }

    async fn ask(&self, url: &Url) -> Result<Response<Incoming>, Unreached> {
        let host = url.host_str().ok_or(Unreached::Failed)?;
        let port = url.port_or_known_default().ok_or(Unreached::Failed)?;
        let name = host.trim_start_matches('[').trim_end_matches(']');
        let addresses: Vec<_> =
            tokio::net::lookup_host((name, port)).await.map_err(|_| Unreached::HostNotFound)?.collect();
        let stream = TcpStream::connect(&addresses[..]).await.map_err(|error| match error.kind() {
            io::ErrorKind::TimedOut => Unreached::TimedOut,
            _ => Unreached::Refused,
        })?;
        if url.scheme() == "http" {
            return exchange(stream, url).await;
        }
        let tls = self.tls.clone().ok_or(Unreached::Certificate)?;
        let name = ServerName::try_from(name.to_owned()).map_err(|_| Unreached::Failed)?;
        let stream = TlsConnector::from(tls).connect(name, stream).await.map_err(|error| {
            let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
            tracing::info!(%error, "the web server's certificate or TLS was refused");
            match tls {
                Some(rustls::Error::InvalidCertificate(_)) => Unreached::Certificate,
                _ => Unreached::Failed,
            }
        })?;
        exchange(stream, url).await
    }
}

/// Whether a redirect stays with the website: the same host, with or without `www.`, encrypted or not.
fn same_website(from: &Url, to: &Url) -> bool {
    let bare = |url: &Url| url.host_str().map(|host| host.strip_prefix("www.").unwrap_or(host).to_owned());
    matches!(to.scheme(), "http" | "https") && bare(from) == bare(to)
}

async fn exchange<S>(stream: S, url: &Url) -> Result<Response<Incoming>, Unreached>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let failed = |error: hyper::Error| {
        tracing::info!(%error, %url, "no answer of the web server");
        Unreached::Failed
    };
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
    // Ends with the answer, or when the answer is dropped.
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "the web server's connection broke");
        }
    });
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let request = Request::get(target)
        .header(header::HOST, host)
        .header(header::USER_AGENT, concat!("Slipway/", env!("CARGO_PKG_VERSION")))
        .header(header::ACCEPT, "*/*")
        // What is packed can't be compared as it is.
        .header(header::ACCEPT_ENCODING, "identity")
        .body(Empty::<Bytes>::new())
        .map_err(|_| Unreached::Failed)?;
    sender.send_request(request).await.map_err(failed)
}

async fn read(response: Response<Incoming>, size: u64) -> Result<Reply, Unreached> {
    match response.status() {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(Reply::NotFound),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(Unreached::Locked),
        _ => return Err(Unreached::Failed),
    }
    let packed = response.headers().get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity");
    let (mut body, mut digest, mut left) =
        (response.into_body(), sha2::Sha256::new(), size.saturating_add(1));
    while left > 0
        && let Some(frame) = body.frame().await
    {
        let frame = frame.map_err(|_| Unreached::Failed)?;
        if let Some(data) = frame.data_ref() {
            let part = &data[..data.len().min(usize::try_from(left).unwrap_or(usize::MAX))];
            digest.update(part);
            left -= part.len() as u64;
        }
    }
    Ok(Reply::Page { sha256: Sha256(digest.finalize().into()), packed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_stay_with_the_website() {
        let same = |from: &str, to: &str| same_website(&Url::parse(from).unwrap(), &Url::parse(to).unwrap());
        assert!(same("http://example.com/a", "https://example.com/a"));
        assert!(same("https://example.com", "https://www.example.com/"));
        assert!(same("https://www.example.com", "http://example.com:8080/b"));
        for to in
            ["https://example.org/", "https://example.com.evil.net/", "ftp://example.com/", "file:///etc"]
        {
            assert!(!same("https://example.com", to), "{to}");
        }
    }
}
