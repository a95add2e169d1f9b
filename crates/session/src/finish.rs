//! The end of a call: how it ended goes past the hooks and becomes the user's.

use std::mem;
use std::time::SystemTime;

use sortie_hooks::{Point, Warning};
use sortie_http::PreparedRequest;

use crate::hooks::Sent;
use crate::{Error, Hooks, Response, Tried, Upload};

/// What a call that was submitted owes at its end. [`finish`] takes it, so that it is paid once.
#[must_use = "`finish` runs the hooks that wait for the end of the call"]
#[derive(Debug)]
pub struct After {
    tag: u64,
    /// Boxed, since most calls owe nothing, and all are moved about.
    owed: Option<Box<Owed>>,
}

/// What is owed, and to whom.
#[derive(Debug, Default)]
struct Owed {
    hooks: Option<EndHooks>,
    warnings: Vec<Warning>,
    /// What was delivered before the end.
    delivered: Option<Response>,
    upload: Option<Upload>,
}

/// The session's and the request's, in the order they run.
#[derive(Debug)]
struct EndHooks {
    post_request: Point<Sent, PreparedRequest>,
    response: Point<Response>,
}

/// How a call ended.
#[derive(Debug)]
pub struct Ended {
    /// The last request that was sent, or the one that was submitted where none was; where there is a response, its
    /// request says so.
    pub request: Option<PreparedRequest>,
    /// What was before the last exchange, if anything was.
    pub before: Option<Box<Before>>,
    /// What the last exchange brought.
    pub result: Result<sortie_http::Response, Error>,
    /// When it ended.
    pub at: SystemTime,
}

/// What was before the last exchange of a call.
#[derive(Debug, Default)]
pub struct Before {
    /// The exchanges before, oldest first. Where the call failed: all exchanges that brought a response.
    pub history: Vec<sortie_http::Response>,
    /// What went wrong before and was tried again, in order.
    pub tried: Vec<Tried>,
}

/// Ends a call: runs `post_request` (also for an error), then `response` (for a response), and gives the outcome.
///
/// An error gains what it lacks: the request, the tag, the last response of the history. The warnings of the call's
/// hooks, `prepare`'s included, are with the outcome: see [`warnings`].
pub fn finish(after: After, ended: Ended) -> Result<Response, Error> {
    let After { tag, owed } = after;
    let outcome = outcome(ended, tag);
    match owed {
        Some(owed) => pay(*owed, outcome, tag),
        None => outcome,
    }
}

/// Shows a call's end to those who wait for it.
fn pay(owed: Owed, mut outcome: Result<Response, Error>, tag: u64) -> Result<Response, Error> {
    let Owed { hooks, mut warnings, delivered, .. } = owed;
    let is_shown = delivered.is_some();
    if let Some(delivered) = delivered {
        outcome = match outcome {
            Ok(response) => Ok(delivered.with_exchange(response.exchange().clone())),
            Err(error) if error.response().is_none() => Err(error.with_response(delivered)),
            Err(error) => Err(error),
        };
    }
    if let Some(hooks) = hooks {
        outcome = run(&hooks, outcome, &mut warnings);
        if !is_shown {
            outcome = outcome.map(|response| show(&hooks, response, &mut warnings));
        }
    }
    match outcome {
        Ok(response) => Ok(response.with_warnings(warnings, tag)),
        Err(error) if warnings.is_empty() => Err(error),
        Err(error) => Err(error.with_warnings(warnings)),
    }
}

/// Delivers a response whose content is streamed, when its head is here: runs the `response` hooks, which are shown a
/// response without content. What is owed at the end remains: [`finish`] does not run them again.
///
/// The warnings so far are with the response.
pub fn deliver(after: &mut After, exchange: sortie_http::Response, before: Before, at: SystemTime) -> Response {
    let owed = after.owed.get_or_insert_default();
    let mut warnings = mem::take(&mut owed.warnings);
    let mut response = Response::of_call(exchange, Some(Box::new(before)), at, after.tag);
    owed.delivered = Some(response.clone());
    if let Some(hooks) = &owed.hooks {
        response = show(hooks, response, &mut warnings);
    }
    response.with_warnings(warnings, after.tag)
}

/// What went wrong in the hooks of a call, in order: what a log sink is to be told of.
pub fn warnings(outcome: &Result<Response, Error>) -> &[Warning] {
    match outcome {
        Ok(response) => response.warnings(),
        Err(error) => error.warnings(),
    }
}

impl After {
    /// What the hooks of session and request leave to be done.
    pub(crate) fn new(session: &Hooks, request: Option<&Hooks>, warnings: Vec<Warning>, tag: u64) -> Self {
        let awaited = session.awaits_end() || request.is_some_and(Hooks::awaits_end);
        let hooks = awaited.then(|| match request {
            None => EndHooks { post_request: session.post_request.clone(), response: session.response.clone() },
            Some(request) => EndHooks {
                post_request: session.post_request.chain(&request.post_request),
                response: session.response.chain(&request.response),
            },
        });
        let is_owed = awaited || !warnings.is_empty();
        let owed = is_owed.then(|| Box::new(Owed { hooks, warnings, ..Owed::default() }));
        After { tag, owed }
    }

    /// With whoever wants to know how much of the body was sent.
    pub(crate) fn with_upload(mut self, upload: Option<Upload>) -> Self {
        if let Some(upload) = upload {
            self.owed.get_or_insert_default().upload = Some(upload);
        }
        self
    }

    /// Whoever wants to know how much of the body was sent.
    pub fn upload(&self) -> Option<&Upload> {
        self.owed.as_ref()?.upload.as_ref()
    }

    /// Whether hooks are to run at the end.
    pub fn has_hooks(&self) -> bool {
        self.owed.as_ref().is_some_and(|owed| owed.hooks.is_some())
    }

    /// The request's tag.
    pub fn tag(&self) -> u64 {
        self.tag
    }
}

/// What the user would see without hooks.
fn outcome(ended: Ended, tag: u64) -> Result<Response, Error> {
    let Ended { request, before, result, at } = ended;
    let mut error = match result {
        Ok(exchange) => return Ok(Response::of_call(exchange, before, at, tag)),
        Err(error) => error.with_tag(tag),
    };
    let Before { mut history, tried } = before.map_or_else(Before::default, |before| *before);
    error = error.with_tried(tried);
    if error.request().is_none()
        && let Some(request) = request
    {
        error = error.with_request(request);
    }
    if error.response().is_none()
        && let Some(last) = history.pop()
    {
        let before = Before { history, tried: Vec::new() };
        error = error.with_response(Response::of_call(last, Some(Box::new(before)), at, tag));
    }
    Err(error)
}

/// Shows how the call ended to the `post_request` hooks.
fn run(hooks: &EndHooks, outcome: Result<Response, Error>, warnings: &mut Vec<Warning>) -> Result<Response, Error> {
    let mut outcome = outcome;
    let request = match &outcome {
        Ok(response) => Some(response.request().clone()),
        Err(error) => error.request().cloned(),
    };
    if let Some(request) = request.filter(|_| !hooks.post_request.is_empty()) {
        let sent = Sent::new(request, outcome);
        let replaced = hooks.post_request.notify(&sent, warnings);
        outcome = match (sent.into_outcome(), replaced) {
            (Ok(response), Some(request)) => Ok(response.with_request(request)),
            (outcome, _) => outcome,
        };
    }
    outcome
}

/// Shows a response to the `response` hooks.
fn show(hooks: &EndHooks, response: Response, warnings: &mut Vec<Warning>) -> Response {
    // At this point nobody can refuse; the response is kept in case that changes.
    hooks.response.run(response.clone(), warnings).unwrap_or(response)
}
