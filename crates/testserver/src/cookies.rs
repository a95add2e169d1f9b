//! Cookies: told, set and deleted.

use hyper::StatusCode;
use hyper::header::{COOKIE, SET_COOKIE};
use serde_json::{Map, json};

use crate::answer::{self, Answer};
use crate::request::{Request, decoded};

/// The cookies that came; of two with one name the first.
pub(crate) fn told(request: &Request) -> Answer {
    let mut cookies = Map::new();
    for field in request.headers().get_all(COOKIE) {
        for pair in String::from_utf8_lossy(field.as_bytes()).split(';') {
            let (name, value) = pair.trim().split_once('=').unwrap_or((pair.trim(), ""));
            if !pair.trim().is_empty() {
                cookies.entry(name).or_insert_with(|| value.into());
            }
        }
    }
    answer::json(&json!({ "cookies": cookies }))
}

/// Sets each pair of the query.
pub(crate) fn set(request: &Request) -> Answer {
    let lines = request.query().map(|(name, value)| format!("{name}={value}; Path=/"));
    to_cookies(lines)
}

/// Sets the pair that the path names.
pub(crate) fn set_one(name: &str, value: &str) -> Answer {
    to_cookies([format!("{}={}; Path=/", decoded(name), decoded(value))].into_iter())
}

/// Lets each cookie that the query names expire.
pub(crate) fn delete(request: &Request) -> Answer {
    let lines =
        request.query().map(|(name, _)| format!("{name}=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/"));
    to_cookies(lines)
}

/// A redirect to `/cookies` that sets `lines`.
fn to_cookies(lines: impl Iterator<Item = String>) -> Answer {
    let redirect = answer::redirect(StatusCode::FOUND, "/cookies");
    lines.fold(redirect, |answer, line| answer::with(answer, SET_COOKIE, &line))
}
