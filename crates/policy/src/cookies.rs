//! The cookies of one exchange: what it takes along and what it brings.

use std::time::SystemTime;

use sortie_cookie::Refusal;
use sortie_http::{Headers, PreparedRequest, Url};

use crate::Policy;

/// What the Cookie field of an exchange says: the jar's cookies and then the call's own.
///
/// One of the call's own replaces any of the same name in the jar; they go along only while the call is
/// `at_first_origin`, that is until a redirect left it. `None` where there is nothing to send, or the request has a
/// Cookie field already, which then stands alone. An empty jar is not locked.
pub fn cookie_value(
    policy: &Policy,
    request: &PreparedRequest,
    at_first_origin: bool,
    now: SystemTime,
) -> Option<String> {
    let own = policy.cookies.as_deref().filter(|own| at_first_origin && !own.is_empty());
    let jar = policy.jar.as_ref().filter(|jar| !jar.is_empty());
    if own.is_none() && jar.is_none() || request.headers().contains("cookie") {
        return None;
    }
    let is_own = |name: &str| own.is_some_and(|own| own.split(';').any(|pair| name_of(pair) == name));
    let kept = jar.and_then(|jar| jar.lock().header_where(request.url(), now, |name| !is_own(name)));
    match (kept, own) {
        (Some(kept), Some(own)) => Some(format!("{kept}; {own}")),
        (None, Some(own)) => Some(own.to_owned()),
        (kept, None) => kept,
    }
}

/// Puts what an exchange with `url` brought into the jar; gives back what the jar refused.
///
/// Without a jar, or without a Set-Cookie field, nothing happens and nothing is locked.
pub fn absorb(policy: &Policy, url: &Url, headers: &Headers, now: SystemTime) -> Vec<Refusal> {
    match &policy.jar {
        Some(jar) if headers.contains("set-cookie") => jar.lock().absorb(url, headers, now),
        _ => Vec::new(),
    }
}

fn name_of(pair: &str) -> &str {
    pair.split_once('=').map_or("", |(name, _)| name.trim_matches([' ', '\t']))
}
