use std::path::Path;
use std::time::Duration;

use sortie_content::{Multipart, Part};
use sortie_http::{Method, PreparedRequest};
use sortie_policy::{Decide, Decision, Redirect, Retries};
use sortie_session::{Arguments, Auth, BodyArgument, Error, Expect, Explanation, Hooks, Response, Setting, Values};

use crate::connecting::Connecting;
use crate::reply::boundary;
use crate::shared::shared;
use crate::{Batch, CancelToken, Session};

/// A request that was not sent yet.
///
/// A value: build it, keep it, clone it, hand it to [`send`](Self::send) or to [`map`](crate::map). One that was made
/// by a [`Session`] brings that session's defaults, cookies and hooks along; what is set here comes on top. Where
/// something is set twice, the last counts; parameters and cookies add up. Faults (a bad URL, a line break in a header,
/// a timeout of zero) surface when it is sent.
///
/// ```
/// # let server = sortie_testserver::TestServer::start()?;
/// # let url = server.url("/anything");
/// use std::time::Duration;
///
/// let response = sortie::put(url)
///     .param("page", "1")
///     .header("X-Testing", "True")
///     .form([("name", "value")])
///     .timeout(Duration::from_secs(5))
///     .send()?;
/// assert_eq!(response.json::<serde_json::Value>()?["form"]["name"], "value");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    pub(crate) arguments: Arguments,
    pub(crate) session: Option<Session>,
    pub(crate) token: Option<CancelToken>,
    /// What it says of its own connection; most say nothing.
    pub(crate) connecting: Option<Box<Connecting>>,
}

impl Request {
    pub(crate) fn new(method: Method, url: impl AsRef<str>, session: Option<Session>) -> Self {
        Request { arguments: Arguments::new(method, url.as_ref()), session, token: None, connecting: None }
    }

    /// Sends it and waits for the answer, redirects included.
    ///
    /// A status of 400 or above is a response, not an error: see [`Response::raise_for_status`]. Fails where no
    /// response could be had; the error says in which phase.
    pub fn send(self) -> Result<Response, Error> {
        let home = self.session.clone().unwrap_or_else(shared);
        Batch::new(home).send(self)
    }

    /// What would be sent, and where each of it comes from: header fields, who asks, proxy, roots, timeouts, each cookie; and
    /// what was passed over, and why. Nothing is sent; hooks run as far as [`send`](Self::send) runs them before it sends.
    ///
    /// ```
    /// let session = sortie::Session::builder().auth(("user", "5ecret")).build()?;
    /// let explanation = session.get("http://127.0.0.1/").header("X-Testing", "True").explain()?;
    /// let text = explanation.to_string();
    /// assert!(text.starts_with("GET http://127.0.0.1/\n  header Host: 127.0.0.1 (derived)"));
    /// assert!(text.contains("  header X-Testing: True (request)\n") && text.contains("  auth: Basic *** (session)\n"));
    /// assert!(!text.contains("5ecret"));
    /// # Ok::<(), sortie::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`send`](Self::send) does before it sends anything.
    pub fn explain(self) -> Result<Explanation, Error> {
        let home = self.session.clone().unwrap_or_else(shared);
        home.explain(self.arguments, self.connecting)
    }

    /// Sets a header field, in place of the session's of that name. The caller's order and case are kept.
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.arguments.set_header(name.as_ref(), value.as_ref());
        self
    }

    /// Sets several header fields, each as [`header`](Self::header) does.
    pub fn headers<N: AsRef<str>, V: AsRef<str>>(mut self, fields: impl IntoIterator<Item = (N, V)>) -> Self {
        for (name, value) in fields {
            self.arguments.set_header(name.as_ref(), value.as_ref());
        }
        self
    }

    /// Sets a header field that holds a credential: it is dropped when a redirect leaves the origin, and not shown.
    pub fn sensitive_header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.arguments.set_sensitive_header(name.as_ref(), value.as_ref());
        self
    }

    /// Sends no such header field, though the session or a default has one.
    pub fn unset_header(mut self, name: impl AsRef<str>) -> Self {
        self.arguments.unset_header(name.as_ref());
        self
    }

    /// Adds a query parameter: a text, or several values, each `name=value`. `None` removes the session's.
    pub fn param(mut self, name: impl AsRef<str>, values: impl Into<Values>) -> Self {
        self.arguments.append_param(name.as_ref(), values);
        self
    }

    /// Adds several query parameters.
    pub fn params<N: AsRef<str>, V: Into<Values>>(mut self, pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        for (name, values) in pairs {
            self.arguments.append_param(name.as_ref(), values);
        }
        self
    }

    /// Sends these bytes, or this text (as UTF-8), as the body; or an open file, or a [`BodyArgument`]. No content type is
    /// added.
    ///
    /// ```
    /// # let server = sortie_testserver::TestServer::start()?;
    /// # let url = server.url("/anything");
    /// use std::io::Read;
    /// use sortie::BodyArgument;
    ///
    /// // Streamed: read by a thread of its own while it is sent, in chunks.
    /// let lines = std::io::repeat(b'x').take(100_000);
    /// let response = sortie::post(url).body(BodyArgument::reader(lines)).send()?;
    /// assert_eq!(response.json::<serde_json::Value>()?["data"].as_str().map(str::len), Some(100_000));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn body(mut self, body: impl Into<BodyArgument>) -> Self {
        self.arguments.set_body(body);
        self
    }

    /// Sends a form in UTF-8: `application/x-www-form-urlencoded`, unless another content type is given.
    pub fn form<N: Into<Box<str>>, V: Into<Box<str>>>(mut self, pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        self.arguments.set_body(BodyArgument::form(pairs));
        self
    }

    /// Sends a value as JSON: `application/json`, unless another content type is given. Needs the feature `json`.
    ///
    /// A value that JSON cannot say is [`ErrorKind::InvalidBody`](crate::ErrorKind::InvalidBody) when it is sent.
    #[cfg(feature = "json")]
    pub fn json<T: serde_core::Serialize + ?Sized>(mut self, value: &T) -> Self {
        self.arguments.set_body(BodyArgument::json(value));
        self
    }

    /// Sends the file at this path, which is looked for when the request is sent; streamed. No content type is added.
    pub fn file(mut self, path: impl AsRef<Path>) -> Self {
        self.arguments.set_body(BodyArgument::file_path(path));
        self
    }

    /// Sends a multipart message of these parts, under a boundary of random bytes; files and readers are streamed.
    ///
    /// ```
    /// # let server = sortie_testserver::TestServer::start()?;
    /// # let url = server.url("/anything");
    /// # let path = std::env::temp_dir().join(format!("sortie-doc-{}.txt", std::process::id()));
    /// # std::fs::write(&path, "content")?;
    /// use sortie::Part;
    ///
    /// let parts = [Part::text("name", "value"), Part::path("file", &path)?.content_type("text/plain")?];
    /// let response = sortie::post(url).multipart(parts).send()?;
    /// # std::fs::remove_file(&path)?;
    /// assert_eq!(response.json::<serde_json::Value>()?["form"]["name"], "value");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn multipart(mut self, parts: impl IntoIterator<Item = Part>) -> Self {
        let message = parts.into_iter().fold(Multipart::new(boundary()), Multipart::part);
        self.arguments.set_body(message);
        self
    }

    /// Puts a content coding on the body, by its name: `gzip`, `deflate`, or `zstd` with that feature. Default: none.
    ///
    /// What is in memory is coded at once; what is streamed is coded while it is sent, in chunks. Not every server takes a
    /// coded request: 415 says that it does not. A name that is not known is
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) when it is sent.
    pub fn compress(mut self, coding: impl AsRef<str>) -> Self {
        self.arguments.set_compression(coding.as_ref());
        self
    }

    /// Whether the body is held back until the server says that it wants it (`Expect: 100-continue`), or the time is up:
    /// a [`Duration`], or `true` for a second. Default: not.
    ///
    /// A final answer leaves the body unsent. A 417 has the request go again without.
    pub fn expect_continue(mut self, expect: impl Into<Expect>) -> Self {
        self.arguments.set_expect_continue(expect);
        self
    }

    /// Has a closure told, after each write of the body, how many of its bytes are on their way, and how many there are
    /// where that is known. An exchange that goes again, by a redirect say, begins again.
    ///
    /// It runs on the thread that turns the loop; one that panics is told nothing more.
    pub fn on_upload(mut self, told: impl FnMut(u64, Option<u64>) + Send + 'static) -> Self {
        self.arguments.on_upload(told);
        self
    }

    /// Sends a cookie with this request, to its own origin only. It is not stored.
    pub fn cookie(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.arguments.append_cookie(name.as_ref(), value.as_ref());
        self
    }

    /// Whose credentials it brings, such as [`Basic`](crate::Basic). `None` brings none, not even the session's.
    ///
    /// They come before an Authorization field, those in the URL and the session's, and never follow a redirect to
    /// another origin.
    pub fn auth(mut self, auth: impl Into<Setting<Auth>>) -> Self {
        self.arguments.set_auth(auth);
        self
    }

    /// Bounds the whole call, redirects included. Default: the session's, which has none. `None` lifts the session's.
    pub fn timeout(mut self, limit: impl Into<Setting<Duration>>) -> Self {
        self.arguments.set_timeout(limit);
        self
    }

    /// Bounds looking up the name and connecting. Default: the session's, which is 10 s. `None` lifts it.
    pub fn connect_timeout(mut self, limit: impl Into<Setting<Duration>>) -> Self {
        self.arguments.set_connect_timeout(limit);
        self
    }

    /// Bounds the time from the last byte of the request to the end of the response's head. Default: the session's,
    /// which is 60 s. `None` lifts it.
    pub fn first_byte_timeout(mut self, limit: impl Into<Setting<Duration>>) -> Self {
        self.arguments.set_first_byte_timeout(limit);
        self
    }

    /// Bounds each pause in reading content or writing a body. Default: the session's, which is 60 s. `None` lifts it.
    pub fn between_bytes_timeout(mut self, limit: impl Into<Setting<Duration>>) -> Self {
        self.arguments.set_between_bytes_timeout(limit);
        self
    }

    /// Bounds the wait for a connection, once it was submitted: what `map` or a stream has not pulled yet does not wait.
    /// Default: the session's, which has none. `None` lifts it.
    pub fn queue_timeout(mut self, limit: impl Into<Setting<Duration>>) -> Self {
        self.arguments.set_queue_timeout(limit);
        self
    }

    /// Whether redirects are followed. Default: the session's, which follows them, but for HEAD.
    pub fn redirects(mut self, follow: bool) -> Self {
        self.arguments.set_redirects(follow);
        self
    }

    /// How many redirects are followed; one more is an error
    /// ([`ErrorKind::TooManyRedirects`](crate::ErrorKind::TooManyRedirects)). Default: the session's, which is 30.
    pub fn max_redirects(mut self, limit: u32) -> Self {
        self.arguments.set_redirect_limit(limit);
        self
    }

    /// Has a closure decide on each redirect that would be followed, as
    /// [`Defaults::redirect_policy`](crate::Defaults::redirect_policy) says. Default: the session's.
    pub fn redirect_policy<D: Into<Decision>>(
        mut self,
        decide: impl Fn(&Redirect<'_>) -> D + Send + Sync + 'static,
    ) -> Self {
        self.arguments.set_redirect_decision(Decide::new(decide));
        self
    }

    /// Whether a redirect's request says by Referer where it comes from. Default: the session's, which does not.
    pub fn referer(mut self, told: bool) -> Self {
        self.arguments.set_referer(told);
        self
    }

    /// Whether, how often and when it goes again after what went wrong: a number of times, or [`Retries`]. Default: the
    /// session's, which is never.
    ///
    /// ```
    /// # let server = sortie_testserver::TestServer::start()?;
    /// # let url = server.url("/status/503");
    /// use std::time::Duration;
    /// use sortie::Retries;
    ///
    /// let retries = Retries { backoff: Duration::from_millis(1), ..Retries::new(2) };
    /// let response = sortie::get(url).retries(retries).send()?;
    /// assert_eq!((response.status().as_u16(), response.tried().len()), (503, 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn retries(mut self, retries: impl Into<Retries>) -> Self {
        self.arguments.set_retries(retries.into());
        self
    }

    /// How many bytes of decoded content are accepted; more is
    /// [`ErrorKind::ContentTooLarge`](crate::ErrorKind::ContentTooLarge). Default: the session's, which has no limit but
    /// that against bombs. `None` lifts it.
    pub fn max_content(mut self, limit: impl Into<Setting<u64>>) -> Self {
        self.arguments.set_max_content(limit);
        self
    }

    /// Whether it may be sent again, though it is not idempotent, where a pooled connection turns out to be closed.
    /// Default: the session's, which says no.
    pub fn resend(mut self, resend: bool) -> Self {
        self.arguments.set_resend(resend);
        self
    }

    /// A number that comes back with the outcome ([`Response::tag`], [`Error::tag`]). Default: 0.
    pub fn tag(mut self, tag: u64) -> Self {
        self.arguments.set_tag(tag);
        self
    }

    /// Sends it with the defaults, cookies and connections of this session, whichever it was made by.
    pub fn bound_to(mut self, session: &Session) -> Self {
        self.session = Some(session.clone());
        self
    }

    /// Has a token cancel it from another thread. A second token takes the place of the first.
    pub fn cancel_token(mut self, token: &CancelToken) -> Self {
        self.token = Some(token.clone());
        self
    }

    /// Registers hooks for this request; they run after the session's.
    ///
    /// ```
    /// let request = sortie::get("http://127.0.0.1/").hooks(|hooks| {
    ///     hooks.on_response(|response: &sortie::Response| println!("{}", response.status()));
    /// });
    /// # drop(request);
    /// ```
    pub fn hooks(mut self, register: impl FnOnce(&mut Hooks)) -> Self {
        register(self.arguments.hooks_mut());
        self
    }

    /// Registers an `args` hook: it sees the arguments, the session's defaults merged in, before anything is encoded.
    pub fn on_args<V: crate::Answer<Arguments>>(self, hook: impl Fn(&Arguments) -> V + Send + Sync + 'static) -> Self {
        self.hooks(|hooks| hooks.on_args(hook))
    }

    /// Registers a `pre_request` hook: it sees the request directly before it is submitted.
    pub fn on_pre_request<V: crate::Answer<PreparedRequest>>(
        self,
        hook: impl Fn(&PreparedRequest) -> V + Send + Sync + 'static,
    ) -> Self {
        self.hooks(|hooks| hooks.on_pre_request(hook))
    }

    /// Registers a `post_request` hook: it sees what was sent and how the call ended, also when it failed.
    pub fn on_post_request<V: crate::Answer<PreparedRequest>>(
        self,
        hook: impl Fn(&crate::Sent) -> V + Send + Sync + 'static,
    ) -> Self {
        self.hooks(|hooks| hooks.on_post_request(hook))
    }

    /// Registers a `response` hook: it sees the response that is about to be delivered.
    pub fn on_response<V: crate::Answer<Response>>(
        self,
        hook: impl Fn(&Response) -> V + Send + Sync + 'static,
    ) -> Self {
        self.hooks(|hooks| hooks.on_response(hook))
    }

    /// What was asked for so far.
    pub fn arguments(&self) -> &Arguments {
        &self.arguments
    }

    /// What was asked for so far, to be changed.
    pub fn arguments_mut(&mut self) -> &mut Arguments {
        &mut self.arguments
    }
}
