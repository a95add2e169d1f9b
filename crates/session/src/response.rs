use std::borrow::Cow;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use sortie_cookie::{Cookie, Jar, Report};
use sortie_hooks::Warning;
use sortie_http::{Headers, PreparedRequest, StatusCode, Timings, Url, Version};
use sortie_log::redact_url;

use crate::{Before, Error, Links, Setback, Tried};

/// What came back from a call: its last exchange, and the history of those before it.
///
/// Small; a clone shares all that is large. It never holds a session.
///
/// ```
/// use std::time::SystemTime;
/// # use sortie_http::{Body, Headers, Method, PreparedRequest, ResponseParts, StatusCode, Timings, Url, Version};
/// use sortie_session::Response;
///
/// # let url = Url::parse("http://127.0.0.1:8000/status/404")?;
/// # let exchange = sortie_http::Response::from(ResponseParts {
/// #     status: StatusCode::NOT_FOUND, version: Version::HTTP_11, rare: None, headers: Headers::new(),
/// #     content: "gone".into(), request: PreparedRequest::new(Method::GET, url, Headers::new(), Body::none()),
/// #     timings: Timings::default(), peer: None,
/// # });
/// let response = Response::new(exchange, SystemTime::UNIX_EPOCH);
/// assert!(!response.ok());
/// assert_eq!(response.text(), "gone");
/// let error = response.raise_for_status().unwrap_err();
/// assert_eq!(error.to_string(), "404 Client Error: Not Found for url: http://127.0.0.1:8000/status/404");
/// # Ok::<(), sortie_http::Error>(())
/// ```
#[derive(Clone)]
pub struct Response {
    exchange: sortie_http::Response,
    /// When it ended, in nanoseconds since 1970: half as large as a `SystemTime`, and enough until 2262.
    at: i64,
    /// What most responses have none of.
    more: Option<Arc<More>>,
}

#[derive(Clone, Default)]
struct More {
    history: Vec<Response>,
    warnings: Vec<Warning>,
    tried: Vec<Tried>,
    /// What a `post_request` hook put in the place of the request.
    request: Option<PreparedRequest>,
    tag: u64,
}

impl Response {
    /// The response of one exchange, which ended at `at`; no history, no tag.
    pub fn new(exchange: sortie_http::Response, at: SystemTime) -> Self {
        Response { exchange, at: nanoseconds(at), more: None }
    }

    /// The response of a call: the last exchange, and those before it.
    pub(crate) fn of_call(
        exchange: sortie_http::Response,
        before: Option<Box<Before>>,
        at: SystemTime,
        tag: u64,
    ) -> Self {
        let more = match before {
            None if tag == 0 => None,
            None => Some(Arc::new(More { tag, ..More::default() })),
            Some(before) => More::of(*before, at, tag),
        };
        Response { exchange, at: nanoseconds(at), more }
    }

    /// The status code.
    pub fn status(&self) -> StatusCode {
        self.exchange.status()
    }

    /// Whether the status is below 400.
    pub fn ok(&self) -> bool {
        self.exchange.ok()
    }

    /// The reason phrase as received; empty where there was none.
    pub fn reason(&self) -> &str {
        self.exchange.reason()
    }

    /// The protocol version that the response named.
    pub fn version(&self) -> Version {
        self.exchange.version()
    }

    /// The URL that answered, after all redirects; its fragment is in it, userinfo is not.
    pub fn url(&self) -> &Url {
        self.exchange.url()
    }

    /// The header fields, in the order and case in which they came.
    pub fn headers(&self) -> &Headers {
        self.exchange.headers()
    }

    /// The content, decoded of its content codings.
    pub fn content(&self) -> &Bytes {
        self.exchange.content()
    }

    /// The content as text: by its byte order mark, then by Content-Type's charset, then as UTF-8.
    ///
    /// What is not valid there reads as U+FFFD. Valid UTF-8 is not copied. Nothing is guessed.
    pub fn text(&self) -> Cow<'_, str> {
        sortie_content::text(self.headers(), self.content())
    }

    /// The content as a value, from JSON in UTF-8, UTF-16 or UTF-32.
    ///
    /// Fails with [`ErrorKind::Content`](crate::ErrorKind::Content) where it is no JSON, or not what `T` needs.
    #[cfg(feature = "json")]
    pub fn json<T: serde_core::de::DeserializeOwned>(&self) -> Result<T, Error> {
        sortie_content::from_json(self.content(), self.headers()).map_err(|source| {
            Error::new(crate::ErrorKind::Content)
                .with_message("the content is not the JSON that was asked for")
                .with_request(self.request().clone())
                .with_attempts(self.exchanges())
                .with_tag(self.tag())
                .with_warnings(self.warnings().to_vec())
                .with_response(self.clone())
                .with_source(source)
        })
    }

    /// The name of the encoding that [`text`](Self::text) reads the content in, as the Encoding standard spells it.
    pub fn encoding(&self) -> &'static str {
        sortie_content::encoding(self.headers(), self.content()).name()
    }

    /// The cookies that this response set; those of redirects are in the [`history`](Self::history).
    ///
    /// What was refused, or expired at once, is left out. Computed each time.
    pub fn cookies(&self) -> Vec<Cookie<'static>> {
        sortie_cookie::parse_all(self.url(), self.headers(), moment(self.at))
    }

    /// What became of the Set-Cookie fields of this response, by themselves: how many can be kept, which were refused and why.
    /// Computed each time.
    ///
    /// A refusal that depends on what a jar has already, such as that plain http may not replace a Secure cookie, is told to the
    /// session's sink alone.
    pub fn cookie_report(&self) -> Report {
        Jar::new().receive(self.url(), self.headers(), moment(self.at))
    }

    /// The links of its Link fields (RFC 8288). Computed each time.
    pub fn links(&self) -> Links {
        Links::parse(self.headers().get_all("Link"))
    }

    /// The responses before this one, oldest first: redirects that were followed, challenges that were answered, and what was
    /// tried again.
    pub fn history(&self) -> &[Response] {
        self.more.as_ref().map_or(&[], |more| &more.history)
    }

    /// From sending the request to the end of this response's head; redirects are in the [`history`](Self::history).
    pub fn elapsed(&self) -> Duration {
        self.timings().elapsed()
    }

    /// Where the time of this exchange went.
    pub fn timings(&self) -> &Timings {
        self.exchange.timings()
    }

    /// Whom the connection led to.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.exchange.peer()
    }

    /// The request as it was sent, cookies included; or what a `post_request` hook put in its place.
    pub fn request(&self) -> &PreparedRequest {
        match self.more.as_ref().and_then(|more| more.request.as_ref()) {
            Some(request) => request,
            None => self.exchange.request(),
        }
    }

    /// What went wrong in hooks on the way, in order.
    pub fn warnings(&self) -> &[Warning] {
        self.more.as_ref().map_or(&[], |more| &more.warnings)
    }

    /// What went wrong before and was tried again, in order.
    pub fn tried(&self) -> &[Tried] {
        self.more.as_ref().map_or(&[], |more| &more.tried)
    }

    /// The request's tag; 0 where it had none.
    pub fn tag(&self) -> u64 {
        self.more.as_ref().map_or(0, |more| more.tag)
    }

    /// Fails where the status is 400 or above.
    ///
    /// The error says `404 Client Error: Not Found for url: …` or `500 Server Error: …`, and has this response.
    pub fn raise_for_status(&self) -> Result<&Self, Error> {
        let status = self.status().as_u16();
        let whose = match status {
            ..400 => return Ok(self),
            400..500 => "Client",
            _ => "Server",
        };
        let url = self.url().to_string();
        let message = format!("{status} {whose} Error: {} for url: {}", self.reason(), redact_url(&url));
        Err(Error::of_status(self, message))
    }

    /// What came of the last exchange alone.
    pub fn exchange(&self) -> &sortie_http::Response {
        &self.exchange
    }

    /// The same response with other content, for a `response` hook. The header fields stay as they are.
    #[must_use]
    pub fn with_content(self, content: impl Into<Bytes>) -> Self {
        let mut parts = self.exchange.clone().into_parts();
        parts.content = content.into();
        self.with_exchange(parts.into())
    }

    /// The same response with another last exchange, for a `response` hook.
    #[must_use]
    pub fn with_exchange(mut self, exchange: sortie_http::Response) -> Self {
        self.exchange = exchange;
        self
    }

    /// The same response with another request, which changes no more than what [`request`](Self::request) gives.
    pub(crate) fn with_request(mut self, request: PreparedRequest) -> Self {
        self.more().request = Some(request);
        self
    }

    /// The same response, told what became of the call's hooks, and whose it is.
    pub(crate) fn with_warnings(mut self, warnings: Vec<Warning>, tag: u64) -> Self {
        if !warnings.is_empty() || !self.warnings().is_empty() {
            self.more().warnings = warnings;
        }
        if self.tag() != tag {
            self.more().tag = tag;
        }
        self
    }

    /// How many exchanges the call was, as far as the history tells.
    pub(crate) fn exchanges(&self) -> u32 {
        let unanswered = self.tried().iter().filter(|tried| matches!(tried.why, Setback::Failed(_))).count();
        u32::try_from(self.history().len() + unanswered + 1).unwrap_or(u32::MAX)
    }

    fn more(&mut self) -> &mut More {
        Arc::make_mut(self.more.get_or_insert_default())
    }
}

/// Status, URL without secrets, and how long the content is.
impl More {
    /// What was before the last exchange of a call; `None` where nothing was, and the call has no tag.
    #[cold]
    fn of(before: Before, at: SystemTime, tag: u64) -> Option<Arc<Self>> {
        let Before { history, tried } = before;
        (tag != 0 || !history.is_empty() || !tried.is_empty()).then(|| {
            let history = history.into_iter().map(|exchange| Response::new(exchange, at)).collect();
            Arc::new(More { history, tried, tag, ..More::default() })
        })
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status().as_u16())
            .field("url", &redact_url(&self.url().to_string()))
            .field("content", &self.content().len())
            .field("history", &self.history().len())
            .field("tag", &self.tag())
            .finish_non_exhaustive()
    }
}

fn nanoseconds(at: SystemTime) -> i64 {
    let clamp = |span: Duration| i64::try_from(span.as_nanos()).unwrap_or(i64::MAX);
    match at.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => clamp(after),
        Err(before) => -clamp(before.duration()),
    }
}

fn moment(nanoseconds: i64) -> SystemTime {
    let span = Duration::from_nanos(nanoseconds.unsigned_abs());
    let moment = match nanoseconds {
        0.. => SystemTime::UNIX_EPOCH.checked_add(span),
        _ => SystemTime::UNIX_EPOCH.checked_sub(span),
    };
    moment.unwrap_or(SystemTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_kept_to_the_nanosecond_before_1970_too() {
        for nanoseconds_since in [0, 1, -1, 1_800_000_000_123_456_789] {
            assert_eq!(nanoseconds(moment(nanoseconds_since)), nanoseconds_since);
        }
    }
}
