//! What requests of one session have in common, so that it is made once.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use sortie_http::{Body, Headers, Method, Url};
use sortie_policy::Policy;

use crate::check::check_fields;
use crate::encode::{self, Credentials, Facts};
use crate::{Error, ErrorKind, Profile, Setting, merge};

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
    /// The header fields of a request without any of its own, and without a body.
    headers: Headers,
}

/// What the memo knows of a URL's text.
pub(crate) struct Recalled {
    /// The URL, which may have userinfo.
    pub(crate) url: Url,
    /// The header fields of a request to its origin without any of its own, without userinfo and without a body.
    pub(crate) headers: Headers,
    /// The session's policy for the method.
    pub(crate) policy: Arc<Policy>,
}

impl Memo {
    /// Nothing in mind.
    pub fn new() -> Self {
        Self::default()
    }

    /// Parses `text`, and finds what the profile has for its origin.
    pub(crate) fn recall(&self, profile: &Arc<Profile>, method: &Method, text: &str) -> Result<Recalled, Error> {
        if let Some(found) = self.find(profile, method, text)? {
            return Ok(found);
        }
        let url = parse(Url::parse(text))?;
        let policies = Policies::new(profile)?;
        let headers = plain_headers(profile, &url)?;
        let policy = policies.of(method).clone();
        self.keep(profile, policies, &url.without_userinfo(), &headers);
        Ok(Recalled { url, headers, policy })
    }

    fn find(&self, profile: &Arc<Profile>, method: &Method, text: &str) -> Result<Option<Recalled>, Error> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = known.as_mut().filter(|known| Arc::ptr_eq(&known.profile, profile)) else {
            return Ok(None);
        };
        let is_there = |place: &Place| place.has(text);
        let index = match known.places.get(known.last).is_some_and(is_there) {
            true => known.last,
            false => match known.places.iter().position(is_there) {
                Some(index) => index,
                None => return Ok(None),
            },
        };
        known.last = index;
        let place = &mut known.places[index];
        let url = parse(Url::parse_like(text, &place.url))?;
        if Arc::ptr_eq(url.origin(), place.url.origin()) {
            place.url = url.clone();
        }
        Ok(Some(Recalled { url, headers: place.headers.clone(), policy: known.policies.of(method).clone() }))
    }

    fn keep(&self, profile: &Arc<Profile>, policies: Policies, url: &Url, headers: &Headers) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.as_ref().is_some_and(|known| Arc::ptr_eq(&known.profile, profile)) {
            let fresh = Known { profile: profile.clone(), policies, places: Vec::new(), last: 0, oldest: 0 };
            *known = Some(fresh);
        }
        let Some(known) = known.as_mut() else {
            return;
        };
        let place = Place::new(url.clone(), headers.clone());
        if let Some(there) = known.places.iter_mut().find(|there| there.url.same_origin(url)) {
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
    fn new(url: Url, headers: Headers) -> Self {
        let fragment = url.fragment().map_or(0, |fragment| fragment.len() + 1);
        let prefix = url.as_str().len() - url.target().len() - fragment;
        Place { url, prefix, headers }
    }

    /// Whether `text` goes to this origin, and is spelled so that one sees it.
    fn has(&self, text: &str) -> bool {
        let prefix = &self.url.as_str().as_bytes()[..self.prefix];
        text.as_bytes().get(self.prefix) == Some(&b'/') && text.as_bytes().starts_with(prefix)
    }
}

impl Policies {
    fn new(profile: &Profile) -> Result<Self, Error> {
        merge::check_timeouts(&profile.timeouts)?;
        let mut policy = Policy::default();
        policy.timeouts = profile.timeouts.clone();
        policy.redirects = profile.redirects.clone();
        policy.https_only = profile.https_only;
        policy.credentials = profile.credentials.clone();
        policy.jar = profile.jar.clone();
        policy.resend = profile.resend;
        policy.max_content = profile.max_content;
        policy.told = profile.sink.is_some();
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
    /// Whether every request would fail: a header field that cannot be sent, a timeout of zero, unfit credentials.
    pub fn check(&self) -> Result<(), Error> {
        Policies::new(self)?;
        plain_headers(self, &parse(Url::parse("https://localhost/"))?).map(drop)
    }
}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memo").finish_non_exhaustive()
    }
}

/// The header fields of a request that brings nothing of its own.
fn plain_headers(profile: &Profile, url: &Url) -> Result<Headers, Error> {
    let credentials = Credentials { request: Setting::Unset, userinfo: None, session: profile.auth.as_ref() };
    let facts = Facts { method: &Method::GET, origin: url.origin(), length: None, media_type: None, credentials };
    let headers = encode::headers(&merge::headers(profile, None), facts)?;
    check_fields(&headers, &Body::none())?;
    Ok(headers)
}

fn parse(url: Result<Url, sortie_http::Error>) -> Result<Url, Error> {
    url.map_err(|source| Error::new(ErrorKind::InvalidUrl).with_source(source))
}
