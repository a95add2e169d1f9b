//! What no request may be sent with (RFC 9112, sections 3.2 and 6.3), however it came about.

use std::sync::Arc;

use sortie_http::{Body, Headers, Method, Origin, Scheme};
use sortie_policy::Way;

use crate::{Error, ErrorKind};

/// Looks at header fields in front of this body.
pub(crate) fn check_fields(headers: &Headers, body: &Body) -> Result<(), Error> {
    let mut codings = headers.get_all("Transfer-Encoding");
    if (codings.next(), codings.next()) != (body.is_chunked().then_some("chunked"), None) {
        return Err(header("Transfer-Encoding cannot be given, it is derived from the body"));
    }
    if headers.get_all("Host").count() != 1 || headers.get("Host") == Some("") {
        return Err(header("Host must be given once, and not be empty"));
    }
    let length = body.length().unwrap_or(0);
    let mut lengths = headers.get_all("Content-Length");
    match (lengths.next(), lengths.next()) {
        (Some(_), _) if body.is_chunked() => Err(header("Content-Length is given for a body of unknown length")),
        (_, Some(_)) => Err(header("Content-Length is given twice")),
        (Some(given), None) if decimal(given) != Some(length) => {
            Err(header("Content-Length is not the length of the body"))
        }
        (None, None) if length > 0 => Err(header("Content-Length was taken away from a request with a body")),
        _ => Ok(()),
    }
}

/// Looks at what a request asks for, and where. CONNECT is for those who take the connection over.
pub(crate) fn check_target(method: &Method, scheme: Scheme, https_only: bool, upgrade: bool) -> Result<(), Error> {
    if https_only && scheme == Scheme::Http {
        return Err(Error::new(ErrorKind::InvalidUrl).with_message("only https is allowed"));
    }
    if *method == Method::CONNECT && !upgrade {
        return Err(Error::new(ErrorKind::InvalidArgument).with_message("CONNECT is sent by `upgrade` alone"));
    }
    Ok(())
}

/// Looks at the proxy that requests to an origin go through: where it cannot be used, they do not go around it.
pub(crate) fn check_way(way: Option<&Way>, origin: &Arc<Origin>) -> Result<(), Error> {
    match way.map(|way| way.proxy_for(origin)) {
        Some(Err(fault)) => Err(unusable_proxy(fault.clone())),
        Some(Ok(_)) | None => Ok(()),
    }
}

fn header(message: &str) -> Error {
    Error::new(ErrorKind::InvalidHeader).with_message(message)
}

/// Digits and nothing else: no sign, no blank.
fn decimal(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// Why a request is not sent whose proxy cannot be used: it must not go around it.
pub(crate) fn unusable_proxy(source: sortie_policy::Error) -> Error {
    Error::new(ErrorKind::InvalidArgument).with_message("the proxy cannot be used").with_source(source)
}
