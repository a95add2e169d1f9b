use sortie_http::{PreparedRequest, Response};

use crate::{Error, Phase};

/// How a call ended.
#[derive(Debug)]
pub struct Outcome {
    /// The responses before the last, in order: redirects.
    pub history: Vec<Response>,
    /// The last response, or why there is none.
    pub result: Result<Response, Box<Failure>>,
    /// How many exchanges were begun.
    pub attempts: u32,
    /// How much of the budget it holds, in bytes, until `release_content` gives it back.
    pub held: u64,
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
