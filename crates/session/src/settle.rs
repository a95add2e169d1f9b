//! What a `pre_request` hook left, made right: origin, credentials, framing.

use std::sync::Arc;

use sortie_http::{Headers, HeadersBuilder, PreparedRequest, Url};
use sortie_policy::{Credentials, Policy};

use crate::encode::empty_length;
use crate::{Basic, Error, ErrorKind};

/// Derives anew what follows from the URL and the body, unless the hook changed it too.
///
/// Credentials that stood in the request `before` are dropped where the hook left the origin: they were meant for
/// that one. Those that the hook set are kept.
pub(crate) fn settle(
    before: &PreparedRequest,
    request: &mut PreparedRequest,
    policy: &mut Arc<Policy>,
) -> Result<(), Error> {
    let userinfo = request.url().userinfo();
    if userinfo.is_some() {
        request.set_url(request.url().without_userinfo());
    }
    if !request.url().same_origin(before.url()) {
        drop_credentials(before.headers(), request.headers_mut(), &policy.credentials);
        if policy.cookies.is_some() || policy.auth.is_some() {
            let policy = Arc::make_mut(policy);
            (policy.cookies, policy.auth) = (None, None);
        }
        if request.headers().get("Host") == before.headers().get("Host") {
            request.set_host().map_err(invalid)?;
        }
    }
    if !request.headers().contains("Host") {
        *request.headers_mut() = with_host(request.url(), request.headers()).map_err(invalid)?;
    }
    if let Some((user, password)) = userinfo
        && !request.headers().contains("Authorization")
    {
        let value = Basic::new(user, password).value()?;
        request.headers_mut().set_sensitive("Authorization", &value).map_err(invalid)?;
    }
    if !request.url().same_origin(before.url())
        && !request.headers().contains("Authorization")
        && let Some((user, password)) = policy.netrc.lookup(request.url().host())
    {
        let value = Basic::new(user, password).value()?;
        request.headers_mut().set_sensitive("Authorization", &value).map_err(invalid)?;
    }
    if policy.auth.is_some() && request.headers().contains("Authorization") {
        // The hook has said who asks.
        Arc::make_mut(policy).auth = None;
    }
    if before.method() != request.method() || before.body() != request.body() {
        settle_length(before, request)?;
    }
    Ok(())
}

fn drop_credentials(before: &Headers, headers: &mut Headers, credentials: &Credentials) {
    headers.retain(|name, value, sensitive| {
        let is_credential = sensitive || credentials.holds(name);
        !(is_credential && before.get_all(name).any(|old| old == value))
    });
}

/// Content-Length, or Transfer-Encoding, for the new body, unless the hook set it. Without content nothing is expected.
fn settle_length(before: &PreparedRequest, request: &mut PreparedRequest) -> Result<(), Error> {
    let (body, chunked) = (request.body().clone(), request.body().is_chunked());
    if !chunked && body.length().unwrap_or(0) == 0 && before.headers().contains("Expect") {
        request.headers_mut().remove("Expect");
    }
    let is_as_before = |name: &str| request.headers().get(name) == before.headers().get(name);
    if !is_as_before("Content-Length") || !is_as_before("Transfer-Encoding") {
        return Ok(());
    }
    let length = if chunked { None } else { body.length().or_else(|| empty_length(request.method())) };
    let headers = request.headers_mut();
    if chunked {
        headers.set("Transfer-Encoding", "chunked").map_err(invalid)?;
    } else {
        headers.remove("Transfer-Encoding");
    }
    match length {
        Some(length) => headers.set("Content-Length", &length.to_string()).map_err(invalid),
        None => {
            headers.remove("Content-Length");
            Ok(())
        }
    }
}

/// The same header fields behind the Host field of `url`.
fn with_host(url: &Url, headers: &Headers) -> Result<Headers, sortie_http::Error> {
    let mut out = HeadersBuilder::new();
    out.append("Host", url.origin().authority())?;
    for (name, value) in headers {
        out.append(name, value)?;
    }
    for (name, _) in headers {
        if headers.is_sensitive(name) {
            out.mark_sensitive(name);
        }
    }
    Ok(out.build())
}

fn invalid(source: sortie_http::Error) -> Error {
    Error::new(ErrorKind::InvalidHeader).with_source(source)
}
