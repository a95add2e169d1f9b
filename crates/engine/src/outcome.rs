use std::time::Duration;

use sortie_http::{PreparedRequest, Response, StatusCode};

use crate::{Error, Phase};

/// How a call ended.
#[derive(Debug)]
pub struct Outcome {
    /// What was before that, if anything was. Boxed, since few calls have it, and outcomes are moved about.
    pub before: Option<Box<Before>>,
    /// The last response, or why there is none.
    pub result: Result<Response, Box<Failure>>,
    /// How many exchanges were begun.
    pub attempts: u32,
    /// How much of the budget it holds, in bytes, until `release_content` gives it back.
    pub held: u64,
}

/// The exchanges of a call that were over before its last.
#[derive(Debug, Default)]
pub struct Before {
    /// Their responses, in order: redirects, challenges that were answered, what was tried again.
    pub history: Vec<Response>,
    /// Those that went wrong and were tried again, in order.
    pub tried: Vec<Tried>,
}

/// An exchange that went wrong and was tried again.
#[derive(Debug)]
pub struct Tried {
    /// How it went wrong.
    pub why: Setback,
    /// How long the call waited before it went again.
    pub wait: Duration,
}

impl Before {
    /// In a box, where there is something.
    #[cold]
    pub(crate) fn boxed(self) -> Option<Box<Self>> {
        (!self.history.is_empty() || !self.tried.is_empty()).then(|| Box::new(self))
    }
}

impl Outcome {
    /// The responses before the last: see [`Before`].
    pub fn history(&self) -> &[Response] {
        self.before.as_ref().map_or(&[], |before| &before.history)
    }

    /// The exchanges that went wrong and were tried again: see [`Before`].
    pub fn tried(&self) -> &[Tried] {
        self.before.as_ref().map_or(&[], |before| &before.tried)
    }
}

/// How an exchange went wrong.
#[derive(Debug)]
pub enum Setback {
    /// There was a response, with this status; it stands in the history.
    Status(StatusCode),
    /// There was none.
    Failed(Box<Failure>),
}

/// Why a call brought no response.
#[derive(Debug)]
pub struct Failure {
    /// What went wrong.
    pub error: Error,
    /// Where the call was then.
    pub phase: Phase,
    /// The request of the exchange that failed.
    pub request: PreparedRequest,
    /// The response that could not be delivered, such as the redirect that was one too many.
    pub response: Option<Response>,
}

/// Why a link is not open that was to be warm.
#[derive(Debug)]
pub struct Unopened {
    /// What went wrong.
    pub error: Error,
    /// Which part of opening it that was in.
    pub phase: Phase,
}
