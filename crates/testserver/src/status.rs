//! Statuses on demand, and those that ask who you are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::StatusCode;
use hyper::header::{AUTHORIZATION, LOCATION, PROXY_AUTHENTICATE, WWW_AUTHENTICATE};
use serde_json::json;

use crate::answer::{self, Answer};
use crate::request::{Request, decoded};

const CHALLENGE: &str = "Basic realm=\"testserver\"";

/// `/status/:code`: that status, with the field that makes sense of it and no content.
pub(crate) fn plain(code: &str) -> Answer {
    let Some(status) = code.parse().ok().filter(|status: &StatusCode| (200..600).contains(&status.as_u16())) else {
        return answer::bad("not a status from 200 to 599");
    };
    let empty = answer::empty(status);
    match status {
        StatusCode::NOT_MODIFIED => empty,
        StatusCode::UNAUTHORIZED => answer::with(empty, WWW_AUTHENTICATE, CHALLENGE),
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => answer::with(empty, PROXY_AUTHENTICATE, CHALLENGE),
        status if status.is_redirection() => answer::with(empty, LOCATION, "/redirect/1"),
        _ => empty,
    }
}

/// `/basic-auth/:user/:pass`: lets that user in (RFC 7617).
pub(crate) fn basic(request: &Request, user: &str, password: &str) -> Answer {
    let (user, password) = (decoded(user), decoded(password));
    let given = request.header(AUTHORIZATION).and_then(|field| {
        let (scheme, credentials) = field.split_once(' ')?;
        let credentials = STANDARD.decode(credentials.trim()).ok()?;
        scheme.eq_ignore_ascii_case("basic").then_some(credentials)
    });
    if given == Some(format!("{user}:{password}").into_bytes()) {
        return answer::json(&json!({ "authenticated": true, "user": user }));
    }
    answer::with(answer::empty(StatusCode::UNAUTHORIZED), WWW_AUTHENTICATE, CHALLENGE)
}

/// `/bearer`: lets any token in (RFC 6750).
pub(crate) fn bearer(request: &Request) -> Answer {
    let token = request.header(AUTHORIZATION).and_then(|field| {
        let (scheme, token) = field.split_once(' ')?;
        let token = token.trim();
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
    });
    match token {
        Some(token) => answer::json(&json!({ "authenticated": true, "token": token })),
        None => answer::with(answer::empty(StatusCode::UNAUTHORIZED), WWW_AUTHENTICATE, "Bearer"),
    }
}
