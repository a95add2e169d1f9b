use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sortie_http::{Method, Origin};
use sortie_log::redact_url;
use sortie_policy::{Channel, Decide, Proxies, Retries};

use crate::entries::{Entries, Entry, Source, same_field, same_param};
use crate::sending::Sending;
use crate::{Auth, BodyArgument, Hooks, Setting, Values};

/// What a request was asked to be, before anything is encoded or checked.
///
/// Small, and a clone shares all that is large; the first change after it copies. Nothing here fails: a bad URL, a
/// line break in a header or a timeout of zero is an error when the request is sent.
///
/// An `args` hook is shown these with the session's headers and parameters merged in; what it sets there counts as
/// set by the request.
///
/// ```
/// use sortie_http::Method;
/// use sortie_session::Arguments;
///
/// let mut args = Arguments::new(Method::GET, "http://127.0.0.1:8000/headers");
/// args.set_header("yo", "dawg");
/// args.append_param("b", ["2", "3"]);
/// assert_eq!(args.headers().collect::<Vec<_>>(), [("yo", "dawg")]);
/// assert_eq!(args.params().collect::<Vec<_>>(), [("b", "2"), ("b", "3")]);
/// ```
#[derive(Clone)]
pub struct Arguments {
    method: Method,
    url: Arc<str>,
    tag: u64,
    /// What most requests of a large batch have nothing of.
    rest: Option<Arc<Rest>>,
}

/// All but the method, the URL and the tag.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rest {
    pub(crate) headers: Entries,
    pub(crate) params: Entries,
    /// Whether the session's headers and parameters are merged in.
    pub(crate) merged: bool,
    pub(crate) body: BodyArgument,
    pub(crate) sending: Sending,
    pub(crate) cookies: Vec<(Box<str>, Box<str>)>,
    pub(crate) auth: Setting<Auth>,
    pub(crate) limits: Limits,
    /// Which proxies, or why that cannot be said.
    pub(crate) proxies: Option<Result<Proxies, sortie_policy::Error>>,
    pub(crate) channel: Option<Channel>,
    /// How its own origin alone is reached; which one, where it is not the one that it is sent to.
    pub(crate) home: Option<(Channel, Option<Arc<Origin>>)>,
    pub(crate) upgrade: bool,
    pub(crate) hop: Hop,
    pub(crate) hooks: Hooks,
}

/// Which request of a chain of redirects it is, where the program follows them itself.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Hop {
    /// The first, as most are.
    #[default]
    First,
    /// A later one, at the first one's origin.
    Home,
    /// A later one, after the first one's origin was left.
    Away,
}

/// What a request says about the policy of its call.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Limits {
    pub(crate) connect: Setting<Duration>,
    pub(crate) resolve: Setting<Duration>,
    pub(crate) proxy: Setting<Duration>,
    pub(crate) tls: Setting<Duration>,
    pub(crate) first_byte: Setting<Duration>,
    pub(crate) between_bytes: Setting<Duration>,
    pub(crate) queue: Setting<Duration>,
    pub(crate) total: Setting<Duration>,
    pub(crate) redirects: Option<bool>,
    pub(crate) redirect_limit: Option<u32>,
    pub(crate) max_content: Setting<u64>,
    pub(crate) resend: Option<bool>,
    pub(crate) retries: Option<Retries>,
    pub(crate) decide: Setting<Decide>,
    pub(crate) referer: Option<bool>,
}

impl Arguments {
    /// A request with this method for this URL, and nothing else.
    pub fn new(method: Method, url: impl Into<Arc<str>>) -> Self {
        Arguments { method, url: url.into(), tag: 0, rest: None }
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Another method.
    pub fn set_method(&mut self, method: Method) {
        self.method = method;
    }

    /// The URL, as it was given: without the parameters, not parsed.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The URL's text, to be shared.
    pub(crate) fn url_text(&self) -> &Arc<str> {
        &self.url
    }

    /// Another URL.
    pub fn set_url(&mut self, url: impl Into<Arc<str>>) {
        self.url = url.into();
    }

    /// What the outcome brings back. Default: 0.
    pub fn tag(&self) -> u64 {
        self.tag
    }

    /// Another tag.
    pub fn set_tag(&mut self, tag: u64) {
        self.tag = tag;
    }

    /// Names and values of the header fields that are asked for, in order.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.rest().into_iter().flat_map(|rest| rest.headers.values())
    }

    /// The first header field of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().find(|(it, _)| same_field(it, name)).map(|(_, value)| value)
    }

    /// Sets a header field; it takes the place of the session's, or of a default, of that name in any case.
    ///
    /// `Transfer-Encoding` cannot be set, and `Content-Length` only to what the body has.
    pub fn set_header(&mut self, name: &str, value: &str) {
        self.change().headers.set(Entry::new(name, Some(value), Source::Request), same_field);
    }

    /// Sets a header field that holds a credential: `Debug` hides it, and it is dropped when a redirect leaves the
    /// origin.
    pub fn set_sensitive_header(&mut self, name: &str, value: &str) {
        self.change().headers.set(Entry::sensitive(name, value, Source::Request), same_field);
    }

    /// Puts a header field last, beside others of its name in this request.
    pub fn append_header(&mut self, name: &str, value: &str) {
        self.change().headers.append(Entry::new(name, Some(value), Source::Request));
    }

    /// Takes a header field away: this request's, the session's or a default, in any case.
    ///
    /// User-Agent, Accept-Encoding, Accept and Content-Type are then not sent at all. Host and Content-Length, which
    /// HTTP needs, are then derived.
    pub fn unset_header(&mut self, name: &str) {
        self.change().headers.set(Entry::new(name, None, Source::Request), same_field);
    }

    /// Names and values of the query parameters that are added to the URL, in order.
    pub fn params(&self) -> impl Iterator<Item = (&str, &str)> {
        self.rest().into_iter().flat_map(|rest| rest.params.values())
    }

    /// Adds a query parameter; with several values it is sent several times.
    ///
    /// It takes the place of the session's of that name. Without a value it takes the session's away.
    pub fn append_param(&mut self, name: &str, values: impl Into<Values>) {
        append_values(&mut self.change().params, name, &values.into(), Source::Request);
    }

    /// Sets a query parameter: those of that name that were added before go.
    pub fn set_param(&mut self, name: &str, values: impl Into<Values>) {
        let params = &mut self.change().params;
        params.remove(|it| same_param(it, name));
        append_values(params, name, &values.into(), Source::Request);
    }

    /// The body.
    pub fn body(&self) -> &BodyArgument {
        static NONE: BodyArgument = BodyArgument::none();
        self.rest().map_or(&NONE, |rest| &rest.body)
    }

    /// Another body. Default: none.
    pub fn set_body(&mut self, body: impl Into<BodyArgument>) {
        self.change().body = body.into();
    }

    /// Names and values of the cookies that this request alone brings, in order.
    pub fn cookies(&self) -> impl Iterator<Item = (&str, &str)> {
        self.rest().into_iter().flat_map(|rest| &rest.cookies).map(|(name, value)| (&**name, &**value))
    }

    /// Adds a cookie for this request: it goes to this URL's origin only, and is not stored.
    ///
    /// It takes the place of the session's cookie of that name.
    pub fn append_cookie(&mut self, name: &str, value: &str) {
        self.change().cookies.push((name.into(), value.into()));
    }

    /// Whose credentials to send. `None` lifts the session's; an Authorization header, or userinfo in the URL, then
    /// still holds.
    pub fn set_auth(&mut self, auth: impl Into<Setting<Auth>>) {
        self.change().auth = auth.into();
    }

    /// Bounds the whole call, queue and redirects included. `None` lifts the session's. Default: the session's.
    pub fn set_timeout(&mut self, limit: impl Into<Setting<Duration>>) {
        self.change().limits.total = limit.into();
    }

    /// Bounds the making of a connection: look-up, connecting, a proxy's tunnel and TLS together. `None` lifts the
    /// session's.
    pub fn set_connect_timeout(&mut self, limit: impl Into<Setting<Duration>>) {
        self.change().limits.connect = limit.into();
    }

    /// Bounds the look-up of the host's name, within the connect timeout. `None` lifts the session's.
    pub fn set_resolve_timeout(&mut self, limit: impl Into<Setting<Duration>>) {
        self.change().limits.resolve = limit.into();
    }

    /// Bounds what a proxy needs to open its tunnel, within the connect timeout. `None` lifts the session's.
    pub fn set_proxy_timeout(&mut self, limit: impl Into<Setting<Duration>>) {
        self.change().limits.proxy = limit.into();
    }

    /// Bounds the TLS handshake, within the connect timeout. `None` lifts the session's.
    pub fn set_tls_timeout(&mut self, limit: impl Into<Setting<Duration>>) {
        self.change().limits.tls = limit.into();
    }

    /// Sends this request through the proxy of this URL, wherever it leads, as `http://user:password@proxy.test:3128`; the
    /// schemes are `http`, `https`, `socks5` and `socks5h`. Whatever session and environment say of proxies is put aside.
    pub fn set_proxy(&mut self, url: &str) {
        self.change().proxies = Some(Proxies::direct().all(url));
    }

    /// Says which proxies this request goes through, over what session and environment say;
    /// [`Proxies::direct`] for none.
    pub fn set_proxies(&mut self, proxies: Proxies) {
        self.change().proxies = Some(Ok(proxies));
    }

    /// How connections for this request are made, in place of the session's way; whoever opens them knows what it holds.
    pub fn set_channel(&mut self, channel: Channel) {
        self.change().channel = Some(channel);
    }

    /// How connections to the request's own origin are made, and to no other that a redirect leads to; they go through no
    /// proxy but one that the request names. With an `origin` it holds for that one, whatever a hook makes of the URL.
    pub fn set_home(&mut self, channel: Channel, origin: Option<Arc<Origin>>) {
        self.change().home = Some((channel, origin));
    }

    /// Whether the connection is to be handed over where the server switches protocols. Default: no; then that is an error.
    pub fn set_upgrade(&mut self, upgrade: bool) {
        self.change().upgrade = upgrade;
    }

    /// Bounds the wait between the request's last byte and the response's first. `None` lifts the session's.
    pub fn set_first_byte_timeout(&mut self, limit: impl Into<Setting<Duration>>) {
        self.change().limits.first_byte = limit.into();
    }

    /// Bounds each pause while reading or writing. `None` lifts the session's.
    pub fn set_between_bytes_timeout(&mut self, limit: impl Into<Setting<Duration>>) {
        self.change().limits.between_bytes = limit.into();
    }

    /// Bounds the wait for a free connection. `None` lifts the session's.
    pub fn set_queue_timeout(&mut self, limit: impl Into<Setting<Duration>>) {
        self.change().limits.queue = limit.into();
    }

    /// Whether redirects are followed. Default: the session's; but not for HEAD.
    pub fn set_redirects(&mut self, follow: bool) {
        self.change().limits.redirects = Some(follow);
    }

    /// How many redirects are followed at most; 0 fails on the first. Default: the session's.
    pub fn set_redirect_limit(&mut self, limit: u32) {
        self.change().limits.redirect_limit = Some(limit);
    }

    /// How many bytes of decoded content are accepted. `None` lifts the session's limit.
    pub fn set_max_content(&mut self, limit: impl Into<Setting<u64>>) {
        self.change().limits.max_content = limit.into();
    }

    /// Whether, how often and when it goes again after what went wrong. Default: as the session says.
    pub fn set_retries(&mut self, retries: Retries) {
        self.change().limits.retries = Some(retries);
    }

    /// A program's own code that decides on each redirect that would be followed. `None` lifts the session's.
    pub fn set_redirect_decision(&mut self, decide: impl Into<Setting<Decide>>) {
        self.change().limits.decide = decide.into();
    }

    /// Whether a redirect's request says where it comes from. Default: as the session says.
    pub fn set_referer(&mut self, referer: bool) {
        self.change().limits.referer = Some(referer);
    }

    /// Whether a request that is not idempotent may go again where a reused connection turns out to be closed.
    ///
    /// Default: the session's. Then the peer may act on it twice (RFC 9110, section 9.2.2).
    pub fn set_resend(&mut self, resend: bool) {
        self.change().limits.resend = Some(resend);
    }

    /// Says that it goes where a redirect led which the program follows itself.
    ///
    /// The session's parameters are not added again. Where the origin was left, what no other origin may see of the session's
    /// defaults stays away too, as if the session had followed the redirect: its credentials, and its sensitive header fields.
    pub fn set_redirected(&mut self, left_origin: bool) {
        self.change().hop = if left_origin { Hop::Away } else { Hop::Home };
    }

    /// The request's own hooks, where there are any.
    pub fn hooks(&self) -> Option<&Hooks> {
        self.rest().map(|rest| &rest.hooks)
    }

    /// The request's own hooks, to be added to; they run behind the session's.
    pub fn hooks_mut(&mut self) -> &mut Hooks {
        &mut self.change().hooks
    }

    pub(crate) fn rest(&self) -> Option<&Rest> {
        self.rest.as_deref()
    }

    pub(crate) fn change(&mut self) -> &mut Rest {
        Arc::make_mut(self.rest.get_or_insert_default())
    }
}

/// Adds a parameter's values; an entry without one where there are none.
pub(crate) fn append_values(params: &mut Entries, name: &str, values: &Values, source: Source) {
    let mut values = values.iter().peekable();
    if values.peek().is_none() {
        params.append(Entry::new(name, None, source));
    }
    for value in values {
        params.append(Entry::new(name, Some(value), source));
    }
}

/// Without secrets: the URL redacted, credentials masked, bodies by their length.
impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Arguments");
        shown.field("method", &self.method).field("url", &redact_url(&self.url)).field("tag", &self.tag);
        if let Some(rest) = self.rest() {
            shown
                .field("headers", &rest.headers)
                .field("params", &rest.params)
                .field("body", &rest.body)
                .field("sending", &rest.sending)
                .field("cookies", &rest.cookies.len())
                .field("auth", &rest.auth)
                .field("limits", &rest.limits)
                .field("hooks", &rest.hooks);
        }
        shown.finish()
    }
}
