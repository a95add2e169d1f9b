//! The defaults of a session or of the process, while they are being put together.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use sortie_cookie::SharedJar;
use sortie_http::PreparedRequest;
use sortie_log::{Sink, Verbose};
use sortie_policy::{Credentials, Decide, Decision, Netrc, Redirect, Retries};
use sortie_session::{Arguments, Auth, Error, Hooks, Profile, Response, Sent, Values};

use crate::{Answer, Session};

/// Defaults that become a [`Session`].
pub type SessionBuilder = Defaults<ForSession>;

/// Defaults that are being put together, for a session or for the process.
///
/// Where something is set twice, the last counts. Timeouts are a `Duration`, or `None` for as long as it takes; zero is
/// an error. Faults in them (a line break in a header, a timeout of zero) are told by [`build`](Self::build), and else
/// by the first request.
#[derive(Clone, Debug)]
#[must_use = "the defaults do nothing until they are built or applied"]
pub struct Defaults<For> {
    pub(crate) profile: Profile,
    target: std::marker::PhantomData<For>,
}

/// The defaults become a session's.
#[derive(Clone, Copy, Debug)]
pub struct ForSession(());

impl<For> Defaults<For> {
    pub(crate) fn new(profile: Profile) -> Self {
        Defaults { profile, target: std::marker::PhantomData }
    }

    /// Joins the relative URLs of requests with this one, as a browser does with those of a page (RFC 3986, section 5). What
    /// stands behind its last `/` gives way: end it with a `/`. Default: none, and a relative URL is an error.
    ///
    /// A URL with a scheme stays as it is. `/x` leads to the root of the same host, and `//host/x` to another host: a text of
    /// a stranger's is not to be the beginning of a URL. The session's credentials go wherever a request's URL leads, as
    /// without a base.
    ///
    /// ```
    /// # let server = sortie_testserver::TestServer::start()?;
    /// let session = sortie::Session::builder().base_url(server.url("/status/")).build()?;
    /// assert_eq!(session.get("204").send()?.status(), 204);
    /// assert_eq!(session.get("/get").send()?.status(), 200);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn base_url(mut self, url: impl AsRef<str>) -> Self {
        self.profile.set_base_url(url.as_ref());
        self
    }

    /// Has no base URL: a relative URL is an error.
    pub fn unset_base_url(mut self) -> Self {
        self.profile.unset_base_url();
        self
    }

    /// The User-Agent field. Default: `sortie/<version>`; [`unset_header`](Self::unset_header) sends none.
    pub fn user_agent(mut self, name: impl AsRef<str>) -> Self {
        self.profile.user_agent = Some(name.as_ref().into());
        self
    }

    /// Sets a header field of each request, in place of a default or of one of that name in any case.
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.profile.set_header(name.as_ref(), value.as_ref());
        self
    }

    /// Sets several header fields of each request, each as [`header`](Self::header) does.
    pub fn headers<N: AsRef<str>, V: AsRef<str>>(mut self, fields: impl IntoIterator<Item = (N, V)>) -> Self {
        for (name, value) in fields {
            self.profile.set_header(name.as_ref(), value.as_ref());
        }
        self
    }

    /// Sets a header field that holds a credential: it is dropped when a redirect leaves the origin, and not shown.
    pub fn sensitive_header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.profile.set_sensitive_header(name.as_ref(), value.as_ref());
        self
    }

    /// Sends no such header field, though it is a default, such as `Accept`.
    pub fn unset_header(mut self, name: impl AsRef<str>) -> Self {
        self.profile.unset_header(name.as_ref());
        self
    }

    /// Adds a query parameter to each request: a text or number, or several, each `name=value`.
    pub fn param(mut self, name: impl AsRef<str>, values: impl Into<Values>) -> Self {
        self.profile.append_param(name.as_ref(), values);
        self
    }

    /// Whose credentials each request brings, such as [`Basic`](crate::Basic). Default: nobody's.
    pub fn auth(mut self, auth: impl Into<Auth>) -> Self {
        self.profile.auth = Some(auth.into());
        self
    }

    /// Brings nobody's credentials. Where the environment's [netrc](Self::netrc) file names a host, that is told what it says.
    pub fn unset_auth(mut self) -> Self {
        self.profile.auth = None;
        self
    }

    /// Tells hosts the names and passwords of this netrc file, in place of the environment's, where nothing else is said of who
    /// asks. Default: the file that `NETRC` names, or `.netrc` in the home folder.
    pub fn netrc(mut self, netrc: Netrc) -> Self {
        self.profile.netrc = Some(netrc);
        self
    }

    /// Whether cookies are kept and sent. Default: yes. Either way the jar that was there before is let go.
    pub fn cookies(mut self, kept: bool) -> Self {
        self.profile.jar = kept.then(SharedJar::new);
        self
    }

    /// Bounds each whole call, redirects included. Default: none.
    pub fn timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.profile.timeouts.total = limit.into();
        self
    }

    /// Bounds looking up a name and connecting. Default: 10 s.
    pub fn connect_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.profile.timeouts.connect = limit.into();
        self
    }

    /// Bounds the time from the last byte of a request to the end of the response's head. Default: 60 s.
    pub fn first_byte_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.profile.timeouts.first_byte = limit.into();
        self
    }

    /// Bounds each pause in reading content or writing a body. Default: 60 s.
    pub fn between_bytes_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.profile.timeouts.between_bytes = limit.into();
        self
    }

    /// Bounds the wait for a connection. Default: none.
    pub fn queue_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.profile.timeouts.queue = limit.into();
        self
    }

    /// Whether redirects are followed. Default: yes, but for HEAD.
    pub fn redirects(mut self, follow: bool) -> Self {
        self.profile.redirects.follow = follow;
        self
    }

    /// How many redirects are followed; one more is an error
    /// ([`ErrorKind::TooManyRedirects`](crate::ErrorKind::TooManyRedirects)). Default: 30.
    pub fn max_redirects(mut self, limit: u32) -> Self {
        self.profile.redirects.limit = limit;
        self
    }

    /// Has a closure decide on each redirect that would be followed: see [`Redirect`]. It gives a [`Decision`], or a bool
    /// whether to follow. One that panics fails its call ([`ErrorKind::Redirect`](crate::ErrorKind::Redirect)). Default: all
    /// are followed.
    pub fn redirect_policy<D: Into<Decision>>(
        mut self,
        decide: impl Fn(&Redirect<'_>) -> D + Send + Sync + 'static,
    ) -> Self {
        self.profile.redirects.decide = Some(Decide::new(decide));
        self
    }

    /// Whether a redirect's request says by Referer where it comes from: the whole URL on the same origin, the origin alone on
    /// another, nothing from https to http. Default: no.
    pub fn referer(mut self, told: bool) -> Self {
        self.profile.redirects.referer = told;
        self
    }

    /// Which header fields hold credentials, beside Authorization, Proxy-Authorization, Cookie and those marked as sensitive:
    /// no other origin gets them, and `Debug` hides them. Default: [`Credentials`]'s.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.profile.credentials = credentials;
        self
    }

    /// Whether, how often and when a call goes again after what went wrong: a number of times, or [`Retries`]. Default: never.
    ///
    /// What was tried is told by [`Response::tried`] and [`Error::tried`](crate::Error::tried).
    pub fn retries(mut self, retries: impl Into<Retries>) -> Self {
        self.profile.retries = retries.into();
        self
    }

    /// Whether anything but `https` is refused, unsent ([`ErrorKind::InvalidUrl`](crate::ErrorKind::InvalidUrl)), and
    /// redirects to it are not followed ([`ErrorKind::Redirect`](crate::ErrorKind::Redirect)). Default: no.
    pub fn https_only(mut self, only: bool) -> Self {
        self.profile.https_only = only;
        self
    }

    /// How many bytes of decoded content are accepted. Default: any number, but for content that decodes to more than
    /// 256 MiB and 200 times its coded size. More is [`ErrorKind::ContentTooLarge`](crate::ErrorKind::ContentTooLarge).
    pub fn max_content(mut self, limit: impl Into<Option<u64>>) -> Self {
        self.profile.max_content = limit.into();
        self
    }

    /// Whether a request that is not idempotent may be sent again where a pooled connection turns out to be closed.
    /// Default: no.
    pub fn resend(mut self, resend: bool) -> Self {
        self.profile.resend = resend;
        self
    }

    /// How many connections a loop has at the same time, idle ones included. Default: 128. 0 counts as 1.
    ///
    /// A loop serves one batch, or one `send`; threads that send at the same time have a loop each.
    pub fn connections(mut self, most: usize) -> Self {
        self.profile.connections.total = most;
        self
    }

    /// How many connections a loop has to one origin at the same time. Default: 16. 0 counts as 1. An origin that is also
    /// reached in another way, by another proxy or with other TLS, counts once for each.
    pub fn per_origin(mut self, most: usize) -> Self {
        self.profile.connections.per_origin = most;
        self
    }

    /// How long an idle connection is kept; a shorter `Keep-Alive: timeout` of the server wins. Default: 90 s.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.profile.connections.idle = limit;
        self
    }

    /// Writes a line for each exchange at the moment it is sent: local time, method, URL without secrets.
    ///
    /// Each line is one write. A write that fails loses the line, never the call. It is a [`sink`](Self::sink), in
    /// place of any that was set before.
    pub fn verbose(self, stream: impl Write + Send + 'static) -> Self {
        self.sink(Verbose::new(stream))
    }

    /// Tells a sink what happens, in place of any that was set before. Default: nobody is told.
    ///
    /// It is told on whichever thread turns the loop. One that panics loses its line, never the call.
    pub fn sink(mut self, sink: impl Sink + 'static) -> Self {
        self.profile.sink = Some(Arc::new(sink));
        self
    }

    /// Tells nobody what happens. What a sink was told so far is not taken back.
    pub fn unset_sink(mut self) -> Self {
        self.profile.sink = None;
        self
    }

    /// Registers hooks; they run before those of a request, each once a call, however many redirects it follows.
    pub fn hooks(mut self, register: impl FnOnce(&mut Hooks)) -> Self {
        register(&mut self.profile.hooks);
        self
    }

    /// Registers an `args` hook: it sees the arguments, the defaults merged in, before anything is encoded.
    pub fn on_args<V: Answer<Arguments>>(self, hook: impl Fn(&Arguments) -> V + Send + Sync + 'static) -> Self {
        self.hooks(|hooks| hooks.on_args(hook))
    }

    /// Registers a `pre_request` hook: it sees each request directly before it is submitted.
    pub fn on_pre_request<V: Answer<PreparedRequest>>(
        self,
        hook: impl Fn(&PreparedRequest) -> V + Send + Sync + 'static,
    ) -> Self {
        self.hooks(|hooks| hooks.on_pre_request(hook))
    }

    /// Registers a `post_request` hook: it sees what was sent and how the call ended, also when it failed.
    pub fn on_post_request<V: Answer<PreparedRequest>>(
        self,
        hook: impl Fn(&Sent) -> V + Send + Sync + 'static,
    ) -> Self {
        self.hooks(|hooks| hooks.on_post_request(hook))
    }

    /// Registers a `response` hook: it sees each response that is about to be delivered.
    pub fn on_response<V: Answer<Response>>(self, hook: impl Fn(&Response) -> V + Send + Sync + 'static) -> Self {
        self.hooks(|hooks| hooks.on_response(hook))
    }
}

impl Defaults<ForSession> {
    /// Keeps cookies in this jar, which other sessions may share. Default: a jar of its own, empty.
    pub fn jar(mut self, jar: SharedJar) -> Self {
        self.profile.jar = Some(jar);
        self
    }

    /// The session. Fails where a default makes no sense: a line break in a header, a timeout of zero, a base URL that is
    /// none.
    pub fn build(self) -> Result<Session, Error> {
        self.profile.check()?;
        Ok(Session::of(self.profile))
    }
}
