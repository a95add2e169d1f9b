use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;

use sortie_hooks::Warning;
use sortie_http::{Method, PreparedRequest};
use sortie_log::{redact_text, redact_url};

use crate::{ErrorKind, Phase, Response, Tried};

/// Why a call has no response, or why its response was not good enough.
///
/// One pointer large; a clone shares everything. It never holds a session.
///
/// `Display` is one clause: what, the method, the URL without secrets, the phase. Why it came to that is told by
/// [`source`](StdError::source), all the way down to the system's error, and is not repeated.
///
/// ```
/// use std::error::Error as _;
/// use std::io;
/// use sortie_session::{Error, ErrorKind, Phase};
///
/// let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
/// let error = Error::new(ErrorKind::Connect)
///     .with_asked("GET".parse()?, "http://user:pass@127.0.0.1:9/?token=5ecret")
///     .with_source(refused);
/// assert_eq!(error.to_string(), "cannot connect: GET http://***@127.0.0.1:9/?token=*** (phase connect)");
/// assert_eq!(error.phase(), Some(Phase::Connect));
/// assert!(error.source().is_some_and(|source| source.is::<io::Error>()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    phase: Option<Phase>,
    says: Says,
    asked: Option<(Option<Method>, Box<str>)>,
    request: Option<PreparedRequest>,
    response: Option<Response>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
    attempts: u32,
    tag: u64,
    warnings: Vec<Warning>,
    tried: Vec<Tried>,
}

/// How `Display` begins.
#[derive(Clone)]
enum Says {
    /// With the kind's own clause.
    Kind,
    /// With this clause instead.
    Message(Box<str>),
    /// With this, and that is all.
    Whole(Box<str>),
}

impl Error {
    /// An error of this kind, in the phase that its kind belongs to, if that can be one only.
    pub fn new(kind: ErrorKind) -> Self {
        Error(Arc::new(Inner {
            kind,
            phase: kind.phase(),
            says: Says::Kind,
            asked: None,
            request: None,
            response: None,
            source: None,
            attempts: 0,
            tag: 0,
            warnings: Vec::new(),
            tried: Vec::new(),
        }))
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Which part of the call it happened in, where that is known.
    pub fn phase(&self) -> Option<Phase> {
        self.0.phase
    }

    /// Whether something took too long: any of the timeouts, or the batch's deadline.
    pub fn is_timeout(&self) -> bool {
        self.0.kind.is_timeout()
    }

    /// The method that was asked for, as far as that is known.
    pub fn method(&self) -> Option<&Method> {
        match (&self.0.request, &self.0.asked) {
            (Some(request), _) => Some(request.method()),
            (None, asked) => asked.as_ref().and_then(|(method, _)| method.as_ref()),
        }
    }

    /// The URL that was asked for, without userinfo and secrets; as it was given where it could not be parsed.
    pub fn url(&self) -> Option<String> {
        match (&self.0.request, &self.0.asked) {
            (Some(request), _) => Some(redact_url(&request.url().to_string()).into_owned()),
            (None, Some((_, url))) => Some(shown(url)),
            (None, None) => None,
        }
    }

    /// The request: the last one sent, or the one that a hook refused. `None` where none could be prepared.
    pub fn request(&self) -> Option<&PreparedRequest> {
        self.0.request.as_ref()
    }

    /// The last response there was, with the history before it: the one redirect too many, the one with a bad status.
    pub fn response(&self) -> Option<&Response> {
        self.0.response.as_ref()
    }

    /// How many exchanges were begun. 0 where nothing was sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The request's tag; 0 where it had none.
    pub fn tag(&self) -> u64 {
        self.0.tag
    }

    /// What went wrong in hooks on the way, in order.
    pub fn warnings(&self) -> &[Warning] {
        &self.0.warnings
    }

    /// What went wrong before and was tried again, in order.
    pub fn tried(&self) -> &[Tried] {
        &self.0.tried
    }

    /// What the causes say, from the nearest down to the system's own, without secrets.
    pub fn causes(&self) -> impl Iterator<Item = String> {
        self.sources().map(|cause| redact_text(&cause.to_string()).into())
    }

    /// The system's number of what went wrong (`errno`), where one of the causes has one.
    pub fn os_error(&self) -> Option<i32> {
        self.sources().find_map(|cause| cause.downcast_ref::<io::Error>()?.raw_os_error())
    }

    /// In this phase.
    #[must_use]
    pub fn with_phase(mut self, phase: Phase) -> Self {
        self.change().phase = Some(phase);
        self
    }

    /// In these words instead of its kind's: a clause that names no secret and does not repeat the source.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<Box<str>>) -> Self {
        self.change().says = Says::Message(message.into());
        self
    }

    /// Because of this.
    #[must_use]
    pub fn with_source(self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.with_shared_source(Arc::new(source))
    }

    /// Because of this, which others may hold too.
    #[must_use]
    pub fn with_shared_source(mut self, source: Arc<dyn StdError + Send + Sync>) -> Self {
        self.change().source = Some(source);
        self
    }

    /// About a request that was not prepared yet: its method, and the URL as it was given.
    #[must_use]
    pub fn with_asked(mut self, method: Method, url: &str) -> Self {
        self.change().asked = Some((Some(method), url.into()));
        self
    }

    /// About no request, but about connections to where this URL leads.
    #[must_use]
    pub fn with_url(mut self, url: &str) -> Self {
        self.change().asked = Some((None, url.into()));
        self
    }

    /// About this request.
    #[must_use]
    pub fn with_request(mut self, request: PreparedRequest) -> Self {
        self.change().request = Some(request);
        self
    }

    /// With the last response there was.
    #[must_use]
    pub fn with_response(mut self, response: Response) -> Self {
        self.change().response = Some(response);
        self
    }

    /// After so many exchanges were begun.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.change().attempts = attempts;
        self
    }

    /// Of the request with this tag.
    #[must_use]
    pub fn with_tag(mut self, tag: u64) -> Self {
        self.change().tag = tag;
        self
    }

    /// With what went wrong in hooks on the way.
    #[must_use]
    pub fn with_warnings(mut self, warnings: Vec<Warning>) -> Self {
        self.change().warnings = warnings;
        self
    }

    /// After these exchanges went wrong and were tried again.
    #[must_use]
    pub fn with_tried(mut self, tried: Vec<Tried>) -> Self {
        self.change().tried = tried;
        self
    }

    /// The status of `response` as an error: `message` is all that it says.
    pub(crate) fn of_status(response: &Response, message: String) -> Self {
        let mut error = Error::new(ErrorKind::Status)
            .with_request(response.request().clone())
            .with_attempts(response.exchanges())
            .with_tag(response.tag())
            .with_warnings(response.warnings().to_vec())
            .with_tried(response.tried().to_vec())
            .with_response(response.clone());
        error.change().says = Says::Whole(message.into());
        error
    }

    fn sources(&self) -> impl Iterator<Item = &(dyn StdError + 'static)> {
        std::iter::successors(self.source(), |&cause| cause.source())
    }

    fn change(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }
}

/// What, which request, which phase, in one clause. The alternate form (`{:#}`) goes on with the causes, down to the
/// system's own error.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_clause(f)?;
        match f.alternate() {
            true => self.causes().try_for_each(|cause| write!(f, ": {cause}")),
            false => Ok(()),
        }
    }
}

impl Error {
    fn fmt_clause(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.says {
            Says::Kind => write!(f, "{}", self.0.kind)?,
            Says::Message(message) => f.write_str(&redact_text(message))?,
            Says::Whole(message) => return f.write_str(&redact_text(message)),
        }
        match (self.method(), self.url()) {
            (Some(method), Some(url)) => write!(f, ": {method} {url}")?,
            (None, Some(url)) => write!(f, ": {url}")?,
            (_, None) => {}
        }
        match self.0.phase {
            Some(phase) => write!(f, " (phase {phase})"),
            None => Ok(()),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_ref().map(|source| &**source as &(dyn StdError + 'static))
    }
}

/// What `Display` says, and the causes.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("text", &self.to_string())
            .field("attempts", &self.0.attempts)
            .field("tried", &self.0.tried.len())
            .field("tag", &self.0.tag)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

/// A URL that may never have been parsed, as an error may show it: redacted, on one line, not endless.
fn shown(url: &str) -> String {
    let mut out = String::new();
    for c in redact_url(url).chars().take(1_000) {
        match c.is_control() {
            true => out.extend(c.escape_default()),
            false => out.push(c),
        }
    }
    out
}
