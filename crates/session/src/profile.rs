use std::fmt;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use sortie_cookie::SharedJar;
use sortie_http::{Method, Url};
use sortie_log::Sink;
use sortie_policy::{Channel, Credentials, Home, Netrc, Proxies, Redirects, Retries, Timeouts, Way};

use crate::arguments::append_values;
use crate::base::BaseUrl;
use crate::check::{check_target, check_way, unusable_proxy};
use crate::entries::{Entries, Entry, Source, same_field, same_param};
use crate::{Auth, Error, Hooks, Values};

/// What a session brings to each of its requests.
///
/// It is put together once and then shared; a session that is to change makes another. Faults in it are found by
/// [`check`](Self::check), or else by the first request.
///
/// | what | default |
/// |---|---|
/// | User-Agent | `sortie/<version>` |
/// | header fields | Accept-Encoding (the codings compiled in), `Accept: */*` |
/// | timeouts | connect 10 s, first byte 60 s, between bytes 60 s, queue none, total none |
/// | redirects | followed, at most 30; not for HEAD |
/// | base URL | none: URLs must be absolute |
/// | connections | 128 in all, 16 an origin; idle ones kept for 90 s |
/// | cookies | kept, in a new jar |
/// | proxies | as the environment says |
#[derive(Clone)]
#[non_exhaustive]
pub struct Profile {
    /// The User-Agent field; `None` sends none.
    pub user_agent: Option<Arc<str>>,
    /// Whose credentials each request brings, unless it says otherwise. Default: nobody's.
    pub auth: Option<Auth>,
    /// Whose name and password a host is told where nothing else is said. Default: what the netrc file of the
    /// [environment](crate::environment) says, where that is heeded.
    pub netrc: Option<Netrc>,
    /// Where cookies are kept; `None` keeps and sends none.
    pub jar: Option<SharedJar>,
    /// How long each part of a call may take. Zero is an error.
    pub timeouts: Timeouts,
    /// Whether redirects are followed, and how many.
    pub redirects: Redirects,
    /// Whether, how often and when a call goes again after what went wrong. Default: never.
    pub retries: Retries,
    /// Whether all but `https` is refused, redirects included. Default: no.
    pub https_only: bool,
    /// Which header fields are dropped when a call leaves its origin.
    pub credentials: Credentials,
    /// How many bytes of decoded content are accepted. Default: any number.
    pub max_content: Option<u64>,
    /// Whether a request that is not idempotent may go again where a reused connection turns out to be closed.
    /// Default: no.
    pub resend: bool,
    /// Whether the environment is heeded where nothing else is said: `http_proxy` and the like. Default: yes.
    pub trust_env: bool,
    /// How connections are made; whoever opens them knows what it holds. Default: as they are by default.
    pub channel: Channel,
    /// The session's hooks; they run before a request's own.
    pub hooks: Hooks,
    /// Who is told what happens. Default: nobody.
    pub sink: Option<Arc<dyn Sink>>,
    /// How many connections there may be.
    pub connections: Connections,
    pub(crate) base: BaseUrl,
    pub(crate) headers: Entries,
    pub(crate) params: Entries,
    /// Which proxy each origin is asked through, or why the one that was given cannot be used.
    pub(crate) proxies: Result<Proxies, sortie_policy::Error>,
}

/// How many connections a loop holds, and for how long.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Connections {
    /// At most, in all. Default: 128.
    pub total: usize,
    /// At most, to one origin. Default: 16.
    pub per_origin: usize,
    /// How long one that is not used is kept. Default: 90 s.
    pub idle: Duration,
}

impl Profile {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends each request through the proxy of this URL, as `http://user:password@proxy.test:3128`, and puts aside what was
    /// said of proxies before and what the environment says. A fault in it is found by [`check`](Self::check).
    pub fn set_proxy(&mut self, url: &str) {
        self.proxies = Proxies::direct().all(url);
    }

    /// Says which proxies each request goes through, over what the environment says and in place of what was said before.
    pub fn set_proxies(&mut self, proxies: Proxies) {
        self.proxies = Ok(proxies);
    }

    /// Sends what the key covers through the proxy of this URL, beside what was said of proxies before: see [`Proxies::set`]. A
    /// fault in either is found by [`check`](Self::check).
    pub fn set_proxy_for(&mut self, key: &str, url: &str) {
        self.change_proxies(|proxies| proxies.set(key, url));
    }

    /// Which hosts need no proxy, beside what was said of proxies before: see [`Proxies::no_proxy`]. A fault in the list is
    /// found by [`check`](Self::check).
    pub fn set_no_proxy(&mut self, list: &str) {
        self.change_proxies(|proxies| proxies.no_proxy(list));
    }

    /// The first fault stays.
    fn change_proxies(&mut self, change: impl FnOnce(Proxies) -> Result<Proxies, sortie_policy::Error>) {
        self.proxies = mem::replace(&mut self.proxies, Ok(Proxies::new())).and_then(change);
    }

    /// Which proxies each request goes through, over what the environment says, or why the one that was given cannot be
    /// used. Default: nothing is said.
    pub fn proxies(&self) -> Result<&Proxies, &sortie_policy::Error> {
        self.proxies.as_ref()
    }

    /// Whose name and password a host is told where nothing else is said.
    pub(crate) fn netrc(&self) -> Netrc {
        match &self.netrc {
            Some(netrc) => netrc.clone(),
            None if self.trust_env => crate::environment().netrc.clone(),
            None => Netrc::default(),
        }
    }

    /// How origins are reached by a request that says `own` of proxies, if anything. What the environment says holds where
    /// nothing else does. Fails where a proxy was given that cannot be used: requests must not go around it.
    pub(crate) fn way(
        &self,
        own: Option<&Proxies>,
        channel: Option<&Channel>,
        home: Option<Home>,
    ) -> Result<Option<Arc<Way>>, Error> {
        let said = self.proxies().map_err(|fault| unusable_proxy(fault.clone()))?;
        let session = match self.trust_env {
            true => said.over(&crate::environment().proxies),
            false => said.clone(),
        };
        let proxies = own.map_or_else(|| session.clone(), |own| own.over(&session));
        let channel = channel.unwrap_or(&self.channel).clone();
        let says_something = !proxies.is_empty() || channel != Channel::default() || home.is_some();
        Ok(says_something.then(|| Arc::new(Way { proxies, channel, home })))
    }

    /// How a URL's origin is reached by connections that are made ahead of any request; `home`, if it is reached in a way of
    /// its own. Fails where each request to this URL would, before any I/O.
    pub fn way_to(&self, url: &Url, home: Option<Home>) -> Result<Option<Arc<Way>>, Error> {
        self.check()?;
        check_target(&Method::GET, url.scheme(), self.https_only, false)?;
        let way = self.way(None, None, home)?;
        check_way(way.as_deref(), url.origin())?;
        Ok(way)
    }

    /// Names and values of the header fields, in order, without User-Agent and the defaults.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.values()
    }

    /// Sets a header field of each request, in place of a default or of an earlier one of that name in any case.
    pub fn set_header(&mut self, name: &str, value: &str) {
        self.headers.set(Entry::new(name, Some(value), Source::Session), same_field);
    }

    /// Sets a header field that holds a credential: `Debug` hides it, and it is dropped when a redirect leaves the
    /// origin.
    pub fn set_sensitive_header(&mut self, name: &str, value: &str) {
        self.headers.set(Entry::sensitive(name, value, Source::Session), same_field);
    }

    /// Puts a header field last, beside others of its name.
    pub fn append_header(&mut self, name: &str, value: &str) {
        self.headers.append(Entry::new(name, Some(value), Source::Session));
    }

    /// Takes a header field away, or a default such as Accept-Encoding, which is then not sent at all.
    pub fn unset_header(&mut self, name: &str) {
        self.headers.set(Entry::new(name, None, Source::Session), same_field);
    }

    /// Names and values of the query parameters, in order.
    pub fn params(&self) -> impl Iterator<Item = (&str, &str)> {
        self.params.values()
    }

    /// Adds a query parameter to each request.
    pub fn append_param(&mut self, name: &str, values: impl Into<Values>) {
        append_values(&mut self.params, name, &values.into(), Source::Session);
    }

    /// Sets a query parameter: those of that name that were added before go.
    pub fn set_param(&mut self, name: &str, values: impl Into<Values>) {
        self.params.remove(|it| same_param(it, name));
        append_values(&mut self.params, name, &values.into(), Source::Session);
    }
}

impl Default for Profile {
    fn default() -> Self {
        Profile {
            user_agent: Some(concat!("sortie/", env!("CARGO_PKG_VERSION")).into()),
            auth: None,
            netrc: None,
            jar: Some(SharedJar::new()),
            timeouts: Timeouts::default(),
            redirects: Redirects::default(),
            retries: Retries::default(),
            https_only: false,
            credentials: Credentials::default(),
            max_content: None,
            resend: false,
            trust_env: true,
            channel: Channel::default(),
            hooks: Hooks::new(),
            sink: None,
            connections: Connections::default(),
            proxies: Ok(Proxies::new()),
            base: BaseUrl::default(),
            headers: Entries::default(),
            params: Entries::default(),
        }
    }
}

impl Default for Connections {
    fn default() -> Self {
        Connections { total: 128, per_origin: 16, idle: Duration::from_secs(90) }
    }
}

/// Without secrets.
impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile")
            .field("user_agent", &self.user_agent)
            .field("base", &self.base)
            .field("headers", &self.headers.masked(|name| self.credentials.holds(name)))
            .field("params", &self.params)
            .field("auth", &self.auth)
            .field("jar", &self.jar)
            .field("timeouts", &self.timeouts)
            .field("redirects", &self.redirects)
            .field("retries", &self.retries)
            .field("https_only", &self.https_only)
            .field("max_content", &self.max_content)
            .field("resend", &self.resend)
            .field("proxies", &self.proxies)
            .field("trust_env", &self.trust_env)
            .field("channel", &self.channel)
            .field("hooks", &self.hooks)
            .field("sink", &self.sink.is_some())
            .field("connections", &self.connections)
            .finish_non_exhaustive()
    }
}
