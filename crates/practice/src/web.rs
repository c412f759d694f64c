//! The HTTP door: shows the published folder as a host would.

use std::path::{Path, PathBuf};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use percent_encoding::percent_decode_str;
use tokio::net::TcpListener;
use tower_http::services::ServeDir;

const NOTHING_YET: &str = include_str!("pages/nothing-yet.html");
const NOT_FOUND: &str = include_str!("pages/not-found.html");

/// Serves until it is dropped.
pub(crate) async fn serve(listener: TcpListener, folder: PathBuf) {
    let pages = Router::new()
        .fallback_service(ServeDir::new(&folder))
        .layer(from_fn_with_state(folder, as_a_host_would));
    if let Err(error) = axum::serve(listener, pages).await {
        tracing::warn!(%error, "the practice website ended");
    }
}

async fn as_a_host_would(State(folder): State<PathBuf>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response =
        if is_private(&path) { StatusCode::NOT_FOUND.into_response() } else { next.run(request).await };
    if response.status() == StatusCode::NOT_FOUND {
        response = (StatusCode::NOT_FOUND, missing(&folder, &path).await).into_response();
    }
    let headers = response.headers_mut();
    if let Some(kind) = headers.get(CONTENT_TYPE).and_then(with_charset) {
        headers.insert(CONTENT_TYPE, kind);
    }
    // What is seen must be what is there now, never a browser's copy of it.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The site's own page for what is missing, or else ours.
async fn missing(folder: &Path, path: &str) -> Html<Body> {
    if path == "/" {
        return Html(NOTHING_YET.into());
    }
    match tokio::fs::read(folder.join("404.html")).await {
        Ok(page) => Html(page.into()),
        Err(_) => Html(NOT_FOUND.into()),
    }
}

/// What no visitor may see: staging, which `.htaccess` closes on a real host, and `.ht…` files,
/// which Apache never shows. Some file systems ignore case, so this does.
fn is_private(path: &str) -> bool {
    let path = percent_decode_str(path).decode_utf8_lossy().to_lowercase();
    // Windows drops dots and spaces at the end of a name.
    let mut parts = path.split(['/', '\\']).map(|part| part.trim_end_matches(['.', ' ']));
    parts.any(|part| part == ".slipway" || part.starts_with(".ht"))
}

/// Text is sent as UTF-8, as hosts are set up to do; `None` when nothing needs to change.
fn with_charset(kind: &HeaderValue) -> Option<HeaderValue> {
    let kind = kind.to_str().ok()?;
    if !kind.starts_with("text/") || kind.contains("charset") {
        return None;
    }
    HeaderValue::from_str(&format!("{kind}; charset=utf-8")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn staging_is_private_however_it_is_written() {
        for path in [
            "/.slipway",
            "/.slipway/a/1",
            "/%2eslipway/a",
            "/x/.Slipway/a",
            "/a%2F.slipway/b",
            "/.slipway./b",
            "/.htaccess",
        ] {
            assert!(is_private(path), "{path}");
        }
        for path in ["/", "/slipway", "/.well-known/x", "/a.slipway", "/index.html"] {
            assert!(!is_private(path), "{path}");
        }
    }

    #[test]
    fn only_text_without_a_charset_is_given_one() {
        let kind = |text| with_charset(&HeaderValue::from_static(text));
        assert_eq!(kind("text/css").unwrap(), "text/css; charset=utf-8");
        assert_eq!(kind("text/html; charset=utf-8"), None);
        assert_eq!(kind("image/png"), None);
    }
}
