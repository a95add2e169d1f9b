//! Where what a request brings along comes from.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use sortie_cookie::Fate;
use sortie_http::{PreparedRequest, Url};
use sortie_log::{is_secret_name, redact_url};
use sortie_policy::{Authenticator, Policy, Proxies, Proxy, Timeouts};

use crate::arguments::{Hop, Rest};
use crate::entries::{Source, same_field};
use crate::{Arguments, Auth, Error, Memo, Prepared, Profile, Setting, merge, prepare};

/// What a request would be sent with, and where each of it comes from. It shows no secret.
///
/// `Display` is a line for the request and one for each matter:
///
/// ```text
/// GET http://127.0.0.1:8000/cookies
///   header User-Agent: sortie/0.1.0 (default)
///   auth: Basic *** (session)
///   auth: Basic *** (netrc), passed over
///   proxy: none (environment)
///   timeout connect: 10s (default)
///   cookie sid: for 127.0.0.1 at / (jar)
///   cookie old: for 127.0.0.1 at /a (jar), held back: it is for another path
/// ```
#[derive(Clone)]
pub struct Explanation {
    /// The request, complete but for cookies and for what is said anew for each exchange.
    pub request: PreparedRequest,
    /// All that was looked at, in the order of the text.
    pub matters: Vec<Matter>,
}

/// One thing that a request brings along, or might have.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Matter {
    /// What it is.
    pub what: What,
    /// What it says, without secrets.
    pub value: Box<str>,
    /// Where it comes from.
    pub whence: Whence,
    /// Why it does not hold; `None` where it does.
    pub refused: Option<Box<str>>,
}

/// What a [`Matter`] is.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum What {
    /// A header field of this name.
    Header(Box<str>),
    /// Who asks.
    Auth,
    /// Whom the request goes through.
    Proxy,
    /// Whom TLS trusts.
    Roots,
    /// A timeout: the name of its field in [`Timeouts`].
    Timeout(&'static str),
    /// A cookie of this name.
    Cookie(Box<str>),
}

/// Where something comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Whence {
    /// Nobody has said anything.
    Default,
    /// The environment.
    Environment,
    /// The netrc file.
    Netrc,
    /// The session.
    Session,
    /// The request's URL.
    Url,
    /// The request.
    Request,
    /// It follows from others: from the URL, the body, another field.
    Derived,
    /// A hook.
    Hook,
    /// The session's jar.
    Jar,
}

/// Prepares a call as [`prepare`](prepare()) does, `args` and `pre_request` hooks included, and says where each thing comes
/// from. Nothing is sent, and no other hook runs.
///
/// # Errors
/// As `prepare` does.
pub fn explain(
    profile: &Arc<Profile>,
    memo: &Memo,
    arguments: Arguments,
    now: SystemTime,
) -> Result<Explanation, Error> {
    let Prepared { request, policy, .. } = prepare(profile, memo, arguments.clone())?;
    let mut matters = headers(profile, arguments.rest(), &request);
    matters.extend(auth(profile, &arguments, &request, &policy));
    matters.push(proxy(profile, arguments.rest(), &request, &policy));
    matters.extend(timeouts(profile, &policy.timeouts));
    matters.extend(cookies(&arguments, &request, &policy, now));
    Ok(Explanation { request, matters })
}

impl Matter {
    /// A matter that holds.
    pub fn new(what: What, value: impl Into<Box<str>>, whence: Whence) -> Self {
        Matter { what, value: value.into(), whence, refused: None }
    }

    fn refused(self, why: impl Into<Box<str>>) -> Self {
        Matter { refused: Some(why.into()), ..self }
    }
}

/// The header fields as they will be sent, and defaults that were taken away.
fn headers(profile: &Profile, rest: Option<&Rest>, request: &PreparedRequest) -> Vec<Matter> {
    let list = merge::headers(profile, rest);
    let fields = request.headers();
    let mut matters = Vec::new();
    for (name, value) in fields.iter().filter(|(name, _)| !same_field(name, "Authorization")) {
        let laid = list.iter().find(|laid| same_field(laid.name, name) && laid.value == Some(value));
        let whence = match laid.map(|laid| laid.source) {
            Some(Source::Default) => Whence::Default,
            Some(Source::Session) => Whence::Session,
            Some(Source::Request) => Whence::Request,
            None if is_derived(name) => Whence::Derived,
            None => Whence::Hook,
        };
        let is_secret = fields.is_sensitive(name) || is_secret_name(name) || profile.credentials.holds(name);
        let shown = if is_secret { "***" } else { value };
        matters.push(Matter::new(What::Header(name.into()), shown, whence));
    }
    for laid in list.iter().filter(|laid| laid.value.is_none() && !fields.contains(laid.name)) {
        let whence = if laid.source == Source::Session { Whence::Session } else { Whence::Request };
        matters.push(Matter::new(What::Header(laid.name.into()), "", whence).refused("it was taken away"));
    }
    matters
}

fn is_derived(name: &str) -> bool {
    ["Host", "Content-Length", "Content-Type", "Transfer-Encoding", "Accept-Encoding", "Expect", "Content-Encoding"]
        .iter()
        .any(|it| same_field(it, name))
}

/// Everybody who could say who asks, in the order in which they are heard: the first holds.
fn auth(profile: &Profile, arguments: &Arguments, request: &PreparedRequest, policy: &Policy) -> Vec<Matter> {
    let rest = arguments.rest();
    let own = rest.map_or(Setting::Unset, |rest| rest.auth.as_ref());
    let is_lifted = matches!(own, Setting::Removed);
    let field = |source| {
        let list = merge::headers(profile, rest);
        list.iter().any(|laid| laid.source == source && laid.value.is_some() && same_field(laid.name, "Authorization"))
    };
    let mut all = Vec::new();
    if let Setting::Set(auth) = own {
        all.push((kind(auth), Whence::Request));
    }
    if field(Source::Request) {
        all.push(("the field Authorization", Whence::Request));
    }
    if has_userinfo(profile, arguments.url()) {
        all.push(("Basic ***", Whence::Url));
    }
    let lifted_from = all.len();
    let is_away = rest.is_some_and(|rest| rest.hop == Hop::Away);
    all.extend(profile.auth.as_ref().filter(|_| !is_away).map(|auth| (kind(auth), Whence::Session)));
    let lifted_to = all.len();
    if field(Source::Session) {
        all.push(("the field Authorization", Whence::Session));
    }
    let netrc = profile.netrc();
    let netrc_at = all.len();
    if netrc.lookup(request.url().host()).is_some() {
        all.push(("Basic ***", Whence::Netrc));
    }
    let is_said = request.headers().contains("Authorization") || policy.auth.is_some();
    let mut holds = is_said;
    let mut matters = Vec::new();
    for (index, (value, whence)) in all.into_iter().enumerate() {
        let matter = Matter::new(What::Auth, value, whence);
        let is_lifted = is_lifted && ((lifted_from..lifted_to).contains(&index) || index >= netrc_at);
        matters.push(match (is_lifted, holds) {
            (true, _) => matter.refused("the request lifts it"),
            (false, true) => {
                holds = false;
                matter
            }
            (false, false) => matter.refused("another is heard before it"),
        });
    }
    if is_said && holds {
        let value = match &policy.auth {
            Some(Authenticator::Digest(_)) => "Digest ***",
            _ => "the field Authorization",
        };
        matters.push(Matter::new(What::Auth, value, Whence::Hook));
    }
    matters
}

/// Whether a URL as it was given has userinfo, or the base that it is joined with.
fn has_userinfo(profile: &Profile, url: &str) -> bool {
    let absolute = profile.absolute(url).ok().flatten();
    Url::parse(absolute.as_deref().unwrap_or(url)).is_ok_and(|url| url.userinfo().is_some())
}

fn kind(auth: &Auth) -> &'static str {
    match auth {
        Auth::Basic(_) => "Basic ***",
        Auth::Bearer(_) => "Bearer ***",
        Auth::Digest(_) => "Digest ***",
        Auth::Scheme(_) => "a scheme of the program's own",
    }
}

/// Whom the request goes through, and who has said so.
fn proxy(profile: &Profile, rest: Option<&Rest>, request: &PreparedRequest, policy: &Policy) -> Matter {
    let origin = request.url().origin();
    let chosen = policy.way.as_ref().and_then(|way| way.proxy_for(origin).ok().flatten());
    let own = rest.and_then(|rest| rest.proxies.as_ref()).and_then(|own| own.as_ref().ok());
    let said = profile.proxies().ok();
    let environment = profile.trust_env.then(|| &crate::environment().proxies);
    let is_of = |proxy: &Proxy, proxies: Option<&Proxies>| {
        let said = proxies.and_then(|proxies| proxies.choose(origin).ok().flatten());
        said.is_some_and(|said| said.to_string() == proxy.to_string())
    };
    let whence = match chosen {
        Some(proxy) if is_of(proxy, own) => Whence::Request,
        Some(proxy) if is_of(proxy, said) => Whence::Session,
        Some(_) => Whence::Environment,
        None if own.is_some_and(|own| !own.is_empty()) => Whence::Request,
        None if said.is_some_and(|said| !said.is_empty()) => Whence::Session,
        None if environment.is_some_and(|environment| !environment.is_empty()) => Whence::Environment,
        None => Whence::Default,
    };
    let value = chosen.map_or_else(|| "none".to_owned(), |proxy| proxy.to_string());
    Matter::new(What::Proxy, value, whence)
}

fn timeouts(profile: &Profile, held: &Timeouts) -> Vec<Matter> {
    let list =
        |it: &Timeouts| [it.connect, it.resolve, it.proxy, it.tls, it.first_byte, it.between_bytes, it.queue, it.total];
    let names = ["connect", "resolve", "proxy", "tls", "first_byte", "between_bytes", "queue", "total"];
    let (session, usual) = (list(&profile.timeouts), list(&Timeouts::default()));
    let shown = |limit: Option<Duration>| limit.map_or_else(|| "none".to_owned(), |limit| format!("{limit:?}"));
    let matter = |(index, limit): (usize, Option<Duration>)| {
        let whence = match () {
            () if limit != session[index] => Whence::Request,
            () if limit != usual[index] => Whence::Session,
            () => Whence::Default,
        };
        Matter::new(What::Timeout(names[index]), shown(limit), whence)
    };
    list(held).into_iter().enumerate().map(matter).collect()
}

/// The request's own cookies, and what becomes of each in the jar.
fn cookies(arguments: &Arguments, request: &PreparedRequest, policy: &Policy, now: SystemTime) -> Vec<Matter> {
    let has_field = request.headers().contains("Cookie");
    let replaced = "the request has a Cookie field";
    let mut matters = Vec::new();
    for (name, _) in arguments.cookies() {
        let matter = Matter::new(What::Cookie(name.into()), "for this request's origin", Whence::Request);
        matters.push(if has_field { matter.refused(replaced) } else { matter });
    }
    let considered = policy.jar.as_ref().map(|jar| jar.lock().explain(request.url(), now)).unwrap_or_default();
    for cookie in considered {
        let value = format!("for {} at {}", cookie.domain(), cookie.path());
        let matter = Matter::new(What::Cookie(cookie.name().into()), value, Whence::Jar);
        let is_own = arguments.cookies().any(|(name, _)| name == cookie.name());
        matters.push(match cookie.fate() {
            Fate::Sent if has_field => matter.refused(replaced),
            Fate::Sent if is_own => matter.refused("the request has one of that name"),
            Fate::Sent => matter,
            fate => matter.refused(format!("held back: {fate}")),
        });
    }
    matters
}

/// The same as `Display` says.
impl fmt::Debug for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Explanation({self})")
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.request.url().to_string();
        write!(f, "{} {}", self.request.method(), redact_url(&url))?;
        self.matters.iter().try_for_each(|matter| write!(f, "\n  {matter}"))
    }
}

impl fmt::Display for Matter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.what, self.value, self.whence)?;
        match &self.refused {
            Some(why) => write!(f, ", {why}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Header(name) => write!(f, "header {name}"),
            What::Auth => f.write_str("auth"),
            What::Proxy => f.write_str("proxy"),
            What::Roots => f.write_str("roots"),
            What::Timeout(name) => write!(f, "timeout {name}"),
            What::Cookie(name) => write!(f, "cookie {name}"),
        }
    }
}

impl fmt::Display for Whence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Whence::Default => "default",
            Whence::Environment => "environment",
            Whence::Netrc => "netrc",
            Whence::Session => "session",
            Whence::Url => "URL",
            Whence::Request => "request",
            Whence::Derived => "derived",
            Whence::Hook => "hook",
            Whence::Jar => "jar",
        })
    }
}
