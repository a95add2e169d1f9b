//! Redirects: whether one is followed, and with what request (RFC 9110, section 15.4).

use std::fmt;
use std::sync::Arc;

use sortie_http::{Body, Headers, Method, PreparedRequest, Scheme, StatusCode, Url};

use crate::verdict::{Again, Seen, Verdict, Why};
use crate::{Credentials, Digest, Error, Policy, basic};

/// Whether redirects are followed.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Redirects {
    /// Whether to follow at all; if not, the 3xx itself is the answer. Default: yes.
    pub follow: bool,
    /// How many a call may follow; one more is an error. Default: 30. 0 makes the first one an error.
    pub limit: u32,
    /// Whether the next request says where it comes from: the whole URL on the same origin, the origin on another, nothing
    /// from https to http (the Referrer Policy `strict-origin-when-cross-origin`). Default: no.
    pub referer: bool,
    /// A program's own code that has the last word on each. Default: none.
    pub decide: Option<Decide>,
}

/// A program's own code that decides on a redirect which would be followed. A clone shares it; equal to its clones alone.
#[derive(Clone)]
pub struct Decide(Arc<Closure>);

type Closure = dyn Fn(&Redirect<'_>) -> Decision + Send + Sync;

/// A redirect that is about to be followed.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Redirect<'a> {
    /// The request that was answered.
    pub from: &'a PreparedRequest,
    /// The status of the answer.
    pub status: StatusCode,
    /// The request that would be sent, without what no other origin may see.
    pub to: &'a PreparedRequest,
    /// How many redirects this call has followed so far.
    pub followed: u32,
    /// Whether this one leaves the origin.
    pub leaves_origin: bool,
}

/// What becomes of a redirect.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Decision {
    /// It is followed.
    Follow,
    /// It is not followed: the response itself is the answer.
    Stop,
    /// The call ends with an error that says this.
    Refuse(Box<str>),
}

impl Decide {
    /// Asks this closure, which gives a [`Decision`], or a bool: whether to follow.
    pub fn new<D: Into<Decision>>(decide: impl Fn(&Redirect<'_>) -> D + Send + Sync + 'static) -> Self {
        Decide(Arc::new(move |redirect: &Redirect<'_>| decide(redirect).into()))
    }
}

impl From<bool> for Decision {
    fn from(follow: bool) -> Self {
        if follow { Decision::Follow } else { Decision::Stop }
    }
}

impl PartialEq for Decide {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Decide {}

impl fmt::Debug for Decide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decide(..)")
    }
}

impl Default for Redirects {
    fn default() -> Self {
        Redirects { follow: true, limit: 30, referer: false, decide: None }
    }
}

/// What the body becomes.
enum Content {
    Kept,
    Dropped,
}

pub(crate) fn asks_program(policy: &Policy, seen: &Seen<'_>) -> bool {
    policy.redirects.decide.is_some()
        && policy.redirects.follow
        && seen.status.is_redirection()
        && seen.headers.contains("location")
}

/// `None` where the response is no redirect that is followed.
pub(crate) fn judge(policy: &Policy, seen: &Seen<'_>) -> Option<Verdict> {
    let (method, content) = method_after(seen.status, seen.request.method())?;
    let location = seen.headers.get("location").filter(|location| !location.is_empty())?;
    if !policy.redirects.follow {
        return None;
    }
    match follow(policy, seen, location, method, &content) {
        Ok(again) => decide(policy, seen, again),
        Err(error) => Some(Verdict::Fail(Box::new(error))),
    }
}

/// The program's own code has the last word.
fn decide(policy: &Policy, seen: &Seen<'_>, again: Again) -> Option<Verdict> {
    let decision = policy.redirects.decide.as_ref().map_or(Decision::Follow, |decide| {
        decide.0(&Redirect {
            from: seen.request,
            status: seen.status,
            to: &again.request,
            followed: seen.course.redirects,
            leaves_origin: again.left_origin,
        })
    });
    match decision {
        Decision::Follow => Some(Verdict::Again(Box::new(again))),
        Decision::Stop => None,
        Decision::Refuse(why) => {
            Some(Verdict::Fail(Box::new(Error::Refused { url: again.request.url().clone(), why })))
        }
    }
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
    if seen.course.redirects >= limit {
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
        // A password that https has kept from listeners is not said aloud because a server asks for it.
        let is_exposed = old.scheme() == Scheme::Https && url.scheme() == Scheme::Http;
        if let Some((user, password)) = policy.netrc.lookup(url.host()).filter(|_| !is_exposed) {
            Digest::new(user, password).check()?;
            headers.set_sensitive("Authorization", &basic(user, password)).map_err(|source| Error::Field { source })?;
        }
    }
    if policy.redirects.referer {
        set_referer(&mut headers, old, &url).map_err(|source| Error::Location { source })?;
    }
    let is_elsewhere = !old.same_origin(&url);
    let mut request = PreparedRequest::new(method, url, headers, body);
    if is_elsewhere {
        request.set_host().map_err(|source| Error::Location { source })?;
    }
    Ok(Again { request, left_origin, why: Why::Redirect })
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

/// Says where a request comes from (RFC 9110, section 10.1.3), without fragment and userinfo.
fn set_referer(headers: &mut Headers, old: &Url, new: &Url) -> Result<(), sortie_http::Error> {
    if old.scheme() == Scheme::Https && new.scheme() == Scheme::Http {
        headers.remove("Referer");
        return Ok(());
    }
    match old.same_origin(new) {
        true => headers.set("Referer", &format!("{}{}", old.origin(), old.target())),
        false => headers.set("Referer", &format!("{}/", old.origin())),
    }
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
