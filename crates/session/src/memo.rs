//! What requests of one session have in common, so that it is made once.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use sortie_http::{Body, Headers, Method, PreparedRequest, Url};
use sortie_policy::Policy;

use crate::check::{check_fields, check_target};
use crate::encode::{self, Base, Content, Credentials, Facts};
use crate::entries::same_field;
use crate::{Auth, Error, ErrorKind, Profile, Setting, merge};

/// How many origins are kept in mind.
const ORIGINS: usize = 8;

/// What the last requests of a session had in common: parsed URLs and ready header fields of a few origins, and the
/// policy. One for each session; any thread may use it, and takes its lock for a moment.
///
/// It is valid for one [`Profile`]: given another, it begins anew.
#[derive(Default)]
pub struct Memo(Mutex<Option<Known>>);

/// What is known of a profile.
struct Known {
    /// Held, so that no other profile can come to stand in its place.
    profile: Arc<Profile>,
    policies: Policies,
    places: Vec<Place>,
    /// Which place was asked for last.
    last: usize,
    /// Which place is given up next, once all are taken.
    oldest: usize,
}

/// The session's policy, ready to be shared.
#[derive(Clone)]
struct Policies {
    usual: Arc<Policy>,
    /// A HEAD is not redirected unless the request says so.
    head: Arc<Policy>,
}

/// One origin.
struct Place {
    /// The last URL there; without userinfo.
    url: Url,
    /// How long its scheme and authority are.
    prefix: usize,
    ready: Arc<Ready>,
    /// The last request that brought nothing of its own, once its URL came a second time in a row.
    plain: Option<PreparedRequest>,
}

/// The header fields of a session for one origin.
pub(crate) struct Ready {
    /// Those of a request without any of its own, without userinfo and without a body.
    pub(crate) plain: Headers,
    /// What a request's own may stand behind; `None` where what the session has does not go with each request's own.
    pub(crate) base: Option<Base>,
}

/// What the memo knows of a request.
pub(crate) enum Recalled {
    /// All: it brings nothing of its own but its URL.
    Like(PreparedRequest, Arc<Policy>),
    /// What it has in common with others.
    Parts(Parts),
}

/// What the memo knows of a URL's text.
pub(crate) struct Parts {
    /// The URL, which may have userinfo.
    pub(crate) url: Url,
    /// The session's header fields for its origin.
    pub(crate) ready: Arc<Ready>,
    /// The session's policy for the method.
    pub(crate) policy: Arc<Policy>,
}

/// What was found.
enum Found {
    All(Recalled),
    /// The profile is known, the origin is not.
    Profile(Policies),
    Nothing,
}

impl Memo {
    /// Nothing in mind.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets all of it, and lets go of the profile that it was of.
    pub fn forget(&self) {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        // The lock is open again: with a profile, code of the program's may end.
        drop(known);
    }

    /// Parses `text`, and finds what the profile has for its origin. A request that `is_plain` brings nothing of its own:
    /// no field, no parameter, no body.
    pub(crate) fn recall(
        &self,
        profile: &Arc<Profile>,
        method: &Method,
        text: &Arc<str>,
        is_plain: bool,
    ) -> Result<Recalled, Error> {
        let policies = match self.find(profile, method, text, is_plain)? {
            Found::All(recalled) => return Ok(recalled),
            Found::Profile(policies) => policies,
            Found::Nothing => Policies::new(profile)?,
        };
        let url = parse(Url::parse(text))?;
        let ready = Arc::new(Ready::new(profile, &url)?);
        let policy = policies.of(method).clone();
        self.keep(profile, policies, Place::new(url.without_userinfo(), ready.clone()));
        Ok(Recalled::Parts(Parts { url, ready, policy }))
    }

    fn find(&self, profile: &Arc<Profile>, method: &Method, text: &Arc<str>, is_plain: bool) -> Result<Found, Error> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = known.as_mut().filter(|known| Arc::ptr_eq(&known.profile, profile)) else {
            return Ok(Found::Nothing);
        };
        let is_there = |place: &Place| place.has(text);
        let index = match known.places.get(known.last).is_some_and(is_there) {
            true => known.last,
            false => match known.places.iter().position(is_there) {
                Some(index) => index,
                None => return Ok(Found::Profile(known.policies.clone())),
            },
        };
        known.last = index;
        let place = &mut known.places[index];
        let policy = known.policies.of(method).clone();
        let is_like = is_plain && place.url.as_str() == &**text;
        if is_like && let Some(plain) = place.plain.as_ref().filter(|plain| plain.method() == method) {
            return Ok(Found::All(Recalled::Like(plain.clone(), policy)));
        }
        let url = parse(Url::parse_like(text.clone(), &place.url))?;
        if !is_like && Arc::ptr_eq(url.origin(), place.url.origin()) {
            place.url = url.clone();
            place.plain = None;
        }
        if is_plain && url.userinfo().is_none() && check_target(method, url.scheme(), profile.https_only, false).is_ok()
        {
            let plain = PreparedRequest::new(method.clone(), url, place.ready.plain.clone(), Body::none());
            if is_like {
                place.plain = Some(plain.clone());
            }
            return Ok(Found::All(Recalled::Like(plain, policy)));
        }
        Ok(Found::All(Recalled::Parts(Parts { url, ready: place.ready.clone(), policy })))
    }

    fn keep(&self, profile: &Arc<Profile>, policies: Policies, place: Place) {
        // Declared first, so that it goes once the lock is open: with a profile, code of the program's may end.
        let mut _former = None;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_ref().is_none_or(|known| !Arc::ptr_eq(&known.profile, profile)) {
            let new = Known { profile: profile.clone(), policies, places: Vec::new(), last: 0, oldest: 0 };
            _former = known.replace(new);
        }
        let Some(known) = known.as_mut() else { return };
        if let Some(there) = known.places.iter_mut().find(|there| there.url.same_origin(&place.url)) {
            *there = place;
        } else if known.places.len() < ORIGINS {
            known.places.push(place);
        } else {
            known.places[known.oldest] = place;
            known.oldest = (known.oldest + 1) % ORIGINS;
        }
    }
}

impl Place {
    fn new(url: Url, ready: Arc<Ready>) -> Self {
        let fragment = url.fragment().map_or(0, |fragment| fragment.len() + 1);
        let prefix = url.as_str().len() - url.target().len() - fragment;
        Place { url, prefix, ready, plain: None }
    }

    /// Whether `text` goes to this origin, and is spelled so that one sees it.
    fn has(&self, text: &str) -> bool {
        let prefix = &self.url.as_str().as_bytes()[..self.prefix];
        text.as_bytes().get(self.prefix) == Some(&b'/') && text.as_bytes().starts_with(prefix)
    }
}

impl Ready {
    fn new(profile: &Profile, url: &Url) -> Result<Self, Error> {
        let (content, secret) = (Content::default(), &profile.credentials);
        let facts = Facts { method: &Method::GET, origin: url.origin(), content, secret };
        let list = merge::headers(profile, None);
        let netrc = profile.netrc();
        let fields = |session: Option<&Auth>, netrc: Option<(&str, &str)>| {
            let credentials = Credentials { request: Setting::Unset, userinfo: None, session, netrc };
            encode::headers(&list, &facts, &credentials)
        };
        let (plain, said) = fields(profile.auth.as_ref(), netrc.lookup(url.host()))?;
        check_fields(&plain, &Body::none())?;
        let (bare, _) = fields(None, None)?;
        let takes_type_away = list.iter().any(|laid| laid.value.is_none() && same_field(laid.name, "Content-Type"));
        let is_base = !takes_type_away && !bare.contains("Content-Length") && !bare.contains("Authorization");
        let base = || Base { headers: bare, authorization: said.value().map(Arc::from) };
        Ok(Ready { plain, base: is_base.then(base) })
    }
}

impl Policies {
    fn new(profile: &Profile) -> Result<Self, Error> {
        merge::check_timeouts(&profile.timeouts)?;
        let mut policy = Policy::default();
        policy.timeouts = profile.timeouts.clone();
        policy.redirects = profile.redirects.clone();
        policy.netrc = profile.netrc();
        policy.retries = profile.retries.clone();
        policy.auth = profile.auth.as_ref().and_then(Auth::authenticator);
        policy.https_only = profile.https_only;
        policy.credentials = profile.credentials.clone();
        policy.jar = profile.jar.clone();
        policy.resend = profile.resend;
        policy.max_content = profile.max_content;
        policy.told = profile.sink.is_some();
        policy.way = profile.way(None, None, None)?;
        let usual = Arc::new(policy.clone());
        policy.redirects.follow = false;
        let head = match usual.redirects.follow {
            true => Arc::new(policy),
            false => usual.clone(),
        };
        Ok(Policies { usual, head })
    }

    fn of(&self, method: &Method) -> &Arc<Policy> {
        match *method {
            Method::HEAD => &self.head,
            _ => &self.usual,
        }
    }
}

impl Profile {
    /// Whether every request would fail: a header field that cannot be sent, a timeout of zero, unfit credentials. Also
    /// whether the base URL is none.
    pub fn check(&self) -> Result<(), Error> {
        self.base.check()?;
        Policies::new(self)?;
        Ready::new(self, &parse(Url::parse("https://localhost/"))?).map(drop)
    }
}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memo").finish_non_exhaustive()
    }
}

fn parse(url: Result<Url, sortie_http::Error>) -> Result<Url, Error> {
    url.map_err(|source| Error::new(ErrorKind::InvalidUrl).with_source(source))
}
