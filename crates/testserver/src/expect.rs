//! What becomes of `Expect: 100-continue` (RFC 9110, section 10.1.1).

use hyper::StatusCode;
use hyper::header::EXPECT;
use hyper::http::request::Parts;

use crate::answer::{self, Answer};
use crate::echo;
use crate::request::{self, Request};

/// What a server does with the expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expectation {
    /// There is none.
    None,
    /// It says 100, and reads on.
    Met,
    /// It reads on without a word.
    Ignored,
    /// It says 417, and reads nothing.
    Refused,
}

impl Expectation {
    /// What is done about a request to any path.
    pub(crate) fn of(parts: &Parts) -> Self {
        if !parts.headers.contains_key(EXPECT) {
            return Self::None;
        }
        match parts.uri.path().split('/').nth(1).unwrap_or_default() {
            "expect" => match request::argument(&parts.uri, "continue").as_deref() {
                Some("1") => Self::Met,
                Some("0") => Self::Refused,
                _ => Self::Ignored,
            },
            "post" | "put" | "patch" | "delete" | "anything" | "delay" | "digest-auth" | "retry" => Self::Met,
            _ => Self::Refused,
        }
    }
}

/// `/expect`: 417, or the echo of what came.
pub(crate) fn asked(request: &Request) -> Answer {
    match Expectation::of(request.parts()) {
        Expectation::Refused => answer::refusal(StatusCode::EXPECTATION_FAILED, "no content is expected here"),
        _ => echo::whole(request),
    }
}
