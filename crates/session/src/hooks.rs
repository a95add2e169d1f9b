use std::fmt;

use sortie_hooks::{Answer, Point};
use sortie_http::PreparedRequest;

use crate::{Arguments, Error, Response};

/// The four points at which a program's own code may step in. A session has them, and so has each request.
///
/// ```text
/// Arguments ─ args ─ encode ─ pre_request ─► sent ... ended ─ post_request ─ response ─► Response
/// ```
/// A callback gets the data. A value that it returns replaces them; nothing changes where it returns nothing. Where it
/// fails or panics, a warning is given ([`Response::warnings`], [`Error::warnings`]) and the call goes on. At `args`
/// and `pre_request` it can refuse the call by the error [`Refuse`](sortie_hooks::Refuse). The session's hooks run
/// first, then the request's own, each in the order of registration, once a call, whatever the number of exchanges.
///
/// ```
/// use sortie_session::{Arguments, Hooks};
///
/// let mut hooks = Hooks::new();
/// hooks.on_args(|args: &Arguments| println!("{}", args.url()));
/// hooks.on_args(|args: &Arguments| {
///     let mut args = args.clone();
///     args.set_header("X-Testing", "True");
///     Some(args)
/// });
/// ```
#[derive(Clone, Debug)]
pub struct Hooks {
    /// Runs before anything is encoded; the session's defaults are merged in. May refuse.
    pub args: Point<Arguments>,
    /// Runs directly before the request is submitted, complete but for cookies. May refuse.
    ///
    /// If a hook leaves the origin, the Host field is derived anew, and credentials that stood there
    /// before are dropped, unless the hook changed them too.
    pub pre_request: Point<PreparedRequest>,
    /// Runs directly after the call ended, also when it failed or was cancelled: exactly once for every call that
    /// was submitted. A returned value replaces [`Response::request`] only.
    pub post_request: Point<Sent, PreparedRequest>,
    /// Runs for every response that is delivered.
    pub response: Point<Response>,
}

impl Hooks {
    /// No hooks. Allocates nothing.
    pub const fn new() -> Self {
        Hooks {
            args: Point::refusing("args"),
            pre_request: Point::refusing("pre_request"),
            post_request: Point::new("post_request"),
            response: Point::new("response"),
        }
    }

    /// Whether nobody registered anywhere.
    pub fn is_empty(&self) -> bool {
        self.args.is_empty() && self.pre_request.is_empty() && !self.awaits_end()
    }

    /// Registers at `args`.
    pub fn on_args<V: Answer<Arguments>>(&mut self, hook: impl Fn(&Arguments) -> V + Send + Sync + 'static) {
        self.args.register(hook);
    }

    /// Registers at `pre_request`.
    pub fn on_pre_request<V: Answer<PreparedRequest>>(
        &mut self,
        hook: impl Fn(&PreparedRequest) -> V + Send + Sync + 'static,
    ) {
        self.pre_request.register(hook);
    }

    /// Registers at `post_request`.
    pub fn on_post_request<V: Answer<PreparedRequest>>(&mut self, hook: impl Fn(&Sent) -> V + Send + Sync + 'static) {
        self.post_request.register(hook);
    }

    /// Registers at `response`.
    pub fn on_response<V: Answer<Response>>(&mut self, hook: impl Fn(&Response) -> V + Send + Sync + 'static) {
        self.response.register(hook);
    }

    /// Whether anything is to run when a call has ended.
    pub(crate) fn awaits_end(&self) -> bool {
        !self.post_request.is_empty() || !self.response.is_empty()
    }
}

impl Default for Hooks {
    fn default() -> Self {
        Self::new()
    }
}

/// What a `post_request` hook is shown: the request that was sent, and how the call ended. A clone shares both.
#[derive(Clone)]
pub struct Sent {
    request: PreparedRequest,
    outcome: Result<Response, Error>,
}

impl Sent {
    pub(crate) fn new(request: PreparedRequest, outcome: Result<Response, Error>) -> Self {
        Sent { request, outcome }
    }

    /// The last request that was sent, or that was to be sent.
    pub fn request(&self) -> &PreparedRequest {
        &self.request
    }

    /// How the call ended.
    pub fn outcome(&self) -> &Result<Response, Error> {
        &self.outcome
    }

    /// The response, where there is one.
    pub fn response(&self) -> Option<&Response> {
        self.outcome.as_ref().ok()
    }

    /// The error, where the call failed.
    pub fn error(&self) -> Option<&Error> {
        self.outcome.as_ref().err()
    }

    pub(crate) fn into_outcome(self) -> Result<Response, Error> {
        self.outcome
    }
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sent")
            .field("method", self.request.method())
            .field("url", &sortie_log::redact_url(&self.request.url().to_string()))
            .field("outcome", &self.outcome)
            .finish()
    }
}
