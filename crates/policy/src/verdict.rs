use sortie_http::{Headers, PreparedRequest, StatusCode};

use crate::Error;

/// What is to be judged: an exchange, as soon as the response's head is there.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The request that was sent, without the cookies that were added to it.
    pub request: &'a PreparedRequest,
    /// The status of the response.
    pub status: StatusCode,
    /// The response's header fields.
    pub headers: &'a Headers,
    /// How many redirects this call has followed so far.
    pub redirects: u32,
}

/// What follows an exchange.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// The response is the answer to the call.
    Deliver,
    /// The call goes on with another request.
    Again(Box<Again>),
    /// The call ends with this error; what came belongs to it.
    Fail(Box<Error>),
}

/// The next exchange of a call.
#[derive(Clone, Debug)]
pub struct Again {
    /// What to send, but for cookies.
    pub request: PreparedRequest,
    /// Whether this step leaves the origin. The credentials are gone from the request already; the call's own cookies
    /// must not go along from here on, also if it comes back.
    pub left_origin: bool,
}
