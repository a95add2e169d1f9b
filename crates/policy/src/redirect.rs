//! Redirects: whether one is followed, and with what request (RFC 9110, section 15.4).

use sortie_http::{Body, Headers, Method, PreparedRequest, Scheme, StatusCode, Url};

use crate::verdict::{Again, Seen, Verdict};
use crate::{Credentials, Error, Policy};

/// Whether redirects are followed.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Redirects {
    /// Whether to follow at all; if not, the 3xx itself is the answer. Default: yes.
    pub follow: bool,
    /// How many a call may follow; one more is an error. Default: 30. 0 makes the first one an error.
    pub limit: u32,
}

impl Default for Redirects {
    fn default() -> Self {
        Redirects { follow: true, limit: 30 }
    }
}

/// What the body becomes.
enum Content {
    Kept,
    Dropped,
}

/// `None` where the response is no redirect that is followed.
pub(crate) fn judge(policy: &Policy, seen: &Seen<'_>) -> Option<Verdict> {
    let (method, content) = method_after(seen.status, seen.request.method())?;
    let location = seen.headers.get("location").filter(|location| !location.is_empty())?;
    if !policy.redirects.follow {
        return None;
    }
    Some(match follow(policy, seen, location, method, &content) {
        Ok(again) => Verdict::Again(Box::new(again)),
        Err(error) => Verdict::Fail(Box::new(error)),
    })
}

/// How a status that redirects is followed; `None` for any other.
fn method_after(status: StatusCode, method: &Method) -> Option<(Method, Content)> {
    match (status.as_u16(), method) {
        (301 | 302, &Method::POST) => Some((Method::GET, Content::Dropped)),
        (303, method) if *method != Method::HEAD => Some((Method::GET, Content::Dropped)),
        (301 | 302 | 303 | 307 | 308, method) => Some((method.clone(), Content::Kept)),
        _ => None,
    }
}

fn follow(policy: &Policy, seen: &Seen<'_>, location: &str, method: Method, content: &Content) -> Result<Again, Error> {
    let limit = policy.redirects.limit;
    if seen.redirects >= limit {
        return Err(Error::TooManyRedirects { limit });
    }
    let (from, old) = (seen.request, seen.request.url());
    let url = target(old, location).map_err(|source| Error::Location { source })?;
    if policy.https_only && url.scheme() != Scheme::Https {
        return Err(Error::Insecure { url });
    }
    let mut headers = from.headers().clone();
    let body = match content {
        Content::Kept if !from.body().is_whole() => return Err(Error::NotReplayable),
        Content::Kept => from.body().clone(),
        Content::Dropped => {
            headers.retain(|name, _, _| !is_of_content(name));
            Body::none()
        }
    };
    let left_origin = !is_home(old, &url);
    if left_origin {
        drop_credentials(&mut headers, &policy.credentials);
    }
    let is_elsewhere = !old.same_origin(&url);
    let mut request = PreparedRequest::new(method, url, headers, body);
    if is_elsewhere {
        request.set_host().map_err(|source| Error::Location { source })?;
    }
    Ok(Again { request, left_origin })
}

/// Where a Location leads: without userinfo, and with the old fragment unless it has one.
fn target(old: &Url, location: &str) -> Result<Url, sortie_http::Error> {
    // A path on the same origin, the usual case, needs no full parse; `//` and `/\` name another host.
    let is_path = location.starts_with('/') && !location[1..].starts_with(['/', '\\']);
    let url = match is_path {
        true => Url::parse_like(format!("{}{location}", old.origin()), old)?,
        false => old.join(location)?,
    };
    let url = url.without_userinfo();
    Ok(match (url.fragment(), old.fragment()) {
        (None, Some(fragment)) => url.with_fragment(Some(fragment)),
        _ => url,
    })
}

/// Whether credentials may still be shown: the same origin, or the same host gone from http to https on their usual
/// ports.
fn is_home(old: &Url, new: &Url) -> bool {
    let is_usual = |url: &Url, scheme: Scheme| url.scheme() == scheme && url.port() == scheme.default_port();
    old.same_origin(new) || old.host() == new.host() && is_usual(old, Scheme::Http) && is_usual(new, Scheme::Https)
}

fn drop_credentials(headers: &mut Headers, credentials: &Credentials) {
    headers.retain(|name, _, sensitive| !sensitive && !credentials.holds(name));
}

/// Whether a field speaks of the content, and so has nothing to say without it (RFC 9110, section 15.4, and for
/// Expect section 10.1.1).
fn is_of_content(name: &str) -> bool {
    let is_content = name.as_bytes().get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"content-"));
    let others = ["transfer-encoding", "trailer", "expect", "digest", "last-modified"];
    is_content || others.iter().any(|other| other.eq_ignore_ascii_case(name))
}
