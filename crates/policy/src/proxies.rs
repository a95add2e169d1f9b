//! Which proxy requests go through.

use std::cmp::Reverse;
use std::iter;
use std::sync::Arc;

use sortie_http::{Host, Origin, Scheme};

use crate::no_proxy::NoProxy;
use crate::proxy::{is_bare, read_authority, shown};
use crate::{Error, Proxy};

/// Which proxy the requests to an origin go through, if any.
///
/// Each entry names a proxy, or none, for a key. The most precise key that covers an origin decides:
///
/// | precision | key | covers |
/// |---|---|---|
/// | 1 | `https://example.com` | this scheme and host, any port |
/// | 2 | `https` | this scheme |
/// | 3 | `all://example.com` | this host, any port |
/// | 4 | `all` | everything |
///
/// Then a list of hosts that need no proxy may still spare it that one: see [`no_proxy`](Self::no_proxy).
///
/// ```
/// use sortie_http::Url;
/// use sortie_policy::Proxies;
///
/// let proxies = Proxies::new().set("https", "http://proxy.test:3128")?.no_proxy("example.com, 10.0.0.0/8")?;
/// let through = |url| proxies.choose(Url::parse(url).unwrap().origin()).unwrap().map(ToString::to_string);
/// assert_eq!(through("https://example.net/").as_deref(), Some("http://proxy.test:3128"));
/// assert_eq!(through("https://www.example.com/"), None);
/// assert_eq!(through("http://example.net/"), None);
/// # Ok::<(), sortie_policy::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    pub(crate) own: Layer,
    /// What these proxies were laid over, the topmost first.
    pub(crate) below: Vec<Arc<Layer>>,
    /// Nothing can be laid below these any more.
    pub(crate) closed: bool,
}

/// What was said at one place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layer {
    pub(crate) entries: Vec<(Key, Choice)>,
    pub(crate) no_proxy: Option<NoProxy>,
}

/// What an entry says.
#[derive(Clone, Debug)]
pub(crate) enum Choice {
    Through(Arc<Proxy>),
    Directly,
    /// Through a proxy that cannot be used.
    Faulty(Arc<Error>),
}

/// What an entry covers; everything, where nothing is given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Key {
    pub(crate) scheme: Option<Scheme>,
    pub(crate) host: Option<Host>,
}

impl Proxies {
    /// Nothing is said: requests go directly, unless something is said [below](Self::over).
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether nothing is said, here and below.
    pub fn is_empty(&self) -> bool {
        let says_nothing = |layer: &Layer| layer.entries.is_empty();
        says_nothing(&self.own) && self.below.iter().all(|layer| says_nothing(layer))
    }

    /// Requests go directly, whatever is said below: by the session, or by the environment.
    ///
    /// What is set on it holds, and nothing else: `Proxies::direct().all(proxy)?` is that proxy for everything.
    pub fn direct() -> Self {
        Proxies { closed: true, ..Self::default() }
    }

    /// What the usual variables say: `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`.
    ///
    /// `lookup` gives what a variable says, and `None` where it is not set; one that is empty or blank is as if it were
    /// not set. Each is read in lower case, and in upper case only where that says nothing. `HTTP_PROXY` in upper case is
    /// not read where `REQUEST_METHOD` is set: within a CGI program it is the request's Proxy field (httpoxy). What is
    /// said of `no_proxy` in [`no_proxy`](Self::no_proxy) holds.
    ///
    /// A variable that cannot be used is told by an [`Error::Variable`], and so is each entry of a list that is none. The
    /// entry is left out; but what would go through a proxy that cannot be used does not go around it: see
    /// [`choose`](Self::choose).
    pub fn from_environment(lookup: impl Fn(&str) -> Option<String>) -> (Self, Vec<Error>) {
        let mut faults = Vec::new();
        let mut own = Layer::default();
        let said = |name: &'static str| Some((name, lookup(name).filter(|value| !value.trim().is_empty())?));
        let is_cgi = lookup("REQUEST_METHOD").is_some();
        let http = said("http_proxy").or_else(|| said("HTTP_PROXY").filter(|_| !is_cgi));
        let https = said("https_proxy").or_else(|| said("HTTPS_PROXY"));
        let all = said("all_proxy").or_else(|| said("ALL_PROXY"));
        for (scheme, variable) in [(Some(Scheme::Http), http), (Some(Scheme::Https), https), (None, all)] {
            let Some((name, value)) = variable else { continue };
            match Proxy::parse(&value) {
                Ok(proxy) => own.set(Key { scheme, host: None }, Choice::Through(proxy.into())),
                Err(error) => {
                    let fault = Error::Variable { name, source: error.into() };
                    own.set(Key { scheme, host: None }, Choice::Faulty(fault.clone().into()));
                    faults.push(fault);
                }
            }
        }
        if let Some((name, list)) = said("no_proxy").or_else(|| said("NO_PROXY")) {
            let (no_proxy, faulty) = NoProxy::read(&list);
            let errors = faulty.into_iter().map(|entry| Error::NoProxy { entry: shown(entry) });
            faults.extend(errors.map(|error| Error::Variable { name, source: error.into() }));
            own.no_proxy = Some(no_proxy);
        }
        (Proxies { own, ..Self::default() }, faults)
    }

    /// This proxy for what the key covers, in place of what was said for the same key.
    ///
    /// The key is `http` or `https`, or `all` for both, alone or before `://` and a host; the proxy is what
    /// [`Proxy::parse`] reads.
    ///
    /// # Errors
    /// [`Error::ProxyKey`] where the key is none, [`Error::Proxy`] where the proxy is none.
    pub fn set(mut self, key: &str, proxy: &str) -> Result<Self, Error> {
        self.own.set(Key::read(key)?, Choice::Through(Proxy::parse(proxy)?.into()));
        Ok(self)
    }

    /// This proxy for everything that no other key covers: [`set`](Self::set) with the key `all`.
    ///
    /// # Errors
    /// [`Error::Proxy`] where it is none.
    pub fn all(self, proxy: &str) -> Result<Self, Error> {
        self.set("all", proxy)
    }

    /// No proxy for what the key covers. Keys are those of [`set`](Self::set).
    ///
    /// # Errors
    /// [`Error::ProxyKey`] where the key is none.
    pub fn none_for(mut self, key: &str) -> Result<Self, Error> {
        self.own.set(Key::read(key)?, Choice::Directly);
        Ok(self)
    }

    /// The hosts that need no proxy, in place of what was said of them, here and below. Nothing is implied: not even
    /// `localhost`.
    ///
    /// Entries stand between commas or white space, in any case:
    ///
    /// - `*`: every host;
    /// - `example.com`, `.example.com` or `*.example.com`: the host of this name, and all below it;
    /// - `10.0.0.1`, `::1` or `[::1]`: the host with this address, where the URL has the address;
    /// - `10.0.0.0/8`, `fe80::/10`: those with an address that begins with so many bits of this one;
    /// - each of them with a port: `example.com:8080`, `[::1]:443`.
    ///
    /// An empty list lifts what is said below.
    ///
    /// # Errors
    /// [`Error::NoProxy`] for the first entry that is none of these.
    pub fn no_proxy(mut self, list: &str) -> Result<Self, Error> {
        let (no_proxy, faulty) = NoProxy::read(list);
        if let Some(entry) = faulty.first() {
            return Err(Error::NoProxy { entry: shown(entry) });
        }
        self.own.no_proxy = Some(no_proxy);
        Ok(self)
    }

    /// These over others: a request's over its session's, a session's over the environment's.
    ///
    /// It goes entry by entry: of two for the same key the upper one holds, and all others hold as they are. So what is
    /// said below for `https` is more precise than what is said above for `all`; where that is not meant, begin with
    /// [`direct`](Self::direct). The upper list of hosts that need no proxy holds for the entries of its own layer and of
    /// those below, in place of theirs; it does not hold for entries above.
    #[must_use]
    pub fn over(&self, lower: &Proxies) -> Self {
        let mut merged = self.clone();
        if !merged.closed {
            merged.below.push(Arc::new(lower.own.clone()));
            merged.below.extend(lower.below.iter().cloned());
            merged.closed = lower.closed;
        }
        merged
    }

    /// The proxy for the requests to an origin; `None` where they go directly.
    ///
    /// # Errors
    /// [`Error::Variable`] where they would go through a proxy of the environment's that cannot be used.
    pub fn choose(&self, origin: &Origin) -> Result<Option<&Arc<Proxy>>, &Error> {
        let layers = || iter::once(&self.own).chain(self.below.iter().map(|layer| &**layer));
        let entries =
            layers().enumerate().flat_map(|(depth, layer)| layer.entries.iter().map(move |entry| (depth, entry)));
        let covering = entries.filter(|(_, (key, _))| key.covers(origin));
        // Of equally precise ones the first holds, which is the topmost.
        let Some((depth, (_, choice))) = covering.min_by_key(|(_, (key, _))| Reverse(key.precision())) else {
            return Ok(None);
        };
        let no_proxy = layers().take(depth + 1).find_map(|layer| layer.no_proxy.as_ref());
        match choice {
            Choice::Directly => Ok(None),
            _ if no_proxy.is_some_and(|list| list.holds(origin)) => Ok(None),
            Choice::Through(proxy) => Ok(Some(proxy)),
            Choice::Faulty(fault) => Err(fault),
        }
    }
}

impl Layer {
    fn set(&mut self, key: Key, choice: Choice) {
        self.entries.retain(|(known, _)| *known != key);
        self.entries.push((key, choice));
    }
}

impl Key {
    fn read(text: &str) -> Result<Self, Error> {
        Self::parse(text.trim_matches([' ', '\t'])).ok_or_else(|| Error::ProxyKey { key: shown(text) })
    }

    fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://").map_or((text, None), |(scheme, rest)| (scheme, Some(rest)));
        let known = [("all", None), ("http", Some(Scheme::Http)), ("https", Some(Scheme::Https))];
        let (_, scheme) = known.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(scheme))?;
        let Some(rest) = rest else { return Some(Key { scheme, host: None }) };
        let (url, port) = read_authority(rest).ok()?;
        let is_host = port.is_none() && is_bare(&url) && url.userinfo().is_none();
        is_host.then(|| Key { scheme, host: Some(url.host().clone()) })
    }

    fn covers(&self, origin: &Origin) -> bool {
        let is_of_scheme = self.scheme.is_none_or(|scheme| scheme == origin.scheme());
        is_of_scheme && self.host.as_ref().is_none_or(|host| host == origin.host())
    }

    /// The scheme weighs more than the host.
    fn precision(&self) -> (bool, bool) {
        (self.scheme.is_some(), self.host.is_some())
    }
}
